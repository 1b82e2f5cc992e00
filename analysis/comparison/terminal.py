"""A comparison as text for a terminal."""

from __future__ import annotations

import math

from analysis.comparison.comparison import Comparison
from analysis.comparison.headline import further, sentence, split
from analysis.comparison.sentences import FOCUS, cautions, change, change_range, hours_text, interval_text, measure_of


def text(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Lay a comparison out for a terminal."""
    wide = max(len(arm.label) for arm in comparison.arms)
    head = f"{'':{wide}}  {f'interview in {weeks} weeks':<27}{f'job in {weeks} weeks':<27}hours per interview"
    lines = [" ".join([sentence(comparison, weeks), further(comparison, weeks)]).strip(), "", head]
    for arm in comparison.arms:
        rows = [comparison.outcome(arm.label, measure_of(kind, weeks)) for kind in ("interview", "job", "hours")]
        cells = [interval_text(row) for row in rows]
        lines.append(f"{arm.label:{wide}}  {cells[0]:<27}{cells[1]:<27}{cells[2]}")
    lines += _parts(comparison, weeks)
    lines += ["", f"{comparison.replications} replications, seed {comparison.seed}. {hours_text(comparison)}"]
    lines += [f"Take care: {caution}" for caution in cautions(comparison)]
    return "\n".join(lines)


def _parts(comparison: Comparison, weeks: int) -> list[str]:
    """Lay out which part of each difference comes from the plan, and which from what lies behind."""
    lines = []
    for name, both in split(comparison, "interview", weeks).items():
        cells = [
            f"{word} {change(row)}{'' if math.isnan(row['low']) else f' ({change_range(row)})'}"
            for word, row in (("plan", both["plan"]), ("what lies behind", both["past"]))
        ]
        against = both["plan"]["against"]
        lines.append(f"{name} less {against}, interview in {weeks} weeks, points: {', '.join(cells)}")
    return ["", *lines] if lines else []
