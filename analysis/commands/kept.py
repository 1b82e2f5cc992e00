"""What is kept under a folder of results, and the removal of it: results."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.commands.arguments import RESULTS
from analysis.errors import AnalysisError

if TYPE_CHECKING:
    import pandas as pd

_KINDS = {"sweep.json": "sweep", "targets.csv": "calibration", "identity.json": "run", "manifest.json": "run"}


def results(folder: str | Path = RESULTS, *, clear: bool = False) -> pd.DataFrame:
    """Say what the program keeps under a folder, and remove it if asked to.

    Parameters
    ----------
    folder
        Folder of results, or one folder in it.
    clear
        Remove the files that the program wrote there: tables, stores, pages. Files of others stay, and so does what
        another command is writing.

    Returns
    -------
    DataFrame
        One row for each folder in it: ``folder``, ``what`` (run, sweep, calibration or empty), ``files`` and ``bytes``
        that the program wrote, ``others`` (files that it did not), ``written`` (Unix time of the last of its files),
        and ``cleared``.

    Raises
    ------
    AnalysisError
        If there is no such folder.
    """
    import pandas as pd

    place = Path(folder)
    if not place.is_dir():
        raise AnalysisError(f"{place}: there is no such folder; expected the folder that --results names")
    rows = []
    for part in _parts(place):
        row = _row(part)
        if row["files"]:
            row["cleared"] = clear and _clear(part)
            rows.append(row)
    types = {"folder": "str", "what": "str", "files": "int64", "bytes": "int64", "others": "int64"}
    types |= {"written": "float64", "cleared": "bool"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _parts(place: Path) -> Iterator[Path]:
    """Give the folders that are shown in one row each."""
    if any(_names(place)):
        yield place
        return
    yield from _folders_in(place)


def _folders_in(folder: Path) -> list[Path]:
    """Give the folders in a folder; links are not followed."""
    return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))


def _names(folder: Path) -> Iterator[str]:
    """Names of the files that the program wrote into a folder."""
    from sim.own_files.listing import LIST, is_file, on_list
    from sim.store.clearing import files_of_store

    known = on_list(folder)
    if known:
        yield LIST
    yield from (name for name in (known or dict.fromkeys(_former(folder))) if is_file(folder / name))
    yield from (
        path.name if path.parent == folder else f"{path.parent.name}/{path.name}" for path in files_of_store(folder)
    )


def _former(folder: Path) -> Iterator[str]:
    """Names of the files that a version without a list of files wrote."""
    from analysis.calibration.sentences import former_calibration
    from analysis.sweeps.request import former_sweep
    from sim.runs.folder import former_files

    for recognise in (former_files, former_sweep, former_calibration):
        yield from recognise(folder)


def _row(part: Path) -> dict[str, Any]:
    walked = [(Path(root), names) for root, _, names in os.walk(part)]  # links are not followed
    ours = {folder / name for folder, _ in walked for name in _names(folder)}
    every = [folder / name for folder, names in walked for name in names]
    states = [path.lstat() for path in ours if path.exists()]
    kinds = {_KINDS[path.name] for path in ours if path.name in _KINDS and path.parent in (part, *part.glob("*"))}
    return {
        "folder": str(part),
        "what": next((kind for kind in ("sweep", "calibration", "run") if kind in kinds), ""),
        "files": len(states),
        "bytes": sum(state.st_size for state in states),
        "others": sum(path not in ours for path in every),
        "written": max((state.st_mtime for state in states), default=0.0),
    }


def _clear(folder: Path) -> bool:
    """Remove what the program wrote into a folder and all in it; False where another command is writing.

    A folder stays locked until those in it are cleared: a sweep that is running holds its own folder only.
    """
    from sim.errors import ScenarioError
    from sim.own_files.own_files import own_files

    if not any(_names(folder)):
        return _clear_inside(folder)
    try:
        with own_files(folder, former=_former) as own:
            whole = _clear_inside(folder)
            own.remove(own.names())
            return whole
    except ScenarioError:  # busy
        return False


def _clear_inside(folder: Path) -> bool:
    from sim.store.clearing import clear_store

    whole = clear_store(folder)
    for part in _folders_in(folder):
        whole = _clear(part) and whole
        if part.is_dir() and not any(part.iterdir()):
            part.rmdir()
    return whole
