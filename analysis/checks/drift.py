"""Decide whether a quantity changed, from its values per replication now and in the reference.

One family of intervals decides. At each look at the data, each quantity has a Student interval for the difference of
its means. The family-wise error is divided among all of them (Bonferroni), so that, but for that error, *all*
intervals contain their true differences at once. Then

- a quantity that did not change is never called *changed* or *moved*: its interval contains zero;
- a quantity that changed by its margin or more is never called *same* or *moved*: its interval reaches the margin.

One number thus bounds both errors, for any number of looks and any stopping rule. Only replications are independent;
applications share openings and people, so they are never pooled here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.tables.clusters import Floats

Verdict: TypeAlias = Literal["same", "moved", "changed", "undecided"]
"""What is said of a quantity; *moved* stands for *moved, within margin*."""

FALSE_ALARM = 0.001
"""Chance of calling anything changed if nothing changed; also bounds the chance of calling a change *same*."""
FAMILY = 20
"""Scenarios that margins are planned for: more than are shipped, so that adding one changes no margin."""
FIRST_LOOK = 8
"""Replications at the first look; with fewer, Student's intervals at these levels are too wide to be of use."""
_LOOKS = 5
_ROUNDING = 1e-6
"""Differences of a pair up to this share of the margin are rounding."""


@dataclass(frozen=True)
class Plan:
    """The looks of a check, and the error allowed to each interval.

    Attributes
    ----------
    looks
        Replications at each look, rising.
    quantities
        Number of quantities compared.
    error
        Family-wise error over these quantities and looks.
    """

    looks: tuple[int, ...]
    quantities: int
    error: float

    def share(self, look: int) -> float:
        """Return the two-sided error of one interval at a look; a look's share grows with its replications."""
        return self.error * self.looks[look] / sum(self.looks) / max(self.quantities, 1)


