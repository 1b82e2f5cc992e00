"""What every command says of a run: its rates, the published bands, the claims of its scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.claims import sentences as claim_sentences
from analysis.claims.bands import seed_bands
from analysis.claims.judging import Judgement, check_claims
from analysis.estimation.rates import rates
from analysis.presentation import wording
from analysis.reporting.roles_section import cast_table
from analysis.tables.tables import Tables, load
from sim import Scenario
from sim.runs.result import Result
from sim.scenario.claims import AnyClaim, DifferenceClaim, OrderClaim
from sim.scenario.quantity_names import limits, unit_of

SHOWN = ("response", "interview", "offer", "hire")


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
        The scenario's claims, judged, in the order of ``scenario.expect``.
    cast
        As :func:`analysis.reporting.roles_section.cast_table`; empty where no claim names a role.
    """

    scenario: Scenario
    manifest: dict[str, Any]
    tables: Tables
    rates: pd.DataFrame
    bands: pd.DataFrame
    judgements: tuple[Judgement, ...]
    cast: pd.DataFrame


def summarise(result: Result) -> Summary:
    """Count a run and judge what is claimed of it."""
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
    """Cut an interval of a difference at what a difference can be: no two shares differ by more than 100 points."""
    if not isinstance(claim, OrderClaim | DifferenceClaim):
        return judgement
    low, high = limits(unit_of(claim.names[0]), difference=True)
    return replace(
        judgement,
        low=judgement.low if low is None else max(judgement.low, low),
        high=judgement.high if high is None else min(judgement.high, high),
    )


def json_rows(summary: Summary) -> list[dict[str, Any]]:
    """Return the rates as plain rows for machines; what is not known is None."""
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


def rates_text(summary: Summary) -> str:
    """Lay the rates out for a terminal of 80 columns: each rate, its interval below it, the band and its verdict."""
    level = summary.rates["level"].iloc[0]
    lines = [f"{'channel':10}{'sent':>10}" + "".join(f"{stage:>13}" for stage in SHOWN) + f"{'band':>12}"]
    bands = {row["channel"]: row for row in wording.records(summary.bands)}
    for channel, rows in summary.rates.groupby("channel", sort=False):
        own = {row["stage"]: row for row in wording.records(rows)}
        n = next(iter(own.values()))["n"]
        upper, lower = f"{channel:10}{n:>10,}", " " * 20
        for stage in SHOWN:
            row = own.get(stage)
            upper += f"{wording.percent(row['rate']) if row else wording.NOTHING:>13}"
            lower += f"{wording.percent_range(row['low'], row['high']).removesuffix(' %') if row else '':>13}"
        if band := bands.get(str(channel)):
            upper += f"{wording.band(band['band_low'], band['band_high']):>12}"
            lower += f"{wording.VERDICTS[band['verdict']]:>12}"
        lines += [upper.rstrip(), lower.rstrip()]
    window = summary.tables.response_window
    lines.append("")
    lines.append(
        f"Shares of what was sent; below each its {100 * level:g} % interval ({wording.method(summary.rates)})."
    )
    lines.append(f"A response counts within {window:g} days. Bands: published response rates, judged at 99 %.")
    lines.append(summary.tables.eligible.text())
    return "\n".join(lines)


def claims_text(summary: Summary) -> str:
    """List the claims of the scenario with their verdicts, failures in capitals."""
    lines = [claim_sentences.verdict_counts(summary.judgements)]
    for claim, judgement in zip(summary.scenario.expect, summary.judgements, strict=True):
        line = claim_sentences.claim_line(claim, judgement)
        verdict = "FAILS" if line["verdict"] == "fails" else line["verdict"]
        found = line["note"] or f"{line['measured']} ({line['confidence']}: {line['interval']})"
        lines.append(f"  {verdict:10} {line['claim']}: {found}")
    return "\n".join(lines)
