"""The words of a comparison beside its headline: values, intervals, hours, and what a chart looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from analysis.comparison.arms import Arm, of_role
from analysis.comparison.comparison import WEEKS, Comparison
from analysis.presentation import wording
from sim.scenario.cast import hour_shares
from sim.scenario.client_reader import WAYS

FOCUS = 12
"""Weeks of search that the first sentence is about, by default."""
FEW = 4
"""Most groups that are drawn as lines and described one by one."""
IN_PAIRS = 3
"""Most groups that are compared in all pairs; if there are more, each is compared with the last."""

NO_BREAK = "\u00a0"


def short(name: str, most: int) -> str:
    """Cut a long name in its middle, so that the number at its end stays."""
    return name if len(name) <= most else f"{name[: most - 5]}…{name[-4:].replace(' ', NO_BREAK)}"


def measure_of(kind: str, weeks: int) -> str:
    """Return the name of a measure from its kind and its weeks."""
    within = {"interview": f"interview_in_{weeks}_weeks", "job": f"hired_in_{weeks}_weeks"}
    return within.get(kind, "hours_per_interview")


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


def shown(value: float, unit: str) -> str:
    """Write a value with two significant digits, shares in per cent; without its unit."""
    return wording.significant(100 * value if unit == "share" else value)


def shown_range(low: float, high: float, unit: str) -> str:
    """Write an interval in the same way."""
    return wording.NOTHING if math.isnan(low) else f"{shown(low, unit)}–{shown(high, unit)}"


def interval_text(row: dict[str, Any]) -> str:
    """Write a value with its interval and unit in one line."""
    if math.isnan(row["value"]):
        return wording.NOTHING
    value, ends = shown(row["value"], row["unit"]), shown_range(row["low"], row["high"], row["unit"])
    return f"{value}{wording.suffix(row['unit'])} ({ends})"


def change(row: dict[str, Any]) -> str:
    """Write a difference with its sign: percentage points, or hours."""
    if math.isnan(row["value"]):
        return wording.NOTHING
    text = shown(row["value"], row["unit"])
    return text if row["value"] <= 0 else f"+{text}"


def change_range(row: dict[str, Any]) -> str:
    """Write the interval of a difference."""
    if math.isnan(row["low"]):
        return "too few to say" if row["note"] else wording.NOTHING
    return f"{change(row | {'value': row['low']})} to {change(row | {'value': row['high']})}"


def hours_text(comparison: Comparison) -> str:
    """Say how many hours a week each group has, what was set, and what else went into search, ties and habits."""
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
    return text + _quiet_hours(arms) + _hours_in_all(comparison) + _years_before(arms)


def at_which_hours(comparison: Comparison) -> str:
    """Say in a heading whether hours are equal: all of them, or only those of the search."""
    if not comparison.equal_hours:
        return "at their own hours"
    if not comparison.equal_in_all:
        return "at equal hours of search; their other hours differ"
    return "at equal hours of search" if _years_before(comparison.arms) else "at equal hours"


def _hours_in_all(comparison: Comparison) -> str:
    """Say how many hours a person spent in the whole run, where there are more than those of a search."""
    spent = [(arm.label, comparison.hours_spent.get(arm.label, math.nan)) for arm in comparison.arms]
    if comparison.equal_in_all or any(math.isnan(hours) for _, hours in spent):
        return ""
    return f" Hours of a person in all, from the first day simulated: {_each(spent, digits=2)}."


FEWEST = 200
"""Fewest searches of a group without a remark: with fewer, chances of ten in a hundred are known to four or worse."""
UNUSED = 0.05
"""Share of its hours that a plan may leave without a remark."""
CROWDED = 0.05
"""Share of a market that copies may be without a remark: they compete with one another for the same openings."""


def cautions(comparison: Comparison) -> list[str]:
    """Say where numbers rest on little, or on a market full of copies, and which plan has no way to an interview."""
    found = []
    sizes = {
        arm.label: int(comparison.outcome(arm.label, measure_of("interview", WEEKS[-1]))["n"])
        for arm in comparison.arms
    }
    few_of = [f"{n:,} of “{name}”" for name, n in sizes.items() if n < FEWEST]
    if few_of:
        found.append(f"Few searches: {wording.joined(few_of)}; more --replications make the numbers surer.")
    for digest in dict.fromkeys(arm.scenario.digest for arm in comparison.arms):
        scenario = next(arm.scenario for arm in comparison.arms if arm.scenario.digest == digest)
        share = sum(role.count for role in scenario.cast.values()) / scenario.population.people
        if share > CROWDED:
            found.append(
                f"Copies are {100 * share:.0f} % of the market of “{scenario.name}” and compete with one another; a "
                "larger population.people or a smaller count disturbs it less."
            )
    idle = [arm.label for arm in comparison.arms if arm.role and not any(of_role(arm, way) for way in WAYS)]
    if idle:
        found.append(
            f"The plan of {wording.joined([f'“{name}”' for name in idle])} has no applications and no asks: interviews "
            "come only from others."
        )
    unused = [
        f"“{arm.label}” {left * arm.hours:.2g} of {arm.hours:g}"
        for arm in comparison.arms
        if arm.role and (left := 1 - _filled(arm)) > UNUSED
    ]
    if unused:
        found.append(
            f"Hours a week for which a plan says nothing: {wording.joined(unused)}. They count as given and bring "
            "nothing, so a plan that fills its hours has more of them to use."
        )
    return found


def _filled(arm: Arm) -> float:
    """Return the share of the hours of a role that its plan gives to something."""
    return sum(hour_shares(arm.scenario.search, arm.scenario.cast[arm.role]).values()) if arm.role else 1.0


CONTACTS = ("ties", "strength", "familiarity", "goodwill", "days_since_touch", "other_fields", "contact.placed")


def _years_before(arms: Sequence[Arm]) -> str:
    """Name the hours that nobody counts: those that went into contacts before the first day simulated."""
    if not any(len({of_role(arm, leaf) for arm in arms}) > 1 for leaf in CONTACTS):
        return ""
    return " Their contacts differ from the first day on; the hours that this took in the years before are not counted."


def _each(hours: Sequence[tuple[str, float]], digits: int = 6) -> str:
    """Give the hours of each group, or their range if there are many."""
    shown = [(name, wording.significant(value, digits)) for name, value in hours]
    if len(hours) <= FEW:
        return wording.joined([f"{value} for {name}" for name, value in shown])
    low, high = (wording.significant(end([value for _, value in hours]), digits) for end in (min, max))
    return f"{low} for all of them" if low == high else f"from {low} to {high}"


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
