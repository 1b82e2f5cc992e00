"""The commands about scenarios, as a user and as a script meet them."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from command_line import in_process
from other_processes import printed, run_python
from paths import DATA, ROOT
from ruamel.yaml import YAML

from sim.cli import scenarios, schema, show
from sim.scenario.cast import ANY_ROLE
from sim.scenario.scenario import load_scenario, parameters_table, shipped_scenarios
from sim.scenario.units import example

BAD = DATA / "bad_scenarios"
CAST = DATA / "cast.yaml"
TABLE = {row.path: row for row in parameters_table()}


def with_examples(line: str) -> str:
    """Put in the example that follows a default, so that calibration changes nothing here."""
    return re.sub(r"<([a-z_.<>]+)>", lambda match: example(TABLE[match[1]].unit, TABLE[match[1]].default), line)


EXPECTED = dict(
    with_examples(line).split(" | ", 1)
    for line in (BAD / "expected.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


def plain_data(text: str) -> object:
    """What any YAML 1.2 reader makes of a text."""
    return YAML(typ="safe", pure=True).load(text)


def test_every_bad_file_has_its_line_and_every_line_its_file() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in BAD.glob("*.yaml"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bad_file_gets_its_one_line_and_exit_code_2(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    before = sorted(BAD.rglob("*"))
    result = in_process().invoke(show, [name])
    assert result.stderr == EXPECTED[name] + "\n"
    assert result.stdout == ""
    assert result.exit_code == 2
    assert sorted(BAD.rglob("*")) == before


def test_scenarios_lists_names_and_titles() -> None:
    result = in_process().invoke(scenarios, [])
    assert result.exit_code == 0
    assert [line.split(maxsplit=1) for line in result.stdout.splitlines()] == [
        [name, load_scenario(name).title] for name in shipped_scenarios()
    ]


def test_scenarios_for_machines() -> None:
    rows = json.loads(in_process().invoke(scenarios, ["--json"]).stdout)
    assert [row["name"] for row in rows] == list(shipped_scenarios())
    baseline = next(row for row in rows if row["name"] == "baseline")
    assert baseline["title"] == load_scenario("baseline").title
    assert Path(baseline["path"]).is_file()


def test_show_can_be_loaded_again_to_an_equal_scenario(tmp_path: Path) -> None:
    arguments = [
        "baseline",
        "--set",
        "population.people=5000",
        "--set",
        "time.window=12 weeks",
        "--set",
        "mechanisms.recruiters=off",
        "--set",
        "title=A: b # c",
    ]
    result = in_process().invoke(show, arguments)
    assert result.exit_code == 0, result.stderr
    file = tmp_path / "other name.yaml"
    file.write_text(result.stdout, encoding="utf-8")
    again = load_scenario(file)
    assert again == load_scenario(
        "baseline",
        {"population.people": 5000, "time.window": 84, "mechanisms.recruiters": False, "title": "A: b # c"},
    )
    assert (again.population.people, again.time.window, again.mechanisms.recruiters) == (5000, 84.0, False)


def test_show_leaves_no_default_out() -> None:
    assert "\ncast: {}\n" in in_process().invoke(show, ["baseline"]).stdout
    shown = plain_data(in_process().invoke(show, [str(CAST)]).stdout)
    for row in parameters_table():
        value = shown
        for part in row.path.replace(ANY_ROLE, "eli").split("."):
            assert isinstance(value, dict)
            value = value[part]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["baseline", "--set", "population.peple=3"],
            "--set population.peple: unknown parameter; did you mean 'population.people'?",
        ),
        (
            ["baseline", "--set", "people=3"],
            "--set people: unknown parameter; did you mean 'population.people'?",
        ),
        (
            ["baseline", "--set", "time.window=3%"],
            (
                "--set time.window: found '3%'; expected a time in days, more than 0 and at most 36500, "
                "such as 12 weeks or 84"
            ),
        ),
        (
            ["baseline", "--set", "population.people"],
            "--set population.people: expected PATH=VALUE, such as population.people=5000",
        ),
        (["baseline", "--set", "seed=1", "--set", "seed=2"], "--set seed: given twice"),
        (
            ["baseline", "--set", "population=3"],
            "--set population: is a group of parameters; expected one of them, such as population.people",
        ),
        (["baseline", "--set", "expect=[]"], "--set expect: can only be set in the file"),
        (
            [str(CAST), "--set", "cast.elli.count=3"],
            "--set cast.elli.count: no role is called 'elli'; did you mean 'eli'?",
        ),
        (
            [str(CAST), "--set", "cast.zoe.count=3"],
            "--set cast.zoe.count: no role is called 'zoe'; the cast is ben, eli",
        ),
        (
            ["baseline", "--set", "cast.eli.count=3"],
            ("--set cast.eli.count: no role is called 'eli'; this scenario has no cast; roles are written in a file"),
        ),
        (["baseline", "--set", "cast=3"], "--set cast: this scenario has no cast; roles are written in a file"),
        (
            [str(CAST), "--set", "cast.eli.upkep=3%"],
            "--set cast.eli.upkep: unknown parameter; did you mean 'cast.eli.upkeep'?",
        ),
        (
            [str(CAST), "--set", "cast.eli.sd=3"],
            "--set cast.eli.sd: unknown parameter; 'referralsim parameters cast' lists all of them",
        ),
        (
            [str(CAST), "--set", "eli.count=3"],
            "--set eli.count: unknown parameter; did you mean 'cast.eli.count'?",
        ),
        (
            [str(CAST), "--set", "eli.upkeep=3%"],
            "--set eli.upkeep: unknown parameter; did you mean 'cast.eli.upkeep'?",
        ),
        (
            [str(CAST), "--set", "cast.eli=3"],
            "--set cast.eli: is a group of parameters; expected one of them, such as cast.eli.count",
        ),
        (
            [str(CAST), "--set", "cast.eli.contact.kind=mentr"],
            (
                "--set cast.eli.contact.kind: found 'mentr'; expected one of close_friend, mentor, colleague, "
                "former_colleague, classmate, acquaintance, online; did you mean 'mentor'?"
            ),
        ),
        (
            [str(CAST), "--set", "cast.eli.upkeep=31%"],
            (
                "--set cast.eli.upkeep: cast.eli.applications (0.6) + cast.eli.asks (0.1) + cast.eli.upkeep (0.31) "
                "make 1.01; expected at most 1 (100% of the hours)"
            ),
        ),
        (["baselin"], "no scenario is named 'baselin'; did you mean 'baseline'?"),
        (["./nowhere.yaml"], "./nowhere.yaml: does not exist"),
        (["./"], "./: is a directory; expected a YAML file"),
        (["/dev/null/x.yaml"], "/dev/null/x.yaml: does not exist"),
        (["/dev/null"], "/dev/null: is not a regular file; expected a YAML file"),
    ],
)
def test_bad_command_line_gets_one_line(arguments: list[str], line: str) -> None:
    result = in_process().invoke(show, arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", line + "\n")


def test_a_name_with_a_file_of_that_name_beside_says_how_to_read_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("title: Mine\n")
    result = in_process().invoke(show, ["mine"])
    assert result.stderr == "no scenario is named 'mine'; to read the file here, write mine.yaml\n"
    assert in_process().invoke(show, ["mine.yaml"]).exit_code == 0


def test_schema_is_valid_and_accepts_what_loads(tmp_path: Path) -> None:
    made = json.loads(in_process().invoke(schema, []).stdout)
    jsonschema.Draft202012Validator.check_schema(made)
    check = jsonschema.Draft202012Validator(made)
    for name, path in (*shipped_scenarios().items(), (CAST, CAST)):
        check.validate(plain_data(path.read_text(encoding="utf-8")))
        check.validate(plain_data(load_scenario(name).to_yaml()))
    human = {
        "time": {"window": "12 weeks"},
        "population": {"people": 500, "employed": "93%"},
        "openings": {"growth": "0.2% per week"},
        "careers": {"stop_search": "1.5 per year"},
        "search": {"hours_per_application": "90 minutes", "hours_per_week": "6 hours per week"},
        "mechanisms": {"referrals": "off", "recruiters": True},
        "network": {"edge_list": None},
    }
    check.validate(human)


@pytest.mark.parametrize(
    "fault",
    [
        {"popluation": {}},
        {"population": {"peple": 3}},
        {"population": {"people": 2.5}},
        {"population": {"people": 3}},
        {"population": {"people": True}},
        {"time": {"window": "3%"}},
        {"population": {"employed": "12 weeks"}},
        {"mechanisms": {"referrals": "no"}},
        {"network": {"mentor": {"halflife": 3}}},
        {"search": {"freshness": 0}},
        {"expect": [{"rate": "direct.reply", "within": [0, 1]}]},
        {"expect": [{"rate": "direct.response"}]},
        {"expect": [{"order": ["direct.hire"]}]},
        {"title": 3},
        {"cast": {"referral": {}}},
        {"cast": {"days_to_fill": {}}},
        {"cast": {"eli": {"upkep": 0.3}}},
        {"cast": {"eli": {"count": None}}},
        {"cast": {"eli": {"upkeep": 2}}},
        {"cast": {"eli": {"contact": {"kind": "boss"}}}},
        {"cast": {f"role{number}": {} for number in range(41)}},
        {"expect": [{"rate": "eli.referal_response", "within": [0, 1]}]},
        {"expect": [{"rate": "eli.ties_at_end", "within": [-1, 1]}]},
        {"expect": [{"ratio": ["eli.wage_at_end", "ben.wage_at_end"], "within": [1, 2]}]},
        {"expect": [{"difference": ["eli.wage_at_end", "ben.wage_at_end"]}]},
    ],
)
def test_schema_refuses_what_loading_refuses(fault: dict[str, object]) -> None:
    made = json.loads(in_process().invoke(schema, []).stdout)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(fault, made)


def test_schema_beside_the_shipped_scenarios_is_the_one_the_command_writes() -> None:
    stored = (ROOT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")
    assert stored == in_process().invoke(schema, []).stdout, "a parameter or quantity changed: python docs/refresh.py"


def test_schema_documents_every_parameter() -> None:
    made = json.loads(in_process().invoke(schema, []).stdout)
    for row in parameters_table():
        entry = made
        for part in row.path.split("."):
            entry = entry["additionalProperties"] if part == ANY_ROLE else entry["properties"][part]
        assert row.meaning in entry["description"]
        assert entry["default"] == row.default


def test_in_a_process_of_its_own() -> None:
    code = "import sim.cli; sim.cli.show()"
    good = run_python(code, "baseline", "--set", "population.people=5000", folder=BAD)
    assert (good.returncode, good.stderr) == (0, "")
    assert "people: 5000" in good.stdout
    bad = run_python(code, "misspelt_key.yaml", folder=BAD)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr == EXPECTED["misspelt_key.yaml"] + "\n"


def test_commands_load_nothing_heavy_until_they_run() -> None:
    code = (
        "import sys, sim, sim.cli\n"
        "print([name for name in ('pydantic', 'ruamel', 'numpy', 'simpy') if name in sys.modules])\n"
        "sim.load_scenario('baseline').to_yaml()\n"
        "print([name for name in ('numpy', 'pandas', 'simpy') if name in sys.modules])\n"
    )
    assert printed(code).split() == ["[]", "[]"]
