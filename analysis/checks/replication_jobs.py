"""Replications of many scenarios side by side, each scenario asking for more until it has its answer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from analysis.checks.held_quantities import Values
from analysis.checks.reference import column_digests
from analysis.errors import AnalysisError
from analysis.quantities.per_replication import measured

if TYPE_CHECKING:
    import pyarrow as pa

    from sim import Scenario
    from sim.runs.executors import Crew

Made = TypeVar("Made")


@dataclass(frozen=True)
class Replicated:
    """One replication: its numbers, the digests of its columns, what it cost, and its tables where asked for."""

    values: Values
    columns: Mapping[str, str]
    cost: Mapping[str, Any]
    versions: Mapping[str, str]
    tables: dict[str, pa.Table] | None


def replicate(scenario: Scenario, seed: int, replication: int, names: Sequence[str], tables: bool) -> Replicated:
    """Simulate a replication and measure it where it runs."""
    from sim.runs.replication import run_replication
    from sim.runs.result import result_of

    made, cost = run_replication(scenario, seed, replication)
    result = result_of(scenario, seed, [(made, cost)])
    values = measured(result, names)
    return Replicated(values, column_digests(made), cost, result.manifest["versions"], made if tables else None)


@dataclass(frozen=True)
class Batch:
    """Replications a job waits for, and whether it needs their tables."""

    replications: tuple[int, ...]
    tables: bool = False


Steps: TypeAlias = Generator[Batch, list[Replicated], Made]
Progress: TypeAlias = Callable[[int, str], None]


@dataclass
class Job(Generic[Made]):
    """What is simulated, and the steps that ask for batches of replications and come to a result.

    Attributes
    ----------
    scenario, seed
        What is run.
    names
        What is measured in each replication.
    steps
        Asks for batches, is sent what came of each, and returns the result.
    seconds
        Time since the first replication was begun.
    """

    scenario: Scenario
    seed: int
    names: tuple[str, ...]
    steps: Steps[Made]
    _batch: Batch = field(default=Batch(()), init=False)
    _waiting: deque[int] = field(default_factory=deque, init=False)
    _done: dict[int, Replicated] = field(default_factory=dict, init=False)
    _began: float | None = field(default=None, init=False)

    @property
    def seconds(self) -> float:
        """Time since the first replication was begun."""
        return 0.0 if self._began is None else time.perf_counter() - self._began

    def begin(self) -> None:
        """Ask for the first batch."""
        self._ask(next(self.steps))

    def take(self) -> tuple[Any, ...] | None:
        """Return the arguments of the next replication, None while there is nothing to begin."""
        if not self._waiting:
            return None
        if self._began is None:
            self._began = time.perf_counter()
        return self.scenario, self.seed, self._waiting.popleft(), self.names, self._batch.tables

    def note(self, replication: int, made: Replicated) -> Made | None:
        """Take what came of a replication; returns the result when the last step is done."""
        self._done[replication] = made
        while len(self._done) == len(self._batch.replications):
            try:
                self._ask(self.steps.send([self._done[one] for one in self._batch.replications]))
            except StopIteration as end:
                result: Made = end.value
                return result
        return None

    def _ask(self, batch: Batch) -> None:
        self._batch, self._done, self._waiting = batch, {}, deque(batch.replications)


def carry_out(
    jobs: Mapping[str, Job[Made]], workers: int = 1, progress: Progress | None = None
) -> Iterator[tuple[str, Made]]:
    """Carry out jobs side by side, the first of them first; gives each name and result as it is ready.

    Results do not depend on the number of workers: every step sees its replications in order.

    Parameters
    ----------
    jobs
        By name.
    workers
        Processes to share the replications of all jobs.
    progress
        Called after every replication with how many are done, and the name of its job.

    Raises
    ------
    AnalysisError
        If a worker was ended from outside.
    """
    from sim.runs.executors import Crew

    crew = Crew(workers=workers)
    under_way: dict[Future[Replicated], tuple[str, int]] = {}
    unfinished = dict(jobs)
    done = 0
    for job in jobs.values():
        job.begin()
    try:
        while unfinished:
            _hand_in(crew, unfinished, under_way)
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                name, replication = under_way.pop(future)
                made = future.result()
                done += 1
                if progress is not None:
                    progress(done, name)
                result = unfinished[name].note(replication, made)
                if result is not None:
                    del unfinished[name]
                    yield name, result
    except BrokenExecutor:
        raise AnalysisError(
            "A worker process was ended from outside, perhaps for want of memory. Try fewer --workers."
        ) from None
    finally:
        for future in under_way:
            future.cancel()
        crew.close()


def _hand_in(crew: Crew, jobs: Mapping[str, Job[Any]], under_way: dict[Future[Replicated], tuple[str, int]]) -> None:
    """Keep the workers busy, with the earliest job that has anything to begin."""
    for name, job in jobs.items():
        while len(under_way) < crew.capacity:
            task = job.take()
            if task is None:
                break
            under_way[crew.submit(replicate, *task)] = (name, task[2])
