"""The roles of a scenario side by side: the measures that its claims name, as a table, in words and as a chart."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.errors import AnalysisError
from analysis.presentation import chart_parts, style, wording
from analysis.presentation.style import INK, OTHER, WIDE
from analysis.quantities.catalogue import estimate
from analysis.tables.tables import Tables
from sim import Scenario
from sim.scenario.quantities import MEASURES
from sim.scenario.quantity_names import role_of

COLUMNS = ["role", "measure", "unit", "n", "value", "low", "high", "level", "method", "note"]


def cast_table(tables: Tables, scenario: Scenario, level: float = 0.95) -> pd.DataFrame:
    """Measure what the claims of a scenario name of its roles.

    Returns
    -------
    DataFrame
        One row for each measure and role, roles of a measure together: role, measure, unit, n, value, low, high,
        level, method, note; ``note`` says why there is no value.
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
                found = estimate(f"{role}.{measure}", tables, level)
            except AnalysisError as problem:
                nan = float("nan")
                rows.append(row | {"n": 0, "value": nan, "low": nan, "high": nan, "method": "", "note": str(problem)})
                continue
            ends = {"low": found.low, "high": found.high, "method": found.method, "note": ""}
            rows.append(row | {"n": found.n, "value": found.value, **ends})
    return pd.DataFrame(rows, columns=COLUMNS)


def in_words(name: str) -> str:
    """Return the label of a measure, or the name of a role as words."""
    return MEASURES[name].label if name in MEASURES else name.replace("_", " ")


def cast_text(table: pd.DataFrame) -> str:
    """Lay the measures of the roles out for a terminal; empty where no claim names a role."""
    if table.empty:
        return ""
    level = 100 * float(table["level"].iloc[0])
    wide = max(len(in_words(name)) for name in table["measure"])
    long = max(len(in_words(name)) for name in table["role"])
    lines, last = [f"Measures of the roles, with {level:g} % intervals:"], ""
    for row in wording.records(table):
        measure = in_words(row["measure"]) if row["measure"] != last else ""
        last = row["measure"]
        unit = row["unit"]
        found = f"{wording.amount(row['value'], unit)} ({wording.amount_range(row['low'], row['high'], unit)})"
        said = row["note"] or found
        lines.append(f"  {measure:{wide}}  {in_words(row['role']):{long}}  {said}")
    return "\n".join(lines)


def finding(table: pd.DataFrame) -> str:
    """Say what the first measure is for each role that it was taken of."""
    known = table[table["value"].notna()]
    if known.empty:
        return "The people of the cast"
    first = known[known["measure"] == known["measure"].iloc[0]]
    said = [f"{in_words(row['role'])} {wording.amount(row['value'], row['unit'])}" for row in wording.records(first)]
    return f"{in_words(str(first['measure'].iloc[0])).capitalize()}: {', '.join(said)}"


def alt_text(table: pd.DataFrame) -> str:
    """Describe the chart with its numbers."""
    parts = []
    for row in wording.records(table[table["value"].notna()]):
        ends = wording.amount_range(row["low"], row["high"], row["unit"])
        parts.append(
            f"{in_words(row['measure'])} of {in_words(row['role'])}: {wording.amount(row['value'], row['unit'])}, "
            f"{100 * row['level']:g} % interval {ends}"
        )
    return f"Points with intervals, one panel a measure. {'. '.join(parts)}."


def chart(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw a panel for each measure, with a line for each role that the claims hold against others.

    Parameters
    ----------
    table
        From :func:`cast_table`; rows without a value are left out.
    title
        Finding to set over the chart; none by default.
    width
        Inches.
    """
    known = table[table["value"].notna()]
    panels = [(str(name), wording.records(rows)) for name, rows in known.groupby("measure", sort=False)]
    heights = [0.8 + 0.42 * len(rows) for _, rows in panels]
    with style.drawing():
        figure = style.blank(width, max(sum(heights), 1.0))
        every = figure.subplots(max(len(panels), 1), 1, squeeze=False, height_ratios=heights or None)
        for axes, (measure, rows) in zip(every[:, 0], panels, strict=False):
            _panel(axes, measure, rows, narrow=style.is_narrow(width))
        chart_parts.finish(figure, title)
    return figure


def _panel(axes: Axes, measure: str, rows: list[dict[str, Any]], *, narrow: bool) -> None:
    unit = rows[0]["unit"]
    for place, row in enumerate(reversed(rows)):
        drawn = {"rate": row["value"], **{end: _or(row[end], row["value"]) for end in ("low", "high")}}
        chart_parts.point(axes, place, drawn, OTHER)
        axes.annotate(
            wording.amount(row["value"], unit),
            (drawn["high"], place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=INK,
        )
    axes.set_yticks(range(len(rows)), [in_words(row["role"]) for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    low = min(0.0, *(_or(row["low"], row["value"]) for row in rows))
    high = max(0.0, *(_or(row["high"], row["value"]) for row in rows))
    span = (high - low) or 1.0
    axes.set_xlim(low - (0.02 * span if low < 0 else 0), high + (0.4 if narrow else 0.2) * span)
    if unit == "share":
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axes.locator_params(axis="x", nbins=4 if narrow else 7)
    label = in_words(measure).capitalize()
    axes.set_title(label if unit in {"share", "ratio"} else f"{label}, {unit}", loc="left", fontsize=9.5)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    style.despine(axes)


def _or(value: float, other: float) -> float:
    return value if math.isfinite(value) else other
