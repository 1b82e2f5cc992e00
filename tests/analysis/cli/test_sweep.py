"""The commands `sweep` and `status` as a user starts them: what they print, refuse, and what a kill costs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from command_line import Done, on_a_full_disk, on_a_terminal, referralsim, started
from pyarrow import parquet

from sim.store.segments import Reading
from sim.store.store import Store

OUTPUTS = ("design.parquet", "runs.parquet", "rates.parquet", "rates.csv", "failures.parquet")
TINY = """
title: A tiny sweep
scenario: baseline
set: {population.people: 250, openings.growth: 0.01, TIMES}
design: grid
vary: {screening.resumes_per_review: [5, 10]}
replications: 2
outcomes: [direct.response, days_to_fill]
""".replace(
    "TIMES", "time.window: 4 weeks, time.warm_up: 1 week, time.follow_up: 5 weeks, time.response_window: 5 weeks"
)
# Twenty runs of a tenth of a second each.
SMALL = """
scenario: baseline
set: {population.people: 400, time.window: 8 weeks, time.warm_up: 8 weeks}
design: grid
vary: {screening.resumes_per_review: [5, 8, 10, 12]}
replications: 5
"""


def outputs(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in OUTPUTS}


def rows(store: Path) -> Counter[str]:
    """Every row that stands anywhere in a store, by the key of its run: as written, not as counted."""
    found = Counter(row["key"] for path in (store / "segments").glob("*") for row in Reading(path).rows())
    for path in (store / "packed").glob("*.parquet"):
        found.update(parquet.read_table(path)["key"].to_pylist())
    return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "tiny.yaml").write_text(TINY)
    return folder, referralsim("sweep", "tiny.yaml", "--workers", "1", folder=folder)


def test_sweep_prints_a_line_for_each_point_and_what_it_cost(ran: tuple[Path, Done]) -> None:
    folder, done = ran
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["tiny: A tiny sweep", "2 points, seed 1, baseline"]
    assert lines[3].split() == ["point", "screening.resumes_per_review", "direct.response", "days_to_fill"]
    assert [line.split()[:2] for line in lines[4:]] == [["0", "5"], ["1", "10"]]
    rates = pd.read_parquet(folder / "results" / "tiny" / "rates.parquet").set_index(["point", "name"])
    row = rates.loc[(1, "direct.response")]
    assert f"{100 * row['value']:.2f} % ({100 * row['low']:.2f} to {100 * row['high']:.2f})" in lines[5]
    assert done.stderr.splitlines()[-3].startswith("tiny: 4 of 4 runs, 0 failed, ")
    assert done.stderr.splitlines()[-2].startswith("4 runs, 0 failed; 1 core, ")
    assert done.stderr.splitlines()[-1] == "Tables: results/tiny"
    assert "\r" not in done.stderr


def test_the_same_command_runs_nothing_again(ran: tuple[Path, Done], here: Callable[..., Done]) -> None:
    folder, first = ran
    before = outputs(folder / "results" / "tiny")
    done = here("sweep", "tiny.yaml", "--workers", "1", folder=folder)
    assert (done.returncode, done.stdout) == (0, first.stdout)
    assert "4 runs (4 were already there), 0 failed; 1 core, " in done.stderr
    assert outputs(folder / "results" / "tiny") == before
    assert max(rows(folder / "results" / "tiny" / "store").values()) == 1


def test_json_is_the_rates_and_nothing_else(ran: tuple[Path, Done], here: Callable[..., Done]) -> None:
    folder, _ = ran
    done = here("sweep", "tiny.yaml", "--workers", "1", "--json", "--quiet", folder=folder)
    assert done.stderr == ""
    read = pd.DataFrame(json.loads(done.stdout))
    rates = pd.read_parquet(folder / "results" / "tiny" / "rates.parquet")
    assert read.columns.tolist() == rates.columns.tolist()
    assert read["name"].tolist() == rates["name"].tolist()


def test_status_tells_how_far_it_is(ran: tuple[Path, Done], here: Callable[..., Done]) -> None:
    folder, _ = ran
    done = here("status", "results/tiny", folder=folder)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == ["tiny: A tiny sweep", "4 of 4 runs done, 0 failed; 2 points, 2 rounds complete"]
    assert lines[2].startswith("Last run finished ")
    found = json.loads(here("status", "results/tiny", "--json", folder=folder).stdout)
    assert (found["done"], found["wanted"], found["failed"], found["rounds"]) == (4, 4, 0, [2, 2])


BAD = [
    (["nowhere.yaml"], "nowhere.yaml: does not exist"),
    (["tiny.yaml", "--workers", "0"], "--workers 0: expected a whole number of at least 1"),
    (["tiny.yaml", "--results", "taken"], "taken: is not a folder"),
    (["tiny.yaml", "--store", "taken"], "taken: is not a folder"),
    (["wrong.yaml"], "wrong.yaml:8: outcomes[0]: "),
    (["tiny.yaml", "--cluster", "127.0.0.1:1", "--workers", "2"], "--workers cannot be combined with --cluster"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
def test_bad_input_is_one_line_and_writes_nothing(
    arguments: list[str], told: str, tmp_path: Path, here: Callable[..., Done]
) -> None:
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "tiny.yaml").write_text(TINY)
    (tmp_path / "wrong.yaml").write_text(TINY.replace("direct.response", "direct.respones"))
    done = here("sweep", *arguments, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken", "tiny.yaml", "wrong.yaml"]


def test_status_of_what_is_no_sweep_is_one_line(tmp_path: Path, here: Callable[..., Done]) -> None:
    done = here("status", ".", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(".: holds no sweep; expected sweep.json, design.parquet and a store, as ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_failed_point_is_told_with_its_command_and_gives_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("person,contact\n0,1\n")
    (tmp_path / "bad.csv").write_text("person,contact\n0,nobody\n")
    (tmp_path / "nets.yaml").write_text(
        TINY.replace("design: grid", "design: points").replace(
            "vary: {screening.resumes_per_review: [5, 10]}",
            "points: [{network.edge_list: good.csv}, {network.edge_list: bad.csv}]",
        )
    )
    done = referralsim("sweep", "nets.yaml", "--workers", "1", "--quiet", folder=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("Failed: point 1, replication 0: ScenarioError: ")
    command = lines[1].split()
    assert command[:2] == ["referralsim", "run"]
    again = referralsim(*command[1:], folder=tmp_path)
    assert again.returncode == 2
    assert "nobody" in again.stderr
    (tmp_path / "bad.csv").write_text("person,contact\n0,2\n")  # another network, another point
    mended = referralsim("sweep", "nets.yaml", "--workers", "1", folder=tmp_path)
    assert mended.returncode == 0
    assert "4 runs (2 were already there), 0 failed" in mended.stderr


def wait_for(store: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many rows are in a store."""
    patience = time.monotonic() + 120
    while len(Store(store, readonly=True)) < count:
        assert time.monotonic() < patience
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sweep of twenty runs, never interrupted, by one worker."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "small.yaml").write_text(SMALL)
    assert referralsim("sweep", "small.yaml", "--workers", "1", "--quiet", folder=folder).returncode == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("at", [5, 10])
