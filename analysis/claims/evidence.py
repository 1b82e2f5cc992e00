"""The published evidence: numbers, ranges, units, denominators, sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from analysis.claims.verdicts import Judgement
from analysis.errors import AnalysisError

PREFIX = "evidence:"


@dataclass(frozen=True)
class Evidence:
    """One row of ``evidence.csv``.

    Attributes
    ----------
    id, role, quantity, unit, denominator, source, certainty
        As in the file; ``role`` is ``seed band``, ``calibration`` or ``pattern``.
    value
        As printed; a number, a range in words, or empty.
    low, high
        The range in which the row holds, or None.
    """

    id: str
    role: str
    quantity: str
    value: str
    low: float | None
    high: float | None
    unit: str
    denominator: str
    source: str
    certainty: str

    @property
    def number(self) -> float | None:
        """The value as a number, or None where it is not one."""
        return _number(self.value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@cache
def load_evidence() -> tuple[Evidence, ...]:
    """Read every row, in the order of the file."""
    with files("analysis.claims").joinpath("evidence.csv").open(encoding="utf-8") as file:
        return tuple(
            Evidence(
                id=row["id"],
                role=row["role"],
                quantity=row["quantity"],
                value=row["value"],
                low=_number(row["low"]),
                high=_number(row["high"]),
                unit=row["unit"],
                denominator=row["denominator"],
                source=row["source"],
                certainty=row["certainty"],
            )
            for row in csv.DictReader(file)
        )


def evidence(name: str) -> Evidence:
    """Return one row by its id, written ``K5`` or ``evidence:K5``.

    Raises
    ------
    AnalysisError
        If there is no such row.
    """
    wanted = name.removeprefix(PREFIX)
    for row in load_evidence():
        if row.id == wanted:
            return row
    known = ", ".join(row.id for row in load_evidence())
    raise AnalysisError(f"There is no evidence row '{wanted}'; rows are {known}.")


def cite(source: str) -> str:
    """Turn a claim's ``source`` into words: the publication for ``evidence:K5``, anything else unchanged."""
    return evidence(source).source if source.startswith(PREFIX) else source


def judged_row(row: Evidence, name: str, judged: Judgement) -> dict[str, object]:
    """Return a comparison with published evidence as a row of a table; ``name`` is the quantity measured."""
    return {
        "evidence": row.id,
        "quantity": row.quantity,
        "name": name,
        "value": judged.value,
        "low": judged.low,
        "high": judged.high,
        "band_low": judged.within[0],
        "band_high": judged.within[1],
        "published": row.number,
        "verdict": judged.verdict,
        "n": judged.n,
        "replications": judged.replications,
        "citation": cite(judged.source),
        "note": judged.note,
    }
