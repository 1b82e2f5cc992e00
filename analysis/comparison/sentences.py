"""A comparison in words: the opening sentence for a client, the finding over the chart, the text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from analysis.comparison.arms import Arm
from analysis.comparison.comparison import WEEKS, Comparison
from analysis.presentation import wording

FOCUS = 12
"""Weeks of search that the first sentence is about, by default."""
FEW = 4
"""Most groups that are drawn as lines and described one by one."""
IN_PAIRS = 3
"""Most groups that are compared in all pairs; if there are more, each is compared with the last."""
DID = {"interview": "had an interview", "job": "had found a job"}


NO_BREAK = "\u00a0"


def short(name: str, most: int) -> str:
    """Cut a long name in its middle, so that the number at its end stays."""
    return name if len(name) <= most else f"{name[: most - 5]}…{name[-4:].replace(' ', NO_BREAK)}"


def measure_of(kind: str, weeks: int) -> str:
    """Return the name of a measure from its kind and its weeks."""
    within = {"interview": f"interview_in_{weeks}_weeks", "job": f"hired_in_{weeks}_weeks"}
    return within.get(kind, "hours_per_interview")


def group(arm: Arm) -> str:
    """Name a group, to follow "100 people"."""
    return f"in the group “{arm.label}”" if arm.role else f"who look for work in “{arm.label}”"


def ranked(comparison: Comparison, kind: str, weeks: int) -> list[dict[str, Any]]:
    """Return the rows of a measure that have a value, the highest first, each with its arm."""
    measure = measure_of(kind, weeks)
    rows = [comparison.outcome(arm.label, measure) | {"who": arm} for arm in comparison.arms]
    return sorted((row for row in rows if not math.isnan(row["value"])), key=lambda row: -row["value"])


def between(comparison: Comparison, first: Arm, second: Arm, measure: str) -> dict[str, Any]:
    """Return the difference of any two arms, first less second, whichever way round the table has it."""
    place = [arm.label for arm in comparison.arms]
    if place.index(first.label) < place.index(second.label):
        return comparison.difference(first.label, second.label, measure)
    row = comparison.difference(second.label, first.label, measure)
    return row | {
        "arm": first.label,
        "against": second.label,
        "value": -row["value"],
        "low": -row["high"],
        "high": -row["low"],
    }


def sentence(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Say for a client how many of 100 had an interview, for the highest and the lowest."""
    chances = _chances(comparison, "interview", weeks)
    if not chances:
        return f"In this simulation no search of two groups could be followed for {weeks} weeks."
    return f"In this simulation, {chances}."


