"""The folder of a run: its files, and which of them can be used again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import put_in_place
from sim.own_files.listing import digest_of
from sim.own_files.own_files import OwnFiles, own_files
from sim.records.tables import TABLES
from sim.runs.manifest import identity_of
from sim.scenario.scenario import Scenario, ScenarioError, load_scenario

if TYPE_CHECKING:
    import pyarrow as pa

IDENTITY, MANIFEST, SCENARIO = "identity.json", "manifest.json", "scenario.yaml"

EARLIER = "earlier"
"""Folder for a finished run of another scenario or seed, until the run that replaces it has finished, too."""

_OF_A_REPLICATION = re.compile(rf"(?:{'|'.join(TABLES)}|done)/(\d+)\.(?:parquet|json)")


def table_name(table: str, replication: int) -> str:
    """Name of a table's file in a run folder."""
    return f"{table}/{replication:06d}.parquet"


def mark_name(replication: int) -> str:
    """Name of the file whose presence says that a replication is finished."""
    return f"done/{replication:06d}.json"


def files_of(replication: int) -> list[str]:
    """Names of all files of one replication."""
    return [*(table_name(table, replication) for table in TABLES), mark_name(replication)]


def digests_of(folder: Path, replication: int) -> dict[str, str]:
    """SHA-256 (hexadecimal) of the table files of one replication, by table."""
    return {name: digest_of(folder / table_name(name, replication)) for name in TABLES}


def write_parquet(path: Path, batches: Iterable[pa.RecordBatch]) -> None:
    """Write one or more batches of the same schema to a Parquet file, whole or not at all."""
    with put_in_place(path) as part:
        write_batches(part, batches)


def write_batches(part: Path, batches: Iterable[pa.RecordBatch]) -> None:
    """Write one or more batches of the same schema to a Parquet file that nobody reads yet."""
    import pyarrow as pa
    from pyarrow import parquet

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


def former_files(folder: Path) -> Iterator[str]:
    """Names of the files that a version without a list of files certainly wrote into a run folder."""
    identity = _read(folder / IDENTITY)
    if not identity.keys() >= {"scenario", "digest", "seed", "versions"}:
        return
    yield IDENTITY
    for mark in sorted((folder / "done").glob("*.json")):
        replication = int(mark.stem) if mark.stem.isdecimal() else -1
        if replication >= 0 and mark.name == Path(mark_name(replication)).name and _summary(folder, replication):
            yield from files_of(replication)
    manifest = _read(folder / MANIFEST)
    if manifest and all(manifest.get(key) == identity[key] for key in ("digest", "seed", "versions")):
        yield MANIFEST
        try:
            written = load_scenario(str(folder / SCENARIO))
            if (folder / SCENARIO).read_text(encoding="utf-8") == written.to_yaml():
                yield SCENARIO
        except (OSError, ScenarioError):
            return


def _read(path: Path) -> dict[str, Any]:
    """Read a JSON object; empty if there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _summary(folder: Path, replication: int) -> dict[str, Any]:
    """Return the summary of a finished replication; empty if it is not finished, or its files are not as written."""
    summary = _read(folder / mark_name(replication))
    wanted = {"applications", "openings", "cpu_seconds", "loop_cpu_seconds"}
    try:
        whole = summary.keys() >= wanted and summary["replication"] == replication
        return summary if whole and summary["sha256"] == digests_of(folder, replication) else {}
    except (OSError, KeyError):
        return {}


def claim_replication(own: OwnFiles, scenario: Scenario, seed: int, replication: int) -> None:
    """Put the files of one replication on the list of a folder, which `simulate` will find to be of this scenario."""
    identity = identity_of(scenario, seed)
    if not belongs(own.folder, identity):
        own.put(IDENTITY, json.dumps(identity).encode())
    own.claim(files_of(replication), move=own.adopted, by_worker=True)


def record_replication(own: OwnFiles, replication: int, summary: dict[str, Any]) -> None:
    """Put on the list what was written of a finished replication: a file changed after it is then the user's."""
    digests = {table_name(table, replication): digest for table, digest in summary["sha256"].items()}
    own.record({**digests, mark_name(replication): digest_of(own.folder / mark_name(replication))})


