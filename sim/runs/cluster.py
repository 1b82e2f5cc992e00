"""The workers of a Dask cluster, as an executor."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from sim.errors import printable


class ClusterError(RuntimeError):
    """The cluster cannot be used; one line says why."""


def _ask(address: str, timeout: float) -> None:
    """Raise an error unless a scheduler answers at this address.

    A client does not find out: it tries again and again, waits half a minute to close, and reports all of it.
    """
    from distributed.core import connect

    async def ask() -> None:
        comm = await connect(address, timeout=timeout)
        try:
            await comm.write({"op": "identity", "reply": True})
            found = await asyncio.wait_for(comm.read(), timeout)
        finally:
            comm.abort()
        if not (isinstance(found, dict) and found.get("type") == "Scheduler"):
            raise ValueError("something else does")

    # In a thread of its own: a notebook has an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asyncio.wait_for(ask(), 2 * timeout)).result()


@contextmanager
def cluster(address: str, timeout: float = 15.0) -> Iterator[Executor]:
    """The workers of a Dask cluster.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.5:8786``.
    timeout : float
        Seconds to wait for the scheduler and for the first worker.

    Raises
    ------
    ClusterError
        If `distributed` is not installed, no scheduler answers, or it has no workers.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ClusterError(
            "--cluster needs the package 'distributed'; install it with: pip install '.[cluster]'"
        ) from None
    try:
        _ask(address, timeout)
        client = Client(address, timeout=timeout, set_as_default=False)
    except Exception as problem:  # what is no scheduler may answer anything, and Dask has no one error for it
        first = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise ClusterError(
            f"{printable(address, 200)}: no Dask scheduler answers there: {printable(first, 200)}"
        ) from None
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
        log.setLevel(logging.CRITICAL)  # the end of a cluster is reported in one line here, not in forty
        try:
            yield client.get_executor(pure=False)
        finally:
            log.setLevel(before)
    finally:
        client.close()
