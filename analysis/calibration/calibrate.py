"""Calibration: parameters fitted to targets by simulating, fitting a surface, and simulating again where it points.

Rounds. The first spreads points over all ranges (Latin hypercube); a surface is fitted to each target; what it rules
out by more than three standard deviations is left, and the next round spreads its points over the rest. Every point
has replications of its own: with shared draws their error would be the same at all points and no number of points
would average it out of the level, which is what is fitted. All runs are in a store, so that the same call goes on
where it was stopped. At the end the scenario as it was and the fitted one are simulated anew, both on the same draws,
which no point has seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from analysis.calibration.calibration import Calibration
from analysis.calibration.result import Calibrated, result_as_is, result_of
from analysis.calibration.rounds import CalibrationRounds, Lab, Watch
from analysis.quantities.per_replication import simulate_outcomes
from analysis.sweeps.result import Account
from sim.experiments.sweep import Point
from sim.experiments.worker import Measure
from sim.runs.executors import hands
from sim.store.store import Store, Values


def calibrate(
    asked: Calibration,
    folder: str | Path,
    *,
    as_is: bool = False,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    measure: Measure[Values] = simulate_outcomes,
    watch: Watch | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Calibrated:
    """Fit parameters to targets, or go on with it.

    Parameters
    ----------
    asked : Calibration
        From `analysis.calibration.calibration_file.load_calibration`.
    folder : path
        Where the store lies.
    as_is : bool
        Fit nothing: only measure how far the scenario as it is meets the targets.
    store : path, optional
        A store shared with others.
    executor, workers
        As in `sim.experiments.runner.run_tasks`.
    measure : callable
        What simulates and measures a replication.
    watch : callable, optional
        Called after each run with it and the number of runs wanted.
    say : callable, optional
        Called with sentences that the user should read.

    Raises
    ------
    AnalysisError
        If a target cannot be fitted: too few points gave it a value.
    ScenarioError, StoreError, WorkerError
        When runs cannot be carried out. A run that raises stops nothing.
    """
    account = Account(workers=workers if executor is None else hands(executor))
    with Store(store or Path(folder) / "store") as opened:
        for sentence in opened.remarks:
            say(f"Store: {sentence}")
        lab = Lab(asked, opened, executor, workers, measure, watch, account, as_is)
        start = lab.checked(asked.sweep.base)
        if as_is:
            result = result_as_is(asked, start, lab)
        else:
            rounds = CalibrationRounds(asked, lab, say)
            fit = rounds.run()
            fitted, fit = rounds.rounded(fit)
            scenario = asked.sweep.scenario(Point(-1, fitted))
            result = result_of(asked, lab, rounds, fit, fitted, scenario, start, lab.checked(scenario))
    account.elapsed = time.perf_counter() - account.began
    return result
