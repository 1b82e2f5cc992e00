"""Step 5, weigh: the employer weighs the name on the desk where all applications are read."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sim.market.market import Market
from sim.processes import desk


def weigh(market: Market, candidacies: NDArray[Any], opening: NDArray[Any], arrived: NDArray[Any]) -> None:
    """Give names that have been handed over to the desk, which forms its belief of everybody by the same rule.

    What is special about a referral has been fixed before: the report on the candidacy, and how precise it is. The desk
    reads whatever carries a report early where `mechanisms.priority_reading` is on, whoever wrote it.
    """
    desk.receive(market, candidacies, opening, arrived)
