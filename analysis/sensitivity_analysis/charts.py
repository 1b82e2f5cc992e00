"""The charts of a sweep: tornado, indices, screening, curves and surfaces.

Fill, hatch, marker and words tell things apart; colour only helps. Nothing is estimated here but heights of a surface
that was fitted before.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.presentation import style
from analysis.presentation.style import INK, LOOKS, RULE, SOFT, WIDE
from analysis.sensitivity_analysis import sentences
from analysis.sensitivity_analysis.indices import Sensitivity
from analysis.sensitivity_analysis.metamodel import logarithmic
from analysis.tables.clusters import Floats
from sim.experiments.sweep import Factor

UP, DOWN = LOOKS["referral"], LOOKS["direct"]
# From white to a tone on which black letters still stand out.
_TONES = LinearSegmentedColormap.from_list("tones", ["#FFFFFF", "#8FA9C4"])
_FINE = 41  # places along each side of a drawn surface
MANY = 200  # points from which marks of them would hide the surface
ENOUGH = 0.5  # Q2 from which a fitted surface is worth drawing


def tornado(found: Sensitivity, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw for each factor how far its levels move the quantity from the base point, the largest on top.

    Parameters
    ----------
    found
        Of a design that varies one factor at a time.
    title
        Finding to set over the chart; none by default.
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
        axes.set_yticks(range(len(order)), [_folded(name, narrow) for name in order])
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.margins(x=0.2)
        base = sentences.amount(found, float(found.responses.points[0]))
        axes.set_xlabel(f"Change from {base}, {sentences.unit(found, change=True)}{_level(found.effects)}")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        _finish(figure, title)
    return figure


def _bar(axes: Axes, place: int, row: dict[str, Any], scale: float, said: str) -> None:
    """Draw a change as a bar with its interval, the value of the factor beyond its end."""
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
        said,
        (far, place),
        xytext=(5 if up else -5, 0),
        textcoords="offset points",
        va="center",
        ha="left" if up else "right",
        fontsize=8.5,
        color=INK,
    )


def _interval(axes: Axes, place: float, low: float, high: float) -> None:
    """Draw a bracket that stands out on dark and on light fills."""
    if math.isnan(low) or math.isnan(high):
        return
    for colour, thick in (("white", 3.4), (INK, 1.3)):
        axes.plot([low, high], [place, place], color=colour, linewidth=thick, zorder=3)
        for end in (low, high):
            axes.plot([end, end], [place - 0.1, place + 0.1], color=colour, linewidth=thick, zorder=3)


def sobol(found: Sensitivity, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw first and total Sobol' indices of each factor with their intervals, the largest total on top.

    Parameters
    ----------
    found
        Of a Sobol' design.
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
                ("ST", -0.18, "white", "////", "with all it interacts with (ST)"),
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
        axes.set_yticks(range(len(order)), [_folded(name, narrow) for name in order])
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_xlabel(f"Share of the variance between points{_level(found.indices)}")
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        style.despine(axes)
        axes.locator_params(axis="x", nbins=5 if narrow else 9)
        figure.legend(loc="outside lower center", frameon=False, fontsize=8.5, ncols=1 if narrow else 2)
        _finish(figure, title)
    return figure


def morris(found: Sensitivity, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw each factor at its mean effect (mu*) and at how much that varies with the others (sigma).

    Parameters
    ----------
    found
        Of a Morris design.
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
        for said, x, y in labels:
            left = x > reach / 2  # the sheet ends sooner on the other side
            axes.annotate(
                said,
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
        said = style.folded(f"mu*: mean size of the effect over the range, {unit}", fits)
        axes.set_xlabel(said + _level(found.indices))
        axes.set_ylabel(style.folded(f"sigma: how it varies with the others, {unit}", fits))
        axes.grid()
        style.despine(axes)
        _finish(figure, title)
    return figure


def curve(found: Sensitivity, factor: str, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the mean of the quantity at each level of a factor, with its interval.

    Parameters
    ----------
    found
        Of a grid or a design that varies one factor at a time.
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
        axes.set_xlabel(f"{_named(own)}{_level(rows)}")
        axes.grid(axis="y")
        style.despine(axes)
        _finish(figure, title)
    return figure


def surface_table(found: Sensitivity, first: str, second: str) -> tuple[pd.DataFrame, str]:
    """Return the heights of a surface over two factors, and where they come from.

    Of a grid they are means of the points at each pair of levels; otherwise the metamodel's, all other factors in the
    middle of their range.

    Returns
    -------
    DataFrame
        Columns `first`, `second` and value.
    str
        A few words: of what.
    """
    if found.swept.design == "grid":
        table = found.swept.points.assign(value=found.responses.points)
        means = table.groupby([first, second])["value"].mean().reset_index()
        return means, "means of the points at each pair of levels"
    assert found.metamodel is not None  # noqa: S101  (offered only where there is one)
    codings = {coding.factor.path: coding for coding in found.metamodel.codings}
    values = {}
    for path, coding in codings.items():
        line = np.linspace(coding.low, coding.high, _FINE)
        values[path] = np.exp(line) if coding.log else line
    one, other = (part.ravel() for part in np.meshgrid(values[first], values[second], indexing="ij"))
    middle = {path: np.full(len(one), line[_FINE // 2]) for path, line in values.items()}
    heights = found.metamodel.predict({**middle, first: one, second: other})
    others = ", others in the middle of their range" if len(codings) > 2 else ""
    return (
        pd.DataFrame({first: one, second: other, "value": heights}),
        f"{found.metamodel.form} surface fitted to the points{others}",
    )


def surface(found: Sensitivity, first: str, second: str, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw the quantity over two factors as labelled contours on tones of grey blue.

    Parameters
    ----------
    found
        With a metamodel, or of a grid.
    first, second
        Dotted paths: across and up.
    title, width
        As in :func:`tornado`.
    """
    table, source = surface_table(found, first, second)
    one, other = (sentences.factor_of(found, path) for path in (first, second))
    heights = table.pivot_table(index=second, columns=first, values="value")
    x, _ = _places(pd.Series(heights.columns), one)
    y, _ = _places(pd.Series(heights.index), other)
    scaled = sentences.scale(found) * heights.to_numpy(np.float64)
    with style.drawing():
        figure = style.blank(width, width * (0.95 if style.is_narrow(width) else 0.62))
        axes = figure.subplots()
        if np.ptp(scaled) > 0:
            axes.contourf(x, y, scaled, levels=8, cmap=_TONES, zorder=1)
            lines = axes.contour(x, y, scaled, levels=8, colors=INK, linewidths=0.9, zorder=2)
            axes.clabel(lines, fmt=lambda value: f"{value:g}", fontsize=8.5, inline=True)
        points = found.swept.points
        across = _at(points[first], one, pd.Series(heights.columns), x)
        up = _at(points[second], other, pd.Series(heights.index), y)
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
        _scale_of(axes, "x", pd.Series(heights.columns) if len(x) <= 8 else points[first], one, x)
        _scale_of(axes, "y", pd.Series(heights.index) if len(y) <= 8 else points[second], other, y)
        told = (
            f"Lines: {sentences.label(found)}, {sentences.unit(found)}; {source}. "
            f"{'Dots' if crowded else 'Crosses'}: points simulated."
        )
        axes.set_xlabel(_named(one))
        figure.supxlabel(style.folded(told, int(width * 14)), x=0.01, ha="left", fontsize=8, color=SOFT)
        axes.set_ylabel(_named(other))
        for spine in axes.spines.values():
            spine.set_color(RULE)
        _finish(figure, title)
    return figure


