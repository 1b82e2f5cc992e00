"""The folder of a run: its Parquet files, and which of them can be used again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import put_in_place, write_whole
from sim.records.tables import TABLES
from sim.runs.manifest import identity_of
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa


def digests_of(folder: Path, replication: int) -> dict[str, str]:
    """SHA-256 (hexadecimal) of the table files of one replication, by table."""
    digests = {}
    for name in TABLES:
        with (folder / name / f"{replication:06d}.parquet").open("rb") as file:
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def write_parquet(path: Path, batches: Iterable[pa.RecordBatch]) -> None:
    """Write one or more batches of the same schema to a Parquet file, whole or not at all."""
    import pyarrow as pa
    from pyarrow import parquet

    with put_in_place(path) as part:
        rest = iter(batches)
        first = next(rest)
        category = [f.name for f in first.schema if pa.types.is_dictionary(f.type)]
        whole = [f.name for f in first.schema if pa.types.is_integer(f.type) and f.type.bit_width > 8]
        with parquet.ParquetWriter(
            part,
            first.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=category,
            column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
            write_statistics=False,
        ) as writer:
            for batch in chain([first], rest):
                writer.write_batch(batch)


def no_rows(schema: pa.Schema) -> pa.RecordBatch:
    """An empty batch of this schema."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([], type=column.type) for column in schema], schema=schema)


def finished_mark(folder: Path, replication: int) -> Path:
    """The file whose presence says that a replication is finished."""
    return folder / "done" / f"{replication:06d}.json"


def mark_as_of(folder: Path, scenario: Scenario, seed: int) -> None:
    """Mark a folder as holding replications of this scenario and seed, so that `simulate` uses them again."""
    if not belongs(folder, scenario, seed):
        write_whole(folder / "identity.json", json.dumps(identity_of(scenario, seed)).encode())


def belongs(folder: Path, scenario: Scenario, seed: int) -> bool:
    """Tell whether a folder holds replications of this scenario and seed, made by these versions."""
    try:
        found = json.loads((folder / "identity.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(found == identity_of(scenario, seed))


def prepare_folder(folder: Path, identity: dict[str, Any], count: int) -> dict[int, dict[str, Any]]:
    """Prepare a folder for a run: remove what cannot be used; returns the summaries of finished replications.

    Parameters
    ----------
    folder : Path
    identity : dict
        As `identity_of` makes it; replications of any other are removed.
    count : int
        Replications to keep; those with this number or above are removed.
    """
    mark = folder / "identity.json"
    (folder / "manifest.json").unlink(missing_ok=True)
    try:
        same = json.loads(mark.read_text(encoding="utf-8")) == identity
    except (OSError, ValueError):
        same = False
    if not same:
        for name in (*TABLES, "done"):
            shutil.rmtree(folder / name, ignore_errors=True)
        write_whole(mark, json.dumps(identity).encode())
        return {}
    done = {}
    for replication in range(count):
        try:
            summary = json.loads(finished_mark(folder, replication).read_text(encoding="utf-8"))
            whole = summary.keys() >= {"applications", "openings", "cpu_seconds", "loop_cpu_seconds"}
            if whole and summary["replication"] == replication and summary["sha256"] == digests_of(folder, replication):
                done[replication] = summary
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not finished, or damaged: run it again
    for file in (*folder.glob("*/*.parquet"), *folder.glob("done/*.json")):
        if not (file.stem.isdecimal() and int(file.stem) in done):
            file.unlink()
    for name in (*TABLES, "done"):
        for part in (folder / name).glob(".*"):
            part.unlink()  # left by a process that was killed
    return done
