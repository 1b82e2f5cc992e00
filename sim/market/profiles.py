"""Currency of public profiles: how up to date they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.market.market import Market


def currency_now(market: Market, person: NDArray[Any]) -> Floats:
    """How current profiles are today, in [0, 1]; only those of the cast go out of date."""
    people, half_life = market.people, market.scenario.habits.profile_half_life
    age = np.where(people.role[person] > 0, market.env.now - people.profiled[person], 0.0)
    return np.asarray(people.currency[person] * np.exp2(-age / half_life))
