"""How current public profiles are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.market.market import Market


def currency_now(market: Market, person: NDArray[Any]) -> NDArray[np.float64]:
    """How current profiles are today; those of the crowd are kept as they are."""
    people, half_life = market.people, market.scenario.habits.profile_half_life
    age = np.where(people.role[person] > 0, market.env.now - people.profiled[person], 0.0)
    return np.asarray(people.currency[person] * np.exp2(-age / half_life))
