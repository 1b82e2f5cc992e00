"""Estimands: a ratio of totals, one ratio over another, a yearly share, a chance by a time, a median, an odds ratio.

Each gives its value with the influence of every row, and its value in each replication.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.errors import AnalysisError
from analysis.estimation import influence_functions
from analysis.estimation.influence_functions import Influence
from analysis.estimation.logit import experience_logit
from analysis.tables import clusters
from analysis.tables.clusters import Codes, Floats, Ints


class Estimand(Protocol):
    """A number that can be computed from rows."""

    def influence(self) -> Influence:
        """Return the value over all replications and how much each row moves it."""
        ...

    def per_replication(self) -> tuple[Floats, Floats]:
        """Return size of the denominator and value (NaN for none) in every replication."""
        ...


@dataclass(frozen=True)
class RatioOfTotals:
    """A ratio of totals, from the numerator, denominator and codes of each row."""

    numerator: Floats
    denominator: Floats
    codes: Codes

    def influence(self) -> Influence:
        """Return the pooled ratio."""
        return influence_functions.ratio(self.numerator, self.denominator, self.codes)

    def per_replication(self) -> tuple[Floats, Floats]:
        """Return the denominator and the ratio in every replication."""
        group, size = self.codes.of("replication")
        n = np.bincount(group, weights=self.denominator, minlength=size).astype(np.float64)
        top = np.bincount(group, weights=self.numerator, minlength=size)
        with np.errstate(invalid="ignore", divide="ignore"):
            return n, np.where(n > 0, top / n, np.nan)


@dataclass(frozen=True)
class RatioOfRatios:
    """One ratio of totals over another; their rows may differ but share one numbering."""

    top: RatioOfTotals
    bottom: RatioOfTotals

    def influence(self) -> Influence:
        """Return the quotient; its ``n`` is the smaller of the two denominators."""
        a, b = self.top.influence(), self.bottom.influence()
        if not (a.n > 0 and b.value > 0):
            raise AnalysisError("There is nothing to compare with: one side is empty or zero; simulate more.")
        rows = np.concatenate([a.rows / b.value, -a.value / b.value**2 * b.rows])
        return Influence(a.value / b.value, rows, clusters.joined(a.codes, b.codes), min(a.n, b.n), a.count)

    def per_replication(self) -> tuple[Floats, Floats]:
        """Return the smaller denominator and the quotient in every replication."""
        (n, a), (m, b) = self.top.per_replication(), self.bottom.per_replication()
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.minimum(n, m), np.where(b > 0, a / b, np.nan)


@dataclass(frozen=True)
class YearlyShare:
    """The share lost in a year, from that lost over some years at a constant hazard: ``1 - (1 - p)^(1/years)``."""

    parts: RatioOfTotals
    years: float

    def influence(self) -> Influence:
        """Return the yearly share."""
        whole = self.parts.influence()
        power = 1 / self.years
        if not whole.n > 0 or whole.value >= 1 or power == 1:
            return whole
        value = 1 - (1 - whole.value) ** power
        slope = power * (1 - whole.value) ** (power - 1)
        return Influence(value, whole.rows * slope, whole.codes, whole.n, value * whole.n)

    def per_replication(self) -> tuple[Floats, Floats]:
        """Return the denominator and the yearly share in every replication."""
        n, value = self.parts.per_replication()
        return n, 1 - (1 - value) ** (1 / self.years)


@dataclass(frozen=True)
class CumulativeIncidence:
    """The chance of an event by a time, among rows that may end otherwise, or are followed for less than that time.

    Aalen and Johansen (1978). Without rows cut short it is the plain share. All times use the same rows, so the chance
    never falls with time; a share of the rows followed for each time can.

    Attributes
    ----------
    times, status
        Shape (rows,): when each row ended, and how: 1 with the event, 2 otherwise, 0 if it was followed no longer.
    by
        The time asked for, in the unit of ``times``.
    codes
        Codes of each row.
    """

    times: Floats
    status: Ints
    by: float
    codes: Codes

    def at_risk(self) -> int:
        """Return how many rows still go on at that time: neither ended nor cut short before it."""
        return int(np.count_nonzero(self.times >= self.by))

    def influence(self) -> Influence:
        """Return the chance over all rows; its influences are the derivatives by the weight of each row."""
        n = len(self.times)
        if not n:
            return Influence(float("nan"), np.zeros(0), self.codes, 0.0, 0.0)
        ended = (self.status > 0) & (self.times <= self.by)
        moments = np.unique(self.times[ended])
        if not len(moments):
            return Influence(0.0, np.zeros(n), self.codes, float(n), 0.0)
        place = np.searchsorted(moments, self.times)
        own = np.minimum(place, len(moments) - 1)
        hit = ended & (self.status == 1)
        at_risk = n - np.searchsorted(np.sort(self.times), moments)
        hazard = np.bincount(own[ended], minlength=len(moments)) / at_risk
        cause = np.bincount(own[hit], minlength=len(moments)) / at_risk
        before = np.append(1.0, np.cumprod(1 - hazard))[:-1]
        chance = np.cumsum(before * cause)
        # What a row moves at each moment it is at risk: the hazard of the event there, and who is left for the rest.
        left = np.divide(chance[-1] - chance, 1 - hazard, out=np.zeros(len(moments)), where=hazard < 1)
        risk = np.cumsum((left * hazard - before * cause) / at_risk)
        passed = np.searchsorted(moments, self.times, side="right")
        rows = np.append(0.0, risk)[passed]
        rows += np.where(hit, (before / at_risk)[own], 0.0) - np.where(ended, (left / at_risk)[own], 0.0)
        return Influence(float(chance[-1]), rows, self.codes, float(n), float(np.count_nonzero(hit)))

    def per_replication(self) -> tuple[Floats, Floats]:
        """Return the number of rows and the chance in every replication."""
        group, size = self.codes.of("replication")
        values = np.full(size, np.nan)
        for replication in np.unique(group):
            own = group == replication
            part = CumulativeIncidence(self.times[own], self.status[own], self.by, self.codes.take(own))
            values[replication] = part.influence().value
        return np.bincount(group, minlength=size).astype(np.float64), values


@dataclass(frozen=True)
class Median:
    """The median of the rows."""

    values: Floats
    codes: Codes

    def influence(self) -> Influence:
        """Return the median, its influences from the slope of the quantiles around it (Hall and Sheather 1988)."""
        n = len(self.values)
        if not n:
            return Influence(float("nan"), np.zeros(0), self.codes, 0.0, 0.0)
        value = float(np.median(self.values))
        below = np.where(self.values < value, 1.0, np.where(self.values > value, 0.0, 0.5))
        return Influence(value, (below.mean() - below) * self._sparsity() / n, self.codes, float(n), float(n))

    def _sparsity(self) -> float:
        """Return one over the density at the median; times come in lumps, so the step widens until it spans some."""
        n = len(self.values)
        step = min(n ** (-1 / 3) * (1.96**2 * 1.5 / (2 * np.pi)) ** (1 / 3), 0.5)
        while True:
            low, high = np.quantile(self.values, [0.5 - step, 0.5 + step])
            if high > low or step >= 0.5:
                return float((high - low) / (2 * step))
            step = min(2 * step, 0.5)

    def per_replication(self) -> tuple[Floats, Floats]:
        """Return the number of rows and their median in each replication."""
        group, size = self.codes.of("replication")
        counts: Ints = np.bincount(group, minlength=size)
        medians = np.array([np.median(self.values[group == r]) if counts[r] else np.nan for r in range(size)])
        return counts.astype(np.float64), medians


@dataclass(frozen=True)
class OddsRatio:
    """The odds ratio of an outcome (0 or 1) per unit of experience, from a logit of all rows together."""

    outcome: Floats
    experience: Floats
    codes: Codes

    def influence(self) -> Influence:
        """Return the odds ratio; raise :class:`AnalysisError` where it cannot be estimated."""
        log_odds = experience_logit(self.outcome, self.experience, self.codes)
        return log_odds.scaled(float(np.exp(log_odds.value)), float(np.exp(log_odds.value)))

    def per_replication(self) -> tuple[Floats, Floats]:
        """Return the number of rows and the odds ratio of a separate logit in each replication."""
        group, size = self.codes.of("replication")
        values = np.full(size, np.nan)
        for replication in range(size):
            own = group == replication
            with contextlib.suppress(AnalysisError):
                log_odds = experience_logit(self.outcome[own], self.experience[own], self.codes.take(own))
                values[replication] = float(np.exp(log_odds.value))
        return np.bincount(group, minlength=size).astype(np.float64), values
