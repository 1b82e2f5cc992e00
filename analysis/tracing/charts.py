"""The chart of a story: one person's applications and referrals on a time line."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.presentation import chart_parts, style, wording
from analysis.presentation.style import INK, SOFT, WIDE, look
from analysis.tracing.lanes import MARKS, Lane, lanes_of, mark_of, near_search, one_line
from analysis.tracing.step_words import since_words

# Shape, size, filled or hollow: distinguishable by shape alone.
SHAPES: dict[str, tuple[str, float, bool]] = {
    "asked": ("|", 8, True),
    "sent": ("o", 5, True),
    "read": ("o", 3.2, False),
    "invited": ("^", 6.5, False),
    "interviewed": ("D", 5, True),
    "offered": ("P", 7.5, True),
    "took the job": ("*", 13, True),
    "started": ("s", 5, True),
    "closed": ("x", 5.5, True),
}
_STROKES = ("|", "x")


def timeline(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw a person's applications and referrals, one lane each, with a mark at every stage.

    What happened more than a month before or after the search is left to the story; the axis says how much is left
    out. If there are too many lanes, the direct applications that nobody answered share one, and so do the contacts
    who gave no referral.

    Parameters
    ----------
    table
        From :func:`analysis.tracing.story.story`.
    title
        Finding to put over the chart; none by default.
    width
        Inches.
    """
    narrow = style.is_narrow(width)
    lanes = lanes_of(table)
    first, last = _span(lanes, table)
    with style.drawing():
        figure = style.blank(width, 1.9 + (0.46 if narrow else 0.3) * max(len(lanes), 1) + (0.5 if narrow else 0))
        axes = figure.subplots()
        pad = 0.03 * (last - first)
        axes.set_xlim(first - pad, last + pad)
        axes.set_ylim(len(lanes) - 0.4, -1.25)
        _searches(axes, table, last)
        for place, lane in enumerate(lanes):
            _draw(axes, place, lane)
            if narrow:
                axes.annotate(
                    one_line(lane.name),
                    (0.0, place - 0.38),
                    xycoords=("axes fraction", "data"),
                    fontsize=9,
                    va="center",
                    color=INK,
                )
        axes.set_yticks(range(len(lanes)), ["" if narrow else lane.name for lane in lanes], fontsize=9)
        axes.tick_params(axis="y", length=0)
        since = "search" if _searched(table) else "run"
        axes.set_xlabel(f"Days since the start of the {since}{_left_out(table)}", fontsize=8.5 if narrow else 9.5)
        axes.grid(axis="x")
        style.despine(axes)
        axes.spines["left"].set_visible(False)
        _legend(figure, lanes, narrow)
        chart_parts.finish(figure, title)
    return figure


def _left_out(table: pd.DataFrame) -> str:
    keys = ["opening", "referrer", "channel"]
    number = sum(
        not near_search(table, wording.records(lane)) for _, lane in table[table["opening"] >= 0].groupby(keys)
    )
    rows = "row is" if number == 1 else "rows are"
    return f"\n({number} {rows} not shown: over a month from the search)" if number else ""


def _searched(table: pd.DataFrame) -> bool:
    return bool((table["day"] != table["time"]).any())


def _span(lanes: list[Lane], table: pd.DataFrame) -> tuple[float, float]:
    """Return the days of the first and the last mark: a year of run after the job would squeeze the search."""
    days = [float(row["day"]) for lane in lanes for row in lane.rows]
    searches = table.loc[table["event"].isin(["search begins", "search ends"]), "day"].astype(float).tolist()
    days = days + searches or [0.0, float(table["day"].max())]
    return min(days), max(max(days), min(days) + 7)


def _searches(axes: Axes, table: pd.DataFrame, last: float) -> None:
    """Shade and label the time of search."""
    rows = wording.records(table[table["event"].isin(["search begins", "search ends", "lost job"])])
    begun: float | None = None
    for row in rows:
        day = float(row["day"])
        if row["event"] == "lost job":
            axes.annotate(
                "lost job",
                (day, -0.9),
                fontsize=9,
                color=SOFT,
                ha="right",
                va="center",
                xytext=(-3, 0),
                textcoords="offset points",
            )
            axes.axvline(day, color=SOFT, linewidth=1.1, dashes=(2, 2), zorder=1)
        elif row["event"] == "search begins":
            begun = day if begun is None else begun
        elif begun is not None:
            _search(axes, begun, day)
            begun = None
    if begun is not None:
        _search(axes, begun, last)


def _search(axes: Axes, start: float, end: float) -> None:
    axes.axvspan(start, end, facecolor=style.BAND, alpha=0.5, linewidth=0, zorder=0)
    axes.annotate(
        f"search, {since_words(end - start)}",
        (start, -0.9),
        fontsize=9,
        color=SOFT,
        va="center",
        xytext=(3, 0),
        textcoords="offset points",
        annotation_clip=True,
    )


def _draw(axes: Axes, place: int, lane: Lane) -> None:
    own = look(lane.channel)
    days = [float(row["day"]) for row in lane.rows]
    axes.plot([min(days), max(days)], [place, place], color=own.colour, linestyle=own.line, linewidth=1.1, zorder=2)
    invited = {row["application"] for row in lane.rows if row["event"] == "invited"}
    for row in lane.rows:
        mark = mark_of(row)
        if mark == "read" and row["application"] in invited:
            continue  # an invitation says that it was read
        if mark:
            shape, size, filled = SHAPES[mark]
            # A white edge keeps marks apart that fall on neighbouring days.
            edge = own.colour if not filled or shape in _STROKES else "white"
            axes.plot(
                float(row["day"]),
                place,
                marker=shape,
                markersize=size,
                linestyle="",
                markerfacecolor=own.colour if filled else "white",
                markeredgecolor=edge,
                zorder=6 if shape == "*" else 4,
                markeredgewidth=0.5 if edge == "white" else 1.4,
            )


def _legend(figure: Figure, lanes: list[Lane], narrow: bool) -> None:
    shown = {mark_of(row) for lane in lanes for row in lane.rows}
    handles = [
        Line2D(
            [],
            [],
            marker=shape,
            markersize=min(size, 9),
            color=SOFT,
            linestyle="",
            label=MARKS[key],
            markeredgewidth=1.3,
            markerfacecolor=SOFT if filled else "white",
        )
        for key, (shape, size, filled) in SHAPES.items()
        if key in shown
    ]
    for channel in ("direct", "referral", "recruiter"):
        if any(lane.channel == channel for lane in lanes):
            own = look(channel)
            name = wording.label(channel).split(" ")[0]
            handles.append(Line2D([], [], color=own.colour, linestyle=own.line, linewidth=1.6, label=name))
    if handles:
        figure.legend(
            handles=handles,
            loc="outside lower left",
            ncols=2 if narrow else 4,
            frameon=False,
            fontsize=9,
            handlelength=2.2,
            columnspacing=1.4,
        )