def two_factors(found: Sensitivity) -> tuple[str, str] | None:
    """Name the two factors on a scale that move the quantity most; None where there is no surface over two."""
    drawn = [
        factor.path
        for factor in found.swept.factors
        if factor.type in ("int", "float")
        and found.swept.points[factor.path].nunique() > 1
        and found.swept.points[factor.path].notna().all()
    ]
    model = found.metamodel
    if found.swept.design == "grid":
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
    """Return where levels stand on an axis, and whether they are numbers on a scale."""
    if factor.type not in ("int", "float") or levels.isna().any():
        return np.arange(len(levels), dtype=np.float64), False
    numbers = levels.to_numpy(np.float64)
    return (np.log10(numbers) if _log(levels, factor) else numbers), True


def _log(levels: pd.Series, factor: Factor) -> bool:
    return logarithmic(factor, levels.to_numpy(np.float64))


def _at(values: pd.Series, factor: Factor, levels: pd.Series, places: Floats) -> Floats:
    """Return where the values of points stand on an axis made for levels."""
    if factor.type in ("int", "float") and _log(levels, factor):
        return np.asarray(np.log10(values.to_numpy(np.float64)))
    if factor.type in ("int", "float"):
        return values.to_numpy(np.float64)
    return places[[levels.tolist().index(value) for value in values]]


def _scale_of(axes: Axes, way: str, levels: pd.Series, factor: Factor, places: Floats) -> None:
    """Write the levels under their places; of very many, round numbers on the same scale."""
    axis = axes.xaxis if way == "x" else axes.yaxis
    log = factor.type in ("int", "float") and not levels.isna().any() and _log(levels, factor)
    if len(places) <= 8 and len(levels) == len(places):
        axis.set_major_locator(FixedLocator(places.tolist()))
        said = [sentences.level(value, factor, units=False) for value in levels]
        span, last = float(np.ptp(places)), -math.inf
        for place, at in enumerate(places):
            # Where two stand too close to be read, the first one is written.
            if way == "x" and at - last < 0.05 * span:
                said[place] = ""
            else:
                last = at
        axis.set_major_formatter(FuncFormatter(lambda _, place: said[place] if place < len(said) else ""))
    else:
        axis.set_major_formatter(
            FuncFormatter(
                lambda value, _: sentences.level(float(f"{10**value if log else value:.3g}"), factor, units=False)
            )
        )
    axis.set_minor_locator(NullLocator())


def _named(factor: Factor) -> str:
    """Name a factor with its unit."""
    plain = factor.unit in ("share", "switch", "text", "")
    return factor.path if plain else f"{factor.path}, {factor.unit}"


def _folded(path: str, narrow: bool) -> str:
    return path.replace(".", ".\n") if narrow or len(path) > 30 else path


def _level(rows: pd.DataFrame) -> str:
    """Say in brackets which intervals are drawn."""
    known = rows.dropna(subset=["low", "level"])
    return f"\n({100 * float(known['level'].iloc[0]):g} % intervals)" if len(known) else ""


def _finish(figure: Figure, title: str) -> None:
    if title:
        style.headline(figure, title.replace(" %", "\u00a0%").replace("× ", "×\u00a0").replace(" repl", "\u00a0repl"))
