"""The same sweep on a Dask cluster: a real scheduler and real workers, processes of their own on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cheap_runs import deadly, deadly_once, logged, numbers, scenario, task
from command_line import referralsim
from other_processes import ENVIRONMENT

from sim.experiments import runner
from sim.experiments.rounds import Rounds
from sim.experiments.runner import run_tasks
from sim.experiments.worker import Measure, WorkerError
from sim.runs.cluster import ClusterError, cluster
from sim.runs.executors import hands
from sim.store.store import Store

OUTPUTS = ("design.parquet", "runs.parquet", "rates.parquet", "rates.csv", "failures.parquet")
SMALL = """
name: small
scenario: baseline
set: {population.people: 250, time.window: 4 weeks, time.warm_up: 1 week}
design: grid
vary: {screening.resumes_per_review: [5, 8, 10]}
replications: 3
"""


def dask(kind: str, *arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{kind}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, "--no-dashboard"],
            cwd=folder,
            # Workers have to find the functions that they carry out.
            env=ENVIRONMENT | {"RUNS_LOG": str(folder / "runs"), "DIED": str(folder / "died")},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dask")


@contextmanager
def idle_scheduler(folder: Path) -> Iterator[str]:
    """Start a scheduler; give its address."""
    file = folder / "scheduler.json"
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file), folder=folder)
    try:
        patience = time.monotonic() + 60
        while not (file.exists() and file.read_text().endswith("}")):
            assert scheduler.poll() is None, (folder / "scheduler.log").read_text()
            assert time.monotonic() < patience
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"]
    finally:
        end(scheduler)


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with idle_scheduler(place) as found:
        worker = dask("worker", found, "--host", "127.0.0.1", "--nworkers", "2", "--nthreads", "1", folder=place)
        try:
            yield found
        finally:
            end(worker)


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_as_one_process_and_as_two(address: str, tmp_path: Path) -> None:
    assert address.startswith("tcp://127.0.0.1:")
    (tmp_path / "small.yaml").write_text(SMALL)
    made = {}
    for name, arguments in {"dask": ["--cluster", address], "1": ["--workers", "1"], "2": ["--workers", "2"]}.items():
        done = referralsim("sweep", "small.yaml", "--results", name, *arguments, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "9 runs, 0 failed; " in done.stderr
        made[name] = (done.stdout, {file: (tmp_path / name / "small" / file).read_bytes() for file in OUTPUTS})
        # It was really the workers that wrote: none of them is the process that asked.
        writers = {run.worker for run in Store(tmp_path / name / "small" / "store", readonly=True).runs()}
        assert len(writers) == (1 if name == "1" else 2)
    assert made["dask"] == made["1"] == made["2"]
    again = referralsim("sweep", "small.yaml", "--results", "dask", "--cluster", address, folder=tmp_path)
    assert "9 runs (9 were already there), 0 failed; 2 cores, " in again.stderr


def on_cluster(address: str, store: Path, measure: Measure) -> dict[tuple[int, int], str]:
    with cluster(address) as executor, Store(store) as opened:
        patience = time.monotonic() + 60
        while hands(executor) < 2:  # one killed before may still be starting anew
            assert time.monotonic() < patience
            time.sleep(0.1)
        finished = list(
            run_tasks(Rounds(range(4), task, 2), ("a", "b"), measure=measure, store=opened, executor=executor)
        )
    return {(one.task.point, one.task.replication): one.error or repr(one.values) for one in finished}


EXPECTED = {
    (point, replication): repr(numbers(scenario(point), 7, replication, ("a", "b"))[0])
    for point in range(4)
    for replication in range(2)
}


@pytest.mark.slow
def test_a_worker_of_the_cluster_that_is_killed_costs_no_run(address: str, place: Path, tmp_path: Path) -> None:
    assert on_cluster(address, tmp_path, deadly_once) == EXPECTED
    assert (place / "died").exists()
    counts = Counter((run.digest, run.replication) for run in Store(tmp_path, readonly=True).runs())
    assert len(counts) == 8


@pytest.mark.slow
def test_a_run_that_kills_the_workers_of_the_cluster_fails_alone(address: str, tmp_path: Path) -> None:
    found = on_cluster(address, tmp_path, deadly)
    assert {key for key, told in found.items() if told != EXPECTED[key]} == {(1, 0), (1, 1)}
    assert found[1, 0] == "its worker was killed again and again, perhaps because memory ran out"


@pytest.mark.slow
def test_a_cluster_without_workers_says_how_to_start_some(tmp_path: Path) -> None:
    with (
        idle_scheduler(tmp_path) as found,
        pytest.raises(ClusterError, match=f"dask worker {found} --nworkers auto"),
        cluster(found, timeout=1),
    ):
        pass


@pytest.mark.slow
def test_a_cluster_that_loses_its_workers_for_good_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LOOK", 0.2)
    monkeypatch.setattr(runner, "DESERTED", 1.0)
    with idle_scheduler(tmp_path) as found:
        worker = dask("worker", found, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", folder=tmp_path)
        with cluster(found, timeout=60) as executor, Store(tmp_path / "store") as store:
            run = run_tasks(Rounds([0], task, 200), ("a",), measure=logged, store=store, executor=executor)
            next(run)
            end(worker)
            with pytest.raises(WorkerError, match="no workers for 1 s; what has finished is kept"):
                list(run)
            assert 1 <= len(store) < 200


@pytest.mark.slow
def test_a_cluster_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    done = referralsim("sweep", "small.yaml", "--cluster", "nonsense://x", folder=tmp_path)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if not line.startswith("Note: 'sim' is taken")]
    assert len(lines) == 1
    assert lines[0].startswith("nonsense://x: no Dask scheduler answers there: ")
