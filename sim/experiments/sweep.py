"""A sweep: a scenario, the points at which it is simulated, and how often.

A sweep is checked completely before anything runs: every point has its values and makes a valid scenario.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
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


MOST_KEPT = 10_000
"""Scenarios of points that a sweep keeps in memory, at some 6 kB each; those of further points are made when needed."""


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
        Its levels, if it has any; in a sampled design all are equally likely.
    distribution : str
        Its distribution, one of `sim.experiments.designs.DISTRIBUTIONS`; empty if it has levels.
    low, high : float or None
        Ends of its range, both included; None if its values are listed, or its distribution has no end there.
    scale : str
        ``linear`` or ``log``: scale of an axis for it.
    centre : float or None
        The mode of a triangular distribution, the mean of a normal or the median of a lognormal one.
    spread : float or None
        Standard deviation: of the value for a normal, of its natural logarithm for a lognormal distribution.
    place : Place
        Its place in the file.
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
    """One value of every factor.

    Attributes
    ----------
    number : int
        Its number in the sweep: from the user's table, or counted from 0.
    values : dict
        Dotted path to value, for every factor of the sweep.
    unit : tuple of float
        Its coordinates in the unit cube, one for each factor; empty if the design is not sampled.
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
    """The precision to which a quantity is estimated at each point.

    Attributes
    ----------
    half_width : float
        Largest half width of its interval, in its unit; 0.005 is half a percentage point of a share.
    of : str
        Name of the quantity.
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
        Short name, used for a folder, and one sentence.
    base : Scenario
        The scenario that is varied; points differ from it in their factors alone.
    design : str
        The sampling plan, one of `sim.experiments.designs.DESIGNS`.
    factors : tuple of Factor
        The parameters varied, in the order of the file.
    points : tuple of Point
        In the order of the design, on which the analysis of a sampled design relies.
    replications : int
        Replications of each point; with a precision, the most that a point may take.
    precision : Precision or None
        If set, it decides the number of replications of each point.
    seed : int
        Root seed of all points, which share their draws (common random numbers), and of a sampled design.
    outcomes : tuple of str
        Quantities to track in addition to those that always are.
    keep_tables : bool
        Whether the tables of every replication are kept.
    samples : int
        Size of a sampled design: points of a Latin hypercube, base samples of Sobol', trajectories of Morris.
    levels : int
        Levels of the grid of a Morris design; 0 in other designs.
    second_order : bool
        Whether a Sobol' design has the points for second-order indices.
    notes : tuple of str
        Notes for the user, each a sentence.
    places : dict
        Places in the file, by field such as ``outcomes[0]``; that of the file itself under an empty text.
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
    # Scenarios made already, by number of the point; `replace` begins with none, since it may change the base.
    _kept: dict[int, tuple[Point, Scenario]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Name and facts to show at a prompt."""
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
        """Return the scenario of a point: of this sweep, or any other with values for its factors.

        Raises
        ------
        ScenarioError
            If the values contradict one another, which cannot happen for a point of this sweep.
        """
        cached = self._kept.get(point.number)
        if cached is not None and cached[0] is point:
            return cached[1]
        places = {factor.path: factor.place for factor in self.factors}
        return scenario_at(self.base, point, places)

    def keep_scenarios(self, scenarios: Sequence[Scenario]) -> None:
        """Keep scenarios made while the points were checked: those of the first points, in order."""
        self._kept.update((point.number, (point, made)) for point, made in zip(self.points, scenarios, strict=False))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) of what decides the results: the scenarios of the points, in order, and the seed.

        It leaves out the title and how much is run and recorded (replications, precision, outcomes, tables): a sweep
        continued with more replications is the same sweep.
        """
        points: list[Any]
        if any(factor.path == EDGE_LIST for factor in self.factors):
            # The content of an edge list counts, not its path.
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
        """Describe the factors for SALib's ``analyze`` functions, in the unit cube, as `unit_cube` does.

        Raises
        ------
        ValueError
            If the design is not sampled.
        """
        self._sampled()
        return salib_problem([factor.path for factor in self.factors])

    def unit_cube(self) -> NDArray[np.float64]:
        """Return the coordinates of the points in the unit cube, shape (points, factors), in the order of the design.

        Raises
        ------
        ValueError
            If the design is not sampled.
        """
        import numpy as np

        self._sampled()
        return np.array([point.unit for point in self.points], dtype=np.float64)

    def error(self, message: str, field: str) -> ScenarioError:
        """Make an error about a field of the file, such as ``outcomes[0]``, with its line if that is known."""
        return self.places.get(field, self.places.get("", Place())).error(message, field)

    def _sampled(self) -> None:
        if self.design not in SAMPLED:
            raise ValueError(f"a design '{self.design}' has no unit cube; only {', '.join(SAMPLED)} have")


def scenario_at(base: Scenario, point: Point, places: Mapping[str, Place]) -> Scenario:
    """Make the scenario of a point.

    Parameters
    ----------
    base : Scenario
        The scenario that is varied.
    point : Point
        Its values, converted.
    places : mapping
        Dotted path to the place of each value.

    Raises
    ------
    ScenarioError
        If the values contradict one another; names the point, its values and the place of one to change.
    """
    try:
        return base.with_settings({path: Setting(value, places[path]) for path, value in point.values.items()})
    except ScenarioError as error:
        # The base is valid, so the error comes from a value that is varied.
        place = places.get(error.field or "", next(iter(places.values()), Place()))
        raise place.error(f"{point.label}: {error.message}", error.field) from None
