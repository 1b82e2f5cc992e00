"""Reads the claims of a scenario file; every error names its place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from sim.errors import Place, did_you_mean, guard, printable
from sim.scenario.claims import KINDS, AnyClaim
from sim.scenario.parameter_spec import Parameter
from sim.scenario.quantity_names import as_quantity, known_among, limits, unit_of
from sim.scenario.yaml_reader import Node

LISTS = ("order", "ratio", "difference")

_A_CLAIM = "{rate: direct.response, within: [2%, 5%]}"


def read_claims(node: Node, roles: Collection[str]) -> tuple[AnyClaim, ...]:
    """Read the list under ``expect``.

    Parameters
    ----------
    node : Node
        The list.
    roles : collection of str
        Names of the roles in the cast.

    Raises
    ------
    ScenarioError
        At the first error.
    """
    if not isinstance(node.content, list):
        raise node.place.error(f"found {node.found}; expected a list of claims such as '- {_A_CLAIM}'", "expect")
    return tuple(_claim(claim, f"expect[{number}]", roles) for number, claim in enumerate(node.content))


def _claim(node: Node, field: str, roles: Collection[str]) -> AnyClaim:
    """Read one claim."""
    if not isinstance(node.content, dict):
        raise node.place.error(f"found {node.found}; expected a claim such as {_A_CLAIM}", field)
    entries = node.content
    kinds = [kind for kind in KINDS if kind in entries]
    every = (*KINDS, "within", "confidence", "source")
    allowed = set(KINDS[kinds[0]].model_fields) if len(kinds) == 1 else set(every)
    for key, (place, _) in entries.items():
        if key not in every:
            near = did_you_mean(key, every) or f"; expected one of {', '.join(every)}"
            raise place.error(f"unknown part of a claim{near}", printable(f"{field}.{key}", 120))
    if len(kinds) != 1:
        several = f"found {' and '.join(kinds)}" if kinds else f"found none of {', '.join(KINDS)}"
        raise node.place.error(f"{several}; expected exactly one of {', '.join(KINDS)}", field)
    for key, (place, _) in entries.items():
        if key not in allowed:
            raise place.error(f"a claim with '{kinds[0]}' takes no '{key}'", f"{field}.{key}")
    if "within" in allowed and "within" not in entries:
        raise node.place.error("missing; expected a band such as [2%, 5%]", f"{field}.within")
    values = {key: _part(key, entries[key][1], entries, f"{field}.{key}", roles) for key in entries}
    try:
        return KINDS[kinds[0]](**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else "within"
        place = entries[key][0] if key in entries else node.place
        reason = first.get("ctx", {}).get("error")
        raise place.error(str(reason) if reason else first["msg"].lower(), f"{field}.{key}") from None


def _part(key: str, node: Node, entries: dict[str, tuple[Place, Node]], field: str, roles: Collection[str]) -> Any:
    """Convert one part of a claim."""
    if key == "rate":
        return _rate(node, field, roles)
    if key in LISTS:
        count = "two or more" if key == "order" else "two"
        items = node.content if isinstance(node.content, list) else []
        if len(items) < 2 or (key != "order" and len(items) != 2):
            raise node.place.error(f"found {_counted(node)}; expected a list of {count} rates", field)
        return [_rate(item, f"{field}[{number}]", roles) for number, item in enumerate(items)]
    if key == "within":
        if not isinstance(node.content, list) or len(node.content) != 2:
            raise node.place.error(f"found {_counted(node)}; expected [low, high] such as [2%, 5%]", field)
        return [_convert(_end(entries, field), item) for item in node.content]
    if key == "confidence":
        confidence = Parameter(field, 0.99, "share", "float", "", "", 0.0, 1.0, above_minimum=True, below_maximum=True)
        return _convert(confidence, node)
    return _convert(Parameter(field, "", "text", "text", "", ""), node)


def _end(entries: dict[str, tuple[Place, Node]], field: str) -> Parameter:
    """Declare an end of the band: in the unit of the rates, a plain number for a ratio."""
    unit = "ratio"
    if "rate" in entries:
        unit = unit_of(as_quantity(str(entries["rate"][1].content)))
    elif "difference" in entries:
        names = entries["difference"][1].content
        unit = unit_of(as_quantity(str(names[0].content))) if isinstance(names, list) and names else "ratio"
    least, most = limits(unit, difference="difference" in entries)
    return Parameter(field, 0.05 if most else 2.5, unit, "float", "", "", minimum=least, maximum=most)


def _rate(node: Node, field: str, roles: Collection[str]) -> str:
    if not isinstance(node.content, str):
        raise node.place.error(f"found {node.found}; expected the name of a rate such as direct.response", field)
    return str(guard(lambda: known_among(as_quantity(str(node.content)), roles), node.place, field))


def _convert(parameter: Parameter, node: Node) -> Any:
    if isinstance(node.content, dict | list):
        raise node.place.error(f"found {node.found}; expected {parameter.expected}", parameter.path)
    return guard(lambda: parameter.convert(node.content, node.text), node.place, parameter.path)


def _counted(node: Node) -> str:
    return f"a list of {len(node.content)}" if isinstance(node.content, list) else node.found
