"""A folder, locked, in which only files on its list are removed or replaced."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from sim.errors import ScenarioError, is_unicode
from sim.files import lock, put_in_place, sync_folder
from sim.own_files.listing import (
    LIST,
    Digests,
    digest_of,
    entries_of,
    inside,
    is_file,
    not_ours,
    note,
    nothing,
    refuse_link,
)

ASIDE = "set-aside"
"""Folder for files on the list that somebody has changed since: they are moved there instead of being replaced."""

OLD = 3600.0  # seconds after which a part of a file counts as left over where there are no locks
_PART = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{12}")
_LOOK = 0.05  # seconds between two tries to lock a folder


def _busy(folder: Path) -> ScenarioError:
    return ScenarioError(
        "another command is writing into this folder; wait until it has ended, or choose another folder",
        file=str(folder),
    )


@contextmanager
def own_files(
    folder: str | Path, *, former: Callable[[Path], Iterable[str]] = nothing, wait: float = 0.0
) -> Iterator[OwnFiles]:
    """Lock a folder and give the list of the files that the program wrote there.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    former : callable
        Where there is no list yet, names of the files that a former version of the program certainly wrote there.
    wait : float
        Seconds to wait while another command is writing there.

    Raises
    ------
    ScenarioError
        If another command is writing there, or the list is a link.
    OSError
        If the folder cannot be written.
    """
    folder = Path(folder)
    if not is_unicode(str(folder)):
        raise ScenarioError("has bytes that are no UTF-8; choose another folder", file=str(folder))
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    refuse_link(folder, LIST)
    handle, alone = _locked(folder, wait)
    try:
        content = _read(handle)
        own = OwnFiles(folder, handle, entries_of(content), torn=bool(content) and not content.endswith(b"\n"))
        if not content:
            own.adopt(name for name in former(folder) if inside(name) and is_file(folder / name))
        own.clean_up(alone=alone)
        yield own
    finally:
        emptied = os.fstat(handle).st_size > 0
        if not entries_of(_read(handle)):  # nothing was written, or all was removed: leave no trace
            with suppress(OSError):
                (folder / LIST).unlink()
                if made or emptied:
                    folder.rmdir()
        os.close(handle)


def _locked(folder: Path, wait: float) -> tuple[int, bool]:
    """Open and lock the list; returns its handle, and whether it could be locked or there are no locks."""
    patience = time.monotonic() + wait
    while True:
        handle = os.open(folder / LIST, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        got = lock(handle)
        if got is not False and os.fstat(handle).st_nlink:
            return handle, got is True
        os.close(handle)
        if got is False:
            if time.monotonic() >= patience:
                raise _busy(folder)
            time.sleep(_LOOK)


def _read(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    parts = []
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


class OwnFiles:
    """The files that the program wrote into a folder, which is locked while this is open.

    Attributes
    ----------
    folder : Path
    aside : list of str
        Names of files that somebody had changed, and that were moved to the folder `ASIDE`.
    adopted : bool
        Whether the folder had no list, and files of a former version were put on it.
    """

    def __init__(self, folder: Path, handle: int, known: Digests, *, torn: bool) -> None:
        self.folder = folder
        self.aside: list[str] = []
        self.adopted = False
        self._handle = handle
        self._known = known
        self._torn = torn

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def names(self) -> list[str]:
        """Names of all files on the list, whether they are there or not."""
        return list(self._known)

    def adopt(self, names: Iterable[str]) -> None:
        """Put files on the list that are known to be the program's."""
        fresh = [name for name in names if name not in self._known]
        self._append({"file": name, "sha256": digest_of(self.folder / name)} for name in fresh)
        self.adopted = self.adopted or bool(fresh)

    def claim(
        self,
        names: Iterable[str],
        digests: Mapping[str, str] | None = None,
        *,
        move: bool = False,
        by_worker: bool = False,
    ) -> None:
        """Put files on the list that are about to be written.

        Parameters
        ----------
        names : iterable of str
            Relative to the folder, with forward slashes.
        digests : mapping, optional
            Name to the SHA-256 of what will be written; a file that has it already is taken over.
        move : bool
            Move files of others aside instead of refusing them.
        by_worker : bool
            Whether another process writes them, so that this list will not know their digests.

        Raises
        ------
        ScenarioError
            If one of them is there and is not the program's, or a link is in the way; nothing is done then.
        """
        names, digests = list(dict.fromkeys(names)), digests or {}
        changed = []
        for name in names:
            if not inside(name):
                raise ValueError(f"{name}: expected a path inside the folder")
            refuse_link(self.folder, name)
            path = self.folder / name
            if not os.path.lexists(path):
                continue
            if not is_file(path):
                raise not_ours(path)
            if name in self._known:
                if self.changed(name) and digests.get(name) != digest_of(path):
                    changed.append(name)
            elif digests.get(name) != digest_of(path):
                if not move:
                    raise not_ours(path)
                changed.append(name)
        for name in changed:
            self.set_aside(name)
        self._append(
            {"file": name, "sha256": digests.get(name)} for name in names if self._news(name, digests, by_worker)
        )

    def _news(self, name: str, digests: Mapping[str, str], by_worker: bool) -> bool:
        """Return whether the list has to be told of a file that is about to be written."""
        if name not in self._known:
            return True
        known = self._known[name]
        return known is not None and by_worker if name not in digests else digests[name] not in (known or ())

    def record(self, digests: Mapping[str, str]) -> None:
        """Note the digests of files that another process has written, so that a change after it is known.

        Parameters
        ----------
        digests : mapping
            Name of a file on the list to the SHA-256 of what was written.
        """
        fresh = {name: digest for name, digest in digests.items() if name in self._known and self._known[name] is None}
        # If the power fails before these lines are on the disk, the files are on the list, without a digest.
        self._append(({"file": name, "sha256": digest} for name, digest in fresh.items()), durable=False)

    def changed(self, name: str) -> bool:
        """Return whether somebody has changed a file since the program wrote it, as far as that is known."""
        known = self._known[name]
        try:
            return known is not None and digest_of(self.folder / name) not in known
        except FileNotFoundError:
            return False

    def put(self, name: str, content: bytes) -> None:
        """Write a small file whole or not at all, even if the power fails."""
        self.claim([name], {name: hashlib.sha256(content).hexdigest()})
        with put_in_place(self.folder / name, durable=True) as part:
            part.write_bytes(content)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a temporary path to write to; when the block ends without an error, it becomes the file `name`."""
        self.claim([name])
        with put_in_place(self.folder / name) as part:
            yield part
            # If the power fails before this line is on the disk, the file is on the list, without a digest.
            self._append([{"file": name, "sha256": digest_of(part)}], durable=False)

    def put_all(self, files: Mapping[str, bytes], *, last: str) -> None:
        """Write files of which none is replaced before all are written; that called `last` is replaced last."""
        self.claim(files, {name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
        parts: dict[str, Path] = {}
        try:
            for name, content in files.items():
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                parts[name] = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}")
                parts[name].write_bytes(content)
            for name in sorted(parts, key=lambda name: name == last):
                parts.pop(name).replace(self.folder / name)
        finally:
            for part in parts.values():
                part.unlink(missing_ok=True)

    def remove(self, names: Iterable[str], *, aside: bool = False) -> None:
        """Remove those of these files that are on the list and that nobody has changed; others stay.

        Parameters
        ----------
        aside : bool
            Whether those that somebody has changed are moved to `ASIDE`, out of the way of what comes.
        """
        gone = [name for name in dict.fromkeys(names) if name in self._known]
        there = [name for name in gone if self._is_there(name)]
        changed = {name for name in there if self.changed(name)}
        for name in there if aside else ():
            if name in changed:
                self.set_aside(name)
        for name in there:
            if name not in changed:
                (self.folder / name).unlink()
        self._append({"gone": name} for name in gone)
        for parent in sorted({(self.folder / name).parent for name in gone}, key=lambda folder: -len(folder.parts)):
            self._remove_empty(parent)

    def _remove_empty(self, place: Path) -> None:
        while place != self.folder:
            try:
                place.rmdir()
            except OSError:  # something is left in it, or it is a link
                return
            place = place.parent

    def _is_there(self, name: str) -> bool:
        """Return whether there is a file of this name, and no link leads to it."""
        return is_file(self.folder / name) and not self._through_link(name)

    def _through_link(self, name: str) -> bool:
        try:
            refuse_link(self.folder, name)
        except ScenarioError:
            return True
        return False

    def move(self, names: Mapping[str, str]) -> None:
        """Rename files on the list, old name to new; files that are not there are taken off it.

        Those that somebody has changed are moved to `ASIDE` instead.
        """
        for old in names:
            if old in self._known and self._is_there(old) and self.changed(old):
                self.set_aside(old)
        there = {old: new for old, new in names.items() if self._is_there(old)}
        self.claim(there.values())
        for old, new in there.items():
            (self.folder / new).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / old).replace(self.folder / new)
        known = [(new, digest) for old, new in there.items() for digest in self._known.get(old) or ()]
        entries: list[dict[str, str | None]] = [{"file": new, "sha256": digest} for new, digest in known]
        entries += [{"gone": old} for old in names]
        self._append(entries)
        for parent in {(self.folder / old).parent for old in names}:
            self._remove_empty(parent)

    def set_aside(self, name: str) -> None:
        """Move a file that somebody has changed to the folder `ASIDE`; it is then no longer the program's."""
        refuse_link(self.folder, f"{ASIDE}/{name}")
        place = self.folder / ASIDE / name
        number = 2
        while os.path.lexists(place):
            place = place.with_name(f"{PurePosixPath(name).stem}-{number}{PurePosixPath(name).suffix}")
            number += 1
        place.parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).rename(place)
        self._append([{"gone": name}])
        self.aside.append(name)

    def clean_up(self, *, alone: bool) -> None:
        """Remove parts of files on the list, which a command that was killed has left.

        Parameters
        ----------
        alone : bool
            Whether the lock shows that no other command writes here; if not, only old parts are removed.
        """
        for place in {(self.folder / name).parent for name in self._known}:
            where = place.relative_to(self.folder)
            if not place.is_dir() or self._through_link((where / LIST).as_posix()):
                continue
            for part in place.glob(".*"):
                match = _PART.fullmatch(part.name)
                if match is None or (where / match["name"]).as_posix() not in self._known or not is_file(part):
                    continue
                with suppress(OSError):
                    if alone or time.time() - part.stat().st_mtime > OLD:
                        part.unlink()

    def _append(self, entries: Iterable[dict[str, str | None]], *, durable: bool = True) -> None:
        """Add entries to the list."""
        entries = list(entries)
        if not entries:
            return
        first = os.fstat(self._handle).st_size
        lines = "".join(f"{json.dumps(entry, separators=(',', ':'))}\n" for entry in entries).encode()
        rest = memoryview(b"\n" + lines if self._torn else lines)
        try:
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            if durable:
                os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, first)
            raise
        self._torn = False
        if not first:
            sync_folder(self.folder)
        for entry in entries:
            if "gone" in entry:
                self._known.pop(str(entry["gone"]), None)
            else:
                note(self._known, str(entry["file"]), entry["sha256"])
