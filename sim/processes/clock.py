"""The type of a process, and the people whose week is planned today."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.arrays import Index
from sim.market.market import Market

Process = Generator[simpy.Event, Any, None]
"""A generator that `env.process` runs."""


def cohort(market: Market) -> Index:
    """The seventh of the people whose week is planned today."""
    return np.arange(int(market.env.now) % 7, len(market.people), 7)
