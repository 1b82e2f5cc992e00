"""The picture of a story: one person's applications and referrals on a time line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.presentation import chart_parts, style, wording
from analysis.presentation.style import INK, SOFT, WIDE, look
from analysis.tracing.sentences import since_words
from analysis.tracing.story import idle_paths, quiet_applications

# Stage, mark, size of the mark, filled or hollow: told apart by shape alone.
MARKS: dict[str, tuple[str, str, float, bool]] = {
    "asked": ("Asked or thought of", "|", 8, True),
    "sent": ("Applied or recommended", "o", 5, True),
    "read": ("Read", "o", 3.2, False),
    "invited": ("Invited", "^", 6.5, False),
    "interviewed": ("Interviewed", "D", 5, True),
    "offered": ("Offer", "P", 7.5, True),
    "took the job": ("Took the job", "*", 13, True),
    "started": ("First day at work", "s", 5, True),
    "closed": ("Turned down, closed", "x", 5.5, True),
}
_STROKES = ("|", "x")
_MARK_OF = {"thought of": "asked", "got in touch": "", "agreed": "", "refused": "closed", "replied": ""}
LANES = 22
# Days before and after the time of search that are shown.
MARGIN = 30.0


@dataclass(frozen=True)
class _Lane:
    name: str
    channel: str
    rows: list[dict[str, Any]]


def timeline(table: pd.DataFrame, *, title: str = "", width: float = WIDE) -> Figure:
    """Draw a person's applications and referrals, one lane each, with a mark at every stage.

    What lay more than a month before or after the time of search is left to the story, and the axis says how much.
    Where there are more than fit, the direct applications that nobody answered share a lane, and so do the contacts
    with whom it came to no recommendation.

    Parameters
    ----------
    table
        From :func:`analysis.tracing.story.story`.
    title
        Finding to set over the chart; none by default.
    width
        Inches.
    """
    narrow = style.is_narrow(width)
    lanes = _lanes(table)
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
                    _one_line(lane.name),
                    (0.0, place - 0.38),
                    xycoords=("axes fraction", "data"),
                    fontsize=7,
                    va="center",
                    color=INK,
                )
        axes.set_yticks(range(len(lanes)), ["" if narrow else lane.name for lane in lanes], fontsize=8)
        axes.tick_params(axis="y", length=0)
        since = "search" if _searched(table) else "run"
        axes.set_xlabel(f"Days since the start of the {since}{_left_out(table)}", fontsize=8.5 if narrow else 9.5)
        axes.grid(axis="x")
        style.despine(axes)
        axes.spines["left"].set_visible(False)
        _legend(figure, lanes, narrow)
        chart_parts.finish(figure, title)
    return figure


def timeline_finding(table: pd.DataFrame, person: int) -> str:
    """Say what the time line shows."""
    sent = table[table["event"] == "sent"]
    if sent.empty:
        return f"Person {person} sent no application in this run"
    number = {name: int((sent["channel"] == name).sum()) for name in ("direct", "referral", "recruiter")}
    names = {"direct": "direct application", "referral": "recommendation", "recruiter": "recruiter approach"}
    said = wording.joined(
        [
            f"{count} {names[name]}{'' if count == 1 else 's' if name != 'recruiter' else 'es'}"
            for name, count in number.items()
            if count
        ]
    )
    talks = int((table["event"] == "interviewed").sum())
    jobs = table[table["event"] == "took the job"]
    interviews = f"{talks} interview{'' if talks == 1 else 's'}"
    if jobs.empty:
        return f"{said}: {interviews} and no job for person {person}"
    how = {"direct": "by applying directly", "referral": "through a recommendation", "recruiter": "through a recruiter"}
    first = jobs.iloc[0]
    more = f", and {len(jobs) - 1} more later" if len(jobs) > 1 else ""
    return f"{said}, {interviews}, and a job {how[first['channel']]} on day {math.floor(first['day'])}{more}"


def timeline_alt(table: pd.DataFrame) -> str:
    """Describe the time line to those who cannot see it."""
    parts = []
    for lane in _lanes(table):
        steps = [
            f"{MARKS[mark][0].lower() if row['event'] != 'refused' else 'no recommendation'} on day "
            f"{math.floor(row['day'])}"
            for row in lane.rows
            for mark in (_mark(row),)
            if mark
        ]
        name = lane.name.replace(",\n", "\n").replace("\n", ", ")
        shared = len({(row["application"], row["path"]) for row in lane.rows}) > 2
        first, last = (math.floor(lane.rows[at]["day"]) for at in (0, -1))
        said = f"day {first} to {last}" if shared else ", ".join(steps)
        parts.append(f"{name}: {said}")
    return f"Time line with one lane for each application or recommendation. {'. '.join(parts)}."


def _lanes(table: pd.DataFrame) -> list[_Lane]:
    """Put the steps of each application, and of the contact behind it, in a lane; share lanes where there are many."""
    quiet, idle = quiet_applications(table), idle_paths(table)
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in wording.records(table[(table["opening"] >= 0)]):
        key = (
            ("referral", row["opening"], row["referrer"])
            if row["channel"] == "referral"
            else ("application", row["application"])
        )
        found.setdefault(key, []).append(row)
    found = {key: rows for key, rows in found.items() if _near_search(table, rows)}
    single, silent, refused = [], [], []
    for rows in found.values():
        if rows[0]["application"] in quiet:
            silent.append(rows)
        elif rows[0]["path"] in idle and not any(row["application"] >= 0 for row in rows):
            refused.append(rows)
        else:
            single.append(rows)
    if len(single) + len(silent) + len(refused) <= LANES:
        lanes = [_Lane(_lane_name(rows), rows[0]["channel"], rows) for rows in found.values()]
        return sorted(lanes, key=lambda lane: float(lane.rows[0]["day"]))
    # Where even these are too many, those that went furthest stay.
    single.sort(key=lambda rows: (-max(_reach(row) for row in rows), float(rows[0]["day"])))
    rest = single[LANES - 2 :]
    lanes = [_Lane(_lane_name(rows), rows[0]["channel"], rows) for rows in single[: LANES - 2]]
    lanes.sort(key=lambda lane: float(lane.rows[0]["day"]))
    shared = [
        (silent, "direct", "direct applications,\nnever invited"),
        (refused, "referral", "times a contact came up,\nno recommendation"),
        (rest, "other", "others that got\nless far"),
    ]
    for groups, channel, what in shared:
        if groups:
            rows = sorted(
                (row for rows in groups for row in rows if _mark(row) in ("asked", "sent")),
                key=lambda row: float(row["day"]),
            )
            lanes.append(_Lane(f"{len(groups)} {what}", channel, rows))
    return lanes


def _near_search(table: pd.DataFrame, rows: list[dict[str, Any]]) -> bool:
    """Years of work before or after a search would leave no room for the search itself."""
    begun = table.loc[table["event"] == "search begins", "day"]
    if begun.empty:
        return True
    ended = table.loc[table["event"] == "search ends", "day"]
    last = math.inf if len(ended) < len(begun) else float(ended.max())
    days = [float(row["day"]) for row in rows]
    return max(days) >= float(begun.min()) - MARGIN and min(days) <= last + MARGIN


def _left_out(table: pd.DataFrame) -> str:
    keys = ["opening", "referrer", "channel"]
    number = sum(
        not _near_search(table, wording.records(rows)) for _, rows in table[table["opening"] >= 0].groupby(keys)
    )
    verb = "is" if number == 1 else "are"
    return f"\n({number} over a month before or after the search {verb} not shown)" if number else ""


def _reach(row: dict[str, Any]) -> int:
    mark = _mark(row)
    return list(MARKS).index(mark) if mark and mark != "closed" else 0


def _lane_name(rows: list[dict[str, Any]]) -> str:
    row = rows[0]
    name = f"Opening {row['opening']}, employer {row['employer']}"
    if row["channel"] == "referral":
        kind = next((one["tie_kind"] for one in rows if one["tie_kind"] not in ("", "none")), "")
        return f"{name}\nby contact {row['referrer']}{f', {kind.replace(chr(95), chr(32))}' if kind else ''}"
    return f"{name}\nby a recruiter" if row["channel"] == "recruiter" else name


def _one_line(name: str) -> str:
    return name.replace(",\n", "\n").replace("\n", ", ")


def _mark(row: dict[str, Any]) -> str:
    return _MARK_OF.get(row["event"], row["event"] if row["event"] in MARKS else "")


def _searched(table: pd.DataFrame) -> bool:
    return bool((table["day"] != table["time"]).any())


def _span(lanes: list[_Lane], table: pd.DataFrame) -> tuple[float, float]:
    """Days from the first to the last mark: a run that goes on for a year after the job would squeeze the search."""
    days = [float(row["day"]) for lane in lanes for row in lane.rows]
    searches = table.loc[table["event"].isin(["search begins", "search ends"]), "day"].astype(float).tolist()
    days = days + searches or [0.0, float(table["day"].max())]
    return min(days), max(max(days), min(days) + 7)


def _searches(axes: Axes, table: pd.DataFrame, last: float) -> None:
    """Shade the time of search and name its beginning and end."""
    rows = wording.records(table[table["event"].isin(["search begins", "search ends", "lost job"])])
    begun: float | None = None
    for row in rows:
        day = float(row["day"])
        if row["event"] == "lost job":
            axes.annotate(
                "lost job",
                (day, -0.9),
                fontsize=8,
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
        fontsize=8,
        color=SOFT,
        va="center",
        xytext=(3, 0),
        textcoords="offset points",
        annotation_clip=True,
    )


def _draw(axes: Axes, place: int, lane: _Lane) -> None:
    own = look(lane.channel)
    days = [float(row["day"]) for row in lane.rows]
    axes.plot([min(days), max(days)], [place, place], color=own.colour, linestyle=own.line, linewidth=1.1, zorder=2)
    invited = {row["application"] for row in lane.rows if row["event"] == "invited"}
    for row in lane.rows:
        mark = _mark(row)
        if mark == "read" and row["application"] in invited:
            continue  # an invitation says that it was read
        if mark:
            _, shape, size, filled = MARKS[mark]
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


def _legend(figure: Figure, lanes: list[_Lane], narrow: bool) -> None:
    shown = {_mark(row) for lane in lanes for row in lane.rows}
    handles = [
        Line2D(
            [],
            [],
            marker=shape,
            markersize=min(size, 9),
            color=SOFT,
            linestyle="",
            label=name,
            markeredgewidth=1.3,
            markerfacecolor=SOFT if filled else "white",
        )
        for key, (name, shape, size, filled) in MARKS.items()
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
            fontsize=8,
            handlelength=2.2,
            columnspacing=1.4,
        )
