"""The pytest plugin, run as its users run it: in a project of their own, by a pytest of its own."""

from __future__ import annotations

import importlib.metadata
import json
import math
import re
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import pytest
from checked_market import SHORT, write
from junitparser import Error, Failure, JUnitXml, Skipped
from other_processes import printed
from paths import ROOT
from scipy import stats

from analysis.cli.main import main
from analysis.testing import plugin
from analysis.testing.sentences import MANY, replications_needed

HEAVY = {
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "pyarrow",
    "pydantic",
    "sim",
    "analysis.testing.assertions",
}
TESTS = f"""
import sys

import pytest


def test_nothing_heavy_is_loaded():
    assert {HEAVY!r} & set(sys.modules) == set()


@pytest.fixture(scope="module")
def held(simulated):
    return simulated("scenarios/market.yaml", replications=4)


def test_holds(held):
    held.within("direct.response", 0.01, 0.4)
    held.order("referral.response", "direct.response", confidence=0.9)
    held.ratio("referral.response", "direct.response", 1.1, 20, confidence=0.9)
    held.difference("referral.response", "direct.response", 0.01, 0.9, confidence=0.9)
    assert 0.01 < held.value("direct.response") < 0.4


def test_one_run_serves_all(simulated, held):
    assert simulated("scenarios/silent.yaml", replications=4).result is held.result
    assert simulated("scenarios/market.yaml", replications=1, seed=6).result is not held.result
    assert held.result.replications == 4


def test_claims(held):
    held.claims_hold()


def test_band_fails(held):
    held.within("direct.response", 0.9, 0.95, confidence=0.95)


def test_order_fails(held):
    held.order("direct.response", "referral.response", confidence=0.9)


def test_band_undecided(held):
    held.within("direct.response", 0.8 * held.value("direct.response"), 0.4, confidence=0.999999)


def test_edge_undecided(held):
    held.within("direct.response", held.value("direct.response"), 0.4)


def test_misspelt(held):
    held.within("direct.respons", 0.01, 0.4)


def test_band_the_wrong_way_round(held):
    held.ratio("referral.response", "direct.response", 4, 2)


def test_no_such_file(simulated):
    simulated("scenarios/markt.yaml")


def test_no_claims(simulated):
    simulated("scenarios/silent.yaml", replications=4).claims_hold()


def test_no_drift(no_drift):
    assert no_drift("scenarios/market.yaml").level == "bytes"


def test_drift(no_drift):
    no_drift("scenarios/market.yaml", overrides={{"screening.first_review": "30 days"}})


def test_drift_undecided(no_drift):
    no_drift("scenarios/market.yaml", overrides={{"referrals.recall": 0.98}}, reference="narrow.json")


def test_no_reference(no_drift):
    no_drift("baseline")
"""


def project(folder: Path, tests: str, ini: str = "") -> None:
    (folder / "scenarios").mkdir()
    write(folder / "scenarios", "market", SHORT)
    write(folder / "scenarios", "silent", "title: The same market\nextends: ./market.yaml\n")
    (folder / "test_market.py").write_text(tests, encoding="utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\n{ini}", encoding="utf-8")


# An installation of before the entry point was declared is helped along.
THERE = [one.name for one in importlib.metadata.entry_points(group="pytest11")]
PLUGIN = [*([] if "referralsim" in THERE else ["-p", "analysis.testing.plugin"]), "-p", "no:cacheprovider"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest there."""
    command = [sys.executable, "-m", "pytest", *PLUGIN, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def test_the_package_declares_its_plugin() -> None:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert content["project"]["entry-points"]["pytest11"] == {"referralsim": "referralsim:pytest_plugin"}


def test_loading_it_loads_nothing_heavy() -> None:
    code = "import sys, analysis.testing.plugin; print(*sys.modules)"
    said = printed(code)
    assert "analysis.testing.plugin" in said.split()
    assert HEAVY & set(said.split()) == set()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Outcome and message of each test of the project."""
    folder = tmp_path_factory.mktemp("project")
    project(folder, TESTS, "referralsim_references = rates\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        update = [
            "check",
            "scenarios/market.yaml",
            "--references",
            "rates",
            "--update",
            "--why",
            "the first",
            "--replications",
            "8",
            "--margin",
            "days_to_answer_direct=1 days",
            "--workers",
            "1",
            "--quiet",
        ]
        assert main(update) == 0
    kept = json.loads((folder / "rates" / "market" / "reference.json").read_text(encoding="utf-8"))
    for row in kept["quantities"].values():
        row["margin"] = 1e-9
    (folder / "narrow.json").write_text(json.dumps(kept), encoding="utf-8")
    done = run(folder, "--junitxml", "found.xml")
    assert done.returncode == 1, done.stdout + done.stderr
    found = {}
    for suite in JUnitXml.fromfile(str(folder / "found.xml")):
        for case in suite:
            what = next(iter(case.result), None)
            assert not isinstance(what, Error), done.stdout
            kind = {Failure: "failed", Skipped: "skipped"}.get(type(what), "passed")
            text = what.text if what is not None else ""
            shown = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
            found[case.name.removeprefix("test_")] = (kind, "\n".join(shown))
    return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("nothing_heavy_is_loaded", "passed"),
        ("holds", "passed"),
        ("one_run_serves_all", "passed"),
        ("no_drift", "passed"),
        ("band_fails", "failed"),
        ("drift", "failed"),
        ("band_undecided", "failed"),
        ("claims", "failed"),
    ],
)
def test_what_becomes_of_tests(outcomes: dict[str, tuple[str, str]], name: str, kind: str) -> None:
    assert outcomes[name][0] == kind, outcomes[name][1]


