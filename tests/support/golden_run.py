"""The golden run: a small market whose tables are kept as digests, so that a change of any byte is seen."""

import functools
import json
import os
import platform
from typing import Any

import numpy as np
import pyarrow as pa
from paths import DATA
from small_markets import Tables, digest, digests, tables_of

from sim import load_scenario
from sim.records.tables import TABLES

FILE = DATA / "golden.json"
SEED = 20
# Every value that matters here is the shipped default: a moved default shows as well as a moved draw.
OVERRIDES = {"population.people": 400, "time.warm_up": 28, "time.window": 84}


@functools.cache
def run() -> Tables:
    """The golden run."""
    return tables_of(load_scenario("baseline", OVERRIDES), SEED)


def environment() -> dict[str, str]:
    """What the last digit of a logarithm or cosine may hang on besides the code."""
    features = ""
    try:
        from numpy._core._multiarray_umath import __cpu_features__ as cpu

        features = " ".join(sorted(name for name, there in cpu.items() if there))
    except ImportError:
        features = "unknown"
    return {
        "numpy": np.__version__,
        "machine": platform.machine(),
        "system": platform.system(),
        "libc": " ".join(platform.libc_ver()),
        "cpu": features,
    }


def totals(tables: Tables) -> dict[str, float]:
    """Number of rows of each table and the sum of each column's values that are there."""
    found: dict[str, float] = {}
    for name in TABLES:
        found[name] = tables[name].num_rows
        for column in tables[name].column_names:
            array = tables[name].column(column).combine_chunks()
            values = array.indices if pa.types.is_dictionary(array.type) else array
            found[f"{name}.{column}"] = float(np.nansum(values.to_numpy(zero_copy_only=False).astype(float)))
    return found


def summary() -> dict[str, Any]:
    """What is kept of the golden run."""
    tables = run()
    return {
        "digest": digest(tables),
        "environment": environment(),
        "columns": digests(tables),
        "totals": totals(tables),
        "scenario": load_scenario("baseline", OVERRIDES).digest,
    }


def kept() -> dict[str, Any]:
    """What was kept when it was last refreshed."""
    return json.loads(FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def refresh(why: str) -> list[str]:
    """Keep the golden run as it is now, and why it may differ from what was kept; returns the columns that moved."""
    before = kept() if FILE.exists() else {"columns": {}, "history": []}
    now = summary()
    moved = sorted(
        name
        for name in before["columns"].keys() | now["columns"].keys()
        if before["columns"].get(name) != now["columns"].get(name)
    )
    history = [*before["history"], {"why": why, "moved": len(moved), "digest": now["digest"]}]
    part = FILE.with_suffix(f".part{os.getpid()}")
    part.write_text(json.dumps({**now, "history": history}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(FILE)
    return moved
