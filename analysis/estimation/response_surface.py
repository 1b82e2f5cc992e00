"""Response surfaces: polynomials over scaled factors, fitted by least squares and tested on points left out.

Two rooms fit them, for different purposes. Calibration inverts a surface: it needs slopes and their covariance, inside
a box that shrinks from round to round, on a scale on which effects add up. Its points have independent draws, so they
can be left out one at a time (`leave_one_out`), which is exact without fitting again. Sensitivity analysis describes
the whole ranges in the quantity's own unit; its points share coordinates by design, so they must be left out together
(`leave_folds_out`).
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray

from analysis.tables.clusters import Floats, Ints


def exponents(factors: int, *, squares: Collection[int] = (), products: bool = False) -> Ints:
    """Return the exponents of a polynomial's terms: the constant, slopes, squares, then products of pairs.

    Parameters
    ----------
    factors : int
        How many factors there are.
    squares : collection of int
        Factors with a squared term.
    products : bool
        Whether to add the product of every pair.

    Returns
    -------
    array of int, shape (terms, factors)
    """
    unit = np.eye(factors, dtype=np.int64)
    rows = [np.zeros(factors, dtype=np.int64), *unit, *(2 * unit[place] for place in squares)]
    if products:
        rows += [unit[a] + unit[b] for a, b in combinations(range(factors), 2)]
    return np.vstack(rows)


def basis(scaled: Floats, powers: Ints) -> Floats:
    """Return the value of each term at each point, shape (points, terms).

    Parameters
    ----------
    scaled : array of float, shape (points, factors)
        Coordinates, from about -1 to 1 over the range.
    powers : array of int, shape (terms, factors)
        From `exponents`.
    """
    return np.asarray(np.prod(scaled[:, None, :] ** powers[None, :, :], axis=2))


def basis_slopes(scaled: Floats, powers: Ints) -> Floats:
    """Return the derivative of each term by each factor at one point, shape (factors, terms)."""
    rows = np.zeros((len(scaled), len(powers)))
    for factor in range(len(scaled)):
        lower = powers.copy()
        lower[:, factor] = np.maximum(lower[:, factor] - 1, 0)
        rows[factor] = powers[:, factor] * basis(scaled[None, :], lower)[0]
    return rows


def determined(rows: Floats, spare: int = 0) -> bool:
    """Return whether the points determine every coefficient, with ``spare`` points more than needed."""
    return len(rows) >= rows.shape[1] + spare and bool(np.linalg.matrix_rank(rows) == rows.shape[1])


def least_squares(rows: Floats, values: Floats) -> Any:
    """Fit the coefficients; return the results of statsmodels."""
    return sm.OLS(values, rows).fit()


def leave_one_out(fitted: Any) -> Floats:
    """Return the error at each point of the fit to all others, shape (points,); exact without fitting again."""
    return np.asarray(fitted.get_influence().resid_press)


def leave_folds_out(rows: Floats, values: Floats, fold: NDArray[np.int64], *, spare: int) -> Floats | None:
    """Predict the points of each fold from those of all others.

    Parameters
    ----------
    rows : array of float, shape (points, terms)
        From `basis`.
    values : array of float, shape (points,)
        Values to fit.
    fold : array of int, shape (points,)
        Fold of each point, from 0.
    spare : int
        Points that every fit must have beyond the number of terms.

    Returns
    -------
    array of float, shape (points,), or None
        Predictions; None if some fold leaves too few points, or points too much alike.
    """
    predicted = np.empty(len(values))
    for part in range(int(fold.max()) + 1):
        inside = fold != part
        if not determined(rows[inside], spare):
            return None
        predicted[~inside] = least_squares(rows[inside], values[inside]).predict(rows[~inside])
    return predicted