def plan(replications: int, quantities: int, *, false_alarm: float = FALSE_ALARM, scenarios: int = FAMILY) -> Plan:
    """Plan the looks: at all of the replications, half of them and so on, none before `FIRST_LOOK` and at most five.

    Parameters
    ----------
    replications
        Most replications that can be run, at least 2.
    quantities
        Quantities compared in this scenario.
    false_alarm
        Family-wise error over all scenarios, in (0, 1).
    scenarios
        Scenarios that share this error.

    Raises
    ------
    ValueError
        For fewer than two replications, or an error outside (0, 1).
    """
    if replications < 2 or scenarios < 1 or not 0 < false_alarm < 1:
        raise ValueError(
            f"expected at least 2 replications, at least 1 scenario and an error between 0 and 1; "
            f"found {replications}, {scenarios} and {false_alarm:g}"
        )
    looks = [replications]
    while len(looks) < _LOOKS and looks[0] >= 2 * FIRST_LOOK - 1:
        looks.insert(0, (looks[0] + 1) // 2)
    return Plan(tuple(looks), quantities, false_alarm / scenarios)


@dataclass(frozen=True)
class Finding:
    """What the replications say about one quantity.

    Attributes
    ----------
    name
        Name of the quantity.
    verdict
        ``same``, ``moved`` (it changed, by less than its margin), ``changed`` or ``undecided``.
    reference, now
        Means over the replications compared, in the unit of the quantity.
    difference, low, high
        Mean now less mean of the reference, and its simultaneous interval.
    margin
        The difference that matters, in the same unit.
    replications
        New replications that the verdict rests on.
    paired
        Whether each was compared with the reference's replication of the same number and seed.
    note
        What could not be counted; else empty.
    """

    name: str
    verdict: Verdict
    reference: float
    now: float
    difference: float
    low: float
    high: float
    margin: float
    replications: int
    paired: bool
    note: str = ""


def judge(
    name: str, reference: ArrayLike, now: ArrayLike, margin: float, planned: Plan, *, paired: bool = True
) -> Finding:
    """Judge one quantity from the values so far.

    Parameters
    ----------
    reference : array_like of shape (R,)
        Value of each replication of the reference; NaN where there was nothing to count.
    now : array_like of shape (n,)
        Value of each new replication. Values after the last complete look are not used: with looks at 8, 16 and
        32, only 16 of 20.
    margin
        The difference that matters, above 0 and in the unit of the values.
    planned
        The looks and the error, from :func:`plan`.
    paired
        Whether ``now[i]`` was made from the same seed as ``reference[i]``.
    """
    before, after = np.asarray(reference, dtype=np.float64), np.asarray(now, dtype=np.float64)
    most = min(len(after), len(before)) if paired else len(after)
    taken = [look for look, count in enumerate(planned.looks) if count <= most]
    nothing = float("nan")
    found = Finding(
        name,
        "undecided",
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        margin,
        0,
        paired,
        "too few replications for a first look",
    )
    low, high = -math.inf, math.inf
    for look in taken:
        count = planned.looks[look]
        found = _look(name, before[:count] if paired else before, after[:count], margin, planned.share(look), paired)
        # If all intervals contain the true difference, so does their intersection: a verdict once reached stays.
        if not math.isnan(found.low) and max(low, found.low) <= min(high, found.high):
            low, high = max(low, found.low), min(high, found.high)
            found = _narrowed(found, low, high)
    return found


def _look(name: str, before: Floats, after: Floats, margin: float, error: float, paired: bool) -> Finding:
    count = len(after)
    if not np.isnan(before).any() and np.isnan(after).all():
        # All old replications have a value, no new one does. By chance this happens once in (R + n choose n) times,
        # far below any error allowed.
        mean, nan = float(before.mean()), float("nan")
        return Finding(name, "changed", mean, nan, nan, nan, nan, margin, count, paired, "nothing left to count")
    known = ~np.isnan(after)
    if paired:
        known &= ~np.isnan(before)
        before = before[known]
    else:
        before = before[~np.isnan(before)]
    after = after[known]
    note = "" if len(after) == count else f"nothing to count in {count - len(after)} of {count} replications"
    if len(after) < 2 or len(before) < 2:
        nan = float("nan")
        return Finding(name, "undecided", nan, nan, nan, nan, nan, margin, len(after), paired, note)
    # Another version of a library may sum in another order: the last bits are no change.
    after = np.where(np.abs(after - before) <= _ROUNDING * margin, before, after) if paired else after
    difference, low, high = paired_interval(after - before, error) if paired else welch(before, after, error)
    return Finding(
        name,
        verdict(low, high, margin),
        float(before.mean()),
        float(after.mean()),
        difference,
        low,
        high,
        margin,
        len(after),
        paired,
        note,
    )


def _narrowed(found: Finding, low: float, high: float) -> Finding:
    return replace(found, verdict=verdict(low, high, found.margin), low=low, high=high)


def verdict(low: float, high: float, margin: float) -> Verdict:
    """Compare an interval of the difference with zero and the margin.

    *Same*: inside the margin, with zero in it. *Moved*, within the margin: inside the margin, without zero.
    *Changed*: without zero, and it reaches the margin. *Undecided*: anything else.
    """
    differs = low > 0 or high < 0
    if -margin < low and high < margin:
        return "moved" if differs else "same"
    return "changed" if differs else "undecided"


def paired_interval(differences: Floats, error: float) -> tuple[float, float, float]:
    """Return the mean difference and its two-sided Student interval."""
    mean, count = float(differences.mean()), len(differences)
    half = student(error, count - 1) * float(differences.std(ddof=1)) / math.sqrt(count)
    return mean, mean - half, mean + half


def welch(before: Floats, after: Floats, error: float) -> tuple[float, float, float]:
    """Return the difference of two independent means and its interval, with Welch's degrees of freedom."""
    difference = float(after.mean() - before.mean())
    parts = [float(values.var(ddof=1)) / len(values) for values in (before, after)]
    total = sum(parts)
    if not total > 0:
        return difference, difference, difference
    freedom = total**2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (before, after), strict=True))
    half = student(error, freedom) * math.sqrt(total)
    return difference, difference - half, difference + half


@lru_cache(maxsize=4096)
def student(error: float, freedom: float) -> float:
    """Return the two-sided Student quantile, from the upper tail: 1 - error would lose digits."""
    return float(stats.t.isf(error / 2, freedom))
