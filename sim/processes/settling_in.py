"""What a new job or an interview leaves behind: ties to colleagues, a friend at work, acquaintances, lessons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import Kind, State
from sim.market.market import Market
from sim.market.tie_state import strength_now
from sim.processes import employment
from sim.processes.referral import outcome
from sim.processes.tie_changes import befriend
from sim.records import observe


def settle_in(market: Market) -> None:
    """At the week's end: new hires make ties to colleagues, and interviews leave acquaintances and lessons."""
    _meet_colleagues(market)
    candidacies, market.newly_seen = np.array(market.newly_seen, np.int64), []
    if not len(candidacies):
        return
    rows = market.candidacies["row"][candidacies]
    person, opening = market.applications["person"][rows].astype(np.int64), market.applications["opening"][rows]
    outcome.remember(market, candidacies)
    market.people.taught[person] = True
    luck = market.streams.uniform("interviewer", person, market.openings["draw_key"][opening])
    chance = market.scenario.referrals.interviewer_tie
    met = np.flatnonzero(luck < chance)
    employer = market.openings["employer"][opening[met]]
    contact, there = market.roster.somebody_at(employer, luck[met] / max(chance, 1e-9))
    costs = market.scenario.habits
    befriend(
        market,
        person[met][there],
        contact[there],
        kind=Kind.ACQUAINTANCE,
        strength=costs.met_strength,
        familiarity=costs.met_familiarity,
    )


def _meet_colleagues(market: Market) -> None:
    person, market.newly_hired = np.array(market.newly_hired, np.int64), []
    if not len(person):
        return
    greet(market, person)
    market.exposure.extend(observe.ties_inside(market, person))
    employer = market.people.employer[person]
    colleague = market.scenario.network.colleague
    for turn in range(market.scenario.referrals.new_colleagues):
        contact, there = market.roster.somebody_at(employer, market.streams.uniform("new colleague", person, turn))
        befriend(
            market,
            person[there],
            contact[there],
            kind=Kind.COLLEAGUE,
            strength=colleague.strength,
            familiarity=0.5 * colleague.familiarity,
        )


def greet(market: Market, person: NDArray[np.int64]) -> None:
    """Record how good a friend newcomers have at work: their strongest tie to somebody who works there, or 0."""
    row, group = market.ties.of(person)
    inside = np.flatnonzero(market.people.employer[market.ties.contact[row]] == market.people.employer[person[group]])
    strongest = np.zeros(len(person))
    np.maximum.at(strongest, group[inside], strength_now(market, row[inside]))
    market.people.friend[person] = strongest
    employment.settle(market, person[market.people.state[person] != State.SEARCHING])
