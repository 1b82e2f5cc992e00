"""Job news, between steps 1 and 2: insiders tell contacts of openings, and these may tell a seeker they know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import least, spread_rows
from sim.market.codes import Ask, Channel, State
from sim.market.market import Market
from sim.market.tie_state import state_now
from sim.mechanisms import vouching
from sim.processes import applying, desk
from sim.processes.referral import reach_out, vouch


def spread(market: Market, opening: NDArray[np.int64], insider: NDArray[np.int64]) -> None:
    """Insiders tell a few contacts of their openings, who tell seekers of the right field.

    A seeker who hears of an opening asks a contact inside the firm, or applies directly if there is none. Hearing of
    the same opening twice adds nothing.

    Parameters
    ----------
    opening, insider : ndarray of int, shape (n,)
        Pairs of an opening and an employee who has heard of it.
    """
    s = market.scenario
    if not s.mechanisms.news or not s.referrals.passes_on or not len(opening):
        return
    ties, people = market.ties, market.people
    turn = np.tile(np.arange(s.referrals.passes_on), len(opening))
    opening, insider = np.repeat(opening, s.referrals.passes_on), np.repeat(insider, s.referrals.passes_on)
    key = market.openings["draw_key"][opening]
    row, held = ties.pick(insider, market.streams.uniform("passed on", insider, key, turn))
    opening, listener = opening[held], ties.contact[row].astype(np.int64)
    outside = people.employer[listener] != market.openings["employer"][opening]
    opening, listener = opening[outside], listener[outside]
    row, group = ties.to(listener)
    opening, person = opening[group], ties.person[row]
    own_field = people.field[person] == market.openings["field"][opening]
    elsewhere = people.employer[person] != market.openings["employer"][opening]
    fine = np.flatnonzero(own_field & elsewhere & (people.state[person] == State.SEARCHING))
    row, opening, person, teller = row[fine], opening[fine], person[fine], listener[group[fine]]
    luck = market.streams.uniform("told", person, market.openings["draw_key"][opening], teller)
    # As in recall: the strength at the last touch is a bound that rules most out.
    likely = luck < vouching.recall_chance(ties.strength[row], ties.familiarity[row], s.referrals.news_recall)
    row, opening, person, luck = row[likely], opening[likely], person[likely], luck[likely]
    strength, familiarity, _ = state_now(market, row)
    recalled = np.flatnonzero(
        luck < vouching.recall_chance(strength, familiarity, s.referrals.news_recall, s.network.gone)
    )
    recalled = recalled[_first(opening[recalled], person[recalled])]
    _ask_or_apply(market, opening[recalled], person[recalled].astype(np.int64), ties.contact[row[recalled]])


def _first(opening: NDArray[Any], person: NDArray[Any]) -> NDArray[np.int64]:
    """The first telling of each opening to each person."""
    _, first = np.unique(opening.astype(np.int64) << 32 | person, return_index=True)
    return np.sort(first)


def _ask_or_apply(market: Market, opening: NDArray[Any], person: NDArray[Any], teller: NDArray[Any]) -> None:
    """Seekers who heard of an opening ask their nearest contact inside the firm; those without one apply."""
    ties, people, now = market.ties, market.people, market.env.now
    # Keep the ties of these seekers that lead inside the firm.
    count = ties.start[person + 1] - ties.start[person]
    row = spread_rows(ties.start[person], count)
    contact = ties.contact.take(row)
    inside = people.employer.take(contact) == np.repeat(market.openings["employer"].take(opening), count)
    inside &= contact >= 0
    inside = np.flatnonzero(inside)
    row, group = row[inside], np.searchsorted(np.cumsum(count), inside, side="right")
    strength, familiarity, _ = state_now(market, row)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    nearest = least(-strength, np.diff(np.append(first, len(group))))
    informed = familiarity[nearest] >= market.scenario.referrals.informed_familiarity
    vouch.decide_to_vouch(
        market,
        row[nearest],
        opening[group[nearest]],
        reached=np.full(len(nearest), now),
        ask=np.where(informed, Ask.INFORMED, Ask.RUSHED),
    )
    market.people.asked[person[group[nearest]]] += 1
    reach_out.spend_goodwill(market, row[nearest])
    alone = np.ones(len(person), dtype=bool)
    alone[group] = False
    _apply(market, opening[alone], person[alone], teller[alone])


def _apply(market: Market, opening: NDArray[Any], person: NDArray[Any], teller: NDArray[Any]) -> None:
    """Seekers with nobody inside apply directly; their applications lie in the pile like any other."""
    new = np.flatnonzero(market.board.claim(market.openings["board_slot"][opening], person))
    opening, person, teller = opening[new], person[new], teller[new]
    sent = np.full(len(new), market.env.now)
    first = applying.enter(market, person, opening, channel=Channel.DIRECT, sent=sent)
    candidacy = market.candidacies.add(len(new), row=first + np.arange(len(new)), arrived=sent)
    market.endorsements.add(len(new), candidacy=candidacy + np.arange(len(new)), heard_from=teller)
    desk.lay(market, candidacy + np.arange(len(new)), opening)
