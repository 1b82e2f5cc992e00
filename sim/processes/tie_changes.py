"""What happens to ties during a run: they are touched, made, and become those of former colleagues."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Index, spread_rows
from sim.market.codes import Kind
from sim.market.market import Market
from sim.market.tie_state import state_now, strength_now
from sim.mechanisms import ties as tie_formulas

_ONE_SIDED = Kind.marked("one_sided")


def touch(market: Market, row: NDArray[Any], *, gain: float, tells: bool = False, gift: float = 0.0) -> None:
    """Touch ties: `gain` raises strength, `tells` raises familiarity, `gift` adds goodwill.

    No row may be given twice.
    """
    strength, familiarity, goodwill = state_now(market, row)
    ties, upkeep = market.ties, market.scenario.upkeep
    ties.strength[row] = tie_formulas.touched(strength, familiarity, gain, upkeep.waking if gain > 0 else 0.0)
    ties.familiarity[row] = tie_formulas.raised(familiarity, upkeep.familiarity_gain if tells else 0.0)
    ties.goodwill[row] = goodwill + gift
    ties.touched[row] = market.env.now


def befriend(
    market: Market,
    person: NDArray[Any],
    contact: NDArray[Any],
    *,
    kind: int,
    strength: float,
    familiarity: float,
    mutual: bool = True,
) -> int:
    """Make ties, both ways where `mutual`, though loose ones are not always returned; returns how many were made."""
    if not len(person) or not market.scenario.mechanisms.new_ties:
        return 0
    made = _make(market, person, contact, kind, strength, familiarity)
    if mutual:
        back = made
        if _ONE_SIDED[kind]:
            luck = market.streams.uniform("returned", person[made], contact[made])
            back = made[luck < market.scenario.network.returned]
        _make(market, contact[back], person[back], kind, strength, familiarity)
    return len(made)


def _make(
    market: Market, person: NDArray[Any], contact: NDArray[Any], kind: int, strength: float, familiarity: float
) -> Index:
    _, first = np.unique(person, return_index=True)
    first = np.sort(first)
    who = person[first]
    count = market.ties.start[who + 1] - market.ties.start[who]
    weight = strength_now(market, spread_rows(market.ties.start[who], count))
    made = market.ties.add(
        who,
        contact[first],
        kind=kind,
        strength=strength,
        familiarity=familiarity,
        goodwill=0.0,
        now=market.env.now,
        weight=weight,
    )
    return np.asarray(first[made])


def part(market: Market, person: NDArray[Any]) -> None:
    """Turn colleagues into former ones when people leave their employer."""
    ties = market.ties
    for leaver in person.tolist():
        own = slice(ties.start[leaver], ties.start[leaver + 1])
        ties.kind[own][ties.kind[own] == Kind.COLLEAGUE] = Kind.FORMER_COLLEAGUE
        others = ties.in_tie[ties.in_start[leaver] : ties.in_start[leaver] + ties.in_count[leaver]]
        others = others[ties.contact[others] == leaver]
        ties.kind[others[ties.kind[others] == Kind.COLLEAGUE]] = Kind.FORMER_COLLEAGUE


def meet(market: Market, person: NDArray[Any], contact: NDArray[Any], kind: int = Kind.ACQUAINTANCE) -> int:
    """Make ties between people who met and followed up; returns how many were made."""
    costs = market.scenario.habits
    return befriend(market, person, contact, kind=kind, strength=costs.met_strength, familiarity=costs.met_familiarity)
