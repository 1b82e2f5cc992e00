"""The command `check` as a user and a CI start it: exit codes, what it prints and writes, what it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checked_market import TEXT, each_replication_once, write
from command_line import started
from junitparser import Error, Failure, JUnitXml, Skipped
from paths import ROOT

from analysis.cli.main import main
from analysis.cli.shared import write_text
from sim.scenario.scenario import shipped_scenarios

REPLICATIONS = 8
# As the tests of the check have it, so that both look at the same replications.
DRIFT = ["--set", "screening.first_review=23 days"]


@pytest.fixture(scope="module", autouse=True)
def _each_replication_once() -> Iterator[None]:
    with each_replication_once():
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and its reference, as a user's repository has them."""
    folder = tmp_path_factory.mktemp("repository")
    write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert (
            main(
                [
                    "check",
                    "held.yaml",
                    "--update",
                    "--why",
                    "first",
                    "--replications",
                    str(REPLICATIONS),
                    "--margin",
                    "days_to_answer_direct=4 days",
                    "--margin",
                    "direct.response=5%",
                    "--workers",
                    "1",
                    "--quiet",
                ]
            )
            == 0
        )
    return folder


def check(*arguments: str) -> int:
    return main(["check", *arguments, "--workers", "1", "--quiet"])


def reference(place: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((place / "reports" / "held" / "reference.json").read_text(encoding="utf-8"))
    return content


def test_the_reference_is_written_with_why(place: Path) -> None:
    content = reference(place)
    assert content["replications"] == REPLICATIONS
    assert content["history"] == [{"why": "first", "referralsim": content["made_with"]["referralsim"], "moved": []}]


def test_all_is_as_it_was(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(place)
    assert check("held.yaml", "--quick", "--json", "-") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["scenarios"][0]["level"] == "bytes"
    assert err.splitlines()[0] == "held: holds. same tables in 1 replication; 3 claims: 3 hold."
    assert "Family-wise false-alarm rate: at most 1 in 1,000 that anything unchanged" in err
    assert "Smallest shift called changed with 90 % power" in err


def test_drift_is_told_to_people_and_machines(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    files = ["--json", "out/check.json", "--junit", "out/check.xml", "--markdown", "out/check.md"]
    assert check("held.yaml", *DRIFT, *files, "--annotations") == 1
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].startswith("held: changed. ")
    assert "  The scenario itself was changed: screening.first_review 15 -> 23." in lines
    row = next(line for line in lines if line.strip().startswith("days_to_answer_direct"))
    assert row.endswith("CHANGED")

    content = json.loads((place / "out" / "check.json").read_text(encoding="utf-8"))
    (scenario,) = content["scenarios"]
    assert (content["exit_code"], scenario["verdict"], scenario["level"]) == (1, "changed", "distribution")
    found = {one["name"]: one for one in scenario["quantities"]}
    assert set(found) == set(reference(place)["quantities"])
    days = found["days_to_answer_direct"]
    assert days["verdict"] == "changed"
    assert days["low"] < days["difference"] < days["high"]
    assert 0 < days["detects"] <= days["margin"]

    marks = [line for line in lines if line.startswith("::")]
    changed = [name for name, one in found.items() if one["verdict"] == "changed"]
    errors = [mark for mark in marks if mark.startswith("::error")]
    assert len(errors) == len(changed)
    assert all(mark.startswith("::error file=held.yaml,title=held%3A ") for mark in errors)
    assert marks[-1] == "::notice file=held.yaml,title=held::" + lines[1].strip()

    page = (place / "out" / "check.md").read_text(encoding="utf-8")
    assert page.startswith("## Rates drifted or a claim broke\n")
    assert "| days_to_answer_direct |" in page
    assert "| held | **changed** |" in page

    suites = JUnitXml.fromfile(str(place / "out" / "check.xml"))
    assert [suite.name for suite in suites] == ["held"]
    (suite,) = suites
    cases = {case.name: case for case in suite}
    assert len(cases) == suites.tests == suite.tests == len(found) + 3
    assert suites.failures == suite.failures == len(changed)
    assert [type(one) for one in cases["days_to_answer_direct"].result] == [Failure]
    open_still = [one["verdict"] for one in (*scenario["quantities"], *scenario["claims"])].count("undecided")
    assert (suite.skipped, suite.errors) == ((open_still, 0) if scenario["stopped_early"] else (0, open_still))
    assert sum(isinstance(one, Skipped | Error) for case in suite for one in case.result) == open_still
    assert {case.classname for case in suite} == {"held"}
    written = (place / "out" / "check.xml").read_text(encoding="utf-8")
    assert "The scenario itself was changed: screening.first_review 15 -&gt; 23." in written


def test_undecided_has_its_own_exit_code_and_is_no_pass(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    claim = f"  - {{rate: direct.response, within: [{mean(place, 'direct.response'):.4f}, 1]}}\n"
    write(tmp_path, text=TEXT.partition("expect:")[0] + "expect:\n" + claim)
    assert (
        check(
            "held.yaml",
            "--references",
            str(place / "reports"),
            "--at-most",
            "8",
            "--junit",
            "check.xml",
            "--markdown",
            "check.md",
            "--annotations",
        )
        == 3
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "held: undecided. same tables; claims judged on 8 replications; 1 claim: 1 undecided."
    assert lines[2].split()[0] == "undecided"
    assert lines[-1].startswith("::warning file=held.yaml,title=held%3A direct.response within ")
    assert "%25" in lines[-1]
    (suite,) = JUnitXml.fromfile("check.xml")
    assert (suite.tests, suite.failures, suite.errors) == (len(reference(place)["quantities"]) + 2, 0, 1)
    assert Path("check.md").read_text(encoding="utf-8").startswith("## Undecided\n")


def mean(place: Path, name: str) -> float:
    values = reference(place)["quantities"][name]["values"]
    return float(sum(values) / len(values))


def test_the_plan_is_told_before_anything_runs(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setattr("analysis.checks.replication_jobs.replicate", None)
    assert check("held.yaml", "--plan") == 0
    lines = capsys.readouterr().out.splitlines()
    held = reference(place)["quantities"]
    assert lines[0].startswith(f"held: looks at 8 replications; {len(held)} quantities; at most ")
    assert [line.split()[0] for line in lines[2 : 2 + len(held)] if not line.startswith("   ")][:3] == list(held)[:3]
    power = next(line for line in lines if line.strip().startswith("days_to_answer_direct"))
    assert power.split()[-1].isdigit()
    assert any("May stay undecided with 8 replications: " in line and "recruiter.response (" in line for line in lines)
    assert any(line.startswith("At most ") and "with 1 worker;" in line for line in lines)
    at = lines.index("  Followed but not held:")
    assert any(line.startswith("    direct.hire: needs ") for line in lines[at:])


def test_an_update_shows_and_writes_and_is_not_repeated(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    kept = tmp_path / "held" / "reference.json"
    kept.parent.mkdir()
    kept.write_bytes((place / "reports" / "held" / "reference.json").read_bytes())
    here = ["held.yaml", "--references", str(tmp_path)]
    assert check(*here, "--update", "--why", "nothing") == 0
    assert "held: same tables; the reference stays as it is.\n0 of 1 references written" in capsys.readouterr().out
    assert check(*here, *DRIFT, "--update", "--why", "later", "--margin", "days_to_answer_direct=3 days") == 0
    out = capsys.readouterr().out
    assert "quantities differ from the old reference:" in out
    assert next(line for line in out.splitlines() if "days_to_answer_direct " in line).endswith("CHANGED")
    content = json.loads(kept.read_text(encoding="utf-8"))
    assert [one["why"] for one in content["history"]] == ["first", "later"]
    assert content["quantities"]["days_to_answer_direct"]["margin"] == 3.0
    assert check(*here, *DRIFT) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["baseline"],
            (
                "reports/baseline/reference.json: there is no reference; --references names the folder that has it, or "
                "make a first one with: referralsim check baseline --update --why '...'"
            ),
        ),
        (
            [],
            (
                "reports: has no reference of a shipped scenario; --references names the folder that has them, or name "
                "a scenario of your own"
            ),
        ),
        (["basline"], "no scenario is named 'basline'; did you mean 'baseline'?"),
        (["baseline", "baseline"], "baseline: another of these scenarios is also called baseline"),
        (["baseline", "--update"], "--update: needs --why 'REASON', which is kept in the reference"),
        (["baseline", "--update", "--why", " "], "--update: needs --why 'REASON', which is kept in the reference"),
        (["baseline", "--update", "--why", "x", "--quick"], "--update and --quick: give one of them"),
        (["baseline", "--update", "--why", "x", "--at-most", "9"], "--update and --at-most: give one of them"),
        (
            ["baseline", "--update", "--why", "x", "--margin", "direct.read"],
            (
                "--margin direct.read: expected NAME=VALUE in the quantity's unit, such as direct.response=0.5% or "
                "days_to_fill='2 days'"
            ),
        ),
        (
            ["baseline", "--update", "--why", "x", "--margin", "jill.hire_rate=1%"],
            "no role is called 'jill'; this scenario has no cast",
        ),
        (["baseline", "--why", "x"], "--why: belongs to --update"),
        (
            ["baseline", "--replications", "9"],
            "--replications: belongs to --update; --at-most limits the replications of a check",
        ),
        (
            ["baseline", "--update", "--why", "x", "--replications", "many"],
            "--replications many: expected auto or a whole number from 8 to 32,767",
        ),
        (["baseline", "--margin", "direct.read=1%"], "--margin: belongs to --update"),
        (["baseline", "--quick", "--full"], "--quick and --full: give one of them"),
        (["baseline", "--at-most", "1"], "--at-most 1: expected a whole number of at least 2"),
        (["baseline", "--false-alarm", "2"], "--false-alarm 2: expected a chance between 0 and 1, such as 0.001"),
    ],
)
def test_what_cannot_run_is_told_in_one_line(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert check(*arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", said + "\n")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_reference_stops_before_anything_runs(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "reference.json").write_text('{"format": 1', encoding="utf-8")
    assert check("held.yaml", "--references", str(tmp_path)) == 2
    assert f"{tmp_path / 'held' / 'reference.json'}:1:13: not JSON" in capsys.readouterr().err


def test_by_default_every_shipped_scenario_with_a_reference_is_checked(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The market of the tests stands in for a shipped file, so that nothing large has to be simulated.
    monkeypatch.chdir(place)
    shipped = {"held": place / "held.yaml", **shipped_scenarios()}
    for where in ("sim.scenario.shipped.shipped_scenarios", "sim.scenario.scenario.shipped_scenarios"):
        monkeypatch.setattr(where, lambda: shipped)
    assert main(["check", "--quick", "--workers", "1"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("held: holds.")
    assert "Not checked, because there is no reference: baseline, " in err


@pytest.mark.slow
def test_stopped_by_the_user(place: Path, tmp_path: Path) -> None:
    arguments = ["check", str(place / "held.yaml"), "--references", str(tmp_path), "--update", "--why", "x"]
    done = started(tmp_path, *arguments, "--replications", "4000", "--workers", "2")
    assert done.stderr is not None
    while "replications so far" not in (line := done.stderr.readline()):
        assert done.poll() is None, line
    time.sleep(0.2)
    done.send_signal(signal.SIGINT)
    out, err = done.communicate(timeout=60)
    assert done.returncode == 130
    assert err.splitlines()[-1] == (
        "Stopped; the references listed above are written, the others unchanged. The same command goes on from there."
    )
    assert out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no such file")
def test_a_file_is_written_whole_and_a_device_as_it_is(tmp_path: Path) -> None:
    write_text(tmp_path / "out" / "check.xml", "first")
    write_text(tmp_path / "out" / "check.xml", "second")
    assert [file.read_text() for file in (tmp_path / "out").iterdir()] == ["second"]
    link = tmp_path / "link.xml"
    link.symlink_to(tmp_path / "out" / "check.xml")
    write_text(link, "third")
    assert link.is_symlink()
    assert (tmp_path / "out" / "check.xml").read_text() == "third"
    code = "from pathlib import Path; from analysis.cli.shared import write_text; write_text(Path('/dev/stdout'), 'x')"
    with (tmp_path / "captured").open("w") as captured:
        subprocess.run([sys.executable, "-c", code], stdout=captured, check=True, cwd=ROOT)
    assert (tmp_path / "captured").read_text() == "x"
    assert Path("/dev/stdout").is_symlink()
