"""A comparison as files: one page that prints on one sheet, its chart, and the numbers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.comparison import sentences
from analysis.comparison.arms import OWN, Arm, settings
from analysis.comparison.charts import chart
from analysis.comparison.comparison import WEEKS, Comparison
from analysis.comparison.sentences import FOCUS, between, change, change_range, measure_of
from analysis.presentation import wording
from analysis.presentation.page import Chart, check_page, environment, write_page

STEM = "comparison"
PAGE = f"{STEM}.html"
LONG = 340
"""Most characters of all scenario titles together on the sheet."""
COLUMNS = [
    "row",
    "arm",
    "against",
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
        sentences.finding(comparison, weeks),
        sentences.alt_text(comparison, weeks),
        lambda title, width: chart(comparison, weeks=weeks, title=title, width=width),
    )


def table(comparison: Comparison) -> pd.DataFrame:
    """Return values and differences as one table; ``row`` says which, a difference is ``arm`` less ``against``."""
    both = [comparison.outcomes.assign(row="value", against=""), comparison.differences.assign(row="difference")]
    return pd.concat([part.reindex(columns=COLUMNS) for part in both], ignore_index=True)


def page(comparison: Comparison, *, weeks: int = FOCUS, names: Sequence[str] | None = None) -> str:
    """Return the comparison as one HTML page."""
    templates = environment("comparison")
    templates.filters |= {"percent": wording.percent}
    few, paired = sentences.few(comparison), sentences.in_pairs(comparison)
    differ = settings(comparison.arms)
    pairs = len(comparison.arms) * (len(comparison.arms) - 1) // 2
    # Lines that the sheet has left for the settings in which the groups differ.
    room = 9 - len(comparison.arms) if paired else max(4, 14 - len(comparison.arms))
    return templates.get_template("comparison.html.j2").render(
        comparison=comparison,
        arms=comparison.arms,
        weeks=weeks,
        every=WEEKS,
        few=few,
        paired=paired,
        chart=_chart(comparison, weeks),
        sentence=sentences.sentence(comparison, weeks),
        further=sentences.further(comparison, weeks),
        values=[_cells(comparison, arm, weeks) for arm in comparison.arms],
        differences=[_pair_cells(comparison, *pair) for pair in combinations(comparison.arms, 2)] if paired else [],
        settings=differ[:room],
        more=max(0, len(differ) - room),
        titles=_titles(comparison.arms),
        hours=sentences.hours_text(comparison),
        pairing=sentences.pairing(comparison, weeks),
        pairs=pairs,
        command=command(comparison, weeks, names),
        notes=_notes(comparison),
    )


def _measures() -> list[str]:
    return [*(measure_of(kind, each) for kind in ("interview", "job") for each in WEEKS), measure_of("hours", 0)]


def _cells(comparison: Comparison, arm: Arm, weeks: int) -> dict[str, Any]:
    """Return one row of the table of values; if there are many groups, with the difference from the last."""
    rows = [comparison.outcome(arm.label, measure) for measure in _measures()]
    cells = [
        _cell(
            wording.amount(row["value"], row["unit"]).removesuffix(" hours"),
            wording.amount_range(row["low"], row["high"], row["unit"]).removesuffix(" hours"),
        )
        for row in rows
    ]
    if not sentences.in_pairs(comparison):
        last = comparison.arms[-1]
        for kind in ("interview", "job"):
            same = arm.label == last.label
            row = {} if same else between(comparison, arm, last, measure_of(kind, weeks))
            cells.append(_cell(wording.NOTHING, "") if same else _changed(row))
    return {"label": arm.label, "cells": cells, "n": rows[0]["n"]}


def _cell(value: str, interval: str, *, strong: bool = False) -> dict[str, Any]:
    return {"value": value, "interval": interval if value != wording.NOTHING else "", "strong": strong}


def _changed(row: dict[str, Any]) -> dict[str, Any]:
    return _cell(change(row), change_range(row), strong=bool(row["beyond_chance"]))


def _pair_cells(comparison: Comparison, first: Arm, second: Arm) -> dict[str, Any]:
    rows = [comparison.difference(first.label, second.label, measure) for measure in _measures()]
    names = [first.label, second.label]
    if sum(map(len, names)) > 30:
        names = [sentences.short(name, 14) for name in names]
    return {"label": " less ".join(names), "cells": [_changed(row) for row in rows]}


def _titles(arms: Sequence[Arm]) -> list[tuple[str, str]]:
    """Return each scenario's name and title."""
    found = {arm.scenario.name: arm.scenario.title for arm in arms}
    room = LONG // len(found)
    return [
        (name, f"{title.rstrip('.') or 'no title'}." if len(title) < room else f"{title[: room - 1]}…")
        for name, title in found.items()
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
