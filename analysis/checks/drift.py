"""Whether a quantity changed: its values per replication now, against those of a reference.

Everything is judged by one family of intervals. At every look at the data, every quantity has a Student interval
for the difference of its means, and the error allowed to the whole family is divided among them (Bonferroni). With
the remaining probability *all* intervals contain their true differences at once; then

- no quantity that did not change is called *changed*, for its interval contains zero;
- no quantity that changed by its margin or more is called *same*, for its interval reaches the margin.

So one number bounds both errors, however often one looks, and it does not matter when one stops.
Only replications are independent: applications share openings and people and are never pooled here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from analysis.tables.clusters import Floats

Verdict: TypeAlias = Literal["same", "changed", "undecided"]

FALSE_ALARM = 0.001
"""Chance that anything is called changed if nothing changed; the chance of calling a change *same* is as large."""
FAMILY = 20
"""Scenarios that margins are planned for, so that they need not change when one more is shipped."""
POWER = 0.9
"""Power at which the smallest shift that is detected is stated."""
CLEAR = 0.95
"""Chance that every quantity of an unchanged scenario is called same at the last look; margins are made for it."""
FIRST_LOOK = 8
"""Replications at the first look: at such levels, Student's intervals of fewer say nothing."""
_LOOKS = 3
_GRID = 4000


@dataclass(frozen=True)
class Plan:
    """When to look, and the error allowed to each interval.

    Attributes
    ----------
    looks
        Numbers of replications at which the data are looked at, rising.
    quantities
        How many quantities are compared.
    error
        Family-wise error over these quantities and looks.
    """

    looks: tuple[int, ...]
    quantities: int
    error: float

    def share(self, look: int) -> float:
        """Return the two-sided error of one interval at a look; later looks get more, by their replications."""
        return self.error * self.looks[look] / sum(self.looks) / max(self.quantities, 1)


def plan(replications: int, quantities: int, *, false_alarm: float = FALSE_ALARM, scenarios: int = FAMILY) -> Plan:
    """Plan the looks: at all replications, at half of them and at a quarter, but not before `FIRST_LOOK`.

    Parameters
    ----------
    replications
        How many there can be at most, 2 or more.
    quantities
        How many are compared in this scenario.
    false_alarm
        Family-wise error over all scenarios, in (0, 1).
    scenarios
        How many scenarios share it.

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
        Of the quantity.
    verdict
        ``same``, ``changed`` or ``undecided``.
    reference, now
        Means over the replications compared, in the unit of the quantity.
    difference, low, high
        Now less reference, and the simultaneous interval.
    margin
        The difference that matters, in the same unit.
    replications
        How many new replications the verdict rests on.
    paired
        Whether each was compared with the reference's replication of the same seed.
    note
        Why there is no number, where there is none.
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
        Value of each new replication. Only whole looks count: of 20 values, 16 with looks at 8, 16 and 32.
    margin
        The difference that matters, above 0 and in the unit of the values.
    planned
        Looks and errors, as :func:`plan` gives them.
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
        # If all intervals contain the truth, so does their intersection: a verdict once reached stays.
        if not math.isnan(found.low) and max(low, found.low) <= min(high, found.high):
            low, high = max(low, found.low), min(high, found.high)
            found = _narrowed(found, low, high)
    return found


def _look(name: str, before: Floats, after: Floats, margin: float, error: float, paired: bool) -> Finding:
    count = len(after)
    if not np.isnan(before).any() and np.isnan(after).all():
        # All of the old and none of the new: by chance in 1 of (R + n over n) drawings, far below any error allowed.
        mean, nan = float(before.mean()), float("nan")
        return Finding(name, "changed", mean, nan, nan, nan, nan, margin, count, paired, "nothing left to count")
    there = ~np.isnan(after)
    if paired:
        there &= ~np.isnan(before)
        before = before[there]
    else:
        before = before[~np.isnan(before)]
    after = after[there]
    note = "" if len(after) == count else f"nothing to count in {count - len(after)} of {count} replications"
    if len(after) < 2 or len(before) < 2:
        nan = float("nan")
        return Finding(name, "undecided", nan, nan, nan, nan, nan, margin, len(after), paired, note)
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

    *Same*: inside the margin. *Changed*: it leaves the margin and excludes zero. *Undecided*: anything else.
    """
    if -margin < low and high < margin:
        return "same"
    if low > 0 or high < 0:
        return "changed"
    return "undecided"


