"""The charts of a report: from tables to matplotlib figures.

Every function takes tables whose intervals analysis computed and returns a figure; nothing is estimated here.  Each
draws at `width` inches, for paper or for a phone, and leaves its title out where the page says it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from analysis.presentation import chart_parts, style, wording
from analysis.presentation.style import INK, SOFT, WIDE, Look, look
from analysis.reporting import sentences
from analysis.tables.clusters import Floats

ALTERNATIVES: dict[str, Callable[..., str]] = {
    "response": sentences.response_alt,
    "funnel": sentences.funnel_alt,
    "time_to_response": sentences.time_alt,
    "effects": sentences.effects_alt,
}


def alt_text(chart: str, *tables: pd.DataFrame) -> str:
    """Describe a chart to those who cannot see it, numbers included.

    Parameters
    ----------
    chart
        ``response``, ``funnel``, ``time_to_response`` or ``effects``.
    tables
        The tables the chart is drawn from.
    """
    return ALTERNATIVES[chart](*tables)


def response_by_channel(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw response rates with their intervals beside the published bands.

    Parameters
    ----------
    table
        Columns channel, n, rate, low, high, level, method, band_low, band_high, verdict; NaN where there is no band.
    title
        Finding to set over the chart; none by default.
    width
        Inches.
    """
    narrow = style.is_narrow(width)
    rows = wording.records(table[table["n"] > 0].sort_values("rate", kind="stable"))
    with style.drawing():
        figure = style.blank(width, 1.15 + (0.95 if narrow else 0.72) * max(len(rows), 1))
        axes = figure.subplots()
        for place, row in enumerate(rows):
            own = look(row["channel"])
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
            chart_parts.point(axes, place, row, own)
            said = f"{wording.percent(row['rate'])}  ({wording.percent_range(row['low'], row['high'])})"
            left, right = min(row["low"], _or(row["band_low"], 1)), max(row["high"], _or(row["band_high"], 0))
            axes.annotate(
                said,
                (left, place - 0.34) if narrow else (right, place),
                xytext=(0, 0) if narrow else (7, 0),
                textcoords="offset points",
                va="top" if narrow else "center",
                fontsize=9,
                color=INK,
            )
        axes.set_yticks(range(len(rows)), [f"{_name(row['channel'], narrow)}\nn = {row['n']:,}" for row in rows])
        axes.set_ylim(-1.25 if narrow else -0.6, len(rows) - 0.5)
        highest = max([0.05, *(max(row["high"], _or(row["band_high"], 0)) for row in rows)])
        axes.set_xlim(0, highest * (1.2 if narrow else 1.36))
        axes.set_xticks([tick for tick in axes.get_xticks() if tick <= min(highest * 1.1, 1)])
        chart_parts.percent_axis(axes.xaxis, f"Answered, % of what was sent{chart_parts.interval_words(table, narrow)}")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        if rows and not math.isnan(rows[0]["band_low"]):
            axes.legend(loc="lower right", frameon=False, fontsize=8.5, handlelength=1.8)
        chart_parts.finish(figure, title)
    return figure


