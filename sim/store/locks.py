"""Locks between processes on single runs; they end with the process that holds them."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from sim.files import NO_LOCKS

try:
    import fcntl
except ImportError:  # pragma: no cover  (a system without file locks)
    fcntl = None  # type: ignore[assignment]


class Reservations:
    """Locks on single runs: each locks one byte of an empty file, at an offset made from its key.

    Two keys with the same offset would only wait for each other; with 60 bits that does not happen.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self._held: set[int] = set()
        self._one_at_a_time = threading.Lock()
        self.pid = os.getpid()

    def take(self, key: str) -> bool:
        """Reserve a run; False if another process, or another thread of this one, has reserved it."""
        place = int(key[:15], 16)
        with self._one_at_a_time:
            if place in self._held:
                return False
            if fcntl is not None:
                try:
                    fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                except (BlockingIOError, PermissionError):
                    return False
                except OSError as problem:
                    # Without locks two experiments at once may repeat each other's runs, which is safe.
                    if problem.errno not in NO_LOCKS:
                        raise
            self._held.add(place)
            return True

    def give_back(self, key: str) -> None:
        """Release a run."""
        place = int(key[:15], 16)
        with self._one_at_a_time:
            self._held.discard(place)
            if fcntl is not None:
                with contextlib.suppress(OSError):
                    fcntl.lockf(self._handle, fcntl.LOCK_UN, 1, place)


# One for each file and process, never closed: closing any handle of a file releases all its locks.
_OPEN: dict[tuple[int, int], Reservations] = {}
_OPEN_LOCK = threading.Lock()


def reservations(path: Path) -> Reservations:
    """Return this process's `Reservations` of a file, the same object at every call."""
    with _OPEN_LOCK:
        if not path.exists():
            path.touch()
        status = path.stat()
        found = _OPEN.get((status.st_dev, status.st_ino))
        if found is None or found.pid != os.getpid():
            found = _OPEN[status.st_dev, status.st_ino] = Reservations(path)
        return found
