"""What charts are drawn from: estimates with intervals, labels at line ends, tables of numbers under a scale."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import FuncFormatter

from analysis.presentation import style, wording
from analysis.presentation.style import INK, SOFT, Look, look

# A channel and its numbers, one for each place on the scale.
Line: TypeAlias = tuple[str, list[str]]


def estimate(axes: Axes, at: float, value: float, low: float, high: float, own: Look) -> None:
    """Draw a mark with its interval; the brackets stand out above and below the mark, so that a short one shows."""
    axes.plot([low, high], [at, at], color=own.colour, linewidth=2, zorder=3)
    for end in (low, high):
        axes.plot([end, end], [at - 0.2, at + 0.2], color=own.colour, linewidth=1.3, zorder=3)
    axes.plot(value, at, marker=own.marker, markersize=6.5, color=own.colour, zorder=4, linestyle="")


def beside(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    *,
    offset: tuple[float, float] = (6, 0),
    va: str = "center",
    ha: str = "left",
    fontsize: float = 9,
    **more: Any,
) -> None:
    """Write a value beside its mark; `offset` in points."""
    axes.annotate(
        text, at, xytext=offset, textcoords="offset points", va=va, ha=ha, fontsize=fontsize, color=INK, **more
    )


def hollow(own: Look, size: float) -> dict[str, Any]:
    """Return the settings of a mark that is only an outline."""
    return {
        "marker": own.marker,
        "markersize": size,
        "markerfacecolor": "white",
        "markeredgecolor": own.colour,
        "markeredgewidth": 1.4,
        "linestyle": "",
    }


def finite_or(value: float, other: float) -> float:
    """Return a value, or another in place of one that is not known."""
    return value if math.isfinite(value) else other


def intervals(axes: Axes, at: pd.Series, rows: pd.DataFrame, own: Look) -> None:
    """Draw the intervals of a line that runs over stages; "Sent" is 100 % and has no interval."""
    known = rows["low"].notna().to_numpy() & (rows["stage"] != "sent").to_numpy()
    middle = rows["rate"].to_numpy()[known]
    spread = np.abs(np.stack([middle - rows["low"].to_numpy()[known], rows["high"].to_numpy()[known] - middle]))
    axes.errorbar(
        at.to_numpy()[known], middle, yerr=spread, fmt="none", ecolor=own.colour, elinewidth=1.4, capsize=3.5, zorder=3
    )


def share_line(axes: Axes, rows: pd.DataFrame, x: str, y: str, own: Look, **marks: Any) -> None:
    """Draw the line of a channel in its colour and dashes."""
    sns.lineplot(
        data=rows,
        x=x,
        y=y,
        ax=axes,
        errorbar=None,
        color=own.colour,
        linestyle=own.line,
        linewidth=1.8,
        legend=False,
        **marks,
    )


def percent_axis(axis: Axis, text: str) -> None:
    """Label an axis of shares and write its numbers as percentages."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}"))
    axis.set_label_text(text)


def interval_words(table: pd.DataFrame, narrow: bool) -> str:
    """Say at what level the intervals are and, on a wide chart, how they were made."""
    known = table[(table["n"] > 0) & (table["method"] != "")]
    if known.empty:
        return ""
    method = "" if narrow else f": {wording.method(known)}"
    return style.folded(f"{100 * float(known['level'].iloc[0]):g} % intervals{method}", 70)


def label_ends(axes: Axes, ends: list[tuple[float, float, str]], *, narrow: bool, log: bool, heading: str = "") -> None:
    """Label each line at its right end, under a heading; labels of lines that end close together are moved apart."""
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    taken, x = -1.0, right
    for x, y, channel in sorted(ends, key=lambda end: end[1]):
        height = math.log(y / low) / math.log(high / low) if log else (y - low) / (high - low)
        taken = max(height, taken + (0.12 if narrow else 0.115), 0.05)
        axes.annotate(
            f"{wording.label(channel).split(' ')[0]}\n{wording.percent(y)}",
            ((x - left) / (right - left), taken),
            xycoords="axes fraction",
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize=8 if narrow else 9,
            color=look(channel).colour,
            fontweight="bold",
            linespacing=1.0,
            annotation_clip=False,
        )
    if heading and ends:
        axes.annotate(
            heading,
            ((x - left) / (right - left), taken + (0.125 if narrow else 0.12)),
            xycoords="axes fraction",
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=SOFT,
            annotation_clip=False,
        )


def with_table(figure: FigureBase, *, narrow: bool, ratio: float) -> tuple[Axes, Axes | None]:
    """Return axes and, if the chart is wide, axes below with the same scale for a table of numbers."""
    if narrow:
        return figure.subplots(), None
    axes, below = figure.subplots(2, 1, height_ratios=(ratio, 1), sharex=True)
    axes.tick_params(labelbottom=True)
    return axes, below


def table(axes: Axes, head: str, lines: list[Line], places: list[float]) -> None:
    """Write numbers under the places of a scale that they belong to, one row per channel."""
    axes.set_ylim(len(lines) - 0.5, -0.5)
    for at, (_, texts) in enumerate(lines):
        for x, text in zip(places, texts, strict=True):
            axes.annotate(text, (x, at), fontsize=9, color=INK, va="center", ha="center", annotation_clip=False)
    axes.set_yticks(range(len(lines)), [wording.label(channel).split(" ")[0] for channel, _ in lines], fontsize=9)
    for name, (channel, _) in zip(axes.get_yticklabels(), lines, strict=True):
        name.set(color=look(channel).colour, fontweight="bold")
    axes.set_ylabel(head, rotation=0, ha="right", va="center", fontsize=9, color=SOFT)
    axes.tick_params(length=0, labelbottom=False)
    axes.tick_params(axis="y", pad=9)  # seven digits, centred under the first place, reach left of the axes
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def finish(figure: Figure, title: str) -> None:
    """Put the title over the chart, if there is one."""
    if title:
        style.headline(figure, title)
