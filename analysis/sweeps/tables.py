"""The tables of a sweep, made from its design and its store: the same runs give the same bytes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from analysis.presentation.csv_text import csv_text
from analysis.quantities.catalogue import quantity
from analysis.quantities.over_replications import over_replications
from sim.errors import ScenarioError
from sim.experiments.rounds import Finished
from sim.own_files.own_files import OwnFiles
from sim.scenario.parameter_spec import written
from sim.scenario.scenario import load_scenario
from sim.store.store import Run, Store, key_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.experiments.sweep import Sweep

GROUP = 500_000  # rows per row group; fixed, so that the bytes do not depend on the order in which rows arrive
FAILED = "failed"
"""Folder for the scenarios of failed points that no name stands for."""


def write_design(sweep: Sweep, own: OwnFiles) -> None:
    """Write ``design.parquet``: point, the values varied, and the digest of the point's scenario."""
    import pandas as pd

    frame = design_table(sweep)
    frame["digest"] = pd.Series([sweep.scenario(point).digest for point in sweep.points], dtype="str")
    _write_frame(own, "design.parquet", frame)


def design_table(sweep: Sweep) -> pd.DataFrame:
    """Return the design: one row per point, ``point`` and one column per value varied, by dotted path."""
    import pandas as pd

    return pd.DataFrame(sweep.point_table())


def write_tables(
    sweep: Sweep,
    names: Sequence[str],
    own: OwnFiles,
    store: Store,
    replications: Mapping[int, int],
    failed: Sequence[Finished[Any]],
    level: float,
) -> None:
    """Write ``runs``, ``rates`` and ``failures`` from what the store holds.

    Parameters
    ----------
    sweep : Sweep
        The design.
    names : sequence of str
        Quantities measured.
    own : OwnFiles
        The folder of the sweep.
    store : Store
        Where the runs are.
    replications : mapping
        Point to the number of its replications that belong to the sweep; the store may hold more.
    failed : sequence of Finished
        Runs that failed.
    level : float
        Confidence of the intervals.
    """
    ordered = sorted(names)
    rates: list[dict[str, Any]] = []
    with _parquet(own, "runs.parquet", _runs_schema()) as writer:
        waiting: list[tuple[int, Run]] = []
        for point in sorted(sweep.points, key=lambda point: point.number):
            runs = list(_runs(sweep, store, ordered, sweep.scenario(point).digest, replications[point.number]))
            waiting.extend((point.number, run) for run in runs)
            if len(waiting) * len(ordered) >= GROUP:
                writer.write_table(_rows(waiting, ordered), row_group_size=GROUP)
                waiting = []
            values = [run.values for run in runs]
            for name in ordered:
                pairs = [measured[name] for measured in values]
                summed = over_replications(name, [n for n, _ in pairs], [value for _, value in pairs], level)
                rates.append({"point": point.number, "name": name, "unit": quantity(name).unit, **summed})
        writer.write_table(_rows(waiting, ordered), row_group_size=GROUP)
    _write_rates(sweep, own, rates)
    _write_failures(sweep, own, failed)


def _runs(sweep: Sweep, store: Store, names: Sequence[str], digest: str, count: int) -> Iterator[Run]:
    for replication in range(count):
        run = store.find(key_of(digest, sweep.seed, replication))
        if run is not None and not run.error and set(names) <= set(run.names):
            yield run


def _runs_schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("point", pa.int64()),
            ("replication", pa.int64()),
            ("seed", pa.int64()),
            ("name", pa.string()),
            ("n", pa.float64()),
            ("value", pa.float64()),
        ]
    )


def _rows(runs: Sequence[tuple[int, Run]], names: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    pairs = [run.values[name] for _, run in runs for name in names]
    each = len(names)
    return pa.Table.from_pydict(
        {
            "point": [point for point, _ in runs for _ in range(each)],
            "replication": [run.replication for _, run in runs for _ in range(each)],
            "seed": [run.seed for _, run in runs for _ in range(each)],
            "name": list(names) * len(runs),
            "n": [n for n, _ in pairs],
            "value": [value for _, value in pairs],
        },
        schema=_runs_schema(),
    )


def _write_rates(sweep: Sweep, own: OwnFiles, rates: list[dict[str, Any]]) -> None:
    import pandas as pd

    design = design_table(sweep)
    frame = design.merge(pd.DataFrame(rates), on="point", how="inner").sort_values(
        ["point", "name"], kind="stable", ignore_index=True
    )
    _write_frame(own, "rates.parquet", frame)
    own.put("rates.csv", csv_text(frame).encode())


def _write_failures(sweep: Sweep, own: OwnFiles, failed: Sequence[Finished[Any]]) -> None:
    import pandas as pd

    rows = [
        {
            "point": run.task.point,
            "replication": run.task.replication,
            "seed": run.task.seed,
            "error": run.error,
            "command": rerun_command(sweep, own, run),
        }
        for run in sorted(failed, key=lambda run: (run.task.point, run.task.replication))
    ]
    types = {"point": "int64", "replication": "int64", "seed": "int64", "error": "str", "command": "str"}
    frame = pd.DataFrame(rows, columns=list(types)).astype(types)
    _write_frame(own, "failures.parquet", design_table(sweep).merge(frame, on="point", how="inner"))
    failing = {_failed_file(run.task.point) for run in failed}
    own.remove([name for name in own.names() if name.startswith(f"{FAILED}/") and name not in failing])


def rerun_command(sweep: Sweep, own: OwnFiles, failed: Finished[Any]) -> str:
    """Return the command that repeats a failed run by itself.

    If the scenario is a shipped one with the varied values set, the command names it; otherwise the scenario is
    written to a file beside the tables.
    """
    task = failed.task
    (point,) = [point for point in sweep.points if point.number == task.point]
    sets = {path: written(value, "") for path, value in point.values.items()}
    try:
        same = load_scenario(sweep.base.name, sets).digest == task.scenario.digest
    except ScenarioError:
        same = False
    if same:
        words = [sweep.base.name, *(word for path, text in sets.items() for word in ("--set", f"{path}={text}"))]
    else:
        name = _failed_file(task.point)
        own.put(name, task.scenario.to_yaml().encode())
        words = [str(own.folder / name)]
    return shlex.join(
        ["referralsim", "run", *words, "--seed", str(task.seed), "--replications", str(task.replication + 1)]
    )


def _failed_file(point: int) -> str:
    return f"{FAILED}/point-{point:06d}.yaml"


@contextmanager
def _parquet(own: OwnFiles, name: str, schema: pa.Schema) -> Iterator[Any]:
    """Write a Parquet file aside, and move it into place once it is complete."""
    from pyarrow import parquet

    with own.writing(name) as part, parquet.ParquetWriter(part, schema, compression="zstd") as writer:
        yield writer


def _write_frame(own: OwnFiles, name: str, frame: pd.DataFrame) -> None:
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    with _parquet(own, name, table.schema) as writer:
        writer.write_table(table, row_group_size=GROUP)
