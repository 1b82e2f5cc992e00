"""The command `calibrate` as a user starts it: what it prints, writes and refuses, and what an interruption costs."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from command_line import started

from analysis.cli.main import main
from sim import load_scenario
from sim.store.store import Store

TINY = """
title: A tiny market
scenario: baseline
set: {population.people: 250, openings.growth: 0.01, TIMES}
fit:
  screening.resumes_per_review: {from: 1, to: 20, scale: log}
to:
  - {quantity: direct.read, within: [30%, 70%], source: made up}
budget: {points: 8, replications: 1, rounds: 2, check: 3}
""".replace(
    "TIMES", "time.window: 4 weeks, time.warm_up: 1 week, time.follow_up: 3 weeks, time.response_window: 4 weeks"
)
OUT_OF_REACH = TINY.replace("within: [30%, 70%]", "within: [0.1%, 0.2%]")
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command in this process: exit code, output and errors."""

    def call(*arguments: str, folder: Path) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        capsys.readouterr()
        code = main(["calibrate", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tiny calibration has run once."""
    folder = tmp_path_factory.mktemp("calibrate")
    (folder / "tiny.yaml").write_text(TINY)
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said):
        assert main(["calibrate", "tiny.yaml", "--workers", "1", "--quiet"]) == 0
    (folder / "first.txt").write_text(said.getvalue())
    return folder


def test_it_prints_fit_and_intervals_and_writes_a_scenario_that_runs(kept: Path, here: Call) -> None:
    lines = (kept / "first.txt").read_text().splitlines()
    assert lines[:2] == ["tiny: A tiny market", "baseline, seed 1, 95 % intervals over 3 replications"]
    assert lines[4].startswith("direct.read    30 to 70 %")
    assert lines[4].endswith("made up")
    assert lines[7].startswith("screening.resumes_per_review  1 to 20")
    assert lines[9].startswith("After the fit, ")
    assert lines[9].endswith("before it, 0 of 1 targets hold, 1 fail, 0 undecided.")
    folder = kept / "results" / "tiny-calibration"
    assert sorted(path.name for path in folder.glob("[!.]*")) == [
        "calibration.csv",
        "directions.csv",
        "fitted.yaml",
        "points.csv",
        "store",
        "targets.csv",
    ]
    row = pd.read_csv(folder / "targets.csv").iloc[0]
    assert 0.3 <= row["reached"] <= 0.7
    fitted = load_scenario(folder / "fitted.yaml")
    value = pd.read_csv(folder / "calibration.csv")["value"][0]
    assert (fitted.screening.resumes_per_review, fitted.population.people) == (value, 250)


def test_what_is_reported_is_what_a_run_of_the_fitted_scenario_gives(kept: Path) -> None:
    from analysis.quantities.catalogue import estimate
    from sim import simulate

    folder = kept / "results" / "tiny-calibration"
    row = pd.read_csv(folder / "targets.csv").iloc[0]
    told = estimate(simulate(load_scenario(folder / "fitted.yaml")), "direct.read")
    assert (row["reached"], row["reached_low"], row["reached_high"]) == pytest.approx((told.value, told.low, told.high))


def test_the_same_command_runs_nothing_again(kept: Path, here: Call) -> None:
    code, out, err = here("tiny.yaml", "--workers", "1", folder=kept)
    assert (code, out) == (0, (kept / "first.txt").read_text())
    assert "14 runs (14 were already there), 0 failed; 1 core, " in err


def test_json_is_one_object_and_nothing_else(kept: Path, here: Call) -> None:
    code, out, err = here("tiny.yaml", "--workers", "1", "--json", "--quiet", "--out", "mine.yaml", folder=kept)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["fitted"]["screening.resumes_per_review"] == told["parameters"][0]["value"]
    assert told["all_met"] is True
    assert load_scenario(kept / "mine.yaml").screening.resumes_per_review == told["parameters"][0]["value"]


def test_as_is_fits_nothing_and_a_target_that_fails_gives_1(kept: Path, here: Call, tmp_path: Path) -> None:
    code, out, _ = here(
        "tiny.yaml",
        "--as-is",
        "--workers",
        "1",
        "--results",
        str(tmp_path),
        "--store",
        "results/tiny-calibration/store",
        folder=kept,
    )
    assert code == 1
    assert "fails" in out
    assert "fitted" not in out
    assert sorted(path.name for path in (tmp_path / "tiny-calibration").glob("[!.]*")) == ["targets.csv"]


def test_a_target_out_of_reach_gives_1(kept: Path, here: Call, tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(OUT_OF_REACH)
    code, out, _ = here(
        "tiny.yaml",
        "--workers",
        "1",
        "--quiet",
        "--store",
        str(kept / "results" / "tiny-calibration" / "store"),
        folder=tmp_path,
    )
    assert code == 1
    assert "After the fit, 0 of 1 targets hold, 1 fail, 0 undecided" in out
    assert "(made up): fails" in (tmp_path / "results" / "tiny-calibration" / "fitted.yaml").read_text()


def changed(old: str, new: str) -> str:
    assert old in TINY
    return TINY.replace(old, new)


RANGE = "{from: 1, to: 20, scale: log}"
AIM = "{quantity: direct.read, within: [30%, 70%], source: made up}"
BAD = {
    "unknown": (changed("budget:", "budgte:"), "bad.yaml:9: budgte: unknown part of a calibration; did you mean"),
    "no targets": (changed(f"to:\n  - {AIM}\n", ""), "bad.yaml:1: to: missing; expected a list of targets such as"),
    "empty targets": (changed(f"to:\n  - {AIM}\n", "to: []\n"), "bad.yaml:7: to: found an empty list; expected"),
    "no fit": (changed(f"fit:\n  screening.resumes_per_review: {RANGE}\n", ""), "bad.yaml:1: fit: missing; expected"),
    "one value": (changed(RANGE, "7"), "bad.yaml:6: screening.resumes_per_review: found 7; expected "),
    "a list": (changed(RANGE, "[5, 10]"), "bad.yaml:6: screening.resumes_per_review: found a list; expected ranges"),
    "normal": (
        changed(RANGE, "{distribution: normal, mean: 9, sd: 1, from: 1, to: 20}"),
        "bad.yaml:6: screening.resumes_per_review: found a normal distribution; expected ranges",
    ),
    "path": (
        changed("screening.resumes_per_review", "screening.resumes_per_revue"),
        "bad.yaml:6: screening.resumes_per_revue: unknown parameter; did you mean",
    ),
    "backwards": (
        changed("from: 1, to: 20", "from: 20, to: 1"),
        "bad.yaml:6: screening.resumes_per_review.from: found from 20 to 1; expected the lower end first",
    ),
    "empty": ("", "bad.yaml: is empty; expected the parts of a calibration such as 'scenario: baseline'"),
    "quantity": (changed("direct.read,", "direct.raed,"), "bad.yaml:8: to[0].quantity: unknown rate 'direct.raed'"),
    "band": (changed("[30%, 70%]", "[70%, 30%]"), "bad.yaml:8: to[0].within: found [0.7, 0.3]; expected the lower end"),
    "share": (changed("[30%, 70%]", "[30, 70]"), "bad.yaml:8: to[0].within: found 30; expected"),
    "both": (changed("within", "value: 4%, sd: 1%, within"), "bad.yaml:8: to[0]: found both a band and a value"),
    "neither": (changed("within: [30%, 70%], ", ""), "bad.yaml:8: to[0]: found neither a band nor a value"),
    "no sd": (changed("within: [30%, 70%]", "value: 40%"), "bad.yaml:8: to[0].sd: missing; expected the standard"),
    "sd zero": (changed("within: [30%, 70%]", "value: 40%, sd: 0"), "bad.yaml:8: to[0].sd: found 0; expected"),
    "twice": (changed(AIM, f"{AIM}\n  - {AIM}"), "bad.yaml:9: to[1]: 'direct.read' is a target already"),
    "part": (changed("source:", "sources:"), "bad.yaml:8: to[0].sources: unknown part of a target; did you mean"),
    "no log": (changed(AIM, "log: nowhere.csv"), "bad.yaml:8: to[0].log: cannot be used: nowhere.csv does not exist."),
    "channels": (
        changed(AIM, "{log: bad.csv, channels: {a: [direct]}}"),
        "bad.yaml:8: to[0].channels.a: found a list; expected names and one of direct",
    ),
    "rates of a log": (
        changed(AIM, "{log: bad.csv, quantities: [[direct.response]]}").replace("bad.csv", "good.csv"),
        "bad.yaml:8: to[0].quantities: found a list; expected the name of a rate",
    ),
    "bad log": (changed(AIM, "log: bad.csv"), "bad.yaml:8: to[0].log: cannot be used: bad.csv has no column responded"),
    "points": (changed("points: 8", "points: 3"), "bad.yaml:9: budget.points: found 3; expected a whole number"),
    "few": (
        changed(f"{RANGE}\n", f"{RANGE}\n  openings.bar: {{from: 0, to: 1}}\n").replace("points: 8", "points: 4"),
        "bad.yaml:10: budget.points: found 4; 2 parameters need at least 5 points",
    ),
    "scenario": (changed("scenario: baseline", "scenario: baselin"), "bad.yaml:3: scenario: no scenario is named"),
    "set": (
        changed("openings.growth: 0.01", "screening.resumes_per_review: 9"),
        "bad.yaml:6: screening.resumes_per_review: is varied here and set under 'set'",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_in_one_line_where_it_stands(name: str, tmp_path: Path, here: Call) -> None:
    text, told = BAD[name]
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "bad.csv").write_text("channel,sent\ndirect,1\n")
    (tmp_path / "good.csv").write_text("channel,sent,responded\ndirect,1,2\n")
    code, out, err = here("bad.yaml", folder=tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith(told), err
    assert len(err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "bad.yaml", "good.csv"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.yaml"], "nowhere.yaml: does not exist"),
        (["baselin"], "no calibration is named 'baselin'; did you mean 'baseline'?"),
        (["tiny.yaml", "--points", "2"], "points 2: 1 parameters need at least 4 points"),
        (["tiny.yaml", "--check", "1"], "--check 1: expected a whole number of at least 2"),
        (["tiny.yaml", "--results", "tiny.yaml"], "tiny.yaml: is not a folder"),
    ],
)
def test_bad_options_are_one_line(arguments: list[str], told: str, tmp_path: Path, here: Call) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    code, out, err = here(*arguments, folder=tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith(told), err
    assert len(err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


@pytest.mark.slow
def test_an_interruption_gives_130_and_the_same_command_goes_on(kept: Path, here: Call, tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    process = started(tmp_path, "calibrate", "tiny.yaml", "--workers", "2")
    store = tmp_path / "results" / "tiny-calibration" / "store"
    patience = time.monotonic() + 120
    while not (store / "store.json").exists() or len(Store(store, readonly=True)) < 4:
        assert time.monotonic() < patience
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, "")
    assert "The same 'calibrate' command goes on from there." in err.splitlines()[-1]
    there = len(Store(store, readonly=True))
    assert 4 <= there < 14
    code, out, err = here("tiny.yaml", "--workers", "1", folder=tmp_path)
    assert (code, out) == (0, (kept / "first.txt").read_text()), "two workers, stopped, and one: the same answer"
    assert f"14 runs ({there} were already there), 0 failed" in err
