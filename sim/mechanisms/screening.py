"""How an employer sees, believes, reads and decides: pure functions on arrays.

Nothing here knows how an application came in. An application is a résumé signal and, if somebody vouches for it, a
report with its precision. The rest is Bayes' rule, limited reading and limited interviews (`docs/model.md`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import Bools, Floats


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
