"""One engine for all intervals: influence functions summed over replications or clusters.

Rates, ratios and odds ratios are functions of rows.  Its *influence* says how much each row moves it (van
der Vaart 1998, chapter 25).  Summed over replications the influences give the simulation error; summed over
people and over openings they give the sampling error (two-way clustering of Cameron, Gelbach and Miller 2011,
``V = V_person + V_opening - V_person×opening``; one way where only in one of them rows share a group).  Because
influences add, the error of a difference or a ratio between any two quantities, in any two tables, comes from the same
sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analysis.errors import AnalysisError
from analysis.estimation.influence_functions import TWO_WAYS, Influence, covariance, most_rows
from analysis.tables.clusters import By, Codes, Floats, Way
from sim.errors import did_you_mean

# Below this many events (or non-events) the sampling distribution of a share is too skewed for a symmetric
# interval.
FEW = 30


def cluster_ways(influence: Influence, by: By) -> tuple[Way, ...]:
    """Return the ways in which rows share groups, of those asked for; none if every row is on its own."""
    asked: tuple[Way, ...] = TWO_WAYS if by == "clusters" else (by,)
    return tuple(way for way in asked if most_rows([influence.codes], way) > 1)


@dataclass(frozen=True)
class Interval:
    """An interval, and how it was made."""

    low: float
    high: float
    method: str


def wilson(count: float, n: float, level: float, quantile: float | None = None) -> tuple[float, float]:
    """Return the Wilson interval; ``quantile`` replaces the normal multiplier."""
    if not n > 0:
        return float("nan"), float("nan")
    if quantile is None:
        low, high = proportion_confint(count, n, alpha=1 - level, method="wilson")
    else:
        # statsmodels takes a probability, and none that it can represent gives Student's multiplier at one degree of
        # freedom.
        p, z = count / n, quantile
        centre = p + z * z / (2 * n)
        half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
        low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    # Without this, rounding would put a limit just off 0 or 1 where no row or every row is an event.
    return (0.0 if count <= 0 else max(0.0, float(low))), (1.0 if count >= n else min(1.0, float(high)))


def share_interval(influence: Influence, level: float, by: By) -> Interval:
    """Return an interval for a share, within [0, 1] and sensible even where no row or every row is an event.

    Over replications with enough events it is the plain Student interval.  Otherwise it is Wilson's with the
    effective number of rows ``p(1-p)/V`` (Kish 1965; Korn and Graubard 1998) and Student's multiplier.  If all
    rows are alike, V is unknown, and the effective number is that of people or of openings, whichever is less.
    """
    p, n = influence.value, influence.n
    if not n > 0:
        return Interval(float("nan"), float("nan"), "no rows")
    label = "replications" if by == "replication" else "clusters"
    ways = TWO_WAYS if by == "replication" else cluster_ways(influence, by)
    if not ways:
        return Interval(*wilson(influence.count, n, level), "Wilson, every row on its own")
    fewest = min(influence.codes.groups(way) for way in ways)
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
    # A few events can be evenly spread by chance; never treat them as more than that many independent rows.
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
    """Return an interval for a median, never narrower than if the rows were independent."""
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
    """Return how the main interval is made: over replications if there are several, else by clusters."""
    return "replication" if codes.groups("replication") > 1 else "clusters"


def student(level: float, df: float) -> float:
    """Return the two-sided Student quantile for an interval of this level; NaN without degrees of freedom."""
    return float(stats.t.ppf(0.5 + level / 2, df)) if df >= 1 else float("nan")


def check_level(level: float) -> None:
    """Refuse a confidence level outside (0, 1)."""
    if not 0 < level < 1:
        raise AnalysisError(f"A confidence level lies between 0 and 1 (0.95 is 95 %), not {level}.")


def check_cluster(cluster: str | None) -> None:
    """Refuse an unknown way to cluster."""
    known = get_args(By)
    if cluster is not None and cluster not in known:
        raise AnalysisError(
            f"cluster: found {cluster!r}; expected one of {', '.join(known)}{did_you_mean(str(cluster), known)}."
        )
