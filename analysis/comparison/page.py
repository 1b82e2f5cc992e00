"""A comparison as files: one page whose first sheet is the client's, its chart, and the numbers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.comparison import headline, sentences
from analysis.comparison.arms import OWN, Arm, settings, shared_settings
from analysis.comparison.charts import chart
from analysis.comparison.comparison import WEEKS, Comparison
from analysis.comparison.sentences import FOCUS, between, change, change_range, measure_of, shown, shown_range
from analysis.comparison.split import MOST, apart
from analysis.presentation import wording
from analysis.presentation.page import Chart, check_page, environment, write_page

STEM = "comparison"
PAGE = f"{STEM}.html"
LONG = 480
"""Most characters of all scenario titles and stories together on the sheet."""
KINDS = {"plan": "The plan: what is done now", "past": "What lies behind", "market": "The market around them"}
"""Headings of the settings, by kind."""
COLUMNS = [
    "row",
    "arm",
    "against",
    "part",
    "measure",
    "weeks",
    "unit",
    "n",
    "value",
    "low",
    "high",
    "level",
    "pairs",
    "each_level",
    "beyond_chance",
    "saved",
    "saved_low",
    "saved_high",
    "method",
    "note",
]


def check_folder(folder: str | Path) -> None:
    """Refuse a folder in which a file of the comparison is not the program's, before the work starts."""
    check_page(folder, PAGE, [f"{STEM}.{kind}" for kind in ("csv", "svg", "png")])


def publish(
    comparison: Comparison, folder: str | Path, *, weeks: int = FOCUS, names: Sequence[str] | None = None
) -> list[str]:
    """Write page, chart and numbers into a folder; returns the names of the files, the page first.

    Parameters
    ----------
    comparison
        From :func:`analysis.comparison.comparison.compare`.
    folder
        Where the files go; other files there are left alone.
    weeks
        Weeks of search that the first sentence is about.
    names
        What was typed, for the command on the page; by default names that mean the same.
    """
    html, charts = page(comparison, weeks=weeks, names=names), [_chart(comparison, weeks)]
    return list(write_page(folder, PAGE, html, charts, {STEM: table(comparison)}))


def _chart(comparison: Comparison, weeks: int) -> Chart:
    return Chart(
        STEM,
        headline.finding(comparison, weeks),
        sentences.alt_text(comparison, weeks),
        lambda title, width: chart(comparison, weeks=weeks, title=title, width=width),
    )


def table(comparison: Comparison) -> pd.DataFrame:
    """Return all numbers as one table; ``row`` says which; a difference and a part are ``arm`` less ``against``."""
    tables = [
        comparison.outcomes.assign(row="value", against="", part=""),
        comparison.differences.assign(row="difference", part=""),
        comparison.parts.assign(row="part"),
        comparison.crossed.assign(row="crossed", against="", part=""),
    ]
    return pd.concat([part.reindex(columns=COLUMNS) for part in tables if len(part)], ignore_index=True)


def page(comparison: Comparison, *, weeks: int = FOCUS, names: Sequence[str] | None = None) -> str:
    """Return the comparison as one HTML page."""
    templates = environment("comparison")
    few, paired = sentences.few(comparison), sentences.in_pairs(comparison)
    arms = comparison.arms
    differ, shared = settings(arms), shared_settings(arms)
    return templates.get_template("comparison.html.j2").render(
        comparison=comparison,
        arms=arms,
        weeks=weeks,
        every=WEEKS,
        few=few,
        paired=paired,
        chart=_chart(comparison, weeks),
        sentence=headline.sentence(comparison, weeks),
        further=headline.further(comparison, weeks),
        values=[_cells(comparison, arm, weeks) for arm in arms] + _crossed_cells(comparison),
        differences=[row for pair in combinations(arms, 2) for row in _pair_rows(comparison, *pair)] if paired else [],
        split=not comparison.parts.empty,
        unsplit=unsplit(comparison),
        cautions=sentences.cautions(comparison),
        settings=[(KINDS[kind], [row for row in differ if row.kind == kind]) for kind in KINDS],
        shared=shared,
        titles=_titles(arms),
        heading=sentences.at_which_hours(comparison),
        hours=sentences.hours_text(comparison),
        pairs=len(arms) * (len(arms) - 1) // 2,
        command=command(comparison, weeks, names),
        notes=_notes(comparison),
    )


