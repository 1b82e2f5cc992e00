"""What a check can see, computed before anything runs: chances of each verdict, and the replications that decide.

Shifts and margins are in units of the standard deviation between replications. No gain from pairing is assumed: the two
replications of a pair count as independent, so their difference has twice the variance.

The chances are those of the verdict at one look, of `drift.verdict` and not of one of its parts. *Changed* asks for an
interval that excludes zero and reaches the margin. With the difference D, the half-width h and the margin m, that is
D > max(h, m - h), or the same on the other side. A check looks several times: what is found at an earlier look comes on
top.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import optimize, stats

from analysis.checks.drift import FIRST_LOOK, Plan, plan, student
from analysis.tables.clusters import Floats

POWER = 0.9
"""Power at which the smallest detectable shift is stated."""
CLEAR = 0.95
"""Chance that an unchanged scenario is called same in every quantity at the last look, if all can be decided."""
MANY = 1_000_000
"""More replications than anybody would wait for."""
_GRID = 2000


def chance_of_changed(shift: float, margin: float, replications: int, error: float) -> float:
    """Return the chance of the verdict *changed*, averaged over the standard deviations that may be estimated.

    Parameters
    ----------
    shift, margin
        True shift, and the margin, in standard deviations between replications.
    replications
        Replications compared, and as many of the reference.
    error
        Two-sided error of the interval, in (0, 1).

    Returns
    -------
    float
        In [0, 1].
    """
    scale = math.sqrt(2 / replications)
    centre, half = shift / scale, _half_widths(replications, error)
    least = np.maximum(half, margin / scale - half)
    return float((stats.norm.cdf(centre - least) + stats.norm.cdf(-centre - least)).mean())


def chance_of_same(margin: float, replications: int, error: float) -> float:
    """Return the chance that an unchanged quantity has its interval inside the margin; arguments as above.

    Once in 1 / ``error`` such intervals the verdict is *moved* instead of *same*.
    """
    room = margin / math.sqrt(2 / replications) - _half_widths(replications, error)
    return float(np.maximum(2 * stats.norm.cdf(room) - 1, 0).mean())


def _half_widths(replications: int, error: float) -> Floats:
    """Return half-widths in true standard errors, at evenly spaced quantiles of the estimated standard deviation."""
    return student(error, replications - 1) * _deviations(replications - 1)


@lru_cache(maxsize=256)
def _deviations(freedom: int) -> Floats:
    places = (np.arange(_GRID) + 0.5) / _GRID
    return np.asarray(np.sqrt(stats.chi2.ppf(places, freedom) / freedom))


@lru_cache(maxsize=4096)
def smallest_shift(margin: float, replications: int, error: float, power: float = POWER) -> float:
    """Return the smallest shift, in standard deviations between replications, called *changed* with this power."""
    top = margin + 4 * (student(error, replications - 1) + 4) * math.sqrt(2 / replications)
    return float(optimize.brentq(lambda shift: chance_of_changed(shift, margin, replications, error) - power, 0, top))


@lru_cache(maxsize=1024)
def margin_needed(replications: int, error: float, chance: float) -> float:
    """Return the smallest margin, in standard deviations, at which a look decides either way.

    With it, an unchanged quantity lies inside the margin with this chance, and a shift as large as the margin is called
    *changed* with power `POWER` or more.
    """
    top = 8 * (student(error, replications - 1) + 4) * math.sqrt(2 / replications)
    same = float(optimize.brentq(lambda margin: chance_of_same(margin, replications, error) - chance, 0, top))
    if chance_of_changed(same, same, replications, error) >= POWER:
        return same
    return float(
        optimize.brentq(lambda margin: chance_of_changed(margin, margin, replications, error) - POWER, same, top)
    )


def least_margin(planned: Plan) -> float:
    """Return the smallest margin, in standard deviations, that the last look of a plan decides.

    If all quantities have it, an unchanged scenario is called same in all of them with chance `CLEAR`.
    """
    last = len(planned.looks) - 1
    chance = 1 - (1 - CLEAR) / max(planned.quantities, 1)
    return margin_needed(planned.looks[last], planned.share(last), chance)


def replications_needed(margin: float, quantities: int, false_alarm: float, scenarios: int) -> int:
    """Return how many replications decide at a margin, rounded up to two digits.

    Parameters
    ----------
    margin
        In standard deviations between replications, above 0.
    quantities, false_alarm, scenarios
        As in :func:`analysis.checks.drift.plan`.

    Returns
    -------
    int
        At least `drift.FIRST_LOOK`; above `MANY` it says no more than that.
    """

    def decides(count: int) -> bool:
        return _least(count, quantities, false_alarm, scenarios) <= margin

    steps = _round_numbers()
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(steps[middle]) else (middle + 1, high)
    return steps[low]


_LARGE = 1000


@lru_cache(maxsize=4096)
def _least(count: int, quantities: int, false_alarm: float, scenarios: int) -> float:
    if count > _LARGE:  # Student's quantiles are normal by then, and intervals shrink with the root
        return _least(_LARGE, quantities, false_alarm, scenarios) * math.sqrt(_LARGE / count)
    return least_margin(plan(count, quantities, false_alarm=false_alarm, scenarios=scenarios))


@lru_cache(maxsize=1)
def _round_numbers() -> tuple[int, ...]:
    steps = {digits * 10**power for power in range(6) for digits in range(10, 100)} | {8, 9, MANY, 2 * MANY}
    return tuple(sorted(step for step in steps if step >= FIRST_LOOK))