def paired_interval(differences: Floats, error: float) -> tuple[float, float, float]:
    """Return the mean of differences and its two-sided Student interval with this error."""
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
    """Return the two-sided Student quantile; taken from the tail, where 1 - error would lose its digits."""
    return float(stats.t.isf(error / 2, freedom))


# ---- before running ---------------------------------------------------------------------------------
# In units of the standard deviation between replications. No gain from pairing is assumed: two replications of the
# same seed count as independent, so that the difference of a pair has twice the variance.


def chance_of_changed(shift: float, replications: int, error: float) -> float:
    """Return the chance that the interval excludes zero, for a true shift in standard deviations between replications.

    This is the power of Student's test, averaged over what deviation may be measured.
    """
    centre, limit = shift / math.sqrt(2 / replications), _limits(replications, error)
    return float((stats.norm.cdf(centre - limit) + stats.norm.cdf(-centre - limit)).mean())


def chance_of_same(margin: float, replications: int, error: float) -> float:
    """Return the chance that, nothing having changed, the interval lies inside a margin of so many deviations."""
    room = margin / math.sqrt(2 / replications) - _limits(replications, error)
    return float(np.maximum(2 * stats.norm.cdf(room) - 1, 0).mean())


def _limits(replications: int, error: float) -> Floats:
    """Return half-widths in true standard errors, over evenly spread quantiles of what deviation may be measured."""
    return student(error, replications - 1) * _deviations(replications - 1)


@lru_cache(maxsize=64)
def _deviations(freedom: int) -> Floats:
    places = (np.arange(_GRID) + 0.5) / _GRID
    return np.asarray(np.sqrt(stats.chi2.ppf(places, freedom) / freedom))


@lru_cache(maxsize=256)
def smallest_shift(replications: int, error: float, power: float = POWER) -> float:
    """Return the smallest shift, in standard deviations between replications, that is detected with this power."""
    top = 4 * (student(error, replications - 1) + 4) * math.sqrt(2 / replications)
    return float(optimize.brentq(lambda shift: chance_of_changed(shift, replications, error) - power, 0, top))


@lru_cache(maxsize=256)
def smallest_margin(replications: int, error: float, chance: float) -> float:
    """Return the smallest margin, in deviations, that an unchanged quantity stays inside with this chance."""
    top = 8 * (student(error, replications - 1) + 4) * math.sqrt(2 / replications)
    return float(optimize.brentq(lambda margin: chance_of_same(margin, replications, error) - chance, 0, top))


def margin_needed(planned: Plan) -> float:
    """Return the margin, in standard deviations, at which the last look decides either way.

    An unchanged scenario is then called same in all its quantities with the chance `CLEAR`, and a shift as large as
    the margin is called changed with at least the power `POWER`.
    """
    last, error = planned.looks[-1], planned.share(len(planned.looks) - 1)
    chance = 1 - (1 - CLEAR) / max(planned.quantities, 1)
    return max(smallest_margin(last, error, chance), smallest_shift(last, error, POWER))


# The values that a margin can have, so that it is easy to remember and does not change with every new reference.
RELATIVE = (0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0)
ABSOLUTE: Mapping[str, tuple[float, ...]] = {
    "days": (0.5, 1.0, 2.0, 4.0, 7.0),
    "sd": (0.05, 0.1, 0.2, 0.3, 0.5),
    "score": (0.05, 0.1, 0.2, 0.3, 0.5),
}
_LEAST_SHARE = 0.002


def margin_for(values: Sequence[float] | Floats, unit: str, planned: Plan) -> float | None:
    """Choose the margin: the smallest step that these replications can tell from no change.

    Days and scores have steps of their own; everything else has steps relative to its mean, a share relative to the
    smaller of itself and what is left to 1.

    Returns
    -------
    float or None
        In the unit of the values; None if even the widest step is too small to tell, if all values are zero, and for a
        share that is the same everywhere: how it would vary if it were not quite 0 or 1 is unknown.
    """
    array = np.asarray(values, dtype=np.float64)
    spread = float(array.std(ddof=1))
    if unit == "share" and not spread:
        return None
    needed = margin_needed(planned) * spread
    if unit in ABSOLUTE:
        steps: Sequence[float] = ABSOLUTE[unit]
    else:
        base = abs(float(array.mean()))
        if unit == "share":
            base = max(min(base, 1 - base), _LEAST_SHARE)
        steps = [step * base for step in RELATIVE]
    steps = [float(f"{step:.3g}") for step in steps]
    return next((step for step in steps if step >= needed and step > 0), None)
