"""How a quantity is measured: its estimand, kind of interval, and denominator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from analysis.estimation import intervals
from analysis.estimation.estimands import Estimand
from analysis.estimation.influence_functions import Influence
from analysis.estimation.intervals import Interval
from analysis.tables.tables import Tables

Scale: TypeAlias = Literal["share", "mean", "ratio", "events", "median"]


@dataclass(frozen=True)
class Measurement:
    """How a quantity is measured.

    Attributes
    ----------
    estimand
        Returns what is estimated, from the tables.
    scale
        How its interval is made: ``share`` stays in [0, 1], ``ratio`` is symmetric on the logarithm, ``events`` is
        a mean of counts, ``mean`` is plain.
    denominator
        The rows it is counted over; empty where the declared meaning says so.
    """

    estimand: Callable[[Tables], Estimand]
    scale: Scale
    denominator: str = ""


@dataclass(frozen=True)
class Quantity:
    """A quantity: its declaration and its measurement.

    Attributes
    ----------
    name, label, unit, evidence
        As declared in :mod:`sim.scenario.quantities`.
    denominator, scale, estimand
        As in :class:`Measurement`.
    """

    name: str
    label: str
    unit: str
    denominator: str
    evidence: str
    scale: Scale
    estimand: Callable[[Tables], Estimand]

    def measure(self, tables: Tables) -> Influence:
        """Return the value over all replications, and how much each row moves it."""
        return self.estimand(tables).influence()

    def interval(self, influence: Influence, level: float) -> Interval:
        """Return the main interval: over replications where there are several, else by clusters."""
        way = intervals.main_way(influence.codes)
        if self.scale == "share":
            return intervals.share_interval(influence, level, way)
        if self.scale == "ratio":
            return intervals.log_interval(influence, level, way)
        if self.scale == "median":
            return intervals.median_interval(influence, level, way)
        if self.scale == "events":
            return intervals.event_interval(influence, level, way)
        return intervals.plain_interval(influence, level, way)
