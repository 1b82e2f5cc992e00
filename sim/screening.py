"""How an employer sees, believes, reads and decides: pure functions on arrays.

Nothing here knows how an application came in. An application is a résumé signal and, where a name vouches for it, a
report with its precision; the rest is Bayes' rule, limited reading and limited interviews (`docs/model.md`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

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

    Falls with distance and, from one field width on, falls no further.
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


def update(mean: ArrayLike, variance: ArrayLike, signal: ArrayLike, precision: ArrayLike) -> tuple[Floats, Floats]:
    """Normal-normal updating of a belief by one signal.

    Parameters
    ----------
    mean, variance : array_like
        The belief before; variance above 0.
    signal, precision : array_like
        What was seen and the inverse variance of its noise; precision 0 leaves the belief as it was.

    Returns
    -------
    mean, variance : ndarray
        The belief after (DeGroot 1970, section 9.5).
    """
    mean, signal = np.asarray(mean, dtype=float), np.asarray(signal, dtype=float)
    prior, precision = 1.0 / np.asarray(variance, dtype=float), np.asarray(precision, dtype=float)
    after = 1.0 / (prior + precision)
    updated = np.asarray(after * (prior * mean + precision * signal))
    return updated, after if after.shape == updated.shape else np.full(updated.shape, after)


def score(mean: ArrayLike, variance: ArrayLike, risk_aversion: float) -> Floats:
    """What candidates are ranked by: the mean of belief less `risk_aversion` times its variance."""
    return np.asarray(mean) - risk_aversion * np.asarray(variance)


def top_by_group(group: ArrayLike, value: ArrayLike, size: ArrayLike) -> Bools:
    """Mark the `size[g]` largest values of each group `g`; equal values go to the earlier row.

    Parameters
    ----------
    group : array_like of int, shape (n,)
        Group of each row, in [0, len(size)).
    value : array_like, shape (n,)
        What to rank by.
    size : array_like of int, shape (groups,)
        How many of each group to mark; 0 or less marks none.
    """
    group, value, size = np.asarray(group), np.asarray(value), np.asarray(size)
    order = np.lexsort((-value, group))
    first = np.searchsorted(group[order], np.arange(len(size)))
    rank = np.arange(len(group)) - first[group[order]]
    marked = np.zeros(len(group), dtype=bool)
    marked[order] = rank < size[group[order]]
    return marked


def shortlist(group: ArrayLike, score_: ArrayLike, bar: ArrayLike, slots: ArrayLike) -> Bools:
    """Whom to invite: the best above each opening's bar while its interview slots last.

    `group` gives each row's opening as an index into `bar` and `slots`.
    """
    group, score_ = np.asarray(group), np.asarray(score_)
    invited = np.zeros(len(group), dtype=bool)
    above = np.flatnonzero(score_ > np.asarray(bar)[group])
    invited[above] = top_by_group(group[above], score_[above], slots)
    return invited
