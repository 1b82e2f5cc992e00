"""The chart of who brought in whom: arrows from referrers to those hired through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.presentation import chart_parts, style
from analysis.presentation.style import INK, RULE, SOFT, WIDE
from analysis.tracing.referral_network import Referrals, groups_of

OWN_COLOURS = ("#08457E", "#AD4608", "#1E8C6E", "#6B4C8A", "#8A6D00", "#9B1C4D")
Places: TypeAlias = Mapping[int, tuple[float, float]]


def network(found: Referrals, *, person: int | None = None, title: str = "", width: float = WIDE) -> Figure:
    """Draw arrows from referrers to those hired through them, in the colour of the referrer.

    Parameters
    ----------
    found
        From :func:`who_brought_whom`.
    person
        Drawn with a heavy ring.
    title, width
        As in :func:`analysis.tracing.charts.timeline`.
    """
    narrow = style.is_narrow(width)
    places = _places(found.shown, narrow)
    colours = _colours(found.shown)
    with style.drawing():
        xy = np.array(list(places.values())) if places else np.zeros((1, 2))
        low, high = xy.min(axis=0) - 0.7, xy.max(axis=0) + 0.7
        figure = style.blank(width, min(max(width * (high[1] - low[1]) / (high[0] - low[0]), 2.0), 2.2 * width) + 0.8)
        axes = figure.subplots()
        axes.set_aspect("equal")
        axes.set_xlim(low[0], high[0])
        axes.set_ylim(low[1], high[1])
        axes.axis("off")
        size = 20 if narrow else 23
        for a, b in found.ties:
            axes.plot(*zip(places[a], places[b], strict=True), color=RULE, linewidth=1.0, zorder=1)
        _arrows(axes, found.shown, places, colours, size, person)
        _people(axes, found.shown, places, colours, size, person, narrow)
        _network_legend(figure, found, person, narrow)
        chart_parts.finish(figure, title)
    return figure


def _arrows(
    axes: Axes, shown: pd.DataFrame, places: Places, colours: Mapping[int, str], size: float, person: int | None
) -> None:
    """Draw an arrow for each hire."""
    for referrer, hired in zip(shown["referrer"], shown["person"], strict=True):
        axes.annotate(
            "",
            places[hired],
            places[referrer],
            zorder=2,
            arrowprops={
                "arrowstyle": "-|>",
                "color": colours[referrer],
                "linewidth": 1.5,
                "mutation_scale": 11,
                "shrinkA": size / 2,
                "shrinkB": size / 2 + (5 if hired == person else 1.5),
                "connectionstyle": "arc3,rad=0.06",
            },
        )


def _people(
    axes: Axes,
    shown: pd.DataFrame,
    places: Places,
    colours: Mapping[int, str],
    size: float,
    person: int | None,
    narrow: bool,
) -> None:
    """Draw everybody with their number: those hired filled in their referrer's colour, the others as squares."""
    by = dict(zip(shown["person"], shown["referrer"], strict=True))
    for number, (x, y) in places.items():
        fill = colours[by[number]] if number in by else "white"
        edge = colours.get(number, fill)
        axes.plot(
            x,
            y,
            marker="o" if number in by else "s",
            markersize=size if number in by else size + 1,
            color=fill,
            markeredgecolor=edge,
            markeredgewidth=2,
            zorder=3,
        )
        if number == person:
            axes.plot(
                x,
                y,
                marker="o",
                markersize=size + 8,
                color="none",
                markeredgecolor=INK,
                markeredgewidth=2.2,
                zorder=3,
            )
        axes.annotate(
            str(number),
            (x, y),
            ha="center",
            va="center",
            fontsize=6 if narrow else 9,
            zorder=4,
            color="white" if number in by else INK,
            fontweight="bold",
        )


def _colours(shown: pd.DataFrame) -> dict[int, str]:
    """Give each referrer a colour; those of one group differ as long as there are enough colours."""
    order = list(dict.fromkeys(shown["referrer"].tolist()))
    colours = {}
    for names, _ in groups_of(shown):
        for place, referrer in enumerate([referrer for referrer in order if referrer in set(names)]):
            colours[referrer] = OWN_COLOURS[place % len(OWN_COLOURS)]
    return colours


def _places(shown: pd.DataFrame, narrow: bool) -> dict[int, tuple[float, float]]:
    """Lay each group out by its own springs, then set the groups in rows, largest first."""
    widest = 6.0 if narrow else 14.0
    parts = []
    for names, part in groups_of(shown):
        # Springs started from a circle end in the same place every time, without a draw.
        xy = _flat(np.array(part.layout_kamada_kawai(seed=part.layout_circle(), maxiter=500).coords))
        xy *= 1.35 / max(float(np.median([np.hypot(*(xy[e.source] - xy[e.target])) for e in part.es])), 1e-9)
        parts.append((names, xy - xy.min(axis=0)))
    # Each group stands in the first row that has room, the tallest groups first.
    parts.sort(key=lambda part: -round(float(part[1][:, 1].max()), 6))
    rows: list[tuple[float, float]] = []
    places: dict[int, tuple[float, float]] = {}
    top = 0.0
    for names, xy in parts:
        wide, high = (float(extent) for extent in xy.max(axis=0))
        row = next((at for at, (left, _) in enumerate(rows) if left + wide <= widest), len(rows))
        if row == len(rows):
            rows.append((0.0, top))
            top -= high + 1.1
        left, above = rows[row]
        rows[row] = (left + wide + 1.1, above)
        places.update({name: (left + float(x), above - float(y)) for name, (x, y) in zip(names, xy, strict=True)})
    return places


def _flat(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Turn a layout so that it lies flat: rows of groups are then low."""
    centred = xy - xy.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes *= np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)] < 0, -1, 1)[:, None]
    turned: np.ndarray[Any, Any] = centred @ axes.T
    return turned


def _network_legend(figure: Figure, found: Referrals, person: int | None, narrow: bool) -> None:
    handles = [
        _mark("s", "white", SOFT, "Brought somebody in"),
        _mark("o", SOFT, SOFT, "Hired through a referral, in the referrer's colour"),
    ]
    if person in {*found.shown["referrer"], *found.shown["person"]}:
        handles.append(_mark("o", "none", INK, f"Person {person}"))
    if found.ties:
        handles.append(Line2D([], [], color=RULE, label="Know each other", linewidth=1.6))
    figure.legend(handles=handles, loc="outside lower left", ncols=1 if narrow else 2, frameon=False, fontsize=9)


def _mark(shape: str, fill: str, edge: str, name: str) -> Line2D:
    return Line2D(
        [],
        [],
        marker=shape,
        color=fill,
        markeredgecolor=edge,
        label=name,
        linestyle="",
        markersize=9,
        markeredgewidth=2,
    )
