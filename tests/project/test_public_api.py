"""What users import: the names are frozen here, each works whatever was imported before, and shows itself briefly."""

import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from checked_market import SHORT, write

import analysis
import referralsim
import sim
from analysis.cli.command_list import COMMANDS
from analysis.cli.main import main
from sim.display import LONGEST


def words(text: str) -> list[str]:
    return text.split()


SIM = words("""
TABLES EdgeList Parameter Result Scenario ScenarioError Sweep __version__ find_parameters load_scenario load_sweep
make_sweep
parameters_table read_edge_list read_run scenario_schema shipped_scenarios shipped_sweeps simulate
""")
ANALYSIS = words("""
AnalysisError Tables against_evidence applications_per_interview calibrate check check_claims clustering compare
contrasts estimate fit_stage funnel load load_calibration new_client paired patterns per_replication
per_replication_rates rates report response_curve results sensitivity shipped_calibrations status sweep
time_to_response trace update_reference
""")
CALIBRATION = """
scenario: ./market.yaml
fit: {screening.first_review: {from: 5 days, to: 20 days}}
to: [{quantity: direct.response, within: [1%, 40%]}]
budget: {check: 2}
"""


@pytest.mark.parametrize(("package", "names"), [(sim, SIM), (analysis, ANALYSIS)], ids=["sim", "analysis"])
def test_names_are_frozen(package: ModuleType, names: list[str]) -> None:
    assert sorted(package.__all__) == sorted(names)
    assert set(names) <= set(dir(package))
    for name in names:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'simualte'"):
        package.simualte  # noqa: B018


def test_the_door_offers_both_faces() -> None:
    assert set(SIM) & set(ANALYSIS) == set()
    assert sorted(referralsim.__all__) == sorted([*SIM, *ANALYSIS])
    assert {*SIM, *ANALYSIS, "main"} <= set(dir(referralsim))
    assert referralsim.simulate is sim.simulate
    assert referralsim.rates is analysis.rates


def test_every_command_has_its_function() -> None:
    lacking = {name: one.function for name, one in COMMANDS.items() if one.function not in {*SIM, *ANALYSIS}}
    assert lacking == {}, "commands whose function is not public"


FUNCTIONS = {
    f"{package.__name__}.{name}": function
    for package in (sim, analysis)
    for name in package.__all__
    if inspect.isfunction(function := getattr(package, name))
}
WITH_ARGUMENTS = [name for name, function in FUNCTIONS.items() if inspect.signature(function).parameters]
FREE = {"sim.make_sweep"}  # takes any part of a sweep file as a keyword


def refused(function: Callable[..., Any], *given: Any, **named: Any) -> str:
    """What a call is refused with: one line of the project's own errors."""
    with pytest.raises((sim.ScenarioError, analysis.AnalysisError)) as problem:
        function(*given, **named)
    said = str(problem.value)
    assert "\n" not in said
    assert "--" not in said, "options are for those who type commands"
    return said


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - FREE))
def test_a_misspelt_keyword_is_answered_with_the_nearest(name: str) -> None:
    function = FUNCTIONS[name]
    for known in inspect.signature(function).parameters.values():
        if known.kind is not known.VAR_POSITIONAL and len(known.name) > 3:
            said = refused(function, **{known.name[:-2] + known.name[-1]: 1})
            assert said.endswith(f"; did you mean '{known.name}'?")
    assert refused(function, zzz=1).startswith(f"{name.split('.')[1]}: has no argument 'zzz'; its arguments are ")


