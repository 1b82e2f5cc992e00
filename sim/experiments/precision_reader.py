"""The quantities in a sweep file: the precision asked of one, and others to track."""

from __future__ import annotations

from typing import Any

from sim.errors import Place, did_you_mean, guard, printable
from sim.experiments.factor_reader import converted, where
from sim.experiments.sweep import Precision
from sim.scenario.parameter_spec import Parameter
from sim.scenario.quantity_names import known_among, limits, unit_of
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_reader import Node

KEY = "replications"
PARTS = ("half_width", "of", "confidence", "at_least", "at_most")
EXAMPLE = "{half_width: 0.5%, of: direct.response}"
AT_LEAST, AT_MOST = 4, 100


def precision_in(node: Node, base: Scenario, most: int) -> tuple[Precision, dict[str, Place]]:
    """Read the precision to which a quantity is estimated.

    Parameters
    ----------
    node : Node
        The value of ``replications``.
    base : Scenario
        The scenario in which the quantity is measured.
    most : int
        Most replications that may be asked for.

    Returns
    -------
    Precision
    dict
        Place of each part, by field.

    Raises
    ------
    ScenarioError
        At the first part that is wrong.
    """
    if not isinstance(node.content, dict):
        expected = f"expected a whole number, or a precision such as {EXAMPLE}"
        raise node.place.error(f"found {node.found}; {expected}", KEY)
    parts = node.content
    for part, (place, _) in parts.items():
        if part not in PARTS:
            near = did_you_mean(part, PARTS) or f"; expected one of {', '.join(PARTS)}"
            raise place.error(f"unknown part of a precision{near}", printable(f"{KEY}.{part}", 120))
    for part in PARTS[:2]:
        if part not in parts:
            raise node.place.error(f"missing; expected a precision such as {EXAMPLE}", f"{KEY}.{part}")
    of = _quantity(*parts["of"], base, f"{KEY}.of")

    def share(part: str, unit: str, default: float, low: float, high: float | None) -> Parameter:
        return Parameter(
            f"{KEY}.{part}", default, unit, "float", "", "", low, high, above_minimum=True, below_maximum=True
        )

    def read(row: Parameter, default: Any = None) -> Any:
        part = row.path.removeprefix(f"{KEY}.")
        return converted(row, parts[part]) if part in parts else default

    def count(part: str, default: int) -> int:
        # A standard deviation needs two or more.
        return int(read(Parameter(f"{KEY}.{part}", default, "count", "int", "", "", 2, most), default))

    unit = unit_of(of)
    # An interval of a share must be narrower than 0 to 1; 0.5 is probably meant as half a percent.
    widest = 0.5 if limits(unit) == (0.0, 1.0) else None
    least = count("at_least", AT_LEAST)
    last = count("at_most", max(AT_MOST, least))
    if least > last:
        place = parts["at_least" if "at_least" in parts else "at_most"][1].place
        found = f"found at least {least} and at most {last}"
        raise place.error(f"{found}; expected the smaller number first", f"{KEY}.at_least")
    half_width = read(share("half_width", unit, 0.005, 0.0, widest))
    confidence = read(share("confidence", "share", 0.95, 0.5, 1.0), 0.95)
    places = {f"{KEY}.{part}": place for part, (place, _) in parts.items()}
    return Precision(half_width, of, confidence, least, last), places


def outcomes_in(place: Place, node: Node, base: Scenario) -> tuple[tuple[str, ...], dict[str, Place]]:
    """Read the quantities to track in addition to those that always are; returns them, and their places by field."""
    if not isinstance(node.content, list):
        raise where(place, node).error(f"found {node.found}; expected a list such as [direct.response]", "outcomes")
    places: dict[str, Place] = {}
    names: list[str] = []
    for number, item in enumerate(node.content):
        field = f"outcomes[{number}]"
        name = _quantity(item.place, item, base, field)
        if name in names:
            raise item.place.error(f"'{name}' is named twice", field)
        places[field] = item.place
        names.append(name)
    return tuple(names), places


def _quantity(place: Place, node: Node, base: Scenario, field: str) -> str:
    """Read the name of a quantity that can be measured in this scenario."""
    if not isinstance(node.content, str):
        raise where(place, node).error(f"found {node.found}; expected the name of a rate: direct.response", field)
    return str(guard(lambda: known_among(str(node.content), base.cast), node.place, field))
