"""What happens to a person's job and search: searching, weighing an offer, being hired, leaving."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.market.codes import NOBODY, LeftBecause, State
from sim.market.market import Market
from sim.mechanisms import ties
from sim.processes import openings, tie_changes
from sim.streams import standard_normal


def start_search(market: Market, person: NDArray[Any]) -> None:
    """People begin to search."""
    market.people.state[person] = State.SEARCHING
    market.people.search_start[person] = market.env.now


def end_search(market: Market, person: NDArray[Any], how: int) -> None:
    """People stop searching for the reason `how`, one of `SpellEnd`."""
    if not len(person):
        return
    person = person[market.people.state[person] == State.SEARCHING]
    if len(person):
        _note_spell(market, person, how)
    settle(market, person)


def settle(market: Market, person: NDArray[Any]) -> None:
    """Decide who, among those not searching, is open to offers: the less attached to the job, the more likely."""
    likely = market.scenario.careers.open * np.exp(-attachment(market, person))
    content = market.streams.uniform("open to offers", person) >= likely
    market.people.state[person] = np.where(content, State.NOT_LOOKING, State.OPEN)


def hire(market: Market, candidacy: int) -> int | None:
    """A candidate takes the job; returns the opening for the job that they leave, or None."""
    applications, people, now = market.applications, market.people, market.env.now
    row = int(market.candidacies["row"][candidacy])
    person, opening, how = int(applications["person"][row]), int(applications["opening"][row]), applications["channel"]
    notice = market.streams.one("notice", person, market.openings["draw_key"][opening])
    market.candidacies["accepted"][candidacy] = now
    market.candidacies["started"][candidacy] = now - market.scenario.hiring.notice * log(notice)
    market.openings["filled"][opening], market.openings["hired_candidacy"][opening] = now, candidacy
    who = np.array([person])
    if people.state[person] == State.SEARCHING:
        _note_spell(market, who, how[row])
    left = int(people.employer[person])
    leave(market, who, LeftBecause.MOVED)
    people.employer[person] = market.openings["employer"][opening]
    people.hired_at[person] = now
    people.job_match[person] = match = market.match_one(person, opening)
    people.friend[person] = 0.0  # until the week's end, when `settling_in.greet` finds whom they know there
    settle(market, who)
    market.job_row[person] = market.jobs.add(
        1,
        person=person,
        employer=people.employer[person],
        opening=opening,
        start=now,
        match=match,
        channel=how[row],
        belief=market.candidacies["final"][candidacy],
    )
    market.newly_hired.append(person)
    openings.close(market, opening)
    return openings.replace(market, person, left) if left != NOBODY and market.scenario.mechanisms.turnover else None


def leave(market: Market, person: NDArray[Any], why: int) -> None:
    """People leave their employer for the reason `why`, one of `LeftBecause`; colleagues become former ones."""
    tie_changes.part(market, person)
    market.people.employer[person] = NOBODY
    # A new employer does not know how somebody's referrals turned out elsewhere.
    market.people.record[person] = 0.0
    row = market.job_row[person]
    row = row[row >= 0]
    market.jobs["end"][row], market.jobs["why"][row] = market.env.now, why
    market.job_row[person] = -1


def wants(market: Market, candidacy: int) -> bool:
    """Whether a candidate takes an offer: still free, and the job is worth enough to them beside the one they hold."""
    row = market.candidacies["row"][candidacy]
    person, opening = market.applications["person"][row], market.applications["opening"][row]
    worth = standard_normal(market.streams.one("worth of a job", person, market.openings["draw_key"][opening]))
    if market.scenario.mechanisms.match_quits:
        worth += market.scenario.careers.quit_slope * float(market.candidacies["final"][candidacy])
        worth -= float(attachment(market, np.array([person]))[0])
    return bool(market.still_free(candidacy)) and worth > market.scenario.hiring.reservation


def attachment(market: Market, person: NDArray[Any]) -> Floats:
    """How attached people are to their job: by its match, and by a friend among the colleagues when hired.

    `quit_slope · match + friend_at_work · strength · 2^(-tenure / friend_half_life)`; 0 for people without a job.
    """
    careers, people = market.scenario.careers, market.people
    if not market.scenario.mechanisms.match_quits:
        return np.zeros(len(person))
    friend = ties.decayed(people.friend[person], market.env.now - people.hired_at[person], careers.friend_half_life)
    held = careers.quit_slope * people.job_match[person] + careers.friend_at_work * friend
    return np.where(people.employer[person] == NOBODY, 0.0, held)


def _note_spell(market: Market, person: NDArray[Any], how: Any) -> None:
    """Record spells of search that end today."""
    people = market.people
    market.spells.add(
        len(person),
        person=person,
        start=people.search_start[person],
        end=market.env.now,
        employed=people.employer[person] != NOBODY,
        how=how,
    )
    people.search_start[person] = np.nan
