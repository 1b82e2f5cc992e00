"""Step 6, interview: candidates with a referral are interviewed in the same rounds as all others."""

from __future__ import annotations

from sim.market.market import Market
from sim.processes import desk
from sim.processes.clock import Process
from sim.processes.desk import Candidate


def interview_early(market: Market, opening: int, candidates: list[Candidate]) -> Process:
    """Hold a round before the first review, if anybody is invited by then: only applications with a report can be.

    It is a round of the desk like any later one.
    """
    if desk.somebody_waits(market, opening):
        yield from desk.interview_round(market, opening, candidates)
