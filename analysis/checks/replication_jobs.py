"""Replications of many scenarios side by side; each scenario asks for more until it is decided.

`sim.experiments.runner` runs them. This module says what is measured in each, and which come next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from analysis.checks.digests import column_digests
from analysis.checks.held_quantities import Values
from analysis.errors import AnalysisError
from analysis.quantities.per_replication import measured
from sim.experiments.rounds import Finished, Task

if TYPE_CHECKING:
    import pyarrow as pa

    from sim import Scenario

Made = TypeVar("Made")


@dataclass(frozen=True)
class Replicated:
    """One replication: its values, digests of its columns, its cost, and its tables where claims need them."""

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


def replicate_for_check(
    scenario: Scenario, seed: int, replication: int, names: Sequence[str]
) -> tuple[Replicated, dict[str, Any]]:
    """Simulate and measure a replication for the runner; return its tables too where there are claims to judge."""
    made = replicate(scenario, seed, replication, names, bool(scenario.expect))
    return made, dict(made.cost)


Batch: TypeAlias = tuple[int, ...]
"""Numbers of the replications that a job waits for."""

Steps: TypeAlias = Generator[Batch, list[Replicated], Made]
Progress: TypeAlias = Callable[[int, str], None]


@dataclass
class Job(Generic[Made]):
    """A scenario to run, and the steps that ask for batches of replications and reach a result.

    Attributes
    ----------
    scenario, seed
        Scenario and seed to run.
    names
        Quantities to measure in each replication.
    steps
        Generator that yields batches, receives their replications and returns the result.
    with_tables
        Of so many replications, counted from 0, the tables are kept; those of all would fill the memory.
    """

    scenario: Scenario
    seed: int
    names: tuple[str, ...]
    steps: Steps[Made]
    with_tables: int
    _batch: Batch = field(default=(), init=False)
    _waiting: deque[int] = field(default_factory=deque, init=False)
    _done: dict[int, Replicated] = field(default_factory=dict, init=False)

    def begin(self) -> None:
        """Ask for the first batch."""
        self._ask(next(self.steps))

    def take(self, number: int) -> Task | None:
        """Return the next replication as a task of job ``number``; None while there is none to start."""
        if not self._waiting:
            return None
        return Task(number, self.scenario, self.seed, self._waiting.popleft(), self.names)

    def note(self, replication: int, made: Replicated) -> Made | None:
        """Take a finished replication; return the result once the last step is done."""
        self._done[replication] = made if replication < self.with_tables else replace(made, tables=None)
        while len(self._done) == len(self._batch):
            try:
                self._ask(self.steps.send([self._done[number] for number in self._batch]))
            except StopIteration as end:
                result: Made = end.value
                return result
        return None

    def _ask(self, batch: Batch) -> None:
        self._batch, self._done, self._waiting = batch, {}, deque(batch)


class _Jobs(Generic[Made]):
    """All jobs as one queue for the runner; earlier jobs come first."""

    def __init__(self, jobs: Mapping[str, Job[Made]]) -> None:
        self.names = list(jobs)
        self._jobs = list(jobs.values())
        self.results: deque[tuple[str, Made]] = deque()
        for job in self._jobs:
            job.begin()

    def take(self) -> Task | None:
        for number, job in enumerate(self._jobs):
            task = job.take(number)
            if task is not None:
                return task
        return None

    def note(self, finished: Finished[Replicated]) -> None:
        if finished.values is None:  # an error of a replication is raised; only a killed worker ends up here
            raise AnalysisError(
                "A worker process was ended from outside, perhaps because memory ran out. Try fewer --workers."
            )
        number = finished.task.point
        result = self._jobs[number].note(finished.task.replication, finished.values)
        if result is not None:
            self.results.append((self.names[number], result))


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
        Called after every replication with the number done and the name of its job.

    Raises
    ------
    AnalysisError
        If worker processes keep being killed.
    """
    from sim.experiments.runner import run_tasks

    queue = _Jobs(jobs)
    runs = run_tasks(queue, (), measure=replicate_for_check, workers=workers, raising=True)
    with closing(runs):
        for done, finished in enumerate(runs, start=1):
            if progress is not None:
                progress(done, queue.names[finished.task.point])
            while queue.results:
                yield queue.results.popleft()
