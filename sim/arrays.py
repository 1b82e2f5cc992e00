"""Types of arrays, and helpers that NumPy lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Index = Ints
"""Numbers of rows."""


def least(value: NDArray[Any], count: NDArray[Any]) -> Index:
    """Index of the smallest value of each block, the first of equals; `count` holds the blocks' lengths, none 0."""
    if not len(count):
        return np.zeros(0, np.int64)
    start = np.cumsum(count) - count
    small = np.flatnonzero(value == np.repeat(np.minimum.reduceat(value, start), count))
    return np.asarray(small[np.searchsorted(small, start)])


def how_often(rate: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """Round each weekly rate up or down by chance, so that the mean is the rate."""
    times: NDArray[Any] = np.floor(rate + rng.random(len(rate)))
    return times.astype(np.int64)


def spread_rows(first: NDArray[Any], count: NDArray[Any]) -> NDArray[np.int64]:
    """The numbers first[k], first[k] + 1, ... of every range k, one range after the other."""
    ends = np.cumsum(count)
    return np.asarray(np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - (ends - count), count))


def first_of_pairs(opening: NDArray[Any], person: NDArray[Any], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices of the first row of each pair of opening and person, among the rows where `among` is true."""
    rows = np.flatnonzero(among)
    first: dict[int, int] = {}
    for row, pair in zip(rows.tolist(), (opening[rows].astype(np.int64) << 32 | person[rows]).tolist(), strict=True):
        first.setdefault(pair, row)
    return np.array(list(first.values()), np.int64)
