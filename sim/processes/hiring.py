"""What an employer does with an opening, until it is filled or expires."""

from __future__ import annotations

from collections.abc import Generator
from math import log
from typing import Any

from simpy import Event

from sim.market.codes import Visibility
from sim.market.market import Market
from sim.processes import desk, employment, openings
from sim.processes.clock import Process
from sim.processes.desk import Candidate
from sim.processes.referral import interview


def hiring(market: Market, opening: int) -> Process:
    """Post, interview candidates with a referral, review, interview, offer; fill the opening or let it expire.

    A hidden opening is never posted, an internal-first one after its lead. Insiders hear of all openings.
    """
    env, s = market.env, market.scenario
    visibility = market.openings["visibility"][opening]
    deadline = env.now + s.openings.expires
    bar = s.openings.hire_bar
    if visibility == Visibility.INTERNAL_FIRST:
        yield env.timeout(s.openings.internal_lead)
    if visibility != Visibility.HIDDEN:
        openings.post(market, opening)
    review_at = env.now + s.screening.first_review
    candidates: list[Candidate] = []
    yield env.timeout(s.screening.first_look)
    yield from interview.interview_early(market, opening, candidates)
    if (yield from offers(market, candidates, bar + s.screening.early_margin)):
        return
    while env.now < deadline:
        yield env.timeout(max(review_at - env.now, 0.0))
        somebody_waits = yield desk.review(market, opening)
        if somebody_waits:
            yield from desk.interview_round(market, opening, candidates)
        if (yield from offers(market, candidates, bar)):
            return
        review_at += s.screening.review_every
    openings.close(market, opening)


def offers(market: Market, candidates: list[Candidate], bar: float) -> Generator[Event, Any, bool]:
    """Offer the job to the candidates above the bar, best first, until one accepts; returns whether one did."""
    candidates.sort(reverse=True)
    while candidates and candidates[0][0] > bar:
        _, candidacy = candidates.pop(0)
        market.candidacies["offered"][candidacy] = market.env.now
        yield market.env.timeout(answer_time(market, candidacy))
        if employment.wants(market, candidacy):
            left_behind = employment.hire(market, candidacy)
            if left_behind is not None:
                market.env.process(hiring(market, left_behind))
            return True
    return False


def answer_time(market: Market, candidacy: int) -> float:
    """Days a candidate takes to answer an offer."""
    row = market.candidacies["row"][candidacy]
    person, key = market.applications["person"][row], market.openings["draw_key"][market.applications["opening"][row]]
    return -market.scenario.hiring.answer_lag * log(market.streams.one("answer to an offer", person, key))
