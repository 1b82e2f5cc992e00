"""Sweeps that cannot run: each is refused in one line, with its place, before anything is simulated."""

from pathlib import Path

import pytest
from sweep_files import SLOTS, grid, refused, write

from sim.errors import ScenarioError
from sim.experiments.sweep_reader import load_sweep, make_sweep


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
        (grid(f"{SLOTS}: [4]", "set: {seed: 3}\n"), "3: seed: belongs to the sweep here; write 'seed' at the top"),
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
        (grid("seed: [1, 2]"), "4: seed: belongs to the sweep here; write 'seed' at the top of the sweep's file"),
        (grid("replications: [1, 2]"), "4: replications: belongs to the sweep here; write 'replications' at the top"),
        (grid("story: [a, b]"), "4: story: changes no result; expected a parameter of the simulation"),
        (grid("expect: [1]"), "4: expect: can only be set in the file"),
        (grid(f"{SLOTS}: 4"), f"4: {SLOTS}: found 4; expected a list of values such as [6, ...] or a range such as"),
        (grid(f"{SLOTS}:"), f"4: {SLOTS}: found nothing; expected a list of values"),
        (grid(f"{SLOTS}: []"), f"4: {SLOTS}: found an empty list; expected 1 or more values"),
        (grid(f"{SLOTS}:\n  - 4\n  - 4.5"), f"6: {SLOTS}: found 4.5; expected a whole number"),
        (grid(f"{SLOTS}:\n  - 4\n  - 0"), f"6: {SLOTS}: found 0; expected a whole number between 1 and 1000"),
        (grid(f"{SLOTS}:\n  - 4\n  - [5]"), f"6: {SLOTS}: found a list; expected a whole number"),
        (grid(f"{SLOTS}:\n  - 4\n  - null"), f"6: {SLOTS}: found nothing; expected a whole number"),
        (grid(f"{SLOTS}:\n  - 4\n  - 4.0"), f"6: {SLOTS}: the value 4.0 is in the list twice"),
        (grid("time.window: [12 weks]"), "4: time.window: found '12 weks'; expected a time in days"),
        (grid("mechanisms.referrals: [on, of]"), "4: mechanisms.referrals: found 'of'; expected on or off"),
        (
            grid("mechanisms.referrals: {from: 0, to: 1}"),
            "4: mechanisms.referrals: found a range; expected a list such as [on, off]",
        ),
        (grid("cast.jill.contact.kind: [mentr]"), "4: cast.jill.contact.kind: found 'mentr'; expected one of"),
        (
            grid("network.edge_list: [nowhere.csv]"),
            "4: network.edge_list: no such file 'nowhere.csv'; expected a file of ties",
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
            "4: referrals.stake.from: found 0; expected a number above 0 on a log scale",
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
        (drawn(f"{SLOTS}: {{from: 2}}"), f"5: {SLOTS}.to: missing; a uniform distribution needs from, to"),
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
            "5: referrals.stake.sd: missing; a normal distribution needs mean, sd",
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
            "5: referrals.stake.median: found 0; expected a median above 0 for a lognormal distribution",
        ),
        (
            drawn("referrals.stake: {distribution: loguniform, from: 0, to: 2}"),
            "5: referrals.stake.from: found 0; expected a number above 0 on a log scale",
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
        ("replications: 0", "3: replications: found 0; expected a whole number between 1 and 32767"),
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
            "3: replications.at_least: found 1; expected a whole number between 2 and 32767",
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


def test_what_a_distribution_cannot_keep_within_the_bounds(tmp_path: Path) -> None:
    message = refused(tmp_path, drawn("openings.hidden: {distribution: normal, mean: 5%, sd: 10%}", points="64"))
    assert message.startswith("sweep.yaml:5: openings.hidden: point ")
    assert message.endswith("was drawn; expected between 0 and 1; cut the distribution with from and to")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml: does not exist"):
        load_sweep(tmp_path / "nowhere.yaml")
    with pytest.raises(ScenarioError, match="is a directory; expected a YAML file"):
        load_sweep(tmp_path)


def test_changes_from_outside(tmp_path: Path) -> None:
    file = write(tmp_path, grid(f"{SLOTS}: [4, 5]"))
    with pytest.raises(
        ScenarioError, match=rf"overrides=\{{'{SLOTS}': \.\.\.\}}: is varied by the sweep; change it in its file"
    ):
        load_sweep(file, overrides={SLOTS: 4})
    with pytest.raises(ScenarioError, match=r"overrides=\{'population\.people': \.\.\.\}: found 'few'"):
        load_sweep(file, overrides={"population.people": "few"})
    with pytest.raises(ScenarioError, match=r"seed: found -1; expected a whole number"):
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


@pytest.mark.parametrize(
    ("text", "expected"), [("# only\n", ": is empty"), ("[grid]\n", ":1: found a list at the top")]
)
def test_a_file_without_parts_is_told_what_a_sweep_has(tmp_path: Path, text: str, expected: str) -> None:
    assert refused(tmp_path, text) == f"sweep.yaml{expected}; expected the parts of a sweep such as 'design: grid'"


def test_a_value_without_end() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ScenarioError, match="nested more than 20 levels deep"):
        make_sweep("jill", "grid", vary={SLOTS: endless})


# Whatever stands in a file, the answer is a sweep or one line.
