"""Strategies compared: who is meant by what is typed, numbers by hand, the sentence, and the command as it is used."""

from __future__ import annotations

import json
import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from analysis.claims.judging import difference_interval
from analysis.cli.compare import folder_name
from analysis.cli.main import main
from analysis.comparison import charts, sentences
from analysis.comparison.arms import ANYBODY, MOST, arms_of, settings
from analysis.comparison.comparison import (
    LEAST,
    OUTCOMES,
    USUAL,
    Comparison,
    agreed,
    compare,
    compared,
    folders,
    scenarios,
)
from analysis.comparison.page import table
from analysis.errors import AnalysisError
from analysis.estimation.intervals import FEW
from analysis.presentation import style, wording
from analysis.quantities.catalogue import estimate, per_replication, quantity
from analysis.tables.tables import load
from sim.errors import ScenarioError

TWO = """\
title: One who asks and one who applies
extends: baseline
replications: 3
population: {people: 400}
time: {warm_up: 0 days, window: 28 weeks}
cast:
  asker: {count: 60, employed: off, searches_from: 7 days, hours_per_week: 10, applications: 50%, asks: 50%}
  plain: {count: 60, employed: off, searches_from: 7 days, hours_per_week: 10, applications: 100%}
expect:
  - {order: [asker.referrals_per_person, plain.referrals_per_person], confidence: 90%}
"""
MARKET = """\
title: A small market
extends: baseline
population: {people: 300}
time: {warm_up: 4 weeks, window: 8 weeks}
"""
SEED = 5


def write(folder: Path, name: str, text: str) -> str:
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(tmp_path_factory.mktemp("scenarios"), "two", TWO)


@pytest.fixture(scope="module")
def run(two: str) -> sim.runs.result.Result:
    return sim.simulate(arms_of([two])[0].scenario, replications=4, seed=SEED)


@pytest.fixture(scope="module")
def comparison(two: str, run: sim.runs.result.Result) -> Comparison:
    arms = arms_of([two])
    return compared(arms, {arms[0].scenario.digest: run})


# ---- who is meant ----------------------------------------------------------------------------------------------------


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
    assert sentences.hours_text(reset).endswith("the scenarios themselves set 8 for jill.")
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


# ---- the numbers -----------------------------------------------------------------------------------------------------


def test_values_are_those_of_the_estimators(comparison: Comparison, run: sim.runs.result.Result) -> None:
    assert len(comparison.outcomes) == 2 * len(OUTCOMES)
    for row in wording.records(comparison.outcomes):
        found = estimate(f"{row['arm']}.{row['measure']}", run)
        assert (row["value"], row["high"], row["method"]) == (found.value, found.high, found.method)
        assert row["low"] == max(0.0, found.low)
        assert row["n"] == round(found.n)


def test_differences_are_paired_by_replication(comparison: Comparison, run: sim.runs.result.Result) -> None:
    """By hand: with as many searches in each replication, the mean of the differences and its Student interval."""
    row = comparison.difference("asker", "plain", "interview_in_26_weeks")
    names = [f"{role}.interview_in_26_weeks" for role in ("asker", "plain")]
    pair = [quantity(name).measure(load(run)) for name in names]
    assert min(min(one.count, one.n - one.count) for one in pair) >= FEW, "enough for the plain interval"
    first, second = (per_replication(name, run)["value"].to_numpy() for name in names)
    apart = first - second
    half = stats.t.ppf(0.975, 3) * apart.std(ddof=1) / 2
    assert (row["value"], row["low"], row["high"]) == pytest.approx(
        (apart.mean(), apart.mean() - half, apart.mean() + half)
    )
    assert row["beyond_chance"] == (row["low"] > 0 or row["high"] < 0)


def test_what_pairing_saves_is_by_hand(comparison: Comparison, run: sim.runs.result.Result) -> None:
    row = comparison.difference("asker", "plain", "hired_in_26_weeks")
    a, b = (per_replication(f"{role}.hired_in_26_weeks", run)["value"].to_numpy() for role in ("asker", "plain"))
    saved = 1 - np.var(a - b, ddof=1) / (np.var(a, ddof=1) + np.var(b, ddof=1))
    assert row["saved"] == pytest.approx(saved)
    assert row["saved_low"] <= row["saved"] <= row["saved_high"]
    assert (np.var(a + b) / np.var(a - b)) == pytest.approx((1 + saved) / (1 - saved))


