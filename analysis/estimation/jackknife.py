"""Intervals over replications for what is fitted: a function of sums, by leaving one replication out (Miller 1974)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.estimation.intervals import student
from analysis.tables.clusters import Floats

_NAN = float("nan")


def jackknife(sums: Floats, value: Callable[[Floats], float], level: float) -> tuple[float, float, float]:
    """Return a function of totals with its interval over replications.

    Parameters
    ----------
    sums : ndarray, shape (replications, k)
        What adds up over replications.
    value : callable
        From the totals, shape (k,), to the number.
    level : float
        Of the interval.

    Returns
    -------
    tuple
        Value and limits; the limits are NaN for a single replication, or where leaving one out leaves no number.
    """
    total, many = sums.sum(axis=0), len(sums)
    whole = value(total)
    if many < 2:
        return whole, _NAN, _NAN
    pseudo = many * whole - (many - 1) * np.array([value(total - one) for one in sums])
    half = student(level, many - 1) * float(pseudo.std(ddof=1)) / many**0.5
    return whole, whole - half, whole + half


def ratio_interval(sums: Floats, value: Callable[[Floats], float], level: float) -> tuple[float, float, float]:
    """Return the same for a positive ratio, by its logarithm."""

    def logarithm(total: Floats) -> float:
        found = value(total)
        return float(np.log(found)) if found > 0 else _NAN

    middle, low, high = jackknife(sums, logarithm, level)
    return float(np.exp(middle)), float(np.exp(low)), float(np.exp(high))
