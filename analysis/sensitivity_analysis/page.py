"""A sensitivity analysis as files: one page, its charts, and the numbers behind them."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.presentation import wording
from analysis.presentation.page import Chart, environment, write_page
from analysis.sensitivity_analysis import charts as sensitivity_charts
from analysis.sensitivity_analysis import response_charts, sentences
from analysis.sensitivity_analysis.indices import Sensitivity

PAGE = "sensitivity.html"
NUMBERS = "sensitivity"


def publish(found: Sequence[Sensitivity], folder: str | Path) -> list[str]:
    """Write page, charts and numbers; returns the names of the files, the page first.

    Parameters
    ----------
    found
        The analyses, one per quantity, all of the same sweep.
    folder
        Where the files go; other files there are left alone.
    """
    every = [(sensitivity, charts_of(sensitivity)) for sensitivity in found]
    charts = [chart for _, drawn in every for chart in drawn]
    numbers = pd.concat([sensitivity.table() for sensitivity in found], ignore_index=True)
    return list(write_page(folder, PAGE, page(every), charts, {NUMBERS: numbers}))


def charts_of(found: Sensitivity) -> list[Chart]:
    """Return the charts that fit the sweep's design, the most informative first."""
    name = re.sub(r"[^a-z0-9]+", "-", found.responses.name.lower())
    charts = []
    kinds: tuple[tuple[pd.DataFrame, str, Callable[[Sensitivity], str], Callable[..., Figure]], ...] = (
        (found.effects.dropna(subset=["value"]), "tornado", sentences.tornado, sensitivity_charts.tornado),
        (_of(found, "sobol"), "sobol", sentences.sobol, sensitivity_charts.sobol),
        (_of(found, "morris"), "morris", sentences.morris, sensitivity_charts.morris),
    )
    for rows, kind, say, draw in kinds:
        if len(rows):
            finding = say(found)
            alt = sentences.alt(finding, rows, found, shares=kind == "sobol", moves=kind != "sobol")
            charts.append(Chart(f"{name}-{kind}", finding, alt, _drawn(draw, found)))
    both = response_charts.two_factors(found)
    if both is not None:
        table, source = response_charts.surface_table(found, *both)
        finding = sentences.surface(found, table, *both)
        charts.append(
            Chart(
                f"{name}-surface",
                finding,
                f"{finding}. Contours over {both[0]} and {both[1]}: {source}.",
                _drawn(partial(_surface, both=both), found),
            )
        )
    for factor in dict.fromkeys(found.curves.dropna(subset=["value"])["factor"]):
        rows = found.curves[found.curves["factor"] == factor].dropna(subset=["value"])
        if len(rows) < 2:
            continue
        finding = sentences.curve(found, factor)
        charts.append(
            Chart(
                f"{name}-curve-{re.sub(r'[^a-z0-9]+', '-', factor.lower())}",
                finding,
                sentences.alt(finding, rows, found),
                _drawn(partial(_curve, factor=factor), found),
            )
        )
    return charts


def _of(found: Sensitivity, design: str) -> pd.DataFrame:
    return found.indices if found.data.design == design else found.indices.iloc[:0]


def _drawn(draw: Callable[..., Figure], found: Sensitivity) -> Callable[[str, float], Figure]:
    return lambda title, width: draw(found, title=title, width=width)


def _surface(found: Sensitivity, *, both: tuple[str, str], title: str, width: float) -> Figure:
    return response_charts.surface(found, *both, title=title, width=width)


def _curve(found: Sensitivity, *, factor: str, title: str, width: float) -> Figure:
    return response_charts.curve(found, factor, title=title, width=width)


def page(every: Sequence[tuple[Sensitivity, list[Chart]]]) -> str:
    """Return the analysis as one HTML page."""
    first, charts = every[0]
    return (
        environment("sensitivity_analysis")
        .get_template("sensitivity.html.j2")
        .render(
            data=first.data,
            lead=charts[0].finding if charts else sentences.text(first).splitlines()[0],
            parts=[_part(found, drawn) for found, drawn in every],
            factors=[_factor(first, factor.path) for factor in first.data.factors],
            cannot=first.cannot,
            intervals=sentences.intervals(first),
            version=importlib.metadata.version("referralsim"),
        )
    )


def _factor(found: Sensitivity, path: str) -> dict[str, str]:
    factor = sentences.factor_of(found, path)
    values = found.data.points[path].drop_duplicates()
    values_text = [sentences.level(value, factor) for value in values.sort_values()]
    if len(values_text) > 8:
        values_text = [f"{values_text[0]} to {values_text[-1]} ({len(values_text)} values)"]
    return {
        "path": path,
        "unit": factor.unit,
        "values": ", ".join(values_text),
        "base": sentences.level(factor.base, factor),
    }


def _part(found: Sensitivity, charts: list[Chart]) -> dict[str, Any]:
    rows = found.table()
    rows = rows[rows["method"] != "mean of points"] if found.data.design == "one-at-a-time" else rows
    cells = []
    for row in rows.to_dict("records"):
        factor = " × ".join(str(row[key]) for key in ("factor", "other") if row[key])
        own = None if not row["factor"] else sentences.factor_of(found, str(row["factor"]))
        at = "" if own is None or pd.isna(row["at"]) else sentences.level(row["at"], own)
        share = row["index"] in ("S1", "ST", "S2", "cross-validated Q2")
        moves = row["index"] not in ("mean", "middle")
        low, high = row["low"], row["high"]
        cells.append(
            {
                "method": row["method"],
                "index": row["index"],
                "factor": factor,
                "at": at,
                "value": _written(found, row["value"], share, moves),
                "interval": ""
                if pd.isna(low)
                else f"{_written(found, low, share, moves)} to {_written(found, high, share, moves)}",
            }
        )
    return {
        "found": found,
        "charts": charts,
        "rows": cells,
        "fit": sentences.fit(found),
        "name": found.responses.name,
        "label": sentences.label(found),
    }


def _written(found: Sensitivity, value: float, share: bool, moves: bool) -> str:
    if share:
        return wording.number(value) if abs(value) >= 0.1 else f"{value:.2f}"
    return sentences.change(found, value) if moves else sentences.amount(found, value)
