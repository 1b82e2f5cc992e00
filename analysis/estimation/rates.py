"""Rates by channel and stage, and contrasts between channels, with intervals that respect clustering.

Rate and denominator
    Stage reached over applications sent (``n``): for a referral the hand-over to the employer, for a
    recruiter the approach sent.  Only rows sent inside the observation window with their whole response
    window observed count; a response counts within the response window only.
Main interval (``low``, ``high``)
    With two or more replications the simulation error: Student's t over per-replication totals, weighted by
    the replications' sizes so that the rate is exactly ``count / n``.  Within one replication the sampling
    error.
Sampling error (``cluster_low``, ``cluster_high``)
    Two-way clustered by person and by opening: the uncertainty in a sample of people and openings of this size. Where
    rows share groups in only one of the two, by that one; `analysis.estimation.clustering` says how much it matters.
Plain Wilson (``wilson_low``, ``wilson_high``)
    As if all rows were independent; for comparison only, no verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.errors import AnalysisError
from analysis.estimation import influence_functions, intervals
from analysis.estimation.estimands import RatioOfTotals
from analysis.estimation.influence_functions import Covariance, Influence
from analysis.estimation.intervals import FEW, check_cluster, check_level
from analysis.tables.clusters import By, Floats
from analysis.tables.rows import channels, in_channel, reached, recorded_stages
from analysis.tables.tables import Source, Tables, load
from sim.scenario.quantities import ALL

RATE_COLUMNS = (
    "channel",
    "stage",
    "n",
    "count",
    "rate",
    "low",
    "high",
    "method",
    "level",
    "wilson_low",
    "wilson_high",
    "cluster_low",
    "cluster_high",
    "replications",
    "between_sd",
    "excluded",
)

CONTRAST_COLUMNS = (
    *("stage", "channel", "reference", "measure", "estimate", "low", "high", "p", "p_holm"),
    *("n", "n_reference", "count", "count_reference", "method", "level"),
)


def stage_ratio(tables: Tables, channel: str, stage: str) -> RatioOfTotals:
    """Return the rate of a stage in a channel: applications that reached it over all applications."""
    table = tables.eligible.table
    rows = in_channel(table, channel)
    part = table[rows]
    codes = tables.application_codes.take(np.flatnonzero(tables.eligible.keep)[rows])
    return RatioOfTotals(reached(part, stage, tables.response_window).astype(np.float64), np.ones(len(part)), codes)


def stage_influence(tables: Tables, channel: str, stage: str) -> Influence:
    """Return the rate of a stage in a channel with the influence of every row."""
    return stage_ratio(tables, channel, stage).influence()


def rates(
    source: Source,
    response_window: float | None = None,
    level: float = 0.95,
    *,
    total: bool = False,
    cluster: By | None = None,
) -> pd.DataFrame:
    """Return one row per channel and stage.

    Parameters
    ----------
    source
        A run, a run folder, or any table with the columns channel, sent and responded.
    response_window
        Days within which a response counts; by default the run's own, or 60.
    level
        Confidence of every interval.
    total
        Whether to add the channel ``all``.
    cluster
        What the main interval takes as independent: ``replication``, ``person``, ``opening``, or ``clusters`` for
        person and opening at once; by default replications where there are several, else ``clusters``.

    Returns
    -------
    DataFrame
        Columns channel, stage, n, count, rate, low, high, method, level, wilson_low, wilson_high,
        cluster_low, cluster_high, replications, between_sd (standard deviation of per-replication rates),
        excluded (rows of the channel left out).  Stages the table does not record have no row; a channel
        without rows that count has n = 0 and no rate.
    """
    check_level(level)
    check_cluster(cluster)
    tables = load(source, response_window=response_window)
    rows = []
    for channel in _channels(tables, total=total):
        for stage in recorded_stages(tables.applications):
            influence = stage_influence(tables, channel, stage)
            rows.append(
                {
                    "channel": channel,
                    "stage": stage,
                    **share_row(influence, level, cluster),
                    "excluded": tables.eligible.excluded_from(channel),
                }
            )
    return pd.DataFrame(rows, columns=list(RATE_COLUMNS))


def _channels(tables: Tables, *, total: bool) -> list[str]:
    found = list(channels(tables.applications))
    if not found:
        raise AnalysisError("No row names a channel: there is nothing to count.")
    return [*found, ALL] if total else found


def share_row(influence: Influence, level: float, cluster: By | None = None) -> dict[str, object]:
    """Return count, rate and every interval of a share as one row of a table."""
    way = cluster or intervals.main_way(influence.codes)
    main = intervals.share_interval(influence, level, way)
    sampling = main if way == "clusters" else intervals.share_interval(influence, level, "clusters")
    low, high = intervals.wilson(influence.count, influence.n, level)
    values = per_replication_values(influence)
    return {
        "n": int(influence.n),
        "count": int(influence.count),
        "rate": influence.value,
        "low": main.low,
        "high": main.high,
        "method": main.method,
        "level": level,
        "wilson_low": low,
        "wilson_high": high,
        "cluster_low": sampling.low,
        "cluster_high": sampling.high,
        "replications": len(values),
        "between_sd": intervals.between_sd(values),
    }


def per_replication_values(influence: Influence) -> Floats:
    """Return the share in each replication that has rows, from influences with a denominator of one."""
    group, size = influence.codes.of("replication")
    n = np.bincount(group, minlength=size)
    moved = np.bincount(group, weights=influence.rows, minlength=size)
    held = n > 0
    return np.asarray(influence.value + moved[held] * influence.n / n[held], dtype=np.float64)


def per_replication_rates(source: Source, response_window: float | None = None, *, total: bool = False) -> pd.DataFrame:
    """Return the rates of each replication by itself.

    Returns
    -------
    DataFrame
        Columns replication, channel, stage, n, count, rate (NaN where the replication has no rows).
    """
    tables = load(source, response_window=response_window)
    table = tables.eligible.table
    codes = tables.application_codes.take(np.flatnonzero(tables.eligible.keep))
    group, size = codes.of("replication")
    parts = []
    for channel in _channels(tables, total=total):
        rows = in_channel(table, channel)
        n = np.bincount(group[rows], minlength=size)
        for stage in recorded_stages(table):
            hit = rows & reached(table, stage, tables.response_window)
            count = np.bincount(group[hit], minlength=size)
            with np.errstate(invalid="ignore", divide="ignore"):
                rate = count / n
            parts.append(
                pd.DataFrame(
                    {
                        "replication": codes.labels,
                        "channel": channel,
                        "stage": stage,
                        "n": n,
                        "count": count,
                        "rate": rate,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def applications_per_interview(
    source: Source,
    response_window: float | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return applications per interview in each channel, the inverse of the interview rate.

    Returns
    -------
    DataFrame
        Columns channel, n, interviews, applications, low, high, method, level.  Without any interview the
        number is infinite and only the lower limit is known.
    """
    check_level(level)
    tables = load(source, response_window=response_window)
    rows = []
    for channel in _channels(tables, total=False):
        share = share_row(stage_influence(tables, channel, "interview"), level)
        rows.append(
            {
                "channel": channel,
                "n": share["n"],
                "interviews": share["count"],
                "applications": _inverse(share["rate"]),
                "low": _inverse(share["high"]),
                "high": _inverse(share["low"]),
                "method": share["method"],
                "level": level,
            }
        )
    return pd.DataFrame(rows)


