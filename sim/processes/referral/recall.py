"""Step 1, recall: insiders hear of an opening, and some recall a person they know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import Ask, Reason, State
from sim.market.market import Market
from sim.market.tie_state import state_now
from sim.mechanisms import vouching
from sim.processes.referral import news
from sim.processes.referral.insiders import insiders
from sim.processes.referral.vouch import decide_to_vouch


def tell_insiders(market: Market) -> None:
    """Employees around the day's openings hear of them, and some recall a seeker they know."""
    openings, market.unannounced = np.array(market.unannounced, np.int64), []
    if not len(openings) or not market.scenario.mechanisms.referrals:
        return
    opening, contact = heard = insiders(market, openings)
    news.spread(market, opening, contact)
    row, group = market.ties.to(contact)
    opening, contact = opening[group], contact[group]
    ties, people = market.ties, market.people
    person = ties.person.take(row)
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
    # No tie is stronger than at its last touch: this bound rules most out before today's strength is worked out.
    bound = vouching.recall_chance(ties.strength.take(row), ties.familiarity.take(row), s.recall)
    likely = np.flatnonzero(luck < weight * bound)
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
    """Record contacts at the firm who did not hear of an opening, or did not recall a searching person of the cast.

    It changes nothing in the market, but most paths to a referral end here, and a story should say so.

    Parameters
    ----------
    openings : ndarray of int
        The openings of the day.
    heard : pair of ndarray
        Openings, and the insiders who heard of them.
    recalled : pair of ndarray
        Ties to the people who were recalled, and the openings.
    """
    if not market.cast_size:
        return
    people, ties = market.people, market.ties
    cast = np.flatnonzero((people.role > 0) & (people.state == State.SEARCHING))
    row, _ = ties.of(cast)
    employer = people.employer[ties.contact[row]]
    for opening in openings.tolist():
        at, field = market.openings["employer"][opening], market.openings["field"][opening]
        there = row[employer == at]
        person = ties.person[there]
        there = there[(people.field[person] == field) & (people.employer[person] != at)]
        there = there[~np.isin(there, recalled[0][recalled[1] == opening])]
        knows = np.isin(ties.contact[there], heard[1][heard[0] == opening])
        reason = np.where(knows, Reason.NOT_RECALLED, Reason.NOT_HEARD)
        market.paths.add(
            len(there),
            person=ties.person[there],
            opening=opening,
            referrer=ties.contact[there],
            tie=there,
            initiated_by=0,
            recalled=market.env.now,
            reason=reason,
        )
