"""The charts of a report: from tables to figures.

Every function takes tables that hold the numbers and their intervals, and returns a figure; nothing is estimated
here. Each draws at `width` inches, for paper or for a phone, and leaves its title out where the page says it.
How long answers take is drawn in :mod:`analysis.reporting.time_chart`.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from analysis.presentation import chart_parts, style, wording
from analysis.presentation.chart_parts import finite_or
from analysis.presentation.style import INK, OTHER, SOFT, WIDE, Look, look
from analysis.reporting.sentences import in_words

_APART = 0.09
"""How far apart the intervals of two channels stand at the same stage, in stages."""

_LOG_TICKS = (1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4)


def response_by_channel(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw response rates with their intervals beside the published bands.

    Parameters
    ----------
    table
        Columns channel, n, rate, low, high, level, method, band_low, band_high, verdict; NaN where there is no band.
    title
        Finding to put over the chart; none by default.
    width
        Inches.
    """
    narrow = style.is_narrow(width)
    rows = wording.records(table[table["n"] > 0].sort_values("rate", kind="stable"))
    with style.drawing():
        figure = style.blank(width, 1.15 + (0.95 if narrow else 0.72) * max(len(rows), 1))
        axes = figure.subplots()
        for place, row in enumerate(rows):
            _response(axes, place, row, narrow)
        axes.set_yticks(range(len(rows)), [f"{_name(row['channel'], narrow)}\nn = {row['n']:,}" for row in rows])
        axes.set_ylim(-1.25 if narrow else -0.6, len(rows) - 0.5)
        highest = max([0.05, *(max(row["high"], finite_or(row["band_high"], 0)) for row in rows)])
        axes.set_xlim(0, highest * (1.2 if narrow else 1.36))
        axes.set_xticks([tick for tick in axes.get_xticks() if tick <= min(highest * 1.1, 1)])
        chart_parts.percent_axis(
            axes.xaxis,
            "\n".join(["Answered, % of applications sent", chart_parts.interval_words(table, narrow)]).strip(),
        )
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        if rows and not math.isnan(rows[0]["band_low"]):
            axes.legend(loc="lower right", frameon=False, fontsize=9, handlelength=1.8)
        chart_parts.finish(figure, title)
    return figure


def _response(axes: Axes, place: int, row: dict[str, Any], narrow: bool) -> None:
    """Draw the published band of a channel, its rate on top, and the numbers beside them."""
    if not math.isnan(row["band_low"]):
        axes.barh(
            place,
            row["band_high"] - row["band_low"],
            left=row["band_low"],
            height=0.56,
            facecolor=style.BAND,
            edgecolor=style.BAND_EDGE,
            hatch="////",
            linewidth=0.9,
            zorder=1,
            label="published band" if place == 0 else "_",
        )
    chart_parts.estimate(axes, place, row["rate"], row["low"], row["high"], look(row["channel"]))
    left = min(row["low"], finite_or(row["band_low"], 1))
    right = max(row["high"], finite_or(row["band_high"], 0))
    chart_parts.beside(
        axes,
        f"{wording.percent(row['rate'])}  ({wording.percent_range(row['low'], row['high'])})",
        (left, place - 0.34) if narrow else (right, place),
        offset=(0, 0) if narrow else (7, 0),
        va="top" if narrow else "center",
        fontsize=9,
    )


