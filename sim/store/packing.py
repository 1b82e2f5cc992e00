"""Packing the segments of ended processes into few Parquet files, and reading these.

Only the process that holds the lock of the file `packing` packs, and only segments whose lock is free. A packed file is
written beside its place, made durable and renamed; only then are the files that it replaces removed. A reader therefore
finds every row at least once; the store counts each run once.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import put_in_place
from sim.store.locks import lock
from sim.store.segments import SUFFIX, Reading

if TYPE_CHECKING:
    import pyarrow as pa


ROWS = 50_000  # rows of a packed file, some ten megabytes

GROUP = 2_000  # rows that are lost together where a packed file is damaged

LOOSE = 16  # packed files below the full size, from which on they are packed together


def damage(path: Path, count: int) -> str:
    """Write the remark about damaged rows of a file."""
    return f"{path.parent.name}/{path.name}: {count} record{'s' if count != 1 else ''} damaged, to be run again"


def packed_files(folder: Path) -> list[Path]:
    """List the packed files of a store, in a fixed order."""
    return sorted((folder / "packed").glob("[!.]*.parquet"))


def read(path: Path, remarks: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a packed file; damaged groups are skipped, with a remark."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path, page_checksum_verification=True)
    except FileNotFoundError:
        return  # packed again meanwhile, and found under its new name
    except (OSError, pa.ArrowException) as problem:
        remarks.append(f"packed/{path.name}: damaged as a whole ({_first(problem)}), its runs are to be run again")
        return
    damaged = 0
    with file:
        for group in range(file.num_row_groups):
            try:
                rows = file.read_row_group(group).to_pylist()
            except (OSError, pa.ArrowException, UnicodeDecodeError):
                damaged += file.metadata.row_group(group).num_rows
                continue
            yield from (_unpacked(row) for row in rows)
    if damaged:
        remarks.append(damage(path, damaged))


def _first(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]


def _unpacked(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "cost": json.loads(row["cost"])}


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("key", pa.string()),
            ("digest", pa.string()),
            ("seed", pa.int64()),
            ("replication", pa.int64()),
            ("names", pa.list_(pa.string())),
            ("numbers", pa.list_(pa.float64())),
            ("cost", pa.string()),
            ("error", pa.string()),
            ("finished", pa.float64()),
            ("worker", pa.string()),
        ]
    )


def pack(folder: Path, remarks: list[str]) -> None:
    """Pack segments that will not grow any more, and packed files that have become many."""
    with _alone(folder) as mine:
        if mine:
            for part in (folder / "packed").glob(".*"):
                part.unlink()  # left by a process that was killed while packing
            _pack_segments(folder, remarks)
            _pack_together(folder, remarks)


def mend(folder: Path, path: Path) -> Path | None:
    """Write the readable rows of a damaged packed file to a new file; returns its path, or None."""
    with _alone(folder) as mine:
        if not mine or not path.exists():
            return None
        return _replace(folder, list(read(path, [])), {path: True})


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Lock packing; yields whether this process may pack: not while another does, nor where there are no locks."""
    handle = os.open(folder / "packing", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield lock(handle) is True
    finally:
        os.close(handle)


def _pack_segments(folder: Path, remarks: list[str]) -> None:
    rows: list[dict[str, Any]] = []
    done: dict[Path, bool] = {}
    held: list[int] = []
    try:
        for path in sorted((folder / "segments").glob("*" + SUFFIX)):
            try:
                handle = os.open(path, os.O_RDWR)
            except FileNotFoundError:
                continue
            held.append(handle)
            if lock(handle) is not True or not os.fstat(handle).st_nlink:
                continue
            reading = Reading(path)
            rows.extend(reading.rows())
            if reading.damaged:
                remarks.append(damage(path, reading.damaged))
            done[path] = reading.damaged > 0
            if len(rows) >= ROWS:
                _replace(folder, rows, done)
                rows, done = [], {}
        _replace(folder, rows, done)
    finally:
        for handle in held:
            os.close(handle)


def _pack_together(folder: Path, remarks: list[str]) -> None:
    from pyarrow import ArrowException, parquet

    small = []
    for path in packed_files(folder):
        try:
            if parquet.read_metadata(path).num_rows < ROWS:
                small.append(path)
        except (OSError, ArrowException):
            continue  # reading it makes the remark
    if len(small) < LOOSE:
        return
    rows: list[dict[str, Any]] = []
    done: dict[Path, bool] = {}
    for path in small:
        before = len(remarks)
        rows.extend(read(path, remarks))
        done[path] = len(remarks) > before
        if len(rows) >= ROWS:
            _replace(folder, rows, done)
            rows, done = [], {}
    _replace(folder, rows, done)


def _replace(folder: Path, rows: list[dict[str, Any]], files: dict[Path, bool]) -> Path | None:
    """Write rows to a packed file, then remove the files they come from; damaged ones go to the folder `damaged`."""
    path = folder / "packed" / f"{uuid.uuid4().hex}.parquet" if rows else None
    if path is not None:
        _write(path, rows)
    for file, damaged in files.items():
        if damaged:
            (folder / "damaged").mkdir(exist_ok=True)
            file.replace(folder / "damaged" / file.name)
        else:
            file.unlink(missing_ok=True)
    return path


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pylist([{**row, "cost": json.dumps(row["cost"])} for row in rows], schema=_schema())
    with put_in_place(path, durable=True) as part:
        parquet.write_table(table, part, compression="zstd", row_group_size=GROUP, write_page_checksum=True)
