"""Points checked before anything runs: each makes a scenario, what was drawn lies within bounds, repeats are told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiments.factor_reader import allowed
from sim.experiments.sweep import Factor, Point, scenario_at
from sim.scenario.loader import Setting
from sim.scenario.scenario import Scenario


def check_points(
    base: Scenario, points: Sequence[Point], factors: Sequence[Factor], rows: Sequence[Mapping[str, Setting]]
) -> None:
    """Make every point's scenario once, so that none can be refused when others have long run."""
    everywhere = {factor.path: factor.place for factor in factors}
    for factor in factors:
        if factor.distribution:
            _within(factor, points, base)
    alone = len(rows) == len(points)
    for number, point in enumerate(points):
        own = {path: setting.place for path, setting in rows[number].items()} if alone else {}
        scenario_at(base, point, {**everywhere, **own})


def _within(factor: Factor, points: Sequence[Point], base: Scenario) -> None:
    """Refuse a distribution that reaches where its parameter cannot."""
    row = allowed(factor.path, base.cast, factor.place)
    for point in points:
        value = point.values[factor.path]
        if not math.isfinite(value) or not row.within_bounds(value):
            raise factor.place.error(
                f"{point.label}: {value:g} was drawn; expected {row.bounds}; cut the distribution with from and to",
                factor.path,
            )


def repeated_points(points: Sequence[Point]) -> list[str]:
    """Say in a sentence which points have the values of an earlier one; no sentence where none has."""
    seen: dict[tuple[Any, ...], int] = {}
    pairs = []
    for point in points:
        earlier = seen.setdefault(tuple(point.values.values()), point.number)
        if earlier != point.number:
            pairs.append((point.number, earlier))
    if not pairs:
        return []
    has = "has" if len(pairs) == 1 else "have"
    such = "such as point {} those of point {}".format(*pairs[0])
    return [
        f"{len(pairs)} of {len(points)} points {has} the values of an earlier one, {such}; its results are theirs too"
    ]