def funnel(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the share of applications sent that reached each stage, on a log scale, with the numbers below.

    Parameters
    ----------
    table
        Columns channel, stage (from ``sent``), n (sent), count, rate (of sent), low, high, level, method.
    title, width
        As in :func:`response_by_channel`.
    """
    narrow = style.is_narrow(width)
    stages = [stage for stage in wording.STAGE_LABELS if (table["stage"] == stage).any()]
    place = {stage: at for at, stage in enumerate(stages)}
    shown = table[table["n"] > 0].assign(place=table["stage"].map(place).astype(float))
    positive = shown[shown["rate"] > 0]
    with style.drawing():
        figure = style.blank(width, 3.9 if narrow else 4.4)
        axes, below = chart_parts.with_table(figure, narrow=narrow, ratio=6.2)
        ends: list[tuple[float, float, str]] = []
        channels = [str(name) for name in dict.fromkeys(positive["channel"])]
        right = len(stages) - 1 + _APART * (len(channels) - 1) / 2
        for order, channel in enumerate(channels):
            own, rows = look(channel), positive[positive["channel"] == channel]
            # Moved a little apart, so that no interval hides another.
            rows = rows.assign(place=rows["place"] + _APART * (order - (len(channels) - 1) / 2))
            chart_parts.share_line(
                axes, rows, "place", "rate", own, marker=own.marker, markersize=6.5, markeredgecolor="white"
            )
            chart_parts.intervals(axes, rows["place"], rows, own)
            ends.append((right, float(rows["rate"].iloc[-1]), channel))
        _funnel_scales(axes, positive, stages, narrow)
        chart_parts.label_ends(axes, ends, narrow=narrow, log=True)
        style.despine(axes)
        if below is not None:
            chart_parts.table(below, "Number that\ngot there", *_reached(shown, stages, channels))
        (below or axes).set_xlabel(chart_parts.interval_words(table, narrow), fontsize=9, color=SOFT)
        chart_parts.finish(figure, title)
    return figure


def _funnel_scales(axes: Axes, positive: pd.DataFrame, stages: list[str], narrow: bool) -> None:
    """Set the log scale of shares and the scale of stages."""
    lowest = float(positive["low"].where(positive["low"] > 0).min()) if len(positive) else 0.01
    bottom = 10 ** (math.floor(math.log10(min(lowest, 0.5)) * 2) / 2)
    axes.set_yscale("log")
    axes.set_ylim(bottom, 1.25)
    ticks = [tick for tick in _LOG_TICKS if tick >= bottom]
    axes.set_yticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("Share of applications sent (log scale)")
    axes.set_xlabel("")
    labels = [wording.STAGE_LABELS[stage] for stage in stages]
    axes.set_xticks(range(len(stages)), labels, fontsize=8 if narrow else 9)
    if narrow:  # neighbours stand on two levels, where level letters still fit
        for tick in axes.xaxis.get_major_ticks()[1::2]:
            tick.set_pad(14)
    axes.set_xlim(-0.3, len(stages) - 0.75)
    axes.grid(axis="y")


def _reached(shown: pd.DataFrame, stages: list[str], channels: list[str]) -> tuple[list[chart_parts.Line], list[float]]:
    lines = []
    for channel in channels:
        own = {row["stage"]: row["count"] for row in wording.records(shown[shown["channel"] == channel])}
        lines.append((channel, [f"{own[stage]:,}" if stage in own else "" for stage in stages]))
    return lines, [float(at) for at in range(len(stages))]


def effects(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw average marginal effects with their intervals, and beside them the differences without the covariates.

    Parameters
    ----------
    table
        Columns term, kind, label, effect, low, high, level, n, unadjusted (NaN where there is none), all as shares.
    title, width
        As in :func:`response_by_channel`.
    """
    narrow = style.is_narrow(width)
    rows = wording.records(table.iloc[::-1])
    with style.drawing():
        figure = style.blank(width, 1.35 + (0.66 if narrow else 0.48) * max(len(rows), 1))
        axes = figure.subplots()
        axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
        for place, row in enumerate(rows):
            _effect(axes, place, row, narrow)
        axes.set_yticks(
            range(len(rows)),
            [f"{style.folded(row['label'], 22 if narrow else 44)}\n{_unit(row)}n = {row['n']:,}" for row in rows],
            fontsize=7.5 if narrow else 9,
        )
        axes.set_ylim(-0.6, len(rows) - 0.4)
        low = min([0.0, *(row["low"] for row in rows)])
        high = max([0.01, *(max(row["high"], finite_or(row["unadjusted"], 0)) for row in rows)])
        axes.set_xlim(low - (0.14 if narrow else 0.04) * high, high * (1.32 if narrow else 1.14))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+g}" if value else "0"))
        level = 100 * float(table["level"].iloc[0]) if len(table) else 95
        what = "Percentage points" if narrow else "Change in the chance of a response, percentage points"
        axes.set_xlabel(f"{what}{chr(10) if narrow else ' '}({level:g} % intervals)")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        if any(not math.isnan(row["unadjusted"]) for row in rows):
            axes.plot([], [], marker="o", linestyle="", color=SOFT, markersize=7, label="at equal covariates")
            axes.plot([], [], **chart_parts.hollow(Look(SOFT, "o", ()), 7), label="as observed")
            axes.legend(loc="lower right", frameon=False, fontsize=9, handletextpad=0.2)
        chart_parts.finish(figure, title)
    return figure


