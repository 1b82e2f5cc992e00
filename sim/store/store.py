"""The store of experiments: the measurements of each run, by the content of its scenario, seed and replication.

The folder's layout, and what it guarantees, is described in `sim/store/__init__.py`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import socket
import sys
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from sim import files
from sim.program import MODEL, program_digest
from sim.store import packing
from sim.store.locks import reservations
from sim.store.segments import Reading, leave_segment, own_segment, segment_files

FORMAT = 1
LIBRARIES = ("referralsim", "igraph", "numpy", "pandas", "pyarrow", "scipy", "simpy", "statsmodels")
Values = dict[str, tuple[float, float]]
"""Name of a quantity to (n, value), n being the size of its denominator."""


class StoreError(RuntimeError):
    """The store cannot be used; one line says why."""


@cache
def versions() -> dict[str, str]:
    """Versions of everything that could change a number; they are part of a run's key."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in LIBRARIES}}


def key_of(digest: str, seed: int, replication: int, made_by: Mapping[str, str] | None = None) -> str:
    """Make the key of a run from everything that decides its numbers (SHA-256, hexadecimal).

    Parameters
    ----------
    digest : str
        `Scenario.digest`.
    seed, replication : int
        As they enter the random streams.
    made_by : mapping, optional
        Versions of the libraries; by default those installed here.
    """
    identity = json.dumps([FORMAT, digest, seed, replication, dict(made_by or versions())], sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it is stored.

    Attributes
    ----------
    key, digest, seed, replication
        Its key, and what the key is made from (`key_of`).
    names, numbers
        Quantities measured, and for each its n and its value, one after the other.
    cost
        The summary that `sim.runs.replication.run_replication` returns: cpu_seconds, applications and so on.
    error
        Why it failed and has no numbers; empty if it succeeded.
    finished
        Unix time, seconds.
    worker
        Machine and process.
    program
        Digest of the files of the program that made it (`sim.program`); empty where a former version did.
    """

    key: str
    digest: str
    seed: int
    replication: int
    names: tuple[str, ...]
    numbers: array[float]
    cost: dict[str, Any]
    error: str
    finished: float
    worker: str
    program: str = ""

    @property
    def values(self) -> Values:
        """Name to (n, value)."""
        pairs = iter(self.numbers)
        return dict(zip(self.names, zip(pairs, pairs, strict=True), strict=True))

    def row(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return {
            "key": self.key,
            "digest": self.digest,
            "seed": self.seed,
            "replication": self.replication,
            "names": list(self.names),
            "numbers": self.numbers.tolist(),
            "cost": self.cost,
            "error": self.error,
            "finished": self.finished,
            "worker": self.worker,
            "program": self.program,
        }


_KNOWN_NAMES: dict[tuple[str, ...], tuple[str, ...]] = {}


def run_of(row: dict[str, Any]) -> Run:
    """Read a run from a row; equal texts are kept in memory once."""
    names = tuple(sys.intern(str(name)) for name in row["names"])
    names = _KNOWN_NAMES.setdefault(names, names)
    return Run(
        row["key"],
        sys.intern(row["digest"]),
        int(row["seed"]),
        int(row["replication"]),
        names,
        array("d", row["numbers"]),
        row["cost"],
        row["error"],
        float(row["finished"]),
        sys.intern(row["worker"]),
        sys.intern(row.get("program") or ""),
    )


def finished_run(
    key: str,
    digest: str,
    seed: int,
    replication: int,
    values: Values | None,
    cost: dict[str, Any],
    error: str = "",
    program: str = "",
) -> Run:
    """Make the run of what has just ended in this process."""
    numbers = array("d", (number for pair in (values or {}).values() for number in pair))
    return Run(
        key,
        digest,
        seed,
        replication,
        tuple(values or ()),
        numbers,
        cost,
        error,
        time.time(),
        f"{socket.gethostname()}:{os.getpid()}",
        program,
    )


def joined(old: Run | None, new: Run) -> Run:
    """Merge two rows of a run: success wins over failure, and the quantities of both are kept."""
    if old is None or (old.error and not new.error):
        return new
    if new.error:
        # Of two failures, report the later one.
        return new if old.error and new.finished > old.finished else old
    if set(new.names) <= set(old.names):
        return old
    if set(old.names) <= set(new.names):
        return new
    values = {**old.values, **new.values}
    numbers = [number for pair in values.values() for number in pair]
    return run_of({**new.row(), "names": list(values), "numbers": numbers})


class Store:
    """An open store of runs.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    readonly : bool
        Only read: make, pack and reserve nothing.
    packages : tuple of str
        Packages whose files decide what a run measures; their digest is kept with each run.

    Attributes
    ----------
    packages : tuple of str
    remarks : list of str
        What was found damaged, a sentence each; those runs run again.

    Raises
    ------
    StoreError
        If the folder cannot be used or has another format.
    """

    def __init__(self, folder: str | Path, *, readonly: bool = False, packages: tuple[str, ...] = MODEL) -> None:
        self.folder = Path(folder).absolute()
        self.packages = packages
        self.remarks: list[str] = []
        self._runs: dict[str, Run] = {}
        self._segments: dict[str, Reading] = {}
        self._packed: set[str] = set()
        self._damaged: list[Path] = []
        self._failed_before: set[str] = set()
        with self._one_line():
            if not readonly:
                self._prepare()
                packing.pack(self.folder, self.remarks)
            self.refresh()
            if not readonly:
                self._mend()
        # Runs that failed before the store was opened are tried again, those that fail from now on are not.
        self._failed_before = {key for key, run in self._runs.items() if run.error}

    def _prepare(self) -> None:
        for name in ("segments", "packed"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        mark = self.folder / "store.json"
        try:
            found = json.loads(mark.read_text(encoding="utf-8"))["format"]
        except FileNotFoundError:
            files.write_whole(mark, json.dumps({"format": FORMAT}).encode())
            found = FORMAT
        except (ValueError, KeyError, TypeError, RecursionError):
            if any(packing.packed_files(self.folder)) or any(segment_files(self.folder / "segments")):
                packing.keep_aside(self.folder, mark)
                files.write_whole(mark, json.dumps({"format": FORMAT}).encode())
                self.remarks.append("store.json: damaged, and written anew")
                return
            raise StoreError(f'{mark}: does not mark a store; expected {{"format": {FORMAT}}}') from None
        if found != FORMAT:
            raise StoreError(f"{mark}: found format {found}; this version reads and writes format {FORMAT}")

    def _mend(self) -> None:
        for path in self._damaged:
            mended = packing.mend(self.folder, path)
            if mended is not None:
                self._packed.add(mended.name)  # its rows have been read
        self._damaged = []

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close this process's segment; the store can still be used."""
        leave_segment(self.folder / "segments")

    def __len__(self) -> int:
        return len(self._runs)

    def runs(self) -> Iterable[Run]:
        """All runs, failed ones too, in no order."""
        return self._runs.values()

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise StoreError(f"{problem.filename or self.folder}: {problem.strerror or problem}") from None

    def refresh(self) -> None:
        """Read what any process has added since the last call."""
        with self._one_line():
            self._refresh()

    def _refresh(self) -> None:
        while True:
            packed = packing.packed_files(self.folder)
            self._read_segments()
            # Another process may have packed a segment between the two look-ups.
            for path in packed:
                if path.name not in self._packed:
                    before = len(self.remarks)
                    for row in packing.read(path, self.remarks):
                        self._add(row)
                    if len(self.remarks) > before:
                        self._damaged.append(path)
                    self._packed.add(path.name)
            if packing.packed_files(self.folder) == packed:
                return

    def _read_segments(self) -> None:
        found = [path.name for path in segment_files(self.folder / "segments")]
        for gone in self._segments.keys() - set(found):
            del self._segments[gone]
        for name in found:
            reading = self._segments.get(name)
            if reading is None:
                reading = self._segments[name] = Reading(self.folder / "segments" / name)
            try:
                if reading.path.stat().st_size <= reading.place:
                    continue
            except FileNotFoundError:
                continue
            for row in reading.rows():
                self._add(row)
            if reading.fresh:
                self.remarks.append(packing.damage(reading.path, reading.fresh))

    def _add(self, row: dict[str, Any]) -> None:
        try:
            run = run_of(row)
        except (KeyError, TypeError, ValueError):
            self.remarks.append(f"{self.folder}: a row that this version cannot read was skipped")
            return
        old = self._runs.get(run.key)
        self._runs[run.key] = both = joined(old, run)
        if both is not old:
            self._failed_before.discard(run.key)

    def get(self, key: str, names: Sequence[str] = ()) -> Run | None:
        """Find a finished run that measured all these names; None if it has to run, or run again.

        A run that failed before this store was opened gives None, so that it is tried again.
        """
        run = self._runs.get(key)
        if run is None:
            return None
        if run.error:
            return None if key in self._failed_before else run
        return run if set(names) <= set(run.names) else None

    def made_by_others(self, run: Run) -> bool:
        """Return whether other files of the program than those installed here made a run."""
        return run.program != program_digest(self.packages)

    def find(self, key: str) -> Run | None:
        """Find a run whether it failed or not, whatever it measured; None if there is none."""
        return self._runs.get(key)

    def reserve(self, key: str) -> bool:
        """Reserve a run for this experiment; False if another has it. Call `refresh` before carrying it out."""
        return reservations(self.folder / "reserved").take(key)

    def release(self, key: str) -> None:
        """Release a reserved run."""
        reservations(self.folder / "reserved").give_back(key)

    def add(self, run: Run) -> None:
        """Write a run durably.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        add_run(self.folder, run)
        self.refresh()


def add_run(folder: Path, run: Run) -> None:
    """Write a run to the segment of this process, which is all that a worker does with a store.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    if not (folder / "store.json").is_file():
        raise StoreError(
            f"{folder}: not there on {socket.gethostname()}; workers on other machines need the store on a file "
            "system that all of them share, under the same path"
        )
    try:
        own_segment(folder / "segments").append(run.row())
    except OSError as problem:
        trouble = problem.strerror or problem
        raise StoreError(f"{folder}: cannot be written on {socket.gethostname()}: {trouble}") from None
