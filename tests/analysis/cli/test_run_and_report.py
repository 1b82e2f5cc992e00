"""The commands that simulate, started as a user starts them: what they print, keep, refuse, and do when stopped."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from command_line import Done, on_a_full_disk, on_a_terminal, referralsim, started
from pyarrow.parquet import read_table

from sim import Result, Scenario, load_scenario
from sim.runs import simulation

SET = {
    "population.people": "400",
    "time.warm_up": "1 week",
    "time.window": "8 weeks",
    "time.follow_up": "30 days",
    "time.response_window": "30 days",
}
SMALL = [
    "baseline",
    *(word for path, value in SET.items() for word in ("--set", f"{path}={value}")),
    "--replications",
    "2",
]
# Values set apart from the file have a folder of their own: never that of the published baseline.
OWN = f"baseline~{load_scenario('baseline', SET).digest[:8]}"

ROWS = {
    "type": "array",
    "minItems": 15,
    "maxItems": 15,
    "items": {
        "type": "object",
        "required": ["channel", "stage", "n", "count", "rate", "low", "high"],
        "properties": {
            "channel": {"enum": ["direct", "referral", "recruiter"]},
            "stage": {"enum": ["read", "response", "interview", "offer", "hire"]},
            "n": {"type": "integer", "minimum": 0},
            "count": {"type": "integer", "minimum": 0},
            **{name: {"type": ["number", "null"], "minimum": 0, "maximum": 1} for name in ("rate", "low", "high")},
        },
    },
}


def tables(folder: Path) -> dict[str, bytes]:
    """Every table of a run, by its place in the folder."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}
    assert found
    return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("run")
    return folder, referralsim("run", *SMALL, "--workers", "1", folder=folder)


def test_run_prints_rates_bands_and_claims(ran: tuple[Path, Done]) -> None:
    _, done = ran
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("baseline: ")
    assert "2 replications, seed 1, 400 people" in lines[1]
    assert lines[3].split() == ["channel", "sent", "response", "interview", "offer", "hire", "band"]
    assert [line.split()[0] for line in lines[4:10:2]] == ["direct", "referral", "recruiter"]
    assert [line.split()[-2] for line in lines[4:10:2]] == ["2–5", "20–40", "10–15"]
    assert {line.split()[-1] for line in lines[5:10:2]} <= {"holds", "fails", "undecided"}
    assert "Of 13 claims" in done.stdout


def test_a_claim_that_fails_is_seen_but_is_no_error(tmp_path: Path, here: Callable[..., Done]) -> None:
    (tmp_path / "bold.yaml").write_text(
        "extends: baseline\ntitle: Too bold\n"
        "expect:\n  - {rate: direct.response, within: [90%, 95%], confidence: 60%}\n",
        encoding="utf-8",
    )
    done = here("run", "bold.yaml", *SMALL[1:], "--workers", "1", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "bold: Too bold" in done.stdout
    assert "Of 1 claim, 0 hold, 1 fails, 0 are undecided." in done.stdout
    assert "\n  FAILS      direct.response within 90–95 %: " in done.stdout
    assert len(list((tmp_path / "results").glob("bold~????????/manifest.json"))) == 1


def test_progress_is_plain_lines_where_there_is_no_terminal(
    ran: tuple[Path, Done],
) -> None:
    _, done = ran
    assert "baseline: 2 of 2 replications" in done.stderr
    assert "\r" not in done.stderr


def test_run_keeps_its_tables(ran: tuple[Path, Done]) -> None:
    folder, _ = ran
    run = folder / "results" / OWN
    assert len(list((run / "applications").glob("*.parquet"))) == 2
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["replications"], manifest["seed"]) == (2, 1)


def test_json_is_a_list_of_rows_and_nothing_else(ran: tuple[Path, Done], here: Callable[..., Done]) -> None:
    folder, first = ran
    done = here("run", *SMALL, "--workers", "1", "--json", folder=folder)
    assert done.returncode == 0
    assert "2 of 2 replications were already there" in done.stderr
    assert "Of 13 claims" in done.stderr
    rows = json.loads(done.stdout)
    jsonschema.validate(rows, ROWS)
    assert len({(row["channel"], row["stage"]) for row in rows}) == 15
    for row in rows:
        assert row["rate"] == pytest.approx(row["count"] / row["n"])
        assert row["low"] <= row["rate"] <= row["high"]
    (answered,) = (row for row in rows if (row["channel"], row["stage"]) == ("direct", "response"))
    assert f"{100 * answered['rate']:.2f} %" in first.stdout


