"""Packing the segments of ended processes into few Parquet files, and reading these.

Only the process that holds the lock of the file `packing` packs, and only segments whose lock is free. A packed file is
written beside its place, made durable and renamed; only then are the files that it replaces removed. A reader therefore
finds every row at least once; the store counts each run once.

A packed file is named after the digest (SHA-256) of its content, so that any damage is noticed. Every row has a
checksum of its own, by which the whole rows of a damaged file are known. Files of a former version have neither; they
are read, and written anew when the store is next opened.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import lock, write_whole
from sim.store.segments import NAME as SEGMENT
from sim.store.segments import Reading, segment_files

if TYPE_CHECKING:
    import pyarrow as pa

_HEX = 64  # digits of the SHA-256 in a file's name; a former version gave it 32 digits made by chance
_NAME = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{64})\.parquet")
_PART = re.compile(rf"\.(?:{_NAME.pattern})\.[0-9a-f]{{12}}")

ROWS = 50_000  # rows of a packed file, some ten megabytes

GROUP = 2_000  # rows that are lost together where a packed file is damaged

LOOSE = 16  # packed files below the full size, from which on they are packed together


def damage(path: Path, count: int) -> str:
    """Write the remark about damaged rows of a file."""
    return f"{path.parent.name}/{path.name}: {count} record{'s' if count != 1 else ''} damaged, to be run again"


def packed_files(folder: Path) -> list[Path]:
    """List the packed files of a store, in a fixed order."""
    return sorted(path for path in (folder / "packed").glob("*.parquet") if _NAME.fullmatch(path.name))


def read(path: Path, remarks: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a packed file; if it is damaged, those that are whole, with a remark about the others."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return  # packed again meanwhile, and found under its new name
    if path.stem == hashlib.sha256(content).hexdigest():
        yield from _all_rows(content)
        return
    rows: list[dict[str, Any]] = []
    try:
        damaged = _whole_rows(content, rows, checked=not _former(path))
    except Exception as problem:  # a damaged file can raise anything
        remarks.append(f"packed/{path.name}: damaged as a whole ({_first(problem)}), its runs are to be run again")
    else:
        if damaged:
            remarks.append(damage(path, damaged))
        elif not _former(path):
            remarks.append(f"packed/{path.name}: damaged, but every record could be read")
    yield from rows


def _former(path: Path) -> bool:
    """Return whether a former version wrote a packed file, whose name and rows have no checksum."""
    return len(path.stem) != _HEX


def _all_rows(content: bytes) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(pa.BufferReader(content)) as file:
        for group in range(file.num_row_groups):
            yield from (_unpacked(row) for row in file.read_row_group(group).to_pylist())


def _whole_rows(content: bytes, rows: list[dict[str, Any]], *, checked: bool) -> int:
    """Append the whole rows of a file that may be damaged; returns the number of damaged ones."""
    import pyarrow as pa
    from pyarrow import parquet

    damaged = 0
    with parquet.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
        for group in range(file.num_row_groups):
            try:
                found = file.read_row_group(group).to_pylist()
            except Exception:  # a damaged page can raise anything
                count = file.metadata.row_group(group).num_rows
                damaged += count if 0 < count <= GROUP else GROUP
                continue
            for row in found:
                if checked and not _is_whole(row):
                    damaged += 1
                else:
                    rows.append(_unpacked(row))
    return damaged


def _first(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]


def _unpacked(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "cost": json.loads(row["cost"])}


def _packed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as it stands in a packed file, with its checksum."""
    packed = {name: row.get(name) for name in _schema().names} | {"cost": json.dumps(row["cost"])}
    return packed | {"checksum": _checksum(packed)}


def _checksum(packed: dict[str, Any]) -> int:
    """CRC-32 of a row as it stands in a packed file."""
    content = {name: packed[name] for name in _schema().names if name != "checksum"}
    return zlib.crc32(json.dumps(content, separators=(",", ":")).encode())


def _is_whole(packed: dict[str, Any]) -> bool:
    try:
        return bool(packed["checksum"] == _checksum(packed))
    except (KeyError, TypeError, ValueError):
        return False


@cache
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
            ("program", pa.string()),
            ("checksum", pa.int64()),
        ]
    )


def pack(folder: Path, remarks: list[str]) -> None:
    """Pack segments that will not grow any more, and packed files that have become many."""
    with _alone(folder) as mine:
        if mine:
            for part in (folder / "packed").glob(".*"):
                if _PART.fullmatch(part.name) and not part.is_symlink():
                    part.unlink()  # left by a process that was killed while packing
            _pack_segments(folder, remarks)
            _pack_together(folder, remarks)


def keep_aside(folder: Path, file: Path) -> None:
    """Move a damaged file to the folder `damaged`, beside those that lie there."""
    (folder / "damaged").mkdir(exist_ok=True)
    place = folder / "damaged" / file.name
    if place.exists():
        place = place.with_name(f"{file.name}.{uuid.uuid4().hex[:12]}")
    file.replace(place)


def kept_aside(folder: Path) -> list[Path]:
    """List the damaged files that `keep_aside` moved away; files of others in that folder are not among them."""
    place = folder / "damaged"
    if place.is_symlink() or not place.is_dir():
        return []
    names = re.compile(rf"(?:{_NAME.pattern}|{SEGMENT.pattern}|store\.json)(?:\.[0-9a-f]{{12}})?")
    return sorted(path for path in place.iterdir() if names.fullmatch(path.name) and not path.is_symlink())


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
        for path in segment_files(folder / "segments"):
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
    from pyarrow import parquet

    small, former = [], 0
    for path in packed_files(folder):
        try:
            if _former(path) or parquet.read_metadata(path).num_rows < ROWS:
                small.append(path)
                former += _former(path)
        except Exception:  # noqa: S112  (a damaged file can raise anything; reading it makes the remark)
            continue
    if len(small) < LOOSE and not former:
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
    path = _write(folder, rows) if rows else None
    for file, damaged in files.items():
        if damaged:
            keep_aside(folder, file)
        elif file != path:
            file.unlink(missing_ok=True)
    return path


def _write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    """Write a packed file, named after the digest of its content."""
    import pyarrow as pa
    from pyarrow import parquet

    # The same rows written again, instead of a damaged file of the same content, must get another name.
    schema = _schema().with_metadata({"file": uuid.uuid4().hex})
    table = pa.Table.from_pylist([_packed(row) for row in rows], schema=schema)
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd", row_group_size=GROUP, write_page_checksum=True)
    content = sink.getvalue()
    path = folder / "packed" / f"{hashlib.sha256(content).hexdigest()}.parquet"
    write_whole(path, content)
    return path
