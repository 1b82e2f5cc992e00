"""From surfaces and targets to parameters: the best values, their intervals, and what the targets leave open.

The misfit of a place is the distance of its predictions from the targets, in standard deviations of target and
prediction together (the measure of history matching). Inside a band there is no misfit. Predictions of several targets
rest on the same runs, so their errors count with their correlations; the errors of the targets themselves count as
independent. The best place has the least sum of squared misfits. The interval of a parameter holds all values for which
the others can be chosen so that the sum rises by no more than the quantile of chi squared (profile likelihood). A
parameter whose interval is its whole range is not identified.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import optimize, stats

from analysis.calibration.surface import Surface
from analysis.tables.clusters import Floats

LEVEL = 0.95
RULED_OUT = 9.0  # squared standard deviations; beyond this no more points are simulated
# Keeps a parameter near its start where the targets say nothing: half its range counts as one standard deviation.
PULL = 2.0
CONTRADICTED = 0.01  # p-value below which no values meet all targets
PRIOR = 1 / 12  # variance of a uniform distribution over a range of 1
PINNED, OPEN = (
    0.5,
    0.9,
)  # width of an interval as a share of the range: pinned if below the first, not pinned from the second on
TOGETHER = 0.7  # correlation from which two parameters are reported as only known together
_STARTS = 4


@dataclass(frozen=True)
class Aim:
    """A target on the scale of its surface.

    Attributes
    ----------
    surface : Surface
        Predicts the quantity.
    value, sd : float
        Target value, and its standard deviation.
    slack : float
        Distance from the value up to which there is no misfit.
    """

    surface: Surface
    value: float
    sd: float
    slack: float = 0.0

    @property
    def variance(self) -> float:
        """Variance of the target: uniform within the slack, normal beyond it."""
        return self.sd**2 + self.slack**2 / 3


@dataclass(frozen=True)
class Aims:
    """All targets together.

    Attributes
    ----------
    each : tuple of Aim
        The targets.
    correlation : array of float, shape (targets, targets)
        Of the errors of their surfaces.
    """

    each: tuple[Aim, ...]
    correlation: Floats

    def residuals(self, places: Floats) -> Floats:
        """Return independent misfits in standard deviations, shape (places, targets)."""
        off, covariance = self._compared(places)
        return np.asarray(np.linalg.solve(np.linalg.cholesky(covariance), off[:, :, None])[:, :, 0])

    def misfit(self, places: Floats) -> Floats:
        """Return the sum of their squares, shape (places,)."""
        return np.asarray((self.residuals(places) ** 2).sum(axis=1))

    def information(self, place: Floats) -> Floats:
        """Return the information of the targets at a place: squared slopes in standard deviations, less their noise."""
        errors = self._compared(place[None, :])[1][0]
        precision = np.linalg.inv(errors + np.diag([aim.variance - aim.sd**2 for aim in self.each]))
        slopes, covariances = zip(*(aim.surface.gradient(place) for aim in self.each), strict=True)
        noise = [max(aim.surface.noise, 1e-12) for aim in self.each]
        total = np.stack(slopes).T @ precision @ np.stack(slopes)
        for a, b in np.ndindex(*precision.shape):
            shared = (noise[b] / noise[a] * covariances[a] + noise[a] / noise[b] * covariances[b]) / 2
            total -= precision[a, b] * self.correlation[a, b] * shared
        return np.asarray((total + total.T) / 2)

    def wary(self) -> Aims:
        """Return the targets with the larger prediction error of points that were not simulated.

        A polynomial over a wide box is also wrong in shape, and a place once ruled out is never tried again.
        """
        each = tuple(replace(aim, sd=math.hypot(aim.sd, aim.surface.unseen)) for aim in self.each)
        return Aims(each, self.correlation)

    def _compared(self, places: Floats) -> tuple[Floats, Floats]:
        values, variances = zip(*(aim.surface.at(places) for aim in self.each), strict=True)
        off = np.stack(values, axis=1) - np.array([aim.value for aim in self.each])
        slack = np.array([aim.slack for aim in self.each])
        off -= np.clip(off, -slack, slack)
        errors = np.sqrt(np.stack(variances, axis=1))
        own = np.diag([aim.sd**2 for aim in self.each])
        return off, errors[:, :, None] * errors[:, None, :] * self.correlation + own


@dataclass(frozen=True)
class Fit:
    """The best place for some aims inside a box of the unit cube.

    Attributes
    ----------
    aims : Aims
        The targets.
    low, high, start : array of float, shape (factors,)
        The box, and the coordinates of the scenario's own values.
    best : array of float, shape (factors,)
        Coordinates with the least sum of squares.
    fixed : dict
        Coordinates held fixed, by number of the factor.
    """

    aims: Aims
    low: Floats
    high: Floats
    start: Floats
    best: Floats
    fixed: Mapping[int, float]

    @property
    def deviance(self) -> float:
        """The least sum of squares."""
        return float(self.aims.misfit(self.best[None, :])[0])

    @property
    def freedom(self) -> int:
        """Degrees of freedom: number of targets less number of directions they pin down."""
        return len(self.aims.each) - self.pinned_directions

    @property
    def p_value(self) -> float:
        """Probability of a misfit this large if the model can meet all targets; 1 without degrees of freedom."""
        return float(stats.chi2.sf(self.deviance, self.freedom)) if self.freedom > 0 else 1.0

    @property
    def spread(self) -> float:
        """Factor by which all variances are multiplied if no values meet all targets; else 1."""
        return max(1.0, self.deviance / self.freedom) if self.p_value < CONTRADICTED else 1.0

    @cached_property
    def information(self) -> Floats:
        """Information of the targets about the parameters at the best place; see `Aims.information`."""
        return self.aims.information(self.best)

    @cached_property
    def directions(self) -> tuple[Floats, Floats]:
        """Eigenvalues of the information, smallest first, and their directions, one per column."""
        values, vectors = np.linalg.eigh(self.information)
        return np.maximum(values, 0.0), vectors

    @property
    def pinned_directions(self) -> int:
        """Number of independent combinations about which the targets say more than the ranges."""
        return int(np.count_nonzero(self.directions[0] > 1 / PRIOR))

    @property
    def correlations(self) -> Floats:
        """Correlations of the parameters given the targets and the ranges, shape (factors, factors)."""
        values, vectors = self.directions
        covariance = (vectors / (values + 1 / PRIOR)) @ vectors.T
        scale = np.sqrt(np.diag(covariance))
        return np.asarray(covariance / np.outer(scale, scale))

    def interval(self, factor: int, rise: float | None = None) -> tuple[float, float]:
        """Return the ends of a parameter's profile interval, within the box.

        Parameters
        ----------
        factor : int
            Number of the parameter.
        rise : float, optional
            Rise of the sum of squares at the ends; by default that of a 95 % interval.
        """
        allowed = (stats.chi2.ppf(LEVEL, 1) if rise is None else rise) * self.spread
        # An interval rests on the targets alone; the box for the next round also uses the pull to the start.
        pull = 0.0 if rise is None else PULL
        # Profiles are measured from the least sum of all, even if whole numbers keep the best place away from it.
        bottom = self.deviance
        if self.fixed:
            bottom = min(bottom, find_best(self.aims, self.low, self.high, self.start).deviance)

        def above(place: float) -> float:
            return self._profile(factor, place, pull) - bottom - allowed

        ends = []
        for end in (self.low[factor], self.high[factor]):
            own = float(self.best[factor])
            if abs(end - own) < 1e-9 or above(float(end)) <= 0:
                ends.append(float(end))
            elif above(own) >= 0:
                ends.append(own)
            else:
                ends.append(float(optimize.brentq(above, own, float(end), xtol=1e-3, rtol=1e-6)))
        return ends[0], ends[1]

    def _profile(self, factor: int, place: float, pull: float) -> float:
        """Return the least sum of squares with one parameter held fixed."""
        found = _solve(self.aims, self.low, self.high, self.start, self.best, {factor: place}, pull)
        return float(self.aims.misfit(found[None, :])[0])


def find_best(aims: Aims, low: Floats, high: Floats, start: Floats, fixed: Mapping[int, float] | None = None) -> Fit:
    """Find the place with the least misfit in a box, from several starts.

    Parameters
    ----------
    aims : Aims
        Surfaces and targets.
    low, high : array of float, shape (factors,)
        The box.
    start : array of float, shape (factors,)
        Coordinates of the scenario's own values; kept where the targets say nothing.
    fixed : mapping, optional
        Coordinates to hold fixed.
    """
    fixed = dict(fixed or {})
    # A fixed lattice instead of random draws, so that the same points always give the same best place.
    lattice = stats.qmc.Sobol(len(low), scramble=False).random(256)
    places = np.vstack([np.clip(start, low, high), low + lattice * (high - low)])
    for factor, place in fixed.items():
        places[:, factor] = place
    order = np.argsort(aims.misfit(places), kind="stable")[:_STARTS]
    tried = [_solve(aims, low, high, start, places[index], fixed) for index in order]
    best = min(tried, key=lambda place: _pulled(aims, place, start))
    return Fit(aims, low, high, start, best, fixed)


def _pulled(aims: Aims, place: Floats, start: Floats) -> float:
    return float(aims.misfit(place[None, :])[0] + ((PULL * (place - start)) ** 2).sum())


def _solve(
    aims: Aims, low: Floats, high: Floats, start: Floats, first: Floats, fixed: Mapping[int, float], pull: float = PULL
) -> Floats:
    place = np.array(first, dtype=np.float64)
    for factor, held in fixed.items():
        place[factor] = held
    free = [factor for factor in range(len(place)) if factor not in fixed]
    if not free:
        return place

    def residuals(moved: Floats) -> Floats:
        there = place.copy()
        there[free] = moved
        return np.concatenate([aims.residuals(there[None, :])[0], pull * (there - start)])

    inside = np.clip(place[free], low[free] + 1e-9, high[free] - 1e-9)
    found = optimize.least_squares(residuals, inside, bounds=(low[free], high[free]), xtol=1e-7, ftol=1e-9)
    place[free] = found.x
    return place
