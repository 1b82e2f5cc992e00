"""What a calibration found, as tables: targets, parameters, directions and points."""

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
    failures: list[Finished[Values]]
    account: Account

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts: dict[str, object] = {"of": self.scenario.name, "targets": len(self.targets), "all met": self.all_met}
        return self.asked.sweep.name, facts | self.fitted

    @property
    def all_met(self) -> bool:
        """Whether the scenario reaches every target: the fitted one, or the one as it was where nothing was fitted."""
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
            **_reached("start", target, one),
        }
        for target, one in zip(targets, start, strict=True)
    ]


def _reached(word: str, target: Target, one: dict[str, Any]) -> dict[str, Any]:
    value, low, high = (float(one[key]) for key in ("value", "low", "high"))
    met = target.low <= value <= target.high
    sure = (target.low <= low and high <= target.high) if met else (high < target.low or target.high < low)
    return {word: value, f"{word}_low": low, f"{word}_high": high, f"{word}_met": met, f"{word}_sure": sure}


def result_as_is(asked: Calibration, start: list[dict[str, Any]], lab: Lab) -> Calibrated:
    """Put together what was measured where nothing was fitted."""
    empty = pd.DataFrame()
    rows = pd.DataFrame(_target_rows(asked.targets, start))
    return Calibrated(asked, asked.sweep.base, {}, rows, empty, empty, empty, None, lab.failures, lab.account)


def result_of(
    asked: Calibration,
    lab: Lab,
    rounds: CalibrationRounds,
    fit: Fit,
    fitted: dict[str, Any],
    scenario: Scenario,
    start: list[dict[str, Any]],
    reached: list[dict[str, Any]],
) -> Calibrated:
    """Put together what was fitted and how far it reaches the targets."""
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
