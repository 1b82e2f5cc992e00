"""Charts of how much each factor moves the quantity: tornado, Sobol' indices, Morris screening.

Fill, hatch, marker and words tell things apart, not colour alone. Nothing is estimated here.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.presentation import style
from analysis.presentation.style import INK, LOOKS, SOFT, WIDE
from analysis.sensitivity_analysis import sentences
from analysis.sensitivity_analysis.indices import Sensitivity
from sim.experiments.sweep import Factor

UP, DOWN = LOOKS["referral"], LOOKS["direct"]


def tornado(found: Sensitivity, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw how far the levels of each factor move the quantity from the base point, the largest span on top.

    Parameters
    ----------
    found
        Analysis of a one-at-a-time design.
    title
        Title over the chart; none by default.
    width
        Inches.
    """
    narrow = style.is_narrow(width)
    rows = found.effects.dropna(subset=["value"])
    spans = sentences.largest(pd.concat([rows, rows.assign(value=0.0)]))
    order = spans["factor"].tolist()[::-1]
    scale = sentences.scale(found)
    with style.drawing():
        figure = style.blank(width, 1.0 + 0.62 * max(len(order), 1))
        axes = figure.subplots()
        for place, name in enumerate(order):
            factor = sentences.factor_of(found, name)
            own = rows[rows["factor"] == name].sort_values("value", kind="stable")
            ends = own.iloc[[0, -1]].drop_duplicates()
            for row in ends.to_dict("records"):
                _bar(axes, place, row, scale, sentences.level(row["at"], factor))
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks(range(len(order)), [folded_path(name, narrow) for name in order])
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.margins(x=0.2)
        base = sentences.amount(found, float(found.responses.points[0]))
        axes.set_xlabel(f"Change from {base}, {sentences.unit(found, change=True)}{intervals_of(found.effects)}")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        finish(figure, title)
    return figure


def _bar(axes: Axes, place: int, row: dict[str, Any], scale: float, text: str) -> None:
    """Draw a change as a bar with its interval, and write the value of the factor beyond its end."""
    value, low, high = (scale * float(row[key]) for key in ("value", "low", "high"))
    up = value >= 0
    axes.barh(
        place,
        value,
        height=0.5,
        facecolor=UP.colour if up else "white",
        edgecolor=UP.colour if up else DOWN.colour,
        hatch="" if up else "////",
        linewidth=1.1,
        zorder=2,
    )
    _interval(axes, place, low, high)
    far = max(value, high) if up else min(value, low)
    far = value if math.isnan(far) else far
    axes.annotate(
        text,
        (far, place),
        xytext=(5 if up else -5, 0),
        textcoords="offset points",
        va="center",
        ha="left" if up else "right",
        fontsize=8.5,
        color=INK,
    )


def _interval(axes: Axes, place: float, low: float, high: float) -> None:
    """Draw an interval that shows on dark and on light fills."""
    if math.isnan(low) or math.isnan(high):
        return
    for colour, thick in (("white", 3.4), (INK, 1.3)):
        axes.plot([low, high], [place, place], color=colour, linewidth=thick, zorder=3)
        for end in (low, high):
            axes.plot([end, end], [place - 0.1, place + 0.1], color=colour, linewidth=thick, zorder=3)


