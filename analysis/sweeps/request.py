"""What a sweep was asked to do, written into its folder before anything runs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import AnalysisError
from analysis.quantities.per_replication import MEASURED_BY, check_names, tracked
from analysis.sweeps.tables import FAILED, write_design
from sim.own_files.own_files import OwnFiles
from sim.program import program_digest
from sim.store.store import Store, versions

if TYPE_CHECKING:
    from sim.experiments.sweep import Factor, Sweep

REQUEST = "sweep.json"
FILES = (REQUEST, "sweep.yaml", "design.parquet", "runs.parquet", "rates.parquet", "rates.csv", "failures.parquet")
"""Files that a sweep writes into its folder."""


def names_of(sweep: Sweep) -> tuple[str, ...]:
    """Return the quantities to measure in each run: those that are always tracked, and those the sweep asks for.

    Raises
    ------
    ScenarioError
        If a name is not a quantity, or names a role that the scenario does not have; with the line in the file.
    """
    asked = {f"outcomes[{number}]": name for number, name in enumerate(sweep.outcomes)}
    if sweep.precision is not None:
        asked["replications.of"] = sweep.precision.of
    for place, name in asked.items():
        try:
            check_names([name], sweep.base)
        except AnalysisError as problem:
            raise sweep.error(str(problem), place) from None
    return tuple(dict.fromkeys([*tracked(sweep.base), *asked.values()]))


def write_request(
    sweep: Sweep, names: Sequence[str], own: OwnFiles, source: Path | None, store: Store, say: Callable[[str], None]
) -> None:
    """Write ``sweep.json``, ``design.parquet`` and a copy of the sweep's file, so that others can read them early.

    Parameters
    ----------
    sweep : Sweep
        The design.
    names : sequence of str
        Quantities to measure.
    own : OwnFiles
        The folder of the sweep.
    source : path, optional
        The sweep's file.
    store : Store
        Where its runs are kept.
    say : callable
        Called with a remark for the user if the folder held another sweep.
    """
    before = earlier_request(own.folder)
    if before.get("digest") not in (None, sweep.digest):
        say(f"{own.folder} held a sweep with other points; its tables are replaced; runs that both share are reused.")
    precision = sweep.precision
    request = {
        "name": sweep.name,
        "title": sweep.title,
        "digest": sweep.digest,
        "design": sweep.design,
        "seed": sweep.seed,
        "points": len(sweep.points),
        "replications": sweep.replications,
        "names": names,
        "at_least": sweep.replications if precision is None else precision.at_least,
        "precision": None
        if precision is None
        else {"of": precision.of, "half_width": precision.half_width, "confidence": precision.confidence},
        "outcomes": sweep.outcomes,
        "samples": sweep.samples,
        "levels": sweep.levels,
        "second_order": sweep.second_order,
        "base": sweep.base.name,
        "factors": [_factor_entry(factor) for factor in sweep.factors],
        "keep_tables": sweep.keep_tables,
        "versions": versions(),
        "program": program_digest(MEASURED_BY),
        "began": time.time(),
        "store": os.path.relpath(store.folder, own.folder),
    }
    if source is not None:
        own.put("sweep.yaml", source.read_bytes())
    write_design(sweep, own)
    own.put(REQUEST, (json.dumps(request, indent=1) + "\n").encode())


def earlier_request(folder: Path) -> dict[str, Any]:
    """Read the ``sweep.json`` of an earlier call; empty if there is none."""
    try:
        content = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def former_sweep(folder: Path) -> Iterator[str]:
    """Names of the files of a sweep that a version without a list of files wrote into a folder."""
    if earlier_request(folder).keys() >= {"name", "digest", "design", "versions", "store"}:
        yield from FILES
        yield from (path.relative_to(folder).as_posix() for path in (folder / FAILED).glob("point-*.yaml"))


def _factor_entry(factor: Factor) -> dict[str, Any]:
    """Return a factor as names and values, without its place in the file, so that the folder can be analysed alone."""
    return {part.name: getattr(factor, part.name) for part in fields(factor) if part.name != "place"}
