"""Growing files of rows that survive a kill: each process appends only to its own.

A segment is text, one row a line: eight hexadecimal digits of a CRC-32, a blank, JSON without line breaks. A row
counts once its line break is on the disk. A killed process may leave a line without a line break, which is not read; a
damaged line is found by its checksum, and the next line by the line break before it.

A process locks its segment (`flock`) as long as it lives, so that others can tell which segments will not grow any
more. On a file system without locks, segments are never taken for abandoned.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.files import lock, sync_folder

SUFFIX = ".rows"
NAME = re.compile(r"[\w-]+-\d+-[0-9a-f]{12}\.rows")
"""Name of a segment: host, process, digits by chance."""

ROTATE = 32 * 1024 * 1024  # bytes; a million runs of some 1.5 kB each are fifty files


def segment_files(folder: Path) -> list[Path]:
    """List the segments in a folder, in a fixed order; none if it is not there."""
    try:
        return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name) and not path.is_symlink())
    except FileNotFoundError:
        return []


def framed(row: dict[str, Any]) -> bytes:
    """Write a row as a line."""
    body = json.dumps(row, separators=(",", ":"), ensure_ascii=True).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def unframed(line: bytes) -> dict[str, Any] | None:
    """Read a row from a line without its line break; None if it is damaged."""
    body = line[9:]
    if line[:9] != b"%08x " % zlib.crc32(body):
        return None
    row = json.loads(body)
    return row if isinstance(row, dict) else None


class Segment:
    """The segment of this process in a folder: opened with the first row, replaced by a new one when large."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = os.getpid()
        self._handle = -1
        self._size = 0
        self._one_at_a_time = threading.Lock()

    def append(self, row: dict[str, Any]) -> None:
        """Write a row durably.

        Raises
        ------
        OSError
            If it cannot be written; nothing of it is left then.
        """
        line = framed(row)
        with self._one_at_a_time:
            if self._handle < 0 or (self._size and self._size + len(line) > ROTATE):
                self._begin()
            try:
                rest = memoryview(line)
                while rest:
                    rest = rest[os.write(self._handle, rest) :]
                os.fsync(self._handle)
            except OSError:
                self._take_back()
                raise
            self._size += len(line)

    def _begin(self) -> None:
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        host = "".join(c if c.isalnum() or c == "-" else "-" for c in socket.gethostname())[:60]
        while True:
            path = self.folder / f"{host}-{self.pid}-{uuid.uuid4().hex[:12]}{SUFFIX}"
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644)
            # Before it was locked another process may have taken it for abandoned; then it is left to that one.
            if lock(handle) is not False and os.fstat(handle).st_nlink:
                break
            os.close(handle)
        self._handle, self._size = handle, 0
        sync_folder(self.folder)

    def _take_back(self) -> None:
        """Remove an unfinished line, or else never write to this file again."""
        try:
            os.ftruncate(self._handle, self._size)
        except OSError:  # the part stays, as a line without a line break
            self.close()

    def close(self) -> None:
        """Close the segment; the next row begins another."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


_OWN: dict[Path, Segment] = {}

_OWN_LOCK = threading.Lock()


def own_segment(folder: Path) -> Segment:
    """Return this process's segment in a folder, the same object at every call."""
    with _OWN_LOCK:
        segment = _OWN.get(folder)
        if segment is None or segment.pid != os.getpid():
            segment = _OWN[folder] = Segment(folder)
        return segment


def leave_segment(folder: Path) -> None:
    """Close this process's segment in a folder, so that others may pack it."""
    with _OWN_LOCK:
        segment = _OWN.pop(folder, None)
        if segment is not None and segment.pid == os.getpid():
            segment.close()


@dataclass
class Reading:
    """A segment being read.

    Attributes
    ----------
    path : Path
    place : int
        Bytes read so far.
    damaged, fresh : int
        Damaged lines so far, and in the last call of `rows`.
    """

    path: Path
    place: int = 0
    damaged: int = 0
    fresh: int = field(default=0, repr=False)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows finished since the last call; a file that is gone has none."""
        self.fresh = 0
        try:
            with self.path.open("rb") as file:
                file.seek(self.place)
                for line in file:
                    if not line.endswith(b"\n"):
                        if unframed(line[:-1]) is not None:  # a whole row, whose line break is damaged
                            self.place += len(line)
                            self.damaged += 1
                            self.fresh += 1
                        return
                    self.place += len(line)
                    row = unframed(line[:-1])
                    if row is None:
                        self.damaged += 1
                        self.fresh += 1
                    else:
                        yield row
        except FileNotFoundError:
            return
