"""Charts and tables of a report are declared once: nothing can be forgotten, and a new one needs nothing else."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from paths import ROOT

from analysis.presentation import style
from analysis.presentation.page import image_names, table_name
from analysis.reporting import charts, contents, time_chart
from analysis.reporting.contents import CHARTS, SECTIONS, TABLES, ReportChart, Section, report_charts
from analysis.reporting.findings import Findings
from analysis.reporting.page import publish

ROOM = ROOT / "analysis" / "reporting"
# Shown on the page; its counts and shares are in funnel.csv.
NOT_A_FILE = {"steps"}


def test_names_are_declared_once() -> None:
    for declared in (SECTIONS, TABLES, CHARTS):
        names = [getattr(one, "stem", None) or getattr(one, "name", None) for one in declared]
        assert len(names) == len(set(names)), names


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.stem)
def test_section_and_tables_of_a_chart_are_declared(chart: ReportChart) -> None:
    assert chart.section in {section.name for section in SECTIONS}, f"chart {chart.stem}: no such section"
    assert set(chart.tables) <= {table.stem for table in TABLES}, f"chart {chart.stem}: no such table"


def test_section_of_a_table_is_declared() -> None:
    known = {section.name for section in SECTIONS}
    assert [table.stem for table in TABLES if table.section not in known] == []


def test_every_template_belongs_to_a_section() -> None:
    """A template that no section names would never be shown; a section needs a chart or a template."""
    templates = {path.name.removesuffix(".html.j2") for path in (ROOM / "sections").iterdir()}
    named = {section.name for section in SECTIONS}
    assert templates <= named, f"templates of no section: {sorted(templates - named)}"
    filled = templates | {chart.section for chart in CHARTS}
    assert named <= filled, f"sections without a template or a chart: {sorted(named - filled)}"


def test_every_drawing_function_is_declared() -> None:
    """What draws a chart of the report takes a title and a width."""
    drawn = {chart.draw for chart in CHARTS}
    for module in (charts, time_chart):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and {"title", "width"} <= set(
                inspect.signature(function).parameters
            ):
                assert function in drawn, f"{name} in {module.__name__} is declared by no chart in contents.CHARTS"


def test_every_table_of_the_findings_is_declared(findings: Findings) -> None:
    written = [table.rows(findings) for table in TABLES]
    for field in dataclasses.fields(findings):
        table = getattr(findings, field.name)
        if isinstance(table, pd.DataFrame) and field.name not in NOT_A_FILE:
            assert any(table is one for one in written), f"Findings.{field.name} is no table in contents.TABLES"


def test_a_chart_is_added_by_one_declaration(
    findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(response: pd.DataFrame, *, title: str, width: float) -> Figure:
        figure = style.blank(width, 1 + 0.1 * len(response))
        figure.subplots().set_title(title)
        return figure

    added = ReportChart(
        "sent",
        "sent",
        ("response",),
        lambda found: f"{found.response['n'].sum():,} sent",
        lambda response: f"{len(response)} channels",
        draw,
        "Counted over {window:g} days.",
    )
    effects = next(chart for chart in CHARTS if chart.stem == "effects")  # one of those shipped stands for all
    monkeypatch.setattr(contents, "CHARTS", (effects, added))
    monkeypatch.setattr("analysis.reporting.page.SECTIONS", (*SECTIONS, Section("sent", "What was sent")))
    published = publish(findings, tmp_path / "r")
    text = (tmp_path / "r" / contents.PAGE).read_text(encoding="utf-8")
    said = f"{findings.response['n'].sum():,} sent"
    assert f'<h2 id="sent-heading">{said}</h2>' in text
    assert text.count(f'aria-label="{len(findings.response)} channels"') == 2
    assert f"Counted over {findings.summary.tables.response_window:g} days." in text
    assert {"effects.svg", "sent.svg", "sent.png"} <= set(published.files)
    # A later report that cannot draw it removes its files.
    monkeypatch.setattr(contents, "CHARTS", (effects, dataclasses.replace(added, drawable=lambda _: False)))
    publish(findings, tmp_path / "r")
    left = {path.name for path in (tmp_path / "r").glob("[!.]*")}
    assert not {"sent.svg", "sent.png"} & left
    assert "effects.svg" in left


def test_a_second_chart_of_a_section_has_a_heading_of_its_own(
    findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = next(chart for chart in CHARTS if chart.stem == "response")
    again = dataclasses.replace(response, stem="again", finding=lambda _: "The same once more")
    monkeypatch.setattr(contents, "CHARTS", (response, again))
    publish(findings, tmp_path / "r")
    text = (tmp_path / "r" / contents.PAGE).read_text(encoding="utf-8")
    assert text.index('id="response-heading"') < text.index("<h3>The same once more</h3>")


def test_only_charts_with_numbers_are_drawn(findings: Findings) -> None:
    drawn = {chart.stem for charts_of in report_charts(findings).values() for chart in charts_of}
    assert drawn == {chart.stem for chart in CHARTS} - {"cast"}
    none = dataclasses.replace(findings, response=findings.response.assign(n=0), days=findings.days.iloc[:0])
    emptied = {chart.stem for chart in CHARTS if {"response", "days_to_response"} & set(chart.tables)}
    assert {"response", "time_to_response"} <= emptied
    left = {chart.stem for charts_of in report_charts(none).values() for chart in charts_of}
    assert left & emptied == set(), "drawn without numbers: declare drawable in contents.CHARTS"
    assert left == drawn - emptied
    assert left >= {"effects", "funnel"}


def test_listing_names_every_file() -> None:
    listing = contents.as_markdown()
    for name in contents.file_names():
        assert f"`{name}`" in listing
    assert set(contents.file_names()) == {
        contents.PAGE,
        *(name for chart in CHARTS for name in image_names(chart.stem)),
        *(table_name(table.stem) for table in TABLES),
    }