def sobol(found: Sensitivity, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw first-order and total Sobol' indices of each factor with intervals, the largest total on top.

    Parameters
    ----------
    found
        Analysis of a Sobol' design.
    title, width
        As in :func:`tornado`.
    """
    narrow = style.is_narrow(width)
    rows = found.indices.set_index(["index", "factor"])
    order = rows.loc["ST"]["value"].sort_values(kind="stable").index.tolist()
    with style.drawing():
        figure = style.blank(width, 1.25 + 0.66 * len(order))
        axes = figure.subplots()
        for place, name in enumerate(order):
            for index, shift, fill, hatch, words in (
                ("S1", 0.18, UP.colour, "", "alone (S1)"),
                ("ST", -0.18, "white", "////", "with all its interactions (ST)"),
            ):
                row = rows.loc[(index, name)]
                axes.barh(
                    place + shift,
                    max(float(row["value"]), 0.0),
                    height=0.34,
                    facecolor=fill,
                    edgecolor=UP.colour,
                    hatch=hatch,
                    linewidth=1.1,
                    zorder=2,
                    label=words if place == 0 else "_",
                )
                _interval(axes, place + shift, float(row["low"]), float(row["high"]))
        axes.set_yticks(range(len(order)), [folded_path(name, narrow) for name in order])
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_xlabel(f"Share of the variance between points{intervals_of(found.indices)}")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        axes.locator_params(axis="x", nbins=5 if narrow else 9)
        figure.legend(loc="outside lower center", frameon=False, fontsize=8.5, ncols=1 if narrow else 2)
        finish(figure, title)
    return figure


def morris(found: Sensitivity, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw each factor at its mean effect (mu*) and how much the effect varies with the others (sigma).

    Parameters
    ----------
    found
        Analysis of a Morris design.
    title, width
        As in :func:`tornado`.
    """
    scale = sentences.scale(found)
    rows = found.indices.set_index(["index", "factor"])
    names = rows.loc["mu_star"].index.tolist()
    with style.drawing():
        figure = style.blank(width, width * (1.0 if style.is_narrow(width) else 0.62))
        axes = figure.subplots()
        reach, labels = 0.0, []
        for name in names:
            across, up = rows.loc[("mu_star", name)], rows.loc[("sigma", name)]
            x, y = scale * float(across["value"]), scale * float(up["value"])
            axes.plot([scale * float(across["low"]), scale * float(across["high"])], [y, y], color=SOFT, linewidth=1)
            axes.plot([x, x], [scale * float(up["low"]), scale * float(up["high"])], color=SOFT, linewidth=1)
            axes.plot(x, y, marker="o", markersize=6.5, color=UP.colour, linestyle="", zorder=4)
            labels.append((name.rpartition(".")[2], x, y))
            reach = max(reach, scale * float(across["high"]), scale * float(up["high"]), x, y)
        reach = reach * 1.12 or 1.0
        for text, x, y in labels:
            left = x > reach / 2  # keeps the label inside the chart
            axes.annotate(
                text,
                (x, y),
                xytext=(-6 if left else 6, 5),
                textcoords="offset points",
                fontsize=8.5,
                ha="right" if left else "left",
                color=INK,
                zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
            )
        axes.plot([0, reach], [0, reach], color=SOFT, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
        axes.annotate(
            "sigma = mu*",
            (0.9 * reach, 0.9 * reach),
            xytext=(-4, 3),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=SOFT,
        )
        axes.set_xlim(0, reach)
        axes.set_ylim(0, reach)
        unit = sentences.unit(found, change=True)
        fits = int(width * 9)
        text = style.folded(f"mu*: mean size of the effect over the range, {unit}", fits)
        axes.set_xlabel(text + intervals_of(found.indices))
        axes.set_ylabel(style.folded(f"sigma: how much the effect varies with the others, {unit}", fits))
        axes.grid()
        style.despine(axes)
        finish(figure, title)
    return figure


def name_of(factor: Factor) -> str:
    """Name a factor with its unit."""
    plain = factor.unit in ("share", "switch", "text", "")
    return factor.path if plain else f"{factor.path}, {factor.unit}"


def folded_path(path: str, narrow: bool) -> str:
    """Break a long path at its dots."""
    return path.replace(".", ".\n") if narrow or len(path) > 30 else path


def intervals_of(rows: pd.DataFrame) -> str:
    """Return the level of the intervals in brackets; "" if there are none."""
    known = rows.dropna(subset=["low", "level"])
    return f"\n({100 * float(known['level'].iloc[0]):g} % intervals)" if len(known) else ""


def finish(figure: Figure, title: str) -> None:
    """Add the title, if any, and keep numbers and their units on one line."""
    if title:
        style.headline(figure, title.replace(" %", "\u00a0%").replace("× ", "×\u00a0").replace(" repl", "\u00a0repl"))
