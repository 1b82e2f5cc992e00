"""Intervals for fitted numbers: functions of sums over replications, leaving one out at a time (Miller 1974)."""

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
        Sums of each replication.
    value : callable
        Function of the totals, shape (k,).
    level : float
        Confidence of the interval.

    Returns
    -------
    tuple
        Value and limits; the limits are NaN for a single replication, or where leaving one out leaves no value.
    """
    total, count = sums.sum(axis=0), len(sums)
    whole = value(total)
    if count < 2:
        return whole, _NAN, _NAN
    pseudo = count * whole - (count - 1) * np.array([value(total - left_out) for left_out in sums])
    half = student(level, count - 1) * float(pseudo.std(ddof=1)) / count**0.5
    return whole, whole - half, whole + half


def ratio_interval(sums: Floats, value: Callable[[Floats], float], level: float) -> tuple[float, float, float]:
    """Return the same for a positive ratio, on the log scale."""

    def logarithm(total: Floats) -> float:
        quotient = value(total)
        return float(np.log(quotient)) if quotient > 0 else _NAN

    middle, low, high = jackknife(sums, logarithm, level)
    return float(np.exp(middle)), float(np.exp(low)), float(np.exp(high))
