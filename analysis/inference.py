"""One engine for all intervals: influence functions summed over what belongs together.

A rate, a ratio, an odds ratio is a function of rows.  Its *influence* says how much each row moves it (van
der Vaart 1998, chapter 25).  Summed over replications the influences give the simulation error; summed over
people and over openings they give the sampling error (two-way clustering of Cameron, Gelbach and Miller 2011,
``V = V_person + V_opening - V_person×opening``).  Because influences add, the error of a difference or a
ratio between any two quantities, in any two tables, comes from the same sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Way: TypeAlias = Literal["replication", "person", "opening", "pair"]
WAYS: tuple[Way, ...] = ("replication", "person", "opening", "pair")
By: TypeAlias = Literal["replication", "person", "opening", "clusters"]

# Below this many events (or non-events) the sampling distribution of a share is too skewed for a symmetric
# interval.
FEW = 30


@dataclass(frozen=True)
class Codes:
    """Which replication, person, opening and person-at-opening each row belongs to, as compact codes.

    ``sizes`` gives the number of codes of each way and ``labels`` the replication behind each replication
    code; rows taken from a table keep the codes of the whole table.
    """

    replication: Ints
    person: Ints
    opening: Ints
    pair: Ints
    sizes: tuple[int, int, int, int]
    labels: Ints

    def of(self, way: Way) -> tuple[Ints, int]:
        """Return the codes of one way and how many there are."""
        place = WAYS.index(way)
        return getattr(self, way), self.sizes[place]

    def take(self, rows: NDArray[np.bool_] | Ints) -> Codes:
        """Return the codes of some rows."""
        return Codes(
            self.replication[rows],
            self.person[rows],
            self.opening[rows],
            self.pair[rows],
            self.sizes,
            self.labels,
        )

    def groups(self, way: Way) -> int:
        """Return how many different groups of a way these rows belong to."""
        codes, size = self.of(way)
        return int(np.count_nonzero(np.bincount(codes, minlength=size)))


def link_codes(applications: pd.DataFrame, openings: pd.DataFrame | None) -> tuple[Codes, Codes | None]:
    """Give applications and openings codes in one numbering, nested in replications."""
    n = len(applications)
    replication = applications["replication"].to_numpy(np.int64)
    person = applications["person"].to_numpy(np.int64)
    opening = applications["opening"].to_numpy(np.int64)
    if openings is not None:
        m = len(openings)
        replication = np.concatenate([replication, openings["replication"].to_numpy(np.int64)])
        # An opening as such belongs to no person: each row gets a number of its own.
        low = min(int(person.min(initial=0)), 0) - 1
        person = np.concatenate([person, low - np.arange(m, dtype=np.int64)])
        opening = np.concatenate([opening, openings["opening"].to_numpy(np.int64)])
    replications, labels = pd.factorize(replication, sort=True)
    people, p = _compact(_join(replications, person))
    places, o = _compact(_join(replications, opening))
    pairs, q = _compact(people * np.int64(o) + places)
    codes = Codes(replications, people, places, pairs, (len(labels), p, o, q), np.asarray(labels, dtype=np.int64))
    if openings is None:
        return codes, None
    return codes.take(np.arange(n)), codes.take(np.arange(n, n + len(openings)))


def joined(first: Codes, second: Codes) -> Codes:
    """Return the codes of two sets of rows, one after the other; both in one numbering."""
    arrays = (np.concatenate([first.of(way)[0], second.of(way)[0]]) for way in WAYS)
    replication, person, opening, pair = arrays
    most = [max(ends) for ends in zip(first.sizes, second.sizes, strict=True)]
    return Codes(replication, person, opening, pair, (most[0], most[1], most[2], most[3]), first.labels)


def _join(replications: Ints, ids: Ints) -> Ints:
    low = int(ids.min(initial=0))
    span = int(ids.max(initial=0)) - low + 1
    return np.asarray(replications * np.int64(span) + (ids - low), dtype=np.int64)


def _compact(keys: Ints) -> tuple[Ints, int]:
    codes, unique = pd.factorize(keys)
    return np.asarray(codes, dtype=np.int64), len(unique)


@dataclass(frozen=True)
class Influence:
    """A quantity and how much each row moves it.

    Attributes
    ----------
    value
        The estimate.
    rows
        Influence of each row; sums to zero.
    codes
        What each row belongs to.
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

    Two-way clustering subtracts what both ways count, which can come out too small or negative in few
    clusters; the variance used is then the largest of the two-way one and either way alone (MacKinnon,
    Nielsen and Webb 2024).
    """

    parts: tuple[Floats, ...]
    df: int

    def variance(self, weights: Sequence[float] | Floats) -> float:
        """Return the variance of a linear combination; NaN where there is nothing to estimate it from."""
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
        All in one numbering of codes; they need not share rows.
    by
        ``replication`` (simulation error), ``person``, ``opening`` (one way) or ``clusters`` (two ways).
    """
    if by != "clusters":
        part, groups = _summed(influences, by)
        return Covariance((part,), groups - 1)
    person, people = _summed(influences, "person")
    opening, openings = _summed(influences, "opening")
    pair, _ = _summed(influences, "pair")
    return Covariance((person + opening - pair, person, opening), min(people, openings) - 1)


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


def clustered(codes: Codes) -> bool:
    """Tell whether any two rows share a person or an opening."""
    rows = len(codes.person)
    return codes.groups("person") < rows or codes.groups("opening") < rows


