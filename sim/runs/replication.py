"""One replication: simulated, written to disk, read back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import write_whole
from sim.market.market import Market
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa
from sim.processes.schedule import build, run_market, take_apart
from sim.records.tables import TABLES, batches
from sim.runs.folder import digests_of, mark_name, table_name, write_parquet


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
    """Run one replication in memory; returns its tables and a summary of its size and cost."""
    import pyarrow as pa

    began = time.process_time(), time.perf_counter()
    market = build(scenario, seed, replication)
    loop_cpu = run_market(market)
    tables = {name: pa.Table.from_batches(list(table)) for name, table in batches(market, replication)}
    summary = _summary(market, replication, loop_cpu, began)
    take_apart(market)
    return tables, summary


def write_replication(scenario: Scenario, seed: int, replication: int, folder: Path) -> dict[str, Any]:
    """Run one replication and write its tables, then its summary, whose presence says that it is complete.

    Its files (`sim.runs.folder.files_of`) must be on the folder's list of files already.
    """
    began = time.process_time(), time.perf_counter()
    market = build(scenario, seed, replication)
    loop_cpu = run_market(market)
    for name, table in batches(market, replication):
        write_parquet(folder / table_name(name, replication), table)
    summary = _summary(market, replication, loop_cpu, began)
    take_apart(market)
    summary["sha256"] = digests_of(folder, replication)
    write_whole(folder / mark_name(replication), json.dumps(summary).encode())
    return summary


def read_replication(folder: Path, replication: int) -> dict[str, pa.Table]:
    """Read the tables that `write_replication` wrote."""
    from pyarrow import parquet

    return {name: parquet.read_table(folder / table_name(name, replication)) for name in TABLES}
