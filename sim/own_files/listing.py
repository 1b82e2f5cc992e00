"""The list of the files that the program wrote into a folder, and what is refused because it is not on it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from sim.errors import ScenarioError

LIST = ".written-by-referralsim"

Digests = dict[str, set[str] | None]
"""Name of each file on the list to the SHA-256 of what was written to it; None where that is not known."""


def nothing(_folder: Path) -> Iterable[str]:
    """Recognise no file in a folder without a list."""
    return ()


def digest_of(path: Path) -> str:
    """SHA-256 of a file (hexadecimal)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def on_list(folder: Path) -> Digests:
    """Read the list of a folder; empty if it has none. Makes and locks nothing."""
    try:
        if (folder / LIST).is_symlink():
            return {}
        return entries_of((folder / LIST).read_bytes())
    except OSError:
        return {}


def refuse_others(folder: Path, names: Iterable[str], former: Callable[[Path], Iterable[str]] = nothing) -> None:
    """Refuse a folder in which files of these names are not the program's, before the work starts. Makes nothing.

    Raises
    ------
    ScenarioError
        If one of the files is there and was not written by the program.
    """
    known = on_list(folder)
    if not known and folder.is_dir():
        known = dict.fromkeys(former(folder))
    for name in names:
        refuse_link(folder, name)
        if os.path.lexists(folder / name) and not (name in known and is_file(folder / name)):
            raise not_ours(folder / name)


def entries_of(content: bytes) -> Digests:
    """Read the lines of a list."""
    known: Digests = {}
    for line in content.split(b"\n")[:-1]:  # what stands behind the last line break was never finished
        try:
            entry = json.loads(line)
            if "gone" in entry:
                known.pop(entry["gone"], None)
            elif inside(entry["file"]):
                note(known, entry["file"], entry["sha256"])
        except (ValueError, KeyError, TypeError):
            continue  # a damaged line: its file counts as not the program's
    return known


def note(known: Digests, name: str, digest: str | None) -> None:
    """Add what a line says of a file: one more digest that it may have, or that its digest is not known."""
    before = known.get(name)
    known[name] = None if digest is None else {*(before or ()), digest}


def inside(name: str) -> bool:
    """Return whether a name stays inside its folder."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not PurePosixPath(name).is_absolute() and ".." not in parts


def is_file(path: Path) -> bool:
    """Return whether there is a file, not a link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def refuse_link(folder: Path, name: str) -> None:
    """Refuse a name that would be written through a link."""
    place = folder
    for part in PurePosixPath(name).parts:
        place /= part
        if place.is_symlink():
            raise ScenarioError(
                "is a link, which the program did not make and does not follow; move it, or choose another folder",
                file=str(place),
            )


def not_ours(path: Path) -> ScenarioError:
    """Make the error about a file in the way that the program did not write."""
    what = "is there, and the program did not write it; move it, or choose another folder"
    return ScenarioError(what, file=str(path))
