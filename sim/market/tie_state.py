"""The state of a tie today: what is left of its strength, familiarity and goodwill."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.market.codes import Kind
from sim.market.market import Market
from sim.mechanisms import ties as tie_formulas

_EVERYDAY = Kind.marked("everyday")

NEUTRAL_GOODWILL = 0.3
"""Goodwill of every tie where `mechanisms.goodwill` is off: the mean at the start."""


def elapsed(market: Market, row: NDArray[Any]) -> Floats:
    """Days since the last touch of each tie, a deliberate one or a later chance meeting.

    Chance meetings count for friends, mentors and colleagues; other ties get them only outside the cast. The time since
    one is an exponential draw, the same throughout a week. In the crowd it stands for the turnover of acquaintances,
    which is not simulated; loose ties of the cast fade unless somebody keeps them up.
    """
    ties, now = market.ties, market.env.now
    since = now - ties.touched[row]
    if not market.scenario.mechanisms.tie_decay:
        return np.zeros(len(row))
    chance = market.scenario.network.dormancy * market.streams.exponential("everyday contact", row, int(now // 7))
    if market.cast_size:
        left_alone = (market.people.role[ties.person[row]] > 0) & ~_EVERYDAY[ties.kind[row]]
        chance[left_alone] = np.inf
    return np.asarray(np.minimum(since, chance))


def strength_now(market: Market, row: NDArray[Any]) -> Floats:
    """Strength of ties today."""
    ties = market.ties
    return tie_formulas.decayed(ties.strength[row], elapsed(market, row), ties.half_life[ties.kind[row]])


def state_now(market: Market, row: NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Strength, familiarity and goodwill of ties today; strength fades fast, familiarity and goodwill slowly."""
    ties, upkeep, since = market.ties, market.scenario.upkeep, elapsed(market, row)
    strength = tie_formulas.decayed(ties.strength[row], since, ties.half_life[ties.kind[row]])
    familiarity = tie_formulas.decayed(ties.familiarity[row], since, upkeep.familiarity_half_life)
    if not market.scenario.mechanisms.goodwill:
        return strength, familiarity, np.full(len(row), NEUTRAL_GOODWILL)
    return strength, familiarity, tie_formulas.decayed(ties.goodwill[row], since, upkeep.goodwill_half_life)
