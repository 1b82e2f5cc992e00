"""From a scenario to tables: one replication, many replications, and the folder they are kept in."""

from __future__ import annotations

import gc
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import careers, employers, records, recruiters, referrals, seekers
from sim.executors import deaf_to_interrupts, local_pool
from sim.market import Market, Process
from sim.packing import write_whole
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TABLES = ("applications", "openings", "persons", "spells", "pathway", "jobs", "ties", "displaced", "exposure")
Progress = Callable[[int, int], None]


def days(market: Market) -> Process:
    """Every day: news and plans, then hand-overs, then what the employers' desks do; every week what it leaves."""
    while True:
        yield market.env.timeout(1.0)
        market.refresh_roster()
        records.note_ties_of_seekers(market)
        referrals.tell_insiders(market)
        recruiters.source(market)
        seekers.plan_week(market)
        referrals.hand_over(market)
        recruiters.bring_in(market)
        market.desk.work()
        if market.env.now % 7 == 0:
            careers.settle_in(market)


def take_apart(market: Market) -> None:
    """Set the memory of a market free that is not needed any more.

    Market, clock and processes hold one another, and would stay until Python looks for such circles: a process that
    simulates for hours would grow by some MiB a replication.
    """
    vars(market).clear()


def build(scenario: Scenario, seed: int, replication: int) -> Market:
    """A market on day 0 with its processes under way."""
    market = Market(scenario, Streams(seed, replication))
    market.env.process(employers.growth(market))
    if scenario.mechanisms.turnover:
        market.env.process(careers.turnover(market))
    market.env.process(careers.closure(market))
    market.env.process(careers.begin_searches(market))
    market.env.process(days(market))
    return market


def run_market(market: Market) -> float:
    """Let the clock run to the horizon; returns the CPU seconds it took."""
    start = time.process_time()
    # What was there before the run stays; to look through it again and again for garbage would take a twentieth of it.
    gc.freeze()
    # SimPy stops before what lies exactly at the end; the last day belongs to the run.
    try:
        market.env.run(until=market.horizon + 1e-6)
    finally:
        gc.unfreeze()
    return time.process_time() - start


def _summary(market: Market, replication: int, loop_cpu: float, began: tuple[float, float]) -> dict[str, Any]:
    return {
        "replication": replication,
        "applications": len(market.applications),
        "openings": len(market.openings),
        "people": len(market.people),
        "ties": len(market.ties),
        "loop_cpu_seconds": loop_cpu,
        "cpu_seconds": time.process_time() - began[0],
        "wall_seconds": time.perf_counter() - began[1],
    }


def run_replication(scenario: Scenario, seed: int, replication: int) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """One replication in memory: its tables and a summary of its cost."""
    import pyarrow as pa

    began = time.process_time(), time.perf_counter()
    market = build(scenario, seed, replication)
    loop_cpu = run_market(market)
    tables = {name: pa.Table.from_batches(list(batches)) for name, batches in _batches(market, replication)}
    summary = _summary(market, replication, loop_cpu, began)
    take_apart(market)
    return tables, summary


def _batches(market: Market, replication: int) -> Iterator[tuple[str, Iterable[pa.RecordBatch]]]:
    yield "applications", records.applications(market, replication)
    for name in TABLES[1:]:
        yield name, [getattr(records, name)(market, replication)]


def write_replication(scenario: Scenario, seed: int, replication: int, folder: Path) -> dict[str, Any]:
    """One replication on disk: its tables, then a summary whose presence says that it is complete."""
    began = time.process_time(), time.perf_counter()
    market = build(scenario, seed, replication)
    loop_cpu = run_market(market)
    for name, batches in _batches(market, replication):
        _write_parquet(folder / name / f"{replication:06d}.parquet", batches)
    summary = _summary(market, replication, loop_cpu, began)
    take_apart(market)
    summary["sha256"] = _digests(folder, replication)
    write_whole(_done(folder, replication), json.dumps(summary).encode())
    return summary


def read_replication(folder: Path, replication: int) -> dict[str, pa.Table]:
    """Read the tables that `write_replication` has written."""
    from pyarrow import parquet

    return {name: parquet.read_table(folder / name / f"{replication:06d}.parquet") for name in TABLES}


def _digests(folder: Path, replication: int) -> dict[str, str]:
    digests = {}
    for name in TABLES:
        with (folder / name / f"{replication:06d}.parquet").open("rb") as file:
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def _write_parquet(path: Path, batches: Iterable[pa.RecordBatch]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".part{os.getpid()}")
    writer = None
    try:
        for batch in batches:
            if writer is None:
                category = [f.name for f in batch.schema if pa.types.is_dictionary(f.type)]
                whole = [f.name for f in batch.schema if pa.types.is_integer(f.type) and f.type.bit_width > 8]
                writer = parquet.ParquetWriter(
                    part,
                    batch.schema,
                    compression="zstd",
                    compression_level=1,
                    use_dictionary=category,
                    column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
                    write_statistics=False,
                )
            writer.write_batch(batch)
        if writer is not None:
            writer.close()
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([], type=column.type) for column in schema], schema=schema)


