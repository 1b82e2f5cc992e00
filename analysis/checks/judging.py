"""Judge held quantities and claims on replications, for checks and for new references."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.checks import drift
from analysis.checks.drift import Finding, Plan
from analysis.checks.held_quantities import Values, series
from analysis.checks.reference import Reference
from analysis.checks.replication_jobs import Replicated
from analysis.checks.result import Verdict
from analysis.claims.judging import check_claims
from analysis.claims.verdicts import Judgement
from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from sim import Scenario
    from sim.scenario.claims import AnyClaim


def compare(reference: Reference, values: Sequence[Values], planned: Plan, *, paired: bool) -> tuple[Finding, ...]:
    """Judge every held quantity on the replications so far."""
    return tuple(
        drift.judge(name, held.values, series(name, values), held.margin, planned, paired=paired)
        for name, held in reference.quantities.items()
    )


def measured_differently(reference: Reference, values: Sequence[Values]) -> tuple[Finding, ...]:
    """Compare quantities where the tables are the same, so that any difference comes from the measuring.

    Returns
    -------
    tuple of Finding
        One for each held quantity if any differs, else empty.
    """
    found, count = [], len(values)
    for name, held in reference.quantities.items():
        pairs = list(zip(held.values, series(name, values).tolist(), strict=False))
        same = all(
            math.isclose(before, now, rel_tol=1e-9, abs_tol=1e-12) or (math.isnan(before) and math.isnan(now))
            for before, now in pairs
        )
        before, now = (_mean(column) for column in zip(*pairs, strict=True))
        off = now - before
        found.append(
            Finding(name, "same" if same else "changed", before, now, off, off, off, held.margin, count, paired=True)
        )
    return tuple(found) if any(finding.verdict == "changed" for finding in found) else ()


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan


def refuse_identical(made: Sequence[Replicated]) -> None:
    """Refuse replications that are copies of each other.

    Raises
    ------
    AnalysisError
        If two have the same tables; comparisons need independent replications.
    """
    first: dict[tuple[tuple[str, str], ...], int] = {}
    for number, replicated in enumerate(made):
        # Leave out the number of the replication, which always differs.
        content = tuple(item for item in sorted(replicated.columns.items()) if not item[0].endswith(".replication"))
        twin = first.setdefault(content, number)
        if twin != number:
            raise AnalysisError(
                f"Replications {twin} and {number} have the same tables: their seeds are not different, "
                "so nothing can be said about how replications differ."
            )


CLAIMS_ON = 32
"""Replications that claims are judged on unless a user asks for more; their tables are all in memory at once."""


def judge_claims(scenario: Scenario, made: Sequence[Replicated], claims: Sequence[AnyClaim]) -> tuple[Judgement, ...]:
    """Judge claims on the tables of those replications that have theirs."""
    from sim.runs.result import result_of

    if not claims:
        return ()
    tables = [(replicated.tables, dict(replicated.cost)) for replicated in made if replicated.tables is not None]
    return check_claims(result_of(scenario, scenario.seed, tables), claims)


def verdict_on(findings: Sequence[Finding], claims: Sequence[Judgement]) -> Verdict:
    """Return the verdict on a scenario from those on its quantities and claims."""
    if any(finding.verdict == "changed" for finding in findings):
        return "changed"
    if any(claim.verdict == "fails" for claim in claims):
        return "broken"
    verdicts = {*(finding.verdict for finding in findings), *(claim.verdict for claim in claims)}
    return "undecided" if "undecided" in verdicts else "holds"
