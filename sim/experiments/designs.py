"""The designs a sweep may have: their names, what a sweep file says for each, and how large they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SAMPLED = ("latin-hypercube", "sobol", "morris")
"""Designs whose points are drawn from the unit cube, one dimension a factor."""

DESIGNS = ("points", "table", "grid", "one-at-a-time", *SAMPLED)

DISTRIBUTIONS = ("uniform", "loguniform", "triangular", "normal", "lognormal")

NEEDS: dict[str, tuple[str, ...]] = {
    "points": ("points",),
    "table": ("table",),
    "grid": ("vary",),
    "one-at-a-time": ("vary",),
    **dict.fromkeys(SAMPLED, ("vary", "points")),
}
"""Parts of a sweep file that a design cannot do without."""

TAKES: dict[str, tuple[str, ...]] = {"sobol": ("second_order",), "morris": ("levels",)}
"""Parts that it takes besides."""

OTHER_NAMES = {
    "lhs": "latin-hypercube",
    "latin": "latin-hypercube",
    "oat": "one-at-a-time",
    "ofat": "one-at-a-time",
    "tornado": "one-at-a-time",
    "factorial": "grid",
    "saltelli": "sobol",
    "list": "points",
    "csv": "table",
    "parquet": "table",
    "explicit": "points",
}
"""What designs are called elsewhere."""


def block_size(design: str, factors: int, *, second_order: bool = False) -> int:
    """Return how many points in a row belong together in a sampled design.

    A base sample of Sobol' makes a block of points that share coordinates, a trajectory of Morris one of steps; each
    point of a Latin hypercube stands alone.
    """
    if design == "sobol":
        return 2 * factors + 2 if second_order else factors + 2
    return factors + 1 if design == "morris" else 1


def salib_problem(paths: Sequence[str]) -> dict[str, Any]:
    """Describe factors as SALib takes them, in the unit cube; a new dict each time, since SALib writes into it.

    How a coordinate becomes a value belongs to the factor, and no analysis needs to know.
    """
    return {"num_vars": len(paths), "names": list(paths), "bounds": [[0.0, 1.0] for _ in paths]}
