"""Fit parameters to targets in rounds: simulate, fit a surface to each target, simulate again where it fits best.

The first round spreads points over all ranges (Latin hypercube) and fits a surface to each target. Values that are more
than three standard deviations off are ruled out, and the next round spreads its points over the rest. Every point has
replications of its own: shared draws would give all points the same error, and no number of points would average it
out of the level, which is what is fitted. All runs are kept in a store, so the same call continues after a stop. At the
end the scenario as it was and the fitted one are simulated on the same fresh draws, which no point has used.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from analysis.calibration.calibration import Calibration
from analysis.calibration.result import Calibrated, result_as_is, result_of
from analysis.calibration.rounds import CalibrationRounds, Lab, Watch
from analysis.quantities.per_replication import MEASURED_BY, simulate_outcomes
from analysis.sweeps.result import Account
from sim.experiments.sweep import Point
from sim.experiments.worker import Measure
from sim.runs.executors import hands
from sim.store.store import Store, Values


def calibrate(
    calibration: Calibration,
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
    """Fit parameters to targets, or continue a calibration that was stopped.

    Parameters
    ----------
    calibration : Calibration
        From `analysis.calibration.calibration_file.load_calibration`.
    folder : path
        Folder of the calibration, with its store.
    as_is : bool
        Fit nothing; only measure the targets in the scenario as it is.
    store : path, optional
        A store to share with others.
    executor, workers
        As in `sim.experiments.runner.run_tasks`.
    measure : callable
        Simulates and measures one replication.
    watch : callable, optional
        Called with each finished run and the number of planned runs.
    say : callable, optional
        Called with remarks for the user.

    Raises
    ------
    AnalysisError
        If a target cannot be fitted because too few points give it a value.
    ScenarioError, StoreError, WorkerError
        If runs cannot be carried out. A single run that fails stops nothing.
    """
    account = Account(workers=workers if executor is None else hands(executor), say=say)
    with Store(store or Path(folder) / "store", packages=MEASURED_BY) as opened:
        for sentence in opened.remarks:
            say(f"Store: {sentence}")
        lab = Lab(calibration, opened, executor, workers, measure, watch, account, as_is)
        start = lab.checked(calibration.sweep.base)
        if as_is:
            result = result_as_is(calibration, start, lab)
        else:
            rounds = CalibrationRounds(calibration, lab, say)
            fit = rounds.run()
            fitted, fit = rounds.rounded(fit)
            scenario = calibration.sweep.scenario(Point(-1, fitted))
            result = result_of(calibration, lab, rounds, fit, fitted, scenario, start, lab.checked(scenario))
    account.elapsed = time.perf_counter() - account.began
    return result
