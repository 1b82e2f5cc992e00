"""What the commands do, as functions of the same names: a scenario in, a table or a small object out.

They take what the commands take (a name, a path or an object; options as keywords) and print nothing. What they import
is loaded when one of them is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from analysis.calibration.calibration import Calibration
    from analysis.calibration.result import Calibrated
    from analysis.checks.reference import Reference
    from analysis.checks.result import CheckResult
    from analysis.checks.update import Update
    from analysis.comparison.comparison import Comparison
    from analysis.reporting.page import Published
    from analysis.sensitivity_analysis.indices import Sensitivity
    from analysis.sensitivity_analysis.sweep_data import SweepData
    from analysis.sweeps.run import SweepResult
    from analysis.sweeps.status import Status
    from analysis.tracing.trace import Trace
    from sim import Scenario, Sweep
    from sim.runs.result import Result

Overrides: TypeAlias = Mapping[str, object] | None
ScenarioLike: TypeAlias = "Scenario | str | Path"
RESULTS = Path("results")
REPORTS = Path("reports")


def report(
    scenario: ScenarioLike | Result,
    folder: str | Path | None = None,
    *,
    overrides: Overrides = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    results: str | Path | None = None,
) -> Published:
    """Simulate a scenario, fit and draw, and write a page with its charts and numbers.

    Parameters
    ----------
    scenario
        A scenario, its name or the path of its file; or a run, of which the report then is.
    folder
        Where the files go; by default ``reports/<name>``. Files of an older report there are replaced.
    overrides
        Dotted path to value, as in :func:`sim.load_scenario`.
    replications, seed
        Instead of the scenario's own.
    workers
        Processes to share the replications.
    results
        Keep the run in this folder, from which a later call goes on; by default only in memory.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or the run has nothing to count.
    """
    from analysis.reporting.page import report as write_report
    from sim.runs.result import Result
    from sim.runs.simulation import simulate
    from sim.scenario.scenario import as_scenario

    if isinstance(scenario, Result):
        _refuse_for_a_run(overrides=overrides, replications=replications, seed=seed, results=results)
        run = scenario
    else:
        asked = as_scenario(scenario, overrides)
        run = simulate(asked, replications=replications, seed=seed, workers=workers, folder=results)
    said = {path: str(value) for path, value in (overrides or {}).items()}
    return write_report(run, folder or REPORTS / run.scenario.name, overrides=said)


def _refuse_for_a_run(**given: object) -> None:
    extra = [name for name, value in given.items() if value is not None]
    if extra:
        raise AnalysisError(f"{extra[0]}: cannot be given for a run, which has been simulated already")


def compare(
    names: Sequence[str] | str,
    *,
    hours: float | str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    folder: str | Path | None = None,
    level: float = 0.95,
) -> Comparison:
    """Simulate strategies with the same random numbers and compare them at equal hours.

    Parameters
    ----------
    names
        Scenarios (names or paths) or people of one, such as ``eli-ben:eli``; a scenario with several roles stands for
        all of them.
    hours
        Hours a week of search for all, or ``own`` to leave each its own; by default, where they differ, those of the
        first.
    replications, seed
        For all; by default 20, or more where one of the scenarios asks for more, and the seed of the first.
    workers
        Processes to share the replications.
    folder
        Keep the tables of every scenario there, from which a later call goes on.
    level
        Confidence of the intervals.

    Raises
    ------
    ScenarioError, AnalysisError
        If a name is unknown or there are fewer than two replications.
    """
    from analysis.comparison.comparison import compare as compare_arms

    wanted = [names] if isinstance(names, str) else list(names)
    return compare_arms(
        wanted, hours=hours, replications=replications, seed=seed, workers=workers, folder=folder, level=level
    )


def sweep(
    sweep: Sweep | str | Path,
    folder: str | Path | None = None,
    *,
    replications: int | None = None,
    store: str | Path | None = None,
    keep_tables: bool = False,
    executor: Executor | None = None,
    workers: int = 1,
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

    Raises
    ------
    ScenarioError, AnalysisError
        When it cannot be carried out. Failed runs raise nothing: they are rows of ``failures``.
    """
    from analysis.sweeps.run import run_sweep
    from sim.experiments.sweep import Sweep
    from sim.experiments.sweep_reader import load_sweep, sweep_file

    source = None if isinstance(sweep, Sweep) else sweep_file(sweep)
    asked = sweep if isinstance(sweep, Sweep) else load_sweep(sweep)
    if replications is not None:
        asked = replace(asked, replications=replications, precision=None)
    if keep_tables:
        asked = replace(asked, keep_tables=True)
    return run_sweep(
        asked, folder or RESULTS / asked.name, source=source, store=store, executor=executor, workers=workers
    )


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
    from analysis.sweeps.run import SweepResult

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
) -> Calibrated:
    """Fit parameters of a scenario to target rates, or go on with it.

    Parameters
    ----------
    calibration
        A calibration, or the name or path of its file.
    folder
        Where its runs are kept; by default ``results/<name>-calibration``.
    points, replications
        Points of all rounds together and replications of each, instead of what the file says.
    check
        Replications of the start and of the fitted scenario.
    as_is
        Fit nothing: only measure how well the scenario meets the targets.
    store, executor, workers
        As in :func:`sweep`.

    Raises
    ------
    ScenarioError, AnalysisError
        If the file is wrong, or too few points gave a target a value.
    """
    from analysis.calibration.calibrate import calibrate as fit
    from analysis.calibration.calibration import Calibration
    from analysis.calibration.calibration_file import load_calibration

    asked = calibration if isinstance(calibration, Calibration) else load_calibration(calibration)
    asked = asked.with_budget(points, replications)
    if check is not None:
        asked = replace(asked, check=check)
    place = folder or RESULTS / f"{asked.sweep.name}-calibration"
    return fit(asked, place, as_is=as_is, store=store, executor=executor, workers=workers)


