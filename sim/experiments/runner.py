"""Many runs on any executor, kept in a store that survives a kill.

The function that measures a run is passed in. A run's numbers depend on its scenario, the seed and its replication,
never on where, when or beside which others it runs.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Generic, cast

from sim.experiments.rounds import Finished, Source, Task
from sim.experiments.worker import Destination, Made, Measure, Outcome, WorkerError, carry_out, in_one_line
from sim.runs.executors import Crew
from sim.store.store import Run, Store, StoreError, finished_run, key_of, versions

ELSEWHERE = 0.5  # seconds between two checks of runs that another experiment is carrying out
LOOK = 15.0  # seconds between two checks for workers
DESERTED = 300.0  # seconds to wait for workers when there are none
LATE = 30.0  # seconds to wait until a row written by a worker is visible here
SUSPECT = 2  # after being under way so often when a worker was killed, a run is carried out alone
GUILTY = 4  # after so often, it counts as failed


class _Listed:
    """Tasks from an iterable; taken only when there is room for them."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = iter(tasks)

    def take(self) -> Task | None:
        return next(self._tasks, None)

    def note(self, finished: Finished[Any]) -> None:
        pass


@dataclass
class _Order:
    """A task on its way."""

    task: Task
    key: str
    digest: str
    names: tuple[str, ...]
    kills: int = 0


def run_tasks(
    tasks: Iterable[Task] | Source,
    names: Sequence[str],
    *,
    measure: Measure[Made],
    store: Store | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    complete: Callable[[Task], bool] | None = None,
    raising: bool = False,
) -> Generator[Finished[Made], None, None]:
    """Carry out runs and yield each as it finishes.

    Parameters
    ----------
    tasks : iterable of Task, or Source
        Started in this order; taken only when there is room for them, so they can be made on demand.
    names : sequence of str
        Quantities measured in each run, before those that its task names.
    measure : callable
        Simulates and measures a run; a function of a module, so that other processes can find it.
    store : Store, optional
        Keeps every run as soon as it has finished; runs that it holds already are not repeated. Workers write to it,
        and values are read from it.
    executor : concurrent.futures.Executor, optional
        Used and left open; the numbers do not depend on it. By default processes of this machine.
    workers : int
        Number of processes if no executor is given; with 1, runs are carried out in this process.
    complete : callable, optional
        Tells whether everything else that belongs to a stored run is there; if not, it runs again.
    raising : bool
        Raise here what a run raises, which ends all others; by default it becomes the run's `error`.

    Yields
    ------
    Finished
        In the order in which they finish; a run that raised has an `error` and stops no other.

    Raises
    ------
    StoreError, WorkerError
        If runs cannot be kept, or workers cannot carry out any. Finished runs are in the store.
    """
    source = _Listed(tasks) if isinstance(tasks, Iterable) else tasks
    crew = Crew(executor, workers)
    drive = _Drive(source, tuple(names), measure, store, crew, complete, raising)
    try:
        yield from drive.run()
    finally:
        drive.leave()


