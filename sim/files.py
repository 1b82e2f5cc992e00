"""Files written whole or not at all, and locks on files."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover  (a system without file locks)
    fcntl = None  # type: ignore[assignment]

NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


def lock(handle: int) -> bool | None:
    """Lock an open file: True if this process has the lock, False if another has it, None where there are no locks."""
    if fcntl is None:  # pragma: no cover
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as problem:
        if problem.errno in NO_LOCKS:
            return None
        raise
    return True


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder survive a power cut."""
    if os.name == "nt":  # pragma: no cover  (no such call there)
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def put_in_place(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Give a temporary path to write to; when the block ends without an error, it replaces the file.

    Parameters
    ----------
    path : Path
        The file; its folder is made if it is missing.
    durable : bool
        Whether the file must also survive a power cut right after.

    Yields
    ------
    Path
        A hidden file in the same folder, removed if the block raises. A killed process may leave one behind, called
        ``.<name>.<12 hexadecimal digits>``.
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
    """Write a small file whole or not at all, even if the power fails."""
    with put_in_place(path, durable=True) as part:
        part.write_bytes(content)