def unsplit(comparison: Comparison) -> str:
    """Say where plans and pasts both differ and are not told apart, and what would do it."""
    last = comparison.arms[-1]
    mixed = [arm for arm in comparison.arms[:-1] if all(apart(arm, last))]
    if not mixed or not comparison.parts.empty:
        return ""
    if len(comparison.arms) > MOST:
        return (
            f"Some groups differ from “{last.label}” in what lies behind, too, so their differences are not those of "
            f"the plans alone; compare at most {MOST} groups to see both apart."
        )
    return (
        "These groups differ in more than a plan: not all of them are people of a role, so the two are not told apart."
    )


def _measures() -> list[str]:
    return [*(measure_of(kind, each) for kind in ("interview", "job") for each in WEEKS), measure_of("hours", 0)]


def _cells(comparison: Comparison, arm: Arm, weeks: int) -> dict[str, Any]:
    """Return one row of the table of values; if there are many groups, with the difference from the last."""
    rows = [comparison.outcome(arm.label, measure) for measure in _measures()]
    cells = [_value_cell(row) for row in rows]
    if not sentences.in_pairs(comparison):
        last = comparison.arms[-1]
        for kind in ("interview", "job"):
            same = arm.label == last.label
            row = {} if same else between(comparison, arm, last, measure_of(kind, weeks))
            cells.append(_cell(wording.NOTHING, "") if same else _changed(row))
    return {"label": f"{arm.label} ({rows[0]['n']:,})", "cells": cells, "below": False}


def _crossed_cells(comparison: Comparison) -> list[dict[str, Any]]:
    """Return one row for each crossed group."""
    if comparison.crossed.empty:
        return []
    found = []
    for label, rows in comparison.crossed.groupby("arm", sort=False):
        by_measure = {row["measure"]: row for row in wording.records(rows)}
        cells = [_value_cell(by_measure[measure]) for measure in _measures()]
        found.append({"label": str(label), "cells": cells, "below": True})
    return found


def _value_cell(row: dict[str, Any]) -> dict[str, Any]:
    return _cell(shown(row["value"], row["unit"]), shown_range(row["low"], row["high"], row["unit"]))


def _cell(value: str, interval: str, *, strong: bool = False) -> dict[str, Any]:
    return {"value": value, "interval": interval if value != wording.NOTHING else "", "strong": strong}


def _changed(row: dict[str, Any]) -> dict[str, Any]:
    return _cell(change(row), change_range(row), strong=bool(row["beyond_chance"]))


def _pair_rows(comparison: Comparison, first: Arm, second: Arm) -> list[dict[str, Any]]:
    """Return the row of a pair and, where they are told apart, the rows of its parts."""
    rows = [comparison.difference(first.label, second.label, measure) for measure in _measures()]
    names = [first.label, second.label]
    if sum(map(len, names)) > 30:
        names = [sentences.short(name, 14) for name in names]
    found = [{"label": " less ".join(names), "cells": [_changed(row) for row in rows], "below": False}]
    if comparison.parts.empty:
        return found
    parts = wording.records(comparison.parts)
    for part, label in (("plan", "of that, the plan"), ("past", "of that, what lies behind")):
        by_measure = {
            row["measure"]: row
            for row in parts
            if (row["arm"], row["against"], row["part"]) == (first.label, second.label, part)
        }
        if by_measure:
            cells = [_changed(by_measure[measure]) for measure in _measures()]
            found.append({"label": label, "cells": cells, "below": True})
    return found


def _titles(arms: Sequence[Arm]) -> list[tuple[str, str]]:
    """Return each scenario's name and title."""
    found = {arm.scenario.name: arm.scenario.title for arm in arms}
    room = LONG // len(found)
    stories = {arm.scenario.name: arm.scenario.story for arm in arms}
    titles = [
        (name, f"{title.rstrip('.') or 'no title'}." if len(title) < room else f"{title[: room - 1]}…")
        for name, title in found.items()
    ]
    return [
        (name, f"{title} {stories[name]}".strip() if len(title) + len(stories[name]) < room else title)
        for name, title in titles
    ]


def _notes(comparison: Comparison) -> list[str]:
    """Return why numbers are missing, each reason once, at most three."""
    found = [str(note) for part in (comparison.outcomes, comparison.differences) for note in part["note"] if note]
    return list(dict.fromkeys(found))[:3]


def command(comparison: Comparison, weeks: int, names: Sequence[str] | None) -> str:
    """Return the command that gives the same page."""
    arms = comparison.arms
    parts = ["referralsim", "compare", *(shlex.quote(name) for name in names or [arm.name for arm in arms])]
    parts += ["--replications", str(comparison.replications), "--seed", str(comparison.seed)]
    if not comparison.equal_hours:
        parts += ["--hours", OWN]
    elif any(arm.changed for arm in arms):
        parts += ["--hours", f"{arms[0].hours:g}"]
    return " ".join([*parts, *(["--weeks", str(weeks)] if weeks != FOCUS else [])])
