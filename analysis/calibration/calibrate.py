"""Calibration: parameters fitted to targets by simulating, fitting a surface, and simulating again where it points.

Rounds. The first spreads points over all ranges (Latin hypercube); a surface is fitted to each target; what it rules
out by more than three standard deviations is left, and the next round spreads its points over the rest. Every point
has replications of its own: with shared draws their error would be the same at all points and no number of points
would average it out of the level, which is what is fitted. All runs are in a store, so that the same call goes on
where it was stopped. At the end the scenario as it was and the fitted one are simulated anew, both on the same draws,
which no point has seen.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from analysis.calibration.best_fit import LEVEL, OPEN, PINNED, RULED_OUT, TOGETHER, Aim, Aims, Fit, find_best
from analysis.calibration.calibration_file import Calibration, Target
from analysis.calibration.surface import Floats, Link, fewest_points, fit_surface, link_for
from analysis.errors import AnalysisError
from analysis.quantities.over_replications import over_replications
from analysis.quantities.per_replication import simulate_outcomes
from analysis.sweeps.run import Account
from sim.display import Shown
from sim.experiments.runner import Finished, Measure, Task, run_tasks
from sim.experiments.sampling import values_at
from sim.experiments.sweep import Factor, Point, Sweep
from sim.runs.executors import hands
from sim.scenario.scenario import Scenario
from sim.store.store import Store
from sim.streams import Streams

STREAM = "calibration"
DIGITS = 4  # significant digits of a fitted value: more than any interval is worth
WIDER = 1.5  # points up to so many half widths from the middle of a box say something of it
SURE_OF_CORRELATION = 0.95
NARROWEST = 0.02  # share of a range: in a narrower box noise would hide every slope
Watch = Callable[[Finished, int], None]


@dataclass(frozen=True, repr=False)
class Calibrated(Shown):
    """What a calibration found.

    Attributes
    ----------
    asked : Calibration
        What was asked.
    scenario : Scenario
        The fitted one; the scenario as it was where nothing was fitted.
    fitted : dict
        Dotted path to fitted value; empty where nothing was fitted.
    targets : DataFrame
        One row a target: quantity, unit, target, sd, slack, low, high, source; start and reached with their 95 %
        intervals between replications (``_low``, ``_high``) and whether they are met (``_met``) and surely so
        (``_sure``: the interval does not cross an end of the band); predicted, what the surface said; degree of the
        surface and its leave-one-out error ``unseen`` on the scale ``link``.
    parameters : DataFrame
        One row a parameter: path, unit, start, low and high of its range, scale, value, ends of its 95 % profile
        interval, ``left`` (share of the range inside it), ``pinned`` (yes, partly, no) and ``together``.
    directions : DataFrame
        One row an independent combination, least known first: information (squared standard deviations over the
        whole range; below 12 the targets say less than the range), and its share of each parameter.
    points : DataFrame
        One row a simulated point: round, point, parameters, value of each target.
    fit : Fit or None
        Of the last round; None where nothing was fitted.
    failures : list of Finished
        Runs that raised.
    account : Account
        What it cost.
    """

    asked: Calibration
    scenario: Scenario
    fitted: dict[str, Any]
    targets: pd.DataFrame
    parameters: pd.DataFrame
    directions: pd.DataFrame
    points: pd.DataFrame
    fit: Fit | None
    failures: list[Finished]
    account: Account

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts: dict[str, object] = {"of": self.scenario.name, "targets": len(self.targets), "all met": self.all_met}
        return self.asked.sweep.name, facts | self.fitted

    @property
    def all_met(self) -> bool:
        """Whether the scenario reaches every target: the fitted one, or the one as it was where nothing was fitted."""
        return bool(self.targets["start_met" if self.fit is None else "reached_met"].all())


def calibrate(
    asked: Calibration,
    folder: str | Path,
    *,
    as_is: bool = False,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int = 1,
    measure: Measure = simulate_outcomes,
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
        lab = _Lab(asked, opened, executor, workers, measure, watch, account, as_is)
        start = lab.checked(asked.sweep.base)
        if as_is:
            result = _as_is(asked, start, lab)
        else:
            rounds = _Rounds(asked, lab, say)
            fit = rounds.run()
            fitted, fit = rounds.rounded(fit)
            scenario = asked.sweep.scenario(Point(-1, fitted))
            result = _result(asked, lab, rounds, fit, fitted, scenario, start, lab.checked(scenario))
    account.elapsed = time.perf_counter() - account.began
    return result


@dataclass
class _Lab:
    """Carries out runs."""

    asked: Calibration
    store: Store
    executor: Executor | None
    workers: int
    measure: Measure
    watch: Watch | None
    account: Account
    as_is: bool
    failures: list[Finished] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(target.quantity for target in self.asked.targets)

    @property
    def wanted(self) -> int:
        if self.as_is:
            return self.asked.check
        return 2 * self.asked.check + self.asked.points * self.asked.sweep.replications

    def checked(self, scenario: Scenario) -> list[dict[str, Any]]:
        """Simulate a scenario on the draws kept for it: replications from 0, as `referralsim run` takes them."""
        tasks = [Task(-1, scenario, self.asked.sweep.seed, replication) for replication in range(self.asked.check)]
        return self.measured(tasks)[-1]

    def measured(self, tasks: Sequence[Task]) -> dict[int, list[dict[str, Any]]]:
        """Carry out runs and sum each target up at each point."""
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
class _Rounds:
    """The rounds of one calibration: which points, what they gave, what is left of the ranges."""

    asked: Calibration
    lab: _Lab
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
        return self.asked.sweep.factors

    def run(self) -> Fit:
        """Carry out all rounds and give the fit of the last."""
        self.low, self.high = np.zeros(len(self.factors)), np.ones(len(self.factors))
        sizes = round_sizes(self.asked.points, self.asked.rounds, len(self.factors))
        fit: Fit | None = None
        for number, size in enumerate(sizes):
            if fit is not None:
                self._narrow(fit)
                left = float(np.prod(self.high - self.low)) * 100
                self.say(f"Round {number + 1}: {size} points in the {left:.3g} % of the ranges that are left.")
            self._simulate(number, size)
            fit = find_best(self.aims(), self.low, self.high, self.start)
        assert fit is not None  # noqa: S101  (there is at least one round)
        return fit

    @property
    def start(self) -> Floats:
        return np.array([np.clip(coordinate(factor, factor.base), 0, 1) for factor in self.factors])

    def _simulate(self, number: int, size: int) -> None:
        sweep = self.asked.sweep
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
            own = self.asked.check + (first + offset) * sweep.replications
            tasks += [Task(first + offset, scenario, sweep.seed, own + again) for again in range(sweep.replications)]
        # Every point once, then every point again.
        tasks.sort(key=lambda task: ((task.replication - self.asked.check) % sweep.replications, task.point))
        measured = self.lab.measured(tasks)
        self.results += [[one["value"] for one in measured[first + offset]] for offset in range(size)]

    def aims(self) -> Aims:
        """Fit a surface to each target over the box that is left."""
        places, results = np.array(self.places), np.array(self.results, dtype=np.float64)
        distance = np.abs((places - (self.low + self.high) / 2) / ((self.high - self.low) / 2)).max(axis=1)
        aims, self.links = [], []
        residuals = pd.DataFrame(index=range(len(places)))
        for column, target in enumerate(self.asked.targets):
            known = np.flatnonzero(~np.isnan(results[:, column]))
            least = fewest_points(len(self.factors))
            if len(known) < least:
                raise AnalysisError(
                    f"{target.quantity}: only {len(known)} of {len(places)} points gave it a value, and "
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
        """Leave what is ruled out; a box that became too narrow is widened about its middle."""
        wary = find_best(fit.aims.wary(), self.low, self.high, self.start)
        ends = np.array([wary.interval(factor, RULED_OUT) for factor in range(len(self.factors))])
        short = np.maximum(NARROWEST - (ends[:, 1] - ends[:, 0]), 0) / 2
        self.low = np.clip(ends[:, 0] - short, 0, 1 - NARROWEST)
        self.high = np.clip(ends[:, 1] + short, NARROWEST, 1)

    def rounded(self, fit: Fit) -> tuple[dict[str, Any], Fit]:
        """Give the fitted values as they will be written; whole numbers first, the others fitted to them."""
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
    """Divide the points over the rounds: half in the first, and in no round too few to fit anything new."""
    least = fewest_points(factors)
    rounds = max(1, min(rounds, points // least))
    if rounds == 1:
        return [points]
    first = max(least, points // 2)
    share, rest = divmod(points - first, rounds - 1)
    return [first, *(share + (number < rest) for number in range(rounds - 1))]


def correlation_of(residuals: pd.DataFrame) -> Floats:
    """Return the correlations of the surfaces' errors, drawn a little to 0, so that all can hold together."""
    found = residuals.corr(min_periods=3).fillna(0.0).to_numpy(np.float64, copy=True)
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    allowed = (vectors * np.maximum(values, 0.0)) @ vectors.T
    scale = np.sqrt(np.diag(allowed))
    return np.asarray(
        SURE_OF_CORRELATION * allowed / np.outer(scale, scale) + (1 - SURE_OF_CORRELATION) * np.eye(len(allowed))
    )


