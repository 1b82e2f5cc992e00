"""What a report is made of: its sections, charts and tables, each declared once.

The page, the files beside it, the list of files that an older report may have left and the table of files in the
documentation are made from here. To add a
chart, draw it in :mod:`analysis.reporting.charts`, describe it in :mod:`analysis.reporting.sentences` and declare it
in :data:`CHARTS`; to add a table, declare it in :data:`TABLES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from analysis.presentation.page import Chart, image_names, table_name
from analysis.reporting import charts, sentences
from analysis.reporting.findings import Findings
from analysis.reporting.time_chart import time_to_response

PAGE = "report.html"


def _always(_: Findings) -> bool:
    return True


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes
    ----------
    name
        Name of its template, ``sections/<name>.html.j2``, and of its place on the page.
    heading
        Heading if none of its charts is drawn; otherwise the finding of its first chart is the heading.
    shown
        Whether the report of a run has it.
    """

    name: str
    heading: str
    shown: Callable[[Findings], bool] = _always


@dataclass(frozen=True)
class ReportTable:
    """A table that is written as CSV if it has rows.

    Attributes
    ----------
    stem
        Name of its file, without the ending.
    section
        Section that it belongs to.
    content
        What it holds, in words.
    rows
        From the findings to the table.
    """

    stem: str
    section: str
    content: str
    rows: Callable[[Findings], pd.DataFrame]


@dataclass(frozen=True)
class ReportChart:
    """A chart that is shown on the page and written as SVG and PNG.

    Attributes
    ----------
    stem
        Name of its files, without the ending.
    section
        Section that it stands in.
    tables
        Stems of the tables that it is drawn from.
    finding
        What it shows, as a title.
    alt
        From its tables to the alternative text.
    draw
        From its tables, `title` and `width` to the figure.
    caption
        What the marks mean; ``{window:g}`` stands for the response window in days.
    drawable
        Whether its tables, all with rows, hold anything to draw.
    """

    stem: str
    section: str
    tables: tuple[str, ...]
    finding: Callable[[Findings], str]
    alt: Callable[..., str]
    draw: Callable[..., Figure]
    caption: str
    drawable: Callable[..., bool] = lambda *_: True


SECTIONS = (
    Section("response", "Responses by channel"),
    Section("cast", "The people of the cast", lambda found: len(found.summary.cast) > 0),
    Section("funnel", "From application to hire"),
    Section("time", "How long a response takes"),
    Section("calibration", "Where the simulation agrees with published numbers, and where it does not"),
    Section("claims", "What the scenario claims"),
    Section("contrasts", "Channels compared"),
    Section("effects", "What goes with a response"),
    Section("method", "Method and limits"),
)

TABLES = (
    ReportTable(
        "response",
        "response",
        "response rate of each channel, with its intervals and the published band",
        lambda found: found.response,
    ),
    ReportTable("funnel", "funnel", "share of applications sent that reached each stage", lambda found: found.funnel),
    ReportTable("time_to_response", "time", "share answered by each day since sending", lambda found: found.curve),
    ReportTable("days_to_response", "time", "quantiles of the days to a response", lambda found: found.days),
    ReportTable(
        "effects", "effects", "average marginal effects on the chance of a response", lambda found: found.effects
    ),
    ReportTable(
        "logit",
        "effects",
        "coefficients of the response logit",
        lambda found: found.model.coefficients if found.model else pd.DataFrame(),
    ),
    ReportTable(
        "rates", "response", "rate of each stage by channel, with its intervals", lambda found: found.summary.rates
    ),
    ReportTable(
        "contrasts", "contrasts", "ratio and difference of each pair of channels", lambda found: found.contrasts
    ),
    ReportTable(
        "calibration", "calibration", "published ranges and what this run gives", lambda found: found.calibration
    ),
    ReportTable("claims", "claims", "the claims of the scenario and their verdicts", lambda found: found.claims),
    ReportTable("cast", "cast", "measures of each role that the claims name", lambda found: found.summary.cast),
)

