"""The command that lists parameters."""

import json

import pytest
from command_line import in_process

from sim.cli import parameters
from sim.scenario.parameter_listing import as_text, find_parameters
from sim.scenario.scenario import parameters_table

TABLE = {row.path: row for row in parameters_table()}


def test_without_a_filter_all_are_listed_with_meaning_and_source() -> None:
    text = in_process().invoke(parameters, []).stdout
    joined = " ".join(text.split())
    for path, row in TABLE.items():
        assert path in joined
        assert f"[{row.source}]" in joined
        assert " ".join(row.meaning[1:].split()) in joined


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("SEED", ["seed"]),
        (
            "network.mentor",
            [f"network.mentor.{name}" for name in ("mean_degree", "half_life", "strength", "familiarity")],
        ),
        ("bar hire", ["openings.hire_bar"]),
        ("withdrawn", ["openings.expires"]),
    ],
)
def test_a_filter_looks_at_paths_first_and_then_at_meanings(words: str, paths: list[str]) -> None:
    assert [row.path for row in find_parameters(words)] == paths


@pytest.mark.parametrize(("words", "near"), [("screnig", "screening"), ("populaton.people", "population.people")])
def test_a_misspelt_filter_gets_the_nearest_name_and_exit_code_2(words: str, near: str) -> None:
    result = in_process().invoke(parameters, [words])
    line = f"no parameter has '{words}' in its path or meaning; did you mean '{near}'?\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", line)


def test_a_filter_far_from_all_names_gets_the_sections() -> None:
    result = in_process().invoke(parameters, ["qqqq"])
    assert result.exit_code == 2
    assert "sections are population, network, " in result.stderr
    assert result.stderr.count("\n") == 1


def test_machines_get_every_attribute() -> None:
    rows = json.loads(in_process().invoke(parameters, ["--json", "population.people"]).stdout)
    row = TABLE["population.people"]
    assert [(one["path"], one["default"], one["unit"], one["minimum"], one["maximum"]) for one in rows] == [
        ("population.people", row.default, "people", row.minimum, row.maximum)
    ]


def test_markdown_has_a_row_for_each() -> None:
    text = in_process().invoke(parameters, ["--markdown", "mechanisms"]).stdout
    assert text.count("| `mechanisms.") == sum(path.startswith("mechanisms.") for path in TABLE)
    assert "| on | switch |" in text


def test_text_keeps_to_its_width() -> None:
    meanings = [line for line in as_text(parameters_table(), 80).splitlines() if line.startswith("      ")]
    assert max(map(len, meanings)) <= 80
