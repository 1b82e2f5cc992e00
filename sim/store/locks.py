"""Locks between processes, which end with whoever holds them: on a file that is being written, and on single runs."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover  (a system without file locks)
    fcntl = None  # type: ignore[assignment]

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


def lock(handle: int) -> bool | None:
    """Take a file's lock: True when it is ours, False when another has it, None where there are no locks."""
    if fcntl is None:  # pragma: no cover
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as problem:
        if problem.errno in _NO_LOCKS:
            return None
        raise
    return True


class Reservations:
    """Locks on single runs: one byte of an empty file for each, at a place made of its key.

    Two keys at one place would wait for each other and no more; with 60 bits that does not happen.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self._held: set[int] = set()
        self._one_at_a_time = threading.Lock()
        self.pid = os.getpid()

    def take(self, key: str) -> bool:
        """Reserve a run, unless somebody has; another thread of this process is somebody too."""
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
                    # Without locks two experiments at once may repeat each other's runs, and are safe all the same.
                    if problem.errno not in _NO_LOCKS:
                        raise
            self._held.add(place)
            return True

    def give_back(self, key: str) -> None:
        """Free a run again."""
        place = int(key[:15], 16)
        with self._one_at_a_time:
            self._held.discard(place)
            if fcntl is not None:
                with contextlib.suppress(OSError):
                    fcntl.lockf(self._handle, fcntl.LOCK_UN, 1, place)


# One for each file and process, and never closed: closing any handle of a file gives up all its locks.
_OPEN: dict[tuple[int, int], Reservations] = {}
_OPEN_LOCK = threading.Lock()


def reservations(path: Path) -> Reservations:
    """Give this process's one hold on the file of reservations."""
    with _OPEN_LOCK:
        if not path.exists():
            path.touch()
        status = path.stat()
        found = _OPEN.get((status.st_dev, status.st_ino))
        if found is None or found.pid != os.getpid():
            found = _OPEN[status.st_dev, status.st_ino] = Reservations(path)
        return found
