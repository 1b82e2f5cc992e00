"""Clusters: rows that share a person, an opening or an employer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

Ints: TypeAlias = NDArray[np.int64]

Bools: TypeAlias = NDArray[np.bool_]

Way: TypeAlias = Literal["replication", "person", "opening", "pair"]

WAYS: tuple[Way, ...] = ("replication", "person", "opening", "pair")

By: TypeAlias = Literal["replication", "person", "opening", "clusters"]


@dataclass(frozen=True)
class Codes:
    """Which replication, person, opening and person-at-opening each row belongs to, as compact codes.

    ``sizes`` gives the number of codes of each way and ``labels`` the replication behind each replication
    code; rows taken from a table keep the codes of the whole table.
    """

    replication: Ints
    person: Ints
    opening: Ints
    pair: Ints
    sizes: tuple[int, int, int, int]
    labels: Ints

    def of(self, way: Way) -> tuple[Ints, int]:
        """Return the codes of one way and how many there are."""
        place = WAYS.index(way)
        return getattr(self, way), self.sizes[place]

    def take(self, rows: NDArray[np.bool_] | Ints) -> Codes:
        """Return the codes of some rows."""
        return Codes(
            self.replication[rows],
            self.person[rows],
            self.opening[rows],
            self.pair[rows],
            self.sizes,
            self.labels,
        )

    def groups(self, way: Way) -> int:
        """Return how many different groups of a way these rows belong to."""
        codes, size = self.of(way)
        return int(np.count_nonzero(np.bincount(codes, minlength=size)))


def link_codes(
    applications: pd.DataFrame, openings: pd.DataFrame | None, replications: Collection[int] = ()
) -> tuple[Codes, Codes | None]:
    """Give applications and openings codes in one numbering, nested in replications.

    ``replications`` names all replications, those too in which nobody applied and nothing opened.
    """
    n = len(applications)
    replication = applications["replication"].to_numpy(np.int64)
    person = applications["person"].to_numpy(np.int64)
    opening = applications["opening"].to_numpy(np.int64)
    if openings is not None:
        m = len(openings)
        replication = np.concatenate([replication, openings["replication"].to_numpy(np.int64)])
        # An opening belongs to no person, so each row gets a number of its own.
        low = min(int(person.min(initial=0)), 0) - 1
        person = np.concatenate([person, low - np.arange(m, dtype=np.int64)])
        opening = np.concatenate([opening, openings["opening"].to_numpy(np.int64)])
    labels = np.unique(np.concatenate([replication, np.array(list(replications), dtype=np.int64)]))
    nested = np.searchsorted(labels, replication)
    people, p = _compact(_join(nested, person))
    places, o = _compact(_join(nested, opening))
    pairs, q = _compact(people * np.int64(o) + places)
    codes = Codes(nested, people, places, pairs, (len(labels), p, o, q), labels)
    if openings is None:
        return codes, None
    return codes.take(np.arange(n)), codes.take(np.arange(n, n + len(openings)))


def joined(first: Codes, second: Codes) -> Codes:
    """Return the codes of two sets of rows, one after the other; both share one numbering."""
    arrays = (np.concatenate([first.of(way)[0], second.of(way)[0]]) for way in WAYS)
    replication, person, opening, pair = arrays
    most = [max(ends) for ends in zip(first.sizes, second.sizes, strict=True)]
    return Codes(replication, person, opening, pair, (most[0], most[1], most[2], most[3]), first.labels)


def _join(replications: Ints, ids: Ints) -> Ints:
    low = int(ids.min(initial=0))
    span = int(ids.max(initial=0)) - low + 1
    return np.asarray(replications * np.int64(span) + (ids - low), dtype=np.int64)


def _compact(keys: Ints) -> tuple[Ints, int]:
    codes, unique = pd.factorize(keys)
    return np.asarray(codes, dtype=np.int64), len(unique)
