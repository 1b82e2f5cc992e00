"""Where tasks run: in this process, in processes of this machine, on a Dask cluster, or on any other executor.

`concurrent.futures.Executor` is the interface of all. They differ in how many tasks to hand in at once, and in whether
they can be restarted after a worker was killed; `Crew` knows both.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

from sim.runs.main_guard import refuse_unguarded_script

Result = TypeVar("Result")
_IN_HAND = 2  # tasks for each worker: one running, one waiting
_UNKNOWN = 16  # workers of an executor that does not say how many it has


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes started inside the block ignore Ctrl-C, which the parent handles: they inherit the blocked signal."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this worker as soon as its parent is gone; otherwise it would wait for tasks for ever."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


def local_pool(workers: int) -> ProcessPoolExecutor:
    """A pool of processes on this machine, started by spawning, which end with the process that made the pool."""
    refuse_unguarded_script()
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


class Here(Executor):
    """Runs each task at once, in the calling thread."""

    _max_workers = 1

    def submit(self, call: Callable[..., Result], /, *args: Any, **keywords: Any) -> Future[Result]:
        """Run the task and return a finished future."""
        future: Future[Result] = Future()
        try:
            future.set_result(call(*args, **keywords))
        except Exception as problem:  # as with every executor, the future holds what a task raises
            future.set_exception(problem)
        return future


def hands(executor: Executor) -> int:
    """How many tasks an executor can run at once; a guess where it does not say."""
    client = getattr(executor, "_client", None)  # a Dask cluster grows and shrinks
    if client is not None:
        return sum(map(int, client.nthreads().values()))
    return int(getattr(executor, "_max_workers", None) or _UNKNOWN)


class Crew:
    """An executor, with the number of tasks to hand in at once and a way to restart it after a worker was killed.

    Parameters
    ----------
    executor : Executor, optional
        Used as it is and left open. By default processes of this machine, or this process for one worker.
    workers : int
        Number of processes if no executor is given.
    """

    def __init__(self, executor: Executor | None = None, workers: int = 1) -> None:
        self._own = executor is None
        self._workers = workers
        self._under_way: set[Future[Any]] = set()
        self._executor = executor if executor is not None else self._start()

    def _start(self) -> Executor:
        return local_pool(self._workers) if self._workers > 1 else Here()

    @property
    def capacity(self) -> int:
        """How many tasks to hand in at once, so that no worker waits for one."""
        return 1 if isinstance(self._executor, Here) else _IN_HAND * max(1, hands(self._executor))

    @property
    def deserted(self) -> bool:
        """Whether there are no workers; a cluster may lose all of them."""
        return hands(self._executor) == 0

    def submit(self, call: Callable[..., Result], *args: Any) -> Future[Result]:
        """Hand in a task."""
        if isinstance(self._executor, Here):  # runs it at once, so that Ctrl-C has to be heard
            return self._executor.submit(call, *args)
        with deaf_to_interrupts():
            future = self._executor.submit(call, *args)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def rebuild(self) -> bool:
        """Restart the processes; False if the executor was given and cannot be restarted here."""
        if not self._own:
            return False
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._start()
        return True

    def close(self) -> None:
        """End the processes, and with them the tasks still under way; an executor that was given stays open.

        Tasks are under way only where somebody stopped or something failed. They are not waited for: one may take
        minutes, and what it writes, it writes whole or not at all.
        """
        if not self._own:
            return
        if self._under_way:
            # Private, but there is no other way before Python 3.14 (`kill_workers`).
            for process in list((getattr(self._executor, "_processes", None) or {}).values()):
                process.kill()
        self._executor.shutdown(wait=True, cancel_futures=True)


def in_parallel(call: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], workers: int = 1) -> Iterator[Result]:
    """Call a function with the arguments of each task, and yield each result as soon as it is there.

    Parameters
    ----------
    call : callable
        A function of a module, so that other processes can find it.
    tasks : iterable of tuple
        Arguments; tasks start in this order.
    workers : int
        Processes to share the tasks; with 1 they run in this process.

    Raises
    ------
    BrokenProcessPool
        If a worker is killed. What a call raises is raised here; it ends the tasks under way, as closing the generator
        or Ctrl-C does.
    """
    if workers == 1:
        for task in tasks:
            yield call(*task)
        return
    crew = Crew(workers=workers)
    waiting = iter(tasks)
    under_way: set[Future[Result]] = set()
    try:
        while True:
            under_way |= {crew.submit(call, *task) for task in islice(waiting, crew.capacity - len(under_way))}
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        crew.close()