def coordinate(factor: Factor, value: float) -> float:
    """Return where a value lies in the range of its factor, from 0 to 1: the inverse of `sampling.values_at`."""
    assert factor.low is not None  # noqa: S101  (the reader asks for both ends)
    assert factor.high is not None  # noqa: S101
    more = 0.5 if factor.type == "int" else 0.0
    low, high = factor.low - more, factor.high + more
    if factor.distribution == "loguniform":
        if value <= 0:
            return 0.0
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)


def within(value: float, factor: Factor) -> float:
    """Keep a rounded value inside the range."""
    assert factor.low is not None  # noqa: S101
    assert factor.high is not None  # noqa: S101
    return min(max(value, factor.low), factor.high)


def _target_rows(targets: Sequence[Target], start: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "quantity": target.quantity,
            "unit": target.unit,
            "target": target.value,
            "sd": target.sd,
            "slack": target.slack,
            "low": target.low,
            "high": target.high,
            "source": target.source,
            **_reached("start", target, one),
        }
        for target, one in zip(targets, start, strict=True)
    ]


def _reached(word: str, target: Target, one: dict[str, Any]) -> dict[str, Any]:
    value, low, high = (float(one[key]) for key in ("value", "low", "high"))
    met = target.low <= value <= target.high
    sure = (target.low <= low and high <= target.high) if met else (high < target.low or target.high < low)
    return {word: value, f"{word}_low": low, f"{word}_high": high, f"{word}_met": met, f"{word}_sure": sure}


