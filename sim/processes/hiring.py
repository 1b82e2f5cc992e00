"""What an employer does with an opening, from the idea to the hire."""

from __future__ import annotations

from collections.abc import Generator
from math import log
from typing import TYPE_CHECKING, Any

from simpy import Event

from sim.market.codes import HIDDEN, INTERNAL_FIRST

if TYPE_CHECKING:
    from sim.market.market import Market, Process


Candidate = tuple[float, int]
"""Score after the interview, and the case."""


def hiring(market: Market, opening: int) -> Process:
    """Post, look at who is vouched for, review, interview, offer; fill the opening or let it expire.

    A hidden opening is never posted; an internal-first one is posted after its lead. Insiders hear of all of them.
    """
    env, s = market.env, market.scenario
    visibility = market.openings["visibility"][opening]
    deadline = env.now + s.openings.expires
    bar = s.openings.hire_bar
    if visibility == INTERNAL_FIRST:
        yield env.timeout(s.openings.internal_lead)
    if visibility != HIDDEN:
        market.post(opening)
    review_at = env.now + s.screening.first_review
    candidates: list[Candidate] = []
    yield env.timeout(s.screening.first_look)
    if market.desk.somebody_waits(opening):
        yield from interviews(market, opening, candidates)
        if (yield from offers(market, candidates, bar + s.screening.early_margin)):
            return
    while env.now < deadline:
        yield env.timeout(max(review_at - env.now, 0.0))
        somebody_waits = yield market.desk.review(opening)
        if somebody_waits:
            yield from interviews(market, opening, candidates)
        if (yield from offers(market, candidates, bar)):
            return
        review_at += s.screening.review_every
    market.close(opening)


def interviews(market: Market, opening: int, candidates: list[Candidate]) -> Process:
    """A round of interviews; whoever comes joins the candidates."""
    yield market.env.timeout(market.scenario.hiring.interview_lead)
    seen = yield market.desk.interview(opening)
    candidates += seen
    yield market.env.timeout(market.scenario.hiring.decision_lag)


def offers(market: Market, candidates: list[Candidate], bar: float) -> Generator[Event, Any, bool]:
    """Offer the job to the candidates above the bar, best first, until one takes it; says whether one did."""
    candidates.sort(reverse=True)
    while candidates and candidates[0][0] > bar:
        _, case = candidates.pop(0)
        market.cases["offered"][case] = market.env.now
        yield market.env.timeout(answer_time(market, case))
        if market.wants(case):
            left_behind = market.hire(case)
            if left_behind is not None:
                market.env.process(hiring(market, left_behind))
            return True
    return False


def answer_time(market: Market, case: int) -> float:
    """Days a candidate takes to answer an offer."""
    row = market.cases["row"][case]
    person, key = market.applications["person"][row], market.openings["key"][market.applications["opening"][row]]
    return -market.scenario.hiring.answer_lag * log(market.streams.one("answer to an offer", person, key))
