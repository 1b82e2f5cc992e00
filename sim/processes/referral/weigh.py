"""Step 5, weigh: the employer weighs a referral on the desk where all applications are read."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sim.market.market import Market
from sim.processes import desk


def weigh(market: Market, candidacies: NDArray[Any], opening: NDArray[Any], arrived: NDArray[Any]) -> None:
    """Give names that have been handed over to the desk, which forms beliefs about everybody by the same rule.

    Only the report and its precision, fixed before, set a referral apart. Where `mechanisms.priority_reading` is on,
    the desk reads every application with a report early, no matter who wrote it.
    """
    desk.receive(market, candidacies, opening, arrived)
