"""A run as files to hand on: charts, the numbers behind them, and one page that needs nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.claims import sentences as claim_sentences
from analysis.claims.evidence import cite
from analysis.claims.pattern_ratios import MARK
from analysis.presentation import wording
from analysis.presentation.page import Chart, environment, image_names, table_name, write_page
from analysis.reporting import charts, roles_section, sentences
from analysis.reporting.findings import Findings, find
from analysis.reporting.summary import summarise
from sim.runs.result import Result
from sim.scenario.quantities import MEASURES

PAGE = "report.html"

# Every file a report can hold; those that this run has nothing for are removed, lest old numbers stay beside new.
CHARTS = ("response", "funnel", "time_to_response", "effects", "cast")

TABLES = (
    "response",
    "funnel",
    "time_to_response",
    "days_to_response",
    "effects",
    "logit",
    "rates",
    "contrasts",
    "calibration",
    "claims",
    "cast",
)


@dataclass(frozen=True)
class Published:
    """Where a report was written, the files in it, and the sentence it opens with."""

    folder: Path
    files: tuple[str, ...]
    sentence: str


def report(
    result: Result,
    folder: str | Path,
    *,
    overrides: Mapping[str, str] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Published:
    """Estimate, draw and write the report of a run.

    Parameters
    ----------
    result
        From :func:`sim.simulate` or :func:`sim.read_run`.
    folder
        Where the files go; files of an older report there are replaced, others are left alone.
    overrides
        Parameters set apart from the scenario file, to be told in the page.
    told
        Called with a few words before each longer step.

    Raises
    ------
    AnalysisError
        If the run has nothing to count.
    OSError
        If the folder cannot be written; the files there are then as they were.
    """
    findings = find(summarise(result), told)
    told("drawing the charts")
    return publish(findings, folder, overrides=overrides)


def publish(findings: Findings, folder: str | Path, *, overrides: Mapping[str, str] | None = None) -> Published:
    """Draw and write what was found; see :func:`report`."""
    drawn = make_charts(findings)
    tables = {stem: table for stem, table in csv_tables(findings).items() if len(table)}
    stale = [*itertools.chain.from_iterable(map(image_names, CHARTS)), *map(table_name, TABLES)]
    files = write_page(folder, PAGE, page(findings, drawn, overrides or {}), drawn, tables, stale=stale)
    sentence = sentences.opening_sentence(findings.summary.rates, findings.summary.tables.response_window)
    return Published(Path(folder), files, sentence)


def csv_tables(findings: Findings) -> dict[str, pd.DataFrame]:
    """Return the tables that are written beside the page, by the name of their file."""
    return {
        "response": findings.response,
        "funnel": findings.funnel,
        "time_to_response": findings.curve,
        "days_to_response": findings.days,
        "effects": findings.effects,
        "logit": findings.model.coefficients if findings.model else pd.DataFrame(),
        "rates": findings.summary.rates,
        "contrasts": findings.contrasts,
        "calibration": findings.calibration,
        "claims": findings.claims,
        "cast": findings.summary.cast,
    }


def make_charts(findings: Findings) -> list[Chart]:
    """Return the charts that this run has numbers for."""
    rates, compared = findings.summary.rates, findings.contrasts
    made = []
    if (findings.response["n"] > 0).any():
        made.append(
            Chart(
                "response",
                sentences.comparison(compared, rates, "response", "are answered"),
                charts.alt_text("response", findings.response),
                lambda title, width: charts.response_by_channel(findings.response, title=title, width=width),
            )
        )
        made.append(
            Chart(
                "funnel",
                sentences.funnel_finding(findings.funnel, compared),
                charts.alt_text("funnel", findings.funnel),
                lambda title, width: charts.funnel(findings.funnel, title=title, width=width),
            )
        )
    if len(findings.curve):
        made.append(
            Chart(
                "time_to_response",
                sentences.time_finding(findings.days),
                charts.alt_text("time_to_response", findings.curve, findings.days),
                lambda title, width: charts.time_to_response(findings.curve, findings.days, title=title, width=width),
            )
        )
    if len(findings.effects):
        made.append(
            Chart(
                "effects",
                sentences.effects_finding(findings.effects),
                charts.alt_text("effects", findings.effects),
                lambda title, width: charts.effects(findings.effects, title=title, width=width),
            )
        )
    roles = findings.summary.cast
    if roles["value"].notna().any():
        made.append(
            Chart(
                "cast",
                roles_section.finding(roles),
                roles_section.alt_text(roles),
                lambda title, width: roles_section.chart(roles, title=title, width=width),
            )
        )
    return made


def page(findings: Findings, drawn: list[Chart], overrides: Mapping[str, str]) -> str:
    """Return the report as one HTML page."""
    templates = environment("reporting")
    templates.filters |= {
        "percent": wording.percent,
        "points": wording.points,
        "number": wording.number,
        "label": wording.label,
        "in_words": roles_section.in_words,
        "stage": wording.STAGE_LABELS.__getitem__,
        "chance": _chance,
        "groupby_kept": _grouped,
    }
    templates.globals |= {
        "percent_range": wording.percent_range,
        "band": wording.band,
        "amount": wording.amount,
        "amount_range": wording.amount_range,
    }
    summary = findings.summary
    return templates.get_template("report.html.j2").render(
        scenario=summary.scenario,
        manifest=summary.manifest,
        window=summary.tables.response_window,
        sentence=sentences.opening_sentence(summary.rates, summary.tables.response_window),
        verdicts=claim_sentences.verdict_counts(summary.judgements),
        counted=summary.tables.eligible.text(),
        notes=summary.tables.notes,
        charts={chart.stem: chart for chart in drawn},
        response=wording.records(findings.response),
        steps=wording.records(findings.steps),
        funnel=wording.records(findings.funnel),
        days=_by_channel(findings.days),
        contrasts=_compared(findings.contrasts),
        calibration=wording.records(findings.calibration),
        pattern=MARK,
        cast=[{**row, "about": MEASURES[row["measure"]].meaning} for row in wording.records(summary.cast)],
        claims=[
            {**claim_sentences.claim_line(claim, one), "source": cite(one.source)}
            for claim, one in zip(summary.scenario.expect, summary.judgements, strict=True)
        ],
        effects=wording.records(findings.effects),
        model=findings.model,
        logit=wording.records(findings.model.coefficients) if findings.model else [],
        linear=wording.records(findings.model.linear) if findings.model else [],
        missing=findings.missing,
        overrides=dict(overrides),
        words=wording.VERDICTS,
        method=wording.method(summary.rates),
    )


def _grouped(rows: list[dict[str, Any]], key: str) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Group rows that follow each other, in the order in which they come."""
    return [(value, list(group)) for value, group in itertools.groupby(rows, key=lambda row: row[key])]


def _chance(p: float) -> str:
    """Write a p-value."""
    return wording.NOTHING if p != p else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _by_channel(days: pd.DataFrame) -> list[dict[str, Any]]:
    if not len(days):
        return []
    return [
        {
            "channel": channel,
            "n": int(rows["n"].iloc[0]),
            "mean": float(rows["mean"].iloc[0]),
            "quantiles": wording.records(rows),
        }
        for channel, rows in days.groupby("channel", sort=False)
    ]


def _compared(contrasts: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per pair and stage: the ratio and the difference beside each other."""
    if not len(contrasts):
        return []
    rows = []
    for (stage, channel, reference), measures in contrasts.groupby(["stage", "channel", "reference"], sort=False):
        by = measures.set_index("measure")
        rows.append(
            {
                "stage": stage,
                "channel": channel,
                "reference": reference,
                "ratio": by.loc["risk_ratio"].to_dict(),
                "difference": by.loc["difference"].to_dict(),
                "p_holm": float(by["p_holm"].iloc[0]),
            }
        )
    return rows
