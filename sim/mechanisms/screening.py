"""How an employer reads, believes and decides: pure functions on arrays.

Nothing here depends on the channel. An application is a résumé signal and, if somebody vouches for it, a report with
its precision. The rest is Bayes' rule, limited reading and limited interviews (`docs/model.md`).
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
        The signal and the inverse variance of its noise; precision 0 leaves the belief as it was.

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
    """Score by which candidates are ranked: the mean of the belief less `risk_aversion` times its variance."""
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


def shortlist(group: ArrayLike, score_: ArrayLike, bar: ArrayLike, free_interviews: ArrayLike) -> Bools:
    """Mark the candidates to invite: the best above each opening's bar, up to its free interviews.

    Parameters
    ----------
    group : array_like of int, shape (n,)
        Opening of each row, as an index into `bar` and `free_interviews`.
    score_ : array_like, shape (n,)
        What to rank by.
    bar, free_interviews : array_like, shape (openings,)
        Score to pass, and how many can be invited.
    """
    group, score_ = np.asarray(group), np.asarray(score_)
    invited = np.zeros(len(group), dtype=bool)
    above = np.flatnonzero(score_ > np.asarray(bar)[group])
    invited[above] = top_by_group(group[above], score_[above], free_interviews)
    return invited
