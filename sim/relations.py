"""What happens to ties while the clock runs: looked at, touched, told, made, and parted from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import ties
from sim.columns import spread_rows
from sim.network import ACQUAINTANCE, CLOSE_FRIEND, COLLEAGUE, FORMER_COLLEAGUE, MENTOR, RETURNED, Index

if TYPE_CHECKING:
    from sim.market import Market

Floats = NDArray[np.float64]
_EVERYDAY = np.zeros(len(RETURNED), dtype=bool)
_EVERYDAY[[CLOSE_FRIEND, MENTOR, COLLEAGUE]] = True
NEUTRAL_GOODWILL = 0.3
"""Goodwill of everybody where the mechanism is switched off: the mean at the start."""


def elapsed(market: Market, row: NDArray[Any]) -> Floats:
    """Days since a tie was last touched, as of today.

    Everyday life touches friends, mentors and colleagues now and then: the time since is then the shorter of that since
    the last deliberate touch and an exponential one, the same for all who look in the same week. Of the other kinds it
    does so only for the crowd, where it stands for the coming and going of acquaintances that is not followed one by
    one: a loose tie of somebody in the cast lives by what is done for it.
    """
    network, now = market.ties, market.env.now
    since = now - network.touched[row]
    if not market.scenario.mechanisms.tie_decay:
        return np.zeros(len(row))
    chance = market.scenario.network.dormancy * market.streams.exponential("everyday contact", row, int(now // 7))
    if market.cast_size:
        left_alone = (market.people.role[network.person[row]] > 0) & ~_EVERYDAY[network.kind[row]]
        chance[left_alone] = np.inf
    return np.asarray(np.minimum(since, chance))


def strength_now(market: Market, row: NDArray[Any]) -> Floats:
    """Strength of ties as of today."""
    network = market.ties
    return ties.decayed(network.strength[row], elapsed(market, row), network.half_life[network.kind[row]])


def state_now(market: Market, row: NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Strength, familiarity and goodwill of ties as of today: contact fades fast, what is known and owed slowly."""
    network, upkeep, since = market.ties, market.scenario.upkeep, elapsed(market, row)
    strength = ties.decayed(network.strength[row], since, network.half_life[network.kind[row]])
    familiarity = ties.decayed(network.familiarity[row], since, upkeep.familiarity_half_life)
    if not market.scenario.mechanisms.goodwill:
        return strength, familiarity, np.full(len(row), NEUTRAL_GOODWILL)
    return strength, familiarity, ties.decayed(network.goodwill[row], since, upkeep.goodwill_half_life)


def touch(market: Market, row: NDArray[Any], *, gain: float, tells: bool = False, gift: float = 0.0) -> None:
    """A touch of some ties, all different: strength rises, and with it what is told and given."""
    strength, familiarity, goodwill = state_now(market, row)
    network, upkeep = market.ties, market.scenario.upkeep
    network.strength[row] = ties.touched(strength, familiarity, gain, upkeep.waking if gain > 0 else 0.0)
    network.familiarity[row] = ties.raised(familiarity, upkeep.familiarity_gain if tells else 0.0)
    network.goodwill[row] = goodwill + gift
    network.touched[row] = market.env.now


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
    """New ties, both ways where `mutual` (loose ones are not always returned); says how many people made one."""
    if not len(person) or not market.scenario.mechanisms.new_ties:
        return 0
    made = _make(market, person, contact, kind, strength, familiarity)
    if mutual:
        back = made
        if RETURNED[kind]:
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
    """People leave their employer, and their colleagues become former ones."""
    network = market.ties
    for one in person.tolist():
        own = slice(network.start[one], network.start[one + 1])
        network.kind[own][network.kind[own] == COLLEAGUE] = FORMER_COLLEAGUE
        others = network.in_tie[network.in_start[one] : network.in_start[one] + network.in_count[one]]
        others = others[network.contact[others] == one]
        network.kind[others[network.kind[others] == COLLEAGUE]] = FORMER_COLLEAGUE


def meet(market: Market, person: NDArray[Any], contact: NDArray[Any], kind: int = ACQUAINTANCE) -> int:
    """People meet others and follow up."""
    costs = market.scenario.habits
    return befriend(market, person, contact, kind=kind, strength=costs.met_strength, familiarity=costs.met_familiarity)
