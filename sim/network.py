"""Who knows whom: ties generated from shared places, or loaded from a user's list, held as compressed rows.

Ties come from *foci* (Feld 1981): people meet where they work, worked, studied, or spend their evenings, and within a
focus by sociability. Foci give clustering and homophily; a Pareto law of sociability gives the heavy tail of degree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sim.edge_list import KINDS, read_edge_list
from sim.parameters import TieKind
from sim.population import NOBODY, People
from sim.scenario import Scenario
from sim.streams import Streams

COLLEAGUE, FORMER_COLLEAGUE = 2, 3
Index = NDArray[np.int64]


@dataclass(slots=True)
class Ties:
    """Directed ties person -> contact, sorted by person (`start`), and indexed by contact (`in_start`, `in_tie`).

    `strength` is what it was at `touched` (days); `familiarity` and `goodwill` are the contact's view of the person.
    """

    start: Index
    person: NDArray[np.int32]
    contact: NDArray[np.int32]
    kind: NDArray[np.int8]
    strength: NDArray[np.float32]
    touched: NDArray[np.float32]
    familiarity: NDArray[np.float32]
    goodwill: NDArray[np.float32]
    in_start: Index
    in_tie: NDArray[np.int32]
    half_life: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.contact)

    def mutual_contacts(self, first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.int16]:
        """How many contacts each pair of people share."""
        if not len(first):
            return np.zeros(0, np.int16)
        n = len(self.start) - 1
        shape = (n, n)
        matrix = sparse.csr_matrix((np.ones(len(self), np.int32), self.contact, self.start), shape=shape)
        shared = np.empty(len(first), np.int16)
        for i in range(0, len(first), 50_000):  # bounds the memory of the two row selections
            rows = slice(i, i + 50_000)
            both = matrix[first[rows]].multiply(matrix[second[rows]])
            shared[rows] = np.asarray(both.sum(axis=1)).ravel()
        return shared


def _pairs(
    group: NDArray[Any], count: int, sociability: NDArray[Any], rng: np.random.Generator
) -> tuple[Index, Index]:
    """`count` pairs of members of the same group, both sides drawn by sociability; group -1 meets nobody."""
    members = np.flatnonzero(group >= 0)
    if len(members) < 2 or count <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    members = members[np.argsort(group[members], kind="stable")]
    label = group[members]
    weight = np.cumsum(sociability[members], dtype=float)
    first_of = np.searchsorted(label, label, side="left")
    last_of = np.searchsorted(label, label, side="right") - 1
    below = np.where(first_of > 0, weight[first_of - 1], 0.0)
    a = np.searchsorted(weight, rng.random(count) * weight[-1]).clip(max=len(members) - 1)
    low, high = below[a], weight[last_of[a]]
    b = np.searchsorted(weight, low + rng.random(count) * (high - low)).clip(first_of[a], last_of[a])
    return members[a], members[b]


def _foci(
    field: NDArray[Any], homophily: float, size: float, fields: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """A focus for each person: groups of `size` people, a share `homophily` of them inside one field."""
    n = len(field)
    own = rng.random(n) < homophily
    per_field = max(1, round(n * homophily / fields / size))
    mixed = max(1, round(n * (1 - homophily) / size))
    return np.where(own, field.astype(np.int64) * per_field + rng.integers(0, per_field, n),
                    fields * per_field + rng.integers(0, mixed, n))


def _generate(
    scenario: Scenario, people: People, former: NDArray[np.int32], rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    n, fields, network = len(people), scenario.population.fields, scenario.network
    everybody = np.ones(n)
    own_field = np.where(rng.random(n) < network.field_homophily, people.field.astype(np.int64), fields)
    classes = _foci(people.field, 0.8, network.class_size, fields, rng)
    foci: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
        "close_friend": (_foci(people.field, network.field_homophily, network.circle, fields, rng), everybody),
        "mentor": (people.field, people.sociability),
        "colleague": (people.employer, everybody),
        "former_colleague": (former, everybody),
        "classmate": (classes, everybody),
        "acquaintance": (own_field, people.sociability),
        "online": (own_field, people.sociability),
    }
    sides_a, sides_b, kinds = [], [], []
    for code, name in enumerate(KINDS):
        parameters: TieKind = getattr(network, name)
        a, b = _pairs(foci[name][0], round(n * parameters.mean_degree / 2), foci[name][1], rng)
        sides_a.append(a)
        sides_b.append(b)
        kinds.append(np.full(len(a), code, np.int8))
    a, b, kind = np.concatenate(sides_a), np.concatenate(sides_b), np.concatenate(kinds)
    # A pair that met twice is one tie, of the nearer kind: the kinds stand in that order and `unique` keeps the first.
    _, keep = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_index=True)
    keep = keep[a[keep] != b[keep]]
    a, b, kind = a[keep].astype(np.int32), b[keep].astype(np.int32), kind[keep]
    return np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([kind, kind])


def _compress(person: NDArray[Any], contact: NDArray[Any], n: int) -> tuple[Index, NDArray[np.int64]]:
    """Row starts and the order that sorts ties by person (linear time, by counting)."""
    matrix = sparse.coo_matrix((np.arange(len(person)), (person, contact)), shape=(n, n)).tocsr()
    return matrix.indptr.astype(np.int64), matrix.data


def make_ties(scenario: Scenario, people: People, former: NDArray[np.int32], streams: Streams) -> Ties:
    """The network at day 0: generated, or from the scenario's edge list."""
    n, rng = len(people), streams.generator("network")
    given: dict[str, NDArray[Any]] = {}
    if scenario.network.edge_list is None:
        person, contact, kind = _generate(scenario, people, former, rng)
    else:
        person, contact, kind, given = read_edge_list(Path(scenario.network.edge_list), n)
    start, order = _compress(person, contact, n)
    person, contact, kind = person[order], contact[order], kind[order]
    m = len(person)
    parameters: list[TieKind] = [getattr(scenario.network, k) for k in KINDS]
    strength = np.array([p.strength for p in parameters])[kind]
    familiarity = np.array([p.familiarity for p in parameters])[kind]
    # Spread around the mean of the kind on the logit scale, so that both stay inside (0, 1).
    strength = _logit_spread(strength, 0.5 * rng.standard_normal(m))
    familiarity = _logit_spread(familiarity, 0.7 * rng.standard_normal(m))
    touched = -scenario.network.dormancy * rng.standard_exponential(m)
    goodwill = 0.3 * rng.standard_exponential(m)
    values = {"strength": strength, "familiarity": familiarity, "goodwill": goodwill, "touched": touched}
    for name, column in given.items():
        listed = column[order]
        values[name] = np.where(np.isnan(listed), values[name], listed)
    in_start, in_order = _compress(contact, person, n)
    return Ties(
        start=start, person=person, contact=contact, kind=kind, strength=values["strength"].astype(np.float32),
        touched=values["touched"].astype(np.float32), familiarity=values["familiarity"].astype(np.float32),
        goodwill=values["goodwill"].astype(np.float32), in_start=in_start, in_tie=in_order.astype(np.int32),
        half_life=np.array([p.half_life for p in parameters], np.float32),
    )


def _logit_spread(mean: NDArray[Any], shift: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + (1.0 / mean - 1.0) * np.exp(-shift)))


def measure(ties: Ties, people: People) -> dict[str, float]:
    """What the network is like, measured by igraph: mean degree, clustering, homophily by field, the tail of degree."""
    import igraph

    ends = np.column_stack([np.minimum(ties.person, ties.contact), np.maximum(ties.person, ties.contact)])
    graph = igraph.Graph(n=len(people), edges=np.unique(ends, axis=0))
    degree = np.array(graph.degree())
    return {
        "people": float(len(people)),
        "ties": float(len(ties)),
        "mean_degree": float(degree.mean()),
        "largest_degree": float(degree.max()),
        "degree_99th_over_median": float(np.quantile(degree, 0.99) / max(np.median(degree), 1.0)),
        "clustering": float(graph.transitivity_undirected()),
        "field_assortativity": float(graph.assortativity_nominal(people.field.tolist(), directed=False)),
        "largest_component": float(graph.connected_components().giant().vcount() / len(people)),
        "employed_contacts": float(np.mean(people.employer[ties.contact] != NOBODY)) if len(ties) else float("nan"),
    }