NUMBER = r"-?[\d.]+"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "band_fails",
            [
                (
                    rf"direct\.response within 90–95 % does not hold: measured {NUMBER} % "
                    rf"\(95 % interval {NUMBER}–{NUMBER} %\), n = [\d,]+ in 4 replications\."
                )
            ],
        ),
        (
            "order_fails",
            [
                (
                    rf"direct\.response > referral\.response does not hold: step -{NUMBER} points "
                    rf"\(90 % interval -{NUMBER} to -{NUMBER} points\), n = [\d,]+ in 4 replications\."
                )
            ],
        ),
        (
            "band_undecided",
            [
                r"direct\.response within .* is undecided: measured .*, n = [\d,]+ in 4 replications\.",
                r"About [\d,]+ replications would decide, if the value stays where it is\.",
            ],
        ),
        (
            "edge_undecided",
            [
                r"direct\.response within .* is undecided: measured .*\.",
                r"The value is so close to the end of the band that more replications would hardly decide\.",
            ],
        ),
        ("misspelt", [r"unknown rate 'direct\.respons'; did you mean 'direct\.response'\?"]),
        ("band_the_wrong_way_round", [r"found \[4, 2\]; expected the lower end first and then a higher one"]),
        ("no_such_file", [r"scenarios/markt\.yaml: does not exist.*"]),
        ("no_claims", [r"silent makes no claims: it has no expect\."]),
        (
            "no_reference",
            [
                (
                    r"rates/baseline/reference\.json: there is no reference; make it with: "
                    r"referralsim check baseline --references rates --update --why '\.\.\.'"
                )
            ],
        ),
        (
            "drift",
            [
                r"market drifted: [1-9]\d* of \d+ quantities changed, \d of 3 claims broke, in 8 replications\.",
                r"The scenario itself was changed: screening\.first_review 15 -> 30\.",
                r"days_to_answer_direct changed: .* days in the reference, .* now, difference .*, margin .*",
            ],
        ),
        (
            "drift_undecided",
            [
                r"market: whether it drifted is undecided for \d+ of \d+ quantities in 8 replications\.",
                r".* undecided: .* in the reference, .* now, difference .*, margin .*, n = \d",
                r"(About [\d,]+ replications of the reference would decide|The value lies so near).*",
            ],
        ),
    ],
)
def test_messages_are_plain(outcomes: dict[str, tuple[str, str]], name: str, lines: list[str]) -> None:
    kind, message = outcomes[name]
    assert kind == "failed"
    said = message.removeprefix("Failed: ").splitlines()
    for line in lines:
        assert [one for one in said if re.fullmatch(line, one)], f"{line} in {said}"
    assert len(said) == len(lines) or "drift" in name, message


def test_undecided_can_skip_and_then_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = """
def test_undecided(simulated):
    simulated("scenarios/market.yaml").within("direct.response", 0.0, 0.10, confidence=0.999999)


def test_fails(simulated):
    simulated("scenarios/market.yaml").within("direct.response", 0.9, 0.95, confidence=0.9)
"""
    project(tmp_path, tests, "referralsim_undecided = skip\nreferralsim_replications = 9\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        # In this process, where everything is loaded.
        assert pytest.main([*PLUGIN, "--import-mode=importlib", "-rs", "--referralsim-replications=2"]) == 1
    said = capsys.readouterr().out
    assert "1 failed, 1 skipped" in said
    assert "in 2 replications" in said
    assert "is undecided: measured" in said


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--referralsim-undecided=pass", "referralsim_undecided: found pass; expected fail or skip"),
        ("--referralsim-workers=0", "referralsim_workers: found 0; expected a whole number of at least 1"),
    ],
)
def test_options_are_refused_before_anything_runs(tmp_path: Path, option: str, said: str) -> None:
    project(tmp_path, "def test_nothing():\n    assert True\n")
    done = run(tmp_path, option)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("half", "room", "replications", "error"),
    [(1.0, 0.9, 8, 0.01), (1.0, 0.5, 4, 0.01), (0.2, 0.1, 2, 0.001), (3.0, 1.0, 16, 0.00002), (1.0, 2.0, 5, 0.01)],
)
def test_enough_replications_are_the_fewest(half: float, room: float, replications: int, error: float) -> None:
    def half_of(count: int) -> float:
        t = stats.t.ppf(1 - error / 2, [count - 1, replications - 1])
        return float(half * t[0] / t[1] * math.sqrt(replications / count))

    found = replications_needed(half, room, replications, error)
    assert half_of(found) < room
    assert found == replications + 1 or half_of(found - 1) >= room


def test_hardly_any_number_is_enough_on_the_edge() -> None:
    cases = ((1.0, 0.0), (math.inf, 1.0), (1.0, 1e-5))
    assert {replications_needed(half, room, 8, 0.01) for half, room in cases} == {MANY + 1}


@pytest.mark.parametrize("name", ["sim", "analysis"])
def test_a_folder_that_our_package_hides_is_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = types.SimpleNamespace(invocation_params=types.SimpleNamespace(dir=tmp_path))
    (tmp_path / name).mkdir()
    plugin.pytest_load_initial_conftests(config)
    assert capsys.readouterr().err == ""  # a folder without a module is nobody's package
    (tmp_path / name / "own.py").touch()
    plugin.pytest_load_initial_conftests(config)
    told = capsys.readouterr().err
    assert told.startswith(f"referralsim: its package '{name}' hides your folder {tmp_path / name}, which has no")
    assert told.count("\n") == 1
    (tmp_path / name / "__init__.py").touch()
    plugin.pytest_load_initial_conftests(config)
    assert capsys.readouterr().err == ""
