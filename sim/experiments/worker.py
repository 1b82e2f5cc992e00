"""What a worker does with a run: measure it, and write the result to the store."""

from __future__ import annotations

import errno
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from sim.errors import disk_is_full
from sim.experiments.rounds import Task
from sim.program import program_digest
from sim.scenario.scenario import Scenario
from sim.store.store import StoreError, Values, add_run, finished_run, versions

Made = TypeVar("Made")
Measure = Callable[[Scenario, int, int, Sequence[str]], tuple[Made, dict[str, Any]]]
"""Takes scenario, seed, replication and names; returns what was measured, and the cost of the run.

With a store, what was measured is {name: (n, value)}; without one it can be anything.
"""
Measured = tuple[Values, dict[str, Any]]

Outcome = tuple[Made | None, dict[str, Any], str]
"""What was measured (None if the run failed or its numbers are in the store), its cost, and why it failed."""


class WorkerError(RuntimeError):
    """Workers cannot carry out any runs; one line says why."""


@dataclass(frozen=True, slots=True)
class Destination:
    """The store that a worker writes to, key and versions of the run, and the packages that decide what it measures."""

    folder: Path
    key: str
    digest: str
    versions: dict[str, str]
    packages: tuple[str, ...]


def carry_out(
    measure: Measure[Made], task: Task, names: tuple[str, ...], place: Destination | None, raising: bool
) -> Outcome[Made]:
    """Carry out a run; with a store, its numbers are written there and not returned."""
    if place is not None:
        _same_versions(place.versions)
    values: Made | None = None
    cost: dict[str, Any] = {}
    error = ""
    began = time.process_time(), time.perf_counter()
    try:
        values, cost = measure(task.scenario, task.seed, task.replication, names)
    except Exception as problem:
        if raising:
            raise
        _stop_if_full(problem)
        error = in_one_line(problem)
        cost = {"cpu_seconds": time.process_time() - began[0], "wall_seconds": time.perf_counter() - began[1]}
    if place is None:
        return values, cost, error
    measured = cast("Values | None", values)
    program = program_digest(place.packages)
    add_run(
        place.folder, finished_run(place.key, place.digest, task.seed, task.replication, measured, cost, error, program)
    )
    return None, cost if error else {}, error


def _same_versions(wanted: dict[str, str]) -> None:
    here = versions()
    other = [
        f"{name} {here.get(name)} instead of {version}" for name, version in wanted.items() if here.get(name) != version
    ]
    if other:
        raise WorkerError(f"A worker has {', '.join(other)}; numbers would not be the same, so install the same there.")


def _stop_if_full(problem: Exception) -> None:
    """Raise if the disk is full or cannot be written, which is not the fault of the run: everything has to stop."""
    if isinstance(problem, OSError) and (disk_is_full(problem) or problem.errno == errno.EROFS):
        raise StoreError(f"{problem.filename or 'the disk'}: {problem.strerror}") from None


def in_one_line(problem: Exception) -> str:
    """Describe an exception in one line: what it is, and where it was raised."""
    what = " ".join(str(problem).split())
    frames = traceback.extract_tb(problem.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(problem).__name__}: {what}{where}" if what else f"{type(problem).__name__}{where}"
