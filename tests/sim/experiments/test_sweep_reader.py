"""Designs of experiments: which points there are, what each says, and what a file has to say."""

import csv
import itertools
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from other_processes import printed
from sweep_files import SLOTS, STAKE, SWITCH, write

from sim import load_scenario
from sim.errors import ScenarioError
from sim.experiments.designs import DESIGNS
from sim.experiments.sampling import levels
from sim.experiments.sweep import Point, Precision
from sim.experiments.sweep_reader import load_sweep, make_sweep
from sim.scenario.paths import value_at

WHOLE = """\
title: How crowded may the market be?
scenario: jill
set: {population.people: 2000, time: {window: 12 weeks}}
design: grid
vary:
  screening.interview_slots: [4, 6]
  referrals.stake: {from: 0.05, to: 0.5, steps: 3, scale: log}
  mechanisms.referrals: [on, off]
replications: 10
seed: 7
outcomes: [jill.hired_in_12_weeks]
keep_tables: on
"""


def test_a_file_to_a_sweep(tmp_path: Path) -> None:
    sweep = load_sweep(write(tmp_path, WHOLE))
    assert (sweep.name, sweep.title, sweep.design) == ("sweep", "How crowded may the market be?", "grid")
    assert (sweep.replications, sweep.precision, sweep.seed, sweep.keep_tables) == (10, None, 7, True)
    assert sweep.outcomes == ("jill.hired_in_12_weeks",)
    assert sweep.base == load_scenario("jill", {"population.people": 2000, "time.window": 84})
    assert sweep.notes == ()
    assert [(factor.path, factor.values, factor.scale) for factor in sweep.factors] == [
        (SLOTS, (4, 6), "linear"),
        (STAKE, (0.05, 0.158113883008, 0.5), "log"),
        (SWITCH, (True, False), "linear"),
    ]
    assert [point.number for point in sweep.points] == list(range(12))
    # The last factor changes fastest.
    assert [tuple(point.values.values()) for point in sweep.points] == list(
        itertools.product((4, 6), (0.05, 0.158113883008, 0.5), (True, False))
    )
    assert sweep.points[3].label == f"point 3 ({SLOTS} 4, {STAKE} 0.158114, {SWITCH} off)"


def test_what_is_not_said_is_as_in_the_scenario(tmp_path: Path) -> None:
    sweep = load_sweep(write(tmp_path, "scenario: baseline\ndesign: grid\nvary: {screening.interview_slots: [4]}"))
    assert (sweep.replications, sweep.seed) == (sweep.base.replications, sweep.base.seed) == (20, 1)
    assert (sweep.title, sweep.outcomes, sweep.keep_tables) == ("", (), False)


def test_a_scenario_beside_the_file_and_names_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path, "extends: jill\npopulation: {people: 700}", "mine.yaml")
    text = WHOLE.replace("jill\n", "../mine.yaml\n", 1).replace("population.people: 2000, ", "")
    file = write(tmp_path / "deep", text)
    monkeypatch.chdir(tmp_path)
    for path in (file, file.relative_to(tmp_path)):
        sweep = load_sweep(path)
        assert (sweep.base.name, sweep.base.population.people) == ("mine", 700)


def test_every_point_is_the_scenario_with_its_values(tmp_path: Path) -> None:
    sweep = load_sweep(write(tmp_path, WHOLE))
    for point in sweep.points:
        scenario = sweep.scenario(point)
        assert scenario == sweep.base.with_overrides(point.values)
        assert scenario == load_scenario("jill", {"population.people": 2000, "time.window": 84, **point.values})
        assert {path: value_at(scenario, path) for path in point.values} == point.values
    assert len({sweep.scenario(point).digest for point in sweep.points}) == 12


def test_any_parameter_can_be_varied() -> None:
    sweep = make_sweep(
        "sam",
        "points",
        points=[
            {"cast.sam.count": 20, "cast.sam.hours_per_week": "12 hours per week", "cast.sam.contact.kind": "mentor"},
            {"cast": {"sam": {"hours_per_week": None}}, "mechanisms.news": "off", "openings.hidden": "30%"},
            {},
        ],
    )
    assert sweep.scenario(sweep.points[0]).cast["sam"].count == 20
    assert sweep.scenario(sweep.points[0]).cast["sam"].contact.kind == "mentor"
    assert sweep.points[0].values["cast.sam.hours_per_week"] == 12.0
    assert sweep.points[1].values["cast.sam.hours_per_week"] is None
    assert sweep.points[1].values["openings.hidden"] == 0.3
    assert not sweep.scenario(sweep.points[1]).mechanisms.news
    assert sweep.scenario(sweep.points[2]) == sweep.base
    # What a point does not say is as in the scenario, and stands in the table.
    assert set(sweep.point_table()) == {"point", *sweep.points[0].values}
    assert sweep.point_table()["openings.hidden"] == [sweep.base.openings.hidden, 0.3, sweep.base.openings.hidden]


