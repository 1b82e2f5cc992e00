"""Tracked quantities of one replication, the form in which sweeps, calibrations and checks exchange results.

A worker simulates and measures a replication and returns only numbers: denominator and value of each quantity.
Replications are independent, so all later comparisons are between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.quantities.catalogue import per_replication, quantity
from analysis.tables.tables import Tables, load
from sim.scenario.quantity_names import known_among, tracked_names

if TYPE_CHECKING:
    from sim import Scenario

MEASURED_BY = ("sim", "analysis.tables", "analysis.estimation", "analysis.quantities")
"""Packages whose files decide what a run measures."""


def tracked(scenario: Scenario) -> tuple[str, ...]:
    """Return a scenario's tracked quantities: rates, market quantities, some measures of roles, and those it claims.

    Returns
    -------
    tuple of str
        Each name once, in a fixed order.
    """
    claimed = [name for claim in scenario.expect for name in claim.names]
    return tuple(dict.fromkeys([*tracked_names(scenario.cast), *claimed]))


def check_names(names: Sequence[str], scenario: Scenario) -> None:
    """Refuse names that the scenario's tables can never have.

    Raises
    ------
    AnalysisError
        For an unknown quantity, or a role that the scenario does not place.
    """
    for name in names:
        quantity(name)
        try:
            known_among(name, scenario.cast)
        except ValueError as problem:
            raise AnalysisError(str(problem)) from None


def outcomes(source: Tables | Any, names: Sequence[str]) -> pd.DataFrame:
    """Measure quantities in each replication by itself.

    Parameters
    ----------
    source
        Tables, a result or a run folder.
    names : sequence of str
        Quantities as in :func:`analysis.quantities.catalogue.quantity`.

    Returns
    -------
    DataFrame
        Columns replication, name, n (size of the denominator) and value; NaN, with n = 0, where there was nothing to
        count.
    """
    tables = load(source)
    rows = []
    for name in names:
        try:
            rows.append(per_replication(tables, name)[["replication", "name", "n", "value"]])
        except AnalysisError:
            labels = tables.application_codes.labels
            rows.append(pd.DataFrame({"replication": labels, "name": name, "n": 0.0, "value": np.nan}))
    return pd.concat(rows, ignore_index=True)


def simulate_outcomes(
    scenario: Scenario, seed: int, replication: int, names: Sequence[str]
) -> tuple[dict[str, tuple[float, float]], dict[str, Any]]:
    """Simulate one replication in memory and measure it, as a worker of a sweep does.

    Returns
    -------
    dict
        Name to (n, value).
    dict
        Cost of the replication: applications, openings, people, ties, cpu_seconds, wall_seconds, loop_cpu_seconds.
    """
    from sim.runs.replication import run_replication
    from sim.runs.result import result_of

    tables, summary = run_replication(scenario, seed, replication)
    return measured(result_of(scenario, seed, [(tables, summary)]), names), summary


def measured(source: Tables | Any, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Measure quantities in a result of one replication; return name to (n, value)."""
    # A replication in which nobody applied is as valid as any: rates have no value there, and counts are 0.
    frame = outcomes(load(source, may_be_empty=True), names)
    found = {
        name: (float(n), float(value)) for name, n, value in zip(frame["name"], frame["n"], frame["value"], strict=True)
    }
    return {name: found.get(name, (0.0, math.nan)) for name in names}
