"""The comparison with a reference: its intervals by a second library, its two errors and its power by simulation.

Draws are normal with the means and standard deviations between replications of the shipped baseline. Real markets are
in `test_error_rates.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

from analysis.checks import drift, power
from analysis.checks.drift import Finding, Plan, judge, plan, verdict
from sim.streams import Streams

NAN = float("nan")
# Mean, standard deviation between replications and unit: the baseline, seed 1.
BASELINE: Mapping[str, tuple[float, float, str]] = {
    "direct.response": (0.0293, 0.00192, "share"),
    "referral.response": (0.2580, 0.00737, "share"),
    "recruiter.response": (0.1217, 0.00616, "share"),
    "direct.interview": (0.0269, 0.00159, "share"),
    "referral.interview": (0.2274, 0.00618, "share"),
    "recruiter.interview": (0.1194, 0.00614, "share"),
    "direct.hire": (0.0053, 0.00035, "share"),
    "referral.hire": (0.0524, 0.00227, "share"),
    "applicants_per_opening": (126.8, 7.48, "count"),
    "days_to_fill": (38.48, 0.347, "days"),
    "days_to_answer_direct": (13.78, 0.150, "days"),
    "days_to_answer_referral": (1.518, 0.0140, "days"),
}
NAMES = tuple(BASELINE)
REPLICATIONS = 128
PLAN = plan(REPLICATIONS, len(NAMES))
SD = np.array([BASELINE[name][1] for name in NAMES])
MEAN = np.array([BASELINE[name][0] for name in NAMES])


# A tenth of each quantity, as a reference has it; 128 replications decide it for all.
MARGINS: Mapping[str, float] = {name: 0.1 * mean for name, (mean, _, _) in BASELINE.items()}


def values(rng: np.random.Generator, correlation: float = 0.3) -> np.ndarray:
    """Values of one set of replications, of shape (replications, quantities); busy markets move all of them."""
    common, own = rng.standard_normal((REPLICATIONS, 1)), rng.standard_normal((REPLICATIONS, len(NAMES)))
    return np.asarray(MEAN + SD * (correlation**0.5 * common + (1 - correlation) ** 0.5 * own))


def compare(before: np.ndarray, after: np.ndarray, planned: Plan = PLAN, *, paired: bool = True) -> dict[str, Finding]:
    return {
        name: judge(name, before[:, at], after[:, at], MARGINS[name], planned, paired=paired)
        for at, name in enumerate(NAMES)
    }


def within_error(hits: int, trials: int, rate: float) -> bool:
    """Whether a count agrees with a rate; a right program fails this in 1 of 10,000 seeds."""
    return bool(stats.binomtest(hits, trials, rate).pvalue > 1e-4)


# ---- by hand and by another library -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.5, 0.5, "same"),
        (0.0, 0.9, "same"),
        (0.1, 0.9, "moved"),  # a difference, but none that matters
        (-0.9, -0.1, "moved"),
        (0.1, 1.0, "changed"),
        (2.0, 3.0, "changed"),
        (-1.5, -0.2, "changed"),
        (-0.1, 1.0, "undecided"),
        (-2.0, 2.0, "undecided"),
        (0.0, 1.5, "undecided"),
        (NAN, NAN, "undecided"),
    ],
)
def test_verdicts(low: float, high: float, said: str) -> None:
    assert verdict(low, high, 1.0) == said


def test_intervals_are_those_of_scipy() -> None:
    rng = Streams(3, 0).generator("intervals")
    before, after = rng.standard_normal(9), rng.standard_normal(9) * 3 + 1
    paired = stats.ttest_rel(after, before).confidence_interval(0.999)
    assert drift.paired_interval(after - before, 0.001)[1:] == pytest.approx((paired.low, paired.high))
    apart = stats.ttest_ind(after, before[:5], equal_var=False).confidence_interval(0.999)
    assert drift.welch(before[:5], after, 0.001)[1:] == pytest.approx((apart.low, apart.high))


@pytest.mark.parametrize(
    ("replications", "looks"),
    [
        (32, (8, 16, 32)),
        (31, (8, 16, 31)),
        (100, (13, 25, 50, 100)),
        (256, (16, 32, 64, 128, 256)),
        (1000, (63, 125, 250, 500, 1000)),
        (16, (8, 16)),
        (8, (8,)),
        (2, (2,)),
    ],
)
def test_looks_and_how_the_error_is_shared(replications: int, looks: tuple[int, ...]) -> None:
    planned = plan(replications, 7, false_alarm=0.01, scenarios=5)
    assert planned.looks == looks
    assert 5 * 7 * sum(planned.share(look) for look in range(len(looks))) == pytest.approx(0.01)


@pytest.mark.parametrize("wrong", [{"replications": 1}, {"false_alarm": 0.0}, {"false_alarm": 1.0}, {"scenarios": 0}])
def test_a_plan_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected at least 2 replications"):
        plan(**{"replications": 8, "quantities": 3, **wrong})  # type: ignore[arg-type]


def test_a_look_counts_when_it_is_complete_and_what_it_said_stays() -> None:
    planned = Plan((4, 8), 1, 0.2)
    before = np.arange(8.0)
    assert judge("x", before, before[:3], 0.5, planned).note == "too few replications for a first look"
    first = judge("x", before, before[:7] + np.array([0, 0.1, 0, 0.1, 9, 9, 9]), 0.5, planned)
    assert (first.verdict, first.replications) == ("same", 4)
    # The second look alone would be undecided; what both intervals have in common is still inside the margin.
    second = judge("x", before, before + np.array([0, 0.1, 0, 0.1, 0.1, 0, 0.9, -0.9]), 0.5, planned)
    assert second.verdict == "same"
    assert (second.low, second.high) == pytest.approx((first.low, first.high))
    assert second.replications == 8


def test_an_early_verdict_against_later_data_gives_way() -> None:
    planned = Plan((4, 40), 1, 0.2)
    after = np.concatenate([[0, 0.01, 0, 0.01], np.tile([1.0, 1.01], 18)])
    assert judge("x", np.zeros(40), after[:4], 0.5, planned).verdict == "same"
    late = judge("x", np.zeros(40), after, 0.5, planned)  # the two intervals have nothing in common
    assert late.verdict == "changed"
    assert late.low == pytest.approx(drift.paired_interval(after, planned.share(1))[1])


def test_what_cannot_be_counted() -> None:
    planned = Plan((4,), 1, 0.05)
    gone = judge("x", np.ones(4), np.full(4, NAN), 0.5, planned)
    assert (gone.verdict, gone.note) == ("changed", "nothing left to count")
    some = judge("x", np.array([1, 1.1, 1, 0.9]), np.array([1, 1.1, NAN, 0.9]), 0.5, planned)
    assert (some.verdict, some.replications) == ("same", 3)
    assert some.note == "nothing to count in 1 of 4 replications"
    one = judge("x", np.array([1, NAN, NAN, NAN]), np.ones(4), 0.5, planned)
    assert (one.verdict, one.replications) == ("undecided", 1)


def test_equal_values_are_the_same_and_a_shift_without_spread_is_seen() -> None:
    before = np.array([3.0, 3.0, 2.9, 3.0, 3.0, 3.0, 3.0, 3.0])
    for paired in (True, False):
        assert judge("x", before, before + (0 if paired else 1e-12), 0.5, plan(8, 1), paired=paired).verdict == "same"
    assert judge("x", before, before + 2, 0.5, plan(8, 1)).verdict == "changed"


def test_the_last_bits_of_a_sum_are_no_change() -> None:
    before = np.linspace(0.02, 0.04, 8)
    found = judge("a", before, before + 1e-17, 0.003, plan(8, 1))
    assert (found.verdict, found.difference) == ("same", 0)
    assert judge("a", before, before + 1e-6, 0.003, plan(8, 1)).verdict == "moved"


# ---- by simulation ------------------------------------------------------------------------------------------------


def test_unchanged_families_raise_the_stated_number_of_alarms() -> None:
    # One look at independent quantities leaves Bonferroni nothing to give away: 1 - (1 - 0.1/12)^12 = 0.0956.
    planned, trials, m = Plan((REPLICATIONS,), len(NAMES), 0.1), 1500, len(NAMES)
    alarms = 0
    for trial in range(trials):
        rng = Streams(11, trial).generator("pairs")
        before, after = values(rng, 0.0), values(rng, 0.0)
        # Any margin is left by an interval that excludes zero, if it is small enough.
        alarms += any(
            judge(name, before[:, at], after[:, at], 1e-12, planned).verdict == "changed"
            for at, name in enumerate(NAMES)
        )
    assert within_error(alarms, trials, 1 - (1 - 0.1 / m) ** m), alarms


@pytest.mark.parametrize("paired", [True, False])
def test_looking_often_at_what_moves_together_raises_no_more(paired: bool) -> None:
    planned, trials, alarms = Plan(PLAN.looks, len(NAMES), 0.1), 200, 0
    for trial in range(trials):
        rng = Streams(12, trial).generator("pairs")
        before, after = values(rng), values(rng)
        alarms += any(
            judge(name, before[:, at], after[:, at], 1e-12, planned, paired=paired).verdict == "changed"
            for at, name in enumerate(NAMES)
        )
    assert stats.binomtest(alarms, trials, 0.1, alternative="greater").pvalue > 1e-4, alarms


def test_nothing_changed_is_called_same_as_often_as_planned() -> None:
    trials, clear, alarms = 500, 0, 0
    for trial in range(trials):
        rng = Streams(13, trial).generator("pairs")
        found = compare(values(rng), values(rng)).values()
        clear += all(one.verdict == "same" for one in found)
        alarms += any(one.verdict == "changed" for one in found)
    # Some need fewer than 128 replications, so more than 95 % are clear; at 1 in 20,000 no alarm is expected.
    assert stats.binomtest(clear, trials, power.CLEAR, alternative="less").pvalue > 1e-4, clear
    assert alarms == 0


@pytest.mark.parametrize("factor", [-1, 1])
def test_a_change_as_large_as_the_margin_is_seldom_called_less_and_mostly_changed(factor: int) -> None:
    planned, trials, less = Plan(PLAN.looks, len(NAMES), 0.3), 300, 0
    step = factor * np.array([MARGINS[name] for name in NAMES])
    changed = np.zeros(len(NAMES))
    for trial in range(trials):
        rng = Streams(14, trial).generator("pairs")
        found = compare(values(rng), values(rng) + step, planned)
        less += any(one.verdict in ("same", "moved") for one in found.values())
        changed += [one.verdict == "changed" for one in found.values()]
    # All twelve have changed by their margins; any of them called less counts, at half of 0.3: one side only.
    assert stats.binomtest(less, trials, 0.15, alternative="greater").pvalue > 1e-4, less
    assert (changed / trials > power.POWER - 4 * (0.09 / trials) ** 0.5).all(), changed


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("rate", "direct.response"),
        ("days", "days_to_answer_direct"),
        ("days", "days_to_answer_referral"),
        ("order", "referral.response"),
    ],
)
def test_planted_drift_is_seen_and_the_rest_is_not_called_changed(planted: str, seen: str) -> None:
    trials, hits, others = 100, 0, 0
    at, other = NAMES.index(seen), NAMES.index("recruiter.response")
    for trial in range(trials):
        rng = Streams(16, trial).generator("pairs")
        before, after = values(rng), values(rng)
        if planted == "rate":
            after[:, at] *= 1.2
        elif planted == "days":
            after[:, at] += 2
        else:
            after[:, [at, other]] = after[:, [other, at]]
        found = compare(before, after)
        hits += found[seen].verdict == "changed"
        others += any(
            one.verdict == "changed"
            for name, one in found.items()
            if name != seen and not (planted == "order" and name == "recruiter.response")
        )
    shift = {"rate": 0.2 * MEAN[at], "days": 2.0, "order": MEAN[at] - MEAN[other]}[planted]
    last = len(PLAN.looks) - 1
    least = power.chance_of_changed(shift / SD[at], MARGINS[seen] / SD[at], REPLICATIONS, PLAN.share(last))
    assert stats.binomtest(hits, trials, least, alternative="less").pvalue > 1e-4, (hits, least)
    assert least > 0.9
    assert others == 0


def test_the_same_draws_give_the_same_findings() -> None:
    def once() -> dict[str, Finding]:
        rng = Streams(17, 0).generator("pairs")
        return compare(values(rng), values(rng))

    assert once() == once()
