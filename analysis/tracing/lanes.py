"""The lanes of a time line: one for each application or referral, shared if there are too many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.presentation import wording
from analysis.tracing.story import idle_paths, quiet_applications

# Marks of a time line and what they are called, from the first stage to the last.
MARKS = {
    "asked": "Asked or thought of",
    "sent": "Applied or referred",
    "read": "Read",
    "invited": "Invited",
    "interviewed": "Interviewed",
    "offered": "Offer",
    "took the job": "Took the job",
    "started": "First day at work",
    "closed": "Turned down, closed",
}
LANES = 22
# Days before and after the time of search that are shown.
MARGIN = 30.0
MARK_OF = {"thought of": "asked", "got in touch": "", "agreed": "", "refused": "closed", "replied": ""}


@dataclass(frozen=True)
class Lane:
    """A lane: its name, the channel that gives its look, and its steps in order of time."""

    name: str
    channel: str
    rows: list[dict[str, Any]]


def lanes_of(table: pd.DataFrame) -> list[Lane]:
    """Put the steps of each application, and of the contact behind it, in a lane; where there are many, share lanes.

    A time line with more than :data:`LANES` could not be read.
    """
    quiet, idle = quiet_applications(table), idle_paths(table)
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in wording.records(table[(table["opening"] >= 0)]):
        key = (
            ("referral", row["opening"], row["referrer"])
            if row["channel"] == "referral"
            else ("application", row["application"])
        )
        found.setdefault(key, []).append(row)
    found = {key: rows for key, rows in found.items() if near_search(table, rows)}
    single, silent, refused = [], [], []
    for rows in found.values():
        if rows[0]["application"] in quiet:
            silent.append(rows)
        elif rows[0]["path"] in idle and not any(row["application"] >= 0 for row in rows):
            refused.append(rows)
        else:
            single.append(rows)
    if len(single) + len(silent) + len(refused) <= LANES:
        lanes = [Lane(_lane_name(rows), rows[0]["channel"], rows) for rows in found.values()]
        return sorted(lanes, key=lambda lane: float(lane.rows[0]["day"]))
    # If even these are too many, those that went furthest keep a lane.
    single.sort(key=lambda rows: (-max(_reach(row) for row in rows), float(rows[0]["day"])))
    rest = single[LANES - 2 :]
    lanes = [Lane(_lane_name(rows), rows[0]["channel"], rows) for rows in single[: LANES - 2]]
    lanes.sort(key=lambda lane: float(lane.rows[0]["day"]))
    shared = [
        (silent, "direct", "direct applications,\nnever invited"),
        (refused, "referral", "times a contact came up,\nno referral"),
        (rest, "other", "others that got\nless far"),
    ]
    for groups, channel, what in shared:
        if groups:
            rows = sorted(
                (row for rows in groups for row in rows if mark_of(row) in ("asked", "sent")),
                key=lambda row: float(row["day"]),
            )
            lanes.append(Lane(f"{len(groups)} {what}", channel, rows))
    return lanes


def near_search(table: pd.DataFrame, rows: list[dict[str, Any]]) -> bool:
    """Return whether steps lie near a search: years before or after it would leave no room for the search itself."""
    begun = table.loc[table["event"] == "search begins", "day"]
    if begun.empty:
        return True
    ended = table.loc[table["event"] == "search ends", "day"]
    last = math.inf if len(ended) < len(begun) else float(ended.max())
    days = [float(row["day"]) for row in rows]
    return max(days) >= float(begun.min()) - MARGIN and min(days) <= last + MARGIN


def _reach(row: dict[str, Any]) -> int:
    mark = mark_of(row)
    return list(MARKS).index(mark) if mark and mark != "closed" else 0


def _lane_name(rows: list[dict[str, Any]]) -> str:
    row = rows[0]
    name = f"Opening {row['opening']}, employer {row['employer']}"
    if row["channel"] == "referral":
        kind = next((row["tie_kind"] for row in rows if row["tie_kind"] not in ("", "none")), "")
        return f"{name}\nby contact {row['referrer']}{f', {kind.replace(chr(95), chr(32))}' if kind else ''}"
    return f"{name}\nby a recruiter" if row["channel"] == "recruiter" else name


def one_line(name: str) -> str:
    """Return the name of a lane, which may have two lines, as one."""
    return name.replace(",\n", "\n").replace("\n", ", ")


def mark_of(row: dict[str, Any]) -> str:
    """Return the mark of a step; "" for a step that has none."""
    return MARK_OF.get(row["event"], row["event"] if row["event"] in MARKS else "")
