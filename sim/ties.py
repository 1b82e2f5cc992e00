"""The life of a tie: decay when looked at, touch, ask. Pure functions; the arrays live in `network.Ties`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

TOUCH_GAIN = 0.25
"""Share of the way to full strength that one touch goes."""


def decayed(value: ArrayLike, elapsed: ArrayLike, half_life: ArrayLike) -> Floats:
    """What is left of a value after `elapsed` days when it halves every `half_life` days."""
    return np.asarray(np.asarray(value) * np.exp2(-np.asarray(elapsed, dtype=float) / np.asarray(half_life)))


def touched(strength: ArrayLike, gain: float = TOUCH_GAIN) -> Floats:
    """Strength after a touch: `s + gain (1 - s)`, so that it never passes 1."""
    strength = np.asarray(strength, dtype=float)
    return strength + gain * (1.0 - strength)


def recall_chance(strength: ArrayLike, familiarity: ArrayLike, scale: float) -> Floats:
    """Chance that a contact with job news thinks of a person: rises with how near and how well known the person is."""
    return np.asarray(scale * 0.5 * (np.asarray(strength) + np.asarray(familiarity)))


def willingness(strength: ArrayLike, goodwill: ArrayLike, steepness: float) -> Floats:
    """Chance that a contact is willing to stand up for a person: `1 - exp(-steepness (strength + goodwill))`.

    Goodwill below 0 counts as 0: who owes is asked as a stranger is.
    """
    warmth = np.asarray(strength) + np.maximum(goodwill, 0.0)
    return np.asarray(1.0 - np.exp(-steepness * warmth))


def contact_noise(familiarity: ArrayLike, stranger: float, close: float) -> Floats:
    """Noise (SD) of what a contact sees of a match: geometric from `stranger` at familiarity 0 to `close` at 1."""
    return np.asarray(stranger * (close / stranger) ** np.asarray(familiarity, dtype=float))
