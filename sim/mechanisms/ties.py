"""How a tie fades, and what a touch does to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Floats


def decayed(value: ArrayLike, elapsed: ArrayLike, half_life: ArrayLike) -> Floats:
    """What is left of a value after `elapsed` days when it halves every `half_life` days."""
    return np.asarray(np.asarray(value) * np.exp2(-np.asarray(elapsed, dtype=float) / np.asarray(half_life)))


def raised(value: ArrayLike, gain: ArrayLike) -> Floats:
    """Raise a value in [0, 1] by the share `gain` of its distance to 1: `v + gain (1 - v)`."""
    value = np.asarray(value, dtype=float)
    return np.asarray(value + np.asarray(gain) * (1.0 - value))


def touched(strength: ArrayLike, familiarity: ArrayLike, gain: float, waking: float) -> Floats:
    """Strength after a touch: the better the person is still known, the faster a dormant tie wakes.

    The gain is `gain + waking · familiarity`, at most 1 (Levin, Walter and Murnighan 2011: dormant ties keep trust).
    """
    return raised(strength, np.minimum(gain + waking * np.asarray(familiarity), 1.0))
