"""Measure the published patterns, and write them for people and for machines."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from analysis.claims.judging import CONFIDENCE
from analysis.claims.pattern_results import SETTINGS, PatternResult, PatternScenario
from analysis.claims.patterns import PATTERNS
from analysis.claims.verdicts import FROM_PATTERN_FILES, IN_PATTERN_FILES
from analysis.errors import AnalysisError
from analysis.tables.tables import HasTables, load


@cache
def pattern_notes() -> dict[str, str]:
    """Return what was tried for each pattern, from ``pattern_notes.csv``."""
    with files("analysis.claims").joinpath("pattern_notes.csv").open(encoding="utf-8") as file:
        return {row["id"]: row["note"] for row in csv.DictReader(file)}


def chosen(only: str | None) -> list[str]:
    """Read ``P1,P5`` as pattern rows; None means all.

    Raises
    ------
    AnalysisError
        If a name is not a pattern row.
    """
    if only is None:
        return list(PATTERNS)
    names = [name.strip().upper() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in PATTERNS]
    if unknown or not names:
        raise AnalysisError(f"There is no pattern '{(unknown or [only])[0]}'; patterns are {', '.join(PATTERNS)}.")
    return [name for name in PATTERNS if name in names]


def measure_patterns(
    run: Callable[[PatternScenario], HasTables], only: Collection[str] | None = None, level: float = CONFIDENCE
) -> Iterator[PatternResult]:
    """Measure the rows setting by setting, so that only one run is in memory.

    Parameters
    ----------
    run : callable
        Simulates a setting.
    only : collection of str, optional
        Rows; by default all.
    level : float
        Confidence of the intervals.
    """
    wanted = list(PATTERNS) if only is None else list(only)
    for name, setting in SETTINGS.items():
        rows = [row for row in wanted if PATTERNS[row][0] == name]
        if not rows:
            continue
        tables = load(run(setting))
        for row in rows:
            result = PATTERNS[row][1](tables, level)
            yield replace(result, setting=name, notes=pattern_notes().get(row, ""))


def patterns_table(results: Collection[PatternResult]) -> pd.DataFrame:
    """Return one row a pattern in the order of the evidence, with the attributes of :class:`PatternResult` as columns.

    The verdict is in the words of files of patterns, :data:`analysis.claims.verdicts.IN_PATTERN_FILES`.
    """
    order = {name: place for place, name in enumerate(PATTERNS)}
    columns = list(PatternResult.__dataclass_fields__)
    rows = [
        vars(result) | {"verdict": IN_PATTERN_FILES[result.verdict]}
        for result in sorted(results, key=lambda result: order[result.evidence])
    ]
    return pd.DataFrame(rows, columns=columns)


def number(value: float) -> str:
    """Write a number with three digits; a dash where there is none."""
    return "-" if np.isnan(value) else f"{value:.3g}"


def interval(row: pd.Series) -> str:
    """Write an interval; a dash where there is none."""
    return "-" if np.isnan(row["low"]) else f"{row['low']:.3g} to {row['high']:.3g}"


def patterns_text(table: pd.DataFrame) -> str:
    """Write the rows for people: a table of numbers, then the details of each row."""
    lines = [f"{'row':4} {'number':>8}  {'interval':18} {'published':18} {'verdict':10} {'n':>9}  quantity"]
    lines += [
        f"{row['evidence']:4} {number(row['value']):>8}  {interval(row):18} {row['published'][:18]:18} "
        f"{FROM_PATTERN_FILES[row['verdict']]:10} {row['n']:9,.0f}  {row['quantity']}"
        for _, row in table.iterrows()
    ]
    for _, row in table.iterrows():
        remarks = "; ".join(text for text in (row["detail"], row["notes"]) if text)
        where = f"{row['setting']}, {row['replications']} replications; {row['source']}"
        lines.append(f"\n{row['evidence']} ({where}): {remarks}")
    return "\n".join(lines)


def patterns_markdown(table: pd.DataFrame) -> str:
    """Write the rows as a Markdown page."""
    holding = sum(FROM_PATTERN_FILES[word] == "holds" for word in table["verdict"])
    lines = [
        "# Published patterns",
        "",
        f"{holding} of {len(table)} patterns hold: the whole interval lies inside the published range.",
        "Nothing in the model was tuned on them; what fails stays.",
        "",
        "| row | quantity | number | interval | published | verdict | n | setting | source | detail | notes |",
        "| --- | --- | ---: | --- | --- | --- | ---: | --- | --- | --- | --- |",
    ]
    for _, row in table.iterrows():
        cells = [
            row["evidence"],
            row["quantity"],
            number(row["value"]),
            interval(row),
            row["published"],
            FROM_PATTERN_FILES[row["verdict"]],
            f"{row['n']:,.0f}",
            row["setting"],
            row["source"],
            row["detail"],
            row["notes"],
        ]
        lines.append("| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