def test_kill_9_of_everything_loses_only_what_was_under_way(at: int, whole: Path, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    store = tmp_path / "results" / "small" / "store"
    process = started(tmp_path, "sweep", "small.yaml", "--workers", "2", "--quiet")
    wait_for(store, at, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    # What one sees after the kill is what stays.
    kept = len(Store(store, readonly=True))
    assert at <= kept < 20
    before = rows(store)
    assert len(before) == kept
    again = referralsim("sweep", "small.yaml", "--workers", "2", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert f"20 runs ({kept} were already there), 0 failed" in again.stderr
    assert "damaged" not in again.stderr
    after = rows(store)
    assert len(after) == 20
    assert set(after.values()) == {1}  # each run is stored once: what was finished did not run again
    assert outputs(tmp_path / "results" / "small") == outputs(whole / "results" / "small")


@pytest.mark.slow
def test_kill_9_of_one_worker_is_not_even_noticed(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    store = tmp_path / "results" / "small" / "store"
    process = started(tmp_path, "sweep", "small.yaml", "--workers", "2")
    wait_for(store, 5, process)
    # The segments are named after the processes that write them.
    worker = int(next((store / "segments").iterdir()).name.split("-")[-2])
    assert worker != process.pid
    os.kill(worker, signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "20 runs, 0 failed" in err
    assert len(rows(store)) == 20
    assert set(rows(store).values()) == {1}
    assert outputs(tmp_path / "results" / "small") == outputs(whole / "results" / "small")


@pytest.mark.slow
def test_interrupt_does_not_wait_for_the_runs_under_way(tmp_path: Path) -> None:
    # Each run but the first takes many seconds; whoever waited for those under way would find them kept.
    long = SMALL.replace("population.people: 400, ", "").replace("replications: 5", "replications: 1")
    varied = "population.people: [300, 40000, 40001]"
    (tmp_path / "small.yaml").write_text(long.replace("screening.resumes_per_review: [5, 8, 10, 12]", varied))
    store = tmp_path / "results" / "small" / "store"
    process = started(tmp_path, "sweep", "small.yaml", "--workers", "2")
    wait_for(store, 1, process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("Stopped; finished runs are kept in results/small.")
    assert len(rows(store)) == 1


@pytest.mark.slow
def test_interrupt_says_what_is_kept_and_leaves_tables(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    store = tmp_path / "results" / "small" / "store"
    process = started(tmp_path, "sweep", "small.yaml", "--workers", "2")
    wait_for(store, 5, process)
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: to all processes of the group at once
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == (
        "Stopped; finished runs are kept in results/small. The same 'sweep' command goes on from there."
    )
    assert "Traceback" not in err
    assert pd.read_parquet(tmp_path / "results" / "small" / "rates.parquet")["replications"].max() >= 1
    assert referralsim("sweep", "small.yaml", "--workers", "2", "--quiet", folder=tmp_path).returncode == 0
    assert set(rows(store).values()) == {1}
    assert outputs(tmp_path / "results" / "small") == outputs(whole / "results" / "small")


@pytest.mark.slow
def test_two_sweeps_at_once_into_one_store(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    both = [
        started(tmp_path, "sweep", "small.yaml", "--workers", "1", "--store", "shared", "--results", name)
        for name in ("one", "two")
    ]
    errors = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert len(rows(tmp_path / "shared")) == 20
    assert set(rows(tmp_path / "shared").values()) == {1}
    for name in ("one", "two"):
        assert outputs(tmp_path / name / "small") == outputs(whole / "results" / "small")


@pytest.mark.slow
def test_a_damaged_record_is_said_so_and_run_again(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "copy")
    folder = tmp_path / "copy"
    (segment,) = (folder / "results" / "small" / "store" / "segments").iterdir()
    content = bytearray(segment.read_bytes())
    content[content.find(b'"names"', len(content) // 2)] ^= 1
    segment.write_bytes(content)
    done = referralsim("sweep", "small.yaml", "--workers", "1", folder=folder)
    assert done.returncode == 0
    assert f"Store: segments/{segment.name}: 1 record damaged, to be run again" in done.stderr.splitlines()
    assert "20 runs (19 were already there), 0 failed" in done.stderr
    assert outputs(folder / "results" / "small") == outputs(whole / "results" / "small")


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_full_disk_is_one_line_and_keeps_what_is_complete(workers: str, whole: Path, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    done = on_a_full_disk(6, "sweep", "small.yaml", "--workers", workers, "--quiet", folder=tmp_path)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.endswith("File too large")
    kept = len(Store(tmp_path / "results" / "small" / "store", readonly=True))
    assert 1 <= kept < 20
    again = referralsim("sweep", "small.yaml", "--workers", "2", folder=tmp_path)
    assert f"20 runs ({kept} were already there), 0 failed" in again.stderr
    assert outputs(tmp_path / "results" / "small") == outputs(whole / "results" / "small")


@pytest.mark.slow
def test_progress_is_a_bar_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    code, said = on_a_terminal(tmp_path, "sweep", "tiny.yaml", "--workers", "1")
    assert code == 0
    assert b"tiny: 100%" in said
    assert b"4/4" in said
