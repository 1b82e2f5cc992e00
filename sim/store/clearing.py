"""Removing a store: only files that stores write, and nothing that is in use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sim.files import lock
from sim.store.packing import kept_aside, packed_files
from sim.store.segments import segment_files

_LOCKS = ("reserved", "packing")
MARK = "store.json"


def files_of_store(folder: Path) -> Iterator[Path]:
    """Give the files of the store in a folder; none if there is no store. Links are not followed."""
    if not (folder / MARK).is_file() or (folder / MARK).is_symlink():
        return
    yield folder / MARK
    yield from (folder / name for name in _LOCKS if (folder / name).is_file())
    if not (folder / "packed").is_symlink():
        yield from (path for path in packed_files(folder) if not path.is_symlink())
    if not (folder / "segments").is_symlink():
        yield from segment_files(folder / "segments")
    yield from kept_aside(folder)


def clear_store(folder: Path) -> bool:
    """Remove the store in a folder; False, and nothing removed, if a process writes into it."""
    files = list(files_of_store(folder))
    held: list[int] = []
    try:
        for path in files:
            if path.parent.name == "segments" or path.name == "packing":
                held.append(os.open(path, os.O_RDWR))
                if lock(held[-1]) is False:
                    return False
        for path in reversed(files):  # the mark last
            path.unlink(missing_ok=True)
    finally:
        for handle in held:
            os.close(handle)
    for name in ("segments", "packed", "damaged"):
        place = folder / name
        if files and place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
            place.rmdir()
    return True
