"""A run as files to hand on: charts, the numbers behind them, and one page that needs nothing else."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from matplotlib.figure import Figure

from analysis import cast, charts, style, words
from analysis.evidence import cite
from analysis.findings import Findings, find
from analysis.published import MARK
from analysis.summary import summarise
from sim.measures import MEASURES
from sim.run import Result

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
class Chart:
    """A chart ready for a page.

    Attributes
    ----------
    stem
        Name of its files.
    finding
        What it shows, as a title.
    alt
        Alternative text with the numbers.
    draw
        From title and width in inches to the figure.
    """

    stem: str
    finding: str
    alt: str
    draw: Callable[[str, float], Figure]

    def svg(self, *, title: bool, width: float) -> str:
        """Return it as SVG."""
        return style.svg(self.draw(self.finding if title else "", width), f"{self.stem}-{width:g}")

    def inline(self) -> str:
        """Return it as two SVG elements, of which the page shows one: for wide and for narrow screens."""
        parts = []
        for name, width in (("wide", style.WIDE), ("narrow", style.NARROW)):
            text = style.inline(self.svg(title=False, width=width), f"{self.stem}-{name}", self.alt)
            parts.append(f'<div class="{name}">{text}</div>')
        return "\n".join(parts)


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
    files: dict[str, bytes] = {}
    for chart in drawn:
        files[f"{chart.stem}.svg"] = chart.svg(title=True, width=style.WIDE).encode()
        files[f"{chart.stem}.png"] = style.png(chart.draw(chart.finding, style.WIDE))
    for name, table in csv_tables(findings).items():
        if len(table):
            files[f"{name}.csv"] = table.to_csv(index=False, lineterminator="\n", float_format="%.8g").encode()
    sentence = words.opening_sentence(findings.summary.rates, findings.summary.tables.response_window)
    files[PAGE] = page(findings, drawn, overrides or {}).encode()
    write_files(Path(folder), files)
    return Published(Path(folder), tuple(files), sentence)


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
                words.comparison(compared, rates, "response", "are answered"),
                charts.alt_text("response", findings.response),
                lambda title, width: charts.response_by_channel(findings.response, title=title, width=width),
            )
        )
        made.append(
            Chart(
                "funnel",
                words.funnel_finding(findings.funnel, compared),
                charts.alt_text("funnel", findings.funnel),
                lambda title, width: charts.funnel(findings.funnel, title=title, width=width),
            )
        )
    if len(findings.curve):
        made.append(
            Chart(
                "time_to_response",
                words.time_finding(findings.days),
                charts.alt_text("time_to_response", findings.curve, findings.days),
                lambda title, width: charts.time_to_response(findings.curve, findings.days, title=title, width=width),
            )
        )
    if len(findings.effects):
        made.append(
            Chart(
                "effects",
                words.effects_finding(findings.effects),
                charts.alt_text("effects", findings.effects),
                lambda title, width: charts.effects(findings.effects, title=title, width=width),
            )
        )
    roles = findings.summary.cast
    if roles["value"].notna().any():
        made.append(
            Chart(
                "cast",
                cast.finding(roles),
                cast.alt_text(roles),
                lambda title, width: cast.chart(roles, title=title, width=width),
            )
        )
    return made


def page(findings: Findings, drawn: list[Chart], overrides: Mapping[str, str]) -> str:
    """Return the report as one HTML page."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("analysis"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_keep_units,
    )
    environment.filters |= {
        "percent": words.percent,
        "points": words.points,
        "number": words.number,
        "label": words.label,
        "in_words": cast.in_words,
        "stage": words.STAGE_LABELS.__getitem__,
        "chance": _chance,
        "groupby_kept": _grouped,
    }
    environment.globals |= {
        "percent_range": words.percent_range,
        "band": words.band,
        "amount": words.amount,
        "amount_range": words.amount_range,
    }
    summary = findings.summary
    return environment.get_template("report.html.j2").render(
        scenario=summary.scenario,
        manifest=summary.manifest,
        window=summary.tables.response_window,
        sentence=words.opening_sentence(summary.rates, summary.tables.response_window),
        verdicts=words.verdict_counts(summary.judgements),
        counted=summary.tables.eligible.text(),
        notes=summary.tables.notes,
        charts={chart.stem: chart for chart in drawn},
        response=words.records(findings.response),
        steps=words.records(findings.steps),
        funnel=words.records(findings.funnel),
        days=_by_channel(findings.days),
        contrasts=_compared(findings.contrasts),
        calibration=words.records(findings.calibration),
        pattern=MARK,
        cast=[{**row, "about": MEASURES[row["measure"]][1]} for row in words.records(summary.cast)],
        claims=[
            {**words.claim_line(claim, one), "source": cite(one.source)}
            for claim, one in zip(summary.scenario.expect, summary.judgements, strict=True)
        ],
        effects=words.records(findings.effects),
        model=findings.model,
        logit=words.records(findings.model.coefficients) if findings.model else [],
        linear=words.records(findings.model.linear) if findings.model else [],
        missing=findings.missing,
        overrides=dict(overrides),
        words=words.VERDICTS,
        method=words.method(summary.rates),
    )


def _keep_units(value: Any) -> Any:
    """Keep a number and its percent sign on one line."""
    return type(value)(str(value).replace(" %", "\u00a0%")) if isinstance(value, str) else value


def _grouped(rows: list[dict[str, Any]], key: str) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Group rows that follow each other, in the order in which they come."""
    return [(value, list(group)) for value, group in itertools.groupby(rows, key=lambda row: row[key])]


def _chance(p: float) -> str:
    """Write a p-value."""
    return words.NOTHING if p != p else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _by_channel(days: pd.DataFrame) -> list[dict[str, Any]]:
    if not len(days):
        return []
    return [
        {
            "channel": channel,
            "n": int(rows["n"].iloc[0]),
            "mean": float(rows["mean"].iloc[0]),
            "quantiles": words.records(rows),
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


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files aside, then move each whole into its place, the page last.

    An error while writing leaves the folder as it was.  Files of an older report that this one lacks are removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            (aside / name).write_bytes(content)
        aside.chmod(0o777 & ~_umask())
        if not folder.exists():
            aside.rename(folder)
            return
        for name in sorted(files, key=lambda name: name == PAGE):
            (aside / name).replace(folder / name)
        images = [f"{stem}.{kind}" for stem in CHARTS for kind in ("png", "svg")]
        for name in (*images, *(f"{stem}.csv" for stem in TABLES)):
            if name not in files:
                (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
