"""Make the parts of pages that quote simulated numbers, from the files in `reports/`.

A page has no formula of its own: for other numbers make a new report, then the page.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd

from analysis.claims.evidence import evidence
from analysis.claims.pattern_table import interval, number
from analysis.claims.verdicts import FROM_PATTERN_FILES
from analysis.comparison import headline
from analysis.comparison.arms import arms_of
from analysis.comparison.comparison import Comparison
from analysis.presentation.wording import joined
from analysis.reporting.sentences import opening_sentence
from sim import load_scenario

REPORTS = Path(__file__).resolve().parents[1] / "reports"


def quoted(text: str) -> str:
    """Lay a sentence out as a quotation."""
    return "\n".join(textwrap.wrap(text, 118, initial_indent="> ", subsequent_indent="> "))


def sentence() -> str:
    """Make the sentence that the baseline's report opens with (`report baseline`)."""
    window = load_scenario("baseline").time.response_window
    return quoted(opening_sentence(pd.read_csv(REPORTS / "baseline" / "rates.csv"), window))


def comparison() -> str:
    """Make the first sentence of the comparison of Eli and Ben (`compare eli-ben`)."""
    table = pd.read_csv(REPORTS / "compare-eli-ben" / "comparison.csv")
    table["beyond_chance"] = table["beyond_chance"] == 1
    values, differences, parts = (table[table["row"] == row] for row in ("value", "difference", "part"))
    level = float(values["level"].iloc[0])
    found = Comparison(arms_of(["eli-ben"]), values, differences, 0, 0, level, {}, parts=parts)
    return quoted(headline.sentence(found))


def pattern_table() -> pd.DataFrame:
    """Read what `patterns` measured."""
    return pd.read_csv(REPORTS / "patterns" / "patterns.csv", keep_default_na=False, na_values={"value": [""]})


def patterns() -> str:
    """Make the table of patterns (`patterns`)."""
    lines = ["| row | quantity | published | simulated | 99 % interval | verdict | scenario |", f"|{' --- |' * 7}"]
    for _, one in pattern_table().iterrows():
        verdict = FROM_PATTERN_FILES[one["verdict"]]
        cells = (one["evidence"], one["quantity"], one["published"], number(one["value"]), interval(one))
        lines.append(
            f"| {' | '.join(cells)} | {f'**{verdict}**' if verdict == 'fails' else verdict} | {one['setting']} |"
        )
    return "\n".join(lines)


def pattern_counts() -> str:
    """Say how many patterns hold, and which do not."""
    verdicts = [(row["evidence"], FROM_PATTERN_FILES[row["verdict"]]) for _, row in pattern_table().iterrows()]
    named = {
        verdict: [name for name, given in verdicts if given == verdict] for verdict in ("holds", "fails", "undecided")
    }
    text = f"Of {len(verdicts)} patterns {len(named['holds'])} hold."
    if named["fails"]:
        text += f" {joined(named['fails'])} {'fail' if len(named['fails']) > 1 else 'fails'}."
    if named["undecided"]:
        text += f" Undecided, since the interval crosses an end of the range: {joined(named['undecided'])}."
    return "\n".join(textwrap.wrap(text, 118))


def pattern_details() -> str:
    """Say further numbers of the patterns that fail or are undecided, and what was tried."""
    lines = []
    for _, one in pattern_table().iterrows():
        if FROM_PATTERN_FILES[one["verdict"]] != "holds":
            remarks = " ".join(f"{text.rstrip('.')}." for text in (one["detail"], one["notes"]) if text)
            first = f"- **{one['evidence']}** ({evidence(one['evidence']).quantity}): {remarks}"
            lines += textwrap.wrap(first, 118, subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(lines)


def targets() -> str:
    """Count the verdicts on the targets of the shipped calibration (`calibrate baseline`)."""
    table = pd.read_csv(REPORTS / "calibration" / "targets.csv")
    pinned = pd.read_csv(REPORTS / "calibration" / "calibration.csv")
    held = {column: int((table[f"{column}_met"] & table[f"{column}_sure"]).sum()) for column in ("start", "reached")}
    alone = [str(path) for path in pinned.loc[pinned["pinned"] == "yes", "path"]]
    text = (
        f"Of {len(table)} targets {held['reached']} hold with the fitted values, {held['start']} with those it started "
        f"from. Of {len(pinned)} parameters the targets pin down "
        f"{joined([f'`{path}`' for path in alone]) if alone else 'none'} alone."
    )
    return "\n".join(textwrap.wrap(text, 118, break_on_hyphens=False))