def _inverse(share: object) -> float:
    value = float(share)  # type: ignore[arg-type]  # a number out of a mixed row
    return float("inf") if value == 0 else 1 / value


def contrasts(
    source: Source,
    stages: Sequence[str] | str = ("response", "interview"),
    response_window: float | None = None,
    level: float = 0.95,
    *,
    cluster: By | None = None,
) -> pd.DataFrame:
    """Compare all pairs of channels: difference, risk ratio, odds ratio and applications per interview.

    All come from the influence functions of the two rates and the delta method: between replications where
    there are several (so the two channels are paired by replication), else two-way clustered by person and
    opening.

    Parameters
    ----------
    source, response_window, level, cluster
        As in :func:`rates`.
    stages
        Stages to compare.

    Returns
    -------
    DataFrame
        Columns stage, channel, reference, measure (``difference``, ``risk_ratio``, ``odds_ratio``; for the
        interview also ``applications_per_interview``, a difference), estimate, low, high, p, p_holm, n,
        n_reference, count, count_reference, method, level.  ``p`` tests that the two rates are equal;
        ``p_holm`` is corrected by Holm's method over all pairs and stages in the table.  The channel named
        first has the higher rate overall.
    """
    check_level(level)
    check_cluster(cluster)
    tables = load(source, response_window=response_window)
    wanted = [stages] if isinstance(stages, str) else list(stages)
    named = _channels(tables, total=False)
    if len(named) < 2:
        raise AnalysisError(f"There is only one channel ('{named[0]}') in this table: nothing to compare it with.")
    families: list[list[dict[str, object]]] = []
    for stage in wanted:
        found = {name: stage_influence(tables, name, stage) for name in named}
        found = {name: influence for name, influence in found.items() if influence.n > 0}
        order = sorted(found, key=lambda name: -found[name].value)
        for first, second in combinations(order, 2):
            families.append(_pair(stage, (first, second), (found[first], found[second]), level, cluster))
    if not families:
        raise AnalysisError("Fewer than two channels have rows that count: nothing to compare.")
    tests = np.array([float(family[0]["p"]) for family in families])  # type: ignore[arg-type]  # a number in a mixed row
    corrected = np.full(len(tests), np.nan)
    known = ~np.isnan(tests)
    if known.any():
        corrected[known] = multipletests(tests[known], method="holm")[1]
    rows = [{**row, "p_holm": p} for family, p in zip(families, corrected, strict=True) for row in family]
    return pd.DataFrame(rows, columns=list(CONTRAST_COLUMNS))


