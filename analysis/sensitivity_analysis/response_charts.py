"""Charts of the quantity over one factor or two: curves of simulated means, and surfaces.

Nothing is estimated here; surfaces are evaluated from a metamodel fitted before.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.presentation import style
from analysis.presentation.style import INK, LOOKS, RULE, SOFT, WIDE
from analysis.sensitivity_analysis import sentences
from analysis.sensitivity_analysis.charts import finish, intervals_of, name_of
from analysis.sensitivity_analysis.indices import Sensitivity
from analysis.sensitivity_analysis.metamodel import logarithmic
from analysis.tables.clusters import Floats
from sim.experiments.sweep import Factor

UP, DOWN = LOOKS["referral"], LOOKS["direct"]
# From white to a tone on which black letters still stand out.
TONES = LinearSegmentedColormap.from_list("tones", ["#FFFFFF", "#8FA9C4"])
_FINE = 41  # grid points along each side of a drawn surface
MANY = 200  # number of points above which they are drawn as dots, not to hide the surface
ENOUGH = 0.5  # Q2 from which a fitted surface is drawn


def curve(found: Sensitivity, factor: str, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the mean of the quantity at each level of a factor, with its interval.

    Parameters
    ----------
    found
        Analysis of a grid or a one-at-a-time design.
    factor
        Its dotted path.
    title, width
        As in :func:`tornado`.
    """
    own, scale = sentences.factor_of(found, factor), sentences.scale(found)
    rows = found.curves[found.curves["factor"] == factor].dropna(subset=["value"])
    places, numbers = _places(rows["at"], own)
    values = scale * rows["value"].to_numpy(np.float64)
    low, high = (scale * rows[key].to_numpy(np.float64) for key in ("low", "high"))
    with style.drawing():
        figure = style.blank(width, width * (0.85 if style.is_narrow(width) else 0.5))
        axes = figure.subplots()
        axes.plot(
            places,
            values,
            color=UP.colour,
            marker=UP.marker,
            markersize=6.5,
            linewidth=1.6,
            linestyle="-" if numbers else "",
            zorder=3,
        )
        known = ~np.isnan(low)
        axes.errorbar(
            places[known],
            values[known],
            yerr=np.abs(np.stack([values - low, high - values]))[:, known],
            fmt="none",
            ecolor=INK,
            elinewidth=1.2,
            capsize=4,
            zorder=4,
        )
        for x, y, top in zip(places, values, np.where(known, high, values), strict=True):
            axes.annotate(
                sentences.amount(found, y / scale),
                (x, top),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=8.5,
                color=INK,
                zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8},
            )
        _scale_of(axes, "x", rows["at"], own, places)
        axes.margins(x=0.08, y=0.14)
        if np.where(known, low, values).min() >= 0:
            axes.set_ylim(bottom=0.0)
        unit = sentences.unit(found)
        axes.set_ylabel(style.folded(f"{sentences.label(found)}, {unit}", 34))
        axes.set_xlabel(f"{name_of(own)}{intervals_of(rows)}")
        axes.grid(axis="y")
        style.despine(axes)
        finish(figure, title)
    return figure


