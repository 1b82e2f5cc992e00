"""The result of a calibration as tables: targets, parameters, directions and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.calibration.best_fit import OPEN, PINNED, TOGETHER, Fit
from analysis.calibration.calibration import Calibration, Target
from analysis.calibration.rounds import CalibrationRounds, Lab
from analysis.sweeps.result import Account
from sim.display import Shown
from sim.experiments.rounds import Finished
from sim.experiments.sampling import values_at
from sim.experiments.sweep import Factor, Sweep
from sim.scenario.scenario import Scenario
from sim.store.store import Values


@dataclass(frozen=True, repr=False)
class Calibrated(Shown):
    """The result of a calibration.

    Attributes
    ----------
    calibration : Calibration
        What to fit, to which targets.
    scenario : Scenario
        The fitted scenario; without a fit, the scenario as it was.
    fitted : dict
        Dotted path to fitted value; empty without a fit.
    targets : DataFrame
        One row per target: quantity, unit, target, sd, slack, low, high, source; ``start`` and ``reached``, its values
        before and after the fit, with 95 % intervals between replications (``_low``, ``_high``), whether the value lies
        in the target range (``_met``) and whether the interval crosses no end of it (``_sure``); ``predicted``, the
        surface's value; degree of the surface and its leave-one-out error ``unseen`` on the scale ``link``.
    parameters : DataFrame
        One row per parameter: path, unit, start, low and high of its range, scale, value, ends of its 95 % profile
        interval, ``left`` (share of the range inside it), ``pinned`` (yes, partly, no) and ``together``.
    directions : DataFrame
        One row per independent combination of parameters, least known first: information (squared standard
        deviations over the whole range; below 12 the targets say less than the range), and the weights of parameters.
    points : DataFrame
        One row per simulated point: round, point, parameters, value of each target.
    fit : Fit or None
        The fit after the last round; None without a fit.
    failures : list of Finished
        Runs that failed.
    account : Account
        What the runs cost.
    """

    calibration: Calibration
    scenario: Scenario
    fitted: dict[str, Any]
    targets: pd.DataFrame
    parameters: pd.DataFrame
    directions: pd.DataFrame
    points: pd.DataFrame
    fit: Fit | None
    failures: list[Finished[Values]]
    account: Account

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts: dict[str, object] = {"of": self.scenario.name, "targets": len(self.targets), "all met": self.all_met}
        return self.calibration.sweep.name, facts | self.fitted

    @property
    def all_met(self) -> bool:
        """Whether the value of every target lies in its range, after the fit if there was one."""
        return bool(self.targets["start_met" if self.fit is None else "reached_met"].all())


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
            **_reached("start", target, measured),
        }
        for target, measured in zip(targets, start, strict=True)
    ]


def _reached(word: str, target: Target, measured: dict[str, Any]) -> dict[str, Any]:
    value, low, high = (float(measured[key]) for key in ("value", "low", "high"))
    met = target.low <= value <= target.high
    sure = (target.low <= low and high <= target.high) if met else (high < target.low or target.high < low)
    return {word: value, f"{word}_low": low, f"{word}_high": high, f"{word}_met": met, f"{word}_sure": sure}


def result_as_is(calibration: Calibration, start: list[dict[str, Any]], lab: Lab) -> Calibrated:
    """Return the result without a fit: the targets measured in the scenario as it is."""
    empty = pd.DataFrame()
    rows = pd.DataFrame(_target_rows(calibration.targets, start))
    return Calibrated(
        calibration, calibration.sweep.base, {}, rows, empty, empty, empty, None, lab.failures, lab.account
    )


def result_of(
    calibration: Calibration,
    lab: Lab,
    rounds: CalibrationRounds,
    fit: Fit,
    fitted: dict[str, Any],
    scenario: Scenario,
    start: list[dict[str, Any]],
    reached: list[dict[str, Any]],
) -> Calibrated:
    """Return the result of a fit, with the targets measured before and after it."""
    rows = _target_rows(calibration.targets, start)
    for row, target, measured, aim, link in zip(
        rows, calibration.targets, reached, fit.aims.each, rounds.links, strict=True
    ):
        row |= _reached("reached", target, measured)
        row |= {
            "predicted": float(link.back(aim.surface.at(fit.best[None, :])[0][0])),
            "link": link.name,
            "degree": aim.surface.degree,
            "unseen": aim.surface.unseen,
        }
    values, vectors = fit.directions
    paths = [factor.path for factor in calibration.sweep.factors]
    directions = pd.DataFrame(vectors.T, columns=paths)
    directions.insert(0, "information", values)
    points = pd.DataFrame(rounds.values)
    points.insert(0, "point", np.arange(len(points)))
    points.insert(0, "round", rounds.round_of)
    points[list(lab.names)] = np.array(rounds.results, dtype=np.float64)
    return Calibrated(
        calibration,
        scenario,
        fitted,
        pd.DataFrame(rows),
        _parameters(calibration.sweep, fit, fitted),
        directions,
        points,
        fit,
        lab.failures,
        lab.account,
    )


def _end(factor: Factor, place: float) -> Any:
    """Return the value at an end of an interval; at an end of the range exactly that end."""
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
