"""From factors to points: levels of a range, points of the unit cube, and values from coordinates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.designs import salib_problem
from sim.streams import Streams

if TYPE_CHECKING:
    from sim.experiments.sweep import Factor

Floats = NDArray[np.float64]

STREAM = "design"
_EDGE = 2.0**-40  # least distance of a coordinate from 0 and 1, so that quantiles stay finite


def levels(low: float, high: float, steps: int, *, log: bool, whole: bool) -> tuple[Any, ...]:
    """Divide a range into levels, both ends included; whole numbers that coincide are kept once."""
    spaced = np.geomspace(low, high, steps) if log else np.linspace(low, high, steps)
    # The ends exactly as written, without rounding by the logarithm.
    spaced[0], spaced[-1] = low, high
    if whole:
        return tuple(dict.fromkeys(int(number) for number in np.rint(spaced)))
    # Twelve digits: 0.3 and not 0.30000000000000004.
    inner = (float(f"{number:.12g}") for number in spaced[1:-1])
    return (float(spaced[0]), *inner, float(spaced[-1]))


def unit_cube(
    design: str, factors: Sequence[Factor], samples: int, seed: int, *, levels: int, second_order: bool
) -> Floats:
    """Draw a sampled design in the unit cube.

    Parameters
    ----------
    design : str
        ``latin-hypercube``, ``sobol`` (Saltelli's arrangement) or ``morris``.
    factors : sequence of Factor
        One for each dimension.
    samples : int
        Points, base samples or trajectories.
    seed : int
        Root seed of the sweep; the design has a stream of its own.
    levels : int
        Levels of Morris' grid, an even number.
    second_order : bool
        Whether to add the points for Sobol' indices of second order.

    Returns
    -------
    array of float, shape (points, factors)
        In the order in which SALib's analysis expects the results.
    """
    draws = Streams(seed, 0).generator(STREAM)
    if design == "latin-hypercube":
        from scipy.stats import qmc

        return np.asarray(qmc.LatinHypercube(len(factors), rng=draws).random(samples))
    from SALib.sample import morris, sobol

    problem = salib_problem([factor.path for factor in factors])
    if design == "sobol":
        return np.asarray(sobol.sample(problem, samples, calc_second_order=second_order, seed=draws))
    return np.asarray(morris.sample(problem, samples, num_levels=levels, seed=draws))


def values_at(factor: Factor, coordinates: Floats, *, grid: int = 0) -> list[Any]:
    """Turn coordinates of the unit interval into values of a factor.

    Parameters
    ----------
    factor : Factor
        The factor.
    coordinates : array of float, shape (points,)
        In [0, 1].
    grid : int, optional
        Number of levels if the coordinates are those of Morris' grid, which includes 0 and 1. A distribution without
        ends then takes the middle of each of that many equally likely parts.

    Returns
    -------
    list
        Python values, whole numbers and switches as such.
    """
    if factor.values:
        last = len(factor.values) - 1
        nearest = np.rint(coordinates * last) if grid else np.floor(coordinates * (last + 1))
        return [factor.values[index] for index in np.minimum(nearest.astype(int), last)]
    inside = np.clip(coordinates, _EDGE, 1 - _EDGE)
    if grid and factor.distribution in ("normal", "lognormal"):
        inside = (0.5 + coordinates * (grid - 1)) / grid
    drawn = _quantiles(factor, inside, grid=bool(grid))
    if factor.type == "int":
        drawn = np.rint(drawn)
    low, high = factor.low, factor.high
    drawn = np.clip(drawn, -np.inf if low is None else low, np.inf if high is None else high)
    if factor.type == "int":
        return [int(number) if math.isfinite(number) else number for number in drawn.tolist()]
    if factor.distribution in ("uniform", "loguniform", "triangular") and grid:
        # On Morris' grid the ends are exact.
        drawn[coordinates == 0], drawn[coordinates == 1] = low, high
    return [number + 0.0 for number in drawn.tolist()]


def _quantiles(factor: Factor, shares: Floats, *, grid: bool) -> Floats:
    from scipy import stats

    low, high = factor.low, factor.high
    if factor.distribution in ("uniform", "loguniform"):
        assert low is not None  # noqa: S101  (the reader requires both ends)
        assert high is not None  # noqa: S101
        # Half a step more at both ends: else the first and last whole number would be drawn half as often.
        more = 0.5 if factor.type == "int" and not grid else 0.0
        low, high = low - more, high + more
        if factor.distribution == "uniform":
            return np.asarray(low + shares * (high - low))
        return np.asarray(np.exp(math.log(low) + shares * (math.log(high) - math.log(low))))
    if factor.distribution == "triangular":
        assert low is not None  # noqa: S101
        assert high is not None  # noqa: S101
        assert factor.centre is not None  # noqa: S101
        return np.asarray(stats.triang.ppf(shares, (factor.centre - low) / (high - low), loc=low, scale=high - low))
    assert factor.centre is not None  # noqa: S101
    assert factor.spread is not None  # noqa: S101
    log = factor.distribution == "lognormal"
    centre = math.log(factor.centre) if log else factor.centre
    ends = [
        sign * math.inf if end is None else -math.inf if log and end <= 0 else (math.log(end) if log else end)
        for sign, end in ((-1, low), (1, high))
    ]
    first, last = ((end - centre) / factor.spread for end in ends)
    normal = np.asarray(stats.truncnorm.ppf(shares, first, last, loc=centre, scale=factor.spread))
    return np.exp(normal) if log else normal


def grid(factors: Sequence[Factor]) -> Iterator[dict[str, Any]]:
    """Yield every combination of levels, the last factor changing fastest."""
    for combination in itertools.product(*(factor.values for factor in factors)):
        yield {factor.path: value for factor, value in zip(factors, combination, strict=True)}


def one_at_a_time(factors: Sequence[Factor]) -> Iterator[dict[str, Any]]:
    """Yield the base point, then every other level of each factor with all others at their base."""
    base = {factor.path: factor.base for factor in factors}
    yield base
    for factor in factors:
        yield from ({**base, factor.path: value} for value in factor.values if value != factor.base)
