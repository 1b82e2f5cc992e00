"""Many runs: their order, that nothing but their own numbers decides them, and what a killed worker costs."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from cheap_runs import deadly, deadly_once, failing, logged, numbers, scenario, task
from other_processes import ENVIRONMENT
from scipy import stats

from sim.experiments.rounds import Finished, Rounds, Task, enough, half_width
from sim.experiments.runner import run_tasks
from sim.experiments.sweep import Precision
from sim.experiments.worker import Measure, WorkerError
from sim.store.store import Store, StoreError, finished_run, key_of

NAMES = ("a", "b")
Seen = dict[tuple[int, int], object]


def seen(finished: list[Finished]) -> Seen:
    """Values by point and replication; each must have come once."""
    assert len({(one.task.point, one.task.replication) for one in finished}) == len(finished)
    return {(one.task.point, one.task.replication): one.values for one in finished}


def carry_out(
    points: int = 3,
    replications: int = 2,
    *,
    measure: Measure = numbers,
    store: Store | None = None,
    executor: Executor | None = None,
    workers: int = 1,
) -> list[Finished]:
    rounds = Rounds(range(points), task, replications)
    return list(run_tasks(rounds, NAMES, measure=measure, store=store, executor=executor, workers=workers))


def test_every_point_once_then_every_point_again() -> None:
    order = [(one.task.replication, one.task.point) for one in carry_out(3, 3)]
    assert order == [(replication, point) for replication in range(3) for point in range(3)]


def test_a_sweep_that_is_stopped_early_is_a_balanced_sample() -> None:
    run = run_tasks(Rounds(range(4), task, 5), NAMES, measure=numbers)
    counts = Counter(next(run).task.point for _ in range(10))
    run.close()
    assert counts == {0: 3, 1: 3, 2: 2, 3: 2}


def test_tasks_are_made_as_they_are_asked_for() -> None:
    made = []

    def endless() -> Iterator[Task]:
        for number in range(10**9):
            made.append(number)
            yield task(number, 0)

    run = run_tasks(endless(), NAMES, measure=numbers)
    for _ in range(5):
        next(run)
    assert len(made) <= 6


def test_numbers_do_not_depend_on_who_carries_runs_out(tmp_path: Path) -> None:
    alone = seen(carry_out())
    assert len(alone) == 6
    with ThreadPoolExecutor(3) as threads:
        assert seen(carry_out(executor=threads)) == alone
        assert seen(carry_out(executor=threads, store=Store(tmp_path / "threads"))) == alone
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert seen(carry_out(executor=processes)) == alone
        assert seen(carry_out(executor=processes, store=Store(tmp_path / "processes"))) == alone
    assert seen(carry_out(store=Store(tmp_path / "here"))) == alone
    # The same as asked for one by one, in another order, with another number of replications.
    single = {(p, r): numbers(scenario(p), 7, r, NAMES)[0] for r in (1, 0) for p in (2, 1, 0)}
    assert single == alone


def test_what_is_in_the_store_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNS_LOG", str(tmp_path / "log"))
    with Store(tmp_path / "store") as store:
        first = carry_out(2, 2, measure=logged, store=store)
    with Store(tmp_path / "store") as store:
        second = carry_out(2, 3, measure=logged, store=store)
    assert [one.kept for one in first] == [False] * 4
    assert Counter(one.kept for one in second) == {True: 4, False: 2}
    assert seen(first).items() <= seen(second).items()
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 6


def test_two_points_of_one_scenario_share_their_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNS_LOG", str(tmp_path / "log"))
    same = [Task(point, scenario(5), 7, 0) for point in range(3)]
    finished = list(run_tasks(same, NAMES, measure=logged, store=Store(tmp_path / "store")))
    assert len({repr(values) for values in seen(finished).values()}) == 1
    assert (tmp_path / "log").read_text() == "5 0\n"


def test_a_run_measured_with_fewer_names_runs_again_and_keeps_both(tmp_path: Path) -> None:
    def run(*names: str) -> Finished:
        with Store(tmp_path) as store:
            (finished,) = run_tasks([task(0, 0)], names, measure=numbers, store=store)
        return finished

    assert not run("a").kept
    assert not run("b").kept
    both = run("a", "b")
    assert both.kept
    assert both.values == numbers(scenario(0), 7, 0, ("a", "b"))[0]


@pytest.mark.parametrize("stored", [True, False])
def test_a_run_that_fails_stops_no_other_and_is_tried_again(
    stored: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store") if stored else None
    finished = carry_out(3, 2, measure=failing, store=store)
    failed = {(one.task.point, one.task.replication): one.error for one in finished if one.error}
    assert set(failed) == {(1, 0), (1, 1)}
    assert all(error.startswith("ZeroDivisionError: no luck (cheap_runs.py:") for error in failed.values())
    assert [one.values for one in finished if one.error] == [None, None]
    assert seen([one for one in finished if not one.error]).items() < seen(carry_out(3, 2)).items()
    if store is None:
        return
    # Within one experiment a failure stands; the next tries again.
    assert sum(bool(one.error) for one in carry_out(3, 2, measure=numbers, store=store)) == 2
    (tmp_path / "mended").touch()
    monkeypatch.setenv("MENDED", str(tmp_path / "mended"))
    with Store(tmp_path / "store") as store:
        again = carry_out(3, 2, measure=failing, store=store)
    assert Counter(one.kept for one in again) == {True: 4, False: 2}
    assert seen(again) == seen(carry_out(3, 2))


def test_half_width_is_that_of_the_student_interval() -> None:
    values = [0.11, 0.14, 0.08, 0.13, 0.12]
    low, high = stats.t.interval(0.9, 4, loc=statistics.mean(values), scale=statistics.stdev(values) / 5**0.5)
    assert half_width(values, 0.9) == pytest.approx((high - low) / 2, rel=1e-12)


def test_enough_counts_only_replications_with_a_value() -> None:
    aim = Precision(half_width=0.5, of="a", at_least=2)
    assert enough(aim, [1.0, 1.0])
    assert not enough(aim, [1.0])
    assert not enough(aim, [1.0, float("nan")])
    assert enough(aim, [1.0, float("nan"), 1.0])
    assert not enough(aim, [0.0, 1.0])


def precise(executor: Executor | None, aim: Precision, store: Store | None = None) -> tuple[dict[int, int], Seen]:
    rounds = Rounds(range(6), task, aim)
    finished = list(run_tasks(rounds, NAMES, measure=numbers, store=store, executor=executor))
    assert rounds.wanted == len(finished)
    return rounds.replications, seen(finished)


def test_replications_follow_from_the_precision_of_each_point_alone(tmp_path: Path) -> None:
    aim = Precision(half_width=0.2, of="b", confidence=0.9, at_least=3, at_most=12)
    counts, values = precise(None, aim)
    assert len(set(counts.values())) > 2  # some need more than others, or the test shows nothing
    for point, count in counts.items():
        row = [numbers(scenario(point), 7, r, NAMES)[0]["b"][1] for r in range(12)]
        reached = [n for n in range(3, 13) if half_width(row[:n], 0.9) <= 0.2]
        assert count == (reached[0] if reached else 12)
    with ThreadPoolExecutor(4) as threads:
        assert precise(threads, aim) == (counts, values)
        # A store that holds more replications than are needed changes nothing.
        store = Store(tmp_path)
        carry_out(6, 12, store=store, executor=threads)
        assert precise(threads, aim, store) == (counts, values)


def test_a_worker_that_is_killed_costs_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNS_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("DIED", str(tmp_path / "died"))
    with Store(tmp_path / "store") as store:
        finished = carry_out(4, 3, measure=deadly_once, store=store, workers=2)
    assert (tmp_path / "died").exists()
    assert seen(finished) == seen(carry_out(4, 3))
    assert not any(one.error for one in finished)
    again = Store(tmp_path / "store")
    assert Counter((one.digest, one.replication) for one in again.runs()) == Counter(
        (scenario(point).digest, replication) for point in range(4) for replication in range(3)
    )


@pytest.mark.slow
def test_a_run_that_kills_its_worker_each_time_fails_alone(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        finished = carry_out(4, 2, measure=deadly, store=store, workers=2)
    failed = {(one.task.point, one.task.replication): one.error for one in finished if one.error}
    assert failed == dict.fromkeys([(1, 0), (1, 1)], "its worker was killed 4 times, perhaps because memory ran out")
    good = [one for one in finished if not one.error]
    assert seen(good).items() < seen(carry_out(4, 2)).items()
    assert len(good) == 6


def test_a_broken_executor_of_somebody_else_is_one_line(tmp_path: Path) -> None:
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes,
        pytest.raises(WorkerError, match="expected an executor that can be restarted"),
    ):
        carry_out(2, 1, measure=deadly, store=Store(tmp_path), executor=processes)
    assert Store(tmp_path).get(key_of(scenario(0).digest, 7, 0)) is not None


def test_what_cannot_be_written_stops_everything(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (tmp_path / "store" / "segments").rmdir()
    (tmp_path / "store" / "segments").write_text("in the way")
    with pytest.raises(StoreError, match="segments: Not a directory"):
        carry_out(store=store)


def test_workers_that_cannot_see_the_store_say_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (tmp_path / "store" / "store.json").unlink()
    with pytest.raises(StoreError, match="on a file system that all of them share"):
        carry_out(store=store)


def test_workers_of_other_versions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments import runner
    from sim.store.store import versions

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        monkeypatch.setattr(runner, "versions", lambda: {**versions(), "numpy": "1.0"})
        with pytest.raises(WorkerError, match=r"numpy \S+ instead of 1\.0"):
            carry_out(store=Store(tmp_path), executor=processes)


def test_closing_early_frees_what_was_reserved(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        run = run_tasks(Rounds(range(4), task, 5), NAMES, measure=numbers, store=store, executor=threads)
        next(run)
        run.close()
    for point in range(4):
        for replication in range(5):
            assert store.reserve(key_of(scenario(point).digest, 7, replication))


SWEEP = """
import sys
from sim.experiments.rounds import Rounds
from sim.experiments.runner import run_tasks
from sim.store.store import Store
from cheap_runs import logged, task
with Store(sys.argv[1]) as store:
    print("open", flush=True)
    sys.stdin.readline()
    for one in run_tasks(Rounds(range({points}), task, 5), ("a", "b"), measure=logged, store=store,
                         workers=int(sys.argv[2])):
        print(one.task.point, one.task.replication, one.kept, repr(one.values), flush=True)
