"""Faults planted in the model and in what is measured: every one is caught, and by more than its bytes."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import checked_market
import planted_faults
import pytest
from paths import ROOT
from planted_faults import FAULTS, Caught
from ruamel.yaml import YAML

from analysis.checks.reference import Reference
from analysis.cli.check import check
from analysis.errors import AnalysisError

PAGE = ROOT / "docs" / "checks.md"
IN_MEASURING = {"window_off_by_one", "censored_counted", "unanswered_dropped", "warm_up_counted"}


# ---- all of them, in a market made for it: some three minutes of computing ----------------------------------------


@pytest.fixture(scope="module")
def reference() -> Reference:
    return planted_faults.recorded(workers=2)


@pytest.fixture(scope="module")
def caught(reference: Reference) -> dict[str, Caught]:
    return planted_faults.caught_by(reference)


@pytest.mark.slow
def test_nothing_is_caught_where_nothing_is_planted(reference: Reference) -> None:
    assert planted_faults.checked(None, reference) == Caught(replications=2)


@pytest.mark.study
def test_every_fault_is_caught_by_more_than_bytes(caught: dict[str, Caught]) -> None:
    # Nothing is left to luck: the seed is fixed. With another one, a catch would be false once in 1000 checks at most.
    assert len(caught) >= 10
    assert [name for name, one in caught.items() if not one.beyond_bytes] == []


@pytest.mark.study
def test_faults_of_the_model_move_bytes_and_those_of_measuring_do_not(caught: dict[str, Caught]) -> None:
    assert {name for name, one in caught.items() if one.measured} == IN_MEASURING
    assert {name for name, one in caught.items() if not one.moved and not one.refused} == IN_MEASURING


@pytest.mark.study
def test_the_table_on_the_page_is_what_was_found(caught: dict[str, Caught]) -> None:
    spec = importlib.util.spec_from_file_location("docs_refresh", ROOT / "docs" / "refresh.py")
    assert spec is not None
    assert spec.loader is not None
    refresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(refresh)
    page = PAGE.read_text(encoding="utf-8")
    fresh = refresh.refreshed(page, {"planted faults": lambda: planted_faults.table(caught)})
    assert page == fresh, "other faults are caught, or by others: python docs/refresh.py --measured"


# ---- a few, in seconds --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checked_market.write(tmp_path_factory.mktemp("small"), text=checked_market.SHORT)


@pytest.fixture(scope="module")
def small_reference(small: Path) -> Reference:
    return planted_faults.recorded(market=small, replications=8)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_finds_what_it_replaces(name: str) -> None:
    # Code that moved would otherwise show only in the slow tests above.
    with pytest.MonkeyPatch.context() as patch:
        FAULTS[name].plant(patch)


def test_other_numbers_of_the_same_tables_are_a_change(small: Path, small_reference: Reference) -> None:
    said = planted_faults.checked("warm_up_counted", small_reference, small)
    assert said.measured
    assert not said.moved
    assert said.changed
    assert said.replications == 2


def test_replications_that_repeat_each_other_are_refused(
    small: Path, small_reference: Reference, tmp_path: Path
) -> None:
    # Refused for being the same, whatever they hold: eight of a market that is over soon are enough for a reference.
    text = checked_market.SHORT.replace("people: 400", "people: 100").replace("window: 28 days", "window: 7 days")
    tiny = checked_market.write(tmp_path, text=text)
    refused = r"Replications 0 and 1 have the same tables"
    assert re.match(refused, planted_faults.checked("one_seed", small_reference, small).refused)
    with pytest.MonkeyPatch.context() as patch:
        FAULTS["one_seed"].plant(patch)
        with pytest.raises(AnalysisError, match=refused):
            planted_faults.recorded(market=tiny, replications=8)


def test_a_fault_is_gone_after_its_check(small: Path, small_reference: Reference) -> None:
    assert planted_faults.checked(None, small_reference, small) == Caught(replications=2)


def test_the_table_says_who_caught_what() -> None:
    said = planted_faults.table(
        {
            "no_priority": Caught(
                ("openings.closed",), ("direct.read", "direct.hire"), False, ("a within 0 to 1",), 16
            ),
            "no_decay": Caught(("ties.strength",)),
            "censored_counted": Caught((), ("direct.read",), True, (), 2),
            "one_seed": Caught(refused="the same"),
        }
    ).splitlines()
    assert [line.split(" | ", 1)[1] for line in said[2:]] == [
        "moved | `direct.read` and 1 more, 16 | a |",
        "moved | not seen |  |",
        "same | `direct.read`, 2, measured otherwise |  |",
        "| refused: replications that repeat each other | |",
    ]


# ---- the files on the page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "commands"), [("rates.yml", 2), (".pre-commit-config.yaml", 1)])
def test_ready_files_parse_and_their_commands_exist(name: str, commands: int) -> None:
    found = re.search(rf"^```yaml {re.escape(name)}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    content = YAML(typ="safe").load(found[1])
    if name == "rates.yml":
        said = [step["run"] for step in content["jobs"]["rates"]["steps"] if "run" in step and "pip" not in step["run"]]
    else:
        said = [hook["entry"] for repo in content["repos"] for hook in repo["hooks"]]
    assert len(said) == commands
    for line in said:
        program, *arguments = shlex.split(line)
        if program == "referralsim":
            assert arguments[0] == "check"
            check.make_context("check", arguments[1:])  # parses every option, runs nothing
        else:
            assert [program, *arguments[:2]] == ["python", "-m", "pytest"]
