"""Careers outside hiring: promotions, layoffs, resignations, closures, searches begun and given up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import NOBODY, LeftBecause, SpellEnd, State
from sim.market.market import Market
from sim.processes import employment, openings
from sim.processes.clock import Process, cohort
from sim.processes.hiring import hiring
from sim.records import observe


def turnover(market: Market) -> Process:
    """Every day, for a seventh of the people, a week of promotions, layoffs, resignations and searches."""
    rng, careers, mechanisms = market.streams.generator("turnover"), market.scenario.careers, market.scenario.mechanisms
    people = market.people
    while True:
        yield market.env.timeout(1.0)
        today = cohort(market)
        luck, rise = rng.random(len(today)), rng.random(len(today))
        working, searching = people.employer[today] != NOBODY, people.state[today] == State.SEARCHING
        if mechanisms.promotions:
            people.manager[today[working & (rise < careers.promotion)]] = True
        dislike = quit_factor(market, today)
        laid_off = working & (luck < careers.layoff)
        quits = working & ~laid_off & (luck < careers.layoff + careers.quit * dislike)
        # Where a role sets the day of the search, chance does not.
        free = np.isinf(market.searches_from[people.role[today]])
        looks = working & free & ~searching & ~laid_off & ~quits & (rise > 1.0 - careers.start_search * dislike)
        stops = working & free & searching & ~laid_off & ~quits & (luck > 1.0 - careers.stop_search)
        employment.end_search(market, today[stops], SpellEnd.GAVE_UP)
        lose_jobs(market, today[laid_off], LeftBecause.LAID_OFF)
        lose_jobs(market, today[quits], LeftBecause.QUIT)
        employment.start_search(market, today[looks])


def quit_factor(market: Market, person: NDArray[Any]) -> NDArray[np.float64]:
    """Rate of quitting relative to that of a person of average match without a friend at work."""
    return np.asarray(np.exp(-employment.attachment(market, person)))


def lose_jobs(market: Market, person: NDArray[Any], why: int, *, replaced: bool = True) -> None:
    """People lose or leave their jobs and begin to search; employers may open the jobs again.

    Parameters
    ----------
    person : ndarray of int
    why : int
        One of `LeftBecause`.
    replaced : bool
        Whether employers may open the jobs again.
    """
    people = market.people
    left = people.employer[person].tolist()
    employment.leave(market, person, why)
    # People who are searching already continue that search.
    employment.start_search(market, person[people.state[person] != State.SEARCHING])
    for leaver, employer in zip(person.tolist(), left, strict=True):
        opening = openings.replace(market, leaver, employer) if replaced else None
        if opening is not None:
            market.env.process(hiring(market, opening))


def closure(market: Market) -> Process:
    """Whole employers, drawn at random, close: they lay off everybody on one day and replace nobody."""
    careers, people = market.scenario.careers, market.people
    if careers.closure_at is None or not careers.closure_people:
        return
    yield market.env.timeout(careers.closure_at)
    size = np.bincount(people.employer[people.employer != NOBODY], minlength=len(market.employers))
    order = market.streams.generator("closure").permutation(np.flatnonzero(size > 1))
    closing = order[: int(np.searchsorted(np.cumsum(size[order]), careers.closure_people)) + 1]
    person = np.flatnonzero(np.isin(people.employer, closing))
    market.displaced.extend(observe.displaced(market, person))
    lose_jobs(market, person, LeftBecause.LAID_OFF, replaced=False)


def begin_searches(market: Market) -> Process:
    """The people of the cast begin to search on the day that their role sets."""
    days = market.searches_from
    for day in np.unique(days[np.isfinite(days)]).tolist():
        if day > market.env.now:
            yield market.env.timeout(day - market.env.now)
        person = np.flatnonzero((days[market.people.role] == day) & (market.people.state != State.SEARCHING))
        employment.start_search(market, person)
