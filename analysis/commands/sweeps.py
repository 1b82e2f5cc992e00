"""What the commands do that simulate many points: sweep, status, sensitivity, calibrate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.arguments import RESULTS, Told, nothing_told

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from analysis.calibration.calibration import Calibration
    from analysis.calibration.result import Calibrated
    from analysis.sensitivity_analysis.indices import Sensitivity
    from analysis.sensitivity_analysis.sweep_data import SweepData
    from analysis.sweeps.result import SweepResult
    from analysis.sweeps.run import Watch
    from analysis.sweeps.status import Status
    from sim import Sweep


def sweep(
    sweep: Sweep | str | Path,
    folder: str | Path | None = None,
    *,
    replications: int | None = None,
    store: str | Path | None = None,
    keep_tables: bool = False,
    executor: Executor | None = None,
    workers: int = 1,
    source: Path | None = None,
    watch: Watch | None = None,
    say: Told | None = None,
) -> SweepResult:
    """Simulate all points of a sweep, or go on with one, and write its tables.

    Parameters
    ----------
    sweep
        From :func:`sim.load_sweep` or :func:`sim.make_sweep`, or the name or path of a sweep file.
    folder
        Where it is kept; by default ``results/<name>``.
    replications
        Of each point, instead of what the sweep says.
    store
        A store of runs shared with other sweeps; by default one of its own.
    keep_tables
        Keep the tables of every run.
    executor, workers
        Where the runs are carried out: an executor such as a Dask client's, or so many processes here.
    source
        The file that a sweep given as an object was read from; a copy is kept in the folder.
    watch
        Called after each run, with it and the number of runs planned so far.
    say
        Called with remarks for the user.

    Raises
    ------
    ScenarioError, AnalysisError
        When it cannot be carried out. Failed runs raise nothing: they are rows of ``failures``.
    """
    from analysis.sweeps.run import run_sweep

    asked, file = load_sweep(sweep, replications=replications, keep_tables=keep_tables)
    return run_sweep(
        asked,
        folder or RESULTS / asked.name,
        source=file or source,
        store=store,
        executor=executor,
        workers=workers,
        watch=watch,
        say=say or nothing_told,
    )


def load_sweep(
    sweep: Sweep | str | Path, *, replications: int | None = None, keep_tables: bool = False
) -> tuple[Sweep, Path | None]:
    """Return a sweep, changed as asked, and its file where it has one."""
    from sim.experiments.sweep import Sweep
    from sim.experiments.sweep_reader import load_sweep as from_file
    from sim.experiments.sweep_reader import sweep_file

    source = None if isinstance(sweep, Sweep) else sweep_file(sweep)
    asked = sweep if isinstance(sweep, Sweep) else from_file(source or sweep)
    if replications is not None:
        asked = replace(asked, replications=replications, precision=None)
    if keep_tables:
        asked = replace(asked, keep_tables=True)
    return asked, source


def status(folder: str | Path) -> Status:
    """Say how far the sweep in a folder is; it may be running anywhere, or not at all.

    Raises
    ------
    AnalysisError
        If the folder holds no sweep.
    """
    from analysis.sweeps.status import read_status

    return read_status(folder)


def sensitivity(swept: SweepData | SweepResult | str | Path, name: str, *, level: float = 0.95) -> Sensitivity:
    """Say what moves a quantity in a sweep: all that its design can answer.

    Parameters
    ----------
    swept
        A sweep that has been carried out: what :func:`sweep` returned, or its folder.
    name
        Such as ``direct.response``; measured in the sweep.
    level
        Confidence of the intervals.

    Raises
    ------
    AnalysisError
        If the folder holds no sweep, or the sweep did not measure the quantity.
    """
    from analysis.sensitivity_analysis.indices import sensitivity as analyse
    from analysis.sensitivity_analysis.sweep_data import SweepData, open_sweep_data
    from analysis.sweeps.result import SweepResult

    if not isinstance(swept, SweepData):
        swept = open_sweep_data(swept.folder if isinstance(swept, SweepResult) else swept)
    return analyse(swept, name, level=level)


def calibrate(
    calibration: Calibration | str | Path,
    folder: str | Path | None = None,
    *,
    points: int | None = None,
    replications: int | None = None,
    check: int | None = None,
    as_is: bool = False,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    out: str | Path | None = None,
    watch: Watch | None = None,
    say: Told | None = None,
) -> Calibrated:
    """Fit parameters of a scenario to target rates, or go on with it, and write the tables and the fitted scenario.

    Parameters
    ----------
    calibration
        A calibration, or the name or path of its file.
    folder
        Where its runs and tables are kept; by default ``results/<name>-calibration``.
    points, replications
        Points of all rounds together and replications of each, instead of what the file says.
    check
        Replications of the start and of the fitted scenario.
    as_is
        Fit nothing: only measure how well the scenario meets the targets.
    store, executor, workers, watch, say
        As in :func:`sweep`.
    out
        File of the fitted scenario; by default ``fitted.yaml`` beside the tables.

    Raises
    ------
    ScenarioError, AnalysisError
        If the file is wrong, or too few points gave a target a value.
    """
    from analysis.calibration.calibrate import calibrate as fit
    from analysis.calibration.sentences import write_calibration

    asked = load_calibration(calibration, points=points, replications=replications, check=check)
    place = Path(folder or RESULTS / f"{asked.sweep.name}-calibration")
    found = fit(
        asked, place, as_is=as_is, store=store, executor=executor, workers=workers, watch=watch, say=say or nothing_told
    )
    write_calibration(found, place, Path(out or place / "fitted.yaml"))
    return found


def load_calibration(
    calibration: Calibration | str | Path,
    *,
    points: int | None = None,
    replications: int | None = None,
    check: int | None = None,
) -> Calibration:
    """Return a calibration with the budget that is asked for."""
    from analysis.calibration.calibration import Calibration
    from analysis.calibration.calibration_file import load_calibration as from_file

    asked = calibration if isinstance(calibration, Calibration) else from_file(calibration)
    asked = asked.with_budget(points, replications)
    return asked if check is None else replace(asked, check=check)
