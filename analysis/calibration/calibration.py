"""A calibration: parameters to fit, targets, and the budget of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from analysis.calibration.surface import fewest_points
from analysis.errors import AnalysisError
from sim.display import Shown
from sim.experiments.sweep import Sweep

SDS_OF_END = 2.0  # standard deviations from the target value to the ends of its range
FLAT = 0.7  # middle share of a band within which all values are equally good; the rest is a margin for noise


@dataclass(frozen=True, slots=True)
class Target:
    """A number that the simulation should reach.

    Attributes
    ----------
    quantity, unit : str
        As in a claim.
    value, sd : float
        Target value (of a band: its middle), and its standard deviation.
    low, high : float
        Target range: the band, or the value plus and minus two standard deviations.
    source : str
        Where the number comes from.
    slack : float
        Distance from the value up to which there is no misfit; above 0 for bands only.
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
        """Return a band as a target: no misfit well inside, a rising one towards the ends."""
        half = (high - low) / 2
        return cls(quantity, unit, (low + high) / 2, (1 - FLAT) * half / SDS_OF_END, low, high, source, FLAT * half)

    @classmethod
    def number(cls, quantity: str, unit: str, value: float, sd: float, source: str = "") -> Target:
        """Return a value with its standard error as a target."""
        off = SDS_OF_END * sd
        return cls(quantity, unit, value, sd, value - off, value + off, source)


@dataclass(frozen=True, repr=False)
class Calibration(Shown):
    """What to fit, to which targets, with which budget.

    Attributes
    ----------
    sweep : Sweep
        The scenario, the parameters to fit as factors, replications per point, and the seed.
    targets : tuple of Target
        The targets.
    points, rounds, check : int
        Points of all rounds together; number of rounds; replications of the scenario before and after the fit.
    extends : str
        The shipped scenario, or the absolute path of the file, that the fitted scenario extends.
    set : dict
        Values set on top of it, by dotted path.
    notes : tuple of str
        Remarks for the user.
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
        """Return the calibration with another budget; None keeps a number.

        Raises
        ------
        AnalysisError
            If there are too few points for the parameters.
        """
        changed = replace(self, points=points if points is not None else self.points)
        least = fewest_points(len(self.sweep.factors))
        if changed.points < least:
            raise AnalysisError(f"points {points}: {len(self.sweep.factors)} parameters need at least {least} points")
        return (
            changed if replications is None else replace(changed, sweep=replace(self.sweep, replications=replications))
        )
