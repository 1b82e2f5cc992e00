"""Values of a parameter as coordinates of its range."""

from __future__ import annotations

import math

from sim.experiments.sweep import Factor


def coordinate(factor: Factor, value: float) -> float:
    """Return the place of a value in the range of its factor, from 0 to 1; the inverse of `sampling.values_at`."""
    assert factor.low is not None  # noqa: S101  (the file reader requires both ends)
    assert factor.high is not None  # noqa: S101
    more = 0.5 if factor.type == "int" else 0.0
    low, high = factor.low - more, factor.high + more
    if factor.distribution == "loguniform":
        if value <= 0:
            return 0.0
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)


def within(value: float, factor: Factor) -> float:
    """Clip a rounded value to the range."""
    assert factor.low is not None  # noqa: S101
    assert factor.high is not None  # noqa: S101
    return min(max(value, factor.low), factor.high)
