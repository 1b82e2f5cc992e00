"""What a report says first: of the people of its story, where it has any, else of the market."""

from __future__ import annotations

from analysis.errors import AnalysisError
from analysis.presentation.wording import joined, out_of
from analysis.quantities.catalogue import estimate
from analysis.reporting.sentences import opening_sentence
from analysis.reporting.summary import Summary

WEEKS = 12
NAMED = 3
"""Most roles that are told one by one."""


def of_the_market(summary: Summary) -> str:
    """Say in one sentence what the market's channels brought."""
    return opening_sentence(summary.rates, summary.tables.response_window)


def of_the_cast(summary: Summary) -> str:
    """Say what became of the people of each role; "" without a cast, or where nobody could be followed so long."""
    roles = list(summary.scenario.cast)
    if not roles or len(roles) > NAMED:
        return ""
    parts = []
    for role in roles:
        name = f"in the role “{role.replace('_', ' ')}”"
        try:
            talk, job = (
                estimate(summary.tables, f"{role}.{measure}_in_{WEEKS}_weeks").value
                for measure in ("interview", "hired")
            )
        except AnalysisError:
            return ""
        if not 0 <= talk <= 1:
            return ""
        jobs = f" and {_count(job)} a job" if 0 <= job <= 1 else ""
        parts.append(f"{out_of(talk, f'people {name}')} had an interview{jobs} within {WEEKS} weeks of search")
    return f"In this simulation {joined(parts)}."


def _count(share: float) -> str:
    return "none" if share == 0 else f"{100 * share:.0f}" if share >= 0.0095 else "fewer than 1 of 100"


def first_sentence(summary: Summary) -> str:
    """Return what stands at the top."""
    return of_the_cast(summary) or of_the_market(summary)
