"""Strategies compared: numbers by hand."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from compared_people import MARKET, SEED, TWO, write
from scipy import stats

import sim
from analysis.claims.judging import difference_interval
from analysis.comparison import headline, sentences
from analysis.comparison.arms import arms_of
from analysis.comparison.comparison import (
    OUTCOMES,
    Comparison,
    compare,
    compared,
    scenarios,
)
from analysis.errors import AnalysisError
from analysis.estimation.intervals import FEW
from analysis.presentation import wording
from analysis.quantities.catalogue import estimate, per_replication, quantity
from analysis.tables.tables import load

# ---- who is meant ----------------------------------------------------------------------------------------------------


# ---- the numbers -----------------------------------------------------------------------------------------------------


def test_values_are_those_of_the_estimators(comparison: Comparison, run: sim.runs.result.Result) -> None:
    assert len(comparison.outcomes) == 2 * len(OUTCOMES)
    for row in wording.records(comparison.outcomes):
        found = estimate(run, f"{row['arm']}.{row['measure']}")
        assert (row["value"], row["high"], row["method"]) == (found.value, found.high, found.method)
        assert row["low"] == max(0.0, found.low)
        assert row["n"] == round(found.n)


@pytest.mark.parametrize("kind", ["interview", "job"])
def test_chances_rise_with_the_weeks_over_the_same_searches(comparison: Comparison, kind: str) -> None:
    for arm in comparison.arms:
        table = comparison.outcomes
        rows = table[(table["arm"] == arm.label) & (table["kind"] == kind)].sort_values("weeks")
        assert rows["n"].nunique() == 1
        assert rows["value"].is_monotonic_increasing
        assert rows["at_risk"].is_monotonic_decreasing
        assert rows["at_risk"].iloc[0] <= rows["n"].iloc[0]


def test_differences_are_paired_by_replication(comparison: Comparison, run: sim.runs.result.Result) -> None:
    """By hand: with as many searches in each replication, the mean of the differences and its Student interval."""
    row = comparison.difference("asker", "plain", "interview_in_26_weeks")
    names = [f"{role}.interview_in_26_weeks" for role in ("asker", "plain")]
    pair = [quantity(name).measure(load(run)) for name in names]
    assert min(min(one.count, one.n - one.count) for one in pair) >= FEW, "enough for the plain interval"
    first, second = (per_replication(run, name)["value"].to_numpy() for name in names)
    apart = first - second
    half = stats.t.ppf(0.975, 3) * apart.std(ddof=1) / 2
    assert (row["value"], row["low"], row["high"]) == pytest.approx(
        (apart.mean(), apart.mean() - half, apart.mean() + half)
    )
    assert row["beyond_chance"] == (row["low"] > 0 or row["high"] < 0)


def test_what_pairing_saves_is_by_hand(comparison: Comparison, run: sim.runs.result.Result) -> None:
    row = comparison.difference("asker", "plain", "hired_in_26_weeks")
    a, b = (per_replication(run, f"{role}.hired_in_26_weeks")["value"].to_numpy() for role in ("asker", "plain"))
    saved = 1 - np.var(a - b, ddof=1) / (np.var(a, ddof=1) + np.var(b, ddof=1))
    assert row["saved"] == pytest.approx(saved)
    assert row["saved_low"] <= row["saved"] <= row["saved_high"]
    assert (np.var(a + b) / np.var(a - b)) == pytest.approx((1 + saved) / (1 - saved))


def test_intervals_widen_with_the_number_of_pairs(tmp_path: Path) -> None:
    third = "  third: {count: 60, employed: off, searches_from: 7 days, hours_per_week: 10, applications: 90%}\n"
    three = write(
        tmp_path, "three", TWO.replace("expect:\n", f"{third}expect:\n").replace("people: 400", "people: 250")
    )
    arms = arms_of([three])
    result = sim.simulate(arms[0].scenario, replications=3, seed=SEED)
    found = compared(arms, {arms[0].scenario.digest: result})
    assert [
        (a, b) for a, b in dict.fromkeys(zip(found.differences["arm"], found.differences["against"], strict=True))
    ] == list(combinations(["asker", "third", "plain"], 2))
    assert found.differences["pairs"].unique().tolist() == [3]
    assert found.differences["each_level"].unique() == pytest.approx([1 - 0.05 / 3])
    row = found.difference("asker", "plain", "interview_in_26_weeks")
    names = ["asker.interview_in_26_weeks", "plain.interview_in_26_weeks"]
    pair = [quantity(name).measure(load(result)) for name in names]
    assert (row["value"], row["low"], row["high"], row["method"]) == difference_interval(names, pair, 1 - 0.05 / 3)
    again = sentences.between(found, found.arms[2], found.arms[0], "interview_in_26_weeks")
    assert (again["value"], again["low"], again["high"]) == (-row["value"], -row["high"], -row["low"])
    said = headline.sentence(found)
    assert "“plain”" in said, "the last is the one that the others are compared with"
    assert "highest" not in said


@pytest.mark.slow
def test_people_who_do_not_differ_rarely_get_a_star(tmp_path: Path) -> None:
    """Three equal roles, 30 seeds: at 5 % for all pairs together, 7 stars or more come by luck 6 times in 10,000."""
    role = "{count: 60, employed: off, searches_from: 7 days, hours_per_week: 10, applications: 100%}"
    head = TWO.partition("cast:")[0].replace("28 weeks", "14 weeks")
    cast = "".join(f"  {name}: {role}\n" for name in ("one", "two", "third"))
    file = write(tmp_path, "equal", f"{head}cast:\n{cast}")
    measures = ("interview_in_12_weeks", "hours_per_interview")
    stars = dict.fromkeys(measures, 0)
    for seed in range(30):
        table = compare([file], replications=5, seed=seed).differences
        for measure in measures:
            stars[measure] += bool(table.loc[table["measure"] == measure, "beyond_chance"].any())
    assert max(stars.values()) <= 6, stars


def test_equal_people_in_equal_markets_do_not_differ_at_all(tmp_path: Path) -> None:
    """Common random numbers across scenarios: a mechanism that nobody meets leaves every replication as it was."""
    other = write(tmp_path, "other", MARKET + "careers: {closure_people: 1}\n")
    found = compare([write(tmp_path, "one", MARKET), other], replications=2, seed=SEED)
    assert len(scenarios(found.arms)) == 2
    apart = found.differences.set_index("measure")["value"]
    assert apart[["interview_in_4_weeks", "hired_in_8_weeks", "hours_per_interview"]].tolist() == [0, 0, 0]
    assert not found.differences["beyond_chance"].any()
    # What was not followed for so long is no number, and says so.
    row = found.outcome("one", "hired_in_26_weeks")
    assert math.isnan(row["value"])
    assert "was followed for 26 weeks" in row["note"]
    assert "one" in row["note"]
    assert "we cannot tell “one” and “other” apart" in headline.sentence(found, 8)
    assert "people who look for work in “one”" in headline.sentence(found, 8)
    assert headline.sentence(found, 26).startswith("In this simulation no search")
    assert headline.finding(found, 8) == "Interviews within 8 weeks: no difference beyond chance"


def test_runs_that_do_not_belong_together_are_refused(two: str, run: sim.runs.result.Result) -> None:
    arms = arms_of([f"{two}:asker", "jill"], "own")
    other = sim.runs.result.Result(arms[1].scenario, SEED, 2, run.manifest, None, {})
    with pytest.raises(AnalysisError, match="same seed"):
        compared(arms, {arms[0].scenario.digest: run, arms[1].scenario.digest: other})


def test_what_is_not_there_has_no_row(comparison: Comparison) -> None:
    with pytest.raises(AnalysisError, match="no row for nobody"):
        comparison.outcome("nobody", "hired_in_4_weeks")


# ---- in words and as a chart -----------------------------------------------------------------------------------------


# ---- the command -----------------------------------------------------------------------------------------------------
