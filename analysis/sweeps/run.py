"""A sweep carried out: its runs in a store, its tidy tables beside it.

A sweep's folder holds::

    sweep.yaml          the file it was started from, if any
    sweep.json          what was asked: names, replications, seed, versions, where the store is
    design.parquet      point, the values varied, and the digest of the point's scenario
    runs.parquet        point, replication, seed, name, n, value: one row a quantity measured in a run
    rates.parquet/.csv  point, the values varied, name, unit, value, low, high, confidence, n, replications, ...
    failures.parquet    point, the values varied, replication, seed, error, command: runs without numbers
    store/              the runs as they were written (`sim.store.store`)
    tables/             on request, a run folder for each point

The tables are made of the store alone and sorted, so that they are the same bytes whoever carried the runs out.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim
from analysis.errors import AnalysisError
from analysis.quantities.per_replication import check_names, simulate_outcomes, tracked
from analysis.sweeps.keep_tables import Keeper
from analysis.sweeps.tables import write_tables
from sim.display import Shown
from sim.experiments.rounds import Finished, Rounds, Task
from sim.experiments.runner import run_tasks
from sim.files import write_whole
from sim.store.store import Store, Values, versions

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.sweep import Factor, Point, Sweep

LEVEL = 0.95
Watch = Callable[[Finished[Values], int], None]
"""Called with each finished run and the number of runs wanted as far as is known."""


@dataclass
class Account:
    """What a sweep cost.

    Attributes
    ----------
    runs, kept, failed
        Runs wanted and finished; those of them that were in the store before; those that failed.
    workers
        Processes at work, as far as is known.
    elapsed
        Seconds of the whole call.
    cpu, wall
        Seconds of all runs carried out now, as the workers measured them.
    """

    workers: int = 1
    runs: int = 0
    kept: int = 0
    failed: int = 0
    elapsed: float = 0.0
    cpu: float = 0.0
    wall: float = 0.0
    began: float = field(default_factory=time.perf_counter, repr=False)

    def note(self, finished: Finished[Values]) -> None:
        """Count a run."""
        self.runs += 1
        self.failed += bool(finished.error)
        self.elapsed = time.perf_counter() - self.began
        if finished.kept:
            self.kept += 1
        else:
            self.cpu += finished.cost.get("cpu_seconds", 0.0)
            self.wall += finished.cost.get("wall_seconds", 0.0)


@dataclass(frozen=True, repr=False)
class SweepResult(Shown):
    """The folder of a sweep; its tables are read when first asked for."""

    folder: Path
    account: Account | None = field(default=None, compare=False)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        counts = {} if self.account is None else {"runs": self.account.runs, "failed": self.account.failed}
        return f"in {self.folder}", {**counts, "tables": "design, runs, rates, failures"}

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        try:
            return pd.read_parquet(self.folder / f"{name}.parquet")
        except FileNotFoundError:
            raise AnalysisError(f"{self.folder}: holds no {name}.parquet; expected the folder of a sweep") from None

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row a point: point, the values varied, digest."""
        return self._table("design")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a quantity measured in a run: point, replication, seed, name, n, value (NaN for nothing to count)."""
        return self._table("runs")

    @cached_property
    def rates(self) -> pd.DataFrame:
        """One row a quantity at a point, over its replications, with its interval."""
        return self._table("rates")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row a failed run: point, the values varied, replication, seed, error, and the command that repeats it."""
        return self._table("failures")


def names_of(sweep: Sweep) -> tuple[str, ...]:
    """Name what is measured in each run of a sweep: what is always tracked, and what the sweep asks for.

    Raises
    ------
    ScenarioError
        For a name that is not a quantity or speaks of a role that the scenario does not place, with its line.
    """
    asked = {f"outcomes[{number}]": name for number, name in enumerate(sweep.outcomes)}
    if sweep.precision is not None:
        asked["replications.of"] = sweep.precision.of
    for place, name in asked.items():
        try:
            check_names([name], sweep.base)
        except AnalysisError as problem:
            raise sweep.error(str(problem), place) from None
    return tuple(dict.fromkeys([*tracked(sweep.base), *asked.values()]))


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
    """Carry out a sweep, or go on with one, and write its tables.

    Parameters
    ----------
    sweep : Sweep
        From `sim.experiments.sweep_reader.load_sweep`.
    folder : path
        Where it is kept.
    source : path, optional
        Its file, of which a copy is kept.
    store : path, optional
        A store shared with other sweeps, also with some that run at the same time; by default one of its own. Runs
        found there are not repeated.
    executor, workers
        As in `sim.experiments.runner.run_tasks`.
    watch : callable, optional
        Called after each run.
    say : callable, optional
        Called with sentences that the user should read.

    Returns
    -------
    SweepResult

    Raises
    ------
    ScenarioError, AnalysisError, StoreError, WorkerError
        When it cannot be carried out, before anything runs where that can be known. Failed runs raise nothing: they
        are rows of `failures`.
    """
    folder = Path(folder).absolute()
    names = names_of(sweep)
    account = Account(workers=_hands(executor, workers))
    with Store(store or folder / "store") as opened:
        _begin(sweep, names, folder, source, opened, say)
        for sentence in opened.remarks:
            say(f"Store: {sentence}")
        told = len(opened.remarks)
        points = {point.number: point for point in sweep.points}
        keeper = Keeper(folder / "tables") if sweep.keep_tables else None
        rounds = Rounds(list(points), partial(_task, sweep, points), sweep.precision or sweep.replications)
        failed: list[Finished[Values]] = []
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
            if keeper is not None:
                keeper.prepare((_task(sweep, points, number, 0).scenario for number in points), sweep.seed)
                _refuse_what_does_not_fit(keeper, rounds, run, _task(sweep, points, next(iter(points)), 0), say)
            for finished in run(rounds):
                account.note(finished)
                if finished.error:
                    failed.append(finished)
                if watch is not None:
                    watch(finished, rounds.wanted)
        except BaseException:
            # A sweep stopped early is a balanced sample: whatever stopped it, what there is can be looked at.
            if account.runs:
                with suppress(OSError):  # a full disk, and then it is that which has to be told
                    write_tables(sweep, names, folder, opened, rounds.replications, failed, LEVEL)
            raise
        write_tables(sweep, names, folder, opened, rounds.replications, failed, LEVEL)
        for sentence in opened.remarks[told:]:
            say(f"Store: {sentence}")
        if keeper is not None:
            lame = {one.task.point for one in failed}
            keeper.finish(
                [
                    (_task(sweep, points, number, 0).scenario, count)
                    for number, count in rounds.replications.items()
                    if number not in lame
                ],
                sweep.seed,
            )
    account.elapsed = time.perf_counter() - account.began
    return SweepResult(folder, account)


