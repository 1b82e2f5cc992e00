"""A response surface of a quantity over the factors of a sweep, and how well it predicts unseen points.

Least squares on factors coded to [-1, 1]. Cross-validation over points chooses between a plane and a quadratic
surface with all products of two factors. Replications of a point, and points that share coordinates by design, stay in
one fold. `analysis.estimation.response_surface` has what it shares with the surfaces of a calibration, and
says why the two differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.estimation.response_surface import basis, exponents, leave_folds_out
from analysis.sensitivity_analysis.sweep_data import Responses, SweepData
from analysis.tables.clusters import Floats, Ints
from sim.experiments.designs import block_size
from sim.experiments.sweep import Factor

FOLDS = 10
SPARE = 3  # points that every fit must have beyond its number of terms
FORMS = ("linear", "quadratic")


@dataclass(frozen=True)
class Coding:
    """From a factor to its coordinate: 0 in the middle of its range, -1 and 1 at the ends; a switch is -1 or 1."""

    factor: Factor
    low: float
    high: float
    log: bool
    curved: bool

    def __call__(self, values: Any) -> Floats:
        """Code values."""
        numbers = np.asarray(values, dtype=np.float64)
        numbers = np.log(numbers) if self.log else numbers
        return np.asarray(2 * (numbers - self.low) / (self.high - self.low) - 1)


@dataclass(frozen=True)
class Metamodel:
    """A fitted response surface.

    Attributes
    ----------
    form
        ``linear`` or ``quadratic``.
    codings
        One for each factor in it.
    coefficients
        Columns term, factor, other, value, low, high: the constant, then changes from the middle to an end of a range.
        Intervals are Student's t over replications; NaN with a single one.
    rmse
        Root mean squared error at unseen points, in the quantity's unit.
    q2
        Share of the variance between unseen points that is predicted; 1 is perfect, 0 no better than their mean.
    noise
        Standard deviation of a point's value between replications, the smallest error a fit can have.
    n, folds
        Number of points and of folds.
    level
        Confidence of the coefficients.
    """

    form: str
    codings: tuple[Coding, ...]
    coefficients: pd.DataFrame
    rmse: float
    q2: float
    noise: float
    n: int
    folds: int
    level: float

    def predict(self, points: Mapping[str, Any]) -> Floats:
        """Return the predicted values at points.

        Parameters
        ----------
        points : mapping
            Dotted path to values, all of one length; also a DataFrame.
        """
        coded = np.column_stack([coding(points[coding.factor.path]) for coding in self.codings])
        rows = basis(coded, _powers(self.codings, self.form))
        return np.asarray(rows @ self.coefficients["value"].to_numpy())

    def table(self) -> pd.DataFrame:
        """Return coefficients and errors as rows for the table of an analysis."""
        rows = self.coefficients.rename(columns={"term": "index"}).assign(level=self.level, n=self.n)
        errors = pd.DataFrame(
            [
                {"index": name, "factor": "", "other": "", "value": value, "n": self.n}
                for name, value in (
                    ("cross-validated RMSE", self.rmse),
                    ("cross-validated Q2", self.q2),
                    ("replication noise SD", self.noise),
                )
            ]
        )
        return pd.concat([rows, errors], ignore_index=True).assign(method=f"{self.form} surface")


def fit(data: SweepData, responses: Responses, *, level: float = 0.95, folds: int = FOLDS) -> Metamodel:
    """Fit a plane and a quadratic surface, and keep the one that predicts unseen points better.

    Raises
    ------
    AnalysisError
        If no factor is numeric with two values, or there are too few points.
    """
    values = responses.points
    known = ~np.isnan(values)
    points, values = data.points[known], values[known]
    codings = tuple(coding for factor in data.factors if (coding := _coding(factor, points[factor.path])) is not None)
    if not codings:
        raise AnalysisError("No metamodel: no factor has two or more numeric values.")
    coded = np.column_stack([coding(points[coding.factor.path]) for coding in codings])
    groups = _groups(data, coded, known)
    parts = min(folds, int(groups.max()) + 1)
    tried: list[tuple[float, str, Floats]] = []
    for form in FORMS:
        rows = basis(coded, _powers(codings, form))
        predicted = _unseen(rows, values, groups, parts, data, responses.name)
        if predicted is not None:
            tried.append((float(((values - predicted) ** 2).mean() ** 0.5), form, rows))
    if not tried:
        needed = len(codings) + 1 + SPARE
        raise AnalysisError(
            f"No metamodel: {len(values)} points are too few or too similar; a plane over "
            f"{len(codings)} factors needs more than {needed} points."
        )
    rmse, form, rows = min(tried, key=lambda attempt: attempt[0])
    # Each coefficient is a weighted sum of points. Points share their draws, so the residuals of one fit say nothing
    # about its error; how the sum differs between replications does.
    sums = np.zeros((rows.shape[1], len(known)))
    sums[:, known] = np.linalg.pinv(rows)
    coefficients = pd.DataFrame(
        [
            {
                "term": _name(term),
                "factor": codings[term[0]].factor.path if term else "",
                "other": codings[term[1]].factor.path if len(term) > 1 else "",
                **dict(zip(("value", "low", "high"), responses.weighted_sum(sums[at], level), strict=True)),
            }
            for at, term in enumerate(map(_factors_of, _powers(codings, form)))
        ]
    )
    spread = float(((values - values.mean()) ** 2).mean())
    return Metamodel(
        form, codings, coefficients, rmse, 1 - rmse**2 / spread, responses.noise(), len(values), parts, level
    )


Term = tuple[int, ...]
"""The factors of a term: none for the constant, one for a slope, two for a product, the same twice for a square."""


def _powers(codings: tuple[Coding, ...], form: str) -> Ints:
    """Return the terms of a surface; a factor with two values has no square."""
    if form == "linear":
        return exponents(len(codings))
    curved = [place for place, coding in enumerate(codings) if coding.curved]
    return exponents(len(codings), squares=curved, products=True)


def _factors_of(powers: Ints) -> Term:
    return tuple(int(place) for place in np.repeat(np.arange(len(powers)), powers))


def _name(term: Term) -> str:
    if len(term) < 2:
        return "slope" if term else "middle"
    return "curvature" if term[0] == term[1] else "together"


def _coding(factor: Factor, values: pd.Series) -> Coding | None:
    """Return the coding of a factor; None if it is a text, has missing values or never changes."""
    if factor.type == "text" or values.isna().any():
        return None
    numbers = values.to_numpy(np.float64)
    log = logarithmic(factor, numbers)
    scaled = np.log(numbers) if log else numbers
    low, high = float(scaled.min()), float(scaled.max())
    if not low < high:
        return None
    return Coding(factor, low, high, log, curved=len(np.unique(numbers)) > 2)


def logarithmic(factor: Factor, numbers: Floats) -> bool:
    """Return whether a factor is on a log scale: if asked for, or if its listed values differ fivefold."""
    wide = bool(factor.values) and float(numbers.max()) >= 5 * float(numbers.min())
    return bool((numbers > 0).all()) and (factor.scale == "log" or wide)


def _groups(data: SweepData, coded: Floats, known: Any) -> Ints:
    """Number the groups that stay in one fold: equal points, or points of one base sample or trajectory."""
    step = block_size(data.design, len(data.factors), second_order=data.second_order)
    if step > 1:
        return np.unique(np.flatnonzero(known) // step, return_inverse=True)[1].astype(np.int64)
    return np.unique(coded, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def _unseen(rows: Floats, values: Floats, groups: Ints, parts: int, data: SweepData, name: str) -> Floats | None:
    """Predict each point from the other folds; None if they have too few points, or too similar ones."""
    if parts < 2:
        return None
    order = data.draws(f"folds {name}").permutation(int(groups.max()) + 1)
    return leave_folds_out(rows, values, (order % parts)[groups], spare=SPARE)
