"""What comes from a plan and what from the past: the crossed groups, and parts that add up."""

from __future__ import annotations

import numpy as np
import pytest
from compared_people import TWO, write
from scipy import stats

from analysis.comparison.arms import Arm, arms_of, of_role
from analysis.comparison.comparison import OUTCOMES, Comparison, compare
from analysis.comparison.page import page, table
from analysis.comparison.split import apart, crossings
from analysis.presentation import wording
from analysis.quantities.catalogue import per_replication
from sim import simulate
from sim.scenario.cast import PAST, PLAN

BOTH = TWO.replace("asks: 50%}", "asks: 50%, familiarity: 0.8, goodwill: 0.5}").replace("28 weeks", "14 weeks")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Two groups that differ in plan and past."""
    return compare([write(tmp_path_factory.mktemp("split"), "both", BOTH)], replications=3, seed=1)


def values(arm: Arm, leaves: tuple[str, ...]) -> list[object]:
    return [of_role(arm, leaf) for leaf in leaves]


@pytest.mark.parametrize("names", [["eli-ben"], ["eli-ben:eli", "kari:evenings_off"], ["jamie"]])
def test_crossed_groups_have_the_plan_of_one_and_the_past_of_the_other(names: list[str]) -> None:
    found = crossings(arms_of(names, "own"))
    assert found
    for crossing in found:
        first, plan_of_first, plan_of_second, second = crossing.four
        for made, plan, past in ((plan_of_first, first, second), (plan_of_second, second, first)):
            assert values(made, PLAN) == values(plan, PLAN)
            assert values(made, PAST) == values(past, PAST)
            assert made.scenario.seed == past.scenario.seed
            assert made.people == past.people
            assert made.scenario.population == past.scenario.population
        if first.scenario.digest == second.scenario.digest:
            assert plan_of_first.scenario.digest == plan_of_second.scenario.digest, "one market, as many competitors"


@pytest.mark.parametrize(
    ("names", "plan", "past"),
    [(["kari"], True, False), (["eli-ben"], True, True), (["baseline", "bonus"], False, True)],
)
def test_only_groups_that_differ_in_both_are_crossed(names: list[str], plan: bool, past: bool) -> None:
    arms = arms_of(names)
    assert tuple(apart(*arms)) == (plan, past)
    assert bool(crossings(arms)) == (plan and past)


def test_too_many_groups_are_not_crossed_and_the_page_says_so(both: Comparison) -> None:
    arms = arms_of(["eli-ben", "jill", "kari"], 8.0)
    assert len(arms) == 5
    assert crossings(arms) == ()


def test_parts_add_up_and_are_paired_by_replication(both: Comparison) -> None:
    (crossing,) = crossings(both.arms)
    assert len(both.crossed) == 2 * len(OUTCOMES)
    measure = "interview_in_12_weeks"
    rows = both.parts[both.parts["measure"] == measure].set_index("part")
    assert rows["value"].sum() == pytest.approx(both.difference("asker", "plain", measure)["value"])
    runs = {arm.scenario.digest: simulate(arm.scenario, replications=3, seed=1) for arm in crossing.four}
    a, ab, ba, b = (
        per_replication(runs[arm.scenario.digest], f"{arm.role}.{measure}")["value"].to_numpy() for arm in crossing.four
    )
    by_hand = {"plan": (a - ba + ab - b) / 2, "past": (a - ab + ba - b) / 2}
    for part, differences in by_hand.items():
        assert rows.loc[part, "value"] == pytest.approx(differences.mean())
        if rows.loc[part, "method"] == "Student t over 3 replications":
            half = stats.t.ppf(0.975, 2) * differences.std(ddof=1) / np.sqrt(3)
            assert rows.loc[part, "high"] - rows.loc[part, "value"] == pytest.approx(half)


def test_page_and_file_have_both_parts(both: Comparison) -> None:
    html = page(both)
    for words in ("of that, the plan", "of that, what lies behind", "plan of asker, past of plain", "What lies behind"):
        assert words in html
    assert "pairing" not in html
    rows = table(both)
    assert set(rows["row"]) == {"value", "difference", "part", "crossed"}
    assert {row["part"] for row in wording.records(rows[rows["row"] == "part"])} == {"plan", "past"}
