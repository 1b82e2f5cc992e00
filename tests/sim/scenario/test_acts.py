"""Values so small that a run would never end are refused, with what they would cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import ScenarioError, load_scenario, load_sweep
from sim.scenario.acts import ACTS, MOST
from sim.scenario.parameters import Habits

EVERY = [(act.time, {f"search.{act.share}": 0.2, "search.applications": 0.5}) for act in ACTS]


@pytest.mark.parametrize(("time", "shares"), EVERY, ids=[time for time, _ in EVERY])
def test_a_time_that_makes_acts_without_end_is_refused_with_the_cost(time: str, shares: dict[str, float]) -> None:
    load_scenario("baseline", {**shares, "search.upkeep": 0.2, time: 0.5})
    with pytest.raises(ScenarioError, match=r"hours\) makes .* of one seeker a week, about .* in each replication"):
        load_scenario("baseline", {**shares, "search.upkeep": 0.2, time: 1e-6})


def test_the_line_says_where_and_how_many(tmp_path: Path) -> None:
    file = tmp_path / "fast.yaml"
    file.write_text("population: {people: 1000}\ncareers: {searching: 10%}\nsearch:\n  hours_per_application: 1e-6\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    told = str(caught.value)
    assert told.startswith(f"{file}:4: search.hours_per_application")
    assert "(1e-06 hours) makes 6,000,000 applications of one seeker a week" in told
    assert told.endswith(f"expected at most {MOST:,.0f} a week")


def test_a_role_with_a_plan_of_its_own_counts_too(tmp_path: Path) -> None:
    file = tmp_path / "cast.yaml"
    file.write_text("search: {hours_per_touch: 0.01}\ncast:\n  ann: {count: 1, hours_per_week: 60}\n")
    with pytest.raises(ScenarioError, match="touches of ties of one seeker"):
        load_scenario(file)


def test_a_point_of_a_sweep_is_refused_before_anything_runs(tmp_path: Path) -> None:
    file = tmp_path / "fast.yaml"
    file.write_text(
        "scenario: baseline\nname: fast\ndesign: grid\nreplications: 1\n"
        "vary:\n  search.hours_per_application: [1, 0.000001]\n"
    )
    with pytest.raises(ScenarioError, match="in each replication"):
        load_sweep(file)


def test_every_habit_that_is_counted_in_acts_stands_in_the_table() -> None:
    """The profile takes hours, but is one act however many."""
    assert {act.share for act in ACTS if act.share.startswith("habits.")} == {
        f"habits.{name}" for name in Habits.model_fields if name != "profile"
    }
