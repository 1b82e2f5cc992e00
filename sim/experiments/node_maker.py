"""Python values turned into the nodes that the parser makes of a file."""

from __future__ import annotations

import os
from collections.abc import Mapping

from sim.errors import Place
from sim.scenario.yaml_reader import MAX_DEPTH, Node


def node_of(value: object, place: Place, field: str, depth: int = 0) -> Node:
    """Turn a Python value into a node; arrays, tuples, ranges and paths are allowed."""
    if depth > MAX_DEPTH:
        raise place.error(f"nested more than {MAX_DEPTH} levels deep", field)
    if hasattr(value, "tolist"):
        value = value.tolist()  # values and arrays of NumPy and pandas
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, Mapping):
        return Node(
            {str(key): (place, node_of(part, place, f"{field}.{key}", depth + 1)) for key, part in value.items()}, place
        )
    if isinstance(value, list | tuple | range):
        return Node([node_of(part, place, f"{field}[{n}]", depth + 1) for n, part in enumerate(value)], place)
    if value is not None and not isinstance(value, bool | int | float | str):
        raise place.error(f"found a {type(value).__name__}; expected numbers, texts, lists and mappings", field)
    return Node(value, place, "" if value is None else str(value))
