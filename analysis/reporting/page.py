"""A report as files: one self-contained page, its charts, and the numbers behind them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.claims import sentences as claim_sentences
from analysis.claims.evidence import cite
from analysis.claims.pattern_ratios import MARK
from analysis.claims.verdicts import MARKED
from analysis.presentation import wording
from analysis.presentation.page import Chart, check_page, environment, write_page
from analysis.reporting import opening, sentences
from analysis.reporting.contents import PAGE, SECTIONS, file_names, report_charts, report_tables
from analysis.reporting.findings import Findings, find
from analysis.reporting.summary import Summary, summarise
from sim.display import Shown
from sim.runs.result import Result
from sim.scenario.quantities import MEASURES


@dataclass(frozen=True, repr=False)
class Published(Shown):
    """Where a report was written, its files (the page first), its opening sentence, and the run in numbers."""

    folder: Path
    files: tuple[str, ...]
    sentence: str
    summary: Summary

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        return f"in {self.folder}", {"page": PAGE, "files": len(self.files), "says": self.sentence}


def report(
    result: Result,
    folder: str | Path,
    *,
    overrides: Mapping[str, str] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Published:
    """Write the report of a run.

    Parameters
    ----------
    result
        From :func:`sim.simulate` or :func:`sim.read_run`.
    folder
        Where the files go; files of an older report there are replaced, others are left alone.
    overrides
        Parameters set on top of the scenario file, to be named on the page.
    told
        Called with a few words before each longer step.

    Raises
    ------
    AnalysisError
        If the run has nothing to count.
    OSError
        If the folder cannot be written; its files are then unchanged.
    """
    findings = find(summarise(result), told)
    told("drawing the charts")
    return publish(findings, folder, overrides=overrides)


def check_folder(folder: str | Path) -> None:
    """Refuse a folder in which a file of the report is not the program's, before the work starts."""
    check_page(folder, PAGE, file_names())


def publish(findings: Findings, folder: str | Path, *, overrides: Mapping[str, str] | None = None) -> Published:
    """Draw and write what :func:`analysis.reporting.findings.find` found; see :func:`report`."""
    drawn = report_charts(findings)
    html = page(findings, drawn, overrides or {})
    every = [chart for charts in drawn.values() for chart in charts]
    files = write_page(folder, PAGE, html, every, report_tables(findings), stale=file_names())
    return Published(Path(folder), files, opening.first_sentence(findings.summary), findings.summary)


def page(findings: Findings, drawn: Mapping[str, list[Chart]], overrides: Mapping[str, str]) -> str:
    """Return the report as one HTML page; `drawn` has the charts of each section."""
    templates = environment("reporting")
    templates.filters |= {
        "percent": wording.percent,
        "points": wording.points,
        "number": wording.number,
        "label": wording.label,
        "in_words": sentences.in_words,
        "stage": wording.STAGE_LABELS.__getitem__,
        "chance": _chance,
        "groupby_kept": _grouped,
    }
    templates.globals |= {
        "marked": MARKED,
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
        sentence=opening.first_sentence(summary),
        market=opening.of_the_market(summary) if opening.of_the_cast(summary) else "",
        verdicts=claim_sentences.verdict_counts(summary.judgements),
        counted=summary.tables.eligible.text(),
        notes=summary.tables.notes,
        sections=list(_sections(findings, drawn)),
        response=wording.records(findings.response),
        steps=wording.records(findings.steps),
        funnel=wording.records(findings.funnel),
        days=_by_channel(findings.days),
        contrasts=_compared(findings.contrasts),
        calibration=wording.records(findings.calibration),
        pattern=MARK,
        cast=[{**row, "about": MEASURES[row["measure"]].meaning} for row in wording.records(summary.cast)],
        claims=[
            {**claim_sentences.claim_line(judgement), "source": cite(judgement.source)}
            for judgement in summary.judgements
        ],
        effects=wording.records(findings.effects),
        model=findings.model,
        logit=wording.records(findings.model.coefficients) if findings.model else [],
        linear=wording.records(findings.model.linear) if findings.model else [],
        missing=findings.missing,
        overrides=dict(overrides),
        method=wording.method(summary.rates),
    )


def _sections(findings: Findings, drawn: Mapping[str, list[Chart]]) -> Iterator[dict[str, Any]]:
    """Give name, heading and charts of the sections that this run has; a story's people and claims come first."""
    story = ("cast", "claims") if findings.summary.scenario.cast else ()
    for section in sorted(SECTIONS, key=lambda section: section.name not in story):
        if section.shown(findings):
            charts = drawn.get(section.name, [])
            heading = charts[0].finding if charts else section.heading
            yield {"name": section.name, "heading": heading, "charts": charts}


def _grouped(rows: list[dict[str, Any]], key: str) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Group consecutive rows with the same value, in their order."""
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
    """Return one row for each pair and stage, with the ratio and the difference."""
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
