"""A sweep's folder as the analysis needs it: the design, and the values of a quantity in every point and replication.

All points share their draws, so what is common to a replication cancels in differences between points. Errors are
therefore those of contrasts, from influences summed within replications.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.estimation.intervals import student
from analysis.quantities.catalogue import quantity
from analysis.quantities.over_replications import weights_of
from analysis.tables.clusters import Floats, Ints
from sim.display import Shown
from sim.errors import did_you_mean
from sim.experiments.designs import SAMPLED, salib_problem
from sim.experiments.sweep import Factor

if TYPE_CHECKING:
    from sim.experiments.sweep import Sweep


@dataclass(frozen=True)
class Contrast:
    """A weighted sum of the values of points, with its interval between replications.

    ``saved`` is the share of the variance that common random numbers remove, compared with independent points.
    """

    value: float
    low: float
    high: float
    replications: int
    saved: float


@dataclass(frozen=True)
class Responses:
    """A quantity at the points of a sweep.

    Attributes
    ----------
    name, unit, label
        Of the quantity.
    values, weights
        Shape (points, replications): the value, and the weight of the replication; both 0 where there is no value.
    """

    name: str
    unit: str
    label: str
    values: Floats
    weights: Floats

    @property
    def points(self) -> Floats:
        """The value of each point over its replications, NaN where it has none; shape (points,)."""
        return self.over(np.arange(self.replications))

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.values.shape[1])

    def over(self, replications: Ints) -> Floats:
        """Return the value of each point over these replications, with repeats; shape (points,)."""
        weights = self.weights[:, replications]
        total = weights.sum(axis=1)
        sums = (weights * self.values[:, replications]).sum(axis=1)
        return np.asarray(np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0))

    def resampled(self, draws: np.random.Generator) -> Floats:
        """Return the values of the points over resampled replications, the same for all points; shape (points,).

        Few replications drawn with replacement vary too little; a factor corrects for it.
        """
        own = self.points
        count = self.replications
        if count < 2:
            return own
        drawn = self.over(draws.integers(0, count, count))
        moved = own + (drawn - own) * (count / (count - 1)) ** 0.5
        return np.where(np.isnan(moved), own, moved)

    def noise(self) -> float:
        """Return the standard deviation of a point's value between replications, less what all points share.

        NaN with a single replication.
        """
        known = (self.weights > 0).all(axis=0)
        values = self.values[:, known]
        if values.shape[1] < 2 or len(values) < 2:
            return float("nan")
        own = values - values.mean(axis=0)
        own = own - own.mean(axis=1, keepdims=True)
        free = (values.shape[0] - 1) * (values.shape[1] - 1)
        return float(((own**2).sum() / free / values.shape[1]) ** 0.5)

    def weighted_sum(self, weights: Floats, level: float) -> tuple[float, float, float]:
        """Return a weighted sum of points and its interval, each point over the replications in which it has a value.

        Unlike :meth:`contrast`, no replication is left out for want of a value in some other point: among hundreds of
        points there may be none without a gap.

        Parameters
        ----------
        weights
            One for each point; zero for a point without any value.
        level
            Confidence of the interval: Student's t over influences summed within replications; NaN with a single one.
        """
        inside = weights != 0
        values, counts = self.values[inside], self.weights[inside]
        total = counts.sum(axis=1)
        means = (counts * values).sum(axis=1) / total
        influences = weights[inside, None] * counts * (values - means[:, None]) / total[:, None]
        value = float(weights[inside] @ means)
        size = int((counts > 0).any(axis=0).sum())
        error = (size / (size - 1)) ** 0.5 * float(np.linalg.norm(influences.sum(axis=0))) if size > 1 else float("nan")
        half = student(level, size - 1) * error
        return value, value - half, value + half

    def contrast(self, weights: Floats, level: float) -> Contrast:
        """Return a weighted sum of points, over the replications in which all of them have a value.

        Parameters
        ----------
        weights
            One for each point; zero for those that are not in it.
        level
            Confidence of its interval.
        """
        inside = weights != 0
        known = (self.weights[inside] > 0).all(axis=0)
        values, counts = self.values[inside][:, known], self.weights[inside][:, known]
        if not known.any():
            return Contrast(float("nan"), float("nan"), float("nan"), 0, float("nan"))
        total = counts.sum(axis=1)
        means = (counts * values).sum(axis=1) / total
        value = float(weights[inside] @ means)
        size = values.shape[1]
        influences = weights[inside, None] * counts * (values - means[:, None]) / total[:, None]
        variance = size / (size - 1) * float((influences.sum(axis=0) ** 2).sum()) if size > 1 else float("nan")
        apart = size / (size - 1) * float((influences**2).sum()) if size > 1 else float("nan")
        # Shares that are all 0 or all 1 say too little for an interval.
        if self.unit == "share" and (np.all(values == 0) or np.all(values == 1)):
            variance = apart = float("nan")
        half = student(level, size - 1) * variance**0.5
        saved = 1 - variance / apart if apart > 0 else float("nan")
        return Contrast(value, value - half, value + half, size, saved)


@dataclass(frozen=True, repr=False)
class SweepData(Shown):
    """A finished sweep.

    Attributes
    ----------
    name, title, base
        Name and title of the sweep, and name of its scenario.
    design
        One of `sim.experiments.designs.DESIGNS`.
    factors
        What it varies.
    points
        One row a point: ``point`` and its values by dotted path.
    runs
        As in ``runs.parquet``.
    unit
        Points in the unit cube, shape (points, factors); empty for a design that is not sampled.
    levels, second_order, seed
        As in `sim.experiments.sweep.Sweep`.
    outcomes
        Quantities that the sweep asks for.
    """

    name: str
    title: str
    base: str
    design: str
    factors: tuple[Factor, ...]
    points: pd.DataFrame
    runs: pd.DataFrame
    unit: Floats
    levels: int
    second_order: bool
    seed: int
    outcomes: tuple[str, ...]

    @property
    def problem(self) -> dict[str, Any]:
        """The factors as SALib takes them, in the unit cube; a new one each time, because SALib changes it."""
        return salib_problem([factor.path for factor in self.factors])

    def responses(self, name: str) -> Responses:
        """Return a quantity at every point.

        Raises
        ------
        AnalysisError
            If the sweep did not measure it, or no run has a value.
        """
        rows = self.runs[self.runs["name"] == name]
        if rows.empty:
            known = sorted(self.runs["name"].unique())
            near = did_you_mean(name, known) or f"; it measured {', '.join(known)}"
            raise AnalysisError(f"the sweep '{self.name}' did not measure '{name}'{near}")
        places = pd.Series(np.arange(len(self.points)), index=self.points["point"])
        at = places.loc[rows["point"]].to_numpy()
        turn = rows["replication"].to_numpy(np.int64)
        value = rows["value"].to_numpy(np.float64)
        known_rows = ~np.isnan(value)
        shape = len(self.points), int(turn.max()) + 1
        values, weights = np.zeros(shape), np.zeros(shape)
        values[at[known_rows], turn[known_rows]] = value[known_rows]
        counts = weights_of(name, rows["n"].to_numpy(np.float64))
        weights[at[known_rows], turn[known_rows]] = counts[known_rows]
        if not weights.any():
            raise AnalysisError(f"'{name}': no run of the sweep '{self.name}' has anything to count")
        what = quantity(name)
        return Responses(name, what.unit, what.label, values, weights)

    def draws(self, purpose: str) -> np.random.Generator:
        """Return the random generator of an analysis, the same at every call."""
        from sim.streams import Streams

        return Streams(self.seed, 0).generator(f"sensitivity {purpose}")

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts = {"of": self.base, "design": self.design, "points": len(self.points), "seed": self.seed}
        return self.name, facts | {"varies": ", ".join(factor.path for factor in self.factors)}


def data_of(sweep: Sweep, runs: pd.DataFrame) -> SweepData:
    """Return a sweep and its table of runs, as :func:`analysis.sweeps.run.run_sweep` left them."""
    unit = sweep.unit_cube() if sweep.design in SAMPLED else np.empty((len(sweep.points), 0))
    return SweepData(
        sweep.name,
        sweep.title,
        sweep.base.name,
        sweep.design,
        sweep.factors,
        pd.DataFrame(sweep.point_table()),
        runs,
        unit,
        sweep.levels,
        sweep.second_order,
        sweep.seed,
        sweep.outcomes,
    )


def open_sweep_data(folder: str | Path) -> SweepData:
    """Read the folder of a sweep.

    Raises
    ------
    AnalysisError
        If it is not one, or no run in it has succeeded.
    """
    folder = Path(folder)
    settings = _asked(folder)
    factors = tuple(Factor(**{**factor, "values": tuple(factor["values"])}) for factor in settings["factors"])
    points = _table(folder, "design").drop(columns="digest")
    runs = _table(folder, "runs")
    if runs.empty:
        raise AnalysisError(f"{folder}: no run of this sweep has succeeded, so there is nothing to analyse")
    return SweepData(
        settings["name"],
        settings["title"],
        settings["base"],
        settings["design"],
        factors,
        points,
        runs,
        _cube(folder, settings, factors, points),
        settings["levels"],
        settings["second_order"],
        settings["seed"],
        tuple(settings["outcomes"]),
    )


def _asked(folder: Path) -> dict[str, Any]:
    mark = folder / "sweep.json"
    try:
        settings = json.loads(mark.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnalysisError(
            f"{folder}: holds no sweep.json; expected the folder of a sweep, such as "
            "results/NAME after 'referralsim sweep'"
        ) from None
    except (OSError, ValueError):
        raise AnalysisError(f"{mark}: cannot be read; run the same 'sweep' command again to rewrite it") from None
    if not isinstance(settings, dict) or "factors" not in settings:
        raise AnalysisError(
            f"{mark}: does not list the factors; the same 'sweep' command adds them without simulating anything twice"
        )
    return settings


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise AnalysisError(f"{path}: not there yet; the sweep writes it when it ends or is stopped") from None
    except (OSError, ValueError) as problem:
        raise AnalysisError(
            f"{path}: cannot be read ({type(problem).__name__}); run the same 'sweep' command again to rewrite it"
        ) from None


def _cube(folder: Path, settings: dict[str, Any], factors: Sequence[Factor], points: pd.DataFrame) -> Floats:
    """Draw the unit cube again, and check it against the design that was run."""
    if settings["design"] not in SAMPLED:
        return np.empty((len(points), 0))
    from sim.experiments.sampling import unit_cube, values_at

    cube = unit_cube(
        settings["design"],
        factors,
        settings["samples"],
        settings["seed"],
        levels=settings["levels"],
        second_order=settings["second_order"],
    )
    same = len(cube) == len(points) and all(
        pd.Series(values_at(factor, cube[:, place], grid=settings["levels"])).equals(points[factor.path])
        for place, factor in enumerate(factors)
    )
    if not same:
        raise AnalysisError(
            f"{folder}: its design differs from the one that this installation draws; analyse it with the "
            f"versions listed in {folder / 'sweep.json'}"
        )
    return cube
