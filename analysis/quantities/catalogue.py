"""Every quantity by name: its declaration in ``sim``, joined with its measurement here.

``<channel>.<stage>`` (``direct.response``, ``all.hire``) is a rate, ``<role>.<measure>`` measures the people of one
role, and the others are quantities of the market. Nearly every number is a ratio of two totals, so one
engine serves all: pooled value, replication totals, and influences whose sums give the error of any comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.estimation import intervals
from analysis.estimation.estimands import Estimand
from analysis.estimation.intervals import check_level
from analysis.estimation.rates import stage_ratio
from analysis.quantities import applications, networks_and_jobs, roles
from analysis.quantities.measurement import Measurement, Quantity, Scale
from analysis.tables.rows import channels
from analysis.tables.tables import Source, Tables, load
from sim.errors import did_you_mean
from sim.scenario.quantities import ALL, CHANNELS, MARKET, MEASURES, RATES, STAGES, QuantityName
from sim.scenario.quantity_names import role_of

MEASUREMENTS: dict[str, Measurement] = {**applications.MEASUREMENTS, **networks_and_jobs.MEASUREMENTS}
"""How each market quantity is measured; for measures of roles see :data:`analysis.quantities.roles.ESTIMANDS`."""

_SCALES: dict[str, Scale] = {"share": "share", "count": "events", "days": "median"}


@dataclass(frozen=True)
class Estimate:
    """A measured quantity.

    ``n`` and ``count`` are denominator and numerator, ``replications`` the number with a value, and ``between_sd``
    the standard deviation of their values, in the quantity's unit.
    """

    name: str
    value: float
    low: float
    high: float
    level: float
    n: float
    count: float
    replications: int
    between_sd: float
    method: str


def estimate(source: Source, name: str, level: float = 0.95, response_window: float | None = None) -> Estimate:
    """Measure a named quantity with its interval.

    Raises
    ------
    AnalysisError
        If the name is unknown, or the tables lack what it needs.
    """
    check_level(level)
    what = quantity(name)
    tables = load(source, response_window=response_window)
    influence = what.measure(tables)
    bounds = what.interval(influence, level)
    values = per_replication(tables, name)["value"].to_numpy(np.float64)
    return Estimate(
        name,
        influence.value,
        bounds.low,
        bounds.high,
        level,
        influence.n,
        influence.count,
        int(np.count_nonzero(~np.isnan(values))),
        intervals.between_sd(values),
        bounds.method,
    )


def per_replication(source: Source, name: str, response_window: float | None = None) -> pd.DataFrame:
    """Measure a quantity in each replication by itself.

    Returns
    -------
    DataFrame
        Columns replication, name, n, value; NaN where a replication has none.

    Raises
    ------
    AnalysisError
        As :func:`estimate`, and if no replication has a value.
    """
    what = quantity(name)
    estimand = what.estimand(load(source, response_window=response_window))
    labels = estimand.influence().codes.labels
    n, values = estimand.per_replication()
    return pd.DataFrame({"replication": labels, "name": name, "n": n, "value": values})


def quantity(name: str) -> Quantity:
    """Return a market quantity, the rate ``<channel>.<stage>`` or the measure ``<role>.<measure>`` by name.

    Raises
    ------
    AnalysisError
        If there is no such quantity.
    """
    if not isinstance(name, str):
        raise AnalysisError(
            f"The name of a quantity is a text such as 'direct.response', not a {type(name).__name__}; "
            "give the run or table first, then the name."
        )
    role = role_of(name)
    if role is not None:
        return _of_role(name, *role)
    if name in MARKET and name in MEASUREMENTS:
        return _of_market(MARKET[name], MEASUREMENTS[name])
    if name in MARKET:
        raise AnalysisError(f"'{name}' is declared, but nothing in analysis/quantities says how it is measured.")
    channel, _, stage = name.partition(".")
    if stage not in STAGES or not channel:
        near = did_you_mean(name, (*RATES, *MARKET))
        if near:
            raise AnalysisError(f"There is no quantity '{name}'{near}")
        raise AnalysisError(
            f"There is no quantity '{name}'; give <channel>.<stage> with a stage of {', '.join(STAGES)}, "
            f"<role>.<measure>, or one of {', '.join(MARKET)}."
        )
    return _of_channel(name, channel, stage)


def _of_market(declared: QuantityName, how: Measurement) -> Quantity:
    denominator = how.denominator or declared.meaning
    return Quantity(
        declared.name, declared.label, declared.unit, denominator, declared.evidence, how.scale, how.estimand
    )


def _of_role(name: str, role: str, measure: str) -> Quantity:
    declared = MEASURES[measure]
    if measure not in roles.ESTIMANDS:
        raise AnalysisError(f"'{measure}' is declared, but nothing in analysis/quantities says how it is measured.")

    def estimand(tables: Tables) -> Estimand:
        return roles.ESTIMANDS[measure](tables, role)

    scale = _SCALES.get(declared.unit, "mean")
    label = f"{declared.label} of {role}"
    return Quantity(name, label, declared.unit, declared.meaning, declared.evidence, scale, estimand)


def _of_channel(name: str, channel: str, stage: str) -> Quantity:
    """Return a rate; observed tables can have channels that are not declared."""
    sent = {
        "referral": "referral hand-overs",
        "recruiter": "recruiter approaches",
        ALL: "applications of all channels",
    }
    denominator = f"{sent.get(channel, f'{channel} applications')} sent in the window and followed to its end"
    declared = RATES.get(name) or QuantityName(name, "share", f"{stage} rate of {channel}", "")

    def estimand(tables: Tables) -> Estimand:
        known = channels(tables.applications)
        if channel not in (*known, *CHANNELS, ALL):
            raise AnalysisError(f"There is no channel '{channel}' in this table; channels are {', '.join(known)}.")
        return stage_ratio(tables, channel, stage)

    return Quantity(name, declared.label, declared.unit, denominator, declared.evidence, "share", estimand)