def _effect(axes: Axes, place: int, row: dict[str, Any], narrow: bool) -> None:
    """Draw an effect filled and, for a channel, the difference as observed hollow."""
    own = look(row["term"]) if row["kind"] == "channel" else Look(INK, "D", ())
    chart_parts.estimate(axes, place, row["effect"], row["low"], row["high"], own)
    seen = row["unadjusted"]
    if not math.isnan(seen):
        axes.plot(seen, place, **chart_parts.hollow(own, 7.5), zorder=3)
        chart_parts.beside(axes, wording.points(seen), (seen, place), offset=(8, 0), fontsize=9)
    chart_parts.beside(
        axes,
        wording.points(row["effect"]),
        (row["effect"], place + 0.24) if narrow else (row["high"], place),
        offset=(0, 1) if narrow else (8, 0),
        fontsize=9,
        va="bottom" if narrow else "center",
        ha="center" if narrow else "left",
    )


def _name(channel: str, narrow: bool) -> str:
    return wording.label(channel).replace(" ", "\n", 1) if narrow else wording.label(channel)


def _unit(row: dict[str, Any]) -> str:
    return "" if row["kind"] != "slope" else f"+1 SD ({wording.number(row['step'], 2)}), "


def roles(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw a panel for each measure, with a row for each role that the claims name.

    Parameters
    ----------
    table
        From :func:`analysis.reporting.roles.cast_table`; rows without a value are left out.
    title, width
        As in :func:`response_by_channel`.
    """
    known = table[table["value"].notna()]
    panels = [(str(name), wording.records(rows)) for name, rows in known.groupby("measure", sort=False)]
    heights = [0.8 + 0.42 * len(rows) for _, rows in panels]
    with style.drawing():
        figure = style.blank(width, max(sum(heights), 1.0))
        every = figure.subplots(max(len(panels), 1), 1, squeeze=False, height_ratios=heights or None)
        for axes, (measure, rows) in zip(every[:, 0], panels, strict=False):
            _measure(axes, measure, rows, narrow=style.is_narrow(width))
        chart_parts.finish(figure, title)
    return figure


def _measure(axes: Axes, measure: str, rows: list[dict[str, Any]], *, narrow: bool) -> None:
    """Draw one measure of each role."""
    unit = rows[0]["unit"]
    lows = [finite_or(row["low"], row["value"]) for row in rows]
    highs = [finite_or(row["high"], row["value"]) for row in rows]
    for place, (row, start, end) in enumerate(reversed(list(zip(rows, lows, highs, strict=True)))):
        chart_parts.estimate(axes, place, row["value"], start, end, OTHER)
        chart_parts.beside(axes, wording.amount(row["value"], unit), (end, place))
    axes.set_yticks(range(len(rows)), [in_words(row["role"]) for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    low, high = min(0.0, *lows), max(0.0, *highs)
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
