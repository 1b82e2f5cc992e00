"""Step 6, interview: whoever has been invited is seen in the same rounds as everybody else."""

from __future__ import annotations

from sim.market.market import Market
from sim.processes import desk
from sim.processes.clock import Process
from sim.processes.desk import Candidate


def interview_early(market: Market, opening: int, candidates: list[Candidate]) -> Process:
    """Hold a round before the first review, if anybody has been invited by then; only what carries a name can be.

    The round is the desk's, as any later one; who is not invited so early is seen with the others.
    """
    if desk.somebody_waits(market, opening):
        yield from desk.interview_round(market, opening, candidates)
