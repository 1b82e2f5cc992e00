"""A target as a smooth function of the parameters: a polynomial fitted to the points that were simulated.

Three polynomials are tried: linear, with squares, and with products too. The most flexible one is kept that predicts
unseen points about as well as the best, because noise can hide the bias of a simpler one, whose small variance would
then be believed. `analysis.estimation.response_surface` has the parts shared with the metamodel of a sensitivity
analysis, and says why the two differ. Shares are fitted on the logit and positive numbers on the logarithm, where
effects of parameters add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.estimation.response_surface import (
    basis,
    basis_slopes,
    determined,
    exponents,
    least_squares,
    leave_one_out,
)
from analysis.tables.clusters import Floats

AS_WELL = 1.05  # times the smallest leave-one-out error counts as about as good
SPARE = 2  # fewest residual degrees of freedom; with fewer, noise looks like a slope


@dataclass(frozen=True)
class Link:
    """A scale on which a quantity is fitted: the function to it, its inverse, and its slope."""

    name: str
    to: Callable[[Any], Any]
    back: Callable[[Any], Any]
    slope: Callable[[Any], Any]


LOGIT = Link("logit", special.logit, special.expit, lambda value: 1 / (value * (1 - value)))
LOG = Link("log", np.log, np.exp, lambda value: 1 / value)
PLAIN = Link("plain", lambda value: value, lambda value: value, lambda value: 0 * value + 1)


def link_for(unit: str, values: Floats) -> Link:
    """Choose the scale for a quantity.

    Parameters
    ----------
    unit : str
        Of the quantity.
    values : array of float
        Simulated values, the target value and the ends of its range; if a share is 0 or 1 the scale is plain.
    """
    if unit == "share":
        return LOGIT if bool(((values > 0) & (values < 1)).all()) else PLAIN
    return LOG if unit not in ("sd", "score", "goodwill") and bool((values > 0).all()) else PLAIN


@dataclass(frozen=True)
class Surface:
    """A polynomial over a box of the unit cube.

    Attributes
    ----------
    centre, half : array of float, shape (factors,)
        Middle and half width of the box, by which coordinates are scaled to about -1 to 1.
    powers : array of int, shape (terms, factors)
        Exponents of each term.
    weights : array of float, shape (terms,)
        Coefficients.
    covariance : array of float, shape (terms, terms)
        Of the coefficients, from the residuals, which come from both replication noise and lack of fit.
    degree : str
        ``linear``, ``squares`` or ``products``.
    points : int
        Number of points it was fitted to.
    noise : float
        Standard deviation of a point about the polynomial.
    unseen : float
        Root of the mean squared leave-one-out error.
    residuals : array of float, shape (points,)
        Of the points it was fitted to.
    """

    centre: Floats
    half: Floats
    powers: NDArray[np.int64] = field(repr=False)
    weights: Floats = field(repr=False)
    covariance: Floats = field(repr=False)
    degree: str
    points: int
    noise: float
    unseen: float
    residuals: Floats = field(repr=False)

    def at(self, places: Floats) -> tuple[Floats, Floats]:
        """Return value and variance of the mean, each of shape (places,), at places of shape (places, factors)."""
        rows = basis((places - self.centre) / self.half, self.powers)
        return rows @ self.weights, np.einsum("ij,jk,ik->i", rows, self.covariance, rows)

    def gradient(self, place: Floats) -> tuple[Floats, Floats]:
        """Return the slopes at a place, shape (factors,), and their covariance, shape (factors, factors)."""
        rows = basis_slopes((place - self.centre) / self.half, self.powers) / self.half[:, None]
        return rows @ self.weights, rows @ self.covariance @ rows.T


def fewest_points(factors: int) -> int:
    """Return how many points the simplest polynomial needs."""
    return factors + 1 + SPARE


def fit_surface(places: Floats, values: Floats, low: Floats, high: Floats) -> Surface:
    """Fit the most flexible polynomial that predicts unseen points about as well as the best.

    Parameters
    ----------
    places : array of float, shape (points, factors)
        Coordinates in the unit cube; at least `fewest_points` of them.
    values : array of float, shape (points,)
        On the scale of the link.
    low, high : array of float, shape (factors,)
        Ends of the box of interest.
    """
    centre, half = (low + high) / 2, (high - low) / 2
    scaled = (places - centre) / half
    tried: list[Surface] = []
    for degree, powers in _degrees(places.shape[1]).items():
        if tried and len(powers) > 2 * len(places) / 3:
            break
        rows = basis(scaled, powers)
        if not determined(rows):
            if tried:
                continue
            # A whole-number parameter with a single value at these points: its slope is unknown and taken as 0.
            powers = powers[[0, *(1 + np.flatnonzero(np.ptp(scaled, axis=0) > 0))]]
            rows = basis(scaled, powers)
        fitted = least_squares(rows, values)
        unseen = float(np.sqrt(np.mean(leave_one_out(fitted) ** 2)))
        tried.append(
            Surface(
                centre,
                half,
                powers,
                np.asarray(fitted.params),
                np.asarray(fitted.cov_params()),
                degree,
                len(values),
                float(np.sqrt(fitted.scale)),
                unseen,
                np.asarray(fitted.resid),
            )
        )
    least = min(surface.unseen for surface in tried)
    return [surface for surface in tried if surface.unseen <= AS_WELL * least][-1]


def _degrees(factors: int) -> dict[str, NDArray[np.int64]]:
    every = range(factors)
    degrees = {"linear": exponents(factors), "squares": exponents(factors, squares=every)}
    return {**degrees, "products": exponents(factors, squares=every, products=True)} if factors > 1 else degrees