@pytest.mark.parametrize("name", sorted(WITH_ARGUMENTS))
def test_a_number_in_place_of_a_path_a_scenario_or_a_table_is_refused(name: str) -> None:
    function = FUNCTIONS[name]
    wanted = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    needed = [one for one in wanted if one.kind is one.POSITIONAL_OR_KEYWORD]
    given = {"name": "direct.response", "design": "grid", "why": "so", "second": "results"}
    if name == "analysis.check_claims":
        function = partial(function, claims=[])
    said = refused(function, 5, *[given[one.name] for one in needed[1:]])
    assert said.partition("found ")[2].startswith("5; expected ") or "a int" in said


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("simulate", {"scenario": "baselin"}, "did you mean 'baseline'?"),
        ("simulate", {"scenario": "jill", "workers": 0}, "workers: found 0; expected a whole number of at least 1"),
        ("simulate", {"scenario": "jill", "overrides": "x"}, "overrides: found 'x'; expected a mapping such as {"),
        ("load_scenario", {"name_or_path": "jill", "overrides": {"seeds": 3}}, "overrides={'seeds': ...}: unknown"),
        ("load_sweep", {"path": "crowdin"}, "no sweep is named 'crowdin'"),
        ("make_sweep", {"scenario": "jill", "design": "gridd"}, "design: found 'gridd'; did you mean 'grid'?"),
        ("patterns", {"only": "P99"}, "There is no pattern 'P99'; patterns are P1, "),
        ("compare", {"names": ["jill", "baseline"], "hours": "all"}, "hours: found 'all'; expected hours a week"),
        ("compare", {"names": ["jill", "baseline"], "weeks": 5}, "weeks: found 5; expected 4, 8, 12 or 26"),
        ("trace", {"scenario": "jill", "replication": -1}, "replication: found -1; expected a whole number of"),
        ("calibrate", {"calibration": "baseline", "points": 2}, "points 2: 13 parameters need at least 16 points"),
        ("check", {"sed": 3}, "check: has no argument 'sed'; did you mean 'seed'?"),
        ("check", {"scenario": "jill", "at_most": 1}, "at_most: found 1; expected a whole number of at least 2"),
        (
            "sweep",
            {"sweep": "crowding", "replications": 0},
            "replications: found 0; expected a whole number from 1 to 32,767",
        ),
    ],
)
def test_a_wrong_choice_is_refused(name: str, given: dict[str, Any], said: str) -> None:
    assert said in refused(getattr(referralsim, name), **given)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("fit_stage", {"stage": "respons"}, "did you mean 'response'?"),
        ("fit_stage", {"only": "x"}, "only: there is no channel 'x'; channels are direct, "),
        ("fit_stage", {"reference": "direkt"}, "reference: there is no channel 'direkt'; did you mean 'direct'?"),
        ("contrasts", {"stages": ["respons"]}, "respons"),
        ("estimate", {"name": "direct.respons"}, "did you mean 'direct.response'?"),
        ("per_replication", {"name": "direct.respons"}, "did you mean 'direct.response'?"),
        ("rates", {"level": 95}, "A confidence level lies between 0 and 1 (0.95 is 95 %), not 95"),
    ],
)
def test_a_wrong_choice_about_a_table_is_refused(name: str, given: dict[str, Any], said: str, run: sim.Result) -> None:
    assert said in refused(getattr(analysis, name), run, **given)


def test_a_function_goes_to_other_processes() -> None:
    for function in FUNCTIONS.values():
        assert pickle.loads(pickle.dumps(function)) is function


def submodules(package: ModuleType) -> list[str]:
    return [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]


