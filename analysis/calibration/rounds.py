"""The rounds of a calibration: which points are simulated, their values, and how the ranges narrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from analysis.calibration.best_fit import LEVEL, RULED_OUT, Aim, Aims, Fit, find_best
from analysis.calibration.calibration import Calibration
from analysis.calibration.ranges import coordinate, within
from analysis.calibration.surface import Link, fewest_points, fit_surface, link_for
from analysis.errors import AnalysisError
from analysis.quantities.over_replications import over_replications
from analysis.sweeps.result import Account
from analysis.tables.clusters import Floats
from sim.experiments.rounds import Finished, Task
from sim.experiments.runner import run_tasks
from sim.experiments.sampling import values_at
from sim.experiments.sweep import Factor, Point
from sim.experiments.worker import Measure
from sim.scenario.scenario import Scenario
from sim.store.store import Store, Values
from sim.streams import Streams

STREAM = "calibration"
DIGITS = 4  # significant digits of a fitted value; no interval is that narrow
WIDER = 1.5  # points within this many half widths of a box's middle are used for its surface
SURE_OF_CORRELATION = 0.95  # weight of the estimated correlations; the rest pulls them to 0
NARROWEST = 0.02  # share of a range; in a narrower box noise would hide every slope
Watch = Callable[[Finished[Values], int], None]


@dataclass
class Lab:
    """Carries out the runs of a calibration and measures the targets."""

    calibration: Calibration
    store: Store
    executor: Executor | None
    workers: int
    measure: Measure[Values]
    watch: Watch | None
    account: Account
    as_is: bool
    failures: list[Finished[Values]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Quantities of the targets."""
        return tuple(target.quantity for target in self.calibration.targets)

    @property
    def wanted(self) -> int:
        """Number of runs of the whole calibration."""
        if self.as_is:
            return self.calibration.check
        return 2 * self.calibration.check + self.calibration.points * self.calibration.sweep.replications

    def checked(self, scenario: Scenario) -> list[dict[str, Any]]:
        """Measure the targets in a scenario, in the replications that `referralsim run` would simulate: from 0 on."""
        tasks = [
            Task(-1, scenario, self.calibration.sweep.seed, replication)
            for replication in range(self.calibration.check)
        ]
        return self.measured(tasks)[-1]

    def measured(self, tasks: Sequence[Task]) -> dict[int, list[dict[str, Any]]]:
        """Carry out runs, and return for each point the values of all targets over its replications."""
        found: dict[int, dict[int, dict[str, tuple[float, float]]]] = {task.point: {} for task in tasks}
        for finished in run_tasks(
            tasks, self.names, measure=self.measure, store=self.store, executor=self.executor, workers=self.workers
        ):
            self.account.note(finished)
            if finished.values is None:
                self.failures.append(finished)
            else:
                found[finished.task.point][finished.task.replication] = finished.values
            if self.watch is not None:
                self.watch(finished, self.wanted)
        return {point: [self._summed(name, runs) for name in self.names] for point, runs in found.items()}

    @staticmethod
    def _summed(name: str, runs: dict[int, dict[str, tuple[float, float]]]) -> dict[str, Any]:
        pairs = [runs[replication][name] for replication in sorted(runs)]
        known = [(n, value) for n, value in pairs if not math.isnan(value) and n > 0]
        if not known:
            return {"value": math.nan, "low": math.nan, "high": math.nan}
        return over_replications(name, [n for n, _ in known], [value for _, value in known], LEVEL)


