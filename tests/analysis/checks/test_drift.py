"""The comparison with a reference: its intervals by a second library, its two errors and its power by simulation.

Draws are normal with the means and standard deviations between replications that 32 replications of the shipped
baseline have, but where a test says that it simulates markets.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from scipy import stats
from small_markets import SMALL

from analysis.checks import drift
from analysis.checks.drift import Finding, Plan, judge, margin_for, plan, verdict
from analysis.quantities.per_replication import simulate_outcomes, tracked
from sim import load_scenario
from sim.streams import Streams

NAN = float("nan")
# Mean, standard deviation between replications and unit: the baseline, seed 1, 32 replications.
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
REPLICATIONS = 32
PLAN = plan(REPLICATIONS, len(NAMES))
SD = np.array([BASELINE[name][1] for name in NAMES])
MEAN = np.array([BASELINE[name][0] for name in NAMES])


def margins() -> dict[str, float]:
    """Margins as a reference of that spread would get them."""
    found = {}
    for name, (mean, sd, unit) in BASELINE.items():
        margin = margin_for(mean + sd * np.array([-1.0, 1.0]) / 2**0.5, unit, PLAN)
        assert margin is not None, name
        found[name] = margin
    return found


MARGINS = margins()


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
        (0.1, 0.9, "same"),
        (-0.9, -0.1, "same"),  # a difference, but none that matters
        (0.1, 1.0, "changed"),
        (2.0, 3.0, "changed"),
        (-1.5, -0.2, "changed"),
        (-0.1, 1.0, "undecided"),
        (-2.0, 2.0, "undecided"),
        (0.0, 1.5, "undecided"),
        (NAN, NAN, "undecided"),
    ],
)
def test_three_verdicts(low: float, high: float, said: str) -> None:
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
        (100, (25, 50, 100)),
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


def test_power_is_that_of_students_test() -> None:
    # The noncentral t of scipy fails at some such levels, so the plan has its own; where scipy answers, they agree.
    for replications, error, shift in ((8, 0.05, 1.5), (16, 1e-3, 1.8), (32, 1e-5, 1.6)):
        limit = stats.t.isf(error / 2, replications - 1)
        known = stats.nct.sf(limit, replications - 1, shift * (replications / 2) ** 0.5)
        assert drift.chance_of_changed(shift, replications, error) == pytest.approx(known, abs=1e-4)
        found = drift.smallest_shift(replications, error, 0.9)
        assert drift.chance_of_changed(found, replications, error) == pytest.approx(0.9)


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


def test_margins_are_steps_that_people_remember() -> None:
    assert MARGINS["days_to_answer_direct"] == 0.5
    assert MARGINS["days_to_fill"] == 1.0
    assert MARGINS["direct.response"] == pytest.approx(0.2 * 0.0293, rel=0.01)
    tight = np.array([0.99, 0.9901, 0.9899])
    assert margin_for(tight, "share", PLAN) == pytest.approx(0.1 * 0.01)  # of what is left to 1
    assert margin_for(np.array([0.01, 0.05, 0.02]), "share", PLAN) is None
    assert margin_for(np.ones(4), "share", PLAN) is None
    assert margin_for(np.full(4, 3.0), "days", PLAN) == 0.5
    assert margin_for(np.zeros(4), "count", PLAN) is None


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
    planned, trials, alarms = Plan(PLAN.looks, len(NAMES), 0.1), 400, 0
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
    # Margins are rounded up to the next step, so more than 95 % are clear; at 1 in 20,000 no alarm is expected.
    assert stats.binomtest(clear, trials, drift.CLEAR, alternative="less").pvalue > 1e-4, clear
    assert alarms == 0


@pytest.mark.parametrize("factor", [-1, 1])
def test_a_change_as_large_as_the_margin_is_seldom_called_same_and_mostly_changed(factor: int) -> None:
    planned, trials, same = Plan(PLAN.looks, len(NAMES), 0.3), 500, 0
    step = factor * np.array([MARGINS[name] for name in NAMES])
    changed = np.zeros(len(NAMES))
    for trial in range(trials):
        rng = Streams(14, trial).generator("pairs")
        found = compare(values(rng), values(rng) + step, planned)
        same += any(one.verdict == "same" for one in found.values())
        changed += [one.verdict == "changed" for one in found.values()]
    # All twelve have changed by their margins; any of them called same counts, at half of 0.3: one side only.
    assert stats.binomtest(same, trials, 0.15, alternative="greater").pvalue > 1e-4, same
    assert (changed / trials > drift.POWER - 4 * (0.09 / trials) ** 0.5).all(), changed


@pytest.mark.parametrize("gain", [0.0, 0.7])
def test_the_smallest_shift_is_detected_with_its_power(gain: float) -> None:
    # Where the same seed makes two replications alike (gain: their correlation), a smaller shift has this power.
    error, trials, hits = 0.001, 2000, 0
    planned = Plan((16,), 1, error)
    shift = drift.smallest_shift(16, error, drift.POWER) * (1 - gain) ** 0.5
    for trial in range(trials):
        rng = Streams(15, trial).generator("pairs")
        common, first, second = rng.standard_normal((3, 16))
        before, after = (gain**0.5 * common + (1 - gain) ** 0.5 * own for own in (first, second))
        hits += judge("x", before, after + shift, 1e-12, planned).verdict == "changed"
    assert within_error(hits, trials, drift.POWER), hits


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
    trials, hits, others = 200, 0, 0
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
    least = drift.chance_of_changed(shift / SD[at], REPLICATIONS, PLAN.share(2))
    assert stats.binomtest(hits, trials, least, alternative="less").pvalue > 1e-4, (hits, least)
    assert least > 0.9
    assert others == 0


def test_the_same_draws_give_the_same_findings() -> None:
    def once() -> dict[str, Finding]:
        rng = Streams(17, 0).generator("pairs")
        return compare(values(rng), values(rng))

    assert once() == once()


# ---- small markets, really simulated ------------------------------------------------------------------------------


def simulated(task: tuple[int, int]) -> dict[str, float]:
    seed, replication = task
    scenario = load_scenario("baseline", SMALL)
    found = simulate_outcomes(scenario, seed, replication, tracked(scenario))[0]
    return {name: value for name, (_, value) in found.items()}


@pytest.mark.slow
def test_real_markets_raise_no_more_alarms_than_stated() -> None:
    """Pairs of 2 × 10 small markets, all of other seeds: skewed shares of few events, not normal draws."""
    pairs, size = 24, 10
    tasks = [(seed, replication) for seed in range(100, 100 + 2 * pairs) for replication in range(size)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(simulated, tasks, chunksize=8))
    names = [name for name in rows[0] if not any(np.isnan(row[name]) for row in rows)]
    assert {"direct.response", "referral.response", "days_to_answer_direct"} <= set(names)
    table = np.array([[row[name] for name in names] for row in rows]).reshape(2 * pairs, size, len(names))
    planned, alarms, seen = Plan((5, 10), len(names), 0.1), 0, dict.fromkeys(("rate", "days", "order"), 0)
    direct, referral, days = (
        names.index(name) for name in ("direct.response", "referral.response", "days_to_answer_direct")
    )
    for pair in range(pairs):
        before, after = table[2 * pair], table[2 * pair + 1]
        alarms += any(
            judge(name, before[:, at], after[:, at], 1e-12, planned).verdict == "changed"
            for at, name in enumerate(names)
        )
        for kind, at, drifted in (
            ("rate", direct, 1.2 * after[:, direct]),
            ("days", days, after[:, days] + 2),
            ("order", referral, after[:, direct]),
        ):
            seen[kind] += judge(kind, before[:, at], drifted, 1e-12, planned).verdict == "changed"
    # 0.1 of 24 families: 9 or more would come in 1 of 1,000 such tests.
    assert alarms <= stats.binom.isf(1e-3, pairs, 0.1), alarms
    spread = table.reshape(-1, len(names)).std(axis=0, ddof=1)
    for kind, at, shift in (("rate", direct, 0.2 * table[:, :, direct].mean()), ("days", days, 2.0)):
        least = drift.chance_of_changed(shift / spread[at], size, planned.share(1))
        assert stats.binomtest(seen[kind], pairs, least, alternative="less").pvalue > 1e-3, (kind, seen, least)
    assert seen["order"] == pairs
