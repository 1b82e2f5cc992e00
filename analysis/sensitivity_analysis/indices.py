"""Sensitivity of a quantity: Sobol' indices, Morris screening, effects of one factor at a time, means by level.

The indices are computed by SALib. Their intervals are bootstrapped over both sources of chance: which points were drawn
(base samples or trajectories), and the replications, which all points share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import AnalysisError
from analysis.quantities.over_replications import over_replications
from analysis.sensitivity_analysis.metamodel import Metamodel, fit
from analysis.sensitivity_analysis.sweep_data import Responses, SweepData
from analysis.tables.clusters import Floats
from sim.display import Shown
from sim.experiments.designs import SAMPLED, block_size
from sim.experiments.sweep import Factor

LEVEL = 0.95
RESAMPLES = 300
COLUMNS = [
    "of",
    "unit",
    "method",
    "index",
    "factor",
    "other",
    "at",
    "value",
    "low",
    "high",
    "level",
    "n",
    "replications",
]
CANNOT = {
    "points": "Listed points show values there; only a grid or a sampled design can show which factor caused them.",
    "table": "A table of points can have a metamodel; indices need a sampled design (sobol, morris).",
    "grid": "A grid says nothing about values between or beyond its levels and has no indices; sobol and morris have.",
    "one-at-a-time": "One factor at a time cannot show interactions; a grid, morris or sobol can.",
    "latin-hypercube": "A Latin hypercube has no indices of its own; these results are only as good as the metamodel.",
    "morris": "Morris ranks factors and shows which interact; shares of the variance need sobol.",
    "sobol": "Sobol' indices divide up the variance; they do not say in which direction a factor moves the quantity.",
}
"""What each design cannot answer."""


@dataclass(frozen=True, repr=False)
class Sensitivity(Shown):
    """The sensitivity analysis of one quantity in a sweep.

    Attributes
    ----------
    data, responses
        The sweep, and the quantity at its points.
    indices
        Sobol' or Morris' indices, rows as in `COLUMNS`; empty in other designs.
    effects
        Paired differences from the base point, one at a time; empty in other designs.
    curves
        Mean at each level of a factor: over the points there, or with all other factors at their base.
    metamodel
        A response surface, if there are enough points.
    notes
        Remarks for the reader, one sentence each.
    """

    data: SweepData
    responses: Responses
    indices: pd.DataFrame
    effects: pd.DataFrame
    curves: pd.DataFrame
    metamodel: Metamodel | None
    notes: tuple[str, ...]

    @property
    def cannot(self) -> str:
        """What this design cannot answer."""
        return CANNOT[self.data.design]

    def table(self) -> pd.DataFrame:
        """Return all numbers as one table, columns as in `COLUMNS`."""
        parts = [self.indices, self.effects, self.curves]
        if self.metamodel is not None:
            parts.append(self.metamodel.table())
        known = [part.reindex(columns=COLUMNS) for part in parts if len(part)]
        if not known:
            return pd.DataFrame(columns=COLUMNS)
        name, unit = self.responses.name, self.responses.unit
        return pd.concat([part.assign(of=name, unit=unit) for part in known], ignore_index=True)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        notes = {"notes": len(self.notes)} if self.notes else {}
        return f"of {self.responses.name} in {self.data.name}", {**self.data.shown()[1], **notes}


def sensitivity(data: SweepData, name: str, *, level: float = LEVEL, resamples: int = RESAMPLES) -> Sensitivity:
    """Analyse a quantity as far as the design of the sweep allows.

    Parameters
    ----------
    data : SweepData
        From `sweep_data.open_sweep_data` or `sweep_data.data_of`.
    name : str
        A quantity measured in the sweep, such as ``direct.response``.
    level : float
        Confidence of the intervals.
    resamples : int
        Bootstrap samples of points and replications.

    Raises
    ------
    AnalysisError
        If the sweep did not measure it.
    """
    responses = data.responses(name)
    notes = list(_notes(data, responses))
    indices = effects = curves = pd.DataFrame(columns=COLUMNS)
    metamodel: Metamodel | None = None
    known = responses.points[~np.isnan(responses.points)]
    if len(known) > 1 and np.ptp(known) == 0:
        notes.append("The quantity is the same at every point, so none of the factors moves it.")
    elif data.design in ("sobol", "morris"):
        indices = (sobol if data.design == "sobol" else morris)(data, responses, level=level, resamples=resamples)
    if data.design == "one-at-a-time":
        effects = one_at_a_time(data, responses, level=level)
    if data.design in ("grid", "one-at-a-time"):
        curves = levels_of(data, responses, level=level)
    if data.design != "one-at-a-time" and len(known) > 1 and np.ptp(known) > 0:
        try:
            metamodel = fit(data, responses, level=level)
        except AnalysisError as problem:
            notes.append(str(problem))
    return Sensitivity(data, responses, indices, effects, curves, metamodel, tuple(notes))


def _notes(data: SweepData, responses: Responses) -> list[str]:
    notes = []
    lost = int(np.isnan(responses.points).sum())
    if lost:
        notes.append(f"{lost} of {len(data.points)} points have nothing to count and are left out.")
    if responses.replications == 1:
        notes.append("With one replication per point chance cannot be estimated; run at least two.")
    values = responses.points
    noise, spread = responses.noise(), float(np.nanvar(values))
    if data.design in SAMPLED and noise**2 > 0.1 * spread > 0:
        share = min(1.0, noise**2 / spread)
        notes.append(
            f"Replication noise is {share:.0%} of the variance between points. Total indices and sigma count it as "
            "interaction; more replications make it smaller."
        )
    return notes


def sobol(data: SweepData, responses: Responses, *, level: float = LEVEL, resamples: int = RESAMPLES) -> pd.DataFrame:
    """Estimate Sobol' indices (Saltelli et al. 2010) with bootstrapped intervals.

    Returns
    -------
    DataFrame
        Index ``S1`` (alone), ``ST`` (with all its interactions) and, if the design has the points, ``S2`` (interaction
        of two factors): shares of the variance between points. ``n`` counts base samples.
    """
    from SALib.analyze import sobol as salib

    def indices(values: Floats, _: Floats) -> Floats:
        # SALib's own intervals are not used, because they ignore the replications.
        found = salib.analyze(data.problem, values, calc_second_order=data.second_order, num_resamples=2, seed=1)
        second = [found["S2"][pair] for pair in pairs] if data.second_order else []
        return np.array([*found["S1"], *found["ST"], *second])

    factors = [factor.path for factor in data.factors]
    count = len(factors)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    step = block_size(data.design, count, second_order=data.second_order)
    rows: list[dict[str, Any]] = [
        *({"index": "S1", "factor": factor, "other": ""} for factor in factors),
        *({"index": "ST", "factor": factor, "other": ""} for factor in factors),
    ]
    if data.second_order:
        rows += [{"index": "S2", "factor": factors[i], "other": factors[j]} for i, j in pairs]
    return _bootstrapped(data, responses, "Sobol'", rows, step, indices, level, resamples)


def morris(data: SweepData, responses: Responses, *, level: float = LEVEL, resamples: int = RESAMPLES) -> pd.DataFrame:
    """Estimate Morris' measures (Campolongo et al. 2007) with bootstrapped intervals.

    Returns
    -------
    DataFrame
        Index ``mu_star`` (mean size of the effect of a factor over its whole range), ``mu`` (the same with its sign)
        and ``sigma`` (how much that depends on where the others are), in the quantity's unit. ``n`` counts
        trajectories.
    """
    from SALib.analyze import morris as salib

    def measures(values: Floats, unit: Floats) -> Floats:
        found = salib.analyze(data.problem, unit, values, num_resamples=2, num_levels=data.levels, seed=1)
        return np.concatenate([np.asarray(found[index], dtype=np.float64) for index in ("mu_star", "mu", "sigma")])

    rows = [
        {"index": index, "factor": factor.path, "other": ""}
        for index in ("mu_star", "mu", "sigma")
        for factor in data.factors
    ]
    return _bootstrapped(data, responses, "Morris", rows, len(data.factors) + 1, measures, level, resamples)


def _bootstrapped(
    data: SweepData,
    responses: Responses,
    method: str,
    rows: list[dict[str, Any]],
    step: int,
    measure: Callable[[Floats, Floats], Floats],
    level: float,
    resamples: int,
) -> pd.DataFrame:
    """Compute indices, and intervals by resampling blocks and replications; incomplete blocks are dropped."""
    shape = (-1, step)
    own = responses.points.reshape(shape)
    whole = np.flatnonzero(~np.isnan(own).any(axis=1))
    if len(whole) < 2:
        blocks = "trajectories" if method == "Morris" else "base samples"
        raise AnalysisError(
            f"{method} indices of '{responses.name}' need two {blocks}"
            f" without a missing point; there are {len(whole)} of {len(own)}"
        )
    cube = data.unit.reshape(-1, step, data.unit.shape[1])

    def measured(values: Floats, blocks: Any) -> Floats:
        chosen = values.reshape(shape)[blocks].ravel()
        if np.ptp(chosen) == 0:
            return np.full(len(rows), np.nan)
        return measure(chosen, cube[blocks].reshape(-1, data.unit.shape[1]))

    draws = data.draws(f"{method} {responses.name}")
    value = measured(responses.points, whole)
    again = np.array(
        [
            measured(responses.resampled(draws), whole[draws.integers(0, len(whole), len(whole))])
            for _ in range(resamples)
        ]
    )
    half = stats.norm.ppf(0.5 + level / 2) * np.nanstd(again, axis=0, ddof=1)
    found = pd.DataFrame(rows).assign(method=method, value=value, low=value - half, high=value + half)
    sized = found["index"].isin(["mu_star", "sigma", "ST"])
    found.loc[sized, "low"] = found.loc[sized, "low"].clip(lower=0)  # cannot be negative
    return found.assign(level=level, n=len(whole), replications=responses.replications)


def one_at_a_time(data: SweepData, responses: Responses, *, level: float = LEVEL) -> pd.DataFrame:
    """Return the paired difference of each level of a factor from the base point.

    All points share their draws, so the interval is that of the difference within replications.

    Returns
    -------
    DataFrame
        Rows as in `COLUMNS`, ``at`` the level; and ``saved``, the share of the variance that pairing removes.
    """
    rows = []
    for factor, place, value in _moved(data):
        weights = np.zeros(len(data.points))
        weights[0], weights[place] = -1.0, 1.0
        found = responses.contrast(weights, level)
        rows.append(
            {
                "method": "one at a time",
                "index": "difference",
                "factor": factor.path,
                "other": "",
                "at": value,
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "level": level,
                "n": 2,
                "replications": found.replications,
                "saved": found.saved,
            }
        )
    return pd.DataFrame(rows, columns=[*COLUMNS, "saved"])


def _moved(data: SweepData) -> list[tuple[Factor, int, Any]]:
    """List factor, row number and value of each factor change from the first point."""
    base = data.points.iloc[0]
    return [
        (factor, place, value)
        for factor in data.factors
        for place, value in enumerate(data.points[factor.path])
        if not _same(value, base[factor.path])
    ]


def _same(first: object, other: object) -> bool:
    return first == other or (bool(pd.isna(first)) and bool(pd.isna(other)))  # type: ignore[call-overload]


def levels_of(data: SweepData, responses: Responses, *, level: float = LEVEL) -> pd.DataFrame:
    """Return the mean at each level of each factor: over all points there (grid), or with the others at their base.

    Returns
    -------
    DataFrame
        Rows as in `COLUMNS`, index ``mean``; ``n`` counts the points behind a mean.
    """
    rows = []
    alone = {(factor.path, place) for factor, place, _ in _moved(data)} if data.design == "one-at-a-time" else set()
    known = ~np.isnan(responses.points)
    for factor in data.factors:
        column = data.points[factor.path]
        for value in column.drop_duplicates().sort_values():
            at = np.array([_same(entry, value) for entry in column]) & known
            if data.design == "one-at-a-time":
                at &= np.array([place == 0 or (factor.path, place) in alone for place in range(len(column))])
            if not at.any():
                continue
            rows.append(
                {
                    "method": "mean of points",
                    "index": "mean",
                    "factor": factor.path,
                    "other": "",
                    "at": value,
                    **_mean(responses, at, level),
                    "level": level,
                    "n": int(at.sum()),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def _mean(responses: Responses, at: Any, level: float) -> dict[str, Any]:
    if at.sum() == 1:
        (place,) = np.flatnonzero(at)
        weights = responses.weights[place]
        values = np.where(weights > 0, responses.values[place], np.nan)
        found = over_replications(responses.name, weights.tolist(), values.tolist(), level)
        return {name: found[name] for name in ("value", "low", "high", "replications")}
    mean = responses.contrast(at / at.sum(), level)
    low, high = mean.low, mean.high
    if responses.unit == "share":
        low, high = max(0.0, low), min(1.0, high)
    return {"value": mean.value, "low": low, "high": high, "replications": mean.replications}