@dataclass(frozen=True)
class Interval:
    """An interval and the method it was made by."""

    low: float
    high: float
    method: str


def wilson(count: float, n: float, level: float, quantile: float | None = None) -> tuple[float, float]:
    """Return the Wilson interval; with ``quantile`` another multiplier than the normal one."""
    if not n > 0:
        return float("nan"), float("nan")
    if quantile is None:
        low, high = proportion_confint(count, n, alpha=1 - level, method="wilson")
    else:
        # statsmodels takes a probability, and Student's multiplier at one degree of freedom has none it can
        # represent.
        p, z = count / n, quantile
        centre = p + z * z / (2 * n)
        half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
        low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    # At no events and at all events rounding would leave a limit a hair off the end.
    return (0.0 if count <= 0 else max(0.0, float(low))), (1.0 if count >= n else min(1.0, float(high)))


def share_interval(influence: Influence, level: float, by: By) -> Interval:
    """Return an interval for a share that stays in [0, 1] and makes sense at no events and at all events.

    With enough events between replications it is the plain Student interval.  Otherwise it is Wilson's with
    the effective number of rows ``p(1-p)/V`` (Kish 1965; Korn and Graubard 1998) and Student's multiplier;
    where every row says the same, and V is therefore unknown, the effective number is the number of people or
    of openings, whichever is less.
    """
    p, n = influence.value, influence.n
    if not n > 0:
        return Interval(float("nan"), float("nan"), "no rows")
    label = "replications" if by == "replication" else "clusters"
    if by == "clusters" and not clustered(influence.codes):
        return Interval(*wilson(influence.count, n, level), "Wilson, every row on its own")
    fewest = min(influence.codes.groups("person"), influence.codes.groups("opening"))
    cov = covariance([influence], by)
    variance = cov.variance([1.0])
    if min(influence.count, n - influence.count) <= 0 or not variance > 0:
        low, high = wilson(p * fewest, fewest, level)
        return Interval(low, high, f"{label}, effective number {fewest:,}")
    multiplier = cov.quantile(level)
    few = min(influence.count, n - influence.count) < FEW
    if by == "replication" and not few:
        low, high = p - multiplier * variance**0.5, p + multiplier * variance**0.5
        if low >= 0 and high <= 1:
            return Interval(low, high, f"Student t over {cov.df + 1} replications")
    binomial = p * (1 - p)
    effective = binomial / variance
    # A handful of events can fall evenly by chance; they never say more than as many independent rows would.
    effective = min(effective, n) if few else effective
    low, high = wilson(p * effective, effective, level, multiplier)
    return Interval(low, high, f"{label}, Wilson with effective number {effective:,.0f}")


def plain_interval(influence: Influence, level: float, by: By) -> Interval:
    """Return a symmetric Student interval for a mean or any unbounded quantity."""
    cov = covariance([influence], by)
    error = cov.variance([1.0]) ** 0.5
    label = f"Student t over {cov.df + 1} replications" if by == "replication" else "clusters"
    half = cov.quantile(level) * error
    return Interval(influence.value - half, influence.value + half, label)


def median_interval(influence: Influence, level: float, by: By) -> Interval:
    """Return an interval for a median, never narrower than that of as many independent rows."""
    cov = covariance([influence], by)
    variance = max(cov.variance([1.0]), float(influence.rows @ influence.rows))
    half = cov.quantile(level) * variance**0.5
    label = f"Student t over {cov.df + 1} replications" if by == "replication" else "clusters"
    return Interval(influence.value - half, influence.value + half, f"{label}, slope of the quantiles")


def event_interval(influence: Influence, level: float, by: By) -> Interval:
    """Return an interval for a mean number of events, never narrower than Poisson's exact one where events are few."""
    plain = plain_interval(influence, level, by)
    if influence.count >= FEW or not influence.n > 0:
        return Interval(max(0.0, plain.low), plain.high, plain.method)
    events, tail = influence.count, (1 - level) / 2
    low = float(stats.chi2.ppf(tail, 2 * events) / 2 / influence.n) if events > 0 else 0.0
    high = float(stats.chi2.ppf(1 - tail, 2 * events + 2) / 2 / influence.n)
    if np.isnan(plain.low):
        return Interval(low, high, "Poisson, few events")
    return Interval(max(0.0, min(low, plain.low)), max(high, plain.high), f"{plain.method}, at least Poisson's")


def log_interval(influence: Influence, level: float, by: By) -> Interval:
    """Return an interval for a positive ratio, symmetric on the logarithm."""
    if not influence.value > 0:
        return Interval(float("nan"), float("nan"), "undefined")
    cov = covariance([influence], by)
    half = cov.quantile(level) * cov.variance([1.0]) ** 0.5 / influence.value
    label = f"Student t over {cov.df + 1} replications" if by == "replication" else "clusters"
    return Interval(
        float(influence.value * np.exp(-half)), float(influence.value * np.exp(half)), label + ", log scale"
    )


def between_sd(values: Floats) -> float:
    """Return the standard deviation of per-replication values; NaN for fewer than two."""
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if len(known) > 1 else float("nan")


def main_way(codes: Codes) -> By:
    """Return how the main interval is made: over replications where there are several, else clusters."""
    return "replication" if codes.groups("replication") > 1 else "clusters"


def student(level: float, df: float) -> float:
    """Return the two-sided Student quantile for an interval of this level; NaN without degrees of freedom."""
    return float(stats.t.ppf(0.5 + level / 2, df)) if df >= 1 else float("nan")