def _done(folder: Path, replication: int) -> Path:
    return folder / "done" / f"{replication:06d}.json"


@dataclass
class Result:
    """The tables of a simulation, in memory or in a folder; read when first asked for."""

    scenario: Scenario
    seed: int
    replications: int
    manifest: dict[str, Any]
    folder: Path | None = None
    _tables: dict[str, list[pa.Table]] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> pa.Table:
        """A table of all replications as Arrow; `name` is one of `sim.run.TABLES`."""
        import pyarrow as pa
        from pyarrow import parquet

        if self.folder is not None:
            files = [self.folder / name / f"{i:06d}.parquet" for i in range(self.replications)]
            return pa.concat_tables(parquet.read_table(file) for file in files).unify_dictionaries()
        return pa.concat_tables(self._tables[name]).unify_dictionaries()

    def _pandas(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.table(name).to_pandas()
        return frame

    @cached_property
    def applications(self) -> pd.DataFrame:
        """One row an application (`docs/model.md`, Records)."""
        return self._pandas("applications")

    @cached_property
    def openings(self) -> pd.DataFrame:
        """One row an opening."""
        return self._pandas("openings")

    @cached_property
    def persons(self) -> pd.DataFrame:
        """One row a person."""
        return self._pandas("persons")

    @cached_property
    def spells(self) -> pd.DataFrame:
        """One row a spell of search."""
        return self._pandas("spells")

    @cached_property
    def pathway(self) -> pd.DataFrame:
        """One row a step of a referral."""
        return self._pandas("pathway")

    @cached_property
    def jobs(self) -> pd.DataFrame:
        """One row a job taken during the run."""
        return self._pandas("jobs")

    @cached_property
    def ties(self) -> pd.DataFrame:
        """One row a tie of the people in the cast, at the start and at the end."""
        return self._pandas("ties")

    @cached_property
    def displaced(self) -> pd.DataFrame:
        """One row a person laid off by a closure and employer at which former colleagues of theirs work."""
        return self._pandas("displaced")

    @cached_property
    def exposure(self) -> pd.DataFrame:
        """One row a tie of a seeker, sampled, or a tie into the firm that hired somebody."""
        return self._pandas("exposure")

    def write(self, folder: str | Path) -> Path:
        """Write the run folder: tables as Parquet, the resolved scenario, the manifest last. Returns the folder."""
        folder = Path(folder)
        for name in TABLES:
            for replication in range(self.replications):
                if self.folder is None:
                    table = self._tables[name][replication]
                    batches = table.combine_chunks().to_batches(max_chunksize=1 << 18) or [_no_rows(table.schema)]
                    _write_parquet(folder / name / f"{replication:06d}.parquet", batches)
                elif self.folder.resolve() != folder.resolve():
                    (folder / name).mkdir(parents=True, exist_ok=True)
                    file = f"{replication:06d}.parquet"
                    shutil.copyfile(self.folder / name / file, folder / name / file)
        write_whole(folder / "scenario.yaml", self.scenario.to_yaml().encode())
        write_whole(folder / "manifest.json", f"{json.dumps(self.manifest, indent=2)}\n".encode())
        return folder


def result_of(
    scenario: Scenario, seed: int, made: list[tuple[dict[str, pa.Table], dict[str, Any]]], wall: float = 0.0
) -> Result:
    """Put together what `run_replication` returned for some replications, in order."""
    manifest = _manifest(_identity(scenario, seed), scenario, [summary for _, summary in made], wall)
    tables = {name: [tables[name] for tables, _ in made] for name in TABLES}
    return Result(scenario, seed, len(made), manifest, None, tables)


def read_run(folder: str | Path) -> Result:
    """The result kept in a run folder.

    Raises
    ------
    ScenarioError
        When the folder holds no finished run.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        replications, seed = int(manifest["replications"]), int(manifest["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ScenarioError(
            "holds no finished run; expected manifest.json, scenario.yaml and the tables", file=str(folder)
        ) from None
    scenario = load_scenario(str(folder / "scenario.yaml"))
    return Result(scenario, seed, replications, manifest, folder)


def _identity(scenario: Scenario, seed: int) -> dict[str, Any]:
    names = ("referralsim", "numpy", "simpy", "scipy", "pyarrow")
    return {
        "scenario": scenario.name,
        "digest": scenario.digest,
        "seed": seed,
        "versions": {"python": platform.python_version(), **{n: importlib.metadata.version(n) for n in names}},
    }


def _manifest(
    identity: dict[str, Any], scenario: Scenario, summaries: list[dict[str, Any]], wall: float
) -> dict[str, Any]:
    def total(name: str) -> float:
        return round(float(sum(s[name] for s in summaries)), 3)

    time_ = scenario.time
    return {
        **identity,
        "replications": len(summaries),
        "response_window": time_.response_window,
        "observation": [time_.warm_up, time_.warm_up + time_.window],
        "horizon": time_.warm_up + time_.window + time_.follow_up,
        "wall_seconds": round(wall, 3),
        "cpu_seconds": total("cpu_seconds"),
        "loop_cpu_seconds": total("loop_cpu_seconds"),
        "rows": {name: sum(s[name] for s in summaries) for name in ("applications", "openings")},
    }


def simulate(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    folder: str | Path | None = None,
) -> Result:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario
        From `load_scenario`.
    replications, seed : int, optional
        Instead of the scenario's own.
    workers : int
        Processes to share the replications; the tables do not depend on it.
    progress : callable, optional
        Called with (finished, of) after every replication.
    folder : path, optional
        Keep the run there. Finished replications of the same scenario, seed and versions found there are used again, so
        an interrupted call goes on where it stopped; anything else found there of an older run is replaced.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        For `replications` or `workers` below 1, or a negative `seed`.
    """
    count = scenario.replications if replications is None else replications
    seed = scenario.seed if seed is None else seed
    if count < 1 or workers < 1 or seed < 0:
        raise ValueError(
            f"expected replications and workers of at least 1 and a seed of at least 0; "
            f"found {count}, {workers} and {seed}"
        )
    wall = time.perf_counter()
    identity = _identity(scenario, seed)
    place = Path(folder) if folder is not None else None
    todo = list(range(count))
    summaries: dict[int, dict[str, Any]] = {}
    if place is not None:
        summaries = _prepare(place, identity, count)
        todo = [i for i in todo if i not in summaries]
    tables: dict[int, dict[str, pa.Table]] = {}
    if progress is not None:
        progress(len(summaries), count)
    for replication, summary, made in _replications(scenario, seed, todo, place, min(workers, max(len(todo), 1))):
        summaries[replication] = summary
        tables[replication] = made
        if progress is not None:
            progress(len(summaries), count)
    ordered = [summaries[i] for i in range(count)]
    result = Result(
        scenario,
        seed,
        count,
        _manifest(identity, scenario, ordered, time.perf_counter() - wall),
        place,
        {name: [tables[i][name] for i in range(count)] for name in TABLES} if place is None else {},
    )
    if place is not None:
        result.write(place)
    return result


def mark_as_of(folder: Path, scenario: Scenario, seed: int) -> None:
    """Say in a folder whose replications lie there, so that `simulate` uses them again."""
    if not belongs(folder, scenario, seed):
        write_whole(folder / "identity.json", json.dumps(_identity(scenario, seed)).encode())


def belongs(folder: Path, scenario: Scenario, seed: int) -> bool:
    """Tell whether a folder holds replications of this scenario and seed, made by these versions."""
    try:
        found = json.loads((folder / "identity.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(found == _identity(scenario, seed))


def _prepare(folder: Path, identity: dict[str, Any], count: int) -> dict[int, dict[str, Any]]:
    """Make the folder ready; summaries of replications that need not run again are returned."""
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
            summary = json.loads(_done(folder, replication).read_text(encoding="utf-8"))
            whole = summary.keys() >= {"applications", "openings", "cpu_seconds", "loop_cpu_seconds"}
            if whole and summary["replication"] == replication and summary["sha256"] == _digests(folder, replication):
                done[replication] = summary
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not finished, or damaged: it runs again
    for file in (*folder.glob("*/*.parquet"), *folder.glob("done/*.json")):
        if not (file.stem.isdecimal() and int(file.stem) in done):
            file.unlink()
    return done


def _replications(
    scenario: Scenario, seed: int, todo: list[int], folder: Path | None, workers: int
) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    if workers == 1:
        for replication in todo:
            yield _one(scenario, seed, replication, folder)
        return
    with local_pool(workers) as pool:
        with deaf_to_interrupts():
            futures = [pool.submit(_one, scenario, seed, replication, folder) for replication in todo]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _one(
    scenario: Scenario, seed: int, replication: int, folder: Path | None
) -> tuple[int, dict[str, Any], dict[str, Any]]:
    if folder is None:
        tables, summary = run_replication(scenario, seed, replication)
        return replication, summary, tables
    return replication, write_replication(scenario, seed, replication, folder), {}
