"""Files written whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make durable which files there are in a folder."""
    if os.name == "nt":  # pragma: no cover  (no such call there)
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def put_in_place(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Give a path beside a file to write to; what is there when the block ends well takes the file's place.

    Parameters
    ----------
    path : Path
        The file; its folder is made where it is missing.
    durable : bool
        Whether the file must also survive a power cut that follows.

    Yields
    ------
    Path
        Of a hidden file in the same folder, which is removed where the block raises. One that a killed process has
        left is called ``.<name>.<12 hexadecimal digits>``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}")
    try:
        yield part
        if durable:
            with part.open("rb+") as file:
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if durable:
        sync_folder(path.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is there whole or not at all, also after a power cut."""
    with put_in_place(path, durable=True) as part:
        part.write_bytes(content)
