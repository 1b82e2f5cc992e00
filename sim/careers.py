"""How people rise, leave jobs, begin and end their search, and what a hire changes around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import records, referrals
from sim.employers import hiring
from sim.network import ACQUAINTANCE, COLLEAGUE
from sim.plans import cohort
from sim.population import NOBODY, SEARCHING
from sim.relations import befriend, strength_now

if TYPE_CHECKING:
    from sim.market import Market, Process


def turnover(market: Market) -> Process:
    """Every day a seventh of the people live their week at work: promotion, layoff, quitting, second thoughts."""
    rng, careers, mechanisms = market.streams.generator("turnover"), market.scenario.careers, market.scenario.mechanisms
    people = market.people
    while True:
        yield market.env.timeout(1.0)
        today = cohort(market)
        luck, rise = rng.random(len(today)), rng.random(len(today))
        working, searching = people.employer[today] != NOBODY, people.state[today] == SEARCHING
        if mechanisms.promotions:
            people.manager[today[working & (rise < careers.promotion)]] = True
        dislike = quit_factor(market, today)
        laid_off = working & (luck < careers.layoff)
        quits = working & ~laid_off & (luck < careers.layoff + careers.quit * dislike)
        # The story of somebody in the cast says when they search; the crowd begins and ends as it comes.
        free = np.isinf(market.searches_from[people.role[today]])
        looks = working & free & ~searching & ~laid_off & ~quits & (rise > 1.0 - careers.start_search * dislike)
        stops = working & free & searching & ~laid_off & ~quits & (luck > 1.0 - careers.stop_search)
        market.end_search(today[stops], records.GAVE_UP)
        lose_jobs(market, today[laid_off], records.LAID_OFF)
        lose_jobs(market, today[quits], records.QUIT)
        market.start_search(today[looks])


def quit_factor(market: Market, person: NDArray[Any]) -> NDArray[np.float64]:
    """How much more often than at average match, without a friend at work, people leave of their own will."""
    return np.asarray(np.exp(-market.attachment(person)))


def lose_jobs(market: Market, person: NDArray[Any], why: int, *, replaced: bool = True) -> None:
    """People lose or leave their jobs and search; employers open the jobs again where they want them filled."""
    people = market.people
    left = people.employer[person].tolist()
    market.leave(person, why)
    # Who was searching already goes on with the search begun.
    market.start_search(person[people.state[person] != SEARCHING])
    for one, employer in zip(person.tolist(), left, strict=True):
        opening = market.replace(one, employer) if replaced else None
        if opening is not None:
            market.env.process(hiring(market, opening))


def settle_in(market: Market) -> None:
    """At the week's end: new hires make ties to colleagues, and interviews leave acquaintances and lessons."""
    _meet_colleagues(market)
    cases, market.newly_seen = np.array(market.newly_seen, np.int64), []
    if not len(cases):
        return
    rows = market.cases["row"][cases]
    person, opening = market.applications["person"][rows].astype(np.int64), market.applications["opening"][rows]
    referrals.remember(market, cases)
    market.people.taught[person] = True
    luck = market.streams.uniform("interviewer", person, market.openings["key"][opening])
    met = np.flatnonzero(luck < market.scenario.referrals.interviewer_tie)
    employer = market.openings["employer"][opening[met]]
    contact, there = market.somebody_at(employer, luck[met] / max(market.scenario.referrals.interviewer_tie, 1e-9))
    costs = market.scenario.habits
    befriend(
        market,
        person[met][there],
        contact[there],
        kind=ACQUAINTANCE,
        strength=costs.met_strength,
        familiarity=costs.met_familiarity,
    )


def _meet_colleagues(market: Market) -> None:
    person, market.newly_hired = np.array(market.newly_hired, np.int64), []
    if not len(person):
        return
    greet(market, person)
    records.note_insiders(market, person)
    employer = market.people.employer[person]
    colleague = market.scenario.network.colleague
    for turn in range(market.scenario.referrals.new_colleagues):
        contact, there = market.somebody_at(employer, market.streams.uniform("new colleague", person, turn))
        befriend(
            market,
            person[there],
            contact[there],
            kind=COLLEAGUE,
            strength=colleague.strength,
            familiarity=0.5 * colleague.familiarity,
        )


def greet(market: Market, person: NDArray[np.int64]) -> None:
    """Somebody new finds friends at work, or none: the strongest tie among those who work there already."""
    row, group = market.ties.of(person)
    inside = np.flatnonzero(market.people.employer[market.ties.contact[row]] == market.people.employer[person[group]])
    strongest = np.zeros(len(person))
    np.maximum.at(strongest, group[inside], strength_now(market, row[inside]))
    market.people.friend[person] = strongest
    market.settle(person[market.people.state[person] != SEARCHING])


def closure(market: Market) -> Process:
    """A plant closes: whole employers, drawn by chance, lay off all their people on one day and hire nobody again."""
    careers, people = market.scenario.careers, market.people
    if careers.closure_at is None or not careers.closure_people:
        return
    yield market.env.timeout(careers.closure_at)
    size = np.bincount(people.employer[people.employer != NOBODY], minlength=len(market.employers))
    order = market.streams.generator("closure").permutation(np.flatnonzero(size > 1))
    closing = order[: int(np.searchsorted(np.cumsum(size[order]), careers.closure_people)) + 1]
    person = np.flatnonzero(np.isin(people.employer, closing))
    records.note_displaced(market, person)
    lose_jobs(market, person, records.LAID_OFF, replaced=False)


def begin_searches(market: Market) -> Process:
    """The people of the cast begin to search on the day their story says."""
    days = market.searches_from
    for day in np.unique(days[np.isfinite(days)]).tolist():
        if day > market.env.now:
            yield market.env.timeout(day - market.env.now)
        person = np.flatnonzero((days[market.people.role] == day) & (market.people.state != SEARCHING))
        market.start_search(person)


def boom(market: Market, employer: int, field: int, weekly: float, key: int) -> Process:
    """An employer grows: further openings in one field, a Poisson stream."""
    number = 0
    while True:
        number += 1
        gap = market.streams.exponential("boom", key, number)[0] * 7.0 / weekly
        yield market.env.timeout(float(gap))
        opening = market.open_job(employer, field, 2 * int(market.streams.one("boom opening", key, number) * 2**31) + 1)
        market.env.process(hiring(market, opening))
