"""Checks of points before anything runs: drawn values within bounds, valid scenarios, repeated points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiments.factor_reader import allowed
from sim.experiments.sweep import MOST_KEPT, Factor, Point, scenario_at
from sim.scenario.loader import Setting
from sim.scenario.scenario import Scenario


def check_points(
    base: Scenario, points: Sequence[Point], factors: Sequence[Factor], rows: Sequence[Mapping[str, Setting]]
) -> list[Scenario]:
    """Make every point's scenario, so that no error can come up after other points have run.

    Returns
    -------
    list of Scenario
        Those of the first `MOST_KEPT` points.
    """
    everywhere = {factor.path: factor.place for factor in factors}
    for factor in factors:
        if factor.distribution:
            _within(factor, points, base)
    alone = len(rows) == len(points)
    scenarios = []
    for number, point in enumerate(points):
        own = {path: setting.place for path, setting in rows[number].items()} if alone else {}
        scenario = scenario_at(base, point, {**everywhere, **own})
        if number < MOST_KEPT:
            scenarios.append(scenario)
    return scenarios


def _within(factor: Factor, points: Sequence[Point], base: Scenario) -> None:
    """Raise if a value outside the bounds of its parameter was drawn."""
    row = allowed(factor.path, base.cast, factor.place)
    for point in points:
        value = point.values[factor.path]
        if not math.isfinite(value) or not row.within_bounds(value):
            raise factor.place.error(
                f"{point.label}: {value:g} was drawn; expected {row.bounds}; cut the distribution with from and to",
                factor.path,
            )


def repeated_points(points: Sequence[Point]) -> list[str]:
    """Return a sentence about points with the values of an earlier one; none if there are no such points."""
    seen: dict[tuple[Any, ...], int] = {}
    pairs = []
    for point in points:
        earlier = seen.setdefault(tuple(point.values.values()), point.number)
        if earlier != point.number:
            pairs.append((point.number, earlier))
    if not pairs:
        return []
    has = "has" if len(pairs) == 1 else "have"
    case = "such as point {} those of point {}".format(*pairs[0])
    return [
        f"{len(pairs)} of {len(points)} points {has} the values of an earlier one, {case}; its results are theirs too"
    ]