"""


def start(folder: Path, points: int, workers: int = 1) -> subprocess.Popen[str]:
    """An experiment of its own, which begins when it reads a line."""
    script = folder / "experiment.py"
    if not script.exists():
        body = SWEEP.format(points=points).strip().splitlines()
        # Workers read this file too, and must not begin it anew.
        main = "\n".join(["if __name__ == '__main__':", *(f"    {line}" for line in body[5:])])
        script.write_text("\n".join([*body[:5], main, ""]))
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder / "store"), str(workers)],
        stdin=subprocess.PIPE,
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT | {"RUNS_LOG": str(folder / "log")},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_two_experiments_at_once_run_nothing_twice(tmp_path: Path) -> None:
    both = [start(tmp_path, 8), start(tmp_path, 8)]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 40
    for text in told:  # each has all of them, its own and the other's
        rows = {tuple(line.split(" ")[:2]): line.split(" ", 3)[3] for line in text.splitlines()}
        assert len(rows) == 40
        assert rows["3", "4"] == repr(numbers(scenario(3), 7, 4, NAMES)[0])
    fresh = [sum(" False {" in line for line in text.splitlines()) for text in told]
    assert sum(fresh) == 40
    assert min(fresh) > 0


@pytest.mark.slow
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    process = start(tmp_path, 200, workers=2)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    for _ in range(5):
        process.stdout.readline()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.send_signal(signal.SIGKILL)
    process.communicate()
    patience = time.monotonic() + 20
    while any(alive(child) for child in children):
        assert time.monotonic() < patience
        time.sleep(0.05)
    # Then their segments belong to nobody, and the next experiment goes on at once.
    with Store(tmp_path / "store") as store:
        assert not list((tmp_path / "store" / "segments").iterdir())
        kept = len(store)
        assert kept >= 5
        rounds = Rounds(range(200), task, 1)
        finished = list(run_tasks(rounds, NAMES, measure=numbers, store=store))
    assert sum(one.kept for one in finished) == kept


def alive(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_row_of_another_process_is_believed_only_under_its_own_key(tmp_path: Path) -> None:
    """A row with the right digest and another seed is another run."""
    store = Store(tmp_path)
    digest = scenario(0).digest
    store.add(finished_run(key_of(digest, 8, 0), digest, 8, 0, {"a": (1.0, 1.0), "b": (1.0, 1.0)}, {}))
    (finished,) = run_tasks([task(0, 0)], NAMES, measure=numbers, store=store)
    assert not finished.kept
    assert finished.values == numbers(scenario(0), 7, 0, NAMES)[0]


def test_a_task_is_complete_only_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    carry_out(2, 1, store=store)
    run = partial(run_tasks, names=NAMES, measure=numbers, store=store)
    finished = list(run([task(0, 0), task(1, 0)], complete=lambda one: one.point == 1))
    assert {one.task.point: one.kept for one in finished} == {0: False, 1: True}
