"""How well a person and an opening match."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Floats

# Two independent uniform points of one field are |d| apart with a triangular density: mean 1/3, variance 1/18.
_MEAN_DISTANCE = 1.0 / 3.0

_SD_DISTANCE = (1.0 / 18.0) ** 0.5

_FARTHEST = 1.0


def skill_distance(skills: ArrayLike, requirement: ArrayLike, fields: int) -> Floats:
    """Distance of skills from a requirement, in field widths, on the ring of `fields` fields: in [0, fields / 2]."""
    gap = np.abs(np.asarray(skills, dtype=float) - np.asarray(requirement, dtype=float))
    return np.asarray(np.minimum(gap, fields - gap))


def fit(skills: ArrayLike, requirement: ArrayLike, fields: int) -> Floats:
    """Fit of skills to a requirement: mean 0 and variance 1 over people of the opening's own field.

    It falls with distance up to one field width, and no further.
    """
    distance = np.minimum(skill_distance(skills, requirement, fields), _FARTHEST)
    return np.asarray((_MEAN_DISTANCE - distance) / _SD_DISTANCE)


def scaled(*weights: float) -> tuple[float, ...]:
    """Weights scaled so that independent parts of unit variance give unit variance."""
    scale = sum(w * w for w in weights) ** 0.5 or 1.0
    return tuple(w / scale for w in weights)


def fit_one(gap: float, fields: int) -> float:
    """`fit` at one distance along the ring."""
    return (_MEAN_DISTANCE - min(gap, fields - gap, _FARTHEST)) / _SD_DISTANCE


def match_quality(ability: ArrayLike, fit_: ArrayLike, luck: ArrayLike, weights: tuple[float, float, float]) -> Floats:
    """Match quality `a·ability + b·fit + c·luck`, weights scaled so that independent unit parts give unit variance."""
    scale = float(np.sqrt(sum(w * w for w in weights))) or 1.0
    a, b, c = (w / scale for w in weights)
    return a * np.asarray(ability, dtype=float) + b * np.asarray(fit_) + c * np.asarray(luck)
