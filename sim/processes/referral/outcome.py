"""Step 7, outcome: what the employer remembers of whoever vouched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import NOBODY

if TYPE_CHECKING:
    from sim.market.market import Market


def remember(market: Market, cases: NDArray[Any]) -> None:
    """Employers remember of whoever vouched how the interview compared with what it had made them expect."""
    if not market.scenario.mechanisms.referrer_record:
        return
    cases = cases[market.cases["referrer"][cases] != NOBODY]
    referrer = market.cases["referrer"][cases]
    surprise = np.clip(market.cases["seen"][cases] - market.cases["mean"][cases], -1.0, 1.0)
    step = 1.0 - np.exp(-market.scenario.screening.learning)
    market.people.record[referrer] += step * (surprise - market.people.record[referrer])
