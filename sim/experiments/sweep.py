"""A sweep: a scenario, the points of its parameters at which it is simulated, and how often.

It is complete and checked before anything runs: every point has its values, and each makes a scenario.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.display import Shown
from sim.errors import Place, ScenarioError
from sim.experiments.designs import SAMPLED, salib_problem
from sim.scenario.loader import EDGE_LIST, Setting
from sim.scenario.parameter_spec import written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Factor:
    """A parameter that a sweep varies.

    Attributes
    ----------
    path : str
        Dotted path of the parameter.
    unit : str
        Unit of its values.
    type : str
        ``int``, ``float``, ``bool`` or ``text``.
    base : object
        Its value where the sweep does not vary it.
    values : tuple
        Its levels, where they were listed or counted; in a sampled design each is as likely as the others.
    distribution : str
        Where it is drawn from, one of `sim.experiments.designs.DISTRIBUTIONS`; empty where it has levels.
    low, high : float or None
        Ends of its range, both included; None where it has levels, or a distribution without an end there.
    scale : str
        ``linear`` or ``log``: how its range is to be drawn on an axis.
    centre : float or None
        The mode of a triangular distribution, the mean of a normal or the median of a lognormal one.
    spread : float or None
        Standard deviation: of the value for a normal, of its natural logarithm for a lognormal distribution.
    place : Place
        Where it stands in the file.
    """

    path: str
    unit: str
    type: str
    base: Any
    values: tuple[Any, ...] = ()
    distribution: str = ""
    low: float | None = None
    high: float | None = None
    scale: str = "linear"
    centre: float | None = None
    spread: float | None = None
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of values.

    Attributes
    ----------
    number : int
        Its number in the sweep, from 0 if the user's table gives no other.
    values : dict
        Dotted path to value, for every factor of the sweep.
    unit : tuple of float
        Where it lies in the unit cube, one coordinate a factor; empty in a design that is not sampled.
    """

    number: int
    values: dict[str, Any]
    unit: tuple[float, ...] = ()

    @property
    def label(self) -> str:
        """The point in words: its number and its values."""
        values = ", ".join(f"{path} {written(value)}" for path, value in self.values.items())
        return f"point {self.number}" + (f" ({values})" if values else "")


@dataclass(frozen=True, slots=True)
class Precision:
    """How exactly a quantity is to be known at each point.

    Attributes
    ----------
    half_width : float
        Half the width of its interval, in its unit; 0.005 is half a percentage point of a share.
    of : str
        The rate, market quantity or measure of a role.
    confidence : float
        Confidence of the interval.
    at_least, at_most : int
        Fewest and most replications of a point.
    """

    half_width: float
    of: str
    confidence: float = 0.95
    at_least: int = 4
    at_most: int = 100


