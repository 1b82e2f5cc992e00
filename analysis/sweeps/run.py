"""Carry out a sweep: simulate its points, keep the runs in a store, and make the tables from the store.

The folder of a sweep holds::

    sweep.yaml          the file it was started from, if any
    sweep.json          what was asked: names, replications, seed, versions, where the store is
    design.parquet      point, the values varied, and the digest of the point's scenario
    runs.parquet        point, replication, seed, name, n, value: one row per run and quantity
    rates.parquet/.csv  point, the values varied, name, unit, value, low, high, confidence, n, replications, ...
    failures.parquet    point, the values varied, replication, seed, error, command: one row per failed run
    store/              the runs as they were written (`sim.store.store`)
    tables/             on request, a run folder for each point

The tables are made from the store alone and are sorted, so they have the same bytes whichever workers did the runs.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import AnalysisError
from analysis.presentation.wording import byte_size
from analysis.quantities.per_replication import MEASURED_BY, simulate_outcomes
from analysis.sweeps.keep_tables import Keeper
from analysis.sweeps.request import FILES, former_sweep, names_of, write_request
from analysis.sweeps.result import Account, SweepResult
from analysis.sweeps.tables import write_tables
from sim.experiments.rounds import Finished, Rounds, Task
from sim.experiments.runner import run_tasks
from sim.own_files.listing import refuse_others
from sim.own_files.own_files import OwnFiles, own_files
from sim.runs.executors import hands
from sim.store.store import Store, Values

if TYPE_CHECKING:
    from sim.experiments.sweep import Sweep
    from sim.scenario.scenario import Scenario

LEVEL = 0.95
Watch = Callable[[Finished[Values], int], None]
"""Called with each finished run, and with the number of runs planned so far."""
Run = Callable[[Any], Iterable[Finished[Values]]]
"""Carries out tasks and gives each finished run."""


def run_sweep(
    sweep: Sweep,
    folder: str | Path,
    *,
    source: Path | None = None,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    watch: Watch | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> SweepResult:
    """Carry out a sweep, or continue one that was stopped, and write its tables.

    Parameters
    ----------
    sweep : Sweep
        From `sim.experiments.sweep_reader.load_sweep`.
    folder : path
        Folder of the sweep.
    source : path, optional
        The sweep's file; a copy is kept in the folder.
    store : path, optional
        A store to share with other sweeps, which may run at the same time; by default the sweep has its own. Runs that
        the store already holds are not repeated.
    executor, workers
        As in `sim.experiments.runner.run_tasks`.
    watch : callable, optional
        Called after each run.
    say : callable, optional
        Called with remarks for the user.

    Returns
    -------
    SweepResult

    Raises
    ------
    ScenarioError, AnalysisError, StoreError, WorkerError
        If the sweep cannot be carried out, a file is in the way that the program did not write, or another sweep is
        writing into the folder; raised before anything runs where possible. A failed run raises nothing: it becomes a
        row of `failures`.
    """
    folder = Path(folder).absolute()
    names = names_of(sweep)
    account = Account(workers=workers if executor is None else hands(executor), say=say)
    refuse_others(folder, FILES, former_sweep)
    with (
        own_files(folder, former=former_sweep) as own,
        Store(store or folder / "store", packages=MEASURED_BY) as opened,
    ):
        own.claim(FILES)
        write_request(sweep, names, own, source, opened, say)
        remarks = _say_remarks(opened, 0, say)
        keeper = Keeper(folder / "tables") if sweep.keep_tables else None
        runs = _SweepRuns(sweep, names, own, opened, keeper, account)
        run = partial(
            run_tasks,
            names=names,
            store=opened,
            executor=executor,
            workers=workers,
            measure=keeper.measure if keeper else simulate_outcomes,
            complete=keeper.complete if keeper else None,
        )
        try:
            runs.prepare_kept_tables(run, say)
            runs.carry_out(run, watch)
        except BaseException:
            # All points have about equally many runs, so the tables of a stopped sweep are worth a look.
            if account.runs:
                with suppress(OSError):  # a full disk: then the error that is already on its way matters
                    runs.write_tables()
            raise
        runs.write_tables()
        _say_remarks(opened, remarks, say)
        runs.finish_kept_tables()
    account.elapsed = time.perf_counter() - account.began
    return SweepResult(folder, account)


def _say_remarks(store: Store, first: int, say: Callable[[str], None]) -> int:
    """Pass on the store's remarks from number `first` on; returns how many there are."""
    for sentence in store.remarks[first:]:
        say(f"Store: {sentence}")
    return len(store.remarks)


@dataclass
class _SweepRuns:
    """The runs of one sweep, and the steps to carry them out."""

    sweep: Sweep
    names: tuple[str, ...]
    own: OwnFiles
    store: Store
    keeper: Keeper | None
    account: Account
    rounds: Rounds = field(init=False)
    failed: list[Finished[Values]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.points = {point.number: point for point in self.sweep.points}
        self.rounds = Rounds(list(self.points), self.task, self.sweep.precision or self.sweep.replications)

    def scenario(self, point: int) -> Scenario:
        """Return the scenario of a point, named after the folder that its tables go into."""
        # The name has no influence on what is simulated.
        return self.sweep.scenario(self.points[point]).model_copy(update={"name": f"point-{point:06d}"})

    def task(self, point: int, replication: int) -> Task:
        """Return one run as a task."""
        return Task(point, self.scenario(point), self.sweep.seed, replication)

    def prepare_kept_tables(self, run: Run, say: Callable[[str], None]) -> None:
        """If tables are kept, remove outdated ones, and refuse to start when the disk is too small for the new ones.

        The first run is carried out to see how large its tables are.
        """
        if self.keeper is None:
            return
        self.keeper.prepare(map(self.scenario, self.points), self.sweep.seed)
        if any(finished.error for finished in run([self.task(next(iter(self.points)), 0)])):
            return
        need = self.keeper.need(self.rounds.wanted)
        free = shutil.disk_usage(self.keeper.folder).free
        say(f"The tables of all runs will take about {byte_size(need)}; {byte_size(free)} are free.")
        if need > free:
            raise AnalysisError(
                f"{self.keeper.folder}: the tables of {self.rounds.wanted:,} runs need about {byte_size(need)} "
                f"more, and {byte_size(free)} are free; keep no tables, ask for fewer runs or choose another disk"
            )

    def carry_out(self, run: Run, watch: Watch | None) -> None:
        """Carry out all rounds."""
        for finished in run(self.rounds):
            self.account.note(finished)
            if finished.error:
                self.failed.append(finished)
            if watch is not None:
                watch(finished, self.rounds.wanted)

    def write_tables(self) -> None:
        """Write ``runs``, ``rates`` and ``failures`` from what the store holds."""
        write_tables(self.sweep, self.names, self.own, self.store, self.rounds.replications, self.failed, LEVEL)

    def finish_kept_tables(self) -> None:
        """If tables are kept, check the run folder of each point without a failed run, and write its manifest."""
        if self.keeper is None:
            return
        incomplete = {finished.task.point for finished in self.failed}
        complete = [
            (self.scenario(point), count)
            for point, count in self.rounds.replications.items()
            if point not in incomplete
        ]
        self.keeper.finish(complete, self.sweep.seed)