def _task(sweep: Sweep, points: dict[int, Point], point: int, replication: int) -> Task:
    scenario = sweep.scenario(points[point])
    # The name is no part of what is simulated; the tables of a point lie in a folder of this name.
    named = scenario.model_copy(update={"name": f"point-{point:06d}"})
    return Task(point, named, sweep.seed, replication)


def _hands(executor: Executor | None, workers: int) -> int:
    from sim.runs.executors import hands

    return workers if executor is None else hands(executor)


def _begin(
    sweep: Sweep, names: tuple[str, ...], folder: Path, source: Path | None, store: Store, say: Callable[[str], None]
) -> None:
    """Write down what was asked, for whoever looks at the folder while it runs."""
    mark = folder / "sweep.json"
    before = _before(mark)
    if before.get("digest") not in (None, sweep.digest):
        say(f"{folder} held a sweep with other points; its tables are replaced, and runs in common are used again.")
    sources = list(dict.fromkeys([*before.get("sources", []), _source_digest()])) if len(store) else [_source_digest()]
    if len(sources) > 1 and before.get("versions") == versions():
        say(
            "The program's own files have changed since runs in the store were made, and its version has not; they are "
            f"used again all the same. To run them anew, remove {store.folder}."
        )
    precision = sweep.precision
    asked = {
        "name": sweep.name,
        "title": sweep.title,
        "digest": sweep.digest,
        "design": sweep.design,
        "seed": sweep.seed,
        "points": len(sweep.points),
        "replications": sweep.replications,
        "names": names,
        "at_least": sweep.replications if precision is None else precision.at_least,
        "precision": None
        if precision is None
        else {"of": precision.of, "half_width": precision.half_width, "confidence": precision.confidence},
        "outcomes": sweep.outcomes,
        "samples": sweep.samples,
        "levels": sweep.levels,
        "second_order": sweep.second_order,
        "base": sweep.base.name,
        "factors": [_told(factor) for factor in sweep.factors],
        "keep_tables": sweep.keep_tables,
        "versions": versions(),
        "sources": sources,
        "began": time.time(),
        "store": os.path.relpath(store.folder, folder),
    }
    if source is not None:
        write_whole(folder / "sweep.yaml", source.read_bytes())
    from analysis.sweeps.tables import write_design

    write_design(sweep, folder)
    write_whole(mark, (json.dumps(asked, indent=1) + "\n").encode())


def _before(mark: Path) -> dict[str, Any]:
    """Read what was asked the last time; nothing where there is none."""
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _source_digest() -> str:
    """Digest of the program's own files: in a checkout they change without a change of version."""
    packages = (Path(str(sim.__file__)).parent, Path(__file__).parents[1])
    files = [file for package in packages for file in sorted(package.rglob("*.py"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _told(factor: Factor) -> dict[str, Any]:
    """Write down all of a factor but its place in a file, so that the folder can be analysed by itself."""
    return {part.name: getattr(factor, part.name) for part in fields(factor) if part.name != "place"}


def _refuse_what_does_not_fit(
    keeper: Keeper, rounds: Rounds, run: Callable[..., Any], first: Task, say: Callable[[str], None]
) -> None:
    """Carry out the first run, and go on only if the tables of all of them have room on the disk."""
    for finished in run([first]):
        if finished.error:
            return
    need = keeper.need(rounds.wanted)
    free = shutil.disk_usage(keeper.folder).free
    say(f"Tables of all runs will take about {_size(need)}, by those at hand; {_size(free)} are free.")
    if need > free:
        raise AnalysisError(
            f"{keeper.folder}: the tables of {rounds.wanted:,} runs need about {_size(need)} more, and {_size(free)} "
            "are free; keep no tables, ask for fewer runs or choose another disk"
        )


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
