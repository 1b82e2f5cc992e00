"""A run in numbers, for every command: its rates, the published bands, the claims of its scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.claims.bands import seed_bands
from analysis.claims.judging import check_claims
from analysis.claims.verdicts import Judgement
from analysis.estimation.rates import rates
from analysis.reporting.roles import cast_table
from analysis.tables.tables import Tables, load
from sim import Scenario
from sim.runs.result import Result
from sim.scenario.claims import AnyClaim, DifferenceClaim, OrderClaim
from sim.scenario.quantity_names import limits, unit_of


@dataclass(frozen=True)
class Summary:
    """A run in numbers.

    Attributes
    ----------
    scenario, manifest
        What was run, and how.
    tables
        The normalised tables.
    rates
        As :func:`analysis.estimation.rates.rates`.
    bands
        One row per channel: channel, band_low, band_high, verdict, confidence, low, high (at that confidence), source.
    judgements
        Verdicts on the scenario's claims, in the order of ``scenario.expect``.
    cast
        As :func:`analysis.reporting.roles.cast_table`; empty where no claim names a role.
    """

    scenario: Scenario
    manifest: dict[str, Any]
    tables: Tables
    rates: pd.DataFrame
    bands: pd.DataFrame
    judgements: tuple[Judgement, ...]
    cast: pd.DataFrame


def summarise(result: Result) -> Summary:
    """Compute the rates of a run and judge the claims of its scenario."""
    tables = load(result)
    return Summary(
        result.scenario,
        result.manifest,
        tables,
        rates(tables),
        seed_bands(tables),
        tuple(map(bounded, result.scenario.expect, check_claims(tables, result.scenario.expect))),
        cast_table(tables, result.scenario),
    )


def bounded(claim: AnyClaim, judgement: Judgement) -> Judgement:
    """Limit the interval of a difference to possible values: no two shares differ by more than 100 points."""
    if not isinstance(claim, OrderClaim | DifferenceClaim):
        return judgement
    low, high = limits(unit_of(claim.names[0]), difference=True)
    return replace(
        judgement,
        low=judgement.low if low is None else max(judgement.low, low),
        high=judgement.high if high is None else min(judgement.high, high),
    )


def json_rows(summary: Summary) -> list[dict[str, Any]]:
    """Return the rates as plain rows for machines; an unknown value is None."""
    rows: list[dict[str, Any]] = []
    for row in summary.rates.to_dict("records"):
        values = {str(key): value.item() if hasattr(value, "item") else value for key, value in row.items()}
        rows.append(
            {
                key: None if isinstance(value, float) and not math.isfinite(value) else value
                for key, value in values.items()
            }
        )
    return rows