def _as_is(asked: Calibration, start: list[dict[str, Any]], lab: _Lab) -> Calibrated:
    empty = pd.DataFrame()
    rows = pd.DataFrame(_target_rows(asked.targets, start))
    return Calibrated(asked, asked.sweep.base, {}, rows, empty, empty, empty, None, lab.failures, lab.account)


def _result(
    asked: Calibration,
    lab: _Lab,
    rounds: _Rounds,
    fit: Fit,
    fitted: dict[str, Any],
    scenario: Scenario,
    start: list[dict[str, Any]],
    reached: list[dict[str, Any]],
) -> Calibrated:
    rows = _target_rows(asked.targets, start)
    for row, target, one, aim, link in zip(rows, asked.targets, reached, fit.aims.each, rounds.links, strict=True):
        row |= _reached("reached", target, one)
        row |= {
            "predicted": float(link.back(aim.surface.at(fit.best[None, :])[0][0])),
            "link": link.name,
            "degree": aim.surface.degree,
            "unseen": aim.surface.unseen,
        }
    values, vectors = fit.directions
    paths = [factor.path for factor in asked.sweep.factors]
    directions = pd.DataFrame(vectors.T, columns=paths)
    directions.insert(0, "information", values)
    points = pd.DataFrame(rounds.values)
    points.insert(0, "point", np.arange(len(points)))
    points.insert(0, "round", rounds.round_of)
    points[list(lab.names)] = np.array(rounds.results, dtype=np.float64)
    return Calibrated(
        asked,
        scenario,
        fitted,
        pd.DataFrame(rows),
        _parameters(asked.sweep, fit, fitted),
        directions,
        points,
        fit,
        lab.failures,
        lab.account,
    )


def _end(factor: Factor, place: float) -> Any:
    """Return the value at an end of an interval; the end of the range exactly."""
    if place <= 1e-9 or place >= 1 - 1e-9:
        return factor.low if place <= 0.5 else factor.high
    return values_at(factor, np.array([place]))[0]


def _parameters(sweep: Sweep, fit: Fit, fitted: dict[str, Any]) -> pd.DataFrame:
    correlations = fit.correlations
    rows = []
    for index, factor in enumerate(sweep.factors):
        low, high = fit.interval(index)
        ends = [_end(factor, end) for end in (low, high)]
        left = high - low
        others = [
            f"{'+' if correlations[index, other] > 0 else '-'}{sweep.factors[other].path}"
            for other in np.flatnonzero(np.abs(correlations[index]) >= TOGETHER)
            if other != index
        ]
        rows.append(
            {
                "path": factor.path,
                "unit": factor.unit,
                "start": factor.base,
                "low": factor.low,
                "high": factor.high,
                "scale": factor.scale,
                "value": fitted[factor.path],
                "value_low": min(ends[0], fitted[factor.path]),
                "value_high": max(ends[1], fitted[factor.path]),
                "left": left,
                "pinned": "yes" if left < PINNED else "no" if left >= OPEN else "partly",
                "together": " ".join(others),
            }
        )
    return pd.DataFrame(rows)