def pair_covariance(influences: Sequence[Influence], cluster: By | None = None) -> tuple[Covariance, str]:
    """Return the joint covariance of quantities, and how it was made."""
    several = all(intervals.main_way(influence.codes) == "replication" for influence in influences)
    way: By = cluster or ("replication" if several else "clusters")
    cov = influence_functions.covariance(influences, way)
    if way == "replication":
        return cov, f"Student t over {cov.df + 1} replications"
    ways = influence_functions.shared_ways(influences) if way == "clusters" else (way,)
    if len(ways) > 1:
        return cov, "two-way clusters"
    return cov, f"clustered by {ways[0]}" if ways else "every row on its own"


def _pair(
    stage: str,
    names: tuple[str, str],
    pair: tuple[Influence, Influence],
    level: float,
    cluster: By | None,
) -> list[dict[str, object]]:
    a, b = pair
    cov, label = pair_covariance(pair, cluster)
    ends = [intervals.share_interval(side, level, cluster or intervals.main_way(side.codes)) for side in pair]
    few = cov.df < 1 or any(min(side.count, side.n - side.count) < FEW for side in pair)
    if few:
        # The limits that face each other decide whether the rates differ (Newcombe 1998).
        spread = float(np.hypot(a.value - ends[0].low, ends[1].high - b.value) / stats.norm.ppf(0.5 + level / 2))
        p = float(2 * stats.norm.sf((a.value - b.value) / spread)) if spread > 0 else float("nan")
        label += ", few events"
    else:
        p = cov.p_value(a.value - b.value, cov.variance([1.0, -1.0]) ** 0.5)
    common = {
        "stage": stage,
        "channel": names[0],
        "reference": names[1],
        "p": p,
        "n": int(a.n),
        "n_reference": int(b.n),
        "count": int(a.count),
        "count_reference": int(b.count),
        "method": label,
        "level": level,
    }
    rows: list[dict[str, object]] = []
    for measure, (scale, slope, back) in SCALES.items():
        if measure == "applications_per_interview" and stage != "interview":
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            values = scale(np.array([a.value, b.value]))
            weights = slope(np.array([a.value, b.value])) * np.array([1.0, -1.0])
            estimate = values[0] - values[1]
            if few or not np.isfinite(values).all():
                limits = np.sort(scale(np.array([[end.low, end.high] for end in ends])), axis=1)
                low, high = _from_limits(values, limits)
            else:
                half = cov.quantile(level) * cov.variance(weights) ** 0.5
                low, high = estimate - half, estimate + half
            if measure == "difference":
                low, high = max(-1.0, low), min(1.0, high)
            rows.append(
                {
                    **common,
                    "measure": measure,
                    "estimate": float(back(estimate)),
                    "low": float(back(low)),
                    "high": float(back(high)),
                }
            )
    return rows


def _from_limits(values: Floats, limits: Floats) -> tuple[float, float]:
    """Return the limits of a difference from those of its two sides, for few or no events."""
    estimate = values[0] - values[1]
    if not np.isfinite(values).all():
        low, high = limits[0, 0] - limits[1, 1], limits[0, 1] - limits[1, 0]
        return (-np.inf if np.isnan(low) else low), (np.inf if np.isnan(high) else high)
    below = np.hypot(values[0] - limits[0, 0], limits[1, 1] - values[1])
    above = np.hypot(limits[0, 1] - values[0], values[1] - limits[1, 0])
    return float(estimate - below), float(estimate + above)


Scale: TypeAlias = Callable[[Floats], Floats]


def _identity(x: Floats) -> Floats:
    return x


# For each measure the scale on which it is a difference, the slope of that scale, and the way back.
SCALES: dict[str, tuple[Scale, Scale, Callable[[float], float]]] = {
    "difference": (_identity, np.ones_like, float),
    "risk_ratio": (np.log, lambda x: 1 / x, lambda x: float(np.exp(x))),
    "odds_ratio": (lambda x: np.log(x / (1 - x)), lambda x: 1 / (x * (1 - x)), lambda x: float(np.exp(x))),
    "applications_per_interview": (lambda x: 1 / x, lambda x: -1 / x**2, float),
}
