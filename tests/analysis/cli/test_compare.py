"""The command `compare` as it is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from compared_people import SEED

from analysis.cli.compare import Hours, Weeks, folder_name
from analysis.cli.main import main
from analysis.comparison import headline
from analysis.comparison.comparison import (
    OUTCOMES,
    Comparison,
)
from sim.cli import CannotRun


def test_the_command_writes_page_chart_and_numbers_and_goes_on_where_it_stopped(
    two: str,
    comparison: Comparison,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--replications", "4", "--seed", str(SEED), "--workers", "1", "--keep-tables"]
    assert main(["compare", two, *options]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(headline.sentence(comparison))
    assert "two: 4 of 4 replications" in err
    folder = tmp_path / "reports" / "compare-two"
    names = [f"comparison.{kind}" for kind in ("csv", "html", "png", "svg")]
    assert sorted(file.name for file in folder.glob("[!.]*")) == names
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    assert (folder / "comparison.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert (folder / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert "Simulated chances under stated assumptions, not a promise" in page
    for what in ("seed 5", "4 replications", "All settings that differ", "One who asks and one who applies"):
        assert what in page
    before = {file.name: file.read_bytes() for file in folder.glob("[!.]*")}
    assert main(["compare", two, *options]) == 0
    assert "4 of 4 replications were already there" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in folder.glob("[!.]*")} == before


def test_machines_get_an_object_and_quiet_is_quiet(
    two: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["--replications", "2", "--seed", "1", "--workers", "1", "--hours", "6", "--weeks", "8"]
    assert main(["compare", f"{two}:plain", f"{two}:asker", *asked, "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["hours"].startswith(
        "All give 6 hours a week to their search. Set for this comparison; the scenarios themselves set"
    )
    assert len(found["values"]) == 2 * len(OUTCOMES)
    assert len(found["differences"]) == len(OUTCOMES)
    assert "within 8 weeks" in found["sentence"]
    assert [line for line in err.splitlines() if line and not line.startswith(("Note:", "Page:"))] == []
    (folder,) = (tmp_path / "reports").iterdir()
    assert folder.name == "compare-two-plain-two-asker-6-hours-8-weeks"
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    assert "--hours 6 --weeks 8" in page
    assert not list((tmp_path / "results").rglob("*.parquet"))


def test_folders_are_named_after_what_is_compared() -> None:
    assert folder_name(["eli-ben"], None, 12) == "compare-eli-ben"
    named = folder_name(["eli-ben:eli", "my plans/Jill A.yaml"], 6.5, 26)
    assert named == "compare-eli-ben-eli-jill-a-6.5-hours-26-weeks"
    assert folder_name(["plans/two.yaml:Some One"], None, 12) == "compare-two-some-one"
    long = folder_name(["x" * 90, "y" * 90], None, 12)
    assert len(long) <= 100
    assert long != folder_name(["x" * 90, "z" * 90], None, 12)


@pytest.mark.parametrize(
    ("typed", "hours"), [("10 h", 10), ("10", 10), ("600 min", 10), ("2 h per day", 14), ("own", "own")]
)
def test_hours_may_have_a_unit(typed: str, hours: object) -> None:
    assert Hours().convert(typed, None, None) == hours


@pytest.mark.parametrize(("typed", "weeks"), [("4weeks", 4), ("28 days", 4), ("12", 12), ("26 w", 26)])
def test_weeks_may_have_a_unit(typed: str, weeks: int) -> None:
    assert Weeks().convert(typed, None, None) == weeks


@pytest.mark.parametrize(("kind", "typed"), [(Hours(), "10 x"), (Hours(), "0 h"), (Weeks(), "5 weeks"), (Weeks(), "x")])
def test_other_units_are_refused(kind: Hours | Weeks, typed: str) -> None:
    with pytest.raises(CannotRun, match=typed):
        kind.convert(typed, None, None)
