"""Step 7, outcome: the employer remembers how each referrer's candidates did."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import NOBODY
from sim.market.market import Market


def remember(market: Market, candidacies: NDArray[Any]) -> None:
    """Update the referrers' records by how the interviews compared with what the employer had expected.

    A record in [-1, 1] moves towards `clip(seen - expected, -1, 1)` by the share `1 - exp(-screening.learning)`.
    """
    if not market.scenario.mechanisms.referrer_record:
        return
    candidacies = candidacies[market.candidacies["referrer"][candidacies] != NOBODY]
    referrer = market.candidacies["referrer"][candidacies]
    surprise = np.clip(market.candidacies["seen"][candidacies] - market.candidacies["mean"][candidacies], -1.0, 1.0)
    step = 1.0 - np.exp(-market.scenario.screening.learning)
    market.people.record[referrer] += step * (surprise - market.people.record[referrer])
