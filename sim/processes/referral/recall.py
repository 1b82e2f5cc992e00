"""The pathway of a referral: heard of, recalled, spoken of, vouched for, handed in.

What happens on the employer's side afterwards is the same for all and lives in `desk.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import Ask, Reason, State
from sim.market.market import Market
from sim.market.tie_state import state_now
from sim.mechanisms import vouching
from sim.processes.referral import news
from sim.processes.referral.vouch import decide_to_vouch


def tell_insiders(market: Market) -> None:
    """For the openings of the day: colleagues around the opening hear of it, and some think of a seeker they know."""
    openings, market.unannounced = np.array(market.unannounced, np.int64), []
    if not len(openings) or not market.scenario.mechanisms.referrals:
        return
    opening, contact = heard = insiders(market, openings)
    news.spread(market, opening, contact)
    row, group = market.ties.to(contact)
    opening, contact = opening[group], contact[group]
    network, people = market.ties, market.people
    person = network.person.take(row)
    state = people.state.take(person)
    elsewhere = people.employer.take(person) != market.openings["employer"].take(opening)
    looking = np.flatnonzero(elsewhere & (state != State.NOT_LOOKING))
    row, opening, person, state = row[looking], opening[looking], person[looking], state[looking]
    contact = contact[looking]
    s, now = market.scenario.referrals, market.env.now
    own_field = people.field.take(person) == market.openings["field"].take(opening)
    np.add.at(market.openings["could_mention"], opening[own_field], 1)
    weight = np.where(own_field, 1.0, s.other_field_recall)
    weight *= np.where(state == State.OPEN, s.recall_open, 1.0)
    weight *= 1.0 + s.bonus_effort * market.scenario.employers.bonus
    luck = market.streams.uniform("recall", person, market.openings["draw_key"].take(opening), contact)
    # No tie is stronger than when it was last touched: most are settled without working out what is left of it.
    most = vouching.recall_chance(network.strength.take(row), network.familiarity.take(row), s.recall)
    likely = np.flatnonzero(luck < weight * most)
    row, opening = row[likely], opening[likely]
    strength, familiarity, _ = state_now(market, row)
    gone = market.scenario.network.gone
    chance = weight[likely] * vouching.recall_chance(strength, familiarity, s.recall, gone)
    recalled = np.flatnonzero(luck[likely] < chance)
    row, opening = row[recalled], opening[recalled]
    note_missed(market, openings, heard, (row, opening))
    key = market.openings["draw_key"][opening]
    lag = s.mention_lag * market.streams.exponential("mention", market.ties.person[row], key, row)
    decide_to_vouch(market, row, opening, reached=now + lag, ask=Ask.NO_ASK)


def note_missed(
    market: Market,
    openings: NDArray[np.int64],
    heard: tuple[NDArray[Any], NDArray[Any]],
    recalled: tuple[NDArray[Any], NDArray[Any]],
) -> None:
    """Of searching people in the cast: contacts at the firm who never heard of an opening, or did not think of them.

    `heard` are openings and the insiders who heard of them, `recalled` ties and openings of those thought of. Nothing
    follows from it; it is where most paths to a referral end, and whoever tells a story wants to know.
    """
    if not market.cast_size:
        return
    people, network = market.people, market.ties
    cast = np.flatnonzero((people.role > 0) & (people.state == State.SEARCHING))
    row, _ = network.of(cast)
    employer = people.employer[network.contact[row]]
    for opening in openings.tolist():
        at, field = market.openings["employer"][opening], market.openings["field"][opening]
        there = row[employer == at]
        person = network.person[there]
        there = there[(people.field[person] == field) & (people.employer[person] != at)]
        there = there[~np.isin(there, recalled[0][recalled[1] == opening])]
        knows = np.isin(network.contact[there], heard[1][heard[0] == opening])
        reason = np.where(knows, Reason.NOT_RECALLED, Reason.NOT_HEARD)
        market.paths.add(
            len(there),
            person=network.person[there],
            opening=opening,
            referrer=network.contact[there],
            tie=there,
            initiated_by=0,
            recalled=market.env.now,
            reason=reason,
        )


def insiders(market: Market, openings: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Up to `team` employees around each opening, of its field where the employer has some, else anybody there.

    One of them is the one who hires: somebody with a say in hiring, where the field has any there.
    """
    team, fields = market.scenario.referrals.team, market.scenario.population.fields
    employer, field = market.openings["employer"][openings].astype(np.int64), market.openings["field"][openings]
    cell = employer * fields + field
    low, high, managers = market.roster.start[cell], market.roster.start[cell + 1], market.roster.managers[cell]
    alone = low == high
    low = np.where(alone, market.roster.start[employer * fields], low)[:, None]
    high = np.where(alone, market.roster.start[(employer + 1) * fields], high)[:, None]
    seats, size = np.arange(team), high - low
    luck = market.streams.uniform("team", market.openings["draw_key"][openings][:, None], seats)
    # A team no larger than its circle is all of it; a larger one is sampled.
    place = np.where(size <= team, seats, np.floor(luck * size).astype(np.int64))
    hires = np.floor(luck * managers[:, None]).astype(np.int64)
    place = np.where((seats == 0) & (managers[:, None] > 0) & (size > team), hires, place)
    of, seat = np.nonzero(place < size)
    opening, contact = openings[of], market.roster.person[(low + place)[of, seat]].astype(np.int64)
    pairs = np.unique(opening * len(market.people) + contact)
    opening, contact = pairs // len(market.people), pairs % len(market.people)
    still = market.people.employer[contact] == market.openings["employer"][opening]
    return opening[still], contact[still]