CHARTS = (
    ReportChart(
        "response",
        "response",
        ("response",),
        lambda found: sentences.comparison(found.contrasts, found.summary.rates, "response", "are answered"),
        sentences.response_alt,
        charts.response_by_channel,
        "Share of applications sent that were answered within {window:g} days, with the interval of the simulation; "
        "hatched: the published band.",
        lambda response: bool((response["n"] > 0).any()),
    ),
    ReportChart(
        "funnel",
        "funnel",
        ("funnel",),
        lambda found: sentences.funnel_finding(found.funnel, found.contrasts),
        sentences.funnel_alt,
        charts.funnel,
        "Share of applications sent that reached each stage; on the log scale equal steps are equal ratios.",
        lambda funnel: bool((funnel["n"] > 0).any()),
    ),
    ReportChart(
        "time_to_response",
        "time",
        ("time_to_response", "days_to_response"),
        lambda found: sentences.time_finding(found.days),
        sentences.time_alt,
        time_to_response,
        "Left or above: share answered by each day, with intervals (cumulative incidence; an application that closes "
        "without a response can no longer get one); “open” counts those neither answered nor closed. Right or "
        "below: days to the response, for those answered.",
    ),
    ReportChart(
        "effects",
        "effects",
        ("effects",),
        lambda found: sentences.effects_finding(found.effects),
        sentences.effects_alt,
        charts.effects,
        "Average marginal effects from a logit of the response: filled, at equal covariates; hollow, the difference as "
        "observed. Effects of the tie, which only referrals have, are averages over referrals.",
    ),
    ReportChart(
        "cast",
        "cast",
        ("cast",),
        lambda found: sentences.roles_finding(found.summary.cast),
        sentences.roles_alt,
        charts.roles,
        "The measures that the scenario makes claims about, for each role, with the interval of the simulation.",
        lambda cast: bool(cast["value"].notna().any()),
    ),
)


def report_tables(findings: Findings) -> dict[str, pd.DataFrame]:
    """Return the tables that have rows, by stem."""
    found = {table.stem: table.rows(findings) for table in TABLES}
    return {stem: table for stem, table in found.items() if len(table)}


def report_charts(findings: Findings) -> dict[str, list[Chart]]:
    """Return the charts that this run has numbers for, by section."""
    drawn: dict[str, list[Chart]] = {}
    tables = report_tables(findings)
    for chart in CHARTS:
        data = [tables[stem] for stem in chart.tables if stem in tables]
        if len(data) == len(chart.tables) and chart.drawable(*data):
            drawn.setdefault(chart.section, []).append(_chart(chart, findings, data))
    return drawn


def _chart(chart: ReportChart, findings: Findings, data: list[pd.DataFrame]) -> Chart:
    return Chart(
        chart.stem,
        chart.finding(findings),
        chart.alt(*data),
        lambda title, width: chart.draw(*data, title=title, width=width),
        chart.caption.format(window=findings.summary.tables.response_window),
    )


def file_names() -> Iterator[str]:
    """Give the names of all files that a report can have."""
    yield PAGE
    for chart in CHARTS:
        yield from image_names(chart.stem)
    yield from (table_name(table.stem) for table in TABLES)


def as_markdown() -> str:
    """Return a table of the files of a report, for the documentation."""
    lines = ["| file | what it holds |", "| --- | --- |", f"| `{PAGE}` | the page |"]
    sections = {section.name: section.heading for section in SECTIONS}
    for chart in CHARTS:
        files = ", ".join(f"`{name}`" for name in image_names(chart.stem))
        drawn = ", ".join(f"`{table_name(stem)}`" for stem in chart.tables)
        lines.append(f"| {files} | chart of the section “{sections[chart.section]}”, drawn from {drawn} |")
    lines += [f"| `{table_name(table.stem)}` | {table.content} |" for table in TABLES]
    return "\n".join(lines)