def test_intervals_widen_with_the_number_of_pairs(tmp_path: Path) -> None:
    third = "  third: {count: 60, employed: off, searches_from: 7 days, hours_per_week: 10, applications: 90%}\n"
    three = write(tmp_path, "three", TWO.replace("expect:\n", f"{third}expect:\n"))
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
    assert sentences.sentence(found).count("the third lies between") == 1


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
    assert "people who look for work in “one”" in sentences.sentence(found, 8)
    assert sentences.sentence(found, 26).startswith("In this simulation no search")
    assert sentences.finding(found, 8) == "Interviews within 8 weeks: no difference beyond chance"


def test_runs_that_do_not_belong_together_are_refused(two: str, run: sim.runs.result.Result) -> None:
    arms = arms_of([f"{two}:asker", "jill"], "own")
    other = sim.runs.result.Result(arms[1].scenario, SEED, 2, run.manifest, None, {})
    with pytest.raises(AnalysisError, match="same seed"):
        compared(arms, {arms[0].scenario.digest: run, arms[1].scenario.digest: other})


def test_what_is_not_there_has_no_row(comparison: Comparison) -> None:
    with pytest.raises(AnalysisError, match="no row for nobody"):
        comparison.outcome("nobody", "hired_in_4_weeks")


# ---- in words and as a chart -----------------------------------------------------------------------------------------


def told(rows: dict[str, tuple[float, float, float]], apart: tuple[float, float, float]) -> Comparison:
    """Two groups with these chances of an interview and a difference with this interval."""
    arms = arms_of(["eli-ben"])
    values, differences = [], []
    for outcome in OUTCOMES:
        for arm, (value, low, high) in rows.items():
            values.append(
                {
                    "arm": arm,
                    "measure": outcome.measure,
                    "kind": outcome.kind,
                    "weeks": outcome.weeks,
                    "unit": outcome.unit,
                    "n": 100,
                    "value": value,
                    "low": low,
                    "high": high,
                    "note": "",
                }
            )
        differences.append(
            {
                "arm": "eli",
                "against": "ben",
                "measure": outcome.measure,
                "unit": outcome.unit,
                "level": 0.95,
                "value": apart[0],
                "low": apart[1],
                "high": apart[2],
                "beyond_chance": apart[1] > 0 or apart[2] < 0,
                "saved": 0.3,
                "saved_low": 0.1,
                "saved_high": 0.5,
                "note": "",
            }
        )
    return Comparison(arms, pd.DataFrame(values), pd.DataFrame(differences), 8, 1, 0.95, {"referralsim": "0"})


def test_first_sentence_is_plain_and_careful() -> None:
    found = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, 0.14, 0.28))
    assert sentences.sentence(found) == (
        "In this simulation, of 100 people in the group “eli” about 62 had an interview within 12 weeks of search, of "
        "100 in the group “ben” about 41; this difference is beyond chance (14 to 28 more, 95 % interval)."
    )
    assert sentences.finding(found) == "Interview within 12 weeks: 62 of 100 in “eli”, 41 in “ben”"
    unsure = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, -0.02, 0.3))
    assert sentences.sentence(unsure).endswith("about 41; this difference may be chance.")
    assert "no difference beyond chance" in sentences.finding(unsure)
    lower = told({"eli": (0.001, 0, 0.01), "ben": (0.004, 0, 0.01)}, (-0.003, -0.004, -0.001))
    assert "of 1,000 people in the group “ben” about 4" in sentences.sentence(lower)
    assert "(1 to 4 more, 95 % interval)" in sentences.sentence(lower)


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ((0.3, 0.1, 0.5), "pairing saved 30 % of the replications (95 % interval 10 to 50 %)."),
        ((0.3, -0.1, 0.5), "pairing saved 30 % of the replications, but so few cannot tell"),
        ((-0.3, -0.5, -0.1), "pairing cost 30 % more replications"),
        ((math.nan, math.nan, math.nan), ""),
    ],
)
def test_what_pairing_saved_is_said_with_its_uncertainty(saved: tuple[float, float, float], said: str) -> None:
    found = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, 0.14, 0.28))
    found.differences[["saved", "saved_low", "saved_high"]] = saved
    assert said in sentences.pairing(found)
    assert bool(said) == bool(sentences.pairing(found))


