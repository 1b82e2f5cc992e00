"""What a comparison found, in the sentences that a client reads first.

The others are compared with the last group.  A sentence says what holds of the differences from it, and that groups
cannot be told apart as loudly as that they differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from analysis.comparison.arms import Arm
from analysis.comparison.comparison import Comparison
from analysis.comparison.sentences import FOCUS, between, measure_of
from analysis.comparison.split import apart
from analysis.presentation import wording

DID = {"interview": "had an interview", "job": "had found a job"}
BROUGHT = {"interview": "to an interview", "job": "into a job"}
NAMED = 4
"""Most groups that a sentence names one by one."""
BEHIND = "contacts, ability, history"


def sentence(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Say for a client what the plans did for interviews; where nothing else differs, what the groups did."""
    if not any(_rows(comparison, "interview", weeks)):
        return f"In this simulation no search of two groups could be followed for {weeks} weeks."
    return _told(comparison, "interview", weeks, "In this simulation")


def further(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Say the same about finding a job, and what the groups had in all; "" if nothing could be counted."""
    parts = []
    if split(comparison, "interview", weeks):
        parts.append(f"In all, {_counts(comparison, 'interview', weeks)}.")
    if any(_rows(comparison, "job", weeks)):
        parts.append(_told(comparison, "job", weeks, "As for jobs"))
    return " ".join(parts)


def finding(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Say in a title what the chart shows."""
    rows = _rows(comparison, "interview", weeks)
    if not rows:
        return f"{wording.joined([arm.label for arm in comparison.arms])} side by side"
    beyond = [row for row in rows if row["beyond_chance"]]
    last = comparison.arms[-1]
    if not beyond:
        return f"Interviews within {weeks} weeks: no difference beyond chance"
    if len(rows) > 1:
        return (
            f"Interviews within {weeks} weeks: {len(beyond)} of {len(rows)} groups differ beyond chance from "
            f"“{last.label}”"
        )
    first = comparison.arms[0]
    values = [_value(comparison, arm, "interview", weeks) for arm in (first, last)]
    base = _base(values)
    text = (
        f"Interview within {weeks} weeks: {values[0] * base:.0f} of {base:,} in “{first.label}”, "
        f"{values[1] * base:.0f} in “{last.label}”"
    )
    parted = split(comparison, "interview", weeks).get(first.label)
    if parted is None:
        return text
    sure = parted["plan"]["beyond_chance"]
    return f"{text}; {_more(parted['plan']) + ' by the plan' if sure else 'none of it surely by the plan'}"


def split(comparison: Comparison, kind: str, weeks: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the two parts of the difference of each group from the last, by group and part; empty without parts."""
    table = comparison.parts
    if table.empty:
        return {}
    rows = wording.records(table[table["measure"] == measure_of(kind, weeks)])
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        if not math.isnan(row["value"]):
            found.setdefault(row["arm"], {})[row["part"]] = row
    return found


def _told(comparison: Comparison, kind: str, weeks: int, opening: str) -> str:
    parted = split(comparison, kind, weeks)
    last = comparison.arms[-1]
    rows = _rows(comparison, kind, weeks)
    if len(comparison.arms) == 2:
        return _two_plans(parted, kind, weeks, opening, last) if parted else _two(comparison, kind, weeks, opening)
    if parted:
        sentences = [_two_plans({name: both}, kind, weeks, opening, last) for name, both in parted.items()]
        rest = [row for row in rows if row["arm"] not in parted]
        return " ".join([*sentences, *([_many(comparison, rest, kind, weeks, opening)] if rest else [])])
    return _many(comparison, rows, kind, weeks, opening)


def _two_plans(parted: dict[str, dict[str, dict[str, Any]]], kind: str, weeks: int, opening: str, last: Arm) -> str:
    """Say what the first one's plan did in place of the last one's, and what all that lies behind did."""
    ((name, both),) = parted.items()
    plan, past = both["plan"], both["past"]
    within = f"within {weeks} weeks of search"
    if math.isnan(plan["low"]):
        text = f"{opening} there are too few to tell the plans of “{name}” and “{last.label}” apart"
    elif not plan["beyond_chance"]:
        text = (
            f"{opening} we cannot tell the plans of “{name}” and “{last.label}” apart: with the same past, that of "
            f"“{name}” brought {_ends(plan, 100, level=False)} of 100 people {BROUGHT[kind]} {within} "
            f"({_level(plan)})"
        )
    else:
        text = (
            f"{opening} the plan of “{name}” in place of that of “{last.label}” brought {_more(plan)} of 100 people "
            f"{BROUGHT[kind]} {within}{_range(plan)}"
        )
    if kind != "interview":
        return f"{text}."
    made = f"made {_more(past)} of 100{_range(past)}"
    sure = "" if past["beyond_chance"] else "; this may be chance"
    return f"{text}. What lies behind “{name}” ({BEHIND}) {made}{sure}, and no plan here changes that."


def _two(comparison: Comparison, kind: str, weeks: int, opening: str) -> str:
    first, last = comparison.arms
    values = [_value(comparison, arm, kind, weeks) for arm in (first, last)]
    base = _base(values)
    people = (
        f"of {base:,} people {_group(first)} about {values[0] * base:.0f} {DID[kind]} within {weeks} weeks of search, "
        f"of {base:,} {_group(last)} about {values[1] * base:.0f}"
    )
    row = between(comparison, first, last, measure_of(kind, weeks))
    if math.isnan(row["low"]):
        return f"{opening}, {people}; too few to say whether this difference is more than chance."
    if not row["beyond_chance"]:
        return f"{opening} we cannot tell “{first.label}” and “{last.label}” apart: {people}."
    where = apart(first, last)
    cause = "" if where.plan or not first.role else "; their plans are the same, so this is what lies behind them"
    return f"{opening}, {people}; this difference is beyond chance ({_ends(row, base)}){cause}."


def _many(comparison: Comparison, rows: Sequence[dict[str, Any]], kind: str, weeks: int, opening: str) -> str:
    """Say which groups differ beyond chance from the last one, and how many do not."""
    last = comparison.arms[-1]
    value = _value(comparison, last, kind, weeks)
    base = _base([value])
    here = f"about {value * base:.0f} of {base:,} people {DID[kind]} within {weeks} weeks of search"
    beyond = [row for row in rows if row["beyond_chance"]]
    if not beyond:
        which = "no group differs" if len(rows) == len(comparison.arms) - 1 else "no other group differs"
        return f"{opening} {which} beyond chance from “{last.label}”, of whom {here}."
    phrases = []
    for more, word in ((True, "more"), (False, "fewer")):
        side = [row for row in beyond if (row["value"] > 0) == more]
        if side:
            names = [f"“{row['arm']}” ({_ends(row, base)})" for row in side[:NAMED]]
            names += [f"{len(side) - NAMED} other groups"] if len(side) > NAMED else []
            phrases.append(f"{word} did so in {wording.joined(names)}")
    alike = len(rows) - len(beyond)
    who = f"the other {alike}" if alike > 1 else "".join(f"“{row['arm']}”" for row in rows if row not in beyond)
    others = f"; {who} cannot be told apart from it" if alike else ""
    return f"{opening}, of the group “{last.label}” {here}. Beyond chance {wording.joined(phrases)}{others}."


def _rows(comparison: Comparison, kind: str, weeks: int) -> list[dict[str, Any]]:
    """Return the difference of each group from the last, where both have a value."""
    last = comparison.arms[-1]
    rows = [between(comparison, arm, last, measure_of(kind, weeks)) for arm in comparison.arms[:-1]]
    return [row for row in rows if not math.isnan(row["value"])]


def _value(comparison: Comparison, arm: Arm, kind: str, weeks: int) -> float:
    return float(comparison.outcome(arm.label, measure_of(kind, weeks))["value"])


def _group(arm: Arm) -> str:
    """Name a group, to follow "100 people"."""
    return f"in the group “{arm.label}”" if arm.role else f"who look for work in “{arm.label}”"


def _counts(comparison: Comparison, kind: str, weeks: int) -> str:
    counts = [
        f"{100 * value:.0f} of 100 in “{arm.label}”"
        for arm in comparison.arms
        if not math.isnan(value := _value(comparison, arm, kind, weeks))
    ]
    return f"{wording.joined(counts)} {DID[kind]}"


def _base(shares: Sequence[float]) -> int:
    """Return how many people shares are counted out of, so that the smallest one above 0 still shows."""
    least = min((share for share in shares if share > 0), default=1.0)
    return next((base for base in (100, 1000, 10_000) if least * base >= 0.95), 100_000)


def _more(row: dict[str, Any]) -> str:
    value = 100 * row["value"]
    text = f"{abs(value):.0f}" if abs(value) >= 0.95 else f"{abs(value):.1f}"
    if not float(text):
        return "no more"
    return f"about {text} {'more' if value > 0 else 'fewer'}"


def _range(row: dict[str, Any]) -> str:
    return "; too few to say how far chance moves this" if math.isnan(row["low"]) else f" ({_ends(row, 100)})"


def _level(row: dict[str, Any]) -> str:
    return f"{100 * row['level']:g} % interval"


def _ends(row: dict[str, Any], base: int, *, level: bool = True) -> str:
    """Write an interval as people, from fewer to more, with its level."""
    low, high = base * row["low"], base * row["high"]
    decimals = 0 if max(abs(low), abs(high)) >= 2 and min(abs(low), abs(high)) >= 0.95 else 1
    if low <= 0 <= high:
        text = f"from {abs(low):.{decimals}f} fewer to {high:.{decimals}f} more"
    else:
        near, far = sorted((abs(low), abs(high)))
        text = f"{near:.{decimals}f} to {far:.{decimals}f} {'more' if high > 0 else 'fewer'}"
    return f"{text}, {_level(row)}" if level else text
