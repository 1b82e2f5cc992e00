"""The designs of a sweep: their names, the keys of a sweep file that each takes, and their sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SAMPLED = ("latin-hypercube", "sobol", "morris")
"""Designs whose points are drawn in the unit cube, with one dimension for each factor."""

DESIGNS = ("points", "table", "grid", "one-at-a-time", *SAMPLED)

DISTRIBUTIONS = ("uniform", "loguniform", "triangular", "normal", "lognormal")

NEEDS: dict[str, tuple[str, ...]] = {
    "points": ("points",),
    "table": ("table",),
    "grid": ("vary",),
    "one-at-a-time": ("vary",),
    **dict.fromkeys(SAMPLED, ("vary", "points")),
}
"""Keys of a sweep file that each design needs."""

TAKES: dict[str, tuple[str, ...]] = {"sobol": ("second_order",), "morris": ("levels",), "table": ("columns",)}
"""Further keys that it takes."""

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
"""Other names of designs, for suggestions."""


def block_size(design: str, factors: int, *, second_order: bool = False) -> int:
    """Return how many consecutive points of a sampled design belong together.

    They share coordinates in a base sample of Sobol' (Saltelli 2002) and are steps of a trajectory in Morris (1991);
    each point of a Latin hypercube stands alone.
    """
    if design == "sobol":
        return 2 * factors + 2 if second_order else factors + 2
    return factors + 1 if design == "morris" else 1


def salib_problem(paths: Sequence[str]) -> dict[str, Any]:
    """Describe factors for SALib, in the unit cube; a new dictionary at each call, since SALib writes into it.

    Factors turn coordinates into values; the analysis needs only the coordinates.
    """
    return {"num_vars": len(paths), "names": list(paths), "bounds": [[0.0, 1.0] for _ in paths]}
