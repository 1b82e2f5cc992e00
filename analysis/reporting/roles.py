"""The roles of a scenario side by side: the measures that its claims name."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.errors import AnalysisError
from analysis.quantities.catalogue import estimate
from analysis.tables.tables import Tables
from sim import Scenario
from sim.scenario.quantities import MEASURES
from sim.scenario.quantity_names import role_of

COLUMNS = ["role", "measure", "unit", "n", "value", "low", "high", "level", "method", "note"]


def cast_table(tables: Tables, scenario: Scenario, level: float = 0.95) -> pd.DataFrame:
    """Measure what the claims of a scenario say about its roles.

    Returns
    -------
    DataFrame
        One row for each measure and role, ordered by measure: role, measure, unit, n, value, low, high,
        level, method, note; ``note`` says why a value is missing.
    """
    named: dict[str, list[str]] = {}
    for claim in scenario.expect:
        for name in claim.names:
            if split := role_of(name):
                roles = named.setdefault(split[1], [])
                if split[0] not in roles:
                    roles.append(split[0])
    rows: list[dict[str, Any]] = []
    for measure, roles in named.items():
        for role in roles:
            row: dict[str, Any] = {"role": role, "measure": measure, "unit": MEASURES[measure].unit, "level": level}
            try:
                found = estimate(tables, f"{role}.{measure}", level)
            except AnalysisError as problem:
                nan = float("nan")
                rows.append(row | {"n": 0, "value": nan, "low": nan, "high": nan, "method": "", "note": str(problem)})
                continue
            ends = {"low": found.low, "high": found.high, "method": found.method, "note": ""}
            rows.append(row | {"n": found.n, "value": found.value, **ends})
    return pd.DataFrame(rows, columns=COLUMNS)