def test_one_at_a_time() -> None:
    sweep = make_sweep(
        "baseline",
        "one-at-a-time",
        set={SLOTS: 6},
        vary={SLOTS: [4, 6, 8], STAKE: {"from": 0.1, "to": 0.3}, SWITCH: ["on", "off"]},
    )
    base = (6, sweep.base.referrals.stake, True)
    # What equals the base is the base, and comes once.
    assert [tuple(point.values.values()) for point in sweep.points] == [
        base,
        (4, *base[1:]),
        (8, *base[1:]),
        (6, 0.1, True),
        (6, 0.3, True),
        (*base[:2], False),
    ]
    assert sweep.scenario(sweep.points[0]) == sweep.base


@pytest.mark.parametrize(
    ("ends", "options", "expected"),
    [
        ((0.1, 0.4), {"steps": 4, "log": False, "whole": False}, (0.1, 0.2, 0.3, 0.4)),
        ((1, 1000), {"steps": 4, "log": True, "whole": False}, (1.0, 10.0, 100.0, 1000.0)),
        ((5, 50), {"steps": 4, "log": True, "whole": True}, (5, 11, 23, 50)),
        ((1, 3), {"steps": 5, "log": False, "whole": True}, (1, 2, 3)),
        ((0.07, 0.29), {"steps": 2, "log": True, "whole": False}, (0.07, 0.29)),
    ],
)
def test_levels_of_a_range(ends: tuple[float, float], options: dict[str, bool], expected: tuple[float, ...]) -> None:
    found = levels(*ends, **options)  # type: ignore[arg-type]
    assert found == expected
    assert {type(value) for value in found} == {int if options["whole"] else float}


def test_whole_levels_that_coincide_are_told() -> None:
    sweep = make_sweep("baseline", "grid", vary={SLOTS: {"from": 1, "to": 3, "steps": 5}})
    assert len(sweep.points) == 3
    assert sweep.notes == (f"{SLOTS}: 5 levels from 1 to 3 are 3 different whole numbers",)


# Tables


