"""What an employer does with an opening, from the idea to the hire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simpy import Event

from sim.population import NOBODY

if TYPE_CHECKING:
    from sim.market import Market


def growth(market: Market) -> Iterator[Event]:
    """New jobs come as a Poisson stream."""
    rng = market.streams.generator("growth arrivals")
    population = market.scenario.population
    weekly = market.scenario.openings.growth * population.people * population.employed
    while weekly > 0:
        yield market.env.timeout(rng.exponential(7.0 / weekly))
        market.env.process(hiring(market, market.grow()))


def hiring(market: Market, opening: int) -> Iterator[Event]:
    """Post, wait, review, interview, offer; fill the opening or let it expire.

    A hidden opening is never posted; an internal-first one is posted after its lead. Insiders hear of all of them.
    """
    from sim.market import HIDDEN, INTERNAL_FIRST

    env, s = market.env, market.scenario
    visibility = market.openings["visibility"][opening]
    deadline = env.now + s.openings.expires
    if visibility == INTERNAL_FIRST:
        yield env.timeout(s.openings.internal_lead)
    if visibility != HIDDEN:
        market.post(opening)
    yield env.timeout(s.screening.first_review)
    while env.now < deadline:
        somebody_waits = yield market.desk.review(opening)
        if somebody_waits:
            yield env.timeout(s.hiring.interview_lead)
            candidates = yield market.desk.interview(opening)
            yield env.timeout(s.hiring.decision_lag)
            for case in candidates:
                market.cases["offered"][case] = env.now
                yield env.timeout(answer_time(market, case))
                if market.wants(case):
                    left_behind = market.hire(case)
                    if left_behind is not None:
                        env.process(hiring(market, left_behind))
                    return
        else:
            yield env.timeout(s.screening.review_every)
    market.close(opening)


def answer_time(market: Market, case: int) -> float:
    """Days a candidate takes to answer an offer."""
    row = market.cases["row"][case]
    person, key = market.applications["person"][row], market.openings["key"][market.applications["opening"][row]]
    return float(market.scenario.hiring.answer_lag * market.streams.exponential("answer to an offer", person, key)[0])


def turnover(market: Market) -> Iterator[Event]:
    """Every day a seventh of the people live through their week: layoffs, search begun and given up."""
    from sim.records import GAVE_UP
    from sim.seekers import cohort

    rng, careers = market.streams.generator("turnover"), market.scenario.careers
    people = market.people
    while True:
        yield market.env.timeout(1.0)
        today = cohort(market)
        luck = rng.random(len(today))
        working, searching = people.employer[today] != NOBODY, people.state[today] == 2
        laid_off = today[working & (luck < careers.layoff)]
        begins = today[working & ~searching & (luck >= careers.layoff) & (luck < careers.layoff + careers.start_search)]
        stops = today[working & searching & (luck > 1.0 - careers.stop_search)]
        market.end_search(stops, GAVE_UP)
        market.end_search(laid_off, GAVE_UP)
        left = people.employer[laid_off].tolist()
        people.employer[laid_off] = NOBODY
        market.start_search(laid_off)
        market.start_search(begins)
        for person, employer in zip(laid_off.tolist(), left, strict=True):
            opening = market.replace(person, employer)
            if opening is not None:
                market.env.process(hiring(market, opening))
