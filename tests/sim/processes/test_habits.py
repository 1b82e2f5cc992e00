"""A habit is declared once, under `search.habits`; these tests say what else it needs when one is added."""

import re

import numpy as np
import pytest
from paths import ROOT
from small_markets import small

from sim.processes import habits
from sim.processes.schedule import build
from sim.scenario.cast import ACTIVITIES, HABITS, hour_shares
from sim.scenario.parameters import Habits, Role, Search


def test_every_habit_is_practised() -> None:
    assert list(habits._ACTS) == list(HABITS), "enter what is done for it in _ACTS of sim/processes/habits.py, in order"


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_every_role_can_give_hours_to_every_activity(activity: str) -> None:
    assert activity in Role.model_fields, f"declare {activity} in Role of sim/scenario/parameters.py"
    assert Role.model_fields[activity].default is None, f"a role that leaves {activity} out has the crowd's"


@pytest.mark.parametrize("habit", HABITS)
def test_every_habit_stands_on_the_page_of_the_model(habit: str) -> None:
    page = (ROOT / "docs/model.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{habit}` \| ", page, re.MULTILINE), f"say in docs/model.md what {habit} does"


@pytest.mark.parametrize("habit", HABITS)
def test_every_habit_does_something(habit: str) -> None:
    market = build(small({"search.quiet_hours": 20}), 1, 0)
    ties, people = market.ties, market.people
    kept = ("contact", "strength", "familiarity", "goodwill", "touched")
    before = [getattr(ties, name).copy() for name in kept] + [people.currency.copy()]
    market.env.run(until=0.5)
    habits._ACTS[habit](market, np.arange(100), np.full(100, 20.0))
    after = [getattr(ties, name) for name in kept] + [people.currency]
    assert any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_role_that_sets_one_share_sets_all() -> None:
    search = Search(applications=0.6, asks=0.2, upkeep=0.1, habits=Habits(meetups=0.1))
    crowd = dict.fromkeys(ACTIVITIES, 0.0) | {"applications": 0.6, "asks": 0.2, "upkeep": 0.1, "meetups": 0.1}
    assert hour_shares(search) == crowd
    assert hour_shares(search, Role(quiet_hours=3)) == crowd
    assert hour_shares(search, Role(asks=0.0)) == dict.fromkeys(ACTIVITIES, 0.0)
    assert hour_shares(search, Role(support=0.5)) == dict.fromkeys(ACTIVITIES, 0.0) | {"support": 0.5}
