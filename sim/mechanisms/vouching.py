"""What a contact does for a person: recall them, be willing, judge the match, lend a name."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Floats


def recall_chance(strength: ArrayLike, familiarity: ArrayLike, scale: float, gone: float = 0.0) -> Floats:
    """Chance that a contact with job news recalls a person: `scale · (strength + familiarity) / 2`.

    Below the strength `gone` the tie is gone, and the chance is 0.
    """
    strength = np.asarray(strength, dtype=float)
    return np.asarray(np.where(strength < gone, 0.0, scale * 0.5 * (strength + np.asarray(familiarity))))


def willingness(strength: ArrayLike, goodwill: ArrayLike, steepness: float) -> Floats:
    """Chance that a contact is willing to vouch for a person: `1 - exp(-steepness · warmth)`.

    Warmth is the sum of strength and goodwill, at least 0; goodwill below 0 (more asked than given) cools a warm tie.
    """
    warmth = np.maximum(np.asarray(strength) + np.asarray(goodwill), 0.0)
    return np.asarray(1.0 - np.exp(-steepness * warmth))


def contact_noise(familiarity: ArrayLike, stranger: float, close: float) -> Floats:
    """Noise (SD) of a contact's view of a match: geometric from `stranger` at familiarity 0 to `close` at 1."""
    return np.asarray(stranger * (close / stranger) ** np.asarray(familiarity, dtype=float))


def referral_bar(bar: float, stake: float, record: ArrayLike, bonus_pull: float, bonus: float) -> Floats:
    """Belief about the match above which a contact lends a name: raised by their stake, lowered by the bonus.

    `record` in [-1, 1] is how well the referrer's earlier candidates turned out; a good name is worth protecting.
    """
    return np.asarray(bar + stake * (1.0 + np.asarray(record, dtype=float)) - bonus_pull * bonus)


def trust(base: float, record: ArrayLike) -> Floats:
    """Weight of a referrer's report, in [0, 1]: `base · exp(record)`, at most 1."""
    return np.asarray(np.minimum(base * np.exp(np.asarray(record, dtype=float)), 1.0))
