"""What a calibration asks: parameters to fit, targets to meet, and the budget of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from analysis.calibration.surface import fewest_points
from analysis.errors import AnalysisError
from sim.display import Shown
from sim.experiments.sweep import Sweep

SDS_OF_END = 2.0  # so many standard deviations off is still met: the ends of a band, and of what a value allows
FLAT = 0.7  # share of a band, about its middle, that is as good as the middle; the rest is kept for the noise of a run


@dataclass(frozen=True, slots=True)
class Target:
    """A number that the simulation is to reach.

    Attributes
    ----------
    quantity, unit : str
        As in a claim.
    value, sd : float
        What is aimed at (the middle of a band), and its own standard deviation.
    slack : float
        Up to so far from the value nothing is amiss: 0 but for bands, the inner part of which is all as good.
    low, high : float
        Where a reached value counts as met: the band, or the value give or take two standard deviations.
    source : str
        Where it comes from.
    """

    quantity: str
    unit: str
    value: float
    sd: float
    low: float
    high: float
    source: str = ""
    slack: float = 0.0

    @classmethod
    def band(cls, quantity: str, unit: str, low: float, high: float, source: str = "") -> Target:
        """A band to be met: anything well inside is as good, and towards the ends it counts."""
        half = (high - low) / 2
        return cls(quantity, unit, (low + high) / 2, (1 - FLAT) * half / SDS_OF_END, low, high, source, FLAT * half)

    @classmethod
    def number(cls, quantity: str, unit: str, value: float, sd: float, source: str = "") -> Target:
        """A number known up to its standard error."""
        off = SDS_OF_END * sd
        return cls(quantity, unit, value, sd, value - off, value + off, source)


@dataclass(frozen=True, repr=False)
class Calibration(Shown):
    """What is asked of a calibration.

    Attributes
    ----------
    sweep : Sweep
        The scenario, the parameters to fit as its factors, replications of a point and the seed.
    targets : tuple of Target
        What to reach.
    points, rounds, check : int
        Points of all rounds together, number of rounds, and replications of the start and of the fitted scenario.
    extends : str
        The shipped scenario, or the absolute path of the file, that the fitted scenario extends.
    set : dict
        Values set beside it, by dotted path.
    notes : tuple of str
        What the person who runs it should know.
    """

    sweep: Sweep
    targets: tuple[Target, ...]
    points: int
    rounds: int
    check: int
    extends: str
    set: dict[str, Any]
    notes: tuple[str, ...] = ()

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts: dict[str, object] = {"of": self.sweep.base.name, "parameters": len(self.sweep.factors)}
        facts |= {"targets": len(self.targets), "points": self.points, "rounds": self.rounds}
        return self.sweep.name, facts

    def with_budget(self, points: int | None, replications: int | None) -> Calibration:
        """Return the same with another budget.

        Raises
        ------
        AnalysisError
            If that is too small.
        """
        changed = replace(self, points=points if points is not None else self.points)
        least = fewest_points(len(self.sweep.factors))
        if changed.points < least:
            raise AnalysisError(f"--points {points}: {len(self.sweep.factors)} parameters need at least {least} points")
        return (
            changed if replications is None else replace(changed, sweep=replace(self.sweep, replications=replications))
        )