def test_settings_name_what_differs_and_nothing_else() -> None:
    found = {one.path: one.values for one in settings(arms_of(["eli-ben"]))}
    assert found["applications"] == ("60 %", "90 %")
    assert found["upkeep"] == ("20 %", "0 %")
    assert found["asks_from"] == ("0 days", "90 days")
    assert not {"hours_per_week", "count", "ability", "contact.familiarity"} & found.keys()
    markets = {one.path: one.values for one in settings(arms_of(["baseline", "bonus"]))}
    assert markets == {"population.people": ("5,000 people", "2,000 people"), "employers.bonus": ("1", "6")}
    assert all("anybody" not in one.meaning for one in settings(arms_of(["kari", "jill"], 8.0)))
    mixed = {one.path: one.values for one in settings(arms_of(["eli-ben:eli", "baseline"]))}
    assert mixed["goodwill"] == ("0.5", ANYBODY)
    assert not {"homophily", "contact.strength"} & mixed.keys(), "says nothing where there is no group and no contact"
    assert mixed["applications"] == ("60 %", "75 %")


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
@pytest.mark.parametrize("title", ["", "What was found"])
def test_chart_draws_few_as_lines_and_many_as_rows(comparison: Comparison, width: float, title: str) -> None:
    figure = charts.chart(comparison, title=title, width=width)
    assert figure.get_suptitle() == title
    assert len(figure.axes) == 3
    texts = [text.get_text().replace("\n", " ") for axes in figure.axes[:2] for text in axes.texts]
    for row in wording.records(comparison.outcomes):
        if row["measure"] in ("interview_in_26_weeks", "hired_in_26_weeks"):
            assert f"{row['arm']} {wording.percent(row['value'])}".replace(" %", "\u00a0%") in texts
    style.svg(figure, "test")


def test_alternative_text_has_every_number_drawn(comparison: Comparison) -> None:
    said = sentences.alt_text(comparison)
    assert said.startswith("Lines over weeks of search with 95 % intervals.")
    for row in wording.records(comparison.outcomes):
        assert sentences.interval_text(row) in said


def test_numbers_on_file_are_those_of_the_tables(comparison: Comparison) -> None:
    both = table(comparison)
    assert both["row"].value_counts().to_dict() == {"value": 2 * len(OUTCOMES), "difference": len(OUTCOMES)}
    values = both[both["row"] == "value"]
    assert values["value"].tolist() == comparison.outcomes["value"].tolist()
    assert (values["against"] == "").all()


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_page_chart_and_numbers_and_goes_on_where_it_stopped(
    two: str,
    comparison: Comparison,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--replications", "4", "--seed", str(SEED), "--workers", "1"]
    assert main(["compare", two, *options]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(sentences.sentence(comparison))
    assert "two: 4 of 4 replications" in err
    folder = tmp_path / "reports" / "compare-two"
    names = [f"comparison.{kind}" for kind in ("csv", "html", "png", "svg")]
    assert sorted(file.name for file in folder.iterdir()) == names
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    assert (folder / "comparison.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert (folder / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert "Simulated chances under stated assumptions, not a promise" in page
    for what in ("seed 5", "4 replications", "In what they differ", "One who asks and one who applies"):
        assert what in page
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert main(["compare", two, *options]) == 0
    assert "4 of 4 replications were already there" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_machines_get_an_object_and_quiet_is_quiet(
    two: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["--replications", "2", "--seed", "1", "--workers", "1", "--hours", "6", "--weeks", "8"]
    assert main(["compare", f"{two}:plain", f"{two}:asker", *asked, "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["hours"].startswith("All give 6 hours a week to their search. Set for this comparison; as written")
    assert len(found["values"]) == 2 * len(OUTCOMES)
    assert len(found["differences"]) == len(OUTCOMES)
    assert "within 8 weeks" in found["sentence"]
    assert [line for line in err.splitlines() if line and not line.startswith(("Note:", "Page:"))] == []
    (folder,) = (tmp_path / "reports").iterdir()
    assert folder.name == "compare-two-plain-two-asker-6-hours-8-weeks"
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    assert "--hours 6 --weeks 8" in page
    assert [path.name.partition("~")[0] for path in (tmp_path / "results" / "compare").iterdir()] == ["two"]


def test_folders_are_named_after_what_is_compared() -> None:
    assert folder_name(["eli-ben"], None, 12) == "compare-eli-ben"
    named = folder_name(["eli-ben:eli", "my plans/Jill A.yaml"], 6.5, 26)
    assert named == "compare-eli-ben-eli-jill-a-6.5-hours-26-weeks"
    assert folder_name(["plans/two.yaml:Some One"], None, 12) == "compare-two-some-one"
    long = folder_name(["x" * 90, "y" * 90], None, 12)
    assert len(long) <= 100
    assert long != folder_name(["x" * 90, "z" * 90], None, 12)