def patterns(
    only: Sequence[str] | str | None = None,
    *,
    overrides: Overrides = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
) -> pd.DataFrame:
    """Measure the published patterns P1 to P12, each with its publication's own denominator.

    Parameters
    ----------
    only
        Rows such as ``P1,P5``; by default all.
    overrides
        Dotted path to value: what is changed in every scenario that a pattern is measured in.
    replications, seed
        Instead of each scenario's own.
    workers
        Processes to share the replications.

    Returns
    -------
    DataFrame
        One row a pattern: number, interval, published range, verdict, where it comes from.

    Raises
    ------
    AnalysisError
        If there is no such row.
    """
    from analysis.claims import pattern_table
    from analysis.claims.pattern_results import PatternScenario
    from sim.runs.simulation import simulate

    def run(setting: PatternScenario) -> Result:
        changed: dict[str, object] = {**dict(setting.overrides), **(overrides or {})}
        return simulate(setting.scenario, overrides=changed, replications=replications, seed=seed, workers=workers)

    wanted = pattern_table.chosen(only if only is None or isinstance(only, str) else ",".join(only))
    return pattern_table.patterns_table(list(pattern_table.measure_patterns(run, wanted)))


def check(
    scenario: ScenarioLike,
    reference: Reference | str | Path | None = None,
    *,
    folder: str | Path = REPORTS,
    overrides: Overrides = None,
    workers: int = 1,
    **options: Any,
) -> CheckResult:
    """Check whether a scenario still gives the rates of its reference, and still what it claims.

    Parameters
    ----------
    scenario
        A scenario, its name or the path of its file.
    reference
        A reference or the path of its file; by default the one kept in ``folder`` under the scenario's name.
    folder
        Where references are kept.
    overrides
        Dotted path to value.
    workers
        Processes to share the replications.
    **options
        How to check: ``digests`` (replications compared to the byte, 0 for none), ``at_most``, ``seed``, ``thorough``
        and ``false_alarm``, as in :class:`analysis.checks.result.CheckOptions`.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or there is no reference.
    """
    from analysis.checks.check import check_scenario
    from analysis.checks.result import CheckOptions
    from sim.scenario.scenario import as_scenario

    loaded = as_scenario(scenario, overrides)
    return check_scenario(
        loaded, reference, folder=folder, workers=workers, how=CheckOptions(**options) if options else None
    )


def update_reference(
    scenario: ScenarioLike,
    why: str,
    *,
    folder: str | Path = REPORTS,
    overrides: Overrides = None,
    replications: int | None = None,
    seed: int | None = None,
    margins: Mapping[str, float] | None = None,
    workers: int = 1,
) -> Update:
    """Make the reference of a scenario anew, and write it where something moved.

    Parameters
    ----------
    scenario, folder, overrides, workers
        As in :func:`check`.
    why
        The reason, kept in the reference's history.
    replications, seed
        Of the reference; by default as before, or 32 and the scenario's own.
    margins
        The difference that matters, by quantity, in its unit.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or nothing can be held with so few replications.
    """
    from analysis.checks.reference import read_reference, reference_file, write_reference
    from analysis.checks.replication_jobs import carry_out
    from analysis.checks.update import update_job
    from sim.scenario.scenario import as_scenario

    loaded = as_scenario(scenario, overrides)
    file = reference_file(folder, loaded.name)
    old = read_reference(file) if file.exists() else None
    job = update_job(loaded, old, why, replications=replications, seed=seed, margins=margins)
    ((_, update),) = carry_out({loaded.name: job}, workers)
    if not update.unchanged:
        write_reference(update.reference, file)
    return update


def trace(
    scenario: ScenarioLike,
    *,
    person: int | None = None,
    role: str | None = None,
    replication: int = 0,
    seed: int | None = None,
    overrides: Overrides = None,
) -> Trace:
    """Simulate one replication of a scenario and tell one person's story, day by day.

    Parameters
    ----------
    scenario
        A scenario, its name or the path of its file.
    person
        Whose story; by default one that shows a referral.
    role
        Choose among the people of a role of the cast.
    replication
        Its number, from 0.
    seed
        Instead of the scenario's own.
    overrides
        Dotted path to value.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or there is no such person or role.
    """
    from analysis.tracing.trace import trace_person
    from sim.scenario.scenario import as_scenario

    return trace_person(as_scenario(scenario, overrides), person, role, replication=replication, seed=seed)