def test_a_table_of_points(tmp_path: Path) -> None:
    text = "population.people;mechanisms.referrals;time.window;cast.jill.hours_per_week\r\n"
    text += "900.0;False;12 weeks;null\r\n\r\n800;on;90;6\r\n"
    (tmp_path / "mine.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    sweep = load_sweep(write(tmp_path, "scenario: jill\ndesign: table\ntable: mine.csv"))
    rows = [tuple(point.values.values()) for point in sweep.points]
    assert rows == [(900, False, 84.0, None), (800, True, 90.0, 6.0)]
    assert [factor.values for factor in sweep.factors] == [(900, 800), (False, True), (84.0, 90.0), (None, 6.0)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_sweeps_own_table_is_a_design_again(tmp_path: Path, kind: str) -> None:
    sweep = make_sweep(
        "jill",
        "latin-hypercube",
        points=40,
        vary={
            SLOTS: {"from": 2, "to": 20},
            STAKE: {"from": 0.01, "to": 0.5, "scale": "log"},
            SWITCH: ["on", "off"],
            "cast.jill.contact.kind": ["mentor", "colleague"],
        },
    )
    table = sweep.point_table()
    assert table["point"] == list(range(40))
    if kind == "csv":
        with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as stream:
            rows = csv.writer(stream)
            rows.writerow(table)
            rows.writerows(zip(*table.values(), strict=True))
    else:
        pq.write_table(pa.table(table), tmp_path / "t.parquet")
    again = make_sweep("jill", "table", table=f"t.{kind}", folder=tmp_path)
    assert again.point_table() == table
    assert again.digest == sweep.digest
    assert [again.scenario(point) for point in again.points] == [sweep.scenario(point) for point in sweep.points]


def test_a_table_may_number_its_points(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("population.people,point\n900,17\n800,3\n", encoding="utf-8")
    sweep = make_sweep("baseline", "table", table="some.csv", folder=tmp_path)
    assert [(point.number, point.values) for point in sweep.points] == [
        (17, {"population.people": 900}),
        (3, {"population.people": 800}),
    ]


def test_networks_are_told_apart_by_their_content(tmp_path: Path) -> None:
    for name, end in (("a", 2), ("b", 3)):
        (tmp_path / f"{name}.csv").write_text(f"person,contact\n1,{end}\n", encoding="utf-8")

    def digest() -> str:
        return make_sweep("baseline", "grid", folder=tmp_path, vary={"network.edge_list": ["a.csv", "b.csv"]}).digest

    before = digest()
    assert digest() == before
    (tmp_path / "b.csv").write_text("person,contact\n1,4\n", encoding="utf-8")
    assert digest() != before


# Sampled designs


# What else is in a sweep


def test_points_that_repeat_are_kept_and_told() -> None:
    stake = load_scenario("jill").referrals.stake
    sweep = make_sweep("jill", "points", points=[{SLOTS: 4}, {SLOTS: 6}, {SLOTS: "4"}, {SLOTS: 6, STAKE: stake}])
    assert len(sweep.points) == 4
    note = "2 of 4 points have the values of an earlier one, such as point 2 those of point 0; "
    note += "its results are theirs too"
    assert sweep.notes == (note,)
    assert sweep.scenario(sweep.points[2]).digest == sweep.scenario(sweep.points[0]).digest


def test_precision(tmp_path: Path) -> None:
    text = WHOLE.replace("replications: 10", "replications:\n  half_width: 0.5%\n  of: direct.response\n  at_most: 40")
    sweep = load_sweep(write(tmp_path, text))
    assert sweep.precision == Precision(0.005, "direct.response", 0.95, 4, 40)
    assert sweep.replications == 40
    days = make_sweep(
        "jill",
        "grid",
        vary={SLOTS: [4]},
        replications={"half_width": "1 week", "of": "days_to_fill", "confidence": "99%", "at_least": 150},
    )
    assert days.precision == Precision(7.0, "days_to_fill", 0.99, 150, 150)


def test_the_digest_is_of_what_decides_the_results() -> None:
    def digest(**more: object) -> str:
        return make_sweep("jill", "grid", **{"vary": {SLOTS: [4, 6]}, **more}).digest

    same = digest()
    aside = ({"title": "x"}, {"name": "y"}, {"replications": 3}, {"outcomes": ["direct.read"]}, {"keep_tables": "on"})
    assert {digest(**more) for more in aside} == {same}
    deciding = ({"seed": 2}, {"vary": {SLOTS: [6, 4]}}, {"vary": {SLOTS: [4]}}, {"set": {"population.people": 900}})
    assert len({same, *(digest(**more) for more in deciding)}) == 5


def test_a_later_error_names_the_line(tmp_path: Path) -> None:
    file = write(tmp_path, WHOLE)
    sweep = load_sweep(file)
    assert str(sweep.error("cannot be measured", "outcomes[0]")) == f"{file}:11: outcomes[0]: cannot be measured"
    assert str(sweep.error("cannot be met", "replications")) == f"{file}:9: replications: cannot be met"
    assert str(sweep.error("is odd", "elsewhere")) == f"{file}:1: elsewhere: is odd"
    assert isinstance(sweep.error("", ""), ScenarioError)


def test_a_sweep_travels_between_processes(tmp_path: Path) -> None:
    sweep = load_sweep(write(tmp_path, WHOLE))
    again = pickle.loads(pickle.dumps(sweep))
    assert again == sweep
    assert again.digest == sweep.digest


def test_python_says_what_the_file_says(tmp_path: Path) -> None:
    said = make_sweep(
        load_scenario("jill"),
        "grid",
        set={"population.people": 2000, "time": {"window": "12 weeks"}},
        vary={
            SLOTS: np.array([4, 6]),
            STAKE: {"from": 0.05, "to": 0.5, "steps": 3, "scale": "log"},
            SWITCH: (True, False),
        },
        replications=10,
        seed=np.int64(7),
        outcomes=["jill.hired_in_12_weeks"],
        keep_tables=True,
        name="sweep",
        title="How crowded may the market be?",
    )
    assert said == load_sweep(write(tmp_path, WHOLE))


def test_no_design_is_forgotten_here() -> None:
    assert set(DESIGNS) == {"points", "table", "grid", "one-at-a-time", "latin-hypercube", "sobol", "morris"}


def test_only_sobol_and_morris_load_their_library() -> None:
    code = (
        "import sys\nfrom sim.experiments.sweep_reader import make_sweep\n"
        f"make_sweep('baseline', 'grid', vary={{'{SLOTS}': [4, 6]}})\n"
        "assert 'SALib' not in sys.modules\nassert 'scipy' not in sys.modules\nassert 'pyarrow' not in sys.modules\n"
    )
    printed(code)


def test_a_points_scenario_is_made_once_and_never_taken_for_another() -> None:
    sweep = make_sweep("baseline", "grid", vary={SLOTS: [4, 6]})
    point = sweep.points[1]
    assert sweep.scenario(point) is sweep.scenario(point)
    # Another point of the same number, and the same point of another base, have scenarios of their own.
    assert sweep.scenario(Point(1, {SLOTS: 9})).screening.interview_slots == 9
    other = replace(sweep, base=sweep.base.with_overrides({"population.people": 700})).scenario(point)
    assert (other.population.people, other.screening.interview_slots) == (700, 6)
