"""From a scenario to tables: all replications, in memory or in a folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ScenarioError, found
from sim.own_files.own_files import OwnFiles, own_files
from sim.records.tables import TABLES
from sim.runs.executors import in_parallel
from sim.runs.folder import finish_folder, former_files, prepare_folder, record_replication
from sim.runs.manifest import identity_of, make_manifest
from sim.runs.replication import run_replication, write_replication
from sim.runs.result import Result
from sim.scenario.scenario import Scenario, as_scenario

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[int, int], None]


def simulate(
    scenario: Scenario | str | os.PathLike[str],
    *,
    overrides: Mapping[str, object] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    folder: str | Path | None = None,
) -> Result:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, its name or the path of its file.
    overrides : mapping, optional
        Dotted path to value, such as ``{"population.people": 5000}``.
    replications, seed : int, optional
        Instead of the scenario's own.
    workers : int
        Processes to share the replications; the tables do not depend on it.
    progress : callable, optional
        Called with the numbers of finished and of all replications, at the start and after each.
    folder : path, optional
        Folder for the run. Finished replications of the same scenario, seed and versions there are used again, so that
        an interrupted call continues where it stopped. A finished run of another scenario or seed there is removed
        once this one has finished. Files that the program did not write are left alone.

    Returns
    -------
    Result

    Raises
    ------
    ScenarioError
        If the scenario or an override is wrong.
        Also for `replications` or `workers` that are not a whole number of at least 1, or a `seed` that is not one of
        at least 0, and if a file in the folder is in the way that the program did not write, or another call is writing
        there.
    """
    scenario = as_scenario(scenario, overrides)
    for name, number, least in (("replications", replications, 1), ("seed", seed, 0), ("workers", workers, 1)):
        if number is not None:
            _check_whole(name, number, least)
    count = scenario.replications if replications is None else replications
    seed = scenario.seed if seed is None else seed
    if folder is None:
        return _simulate(scenario, seed, count, workers, progress, None)
    with own_files(folder, former=former_files) as own:
        result = _simulate(scenario, seed, count, workers, progress, own)
        finish_folder(own, scenario, result.manifest)
    return result


def _simulate(
    scenario: Scenario, seed: int, count: int, workers: int, progress: Progress | None, own: OwnFiles | None
) -> Result:
    wall = time.perf_counter()
    identity = identity_of(scenario, seed)
    place = None if own is None else own.folder
    summaries = {} if own is None else prepare_folder(own, identity, count)
    todo = [i for i in range(count) if i not in summaries]
    tables: dict[int, dict[str, pa.Table]] = {}
    if progress is not None:
        progress(len(summaries), count)
    tasks = [(scenario, seed, replication, place) for replication in todo]
    for replication, summary, made in in_parallel(_one, tasks, min(workers, max(len(todo), 1))):
        summaries[replication] = summary
        tables[replication] = made
        if own is not None:
            record_replication(own, replication, summary)
        if progress is not None:
            progress(len(summaries), count)
    return Result(
        scenario,
        seed,
        count,
        make_manifest(identity, scenario, [summaries[i] for i in range(count)], time.perf_counter() - wall),
        place,
        {name: [tables[i][name] for i in range(count)] for name in TABLES} if place is None else {},
    )


def _check_whole(name: str, number: object, least: int) -> None:
    """Raise an error unless an argument is a whole number (NumPy's too) of at least ``least``."""
    if not isinstance(number, Integral) or isinstance(number, bool) or number < least:
        raise ScenarioError(f"{name}: found {found(number)}; expected a whole number of at least {least}")


def _one(
    scenario: Scenario, seed: int, replication: int, folder: Path | None
) -> tuple[int, dict[str, Any], dict[str, Any]]:
    if folder is None:
        tables, summary = run_replication(scenario, seed, replication)
        return replication, summary, tables
    return replication, write_replication(scenario, seed, replication, folder), {}
