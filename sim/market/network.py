"""Ties: generated from shared places or read from an edge list, as rows with room to grow.

Ties come from *foci* (Feld 1981): people meet where they work, worked, studied, or spend their evenings, and within a
focus by sociability. Foci give clustering and homophily; a Pareto law of sociability gives the heavy tail of degree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sim.arrays import Index, least, spread_rows
from sim.market.codes import Kind
from sim.market.edge_list import edge_list_of
from sim.market.people import People
from sim.scenario.parameters import TieKind
from sim.scenario.scenario import Scenario
from sim.streams import Streams

_ONE_SIDED = Kind.marked("one_sided")


@dataclass(slots=True)
class Ties:
    """Directed ties from person to contact; the rows of a person are `start[person]` to `start[person + 1]`.

    A row whose `contact` is -1 is free. `in_tie[in_start[c] : in_start[c] + in_count[c]]` are the rows whose contact
    is c; some may have changed since, so callers check. `strength`, `familiarity` and `goodwill` (the contact's view
    of the person) are as of the day `touched`; `since` is the day on which the tie was made, -1 before the run.
    `half_life` (days) belongs to the kinds, one each.
    """

    start: Index
    person: NDArray[np.int32]
    contact: NDArray[np.int32]
    kind: NDArray[np.int8]
    strength: NDArray[np.float32]
    touched: NDArray[np.float32]
    familiarity: NDArray[np.float32]
    goodwill: NDArray[np.float32]
    since: NDArray[np.float32]
    in_start: Index
    in_count: NDArray[np.int32]
    in_tie: NDArray[np.int32]
    half_life: NDArray[np.float32]

    def __len__(self) -> int:
        return int(np.count_nonzero(self.contact >= 0))

    def degree(self) -> NDArray[np.int32]:
        """Number of contacts of each person, shape (people,)."""
        return np.bincount(self.person[self.contact >= 0], minlength=len(self.start) - 1).astype(np.int32)

    def of(self, people: NDArray[Any]) -> tuple[Index, Index]:
        """Rows of the ties of some people, and the index into `people` of each."""
        count = self.start[people + 1] - self.start[people]
        row, group = spread_rows(self.start[people], count), np.repeat(np.arange(len(people)), count)
        held = self.contact[row] >= 0
        return row[held], group[held]

    def to(self, contacts: NDArray[Any]) -> tuple[Index, Index]:
        """Rows of the ties to some contacts, and the index into `contacts` of each."""
        count = self.in_count[contacts]
        row = self.in_tie[spread_rows(self.in_start[contacts], count)].astype(np.int64)
        group = np.repeat(np.arange(len(contacts)), count)
        still = self.contact[row] == contacts[group]
        return row[still], group[still]

    def pick(self, people: NDArray[Any], luck: NDArray[Any]) -> tuple[Index, Index]:
        """Draw a row for each person (`luck` uniform in [0, 1)); returns the rows that hold a tie, and their people.

        The people are given as indices into `people`.
        """
        room = self.start[people + 1] - self.start[people]
        row = self.start[people] + np.floor(luck * room).astype(np.int64)
        held = np.flatnonzero((room > 0) & (self.contact[np.minimum(row, len(self.contact) - 1)] >= 0))
        return row[held], held

    def add(
        self,
        person: NDArray[Any],
        contact: NDArray[Any],
        *,
        kind: Any,
        strength: Any,
        familiarity: Any,
        goodwill: Any,
        now: float,
        weight: NDArray[Any],
    ) -> Index:
        """Make ties; a new one takes a free row, or the row of the weakest tie if that is weaker than itself.

        Parameters
        ----------
        person, contact : array_like of int, shape (n,)
            The two ends. Each person may be given once only; a tie that exists already stays as it is.
        kind, strength, familiarity, goodwill : array_like
            State of the new ties.
        now : float
            Day.
        weight : ndarray, shape (rows,)
            Today's strength of every row of these people, free rows included, in the order of `person`.

        Returns
        -------
        ndarray
            Indices into `person` of the ties that were made.
        """
        count = self.start[person + 1] - self.start[person]
        row, group = spread_rows(self.start[person], count), np.repeat(np.arange(len(person)), count)
        stands = np.zeros(len(person), dtype=bool)
        stands[group[self.contact[row] == contact[group]]] = True
        weight = np.where(self.contact[row] >= 0, weight, -1.0)
        roomy = count > 0
        weakest = np.zeros(len(person), np.int64)
        weakest[roomy] = least(weight, count[roomy])
        strength = np.broadcast_to(np.asarray(strength, dtype=float), person.shape)
        fits = roomy & ~stands & (person != contact)
        fits[fits] = weight[weakest[fits]] < strength[fits]
        made = np.flatnonzero(fits)
        at = row[weakest[made]]
        self.contact[at], self.strength[at] = contact[made], strength[made]
        for name, value in (("kind", kind), ("familiarity", familiarity), ("goodwill", goodwill)):
            getattr(self, name)[at] = np.broadcast_to(np.asarray(value), person.shape)[made]
        self.touched[at] = self.since[at] = now
        self._index(at)
        return made

    def reindex(self, spare: int) -> None:
        """Rebuild the index of ties by contact, with room for `spare` more at each."""
        n = len(self.start) - 1
        held = np.flatnonzero(self.contact >= 0)
        start, order = _compress(self.contact[held], self.person[held], n)
        self.in_start = start + spare * np.arange(n + 1)
        self.in_count = np.diff(start).astype(np.int32)
        self.in_tie = np.full(len(held) + spare * n, -1, np.int32)
        entered = held[order]
        self.in_tie[np.arange(len(held)) + spare * self.contact[entered].astype(np.int64)] = entered

    def _index(self, row: Index) -> None:
        """Index rows by contact; where a contact has no room left, a stale or else the oldest entry is dropped."""
        for r, c in zip(row.tolist(), self.contact[row].tolist(), strict=True):
            low, used = int(self.in_start[c]), int(self.in_count[c])
            if low + used < self.in_start[c + 1]:
                self.in_tie[low + used] = r
                self.in_count[c] = used + 1
            elif used:
                entries = self.in_tie[low : low + used]
                stale = np.flatnonzero(self.contact[entries] != c)
                entries[stale[0] if len(stale) else int(np.argmin(self.touched[entries]))] = r

    def shared_contacts(self, first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.int64]:
        """Number of contacts that each pair of people share, in time that hardly grows with the market."""
        found, n = np.zeros(len(first), np.int64), len(self.start) - 1
        known = np.zeros(min(len(first), 64) * n, dtype=bool)
        for low in range(0, len(first), 64):  # bounds the memory of `known`
            mine, mine_of = self.of(first[low : low + 64])
            theirs, theirs_of = self.of(second[low : low + 64])
            cells = theirs_of * n + self.contact[theirs]
            known[cells] = True
            both = known[mine_of * n + self.contact[mine]]
            known[cells] = False
            found[low : low + 64] = np.bincount(mine_of[both], minlength=len(first[low : low + 64]))
        return found


def _pairs(group: NDArray[Any], count: int, sociability: NDArray[Any], rng: np.random.Generator) -> tuple[Index, Index]:
    """Draw `count` pairs within groups, both sides by sociability; people in group -1 meet nobody."""
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
    """Draw a focus for each person: groups of `size` people, a share `homophily` of people in groups of one field."""
    n = len(field)
    own = rng.random(n) < homophily
    per_field = max(1, round(n * homophily / fields / size))
    mixed = max(1, round(n * (1 - homophily) / size))
    return np.where(
        own,
        field.astype(np.int64) * per_field + rng.integers(0, per_field, n),
        fields * per_field + rng.integers(0, mixed, n),
    )


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
    for code, name in enumerate(Kind.words):
        parameters: TieKind = getattr(network, name)
        a, b = _pairs(foci[name][0], round(n * parameters.mean_degree / 2), foci[name][1], rng)
        sides_a.append(a)
        sides_b.append(b)
        kinds.append(np.full(len(a), code, np.int8))
    a, b, kind = np.concatenate(sides_a), np.concatenate(sides_b), np.concatenate(kinds)
    # A pair that met twice has one tie, of the closer kind: kinds are in that order, and `unique` keeps the first.
    _, keep = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_index=True)
    keep = keep[a[keep] != b[keep]]
    a, b, kind = a[keep].astype(np.int32), b[keep].astype(np.int32), kind[keep]
    # Loose ties are not always returned.
    back = ~_ONE_SIDED[kind] | (rng.random(len(kind)) < network.returned)
    return np.concatenate([a, b[back]]), np.concatenate([b, a[back]]), np.concatenate([kind, kind[back]])


def _compress(person: NDArray[Any], contact: NDArray[Any], n: int) -> tuple[Index, NDArray[np.int64]]:
    """Row starts, and the order that sorts ties by person (linear time, by counting)."""
    matrix = sparse.coo_matrix((np.arange(len(person)), (person, contact)), shape=(n, n)).tocsr()
    return matrix.indptr.astype(np.int64), matrix.data


def make_ties(scenario: Scenario, people: People, former: NDArray[np.int32], streams: Streams) -> Ties:
    """Make the ties of day 0: generated, or from the scenario's edge list.

    Parameters
    ----------
    former : ndarray of int, shape (people,)
        The employer that each person worked for before.
    """
    n, rng = len(people), streams.generator("network")
    given: dict[str, NDArray[Any]] = {}
    if scenario.network.edge_list is None:
        person, contact, kind = _generate(scenario, people, former, rng)
    else:
        read = edge_list_of(scenario)
        person, contact, kind = read.person, read.contact, read.kind
        given = {name: column for name, column in read.given.items() if name != "days_since_touch"}
        if "days_since_touch" in read.given:
            given["touched"] = -read.given["days_since_touch"]
    start, order = _compress(person, contact, n)
    person, contact, kind = person[order], contact[order], kind[order]
    m = len(person)
    parameters: list[TieKind] = [getattr(scenario.network, k) for k in Kind.words]
    # Spread around the mean of the kind on the logit scale, so that both stay inside (0, 1).
    values = {
        "strength": _logit_spread(np.array([p.strength for p in parameters])[kind], 0.5 * rng.standard_normal(m)),
        "familiarity": _logit_spread(np.array([p.familiarity for p in parameters])[kind], 0.7 * rng.standard_normal(m)),
        "touched": -scenario.network.dormancy * rng.standard_exponential(m),
        "goodwill": 0.3 * rng.standard_exponential(m),
    }
    for name, column in given.items():
        listed = column[order]
        values[name] = np.where(np.isnan(listed), values[name], listed)
    spare = max(scenario.network.spare, 1)
    place = np.arange(m) + spare * person.astype(np.int64)
    rows = m + spare * n

    def laid_out(column: NDArray[Any], empty: Any, dtype: Any) -> NDArray[Any]:
        out = np.full(rows, empty, dtype)
        out[place] = column
        return out

    ties = Ties(
        start=start + spare * np.arange(n + 1),
        person=np.repeat(np.arange(n, dtype=np.int32), np.diff(start) + spare),
        contact=laid_out(contact, -1, np.int32),
        kind=laid_out(kind, Kind.ACQUAINTANCE, np.int8),
        strength=laid_out(values["strength"], 0.0, np.float32),
        touched=laid_out(values["touched"], 0.0, np.float32),
        familiarity=laid_out(values["familiarity"], 0.0, np.float32),
        goodwill=laid_out(values["goodwill"], 0.0, np.float32),
        since=np.full(rows, -1.0, np.float32),
        in_start=np.zeros(n + 1, np.int64),
        in_count=np.zeros(n, np.int32),
        in_tie=np.zeros(0, np.int32),
        half_life=np.array([p.half_life for p in parameters], np.float32),
    )
    ties.reindex(spare)
    return ties


def _logit_spread(mean: NDArray[Any], shift: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + (1.0 / mean - 1.0) * np.exp(-shift)))
