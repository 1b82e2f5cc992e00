"""What of a difference comes from the plan, and what from all that lies behind: the two crossed groups.

Where two groups differ in both, each one's plan is also run with what lies behind the other (`PLAN` and `PAST` of
`sim/scenario/cast.py`), in the market of the other and with the same random numbers.  Of the two ways to get from one
group to the other, plan first or past first, the mean is taken, so that both parts add up to the whole difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from analysis.claims.judging import weighted_interval
from analysis.comparison.arms import Arm, markets_differ, of_role
from analysis.estimation.influence_functions import Influence
from analysis.estimation.intervals import FEW
from sim.scenario.cast import PAST, PLAN

MOST = 3
"""Most groups that are split; of more, the crossed groups would take longer than the groups themselves."""
PARTS = {"plan": (0.5, 0.5, -0.5, -0.5), "past": (0.5, -0.5, 0.5, -0.5)}
"""Weights of the four groups in each part: the first group, the first's plan with the past of the second, the second's
plan with the past of the first, and the second group."""


@dataclass(frozen=True)
class Crossing:
    """Two groups that differ in both plan and past, and the two groups between them.

    Attributes
    ----------
    first, second
        Two that are compared.
    plan_of_first
        The plan of the first with the past and the market of the second.
    plan_of_second
        The plan of the second with the past and the market of the first.
    """

    first: Arm
    second: Arm
    plan_of_first: Arm
    plan_of_second: Arm

    @property
    def four(self) -> tuple[Arm, Arm, Arm, Arm]:
        """The groups in the order of the weights of `PARTS`."""
        return self.first, self.plan_of_first, self.plan_of_second, self.second


class Apart(NamedTuple):
    """Whether two groups differ in their plan, and in what lies behind; the market counts with the latter."""

    plan: bool
    past: bool


def apart(first: Arm, second: Arm) -> Apart:
    """Return in what two groups differ; two crowds have no plan of their own, so they differ in their past only."""
    hours = (first.hours, first.same_hours) != (second.hours, second.same_hours)
    plan = hours or any(of_role(first, leaf) != of_role(second, leaf) for leaf in PLAN if leaf != "hours_per_week")
    past = any(of_role(first, leaf) != of_role(second, leaf) for leaf in PAST)
    return Apart(plan, past or markets_differ(first, second))


def crossings(arms: Sequence[Arm]) -> tuple[Crossing, ...]:
    """Return a crossing for each group that differs from the last one in both; none for more than `MOST` groups."""
    if len(arms) > MOST:
        return ()
    last = arms[-1]
    return tuple(_crossed(arm, last) for arm in arms[:-1] if arm.role and last.role and all(apart(arm, last)))


def _crossed(first: Arm, second: Arm) -> Crossing:
    """Let both change plans; in one market where they share one, so that as many compete there as before."""
    changes = {
        side.role: {f"cast.{side.role}.{leaf}": value for leaf, value in _plan(other, side).items()}
        for side, other in ((first, second), (second, first))
    }
    together = first.scenario.digest == second.scenario.digest
    made = []
    for side, other in ((second, first), (first, second)):
        wanted = {**changes[first.role], **changes[second.role]} if together else changes[side.role]
        scenario = side.scenario.with_overrides(wanted)
        label = f"plan of {other.label}, past of {side.label}"
        made.append(replace(side, name=label, label=label, scenario=scenario, changed=True))
    return Crossing(first, second, made[0], made[1])


def _plan(arm: Arm, onto: Arm) -> dict[str, Any]:
    """Return the plan of an arm as values for another role; hours that are alike stay, with their spread."""
    alike = (arm.hours, arm.same_hours) == (onto.hours, onto.same_hours)
    plan = {leaf: of_role(arm, leaf) for leaf in PLAN if leaf != "hours_per_week"}
    return plan if alike else plan | {"hours_per_week": arm.hours}


def parts(
    crossing: Crossing,
    measured: Callable[[Arm], Influence | str],
    measure: str,
    level: float,
) -> list[dict[str, Any]]:
    """Return both parts of the difference in one measure, each with its interval.

    Parameters
    ----------
    crossing
        The four groups.
    measured
        From a group to its measurement, or why there is none.
    measure
        Name of the measure.
    level
        Confidence of each interval.
    """
    found = [measured(arm) for arm in crossing.four]
    notes = [note for note in found if isinstance(note, str)]
    influences = [side for side in found if not isinstance(side, str)]
    nan = float("nan")
    rows: list[dict[str, Any]] = []
    for part, weights in PARTS.items():
        row: dict[str, Any] = {"part": part, "value": nan, "low": nan, "high": nan, "beyond_chance": False}
        row |= {"method": "", "note": " ".join(dict.fromkeys(notes))}
        labels = [side.codes.labels for side in influences]
        if not notes and all(np.array_equal(labels[0], other) for other in labels[1:]):
            names = [f"{arm.group}.{measure}" for arm in crossing.four]
            value, low, high, method = weighted_interval(names, influences, weights, level)
            row |= {"value": value, "method": method}
            if measure != "hours_per_interview" or min(side.n for side in influences) >= FEW:
                row |= {"low": low, "high": high, "beyond_chance": bool(low > 0 or high < 0)}
        rows.append(row)
    return rows