@dataclass
class _Drive(Generic[Made]):
    """The loop behind `run_tasks`."""

    source: Source
    names: tuple[str, ...]
    measure: Measure[Made]
    store: Store | None
    crew: Crew
    complete: Callable[[Task], bool] | None
    raising: bool
    flying: dict[Future[Any], _Order] = field(default_factory=dict)
    again: deque[_Order] = field(default_factory=deque)
    alone: deque[_Order] = field(default_factory=deque)
    elsewhere: deque[_Order] = field(default_factory=deque)
    reserved: set[str] = field(default_factory=set)
    looked: float = 0.0

    def run(self) -> Iterator[Finished[Made]]:
        last_seen = time.monotonic()  # when there was last a worker
        while True:
            yield from self._fill()
            if not self.flying:
                if not self.elsewhere and not self.again and not self.alone:
                    return
                if not self.again and not self.alone:
                    time.sleep(ELSEWHERE)
                continue
            patience = ELSEWHERE if self.elsewhere else LOOK
            done, _ = wait(self.flying, timeout=patience, return_when=FIRST_COMPLETED)
            if done or not self.crew.deserted:
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > DESERTED:
                raise WorkerError(f"The cluster has had no workers for {DESERTED:.0f} s; what has finished is kept.")
            yield from self._land(done)

    def _fill(self) -> Iterator[Finished[Made]]:
        """Hand in as many runs as the workers can hold; yield those that the store holds already."""
        while True:
            wanted, dry = self._next()
            if not wanted:
                if dry:
                    return
                continue
            kept, mine = self._reserved(wanted)
            for order in mine:
                self._submit(order)
            for order, run in kept:
                values = None if run.error else self._values(run, order)
                finished = self._finished(order, values, run.cost, run.error, run, kept=True)
                self.source.note(finished)
                yield finished
            if dry and not kept:
                return

    def _next(self) -> tuple[list[_Order], bool]:
        """Return orders for the free room, and whether there is nothing more to take now."""
        if self.alone and not self.flying:
            return [self.alone.popleft()], True
        if self.alone:
            return [], True  # runs under way end first
        room = self.crew.capacity - len(self.flying)
        wanted: list[_Order] = []
        if self.store is not None and self.elsewhere and time.monotonic() - self.looked >= ELSEWHERE:
            self.looked = time.monotonic()
            self.store.refresh()
            there = [self._found(self.store, order) is not None for order in self.elsewhere]
            wanted = [order for order, done in zip(self.elsewhere, there, strict=True) if done]
            others = [order for order, done in zip(self.elsewhere, there, strict=True) if not done]
            # Try to reserve the rest in turn: the experiment that had them may have been killed.
            self.elsewhere = deque(others[max(room, 1) :])
            wanted += others[: max(room, 1)]
        while len(wanted) < room:
            if self.again:
                wanted.append(self.again.popleft())
                continue
            task = self.source.take()
            if task is None:
                return wanted, True
            digest = task.scenario.digest
            names = (*self.names, *task.names)
            wanted.append(_Order(task, key_of(digest, task.seed, task.replication), digest, names))
        return wanted, room <= 0

    def _reserved(self, orders: list[_Order]) -> tuple[list[tuple[_Order, Run]], list[_Order]]:
        """Sort orders into those in the store and those to run here; other experiments run the rest."""
        if self.store is None:
            return [], orders
        kept, free = [], []
        for order in orders:
            run = self._found(self.store, order)
            if run is not None:
                kept.append((order, run))
            elif order.key in self.reserved or self.store.reserve(order.key):
                self.reserved.add(order.key)
                free.append(order)
            else:
                self.elsewhere.append(order)
        if not free:
            return kept, []
        # Now that they are reserved nobody else can be about to finish one: look once more.
        self.store.refresh()
        mine = []
        for order in free:
            run = self._found(self.store, order)
            if run is None:
                mine.append(order)
            else:
                self._free(order)
                kept.append((order, run))
        return kept, mine

    def _found(self, store: Store, order: _Order) -> Run | None:
        run = store.get(order.key, order.names)
        if run is None or run.error or self.complete is None or self.complete(order.task):
            return run
        return None

    def _submit(self, order: _Order) -> None:
        place = None
        if self.store is not None:
            place = Destination(self.store.folder, order.key, order.digest, versions(), self.store.packages)
        try:
            future = self.crew.submit(carry_out, self.measure, order.task, order.names, place, self.raising)
        except BrokenExecutor as problem:  # a worker was killed while it waited
            future = Future()
            future.set_exception(problem)
        self.flying[future] = order

    def _land(self, done: Iterable[Future[Any]]) -> Iterator[Finished[Made]]:
        landed: list[tuple[_Order, Outcome[Made]]] = []
        broken = False
        for future in sorted(
            done, key=lambda future: (self.flying[future].task.replication, self.flying[future].task.point)
        ):
            try:
                outcome = self._outcome(future)
            except BrokenExecutor:
                broken = True  # it stays among those under way, for `_mend`
                continue
            order = self.flying.pop(future)
            if outcome is not None:
                landed.append((order, outcome))
            elif order.kills < SUSPECT:
                order.kills = SUSPECT
                self.alone.append(order)
            else:
                landed.append((order, self._failed(order, 0)))
        if broken:
            landed.extend(self._mend())
        if self.store is not None and landed:
            self.store.refresh()
        for order, (values, cost, error) in landed:
            run = None
            if self.store is not None and not error:
                run = self._written(self.store, order)
                values, cost = self._values(run, order), run.cost
            self._free(order)
            finished = self._finished(order, values, cost, error, run)
            self.source.note(finished)
            yield finished

    def _outcome(self, future: Future[Any]) -> Outcome[Made] | None:
        """Return the outcome of a run; None if Dask has given it up after workers that held it died."""
        try:
            return cast("Outcome[Made]", future.result())
        except (BrokenExecutor, StoreError, WorkerError):
            raise
        except CancelledError:
            raise WorkerError("Runs were cancelled before they had finished: the cluster has ended.") from None
        except Exception as problem:
            if self.raising:
                raise
            if type(problem).__name__ != "KilledWorker":  # raised by Dask after some tries of its own
                raise WorkerError(
                    f"A worker could not take a run: {in_one_line(problem)}. "
                    "Workers need the same referralsim as this machine."
                ) from problem
            return None

    def _failed(self, order: _Order, kills: int) -> Outcome[Made]:
        times = f"{kills} times" if kills else "again and again"
        error = f"its worker was killed {times}, perhaps because memory ran out"
        if self.store is not None:
            task = order.task
            self.store.add(finished_run(order.key, order.digest, task.seed, task.replication, None, {}, error))
        return None, {}, error

    def _mend(self) -> Iterator[tuple[_Order, Outcome[Made]]]:
        """Restart the workers after one was killed, and sort the runs that were under way.

        Which run killed the worker is unknown. A run that was under way twice when a worker died runs alone from then
        on, so that a run that kills its worker takes no other with it.
        """
        if not self.crew.rebuild():
            raise WorkerError("A worker of the given executor was killed; expected an executor that can be restarted.")
        under_way, self.flying = self.flying, {}
        if self.store is not None:
            self.store.refresh()
        for future, order in under_way.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                yield order, future.result()
            elif self.store is not None and self._found(self.store, order) is not None:
                yield order, (None, {}, "")  # its row was written before the worker died
            else:
                order.kills += 1
                if order.kills >= GUILTY:
                    yield order, self._failed(order, order.kills)
                else:
                    (self.alone if order.kills >= SUSPECT else self.again).append(order)

    def _written(self, store: Store, order: _Order) -> Run:
        """Find the run that a worker has written; a network file system may show it late."""
        patience = time.monotonic() + LATE
        while True:
            run = store.find(order.key)
            if run is not None and not run.error and set(order.names) <= set(run.names):
                return run
            if time.monotonic() > patience:
                raise WorkerError(
                    f"{store.folder}: what workers write there is not visible here; the store has to "
                    "be on a file system that all of them share, under the same path."
                )
            time.sleep(0.2)
            store.refresh()

    def _finished(
        self,
        order: _Order,
        values: Made | None,
        cost: dict[str, Any],
        error: str,
        run: Run | None,
        *,
        kept: bool = False,
    ) -> Finished[Made]:
        other = self.store is not None and run is not None and self.store.made_by_others(run)
        return Finished(order.task, values, cost, error, kept, other)

    @staticmethod
    def _values(run: Run, order: _Order) -> Made:
        """Return the quantities asked for, of all those that the stored run has."""
        values = run.values
        return cast("Made", {name: values[name] for name in order.names})

    def _free(self, order: _Order) -> None:
        if self.store is not None and order.key in self.reserved:
            self.reserved.discard(order.key)
            self.store.release(order.key)

    def leave(self) -> None:
        """Give up the runs under way, and release all for other experiments."""
        for future in self.flying:
            future.cancel()
        self.crew.close()
        for key in self.reserved:
            if self.store is not None:
                self.store.release(key)
        self.reserved.clear()