def funnel(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the share of what was sent that reaches each stage, on a log scale, with the numbers below.

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
        for channel in channels:
            own, rows = look(channel), positive[positive["channel"] == channel]
            sns.lineplot(
                data=rows,
                x="place",
                y="rate",
                ax=axes,
                errorbar=None,
                color=own.colour,
                marker=own.marker,
                markersize=6.5,
                markeredgecolor="white",
                linestyle=own.line,
                linewidth=1.8,
                legend=False,
            )
            chart_parts.bars(axes, rows["place"], rows, own)
            last = rows.iloc[-1]
            ends.append((float(last["place"]), float(last["rate"]), channel))
        lowest = float(positive["low"].where(positive["low"] > 0).min()) if len(positive) else 0.01
        bottom = 10 ** (math.floor(math.log10(min(lowest, 0.5)) * 2) / 2)
        axes.set_yscale("log")
        axes.set_ylim(bottom, 1.25)
        ticks = [tick for tick in (1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4) if tick >= bottom]
        axes.set_yticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylabel("Share of what was sent (log scale)")
        axes.set_xlabel("")
        axes.set_xticks(
            range(len(stages)),
            [wording.STAGE_LABELS[stage] for stage in stages],
            fontsize=8 if narrow else 9,
        )
        if narrow:  # neighbours stand on two levels, where level letters still fit
            for tick in axes.xaxis.get_major_ticks()[1::2]:
                tick.set_pad(14)
        axes.set_xlim(-0.3, len(stages) - 0.75)
        axes.grid(axis="y")
        chart_parts.label_ends(axes, ends, narrow=narrow, log=True)
        style.despine(axes)
        if below is not None:
            chart_parts.table(below, "Number that\ngot there", *_reached(shown, stages, channels))
        (below or axes).set_xlabel(chart_parts.interval_words(table, narrow).strip(" \n()"), fontsize=8.5, color=SOFT)
        chart_parts.finish(figure, title)
    return figure


def time_to_response(curve: pd.DataFrame, days: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the share answered by each day with intervals and numbers at risk, and how long the answered waited.

    Parameters
    ----------
    curve
        As :func:`analysis.estimation.funnel.response_curve` returns.
    days
        As :func:`analysis.estimation.funnel.time_to_response` returns, with the quantiles 0.25, 0.5 and 0.75.
    title, width
        As in :func:`response_by_channel`.
    """
    narrow = style.is_narrow(width)
    with style.drawing():
        figure = style.blank(width, 5.6 if narrow else 4.3)
        if narrow:
            parts = figure.subfigures(2, 1, height_ratios=(1.9, 1), squeeze=False)
        else:
            parts = figure.subfigures(1, 2, width_ratios=(1.8, 1), squeeze=False)
        first, second = parts.flat
        axes, below = chart_parts.with_table(first, narrow=narrow, ratio=5)
        waits = second.subplots()
        end = _settled(curve)
        shown = curve[curve["days"] <= end]
        ends: list[tuple[float, float, str]] = []
        channels = [str(name) for name in dict.fromkeys(shown["channel"])]
        for channel in channels:
            own, rows = look(channel), shown[shown["channel"] == channel]
            axes.fill_between(rows["days"], rows["low"], rows["high"], step="post", color=own.colour, alpha=0.22, lw=0)
            sns.lineplot(
                data=rows,
                x="days",
                y="incidence",
                ax=axes,
                errorbar=None,
                drawstyle="steps-post",
                color=own.colour,
                linestyle=own.line,
                linewidth=1.8,
                legend=False,
            )
            spaced = rows.iloc[:: max(len(rows) // 6, 1)]
            axes.plot(
                spaced["days"],
                spaced["incidence"],
                linestyle="",
                marker=own.marker,
                color=own.colour,
                markersize=5.5,
                markeredgecolor="white",
            )
            ends.append((end, float(rows["incidence"].iloc[-1]), channel))
        axes.set_xlim(0, end)
        axes.set_ylim(0, max(0.02, float(shown["high"].max()) * 1.08))
        chart_parts.percent_axis(axes.yaxis, "Answered by that day, % of sent")
        ticks = np.linspace(0, end, 4 if end % 3 == 0 else 5)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlabel("Days since sending")
        axes.grid(axis="y")
        chart_parts.label_ends(axes, ends, narrow=narrow, log=False)
        style.despine(axes)
        if below is not None:
            chart_parts.table(below, "Open", *_at_risk(shown, channels, ticks))
            below.tick_params(axis="y", pad=30)
        _waits(waits, days)
        chart_parts.finish(figure, title)
    return figure


def effects(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw average marginal effects with their intervals, and beside them what is seen without the covariates.

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
        for at, row in enumerate(rows):
            own = look(row["term"]) if row["kind"] == "channel" else Look(INK, "D", ())
            chart_parts.point(axes, at, {**row, "rate": row["effect"]}, own)
            if not math.isnan(row["unadjusted"]):
                axes.plot(
                    row["unadjusted"],
                    at,
                    marker=own.marker,
                    markersize=7.5,
                    markerfacecolor="white",
                    markeredgecolor=own.colour,
                    markeredgewidth=1.4,
                    linestyle="",
                    zorder=3,
                )
                axes.annotate(
                    wording.points(row["unadjusted"]),
                    (row["unadjusted"], at),
                    xytext=(8, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=9,
                    color=INK,
                )
            axes.annotate(
                wording.points(row["effect"]),
                (row["effect"], at + 0.24) if narrow else (row["high"], at),
                xytext=(0, 1) if narrow else (8, 0),
                textcoords="offset points",
                fontsize=9,
                color=INK,
                va="bottom" if narrow else "center",
                ha="center" if narrow else "left",
            )
        axes.set_yticks(
            range(len(rows)),
            [f"{style.folded(row['label'], 22 if narrow else 44)}\n{_unit(row)}n = {row['n']:,}" for row in rows],
            fontsize=7.5 if narrow else 8.5,
        )
        axes.set_ylim(-0.6, len(rows) - 0.4)
        low = min([0.0, *(row["low"] for row in rows)])
        high = max([0.01, *(max(row["high"], _or(row["unadjusted"], 0)) for row in rows)])
        axes.set_xlim(low - 0.04 * high, high * (1.32 if narrow else 1.14))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+g}" if value else "0"))
        level = 100 * float(table["level"].iloc[0]) if len(table) else 95
        what = "Percentage points" if narrow else "Change in the chance of an answer, percentage points"
        axes.set_xlabel(f"{what}{chr(10) if narrow else ' '}({level:g} % intervals)")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        if any(not math.isnan(row["unadjusted"]) for row in rows):
            axes.plot([], [], marker="o", linestyle="", color=SOFT, markersize=7, label="at equal covariates")
            axes.plot(
                [],
                [],
                marker="o",
                linestyle="",
                markerfacecolor="white",
                markeredgecolor=SOFT,
                markersize=7,
                markeredgewidth=1.4,
                label="as observed",
            )
            axes.legend(loc="lower right", frameon=False, fontsize=8.5, handletextpad=0.2)
        chart_parts.finish(figure, title)
    return figure


def _or(value: float, other: float) -> float:
    return other if math.isnan(value) else value


def _name(channel: str, narrow: bool) -> str:
    return wording.label(channel).replace(" ", "\n", 1) if narrow else wording.label(channel)


def _unit(row: dict[str, Any]) -> str:
    return "" if row["kind"] == "channel" else f"+1 SD ({wording.number(row['step'], 2)}), "


def _reached(shown: pd.DataFrame, stages: list[str], channels: list[str]) -> tuple[list[chart_parts.Line], list[float]]:
    lines = []
    for channel in channels:
        own = {row["stage"]: row["count"] for row in wording.records(shown[shown["channel"] == channel])}
        lines.append((channel, [f"{own[stage]:,}" if stage in own else "" for stage in stages]))
    return lines, [float(at) for at in range(len(stages))]


def _at_risk(shown: pd.DataFrame, channels: list[str], ticks: Floats) -> tuple[list[chart_parts.Line], list[float]]:
    lines = []
    for channel in channels:
        rows = shown[shown["channel"] == channel]
        places = np.searchsorted(rows["days"].to_numpy(), ticks - 1e-9).clip(max=len(rows) - 1)
        lines.append((channel, [f"{int(value):,}" for value in rows["at_risk"].to_numpy()[places]]))
    return lines, [float(tick) for tick in ticks]


def _settled(curve: pd.DataFrame) -> float:
    """Return the day, in steps of ten, by which every curve has all but a hundredth of its answers."""
    last = 10.0
    for _, rows in curve.groupby("channel", sort=False):
        final = float(rows["incidence"].iloc[-1])
        if final > 0:
            reached = rows.loc[rows["incidence"] >= 0.99 * final, "days"]
            last = max(last, float(reached.iloc[0]))
    return min(10 * math.ceil(last / 10), float(curve["days"].max()))


def _waits(axes: Axes, days: pd.DataFrame) -> None:
    """Draw the middle half of the waits of the answered, and the median with its interval; the quickest on top."""
    known = days[days["n"] > 0]
    half = known[known["quantile"] == 0.5].sort_values("days", ascending=False, kind="stable")
    channels, longest = [str(name) for name in half["channel"]], 1.0
    for at, channel in enumerate(channels):
        own = look(channel)
        at_quantile = {row["quantile"]: row for row in wording.records(known[known["channel"] == channel])}
        low, middle, high = (at_quantile[q]["days"] for q in (0.25, 0.5, 0.75))
        longest = max(longest, high)
        axes.barh(at, high - low, left=low, height=0.5, facecolor="#F2F2F2", edgecolor=own.colour, lw=1.2, zorder=2)
        chart_parts.point(axes, at, {**at_quantile[0.5], "rate": middle}, own)
        axes.annotate(
            wording.number(middle, 2),
            (high, at),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=INK,
        )
    sizes = half.set_index("channel")["n"]
    axes.set_yticks(
        range(len(channels)),
        [f"{wording.label(channel).split(' ')[0]}\nn = {int(sizes[channel]):,}" for channel in channels],
        fontsize=8,
    )
    axes.set_ylim(-0.6, max(len(channels), 1) - 0.4)
    axes.set_xlim(0, longest * 1.22)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Days to the answer\n(box: middle half;\nmark: median)", fontsize=8.5)
    axes.grid(axis="x")
    style.despine(axes)
