"""Sweeps that cannot run: each is refused in one line, with its place, before anything is simulated."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.experiments.designs import DESIGNS
from sim.experiments.sweep import Sweep
from sim.experiments.sweep_reader import load_sweep, make_sweep

SLOTS = "screening.interview_slots"


def write(folder: Path, text: str, name: str = "sweep.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> str:
    """What is said of a file, without the folder; one line with its place."""
    with pytest.raises(ScenarioError) as caught:
        load_sweep(write(folder, text))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(folder)), message
    return message.replace(f"{folder}/", "")


def grid(vary: str, more: str = "") -> str:
    return f"scenario: jill\ndesign: grid\n{more}vary:\n  {vary}\n"


def drawn(vary: str, design: str = "latin-hypercube", points: str = "8") -> str:
    return f"scenario: jill\ndesign: {design}\npoints: {points}\nvary:\n  {vary}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "design: grid\nvary: {a: [1]}",
            "1: scenario: missing; expected the name of a shipped scenario, or the path of a",
        ),
        ("scenario: jill\nvary: {a: [1]}", "1: design: missing; expected one of points, table, grid, one-at-a-time,"),
        ("scenario: jill\ndesign: grid", "1: vary: missing; a design 'grid' needs parameters and their values such as"),
        (
            "scenario: jill\ndesign: sobol\nvary: {a: [1]}",
            "1: points: missing; a design 'sobol' needs how many, such as 6",
        ),
        ("scenario: jill\ndesign: points", "1: points: missing; a design 'points' needs a list such as '- {"),
        (
            "scenario: jill\ndesign: table",
            "1: table: missing; a design 'table' needs the path of a CSV or Parquet file",
        ),
        ("scenario: jill\ndesign: gird\nvary: {}", "2: design: found 'gird'; did you mean 'grid'?"),
        ("scenario: jill\ndesign: LHS\nvary: {}", "2: design: found 'LHS'; did you mean 'latin-hypercube'?"),
        ("scenario: jill\ndesign: oat\nvary: {}", "2: design: found 'oat'; did you mean 'one-at-a-time'?"),
        ("scenario: jill\ndesign:\nvary: {}", "2: design: found nothing; expected one of points, table,"),
        ("scenario: jill\ndesign: [grid]\nvary: {}", "2: design: found a list; expected one of points, table,"),
        (
            "scenario: jil\ndesign: grid\nvary: {a: [1]}",
            "1: scenario: no scenario is named 'jil'; did you mean 'jill'?",
        ),
        ("scenario: 5\ndesign: grid\nvary: {a: [1]}", "1: scenario: found 5; expected the name of a shipped scenario"),
        (
            "scenario: no/x.yaml\ndesign: grid\nvary: {a: [1]}",
            "1: scenario: 'no/x.yaml' does not exist (paths are relative to this file)",
        ),
        (
            "scenario: bad.yaml\ndesign: grid\nvary: {a: [1]}",
            "bad.yaml:2: population.peple: unknown parameter; did you me",
        ),
        (
            grid(f"{SLOTS}: [4]", "replicatoins: 4\n"),
            "3: replicatoins: unknown part of a sweep; did you mean 'replication",
        ),
        (grid(f"{SLOTS}: [4]", "points: 4\n"), "3: points: a design 'grid' takes no 'points'"),
        (grid(f"{SLOTS}: [4]", "levels: 4\n"), "3: levels: a design 'grid' takes no 'levels'"),
        (grid(f"{SLOTS}: [4]", "second_order: on\n"), "3: second_order: a design 'grid' takes no 'second_order'"),
        (grid(f"{SLOTS}: [4]", "seed: -1\n"), "3: seed: found -1; expected a whole number between 0 and"),
        (grid(f"{SLOTS}: [4]", "seed: 1\nseed: 2\n"), "4: seed: given twice, first on line 3"),
        (grid(f"{SLOTS}: [4]", "name: a/b\n"), "3: name: expected letters, digits"),
        (grid(f"{SLOTS}: [4]", "title: 5\n"), "3: title: found 5; expected text, in quotes"),
        (grid(f"{SLOTS}: [4]", "keep_tables: maybe\n"), "3: keep_tables: found 'maybe'; expected on or off"),
        (grid(f"{SLOTS}: [4]", "set: [1]\n"), "3: set: found a list; expected parameters and their values"),
        (
            grid(f"{SLOTS}: [4]", "set: {population.peple: 500}\n"),
            "3: population.peple: unknown parameter; did you mean 'population.people'?",
        ),
        (
            grid(f"{SLOTS}: [4]", "set: {population.people: 3%}\n"),
            "3: population.people: found '3%'; expected a whole num",
        ),
        (grid(f"{SLOTS}: [4]", "set: {seed: 3}\n"), "3: seed: is not the scenario's here; write 'seed' at the top"),
        (
            grid(f"{SLOTS}: [4]", "set: {search.applications: 90%}\n"),
            "3: search.applications: search.applications (0.9) + search.asks",
        ),
        (
            grid(f"{SLOTS}: [4]", f"set: {{{SLOTS}: 5}}\n"),
            f"5: {SLOTS}: is varied here and set under 'set'; expected one of the two",
        ),
    ],
)
def test_what_every_sweep_says(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path, "title: x\npopulation: {peple: 5}\n", "bad.yaml")
    message = refused(tmp_path, text)
    assert message.startswith(expected if expected.startswith("bad") else f"sweep.yaml:{expected}"), message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (grid("{}").replace("\n  {}", " {}"), "3: vary: found nothing; expected parameters and their values such as"),
        (grid("").replace("\n  ", ""), "3: vary: found nothing; expected parameters and their values such as"),
        (
            grid("screening.interview_slot: [4]"),
            f"4: screening.interview_slot: unknown parameter; did you mean '{SLOTS}'?",
        ),
        (grid("cast.jil.count: [4]"), "4: cast.jil.count: no role is called 'jil'; did you mean 'jill'?"),
        (
            grid("screening: {interview_slots: [4], interview_slot: [4]}"),
            "4: screening.interview_slot: unknown parameter",
        ),
        (grid(f"{SLOTS}: [4]\n  screening: {{interview_slots: [5]}}"), f"5: {SLOTS}: given twice, first on line 4"),
        (grid(f"{SLOTS}: [4]\n  {SLOTS}: [5]"), f"5: vary.{SLOTS}: given twice, first on line 4"),
        (grid("screening: [4]"), "4: screening: is a group of parameters; expected one of them, such as"),
        (grid("seed: [1, 2]"), "4: seed: is not the scenario's here; write 'seed' at the top of the sweep's file"),
        (grid("replications: [1, 2]"), "4: replications: is not the scenario's here; write 'replications' at the top"),
        (grid("story: [a, b]"), "4: story: changes no result; expected a parameter of the simulation"),
        (grid("expect: [1]"), "4: expect: can only be said in the file"),
        (grid(f"{SLOTS}: 4"), f"4: {SLOTS}: found 4; expected a list of values such as [6, ...] or a range such as"),
        (grid(f"{SLOTS}:"), f"4: {SLOTS}: found nothing; expected a list of values"),
        (grid(f"{SLOTS}: []"), f"4: {SLOTS}: found an empty list; expected 1 or more values"),
        (grid(f"{SLOTS}:\n  - 4\n  - 4.5"), f"6: {SLOTS}: found 4.5; expected a whole number"),
        (grid(f"{SLOTS}:\n  - 4\n  - 0"), f"6: {SLOTS}: found 0; expected a whole number between 1 and 1000"),
        (grid(f"{SLOTS}:\n  - 4\n  - [5]"), f"6: {SLOTS}: found a list; expected a whole number"),
        (grid(f"{SLOTS}:\n  - 4\n  - null"), f"6: {SLOTS}: found nothing; expected a whole number"),
        (grid(f"{SLOTS}:\n  - 4\n  - 4.0"), f"6: {SLOTS}: the value 4.0 stands in the list twice"),
        (grid("time.window: [12 weks]"), "4: time.window: found '12 weks'; expected a time in days"),
        (grid("mechanisms.referrals: [on, of]"), "4: mechanisms.referrals: found 'of'; expected on or off"),
        (
            grid("mechanisms.referrals: {from: 0, to: 1}"),
            "4: mechanisms.referrals: found a range; expected a list such as [on, off]",
        ),
        (grid("cast.jill.contact.kind: [mentr]"), "4: cast.jill.contact.kind: found 'mentr'; expected one of"),
        (
            grid("network.edge_list: [nowhere.csv]"),
            "4: network.edge_list: no such file 'nowhere.csv'; expected a CSV file",
        ),
        (grid(f"{SLOTS}: {{from: 2, to: 8}}"), f"4: {SLOTS}.steps: missing; expected the number of levels"),
        (grid(f"{SLOTS}: {{from: 2, steps: 3}}"), f"4: {SLOTS}.to: missing; expected both ends of the range"),
        (
            grid(f"{SLOTS}: {{from: 2, till: 3}}"),
            f"4: {SLOTS}.till: unknown part of a range; expected one of from, to, st",
        ),
        (
            grid(f"{SLOTS}: {{from: 2, to: 8, step: 3}}"),
            f"4: {SLOTS}.step: unknown part of a range; did you mean 'steps'?",
        ),
        (
            grid(f"{SLOTS}: {{from: 2, to: 8, steps: 1}}"),
            f"4: {SLOTS}.steps: found 1; expected a whole number between 2 a",
        ),
        (
            grid(f"{SLOTS}: {{from: 8, to: 2, steps: 3}}"),
            f"4: {SLOTS}.from: found from 8 to 2; expected the lower end fir",
        ),
        (
            grid(f"{SLOTS}: {{from: 2, to: 2, steps: 3}}"),
            f"4: {SLOTS}.from: found from 2 to 2; expected the lower end fir",
        ),
        (
            grid(f"{SLOTS}: {{from: 2, to: 2000, steps: 3}}"),
            f"4: {SLOTS}.to: found 2000; expected a whole number between",
        ),
        (
            grid(f"{SLOTS}: {{from: null, to: 20, steps: 3}}"),
            f"4: {SLOTS}.from: found nothing; expected a whole number",
        ),
        (
            grid("referrals.stake: {from: 0, to: 1, steps: 3, scale: log}"),
            "4: referrals.stake.from: found 0; a log scale begins above 0",
        ),
        (
            grid("referrals.stake: {from: 0.1, to: 1, steps: 3, scale: logarithmic}"),
            "4: referrals.stake.scale: found 'logarithmic'; expected linear or log",
        ),
        (
            grid("referrals.stake: {distribution: normal, mean: 1, sd: 1}"),
            "4: referrals.stake.distribution: a design 'grid' has levels and no distribution; write steps",
        ),
        (
            grid("referrals.stake: {from: 0, to: 1, steps: 9000}\n  referrals.recall: {from: 0, to: 1, steps: 9000}"),
            "3: vary: makes 81000000 points; expected at most 100000",
        ),
        (drawn(f"{SLOTS}: [4]"), f"5: {SLOTS}: found a list of one value; expected 2 or more values"),
        (
            drawn(f"{SLOTS}: {{from: 2, to: 8, steps: 3}}"),
            f"5: {SLOTS}.steps: a design 'latin-hypercube' draws from the w",
        ),
        (drawn(f"{SLOTS}: {{from: 2}}"), f"5: {SLOTS}.to: missing; a uniform distribution is said by from, to"),
        (
            drawn("referrals.stake: {distribution: norml, mean: 1, sd: 1}"),
            "5: referrals.stake.distribution: found 'norml'; did you mean 'normal'?",
        ),
        (
            drawn("referrals.stake: {distribution: 5}"),
            "5: referrals.stake.distribution: found 5; expected one of uniform,",
        ),
        (
            drawn("referrals.stake: {distribution: normal, mean: 1}"),
            "5: referrals.stake.sd: missing; a normal distribution is said by mean, sd",
        ),
        (
            drawn("referrals.stake: {distribution: normal, mean: 1, sd: 0}"),
            "5: referrals.stake.sd: found 0; expected a score, more than 0, such as 0.5",
        ),
        (
            drawn("referrals.stake: {distribution: normal, mean: 1, sd: 1, mode: 3}"),
            "5: referrals.stake.mode: a normal distribution takes no 'mode'; expected mean, sd, from, to",
        ),
        (
            drawn("referrals.stake: {distribution: normal, mean: 1, sd: 0.01, from: 2}"),
            "5: referrals.stake: 'from' and 'to' leave less than 1 in 10,000 of the distribution",
        ),
        (
            drawn("referrals.stake: {distribution: triangular, from: 1, to: 2, mode: 3}"),
            "5: referrals.stake.mode: found 3; expected 1 to 2",
        ),
        (
            drawn("referrals.stake: {distribution: lognormal, median: 0, log_sd: 1}"),
            "5: referrals.stake.median: found 0; the median of a lognormal distribution is more than 0",
        ),
        (
            drawn("referrals.stake: {distribution: loguniform, from: 0, to: 2}"),
            "5: referrals.stake.from: found 0; a log scale begins above 0",
        ),
        (
            drawn("openings.hidden: {distribution: normal, mean: 3, sd: 1%}"),
            "5: openings.hidden.mean: found 3; expected a share between 0 and 1, such as 25% or 0.25; did you mean 3%?",
        ),
        (drawn(f"{SLOTS}: [4, 5]", points="0"), "3: points: found 0; expected a whole number between 1 and 100000"),
        (drawn(f"{SLOTS}: [4, 5]", points="[8]"), "3: points: found a list; expected a whole number"),
        (drawn(f"{SLOTS}: [4, 5]", "sobol", "60"), "3: points: found 60; expected a power of two such as 32 or 64"),
        (drawn(f"{SLOTS}: [4, 5]", "sobol", "65536"), "3: points: makes 196608 points; expected at most 100000"),
        (drawn(f"{SLOTS}: [4, 5]\nlevels: 5", "morris"), "6: levels: found 5; expected an even number such as 4"),
    ],
)
def test_what_is_varied(tmp_path: Path, text: str, expected: str) -> None:
    message = refused(tmp_path, text)
    assert message.startswith(f"sweep.yaml:{expected}"), message


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("replications: 0", "3: replications: found 0; expected a whole number between 1 and 100000"),
        ("replications: many", "3: replications: found 'many'; expected a whole number"),
        (
            "replications: [5]",
            "3: replications: found a list; expected a whole number, or a precision such as {half_width",
        ),
        ("replications: {half_width: 0.5%}", "3: replications.of: missing; expected a precision such as {half_width"),
        ("replications: {of: direct.response}", "3: replications.half_width: missing; expected a precision such as"),
        (
            "replications: {half_width: 0, of: direct.response}",
            "3: replications.half_width: found 0; expected a share, mo",
        ),
        ("replications: {half_width: 0.5, of: direct.response}", "3: replications.half_width: found 0.5; expected a"),
        (
            "replications: {half_width: 2 days, of: direct.response}",
            "3: replications.half_width: found '2 days'; expected",
        ),
        (
            "replications: {half_width: 2%, of: days_to_fill}",
            "3: replications.half_width: found '2%'; expected a time in",
        ),
        (
            "replications: {half_width: 1%, of: direct.respons}",
            "3: replications.of: unknown rate 'direct.respons'; did you mean 'direct.response'?",
        ),
        (
            "replications: {half_width: 1%, of: [direct.response]}",
            "3: replications.of: found a list; expected the name of",
        ),
        (
            "replications: {half_width: 1%, of: direct.response, confidence: 95}",
            "3: replications.confidence: found 95; expected a share, more than 0.5 and less than 1",
        ),
        (
            "replications: {half_width: 1%, of: direct.response, atleast: 3}",
            "3: replications.atleast: unknown part of a precision; did you mean 'at_least'?",
        ),
        (
            "replications: {half_width: 1%, of: direct.response, at_least: 1}",
            "3: replications.at_least: found 1; expected a whole number between 2 and 100000",
        ),
        (
            "replications: {half_width: 1%, of: direct.response, at_least: 9, at_most: 5}",
            "3: replications.at_least: found at least 9 and at most 5; expected the smaller number first",
        ),
        (
            "outcomes: direct.response",
            "3: outcomes: found 'direct.response'; expected a list such as [direct.response]",
        ),
        (
            "outcomes:\n  - direct.response\n  - jill.hired_in_13_weeks",
            "5: outcomes[1]: unknown rate 'jill.hired_in_13_weeks'; did you mean 'jill.hired_in_12_weeks'?",
        ),
        ("outcomes:\n  - maria.hired_in_12_weeks", "4: outcomes[0]: no role is called 'maria'; the cast is "),
        ("outcomes:\n  - direct.read\n  - direct.read", "5: outcomes[1]: 'direct.read' is named twice"),
        ("outcomes:\n  - 5", "4: outcomes[0]: found 5; expected the name of a rate: direct.response"),
        ("outcomes:\n  -", "4: outcomes[0]: found nothing; expected the name of a rate: direct.response"),
    ],
)
def test_replications_and_outcomes(tmp_path: Path, said: str, expected: str) -> None:
    message = refused(tmp_path, grid(f"{SLOTS}: [4]", said + "\n"))
    assert message.startswith(f"sweep.yaml:{expected}"), message


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("5", "3: points: found 5; expected a list such as '- {population.people: 2000}'"),
        ("[]", "3: points: found an empty list; expected a list such as"),
        ("", "3: points: found nothing; expected a list such as"),
        ("\n- 5", "4: points[0]: found 5; expected values such as {population.people: 2000}"),
        (
            "\n- {population.people: 900}\n- {population.peple: 900}",
            "5: population.peple: unknown parameter; did you mean",
        ),
        (
            "\n- {population.people: 900}\n- {population.people: few}",
            "5: population.people: found 'few'; expected a whole",
        ),
        # Each value is right by itself; the point is not.
        (
            "\n- {search.asks: 5%, search.upkeep: 0.2}\n- search.asks: 71%\n  search.upkeep: 5%",
            (
                "6: search.upkeep: point 1 (search.asks 0.71, search.upkeep 0.05): search.applications (0.75) + "
                "search.asks ("
            ),
        ),
    ],
)
def test_points_in_the_file(tmp_path: Path, points: str, expected: str) -> None:
    message = refused(tmp_path, f"scenario: jill\ndesign: points\npoints: {points}\n")
    assert message.startswith(f"sweep.yaml:{expected}"), message


def test_a_combination_that_does_not_go_together_names_the_point_and_the_line(tmp_path: Path) -> None:
    message = refused(tmp_path, grid("search.applications: [30%, 75%]\n  search.asks: [3%, 40%]"))
    assert message == (
        "sweep.yaml:5: search.asks: point 3 (search.applications 0.75, search.asks 0.4): search.applications (0.75) + "
        "search.asks (0.4) + search.upkeep (0.22) make 1.37; expected at most 1 (100% of the hours)"
    )


def test_what_a_distribution_cannot_keep_within_the_bounds(tmp_path: Path) -> None:
    message = refused(tmp_path, drawn("openings.hidden: {distribution: normal, mean: 5%, sd: 10%}", points="64"))
    assert message.startswith("sweep.yaml:5: openings.hidden: point ")
    assert message.endswith("was drawn; expected between 0 and 1; cut the distribution with from and to")


TABLE = "scenario: jill\ndesign: table\ntable: points.csv\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ": is empty; expected a heading of dotted paths, and one row for each point"),
        (b"population.people\n", ": has no rows; expected one for each point"),
        (b"population.people,market\n900,x\n", ":1: market: unknown parameter"),
        (
            b"population.people,signals.resum\n900,1\n",
            ":1: signals.resum: unknown parameter; did you mean 'signals.resume",
        ),
        (b"population.people,\n900,1\n", ":1: a column has no name; expected a dotted path"),
        (b"point\n1\n", ":1: no column is a parameter; expected dotted paths such as population.people"),
        (b"population.people,population.people\n900,900\n", ":1: population.people: two columns are called so"),
        (
            b"population.people,signals.resume\n900,1\n\n800,\n",
            ":4: signals.resume: row 2: the cell is empty; expected a value for every point",
        ),
        (b"population.people,signals.resume\n900\n", ":2: signals.resume: row 1: the cell is empty; expected a value"),
        (b"population.people,signals.resume\n900,1,2\n", ":2: row 1 has 3 cells; expected 2, as in the heading"),
        (b"population.people\n900\n80.5\n", ":3: population.people: row 2: found 80.5; expected a whole number"),
        (
            b"population.people\n900\n5\n",
            ":3: population.people: row 2: found 5; expected a whole number of people betwee",
        ),
        (b"point,population.people\n1,900\n1,800\n", ":3: point: row 2: 1 is the number of row 1 too"),
        (b"point,population.people\nx,900\n", ":2: point: row 1: found 'x'; expected a whole number between 0 and"),
        (b'population.people\n"900\n', ":2: not CSV: unexpected end of data"),
        (b"population.people\n\xff\n", ": byte 18 is not UTF-8 text; save the file as UTF-8"),
        (
            b"search.asks\n3%\n80%\n",
            ":3: search.asks: point 1 (search.asks 0.8): search.applications (0.75) + search.asks",
        ),
        (b"seed\n3\n", ":1: seed: is not the scenario's here; write 'seed' at the top of the sweep's file"),
    ],
)
def test_a_table_of_points(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "points.csv").write_bytes(content)
    message = refused(tmp_path, TABLE)
    assert message.startswith(f"points.csv{expected}"), message


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("nowhere.csv", "sweep.yaml:3: table: 'nowhere.csv' does not exist (paths are relative to this file)"),
        ("points.xlsx", "sweep.yaml:3: table: found 'points.xlsx'; expected the path of a CSV or Parquet file"),
        ("'a\\0.csv'", "sweep.yaml:3: table: 'a\\0.csv' does not exist"),
        ("5", "sweep.yaml:3: table: found 5; expected the path of a CSV or Parquet file"),
        ("folder.csv", "folder.csv: is not a regular file; expected a CSV or Parquet file"),
        ("text.parquet", "text.parquet: cannot be read as Parquet: "),
        ("gap.parquet", "gap.parquet: signals.resume: row 2: the cell is empty; expected a value for every point"),
        ("nan.parquet", "nan.parquet: signals.resume: row 1: the cell is empty; expected a value for every point"),
        ("far.parquet", "far.parquet: signals.resume: row 3: found -1.0; expected a number of standard deviations"),
        (
            "dates.parquet",
            "dates.parquet: signals.resume: row 1: found a date; expected a number of standard deviations",
        ),
        (
            "lists.parquet",
            "lists.parquet: signals.resume: row 1: found a list; expected a number of standard deviations",
        ),
    ],
)
def test_files_of_points(tmp_path: Path, said: str, expected: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    write(tmp_path, "population.people\n900\n", "text.parquet")
    columns: dict[str, Any] = {
        "gap": [1.0, None],
        "nan": [float("nan"), 1.0],
        "far": [1.0, 2.0, -1.0],
        "lists": [[1.0]],
        "dates": pa.array([10], pa.date32()),
    }
    for name, values in columns.items():
        pq.write_table(pa.table({"signals.resume": values}), tmp_path / f"{name}.parquet")
    message = refused(tmp_path, TABLE.replace("points.csv", said))
    assert message.startswith(expected), message


def test_a_table_may_not_have_more_rows_than_points_are_run(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("population.people\n" + "900\n" * 100_001, encoding="utf-8")
    assert refused(tmp_path, TABLE) == "points.csv: has more than 100000 rows; expected at most so many points"
    pq.write_table(pa.table({"population.people": [900] * 100_001}), tmp_path / "points.parquet")
    assert "has more than 100000 rows" in refused(tmp_path, TABLE.replace(".csv", ".parquet"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml: does not exist"):
        load_sweep(tmp_path / "nowhere.yaml")
    with pytest.raises(ScenarioError, match="is a directory; expected a YAML file"):
        load_sweep(tmp_path)


def test_changes_from_outside(tmp_path: Path) -> None:
    file = write(tmp_path, grid(f"{SLOTS}: [4, 5]"))
    with pytest.raises(ScenarioError, match=rf"--set {SLOTS}: is varied by the sweep; change it in its file"):
        load_sweep(file, overrides={SLOTS: 4})
    with pytest.raises(ScenarioError, match=r"--set population\.people: found 'few'"):
        load_sweep(file, overrides={"population.people": "few"})
    with pytest.raises(ScenarioError, match=r"--set seed: found -1; expected a whole number"):
        load_sweep(file, seed=-1)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"vary": {SLOTS: [4, 0]}}, f"sweep: {SLOTS}: found 0; expected a whole number between 1 and 1000"),
        (
            {"vary": {SLOTS: object()}},
            f"sweep: vary.{SLOTS}: found a object; expected numbers, texts, lists and mappings",
        ),
        ({"vary": {SLOTS: [4]}, "outcome": []}, "sweep: outcome: unknown part of a sweep; did you mean 'outcomes'?"),
        ({"vary": {SLOTS: [4], "screening": {"interview_slots": [5]}}}, f"sweep: {SLOTS}: given twice"),
        ({}, "sweep: vary: missing; a design 'grid' needs parameters"),
    ],
)
def test_sweeps_said_in_python(parts: dict[str, object], expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        make_sweep("jill", "grid", **parts)
    assert str(caught.value).startswith(expected)


def test_a_value_without_end() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ScenarioError, match="nested more than 20 levels deep"):
        make_sweep("jill", "grid", vary={SLOTS: endless})


# Whatever stands in a file, the answer is a sweep or one line.

PATHS = (
    SLOTS,
    "referrals.stake",
    "mechanisms.referrals",
    "time.window",
    "cast.jill.count",
    "cast.jill.asks",
    "openings.hidden",
    "search.asks",
    "network.edge_list",
    "cast.jill.contact.kind",
    "screening",
    "seed",
    "x.y",
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.floats(-2, 5),
    st.sampled_from(
        ["on", "off", "log", "12 weeks", "3%", "normal", "triangular", "lognormal", "loguniform", "", "1e999"]
    ),
    st.text(max_size=5),
)
ranges = st.dictionaries(
    st.sampled_from(["from", "to", "steps", "scale", "distribution", "mode", "mean", "sd", "median", "log_sd", "z"]),
    scalars,
    max_size=5,
)
said = st.one_of(scalars, st.lists(scalars, max_size=3), ranges, st.lists(ranges, max_size=2))
vary = st.dictionaries(st.sampled_from(PATHS), said, min_size=1, max_size=3)
parts = st.fixed_dictionaries(
    {},
    optional={
        "vary": st.one_of(vary, said),
        "set": st.one_of(vary, said),
        "seed": scalars,
        "replications": said,
        "points": st.one_of(st.sampled_from([2, 4, 8]), scalars, st.lists(vary, max_size=2)),
        "table": scalars,
        "outcomes": said,
        "levels": scalars,
        "second_order": scalars,
        "name": scalars,
        "keep_tables": scalars,
    },
)


def one_line_or_a_sweep(action: Any) -> None:
    message = ""
    try:
        sweep = action()
    except ScenarioError as error:
        message = str(error)
    if message:
        assert message.isprintable()
        return
    assert isinstance(sweep, Sweep)
    assert all(sweep.scenario(point) for point in sweep.points)
    assert len(sweep.digest) == 64


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DESIGNS), parts)
def test_no_sweep_gives_a_traceback(design: str, said: dict[str, object]) -> None:
    one_line_or_a_sweep(lambda: make_sweep("jill", design, **said))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.text("design: gr[]{}a\n-,'\"&*!|>#%@", max_size=60)), st.booleans())
def test_no_text_gives_a_traceback(tmp_path: Path, text: str, begun: bool) -> None:
    file = tmp_path / "junk.yaml"
    file.write_bytes((grid(f"{SLOTS}: ") * begun + text).encode("utf-8", "surrogatepass"))
    one_line_or_a_sweep(lambda: load_sweep(file))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=60), st.text('population.people,;\n"9 0\tpoint', max_size=60).map(str.encode)),
    st.booleans(),
    st.sampled_from(["csv", "parquet"]),
)
def test_no_table_gives_a_traceback(tmp_path: Path, content: bytes, begun: bool, kind: str) -> None:
    (tmp_path / f"points.{kind}").write_bytes(b"population.people,signals.resume\n900,1\n" * begun + content)
    file = write(tmp_path, TABLE.replace("csv", kind))
    one_line_or_a_sweep(lambda: load_sweep(file))
