"""What a sweep was asked to do, written into its folder before anything runs."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim
from analysis.errors import AnalysisError
from analysis.quantities.per_replication import check_names, tracked
from analysis.sweeps.tables import write_design
from sim.files import write_whole
from sim.store.store import Store, versions

if TYPE_CHECKING:
    from sim.experiments.sweep import Factor, Sweep


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
    sweep: Sweep, names: Sequence[str], folder: Path, source: Path | None, store: Store, say: Callable[[str], None]
) -> None:
    """Write ``sweep.json``, ``design.parquet`` and a copy of the sweep's file, so that others can read them early.

    Parameters
    ----------
    sweep : Sweep
        The design.
    names : sequence of str
        Quantities to measure.
    folder : path
        Folder of the sweep.
    source : path, optional
        The sweep's file.
    store : Store
        Where its runs are kept.
    say : callable
        Called with remarks for the user: the folder held another sweep, or the program has changed since.
    """
    mark = folder / "sweep.json"
    before = _earlier_request(mark)
    if before.get("digest") not in (None, sweep.digest):
        say(f"{folder} held a sweep with other points; its tables are replaced; runs that both share are reused.")
    sources = list(dict.fromkeys([*before.get("sources", []), _source_digest()])) if len(store) else [_source_digest()]
    if len(sources) > 1 and before.get("versions") == versions():
        say(
            "The program's files have changed since some runs in the store were made, but its version has not. "
            f"Those runs are reused; to simulate them again, remove {store.folder}."
        )
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
        "sources": sources,
        "began": time.time(),
        "store": os.path.relpath(store.folder, folder),
    }
    if source is not None:
        write_whole(folder / "sweep.yaml", source.read_bytes())
    write_design(sweep, folder)
    write_whole(mark, (json.dumps(request, indent=1) + "\n").encode())


def _earlier_request(mark: Path) -> dict[str, Any]:
    """Read the ``sweep.json`` of an earlier call; empty if there is none."""
    try:
        content = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _source_digest() -> str:
    """Return a digest of the program's files: in a checkout they change while the version stays."""
    packages = (Path(str(sim.__file__)).parent, Path(__file__).parents[1])
    files = [file for package in packages for file in sorted(package.rglob("*.py"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _factor_entry(factor: Factor) -> dict[str, Any]:
    """Return a factor as names and values, without its place in the file, so that the folder can be analysed alone."""
    return {part.name: getattr(factor, part.name) for part in fields(factor) if part.name != "place"}
