"""Where runs are carried out: in this process, in processes of this machine, on a Dask cluster, or wherever asked.

`concurrent.futures.Executor` is the one interface. What differs is how many tasks to keep with an executor, and
whether it can be made anew when a worker was killed; `Crew` knows both.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

Result = TypeVar("Result")
_IN_HAND = 2  # tasks for each worker: one at work, one waiting
_UNKNOWN = 16  # workers of an executor that does not say how many it has


class ClusterError(RuntimeError):
    """The cluster cannot be used; one line says why."""


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes started inside ignore Ctrl-C, which is the parent's to answer: they inherit the blocked signal."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this worker as soon as its parent is gone; by itself it would wait for the next task for ever."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


def local_pool(workers: int) -> ProcessPoolExecutor:
    """Processes of this machine, each started anew, which end with the process that asked for them."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


class Here(Executor):
    """Carries out each task at once, in the calling thread."""

    _max_workers = 1

    def submit(self, call: Callable[..., Result], /, *args: Any, **keywords: Any) -> Future[Result]:
        """Carry out the task and give a future that has finished."""
        future: Future[Result] = Future()
        try:
            future.set_result(call(*args, **keywords))
        except Exception as problem:  # as every executor: what a task raises is found in its future
            future.set_exception(problem)
        return future


def hands(executor: Executor) -> int:
    """How many runs an executor can carry out at once, as far as it says."""
    client = getattr(executor, "_client", None)  # a Dask cluster grows and shrinks
    if client is not None:
        return sum(map(int, client.nthreads().values()))
    return int(getattr(executor, "_max_workers", None) or _UNKNOWN)


class Crew:
    """An executor, how many tasks to keep with it, and how to have it anew after a worker was killed.

    Parameters
    ----------
    executor : Executor, optional
        Used as it is and left open. By default processes of this machine, or this process for one worker.
    workers : int
        Number of processes where no executor is given.
    """

    def __init__(self, executor: Executor | None = None, workers: int = 1) -> None:
        self._own = executor is None
        self._workers = workers
        self._executor = executor if executor is not None else self._start()

    def _start(self) -> Executor:
        return local_pool(self._workers) if self._workers > 1 else Here()

    @property
    def capacity(self) -> int:
        """How many tasks to keep with the executor, so that no worker waits for one."""
        return 1 if isinstance(self._executor, Here) else _IN_HAND * max(1, hands(self._executor))

    @property
    def deserted(self) -> bool:
        """Whether nobody is there to carry out what has been handed in; a cluster may lose its workers for good."""
        return hands(self._executor) == 0

    def submit(self, call: Callable[..., Result], *args: Any) -> Future[Result]:
        """Hand in a task."""
        with deaf_to_interrupts():
            return self._executor.submit(call, *args)

    def rebuild(self) -> bool:
        """Start the processes anew; False where the executor is not ours to start."""
        if not self._own:
            return False
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._start()
        return True

    def close(self) -> None:
        """Let what is under way finish and end the processes; an executor that was given stays open."""
        if self._own:
            self._executor.shutdown(wait=True, cancel_futures=True)


def in_parallel(call: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], workers: int = 1) -> Iterator[Result]:
    """Make a call once for the arguments of each task and give what it returns as soon as it is there.

    Parameters
    ----------
    call : callable
        A function of a module, so that other processes can find it.
    tasks : iterable of tuple
        Arguments; begun in this order.
    workers : int
        Processes to share the tasks; with 1 they are carried out in this process.

    Raises
    ------
    BrokenProcessPool
        When a worker is ended from outside. What a call raises is raised here; what has begun ends first.
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


@contextmanager
def cluster(address: str, timeout: float = 15.0) -> Iterator[Executor]:
    """The workers of a Dask cluster.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.5:8786``.
    timeout : float
        Seconds to wait for an answer and for the first worker.

    Raises
    ------
    ClusterError
        When `distributed` is not installed, nothing answers, or there is no worker.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ModuleNotFoundError:
        raise ClusterError(
            "--cluster needs the package 'distributed'; install it with: pip install 'referralsim[cluster]'"
        ) from None
    try:
        get_backend(parse_address(address)[0])  # a client of an unknown scheme complains once more when Python ends
        client = Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as problem:
        first = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise ClusterError(f"{address}: no Dask scheduler answers there: {first}") from None
    try:
        try:
            client.wait_for_workers(1, timeout=timeout)
        except TimeoutError:
            raise ClusterError(
                f"{address}: this scheduler has no workers; start some with: "
                f"dask worker {address} --nworkers auto --nthreads 1"
            ) from None
        log = logging.getLogger("distributed.client")
        before = log.level
        log.setLevel(logging.CRITICAL)  # a cluster that ends is told in one line, not in forty
        try:
            yield client.get_executor(pure=False)
        finally:
            log.setLevel(before)
    finally:
        client.close()
