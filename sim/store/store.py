"""The store of experiments: what was measured in each run, kept by the content of its scenario, seed and replication.

A store is a folder that any number of processes write to at once, on one machine or on a shared file system::

    store.json          that this is a store, and its format
    segments/*.rows     growing files, one for each process that is writing (`sim.store.segments`)
    packed/*.parquet    what ended processes have left, packed; checked page by page when read
    damaged/            files in which damaged rows were found, kept to be looked at; their runs run again
    reserved, packing   files that are only locked, never written

A run is finished when its row is in a segment and on the disk. Nothing is ever changed in place: files are added,
and removed only when all their rows stand in another. So a kill at any moment costs the runs under way and no other.

Guaranteed on one machine: no run is carried out twice, also by several experiments at once, since each holds a lock
on a run from before it looks whether it is there until after its row is on the disk. On a network file system the
same holds as far as its locks do; where a row becomes visible late a run may be repeated, which gives the same
numbers and is counted once. What was under way when its experiment was killed runs again.
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
from sim.store import packing
from sim.store.locks import reservations
from sim.store.segments import SUFFIX, Reading, leave_segment, own_segment

FORMAT = 1
LIBRARIES = ("referralsim", "igraph", "numpy", "pandas", "pyarrow", "scipy", "simpy", "statsmodels")
Values = dict[str, tuple[float, float]]
"""Name of a quantity to size of its denominator and value."""


class StoreError(RuntimeError):
    """The store cannot be used; one line says why."""


@cache
def versions() -> dict[str, str]:
    """Versions of everything that could move a number: part of what a run is known by."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in LIBRARIES}}


def key_of(digest: str, seed: int, replication: int, made_by: Mapping[str, str] | None = None) -> str:
    """Name a run by all that decides its numbers (SHA-256, hexadecimal).

    Parameters
    ----------
    digest : str
        `Scenario.digest`.
    seed, replication : int
        As they enter the streams.
    made_by : mapping, optional
        Versions of the libraries; by default those here.
    """
    identity = json.dumps([FORMAT, digest, seed, replication, dict(made_by or versions())], sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it is stored.

    Attributes
    ----------
    key, digest, seed, replication
        What it is known by (`key_of`).
    names, numbers
        Quantities measured, and for each its n and its value, one after the other.
    cost
        As `sim.runs.replication.run_replication` tells it: cpu_seconds, wall_seconds, applications and so on.
    error
        Why it has no numbers; empty for a run that went well.
    finished
        Unix time, seconds.
    worker
        Machine and process.
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

    @property
    def values(self) -> Values:
        """Name to (n, value)."""
        pairs = iter(self.numbers)
        return dict(zip(self.names, zip(pairs, pairs, strict=True), strict=True))

    def row(self) -> dict[str, Any]:
        """Write it as a row of JSON."""
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
        }


_KNOWN_NAMES: dict[tuple[str, ...], tuple[str, ...]] = {}


def run_of(row: dict[str, Any]) -> Run:
    """Read a run from a row; the names of many runs are held once."""
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
    )


def finished_run(
    key: str, digest: str, seed: int, replication: int, values: Values | None, cost: dict[str, Any], error: str = ""
) -> Run:
    """Make the row of a run that has just ended here."""
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
    )


def joined(old: Run | None, new: Run) -> Run:
    """Put together two rows of one run: a success stands over a failure, and measured quantities add up."""
    if old is None or (old.error and not new.error):
        return new
    if new.error:
        # Of two failures the later one is the one to tell.
        return new if old.error and new.finished > old.finished else old
    if set(new.names) <= set(old.names):
        return old
    if set(old.names) <= set(new.names):
        return new
    values = {**old.values, **new.values}
    numbers = [number for pair in values.values() for number in pair]
    return run_of({**new.row(), "names": list(values), "numbers": numbers})


class Store:
    """A store of runs, opened.

    Parameters
    ----------
    folder : path
        Made when it is not there.
    readonly : bool
        Look only: nothing is made, packed or reserved.

    Attributes
    ----------
    remarks : list of str
        What was found damaged, a sentence each; such runs run again.

    Raises
    ------
    StoreError
        When the folder cannot be used or was made by another format.
    """

    def __init__(self, folder: str | Path, *, readonly: bool = False) -> None:
        self.folder = Path(folder).absolute()
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
        # What failed before this store was opened is tried again; what fails from now on has failed.
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
        except (ValueError, KeyError, TypeError):
            raise StoreError(f'{mark}: is not the mark of a store; expected {{"format": {FORMAT}}}') from None
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
        """Give up this process's own segment; the store may be used again after that."""
        leave_segment(self.folder / "segments")

    def __len__(self) -> int:
        return len(self._runs)

    def runs(self) -> Iterable[Run]:
        """Every run known, failed ones too, in no order."""
        return self._runs.values()

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise StoreError(f"{problem.filename or self.folder}: {problem.strerror or problem}") from None

    def refresh(self) -> None:
        """Read what has been added since the last look, by whomever."""
        with self._one_line():
            self._refresh()

    def _refresh(self) -> None:
        while True:
            packed = packing.packed_files(self.folder)
            self._read_segments()
            # Somebody may have packed a segment away between the two looks.
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
        try:
            found = [entry.name for entry in os.scandir(self.folder / "segments") if entry.name.endswith(SUFFIX)]
        except FileNotFoundError:
            found = []
        for gone in self._segments.keys() - set(found):
            del self._segments[gone]
        for name in sorted(found):
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
            self.remarks.append(f"{self.folder}: a row that this version cannot read was passed over")
            return
        old = self._runs.get(run.key)
        self._runs[run.key] = both = joined(old, run)
        if both is not old:
            self._failed_before.discard(run.key)

    def get(self, key: str, names: Sequence[str] = ()) -> Run | None:
        """Find a run that is finished and answers these names; None when it has to run (again).

        A run that failed is None if it failed before this store was opened, so that it is tried again once.
        """
        run = self._runs.get(key)
        if run is None:
            return None
        if run.error:
            return None if key in self._failed_before else run
        return run if set(names) <= set(run.names) else None

    def find(self, key: str) -> Run | None:
        """Find what is known of a run, failed or measured with other names."""
        return self._runs.get(key)

    def reserve(self, key: str) -> bool:
        """Take a run for this experiment, unless another has it; call `refresh` before carrying it out."""
        return reservations(self.folder / "reserved").take(key)

    def release(self, key: str) -> None:
        """Give a run back that was reserved."""
        reservations(self.folder / "reserved").give_back(key)

    def add(self, run: Run) -> None:
        """Write a run so that it stays.

        Raises
        ------
        StoreError
            When it cannot be written.
        """
        add_run(self.folder, run)
        self.refresh()


def add_run(folder: Path, run: Run) -> None:
    """Write a run into the segment of this process: all that a worker does with a store.

    Raises
    ------
    StoreError
        When it cannot be written.
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