@pytest.mark.parametrize("package", [sim, analysis], ids=["sim", "analysis"])
def test_no_room_is_called_like_a_function(package: ModuleType) -> None:
    rooms = {name.split(".")[1] for name in submodules(package)}
    assert rooms & set(package.__all__) == set()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small scenario, and after every submodule has been imported."""
    for package in (sim, analysis):
        for name in submodules(package):
            importlib.import_module(name)
    folder = tmp_path_factory.mktemp("faces")
    write(folder, "market", SHORT)
    write(folder, "other", "extends: ./market.yaml\npopulation: {people: 300}\n")
    (folder / "calibration.yaml").write_text(CALIBRATION, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> sim.Result:
    return sim.simulate(place / "market.yaml", replications=4, seed=1)


@pytest.fixture(scope="module")
def swept(place: Path) -> Any:
    asked = sim.make_sweep(place / "market.yaml", "grid", vary={"screening.interview_slots": [4, 6]}, replications=2)
    return analysis.sweep(asked, place / "sweep")


# What is shown is looked at, not what comes out.
SOON_OVER = {"population.people": 300, "time.warm_up": 7, "time.window": 56, "time.follow_up": 32}
Make = Callable[[Path, sim.Result, Any], object]
CALLS: dict[str, Make] = {
    "TABLES": lambda place, run, swept: sim.TABLES,
    "Parameter": lambda place, run, swept: sim.Parameter,
    "Result": lambda place, run, swept: sim.Result,
    "Scenario": lambda place, run, swept: sim.Scenario(),
    "ScenarioError": lambda place, run, swept: sim.ScenarioError("so"),
    "Sweep": lambda place, run, swept: sim.Sweep,
    "__version__": lambda place, run, swept: sim.__version__,
    "EdgeList": lambda place, run, swept: sim.read_edge_list([[0, 1], [1, 0]]),
    "find_parameters": lambda place, run, swept: sim.find_parameters("half_life"),
    "load_scenario": lambda place, run, swept: sim.load_scenario(place / "market.yaml"),
    "load_sweep": lambda place, run, swept: sim.load_sweep("crowding"),
    "make_sweep": lambda place, run, swept: sim.make_sweep("baseline", "grid", vary={"network.edge_list": [None]}),
    "parameters_table": lambda place, run, swept: sim.parameters_table(),
    "read_edge_list": lambda place, run, swept: sim.read_edge_list([[0, 1, 0], [1, 0, 1], [0, 1, 0]]),
    "read_run": lambda place, run, swept: sim.read_run(run.write(place / "run")),
    "scenario_schema": lambda place, run, swept: sim.scenario_schema(),
    "shipped_scenarios": lambda place, run, swept: sim.shipped_scenarios(),
    "shipped_sweeps": lambda place, run, swept: sim.shipped_sweeps(),
    "simulate": lambda place, run, swept: sim.simulate(
        place / "market.yaml", overrides={"population.people": 100}, replications=1
    ),
    "AnalysisError": lambda place, run, swept: analysis.AnalysisError("so"),
    "Tables": lambda place, run, swept: analysis.Tables,
    "against_evidence": lambda place, run, swept: analysis.against_evidence(run),
    "applications_per_interview": lambda place, run, swept: analysis.applications_per_interview(run),
    "calibrate": lambda place, run, swept: analysis.calibrate(place / "calibration.yaml", place / "fit", as_is=True),
    "check": lambda place, run, swept: analysis.check(place / "market.yaml", folder=place / "references", digests=1),
    "check_claims": lambda place, run, swept: analysis.check_claims(run),
    "clustering": lambda place, run, swept: analysis.clustering(run),
    "compare": lambda place, run, swept: analysis.compare(
        [str(place / "market.yaml"), str(place / "other.yaml")], replications=2
    ),
    "contrasts": lambda place, run, swept: analysis.contrasts(run),
    "estimate": lambda place, run, swept: analysis.estimate(run, "direct.response"),
    "fit_stage": lambda place, run, swept: analysis.fit_stage(run, "response", ["match"]),
    "funnel": lambda place, run, swept: analysis.funnel(run),
    "load": lambda place, run, swept: analysis.load(run),
    "load_calibration": lambda place, run, swept: analysis.load_calibration("baseline"),
    "paired": lambda place, run, swept: analysis.paired(run, run),
    "patterns": lambda place, run, swept: analysis.patterns("P4", overrides=SOON_OVER, replications=2),
    "per_replication": lambda place, run, swept: analysis.per_replication(run, "direct.response"),
    "per_replication_rates": lambda place, run, swept: analysis.per_replication_rates(run),
    "rates": lambda place, run, swept: analysis.rates(run),
    "report": lambda place, run, swept: analysis.report(run, place / "report"),
    "response_curve": lambda place, run, swept: analysis.response_curve(run),
    "new_client": lambda place, run, swept: analysis.new_client(place / "a-client"),
    "results": lambda place, run, swept: analysis.results(swept.folder),
    "sensitivity": lambda place, run, swept: analysis.sensitivity(swept, "direct.response"),
    "shipped_calibrations": lambda place, run, swept: analysis.shipped_calibrations(),
    "status": lambda place, run, swept: analysis.status(swept.folder),
    "sweep": lambda place, run, swept: swept,
    "time_to_response": lambda place, run, swept: analysis.time_to_response(run),
    "trace": lambda place, run, swept: analysis.trace(place / "market.yaml"),
    "update_reference": lambda place, run, swept: analysis.update_reference(
        place / "market.yaml", "the first", folder=place / "references", replications=8
    ),
}


def test_every_public_name_is_called() -> None:
    assert sorted(CALLS) == sorted([*SIM, *ANALYSIS])


# The check needs the reference that the other makes.
@pytest.mark.parametrize("name", sorted(CALLS, key=lambda name: (name == "check", name)))
def test_it_works_prints_nothing_and_shows_itself_briefly(
    name: str, place: Path, run: sim.Result, swept: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    made = CALLS[name](place, run, swept)
    assert capsys.readouterr() == ("", "")
    for one in made if isinstance(made, tuple | list) else [made]:
        if is_dataclass(one) or isinstance(one, sim.Scenario):
            assert not inspect.isclass(one) or name in ("Parameter", "Result", "Sweep", "Tables")
            assert len(repr(one)) <= 3 * LONGEST, repr(one)
    if isinstance(made, sim.Scenario | sim.Result | sim.Sweep) or name in CALLS.keys() & COMMANDS.keys() - {
        "patterns",
        "results",
    }:
        assert len(repr(made)) <= LONGEST
        assert made._repr_html_().startswith("<table>")  # type: ignore[attr-defined]
    if isinstance(made, pd.DataFrame):
        assert len(made)


def test_a_result_is_one_line_and_a_small_table(run: sim.Result) -> None:
    assert repr(run).startswith("<Result of market: replications 4, seed 1, people ")
    assert "\n" not in repr(run)
    assert "<th style='text-align:left'>seed</th><td style='text-align:left'>1</td>" in run._repr_html_()


# How each command is given; the scenario of the test in place of MARKET, a finished sweep in place of SWEPT.
ASKED: dict[str, list[str]] = {
    "run": ["run", "MARKET"],
    "trace": ["trace", "MARKET"],
    "report": ["report", "MARKET"],
    "compare": ["compare", "MARKET", "baseline"],
    "sweep": ["sweep", "crowding"],
    "status": ["status", "SWEPT"],
    "client": ["client", "new", "somebody"],
    "results": ["results", "SWEPT"],
    "sensitivity": ["sensitivity", "SWEPT", "--of", "direct.response"],
    "calibrate": ["calibrate", "baseline"],
    "patterns": ["patterns", "--only", "P4"],
    "check": ["check", "MARKET"],
    "check --update": ["check", "MARKET", "--update", "--why", "so"],
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_command_calls_its_function(
    asked: str, place: Path, swept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Called(Exception):
        pass

    def called(*_: object, **__: object) -> None:
        raise Called

    function = "update_reference" if asked.endswith("--update") else COMMANDS[asked].function
    home = {**sim._HOMES, **analysis._HOMES}[function]
    if home == "sim.runs.simulation":
        monkeypatch.setattr(sim, function, called)
    else:
        monkeypatch.setattr(f"{home}.{function}", called)
    monkeypatch.chdir(tmp_path)
    names = {"MARKET": str(place / "market.yaml"), "SWEPT": str(swept.folder)}
    with pytest.raises(Called):
        main([names.get(word, word) for word in ASKED[asked]])
    assert not list(tmp_path.iterdir()), "what was done before the function was called"


def test_every_command_that_simulates_is_seen_to_call_its_function() -> None:
    assert {one.split()[0] for one in ASKED} == {
        name for name, one in COMMANDS.items() if one.module.startswith("analysis.")
    }