@dataclass(frozen=True, repr=False)
class Sweep(Shown):
    """An experiment: a scenario, the points at which it is simulated, and how often.

    Attributes
    ----------
    name, title : str
        Short name, for a folder, and one sentence.
    base : Scenario
        The scenario at which the points differ in the values of the factors alone.
    design : str
        One of `sim.experiments.designs.DESIGNS`.
    factors : tuple of Factor
        What is varied, in the order of the file.
    points : tuple of Point
        In the order of the design, which the analysis of a sampled one relies on.
    replications : int
        Replications of each point; with a precision, the most that one may take.
    precision : Precision or None
        Set where the number of replications follows from it.
    seed : int
        Root seed of all points: they share their draws (common random numbers), and it draws a sampled design.
    outcomes : tuple of str
        Rates, market quantities and measures of roles to follow besides those that always are.
    keep_tables : bool
        Whether the tables of every replication are kept.
    samples : int
        Size asked of a sampled design: points of a Latin hypercube, base samples of Sobol', trajectories of Morris.
    levels : int
        Levels of the grid on which trajectories of Morris walk; 0 in other designs.
    second_order : bool
        Whether a Sobol' design has the points for second-order indices.
    notes : tuple of str
        What the person who runs it should know, each a sentence.
    places : dict
        Where in the file things stand, by field, such as ``outcomes[0]``; the file itself under an empty text.
    """

    name: str
    title: str
    base: Scenario
    design: str
    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    replications: int
    precision: Precision | None
    seed: int
    outcomes: tuple[str, ...] = ()
    keep_tables: bool = False
    samples: int = 0
    levels: int = 0
    second_order: bool = False
    notes: tuple[str, ...] = ()
    places: dict[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        often: object = self.replications if self.precision is None else f"up to {self.replications:,}"
        return self.name, {
            "of": self.base.name,
            "design": self.design,
            "points": len(self.points),
            "replications": often,
            "seed": self.seed,
            "varies": ", ".join(factor.path for factor in self.factors),
        }

    def scenario(self, point: Point) -> Scenario:
        """Make the scenario of a point; some twenty thousand a second, so none needs to be kept.

        Raises
        ------
        ScenarioError
            If its values do not go together, which cannot be for a point of this sweep.
        """
        places = {factor.path: factor.place for factor in self.factors}
        return scenario_at(self.base, point, places)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) of what decides the results: the scenarios of the points, in order, and the seed.

        How much of it is run and recorded (replications, precision, outcomes, tables) and its title are not in it: a
        sweep that goes on with more replications is the same sweep.
        """
        points: list[Any]
        if any(factor.path == EDGE_LIST for factor in self.factors):
            # The content of a network counts, not its name.
            points = [[point.number, self.scenario(point).digest] for point in self.points]
        else:
            points = [[point.number, point.values] for point in self.points]
        content = {"base": self.base.digest, "seed": self.seed, "points": points}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def point_table(self) -> dict[str, list[Any]]:
        """Return the design as columns: ``point``, its number, and one for each factor, by dotted path."""
        columns: dict[str, list[Any]] = {"point": [point.number for point in self.points]}
        for factor in self.factors:
            columns[factor.path] = [point.values[factor.path] for point in self.points]
        return columns

    def salib_problem(self) -> dict[str, Any]:
        """Describe the factors as SALib's ``analyze`` functions take them.

        The problem is stated in the unit cube, as `unit_cube` is: how a coordinate becomes a value belongs to the
        factor, and no analysis needs to know.

        Raises
        ------
        ValueError
            If the design is not sampled.
        """
        self._sampled()
        return salib_problem([factor.path for factor in self.factors])

    def unit_cube(self) -> NDArray[np.float64]:
        """Return where the points lie in the unit cube, shape (points, factors), in the order of the design.

        Raises
        ------
        ValueError
            If the design is not sampled.
        """
        import numpy as np

        self._sampled()
        return np.array([point.unit for point in self.points], dtype=np.float64)

    def error(self, message: str, field: str) -> ScenarioError:
        """Make the error about a field of the file, such as ``outcomes[0]``, with its line where that is known."""
        return self.places.get(field, self.places.get("", Place())).error(message, field)

    def _sampled(self) -> None:
        if self.design not in SAMPLED:
            raise ValueError(f"a design '{self.design}' is not drawn from a unit cube; only {', '.join(SAMPLED)} are")


def scenario_at(base: Scenario, point: Point, places: Mapping[str, Place]) -> Scenario:
    """Make the scenario of a point.

    Parameters
    ----------
    base : Scenario
        What the point differs from.
    point : Point
        Converted values.
    places : mapping
        Where each of its values was said.

    Raises
    ------
    ScenarioError
        If the values do not go together: the point, its values and the place of the one to look at.
    """
    try:
        return base.with_settings({path: Setting(value, places[path]) for path, value in point.values.items()})
    except ScenarioError as error:
        # What goes wrong at a point goes wrong by what is varied.
        place = places.get(error.field or "", next(iter(places.values()), Place()))
        raise place.error(f"{point.label}: {error.message}", error.field) from None
