"""Who is compared: what is typed, equal hours, and folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from compared_people import MARKET, TWO, write

import sim
from analysis.cli.main import main
from analysis.comparison import sentences
from analysis.comparison.arms import MOST, arms_of
from analysis.comparison.comparison import (
    LEAST,
    USUAL,
    Comparison,
    agreed,
    folders,
    scenarios,
)
from analysis.errors import AnalysisError
from sim.errors import ScenarioError


def test_one_scenario_stands_for_its_roles_and_the_one_others_are_held_against_comes_last() -> None:
    assert [arm.name for arm in arms_of(["eli-ben"])] == ["eli-ben:eli", "eli-ben:ben"]
    habits = [arm.label for arm in arms_of(["habits"])]
    assert len(habits) == len(sim.load_scenario("habits").cast)
    assert habits[-1] == "no habits"
    assert next(arm.label for arm in arms_of(["habits:no_habits", "habits"])) == "no habits"


def test_roles_may_be_typed_in_words_and_names_stay_apart(tmp_path: Path) -> None:
    arms = arms_of(["habits:No-Habits", "jill", "baseline"])
    assert [(arm.name, arm.label, arm.role) for arm in arms] == [
        ("habits:no_habits", "no habits", "no_habits"),
        ("jill", "jill", "jill"),
        ("baseline", "baseline", None),
    ]
    assert [arm.group for arm in arms] == ["no_habits", "jill", "none"]
    same = [write(tmp_path, name, TWO.replace("400", people)) for name, people in (("a", "400"), ("b", "500"))]
    assert [arm.label for arm in arms_of(same)] == ["asker (a)", "plain (a)", "asker (b)", "plain (b)"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["eli", "jill"], "no scenario is named 'eli'; did you mean eli-ben:eli?"),
        (["jil", "baseline"], "no scenario is named 'jil'; did you mean jill?"),
        (["no_habit", "jill"], "no scenario is named 'no_habit'; did you mean habits:no_habits?"),
        (["eli-ben:elli", "jill"], "eli-ben:elli: no role is called 'elli'; did you mean 'eli'?"),
        (["baseline:eli", "jill"], "baseline:eli: no role is called 'eli'; this scenario has no cast"),
        (["jill"], "jill is the only one, and a comparison needs two"),
        (["jill", "jill"], "jill is named twice"),
        (["eli-ben:eli", "eli-ben:eli"], "eli-ben:eli is named twice"),
        ([], "nothing is named"),
        (["habits", "eli-ben", "jamie"], f"name at most {MOST}"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_nothing_is_written(
    typed: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["compare", *typed]) == 2
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if not line.startswith("Note:")]
    assert out == ""
    assert len(lines) == 1
    assert said in lines[0]
    assert list(tmp_path.iterdir()) == []


def test_a_spreadsheet_is_called_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clients.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(ScenarioError, match=r"named 'clients\.xlsx'; the file of this name is a spreadsheet or"):
        arms_of(["clients.xlsx", "jill"])


def test_a_name_like_no_other_gets_the_whole_list() -> None:
    with pytest.raises(ScenarioError, match=r"there are baseline, bonus, .*weak-ties, and any file that ends in"):
        arms_of(["zzzz"])


@pytest.mark.parametrize(
    "options",
    [
        ["--hours", "0"],
        ["--hours", "many"],
        ["--weeks", "5"],
        ["--replications", "1"],
        ["--hours", "101"],
        ["--hours", "nan"],
    ],
)
def test_wrong_options_are_one_line(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "eli-ben", *options]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("Note:")]
    assert len(lines) == 1
    assert lines[0].startswith(f"{options[0]} {options[1]}: expected")


# ---- equal hours -----------------------------------------------------------------------------------------------------


def test_hours_are_made_equal_unless_each_keeps_its_own(two: str) -> None:
    market = "baseline"
    equal = arms_of([f"{two}:asker", "jill", market])
    assert [arm.hours for arm in equal] == [10, 10, 10]
    assert [arm.own_hours for arm in equal] == [10, 8, 8]
    assert [arm.changed for arm in equal] == [False, True, True]
    assert equal[1].scenario.cast["jill"].hours_per_week == 10
    assert equal[2].scenario.search.hours_per_week == 10
    assert [arm.hours for arm in arms_of([f"{two}:asker", "jill"], "own")] == [10, 8]
    assert [arm.hours for arm in arms_of([two], 6.0)] == [6, 6]
    assert not any(arm.changed for arm in arms_of(["habits"]))


def test_the_crowd_of_a_scenario_with_a_cast_keeps_its_hours(two: str) -> None:
    (scenario,) = scenarios(arms_of([two], 6.0)).values()
    assert scenario.search.hours_per_week == sim.load_scenario("baseline").search.hours_per_week


def test_hours_set_equal_are_told(two: str, comparison: Comparison) -> None:
    assert sentences.hours_text(comparison) == "All give 10 hours a week to their search."
    arms = arms_of([f"{two}:asker", "jill"])
    reset = Comparison(arms, comparison.outcomes, comparison.differences, 2, 1, 0.95, {})
    assert "the scenarios themselves set 8 for jill. Their contacts differ" in sentences.hours_text(reset)
    each = arms_of([f"{two}:asker", "jill"], "own")
    own = Comparison(each, comparison.outcomes, comparison.differences, 2, 1, 0.95, {})
    assert not own.equal_hours
    assert "not equal (10 for asker and 8 for jill)" in sentences.hours_text(own)
    habits = Comparison(arms_of(["habits"]), comparison.outcomes, comparison.differences, 2, 1, 0.95, {})
    assert "outside a search: 0 for no habits and 4 for all others" in sentences.hours_text(habits)


def test_replications_and_seed_hold_for_all() -> None:
    arms = arms_of(["eli-ben:eli", "baseline"])
    assert agreed(arms, None, None) == (USUAL, 1)
    assert agreed(arms, 30, 7) == (30, 7)
    with pytest.raises(AnalysisError, match=f"expected at least {LEAST}"):
        agreed(arms, 1, None)


def test_each_scenario_has_a_folder_of_its_own_even_where_names_are_equal(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    one = write(tmp_path, "plan", MARKET)
    other = write(tmp_path / "x", "plan", MARKET.replace("300", "320"))
    names = list(folders(arms_of([one, other])).values())
    assert len(set(names)) == 2
    assert all(name.startswith("plan~") for name in names)
    assert list(folders(arms_of([one, "jill"], "own")).values()) == ["plan", "jill"]
    assert folders(arms_of([one, "jill"], 9.0)).keys() == scenarios(arms_of([one, "jill"], 9.0)).keys()
