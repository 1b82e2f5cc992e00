"""The chart of a comparison: chances of an interview and of a job by weeks of search, and hours per interview."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.comparison.comparison import WEEKS, Comparison
from analysis.comparison.sentences import FOCUS, NO_BREAK, few, measure_of, ranked, short, shown
from analysis.presentation import chart_parts, style
from analysis.presentation.chart_parts import finite_or
from analysis.presentation.style import INK, LOOKS, OTHER, SOFT, WIDE, Look

KINDS = ("interview", "job", "hours")
ARM_LOOKS = (*LOOKS.values(), OTHER)
SMALL = 9.0
"""Smallest letters of the chart in points; it is printed at its own size or larger."""


def chart(comparison: Comparison, *, weeks: int = FOCUS, title: str = "", width: float = WIDE) -> Figure:
    """Draw a comparison: lines over the weeks for a few, rows of points for many.

    Parameters
    ----------
    comparison
        From :func:`analysis.comparison.comparison.compare`.
    weeks
        Weeks of search after which the rows of many are drawn.
    title
        Finding to set over the chart; none by default.
    width
        Inches.
    """
    narrow = style.is_narrow(width)
    with style.drawing():
        figure = _lines(comparison, narrow, width) if few(comparison) else _rows(comparison, weeks, narrow, width)
        figure.supxlabel(_fine_print(comparison, narrow), x=0.01, ha="left", fontsize=SMALL, color=SOFT)
        if title:
            style.headline(figure, title)
    return figure


def _fine_print(comparison: Comparison, narrow: bool) -> str:
    """Say what the bars are and how many searches stand behind each group."""
    sizes = comparison.outcomes.loc[comparison.outcomes["kind"] == "interview", "n"]
    n = f"{sizes.min():,}" if sizes.min() == sizes.max() else f"{sizes.min():,} to {sizes.max():,}"
    gap = "\n" if narrow else " "
    return (
        f"Bars: {100 * comparison.level:g} % intervals over {comparison.replications} replications.{gap}"
        f"n = {n} searches in each group.\n{_at_risk(comparison)}"
    )


def _at_risk(comparison: Comparison) -> str:
    """Say on how many searches the later weeks rest."""
    parts = []
    for weeks in WEEKS:
        sizes = comparison.outcomes.loc[comparison.outcomes["measure"] == measure_of("job", weeks), "at_risk"]
        count = f"{sizes.min():,}" if sizes.min() == sizes.max() else f"{sizes.min():,} to {sizes.max():,}"
        parts.append(f"{count} at week {weeks}")
    return f"Still searching and followed: {', '.join(parts)}."


def _lines(comparison: Comparison, narrow: bool, width: float) -> Figure:
    count = len(comparison.arms)
    low = 0.75 + 0.3 * count
    if narrow:
        figure = style.blank(width, 2 * 2.5 + low + 0.7)
        panels = figure.subplots(3, 1, height_ratios=(2.5, 2.5, low))
    else:
        figure = style.blank(width, 3.1)
        panels = figure.subplots(1, 3, width_ratios=(1, 1, 0.95))
    for axes, kind, name in zip(panels[:2], KINDS, ("Interview", "Job"), strict=False):
        _over_weeks(axes, comparison, kind)
        axes.set_title(f"{name}, % of people", loc="left", fontsize=SMALL)
    # One scale, so that a chance of a job is not read as one of an interview.
    top = max(axes.get_ylim()[1] for axes in panels[:2])
    for axes in panels[:2]:
        axes.set_ylim(0, top)
        _names_at_ends(axes, _ends_of(comparison, KINDS[0] if axes is panels[0] else KINDS[1]), narrow)
    _hours(panels[2], comparison, [arm.label for arm in comparison.arms], narrow)
    return figure


def _over_weeks(axes: Axes, comparison: Comparison, kind: str) -> None:
    arms, highest = comparison.arms, 0.02
    for place, arm in enumerate(arms):
        own = ARM_LOOKS[place]
        rows = [comparison.outcome(arm.label, measure_of(kind, each)) for each in WEEKS]
        rows = [row for row in rows if not math.isnan(row["value"])]
        if not rows:
            continue
        # Moved a little apart, so that no interval hides another.
        x = [row["weeks"] + 0.55 * (place - (len(arms) - 1) / 2) for row in rows]
        y = [row["value"] for row in rows]
        spread = [
            [max(0.0, row["value"] - finite_or(row["low"], row["value"])) for row in rows],
            [max(0.0, finite_or(row["high"], row["value"]) - row["value"]) for row in rows],
        ]
        axes.errorbar(
            x,
            y,
            yerr=spread,
            color=own.colour,
            linestyle=own.line,
            linewidth=1.5,
            marker=own.marker,
            markersize=5.5,
            elinewidth=1.2,
            capsize=2.6,
            zorder=3,
            clip_on=False,
        )
        highest = max(highest, *(finite_or(row["high"], row["value"]) for row in rows))
    axes.set_xlim(2, 27.4)
    axes.set_ylim(0, min(1.0, highest * 1.06))
    axes.set_xticks(WEEKS, [str(each) for each in WEEKS])
    chart_parts.percent_axis(axes.yaxis, "")
    axes.set_xlabel("weeks of search", fontsize=SMALL)
    axes.grid(axis="y")
    style.despine(axes)


def _ends_of(comparison: Comparison, kind: str) -> list[tuple[float, str, Look]]:
    """Return where each line ends, with the name and the look of its group."""
    found = []
    for place, arm in enumerate(comparison.arms):
        values = [comparison.outcome(arm.label, measure_of(kind, each))["value"] for each in WEEKS]
        known = [value for value in values if not math.isnan(value)]
        if known:
            found.append((known[-1], arm.label, ARM_LOOKS[place]))
    return found


def _names_at_ends(axes: Axes, ends: list[tuple[float, str, Look]], narrow: bool) -> None:
    """Label each line at its right end with its value; labels of lines that end close together are moved apart."""
    top = axes.get_ylim()[1]
    line = 0.075 if narrow else 0.068
    placed: list[tuple[float, float, str, Look]] = []
    for y, name, own in sorted(ends, key=lambda end: end[0]):
        text = style.folded(f"{short(name, 16)} {shown(y, 'share')}{NO_BREAK}%", 14)
        half = line * (1 + text.count("\n")) / 2 + 0.01
        least = placed[-1][0] + placed[-1][1] + half if placed else half
        placed.append((max(y / top, least), half, text, own))
    # Labels that were pushed above the axes come down again, and push those below them.
    ceiling = 1.0
    for at in range(len(placed) - 1, -1, -1):
        middle, half, text, own = placed[at]
        placed[at] = (min(middle, ceiling - half), half, text, own)
        ceiling = placed[at][0] - half
    for middle, _, text, own in placed:
        axes.annotate(
            text,
            (1.0, middle),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize=SMALL,
            color=own.colour,
            fontweight="bold",
            linespacing=1.0,
            annotation_clip=False,
        )


def _rows(comparison: Comparison, weeks: int, narrow: bool, width: float) -> Figure:
    first = ranked(comparison, "interview", weeks)
    order = [row["arm"] for row in first]
    order += [arm.label for arm in comparison.arms if arm.label not in order]
    high = 0.75 + (0.27 if narrow else 0.2) * len(order)
    if narrow:
        figure = style.blank(width, 3 * high + 0.5)
        panels = figure.subplots(3, 1)
    else:
        figure = style.blank(width, high + 0.2)
        panels = figure.subplots(1, 3, sharey=True)
    for axes, kind, name in zip(panels[:2], KINDS, ("Interview", "Job"), strict=False):
        rows = [comparison.outcome(label, measure_of(kind, weeks)) for label in order]
        _points(axes, rows, narrow)
        axes.set_title(f"{name} in {weeks} weeks", loc="left", fontsize=SMALL)
        chart_parts.percent_axis(axes.xaxis, "% of people")
        axes.xaxis.label.set_fontsize(SMALL)
    end = max(axes.get_xlim()[1] for axes in panels[:2])
    for axes in panels[:2]:
        axes.set_xlim(0, end)
    _hours(panels[2], comparison, order, narrow)
    return figure


def _hours(axes: Axes, comparison: Comparison, order: list[str], narrow: bool) -> None:
    rows = [comparison.outcome(label, "hours_per_interview") for label in order]
    _points(axes, rows, narrow, looks=few(comparison))
    axes.set_title("Hours per\ninterview", loc="left", fontsize=SMALL)
    axes.set_xlabel("hours; less is better", fontsize=SMALL)


def _points(axes: Axes, rows: list[dict[str, Any]], narrow: bool, *, looks: bool = False) -> None:
    """Draw a row of point and interval for each group, the first on top, its value written beside it."""
    top = len(rows) - 1
    known = [
        (top - place, ARM_LOOKS[place] if looks else Look(INK, "o", ()), row)
        for place, row in enumerate(rows)
        if not math.isnan(row["value"])
    ]
    ends = [finite_or(row["high"], row["value"]) for _, _, row in known]
    span = max(ends, default=1.0)
    for at, own, row in known:
        low, high = finite_or(row["low"], row["value"]), finite_or(row["high"], row["value"])
        chart_parts.estimate(axes, at, row["value"], low, high, own)
        text = f"{shown(row['value'], row['unit'])}{' %' if row['unit'] == 'share' else ''}"
        chart_parts.beside(axes, text, (high, at), offset=(4, 0), fontsize=SMALL, annotation_clip=False)
    if not known:
        axes.annotate("nothing to count", (0.5, 0.5), xycoords="axes fraction", ha="center", fontsize=SMALL, color=SOFT)
    names = [str(row["arm"]) for row in rows]
    if looks:  # over the points, where they take no width from the panel
        for place, name in enumerate(names):
            axes.annotate(
                short(name, 20),
                (0, top - place + 0.23),
                xytext=(3, 0),
                textcoords="offset points",
                va="bottom",
                fontsize=SMALL,
                color=ARM_LOOKS[place].colour,
                fontweight="bold",
            )
    axes.set_yticks([] if looks else range(len(rows)), [] if looks else names[::-1], fontsize=SMALL)
    axes.set_ylim(-0.6, top + (0.85 if looks else 0.6))
    axes.set_xlim(0, span * (1.22 if narrow else 1.34))
    axes.locator_params(axis="x", nbins=4)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    style.despine(axes)
