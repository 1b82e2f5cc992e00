"""What a check says it can see: the chance of each verdict, against simulations of the verdict itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.checks import drift, power
from analysis.checks.drift import FALSE_ALARM, FAMILY, Plan, judge, plan
from sim.streams import Streams


def within_error(hits: int, trials: int, rate: float) -> bool:
    """Whether a count agrees with a chance; a right program fails this in 1 of 10,000 seeds."""
    return bool(stats.binomtest(hits, trials, rate).pvalue > 1e-4)


def verdicts(shift: float, margin: float, planned: Plan, trials: int, gain: float = 0.0) -> list[str]:
    """The verdict on each of many pairs of sets, in standard deviations; ``gain`` is their correlation by seed."""
    found, most = [], planned.looks[-1]
    for trial in range(trials):
        common, first, second = Streams(15, trial).generator("pairs").standard_normal((3, most))
        before, after = (gain**0.5 * common + (1 - gain) ** 0.5 * own for own in (first, second))
        found.append(judge("x", before, after + shift, margin, planned).verdict)
    return found


def test_with_a_margin_of_nothing_power_is_that_of_students_test() -> None:
    # The noncentral t of scipy fails at some such levels, so the plan has its own; where scipy answers, they agree.
    for replications, error, shift in ((8, 0.05, 1.5), (16, 1e-3, 1.8), (32, 1e-5, 1.6)):
        limit = stats.t.isf(error / 2, replications - 1)
        known = stats.nct.sf(limit, replications - 1, shift * (replications / 2) ** 0.5)
        assert power.chance_of_changed(shift, 0.0, replications, error) == pytest.approx(known, abs=2e-4)


# Margins far below, near and far above what the replications resolve.
@pytest.mark.parametrize(
    ("replications", "error", "margin"), [(16, 0.001, 0.1), (16, 0.001, 2.2), (32, 1e-4, 2.5), (64, 1e-5, 4.0)]
)
@pytest.mark.parametrize("part", [0.7, 0.9, 1.0])
def test_the_chance_of_changed_is_that_of_the_verdict(
    replications: int, error: float, margin: float, part: float
) -> None:
    """2,000 pairs of sets: the share of verdicts *changed* has a standard error of 1.1 points at most."""
    planned = Plan((replications,), 1, error)
    shift = part * power.smallest_shift(margin, replications, error)
    stated = power.chance_of_changed(shift, margin, replications, error)
    found = verdicts(shift, margin, planned, 2000)
    assert within_error(found.count("changed"), 2000, stated), (found.count("changed"), stated)
    if part == 1.0:
        assert stated == pytest.approx(power.POWER)


def test_a_shift_inside_a_wide_margin_is_moved_and_not_changed() -> None:
    """Where the margin is wide, excluding zero is not enough: 500 pairs, no luck but the stated one."""
    planned, margin = Plan((64,), 1, 1e-3), 4.0
    shift = margin / 2
    assert power.chance_of_changed(shift, 0.0, 64, 1e-3) > 0.999
    assert power.chance_of_changed(shift, margin, 64, 1e-3) < 1e-4
    found = verdicts(shift, margin, planned, 500)
    assert found.count("moved") > 495
    assert "changed" not in found


def test_looks_before_the_last_and_pairing_only_add() -> None:
    """The stated power is of the last look without pairing; more looks and the same seeds see at least as much."""
    error, margin, trials = 0.001, 1.0, 1000
    shift = power.smallest_shift(margin, 32, error * 32 / 56)
    found = verdicts(shift, margin, Plan((8, 16, 32), 1, error), trials)
    assert stats.binomtest(found.count("changed"), trials, power.POWER, alternative="less").pvalue > 1e-4
    gained = verdicts(shift * (1 - 0.7) ** 0.5, margin * (1 - 0.7) ** 0.5, Plan((32,), 1, error * 32 / 56), trials, 0.7)
    assert within_error(gained.count("changed"), trials, power.POWER)


@pytest.mark.parametrize("quantities", [1, 40])
def test_the_replications_needed_decide_and_one_step_fewer_do_not(quantities: int) -> None:
    for margin in (0.4, 1.0, 3.0):
        count = power.replications_needed(margin, quantities, FALSE_ALARM, FAMILY)
        needed, fewer = (power.least_margin(plan(n, quantities)) for n in (count, int(count * 0.9)))
        assert needed <= margin < fewer
        last = len(plan(count, quantities).looks) - 1
        error = plan(count, quantities).share(last)
        assert power.chance_of_changed(margin, margin, count, error) >= power.POWER
        assert power.chance_of_same(margin, count, error) ** quantities >= power.CLEAR - 1e-3


def test_the_same_rule_for_many_replications() -> None:
    # Beyond a thousand, the formula goes on with the root of the number.
    said = power.replications_needed(0.02, 1, FALSE_ALARM, FAMILY)
    assert 100_000 < said < power.MANY
    assert power.least_margin(plan(said, 1)) == pytest.approx(0.02, rel=0.03)
    assert power.replications_needed(1e-9, 1, FALSE_ALARM, FAMILY) > power.MANY
    assert power.replications_needed(np.inf, 40, FALSE_ALARM, FAMILY) == drift.FIRST_LOOK