def test_quiet_is_quiet(ran: tuple[Path, Done], here: Callable[..., Done]) -> None:
    folder, first = ran
    done = here("run", *SMALL, "--workers", "1", "--quiet", folder=folder)
    assert done.stderr == ""
    assert done.stdout == first.stdout


def test_values_set_apart_leave_the_folder_of_the_scenario_alone(
    ran: tuple[Path, Done], tmp_path: Path, here: Callable[..., Done]
) -> None:
    folder, first = ran
    assert [path.name for path in (folder / "results").iterdir()] == [OWN]
    assert first.stderr.startswith(f"With --set the folder is called {OWN}; --set name=... chooses another name.\n")
    named = here("run", *SMALL, "--set", "name=mine", "--workers", "1", folder=tmp_path)
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["mine"]
    assert "the folder is called" not in named.stderr
    other = here("run", *SMALL, "--set", "openings.growth=0.01", "--workers", "1", "--quiet", folder=tmp_path)
    assert other.returncode == 0
    names = {path.name for path in (tmp_path / "results").iterdir()} - {"mine"}
    assert len(names) == 1
    assert names != {OWN}


def test_without_values_set_the_folder_is_called_like_the_scenario(tmp_path: Path, here: Callable[..., Done]) -> None:
    tiny = "name: tiny\ntitle: Tiny\npopulation: {people: 200}\ntime: {window: 4 weeks, warm_up: 1 week}\n"
    (tmp_path / "tiny.yaml").write_text(f"extends: baseline\n{tiny}", encoding="utf-8")
    done = here("run", "tiny.yaml", "--replications", "1", "--workers", "1", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["tiny"]
    assert "the folder is called" not in done.stderr


def test_two_workers_write_the_same_bytes(ran: tuple[Path, Done], tmp_path: Path, here: Callable[..., Done]) -> None:
    folder, _ = ran
    assert here("run", *SMALL, "--workers", "2", "--quiet", folder=tmp_path).returncode == 0
    assert tables(tmp_path / "results") == tables(folder / "results")


def test_seed_is_taken_from_the_command(ran: tuple[Path, Done], tmp_path: Path, here: Callable[..., Done]) -> None:
    folder, _ = ran
    done = here("run", *SMALL, "--workers", "1", "--seed", "2", "--results", "kept", folder=tmp_path)
    assert "seed 2" in done.stdout
    assert tables(tmp_path / "kept") != tables(folder / "results")
    assert not (tmp_path / "results").exists()


def test_progress_is_a_bar_on_a_terminal(tmp_path: Path) -> None:
    code, said = on_a_terminal(tmp_path, "run", *SMALL, "--workers", "1")
    assert code == 0
    assert b"100%" in said
    assert b"2/2" in said


BAD = [
    (["--workers", "0"], "--workers 0: expected a whole number of at least 1"),
    (["--workers", "two"], "--workers two: expected a whole number of at least 1"),
    (["--replications", "0"], "--replications 0: expected a whole number from 1 to 32,767"),
    (["--replications", "99999999999"], "--replications 99999999999: expected a whole number from 1 to 32,767"),
    (["--seed", "-1"], "--seed -1: expected a whole number of at least 0"),
    (["--set", "population.people=2"], "population.people: found 2"),
    (["--set", "population.peeple=400"], "did you mean"),
    (["--set", "population.people"], "expected PATH=VALUE"),
    (["--results", "taken"], "taken: is not a folder"),
    (["--results", "/proc/nowhere"], "/proc/nowhere"),
]


@pytest.mark.parametrize("command", ["run", "report"])
@pytest.mark.parametrize(("arguments", "told"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
def test_bad_input_is_one_line_and_writes_nothing(
    command: str, arguments: list[str], told: str, tmp_path: Path, here: Callable[..., Done]
) -> None:
    (tmp_path / "taken").write_text("a file")
    done = here(command, "baseline", *arguments, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_scenario_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    done = referralsim("run", "basline", folder=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_report_refuses_before_it_simulates_what_it_could_not_write(tmp_path: Path, here: Callable[..., Done]) -> None:
    (tmp_path / "taken").write_text("a file")
    done = here("report", *SMALL, "--out", "taken", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "taken: is not a folder; name another folder\n"
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    done = on_a_full_disk(8, "run", *SMALL, "--workers", "1", "--quiet", folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "File too large" in done.stderr
    assert not list((tmp_path / "results").rglob("manifest.json"))


@pytest.mark.parametrize("command", ["run", "report"])
def test_a_disk_that_fills_up_while_simulating_says_what_is_kept(
    command: str, tmp_path: Path, here: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = simulation.write_replication

    def fills(scenario: Scenario, seed: int, replication: int, folder: Path) -> dict[str, object]:
        if replication == 1:  # as pyarrow says it
            raise OSError(28, "Error writing bytes to file. Detail: [errno 28] No space left on device")
        return write(scenario, seed, replication, folder)

    monkeypatch.setattr(simulation, "write_replication", fills)
    done = here(command, *SMALL, "--workers", "1", "--quiet", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    kept = f"1 of 2 replications are finished and kept in results/{OWN}."
    assert done.stderr == (
        f"No space left on device; {kept} Make room, and the same '{command}' command goes on from there.\n"
    )


def test_tables_that_are_removed_meanwhile_are_one_line_that_says_so(
    tmp_path: Path, here: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Result, "table", lambda self, name: read_table(self.folder / "gone" / name))
    done = here("run", *SMALL, "--workers", "1", "--quiet", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("is not there any more; did another command remove it?\n")
    assert done.stderr.count("\n") == 1


def test_report_writes_its_folder_and_says_so(ran: tuple[Path, Done], here: Callable[..., Done]) -> None:
    folder, _ = ran
    done = here("report", *SMALL, "--workers", "1", "--out", "pub", folder=folder)
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-2:]
    assert last[0].startswith("In this simulated labour market ")
    assert last[1] == f"Report: pub/{OWN}/report.html and 18 files beside it"
    page = (folder / "pub" / OWN / "report.html").read_text(encoding="utf-8")
    assert last[0].replace(" %", "\u00a0%") in page
    assert len(list((folder / "pub" / OWN).glob("[!.]*"))) == 19
    assert [path.name for path in (folder / "pub").iterdir()] == [OWN]


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(workers: str, tmp_path: Path) -> None:
    set_apart = {"population.people": "700", "time.warm_up": "8 weeks", "time.window": "16 weeks"}
    arguments = [
        "run",
        "baseline",
        *(word for path, value in set_apart.items() for word in ("--set", f"{path}={value}")),
        "--replications",
        "12",
        "--workers",
        workers,
    ]
    process = started(tmp_path, *arguments, "--results", "stopped")
    kept_in = f"baseline~{load_scenario('baseline', set_apart).digest[:8]}"
    finished = tmp_path / "stopped" / kept_in / "done"
    patience = time.monotonic() + 60
    while not (finished.is_dir() and any(finished.glob("*.json"))):
        assert time.monotonic() < patience
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    # As Ctrl-C does on a terminal: to all processes of the group at once.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    told = err.splitlines()[-1]
    assert told.startswith("Stopped; ")
    assert told.endswith(
        f" of 12 replications are finished and kept in stopped/{kept_in}. The same 'run' command goes on from there."
    )
    assert "Traceback" not in err
    kept = int(told.split()[1])
    assert 1 <= kept < 12
    assert not (tmp_path / "stopped" / kept_in / "manifest.json").exists()

    again = referralsim(*arguments, "--results", "stopped", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert f"{kept} of 12 replications were already there" in again.stderr
    whole = referralsim(*arguments, "--results", "whole", folder=tmp_path)
    assert tables(tmp_path / "stopped") == tables(tmp_path / "whole")
    assert again.stdout == whole.stdout
