"""The scenarios that published patterns are measured in, and the results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.claims.evidence import Evidence, evidence
from analysis.claims.judging import check_claims
from analysis.claims.verdicts import Judgement, Verdict
from analysis.errors import AnalysisError
from analysis.tables.clusters import Floats
from analysis.tables.tables import Tables
from sim.scenario.claims import RateClaim

NAN = float("nan")


@dataclass(frozen=True)
class PatternScenario:
    """A scenario that patterns are measured in, with its overrides."""

    scenario: str
    overrides: tuple[tuple[str, str], ...] = ()


SETTINGS = {
    "baseline": PatternScenario("baseline"),
    "displaced": PatternScenario("displaced"),
    # With few firms, many jobs at a contact's firm are coincidences; here hardly any are.
    "large market": PatternScenario("baseline", (("population.people", "20000"), ("replications", "12"))),
    # Fading effort alone would lower the chance of a job over time, and learning from interviews would raise it.
    "steady effort": PatternScenario(
        "baseline", (("search.effort_floor", "1"), ("mechanisms.search_capital", "false"), ("replications", "60"))
    ),
}


@dataclass(frozen=True)
class PatternResult:
    """A published pattern, and its verdict in the simulation.

    Attributes
    ----------
    evidence, quantity, published, source
        The row of ``evidence.csv``: its id, what was measured, the range, the publication.
    setting
        The scenario measured in.
    value, low, high, level
        Number and interval in the unit of the row.
    verdict
        ``holds`` where the whole interval lies inside the published range, ``fails`` where it lies outside, else
        ``undecided``; files say it in the words of :data:`analysis.claims.verdicts.IN_PATTERN_FILES`.
    n, replications
        Size of the (smallest) denominator, and the replications behind the interval.
    detail
        Further numbers of the pattern, in words.
    notes
        What was tried, from ``pattern_notes.csv``.
    """

    evidence: str
    quantity: str
    setting: str
    value: float
    low: float
    high: float
    level: float
    published: str
    verdict: Verdict
    n: float
    replications: int
    source: str
    detail: str = ""
    notes: str = ""


def replication_sums(tables: Tables, replication: pd.Series, columns: Floats) -> Floats:
    """Return the columns summed in each replication, one row each."""
    place = np.searchsorted(tables.application_codes.labels, replication.to_numpy(np.int64))
    out = np.zeros((len(tables.application_codes.labels), columns.shape[1]))
    np.add.at(out, place, columns)
    return out


def band_of(row: Evidence) -> tuple[float, float]:
    """Return the published range of a row that has one."""
    if row.low is None or row.high is None:
        raise AnalysisError(f"The evidence row {row.id} has no range.")
    return row.low, row.high


def _published(row: Evidence) -> str:
    return row.value if row.low is None or row.high is None else f"{row.low:g} to {row.high:g}"


def pattern_result(
    name: str,
    interval: tuple[float, float, float],
    verdict: Verdict,
    level: float,
    n: float,
    tables: Tables,
    detail: str = "",
) -> PatternResult:
    """Make a result; `interval` is the number with its limits."""
    row = evidence(name)
    return PatternResult(
        name,
        row.quantity,
        "",
        *interval,
        level,
        _published(row),
        verdict,
        n,
        len(tables.application_codes.labels),
        row.source,
        detail,
    )


def from_judgement(name: str, judged: Judgement, detail: str = "") -> PatternResult:
    """Return the result of a pattern that was judged as a claim."""
    row = evidence(name)
    return PatternResult(
        name,
        row.quantity,
        "",
        judged.value,
        judged.low,
        judged.high,
        judged.confidence,
        _published(row),
        judged.verdict,
        judged.n,
        judged.replications,
        row.source,
        judged.note or detail,
    )


def judged_rate(name: str, quantity: str, band: tuple[float, float], tables: Tables, level: float) -> Judgement:
    """Judge whether a quantity lies within a band, for a row of the evidence."""
    claim = RateClaim(rate=quantity, within=band, confidence=level, source=f"evidence:{name}")
    return check_claims(tables, [claim])[0]


def nothing(name: str, level: float, tables: Tables, why: str) -> PatternResult:
    """Return a result without a number, and why there is none."""
    return pattern_result(name, (NAN, NAN, NAN), "undecided", level, 0, tables, why)
