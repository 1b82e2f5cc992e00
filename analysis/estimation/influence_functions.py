"""Influence functions, and covariances from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from analysis.tables.clusters import By, Codes, Floats, Way

TWO_WAYS: tuple[Literal["person", "opening"], ...] = ("person", "opening")


@dataclass(frozen=True)
class Influence:
    """An estimate, and how much each row moves it.

    Attributes
    ----------
    value
        The estimate.
    rows
        Influence of each row; sums to zero.
    codes
        Replication, person and opening of each row.
    n, count
        Size of the denominator and of the numerator.
    """

    value: float
    rows: Floats
    codes: Codes
    n: float
    count: float

    def scaled(self, factor: float, value: float) -> Influence:
        """Return the influence of a smooth function of the value with this derivative."""
        return Influence(value, self.rows * factor, self.codes, self.n, self.count)


def ratio(numerator: Floats, denominator: Floats, codes: Codes) -> Influence:
    """Return a ratio of totals and its influences, ``(y - R·x) / Σx``."""
    total = float(denominator.sum())
    count = float(numerator.sum())
    if total == 0:
        return Influence(float("nan"), np.zeros(len(numerator)), codes, 0.0, count)
    value = count / total
    return Influence(value, (numerator - value * denominator) / total, codes, total, count)


@dataclass(frozen=True)
class Covariance:
    """Covariance of several quantities, with the degrees of freedom of its Student t.

    Two-way clustering subtracts what both ways count. With few clusters the difference can be too small or even
    negative, so the variance used is the largest of the two-way one and each way alone (MacKinnon, Nielsen and Webb
    2024). A way in which no two rows share a group is not one of them: it would only say that rows are independent.
    """

    parts: tuple[Floats, ...]
    df: int

    def variance(self, weights: Sequence[float] | Floats) -> float:
        """Return the variance of a linear combination; NaN where it cannot be estimated."""
        if self.df < 1:
            return float("nan")
        c = np.asarray(weights, dtype=np.float64)
        return max(0.0, *(float(c @ part @ c) for part in self.parts))

    def quantile(self, level: float) -> float:
        """Return the two-sided Student quantile for an interval of this level."""
        return float(stats.t.ppf(0.5 + level / 2, self.df)) if self.df >= 1 else float("nan")

    def p_value(self, estimate: float, error: float) -> float:
        """Return the two-sided p of no difference."""
        if not error > 0 or self.df < 1:
            return float("nan")
        return float(2 * stats.t.sf(abs(estimate) / error, self.df))


def covariance(influences: Sequence[Influence], by: By) -> Covariance:
    """Estimate the covariance of quantities from their influences, summed by replication or by clusters.

    Parameters
    ----------
    influences
        With codes in one numbering; they need not share rows.
    by
        ``replication`` (simulation error), ``person``, ``opening`` (one way) or ``clusters`` (both ways, or the only
        one in which rows share groups).
    """
    ways = shared_ways(influences) if by == "clusters" else (by,)
    if len(ways) < 2:
        part, groups = _summed(influences, ways[0] if ways else "pair")
        return Covariance((part,), groups - 1)
    person, people = _summed(influences, "person")
    opening, openings = _summed(influences, "opening")
    pair, _ = _summed(influences, "pair")
    return Covariance((person + opening - pair, person, opening), min(people, openings) - 1)


def shared_ways(influences: Sequence[Influence]) -> tuple[Way, ...]:
    """Return the ways, of person and opening, in which two rows or more share a group.

    Tables often have no person or no opening; each row then is one of its own.
    """
    tables = list({id(influence.codes): influence.codes for influence in influences}.values())
    return tuple(way for way in TWO_WAYS if most_rows(tables, way) > 1)


def most_rows(tables: Sequence[Codes], way: Way) -> int:
    """Return the rows of the largest group of a way over several tables in one numbering."""
    size = max(codes.of(way)[1] for codes in tables)
    return int(np.sum([np.bincount(codes.of(way)[0], minlength=size) for codes in tables], axis=0).max(initial=0))


def _summed(influences: Sequence[Influence], way: Way) -> tuple[Floats, int]:
    size = max(influence.codes.of(way)[1] for influence in influences)
    sums = np.zeros((size, len(influences)))
    seen = np.zeros(size, dtype=bool)
    for column, influence in enumerate(influences):
        codes, _ = influence.codes.of(way)
        sums[:, column] = np.bincount(codes, weights=influence.rows, minlength=size)
        seen |= np.bincount(codes, minlength=size) > 0
    groups = int(np.count_nonzero(seen))
    correction = groups / (groups - 1) if groups > 1 else 0.0
    return np.asarray(correction * (sums.T @ sums), dtype=np.float64), groups