def surface_table(found: Sensitivity, first: str, second: str) -> tuple[pd.DataFrame, str]:
    """Return the heights of a surface over two factors, and their source in words.

    For a grid they are means of the points at each pair of levels; otherwise predictions of the metamodel with all
    other factors in the middle of their ranges.

    Returns
    -------
    DataFrame
        Columns `first`, `second` and value.
    str
        The source.
    """
    if found.data.design == "grid":
        table = found.data.points.assign(value=found.responses.points)
        means = table.groupby([first, second])["value"].mean().reset_index()
        return means, "means of the points at each pair of levels"
    assert found.metamodel is not None  # noqa: S101  (only called with one)
    codings = {coding.factor.path: coding for coding in found.metamodel.codings}
    values = {}
    for path, coding in codings.items():
        line = np.linspace(coding.low, coding.high, _FINE)
        values[path] = np.exp(line) if coding.log else line
    across, up = (part.ravel() for part in np.meshgrid(values[first], values[second], indexing="ij"))
    middle = {path: np.full(len(across), line[_FINE // 2]) for path, line in values.items()}
    heights = found.metamodel.predict({**middle, first: across, second: up})
    others = ", other factors in the middle of their ranges" if len(codings) > 2 else ""
    return (
        pd.DataFrame({first: across, second: up, "value": heights}),
        f"{found.metamodel.form} surface fitted to the points{others}",
    )


def surface(found: Sensitivity, first: str, second: str, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the quantity over two factors as labelled contours.

    Parameters
    ----------
    found
        Analysis with a metamodel, or of a grid.
    first, second
        Dotted paths: across and up.
    title, width
        As in :func:`tornado`.
    """
    table, source = surface_table(found, first, second)
    first_factor, second_factor = (sentences.factor_of(found, path) for path in (first, second))
    heights = table.pivot_table(index=second, columns=first, values="value")
    x, _ = _places(pd.Series(heights.columns), first_factor)
    y, _ = _places(pd.Series(heights.index), second_factor)
    scaled = sentences.scale(found) * heights.to_numpy(np.float64)
    with style.drawing():
        figure = style.blank(width, width * (0.95 if style.is_narrow(width) else 0.62))
        axes = figure.subplots()
        if np.ptp(scaled) > 0:
            axes.contourf(x, y, scaled, levels=8, cmap=TONES, zorder=1)
            lines = axes.contour(x, y, scaled, levels=8, colors=INK, linewidths=0.9, zorder=2)
            axes.clabel(lines, fmt=lambda value: f"{value:g}", fontsize=8.5, inline=True)
        points = found.data.points
        across = _at(points[first], first_factor, pd.Series(heights.columns), x)
        up = _at(points[second], second_factor, pd.Series(heights.index), y)
        crowded = len(points) > MANY
        axes.plot(
            across,
            up,
            marker="." if crowded else "x",
            markersize=1.5 if crowded else 4.5,
            color=INK,
            linestyle="",
            zorder=3,
            markeredgewidth=0.9,
            clip_on=False,
        )
        _scale_of(axes, "x", pd.Series(heights.columns) if len(x) <= 8 else points[first], first_factor, x)
        _scale_of(axes, "y", pd.Series(heights.index) if len(y) <= 8 else points[second], second_factor, y)
        caption = (
            f"Lines: {sentences.label(found)}, {sentences.unit(found)}; {source}. "
            f"{'Dots' if crowded else 'Crosses'}: points simulated."
        )
        axes.set_xlabel(name_of(first_factor))
        figure.supxlabel(style.folded(caption, int(width * 14)), x=0.01, ha="left", fontsize=8, color=SOFT)
        axes.set_ylabel(name_of(second_factor))
        for spine in axes.spines.values():
            spine.set_color(RULE)
        finish(figure, title)
    return figure


def two_factors(found: Sensitivity) -> tuple[str, str] | None:
    """Return the two numeric factors that move the quantity most; None if there is no surface over two factors."""
    drawn = [
        factor.path
        for factor in found.data.factors
        if factor.type in ("int", "float")
        and found.data.points[factor.path].nunique() > 1
        and found.data.points[factor.path].notna().all()
    ]
    model = found.metamodel
    if found.data.design == "grid":
        order = sentences.largest(found.curves)["factor"].tolist()
    elif model is not None and model.q2 >= ENOUGH:
        terms = model.coefficients
        moved = {
            path: float(terms.loc[(terms["factor"] == path) | (terms["other"] == path), "value"].abs().sum())
            for path in drawn
        }
        order = sorted(moved, key=lambda path: -moved[path])
    else:
        return None
    order = [path for path in order if path in drawn]
    return (order[0], order[1]) if len(order) > 1 else None


def _places(levels: pd.Series, factor: Factor) -> tuple[Floats, bool]:
    """Return the places of levels on an axis, and whether the axis is a numeric scale."""
    if factor.type not in ("int", "float") or levels.isna().any():
        return np.arange(len(levels), dtype=np.float64), False
    numbers = levels.to_numpy(np.float64)
    return (np.log10(numbers) if _log(levels, factor) else numbers), True


def _log(levels: pd.Series, factor: Factor) -> bool:
    return logarithmic(factor, levels.to_numpy(np.float64))


def _at(values: pd.Series, factor: Factor, levels: pd.Series, places: Floats) -> Floats:
    """Return the places of points' values on an axis made for levels."""
    if factor.type in ("int", "float") and _log(levels, factor):
        return np.asarray(np.log10(values.to_numpy(np.float64)))
    if factor.type in ("int", "float"):
        return values.to_numpy(np.float64)
    return places[[levels.tolist().index(value) for value in values]]


def _scale_of(axes: Axes, way: str, levels: pd.Series, factor: Factor, places: Floats) -> None:
    """Label the levels on their axis; if there are many, label round numbers instead."""
    axis = axes.xaxis if way == "x" else axes.yaxis
    log = factor.type in ("int", "float") and not levels.isna().any() and _log(levels, factor)
    if len(places) <= 8 and len(levels) == len(places):
        axis.set_major_locator(FixedLocator(places.tolist()))
        texts = [sentences.level(value, factor, units=False) for value in levels]
        span, last = float(np.ptp(places)), -math.inf
        for place, at in enumerate(places):
            # Of two labels that would overlap only the first is written.
            if way == "x" and at - last < 0.05 * span:
                texts[place] = ""
            else:
                last = at
        axis.set_major_formatter(FuncFormatter(lambda _, place: texts[place] if place < len(texts) else ""))
    else:
        axis.set_major_formatter(
            FuncFormatter(
                lambda value, _: sentences.level(float(f"{10**value if log else value:.3g}"), factor, units=False)
            )
        )
    axis.set_minor_locator(NullLocator())
