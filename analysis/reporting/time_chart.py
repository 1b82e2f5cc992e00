"""The chart of how long responses take: shares answered by each day, and days to the response."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from analysis.presentation import chart_parts, style, wording
from analysis.presentation.chart_parts import finite_or
from analysis.presentation.style import WIDE, look
from analysis.tables.clusters import Floats


def time_to_response(curve: pd.DataFrame, days: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the share answered by each day with intervals and numbers at risk, and the days to the response.

    Parameters
    ----------
    curve
        As :func:`analysis.estimation.funnel.response_curve` returns.
    days
        As :func:`analysis.estimation.funnel.time_to_response` returns, with the quantiles 0.25, 0.5 and 0.75.
    title, width
        As in :func:`analysis.reporting.charts.response_by_channel`.
    """
    narrow = style.is_narrow(width)
    with style.drawing():
        figure = style.blank(width, 5.8 if narrow else 4.4)
        if narrow:
            parts = figure.subfigures(2, 1, height_ratios=(1.9, 1), squeeze=False)
        else:
            parts = figure.subfigures(1, 2, width_ratios=(1.8, 1), squeeze=False)
        first, second = parts.flat
        _curves(first, curve, narrow)
        _waits(second.subplots(), days, narrow)
        chart_parts.finish(figure, title)
    return figure


def _curves(part: SubFigure, curve: pd.DataFrame, narrow: bool) -> None:
    """Draw the curves of all channels, with the numbers at risk below."""
    axes, below = chart_parts.with_table(part, narrow=narrow, ratio=5)
    end = _settled(curve)
    shown = curve[curve["days"] <= end]
    channels = [str(name) for name in dict.fromkeys(shown["channel"])]
    ends = [_curve(axes, shown[shown["channel"] == channel], channel, end) for channel in channels]
    axes.set_xlim(0, end)
    axes.set_ylim(0, max(0.02, float(shown["high"].max()) * 1.08))
    chart_parts.percent_axis(axes.yaxis, "Answered by that day, % of sent")
    ticks = np.linspace(0, end, 4 if end % 3 == 0 else 3)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(f"Days since sending\n(shaded: {100 * float(curve['level'].iloc[0]):g} % intervals)")
    axes.grid(axis="y")
    chart_parts.label_ends(axes, ends, narrow=narrow, log=False, heading=f"By day {end:g}:")
    style.despine(axes)
    if below is not None:
        chart_parts.table(below, "Still\nopen", *_at_risk(shown, channels, ticks))
        below.tick_params(axis="y", pad=30)


def _curve(axes: Axes, rows: pd.DataFrame, channel: str, end: float) -> tuple[float, float, str]:
    """Draw the curve of a channel; returns where its label goes."""
    own = look(channel)
    axes.fill_between(rows["days"], rows["low"], rows["high"], step="post", color=own.colour, alpha=0.22, lw=0)
    chart_parts.share_line(axes, rows, "days", "incidence", own, drawstyle="steps-post")
    spaced = rows.iloc[:: max(len(rows) // 6, 1)]
    axes.plot(
        spaced["days"],
        spaced["incidence"],
        linestyle="",
        marker=own.marker,
        color=own.colour,
        markersize=5.5,
        markeredgecolor="white",
        clip_on=False,
        zorder=3,
    )
    return end, float(rows["incidence"].iloc[-1]), channel


def _at_risk(shown: pd.DataFrame, channels: list[str], ticks: Floats) -> tuple[list[chart_parts.Line], list[float]]:
    lines = []
    for channel in channels:
        rows = shown[shown["channel"] == channel]
        places = np.searchsorted(rows["days"].to_numpy(), ticks - 1e-9).clip(max=len(rows) - 1)
        lines.append((channel, [f"{int(value):,}" for value in rows["at_risk"].to_numpy()[places]]))
    return lines, [float(tick) for tick in ticks]


def _settled(curve: pd.DataFrame) -> float:
    """Return the day, in steps of ten, by which every curve has 99 % of its responses."""
    last = 10.0
    for _, rows in curve.groupby("channel", sort=False):
        final = float(rows["incidence"].iloc[-1])
        if final > 0:
            reached = rows.loc[rows["incidence"] >= 0.99 * final, "days"]
            last = max(last, float(reached.iloc[0]))
    return min(10 * math.ceil(last / 10), float(curve["days"].max()))


def _waits(axes: Axes, days: pd.DataFrame, narrow: bool) -> None:
    """Draw the middle half of the days to the response, and the median with its interval; the quickest on top."""
    known = days[days["n"] > 0]
    half = known[known["quantile"] == 0.5].sort_values("days", ascending=False, kind="stable")
    channels, longest = [str(name) for name in half["channel"]], 1.0
    for at, channel in enumerate(channels):
        own = look(channel)
        at_quantile = {row["quantile"]: row for row in wording.records(known[known["channel"] == channel])}
        low, middle, high = (at_quantile[q]["days"] for q in (0.25, 0.5, 0.75))
        start, stop = at_quantile[0.5]["low"], at_quantile[0.5]["high"]
        right = max(high, finite_or(stop, high))
        longest = max(longest, right)
        axes.barh(at, high - low, left=low, height=0.5, facecolor="#F2F2F2", edgecolor=own.colour, lw=1.2, zorder=2)
        chart_parts.estimate(axes, at, middle, start, stop, own)
        chart_parts.beside(axes, wording.number(middle, 2), (right, at))
    level = 100 * float(days["level"].iloc[0]) if len(days) else 95
    sizes = half.set_index("channel")["n"]
    axes.set_yticks(
        range(len(channels)),
        [f"{wording.label(channel).split(' ')[0]}\nn = {int(sizes[channel]):,}" for channel in channels],
        fontsize=8 if narrow else 9,
    )
    axes.set_ylim(-0.6, max(len(channels), 1) - 0.4)
    axes.set_xlim(0, longest * 1.22)
    axes.tick_params(axis="y", length=0)
    marks = f"(box: middle half; mark: median with {level:g} % interval)"
    axes.set_xlabel(f"Days to the response\n{style.folded(marks, 36 if narrow else 18)}", fontsize=8.5 if narrow else 9)
    axes.grid(axis="x")
    style.despine(axes)