def clear_others(own: OwnFiles, identity: dict[str, Any]) -> None:
    """Remove a run of another identity."""
    if not belongs(own.folder, identity):
        own.remove([name for name in own.names() if _of_a_run(name)], aside=True)


def belongs(folder: Path, identity: dict[str, Any]) -> bool:
    """Return whether a folder holds replications of this identity."""
    return _read(folder / IDENTITY) == identity


def prepare_folder(own: OwnFiles, identity: dict[str, Any], count: int) -> dict[int, dict[str, Any]]:
    """Prepare a folder for a run; returns the summaries of the replications that are there already.

    Parameters
    ----------
    own : OwnFiles
        The folder.
    identity : dict
        As `identity_of` makes it. A finished run of any other is moved to `EARLIER`.
    count : int
        Number of replications of the run.

    Raises
    ------
    ScenarioError
        If a file is in the way that the program did not write.
    """
    if not belongs(own.folder, identity):
        _make_room(own, identity)
    done = {}
    for replication in range(count):
        listed = all(name in own for name in files_of(replication))
        summary = _summary(own.folder, replication) if listed else {}
        if summary:
            done[replication] = summary
            record_replication(own, replication, summary)
    todo = [replication for replication in range(count) if replication not in done]
    if any(replication < _read(own.folder / MANIFEST).get("replications", 0) for replication in todo):
        own.remove([MANIFEST])
    own.claim([IDENTITY, MANIFEST, SCENARIO], move=own.adopted)
    own.claim([name for replication in todo for name in files_of(replication)], move=own.adopted, by_worker=True)
    for replication in todo:
        _clear(own, replication)
    if not belongs(own.folder, identity):
        own.put(IDENTITY, json.dumps(identity).encode())
    return done


def _clear(own: OwnFiles, replication: int) -> None:
    """Make room for a replication that is not finished; tables that were changed since it was are set aside."""
    written = _read(own.folder / mark_name(replication)).get("sha256", {})
    for table in TABLES:
        name = table_name(table, replication)
        path = own.folder / name
        if table in written and path.is_file() and digest_of(path) != written[table]:
            own.set_aside(name)
            own.claim([name], by_worker=True)
    if (own.folder / mark_name(replication)).is_file():
        own.remove([mark_name(replication)])
        own.claim([mark_name(replication)], by_worker=True)


def _of_a_run(name: str) -> bool:
    return name in (IDENTITY, MANIFEST, SCENARIO) or _OF_A_REPLICATION.fullmatch(name) is not None


def _make_room(own: OwnFiles, identity: dict[str, Any]) -> None:
    """Move the run of another identity out of the way; of two, a finished one is kept until the new run is finished."""
    earlier = [name for name in own.names() if name.startswith(f"{EARLIER}/")]
    of_a_run = [name for name in own.names() if _of_a_run(name)]
    if belongs(own.folder / EARLIER, identity):
        own.remove(of_a_run, aside=True)
        own.move({name: name.removeprefix(f"{EARLIER}/") for name in earlier})
    elif (own.folder / MANIFEST).is_file() or not (own.folder / EARLIER / MANIFEST).is_file():
        own.remove(earlier)
        own.move({name: f"{EARLIER}/{name}" for name in of_a_run})
    else:
        own.remove(of_a_run, aside=True)


def remove_run(folder: Path) -> None:
    """Remove the run in a folder, and the folder if nothing else is in it."""
    with own_files(folder, former=former_files) as own:
        own.remove([name for name in own.names() if _of_a_run(name) or name.startswith(f"{EARLIER}/")])


def finish_folder(own: OwnFiles, scenario: Scenario, manifest: dict[str, Any]) -> None:
    """Write scenario and manifest of a finished run, and remove what is left of others."""
    own.put(SCENARIO, scenario.to_yaml().encode())
    own.put(MANIFEST, f"{json.dumps(manifest, indent=2)}\n".encode())
    remove_others(own, manifest["replications"])


def remove_others(own: OwnFiles, count: int) -> None:
    """Remove replications from this number on, and the earlier run."""

    def other(name: str) -> bool:
        match = _OF_A_REPLICATION.fullmatch(name)
        return name.startswith(f"{EARLIER}/") or (match is not None and int(match[1]) >= count)

    own.remove([name for name in own.names() if other(name)], aside=True)