@dataclass
class CalibrationRounds:
    """The rounds of one calibration: points, their values, and the box of values not ruled out."""

    calibration: Calibration
    lab: Lab
    say: Callable[[str], None]
    places: list[list[float]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    results: list[list[float]] = field(default_factory=list)
    round_of: list[int] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    low: Floats = field(default_factory=lambda: np.zeros(0))
    high: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The parameters to fit."""
        return self.calibration.sweep.factors

    def run(self) -> Fit:
        """Carry out all rounds and return the fit after the last."""
        self.low, self.high = np.zeros(len(self.factors)), np.ones(len(self.factors))
        sizes = round_sizes(self.calibration.points, self.calibration.rounds, len(self.factors))
        fit: Fit | None = None
        for number, size in enumerate(sizes):
            if fit is not None:
                self._narrow(fit)
                left = float(np.prod(self.high - self.low)) * 100
                self.say(f"Round {number + 1}: {size} points in the {left:.3g} % of the ranges not ruled out.")
            self._simulate(number, size)
            fit = find_best(self.aims(), self.low, self.high, self.start)
        assert fit is not None  # noqa: S101  (at least one round)
        return fit

    @property
    def start(self) -> Floats:
        """Coordinates of the scenario's own values, shape (factors,)."""
        return np.array([np.clip(coordinate(factor, factor.base), 0, 1) for factor in self.factors])

    def _simulate(self, number: int, size: int) -> None:
        sweep = self.calibration.sweep
        draws = Streams(sweep.seed, number).generator(STREAM)
        cube = qmc.LatinHypercube(len(self.factors), rng=draws).random(size)
        cube = self.low + cube * (self.high - self.low)
        columns = [values_at(factor, cube[:, index]) for index, factor in enumerate(self.factors)]
        tasks, first = [], len(self.places)
        for offset, row in enumerate(zip(*columns, strict=True)):
            values = dict(zip((factor.path for factor in self.factors), row, strict=True))
            scenario = sweep.scenario(Point(first + offset, values))
            self.values.append(values)
            self.places.append([coordinate(factor, values[factor.path]) for factor in self.factors])
            self.round_of.append(number + 1)
            own = self.calibration.check + (first + offset) * sweep.replications
            tasks += [Task(first + offset, scenario, sweep.seed, own + again) for again in range(sweep.replications)]
        # Every point once, then every point again.
        tasks.sort(key=lambda task: ((task.replication - self.calibration.check) % sweep.replications, task.point))
        measured = self.lab.measured(tasks)
        self.results += [[measurement["value"] for measurement in measured[first + offset]] for offset in range(size)]

    def aims(self) -> Aims:
        """Fit a surface to each target over the box of values not ruled out."""
        places, results = np.array(self.places), np.array(self.results, dtype=np.float64)
        distance = np.abs((places - (self.low + self.high) / 2) / ((self.high - self.low) / 2)).max(axis=1)
        aims, self.links = [], []
        residuals = pd.DataFrame(index=range(len(places)))
        for column, target in enumerate(self.calibration.targets):
            known = np.flatnonzero(~np.isnan(results[:, column]))
            least = fewest_points(len(self.factors))
            if len(known) < least:
                raise AnalysisError(
                    f"{target.quantity}: only {len(known)} of {len(places)} points have a value, and "
                    f"{len(self.factors)} parameters need {least}; simulate more people or a longer window, or narrow "
                    "the ranges"
                )
            order = known[np.argsort(distance[known], kind="stable")]
            near = np.sort(order[: max(least + len(self.factors), int((distance[order] <= WIDER).sum()))])
            values = results[near, column]
            link = link_for(target.unit, np.array([*values, target.low, target.value, target.high]))
            surface = fit_surface(places[near], link.to(values), self.low, self.high)
            residuals[target.quantity] = pd.Series(surface.residuals, index=near)
            slope = float(link.slope(target.value))
            aims.append(Aim(surface, float(link.to(target.value)), slope * target.sd, slope * target.slack))
            self.links.append(link)
        return Aims(tuple(aims), correlation_of(residuals))

    def _narrow(self, fit: Fit) -> None:
        """Narrow the box to values not ruled out; a box that becomes too narrow is widened about its middle."""
        wary = find_best(fit.aims.wary(), self.low, self.high, self.start)
        ends = np.array([wary.interval(factor, RULED_OUT) for factor in range(len(self.factors))])
        short = np.maximum(NARROWEST - (ends[:, 1] - ends[:, 0]), 0) / 2
        self.low = np.clip(ends[:, 0] - short, 0, 1 - NARROWEST)
        self.high = np.clip(ends[:, 1] + short, NARROWEST, 1)

    def rounded(self, fit: Fit) -> tuple[dict[str, Any], Fit]:
        """Return the fitted values rounded as they are written; whole numbers first, then the others fitted to them."""
        whole = {
            index: coordinate(factor, values_at(factor, fit.best[[index]])[0])
            for index, factor in enumerate(self.factors)
            if factor.type == "int"
        }
        if whole:
            fit = find_best(fit.aims, fit.low, fit.high, fit.start, whole)
        values: dict[str, Any] = {}
        for index, factor in enumerate(self.factors):
            (value,) = values_at(factor, fit.best[[index]])
            values[factor.path] = value if factor.type == "int" else within(float(f"{value:.{DIGITS}g}"), factor)
        return values, fit


def round_sizes(points: int, rounds: int, factors: int) -> list[int]:
    """Divide the points among rounds: half to the first, and to each at least as many as a surface needs."""
    least = fewest_points(factors)
    rounds = max(1, min(rounds, points // least))
    if rounds == 1:
        return [points]
    first = max(least, points // 2)
    share, rest = divmod(points - first, rounds - 1)
    return [first, *(share + (number < rest) for number in range(rounds - 1))]


def correlation_of(residuals: pd.DataFrame) -> Floats:
    """Return the correlations of the surfaces' errors, shrunk a little to 0 so that the matrix is positive definite."""
    found = residuals.corr(min_periods=3).fillna(0.0).to_numpy(np.float64, copy=True)
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    allowed = (vectors * np.maximum(values, 0.0)) @ vectors.T
    scale = np.sqrt(np.diag(allowed))
    return np.asarray(
        SURE_OF_CORRELATION * allowed / np.outer(scale, scale) + (1 - SURE_OF_CORRELATION) * np.eye(len(allowed))
    )