def further(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Say the same about finding a job; "" if it could not be counted."""
    chances = _chances(comparison, "job", weeks)
    return f"{chances[0].upper()}{chances[1:]}." if chances else ""


def _chances(comparison: Comparison, kind: str, weeks: int) -> str:
    rows = ranked(comparison, kind, weeks)
    if len(rows) < 2:
        return ""
    high, low = rows[0], rows[-1]
    base = _base([row["value"] for row in (high, low)])
    first = kind == "interview"
    people = [
        f"{base:,} people {group(high['who'])}" if first else f"{base:,} {group(high['who'])}",
        f"{base:,} {group(low['who'])}",
    ]
    others = len(rows) - 2
    middle = f", the other {others} lie between" if others > 1 else ", the third lies between" if others else ""
    text = (
        f"of {people[0]} about {high['value'] * base:.0f} {DID[kind]} within {weeks} weeks of search, "
        f"of {people[1]} about {low['value'] * base:.0f}{middle if first else ''}"
    )
    return f"{text}; {_verdict(between(comparison, high['who'], low['who'], measure_of(kind, weeks)), base)}"


def _base(shares: list[float]) -> int:
    """Return how many people shares are counted out of, so that the smallest one above 0 still shows."""
    least = min((share for share in shares if share > 0), default=1.0)
    return next((base for base in (100, 1000, 10_000) if least * base >= 0.95), 100_000)


def _verdict(row: dict[str, Any], base: int) -> str:
    if math.isnan(row["low"]):
        return "too few to say whether this difference is more than chance"
    decimals = 0 if base * row["low"] >= 0.95 else 1
    ends = f"{base * row['low']:.{decimals}f} to {base * row['high']:.{decimals}f}"
    if not row["beyond_chance"]:
        return "this difference may be chance"
    return f"this difference is beyond chance ({ends} more, {100 * row['level']:g} % interval)"


def finding(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Say in a title what the chart shows."""
    rows = ranked(comparison, "interview", weeks)
    if len(rows) < 2:
        return f"{wording.joined([arm.label for arm in comparison.arms])} side by side"
    high, low = rows[0], rows[-1]
    base = _base([high["value"], low["value"]])
    row = between(comparison, high["who"], low["who"], measure_of("interview", weeks))
    if not row["beyond_chance"]:
        return f"Interviews within {weeks} weeks: no difference beyond chance"
    return (
        f"Interview within {weeks} weeks: {high['value'] * base:.0f} of {base:,} in “{high['arm']}”, "
        f"{low['value'] * base:.0f} in “{low['arm']}”"
    )


def alt_text(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Describe the chart with its numbers."""
    shown = [(kind, each) for kind in ("interview", "job") for each in (WEEKS if few(comparison) else (weeks,))]
    parts = []
    for arm in comparison.arms:
        phrases = [
            f"{kind} within {each} weeks {interval_text(comparison.outcome(arm.label, measure_of(kind, each)))}"
            for kind, each in shown
        ]
        phrases.append(f"hours per interview {interval_text(comparison.outcome(arm.label, 'hours_per_interview'))}")
        parts.append(f"{arm.label}: {'; '.join(phrases)}")
    how = "Lines over weeks of search" if few(comparison) else "Points, one row a group"
    return f"{how} with {100 * comparison.level:g} % intervals. {'. '.join(parts)}."


def few(comparison: Comparison) -> bool:
    """Return whether there are few enough groups for lines."""
    return len(comparison.arms) <= FEW


def in_pairs(comparison: Comparison) -> bool:
    """Return whether there are few enough groups to show all pairs."""
    return len(comparison.arms) <= IN_PAIRS


def interval_text(row: dict[str, Any]) -> str:
    """Write a value with its interval in one line."""
    if math.isnan(row["value"]):
        return wording.NOTHING
    return f"{wording.amount(row['value'], row['unit'])} ({wording.amount_range(row['low'], row['high'], row['unit'])})"


def change(row: dict[str, Any]) -> str:
    """Write a difference with its sign: percentage points, or hours."""
    if math.isnan(row["value"]):
        return wording.NOTHING
    if row["unit"] == "share":
        return wording.points(row["value"])
    text = wording.number(row["value"])
    return text if row["value"] <= 0 else f"+{text}"


def change_range(row: dict[str, Any]) -> str:
    """Write the interval of a difference."""
    if math.isnan(row["low"]):
        return "too few to say" if row["note"] else wording.NOTHING
    return f"{change(row | {'value': row['low']})} to {change(row | {'value': row['high']})}"


def pairing(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Say how many replications pairing saved, for the difference that the first sentence is about."""
    rows = ranked(comparison, "interview", weeks)
    if len(rows) < 2:
        return ""
    row = between(comparison, rows[0]["who"], rows[-1]["who"], measure_of("interview", weeks))
    saved, low, high = (row[name] for name in ("saved", "saved_low", "saved_high"))
    if math.isnan(saved):
        return ""
    ends = f"{100 * low:.0f} to {100 * high:.0f} %"
    what = f"For the difference between “{row['arm']}” and “{row['against']}” pairing"
    if low > 0:
        return f"{what} saved {100 * saved:.0f} % of the replications (95 % interval {ends})."
    if high < 0:
        return f"{what} cost {-100 * saved:.0f} % more replications (95 % interval of the saving {ends})."
    here = f"saved {100 * saved:.0f} % of the replications" if saved > 0 else "saved no replications"
    return f"{what} {here}, but there are too few to be sure (95 % interval of the saving {ends})."


def hours_text(comparison: Comparison) -> str:
    """Say how many hours a week each group has, what was set, and what they spend outside a search."""
    arms = comparison.arms
    if comparison.equal_hours:
        mean = "" if all(arm.same_hours for arm in arms) else " on average"
        text = f"All give {arms[0].hours:g} hours a week{mean} to their search."
        reset = [arm for arm in arms if arm.own_hours != arm.hours]
        if reset:
            own = _each([(arm.label, arm.own_hours) for arm in reset])
            text += f" Set for this comparison; the scenarios themselves set {own}."
    else:
        own = _each([(arm.label, arm.hours) for arm in arms])
        text = f"Hours a week are not equal ({own}), so differences do not come from the strategy alone."
    return text + _quiet_hours(arms)


def _each(hours: Sequence[tuple[str, float]]) -> str:
    """Give the hours of each group, or their range if there are many."""
    if len(hours) <= FEW:
        return wording.joined([f"{value:g} for {name}" for name, value in hours])
    low, high = min(value for _, value in hours), max(value for _, value in hours)
    return f"{low:g} for all of them" if low == high else f"from {low:g} to {high:g}"


def _quiet_hours(arms: Sequence[Arm]) -> str:
    """Say how many hours they spend on ties and habits while they do not search, if any group spends some."""
    given: dict[float, list[str]] = {}
    for arm in arms:
        given.setdefault(arm.quiet_hours, []).append(arm.label)
    if set(given) == {0.0}:
        return ""
    # The most common value is given once; groups with another are named.
    most = max(given, key=lambda hours: len(given[hours]))
    phrases = [f"{hours:g} for {wording.joined(labels)}" for hours, labels in given.items() if hours != most]
    alike = given[most]
    who = wording.joined(alike) if len(alike) < 3 and phrases else "all others" if phrases else "all"
    text = wording.joined([*phrases, f"{most:g} for {who}"])
    if len(given) > FEW:
        text = _each([(arm.label, arm.quiet_hours) for arm in arms])
    return f" Hours a week for ties and habits outside a search: {text}; hours per interview count them."


def text(comparison: Comparison, weeks: int = FOCUS) -> str:
    """Lay a comparison out for a terminal."""
    wide = max(len(arm.label) for arm in comparison.arms)
    head = f"{'':{wide}}  {f'interview in {weeks} weeks':<27}{f'job in {weeks} weeks':<27}hours per interview"
    lines = [" ".join([sentence(comparison, weeks), further(comparison, weeks)]).strip(), "", head]
    for arm in comparison.arms:
        rows = [comparison.outcome(arm.label, measure_of(kind, weeks)) for kind in ("interview", "job", "hours")]
        cells = [interval_text(row) for row in rows]
        lines.append(f"{arm.label:{wide}}  {cells[0]:<27}{cells[1]:<27}{cells[2]}")
    lines += ["", f"{comparison.replications} replications, seed {comparison.seed}. {hours_text(comparison)}"]
    return "\n".join(lines)
