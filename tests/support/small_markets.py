"""Small markets for the tests of the simulation, and byte-exact comparison of the tables they leave."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim import Scenario, load_scenario
from sim.market.market import Market
from sim.processes.schedule import build, run_market
from sim.records.tables import TABLES
from sim.runs.replication import run_replication

Tables = dict[str, pa.Table]
"""Tables by name, as `sim.runs.replication.run_replication` gives them."""

# Half a minute's worth of market: every mechanism at work, some hundreds of applications, a fifth of a second.
SMALL: Mapping[str, object] = {
    "population.people": 400,
    "time.warm_up": 14,
    "time.window": 56,
    "time.follow_up": 60,
    "openings.growth": 0.006,
}


def small(overrides: Mapping[str, object] | None = None) -> Scenario:
    """The shipped baseline made small, with some values changed."""
    return load_scenario("baseline", {**SMALL, **(overrides or {})})


def tables_of(scenario: Scenario, seed: int = 1, replication: int = 0) -> Tables:
    """The tables of one replication."""
    return run_replication(scenario, seed, replication)[0]


def finished(scenario: Scenario, seed: int = 1) -> Market:
    """A market that has reached its horizon."""
    market = build(scenario, seed, 0)
    run_market(market)
    return market


def column_digest(column: pa.ChunkedArray) -> str:
    """SHA-256 of a column: its type and the bytes of its values, NULL read as NaN."""
    array = column.combine_chunks()
    digest = hashlib.sha256(str(array.type).encode())
    if pa.types.is_dictionary(array.type):
        digest.update("\0".join(array.dictionary.to_pylist()).encode())
        array = array.indices
    floating = pa.types.is_floating(array.type)
    assert floating or array.null_count == 0, "what is no float is -1 or a word where it is missing, never NULL"
    digest.update(np.ascontiguousarray(array.to_numpy(zero_copy_only=False)).tobytes())
    return digest.hexdigest()


def digests(tables: Tables) -> dict[str, str]:
    """Digest of every column, by `table.column`."""
    # A table without rows has nothing to compare; from disk it comes without the names of its categories.
    return {
        f"{name}.{column}": column_digest(tables[name].column(column))
        for name in TABLES
        if tables[name].num_rows
        for column in tables[name].column_names
    }


def digest(tables: Tables) -> str:
    """One digest for all tables."""
    return hashlib.sha256(repr(sorted(digests(tables).items())).encode()).hexdigest()


def differing(first: Tables, second: Tables) -> list[str]:
    """The columns, as `table.column`, that are not the same to the byte."""
    a, b = digests(first), digests(second)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def frames(tables: Tables) -> dict[str, Any]:
    """The tables as pandas."""
    return {name: table.to_pandas() for name, table in tables.items()}


def write_edges(path: Path, rows: list[str], header: str = "person,contact") -> str:
    """Write an edge list; returns its path as a scenario takes it."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)
