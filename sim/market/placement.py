"""The cast: copies of each role's person, placed into the market with their ties on day 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats, Index
from sim.market.codes import NOBODY, Kind, State
from sim.market.network import Ties
from sim.market.people import People
from sim.scenario.parameters import Contact, Role
from sim.scenario.scenario import Scenario
from sim.streams import Streams


@dataclass(frozen=True, slots=True)
class Growing:
    """An employer that grows because a role says so.

    Attributes
    ----------
    employer, field : int
        The employer, and the field of the further openings.
    weekly : float
        Further openings a week.
    key : int
        Keys the random draws: the person beside whom the contact was placed.
    """

    employer: int
    field: int
    weekly: float
    key: int


@dataclass(frozen=True, slots=True)
class _Stage:
    scenario: Scenario
    streams: Streams
    people: People
    ties: Ties


def place_cast(
    scenario: Scenario, streams: Streams, people: People, ties: Ties
) -> tuple[NDArray[np.int32], list[Growing]]:
    """Place the people of every role into the market: their attributes, their ties, and their placed contacts.

    Returns
    -------
    placed : ndarray of int, shape (people,)
        The contact placed beside each person, -1 for none.
    growing : list of Growing
        Employers that grow from day 0 on.
    """
    placed, growing = np.full(len(people), NOBODY, np.int32), list[Growing]()
    if not scenario.cast:
        return placed, growing
    stage, rng = _Stage(scenario, streams, people, ties), streams.generator("cast")
    order = rng.permutation(len(people))
    taken = 0
    for number, role in enumerate(scenario.cast.values(), start=1):
        person = np.sort(order[taken : taken + role.count])
        taken += role.count
        people.role[person] = number
        _set_attributes(stage, person, role)
    for number, role in enumerate(scenario.cast.values(), start=1):
        person = np.flatnonzero(people.role == number)
        _set_ties(stage, person, role, rng)
        if role.contact.placed:
            growing += _place_contacts(stage, person, role.contact, placed, rng)
    ties.reindex(max(scenario.network.spare, 1))
    return placed, growing


def _set_attributes(stage: _Stage, person: Index, role: Role) -> None:
    people = stage.people
    if role.ability is not None:
        people.ability[person] = role.ability
    if role.experience is not None:
        people.experience[person] = role.experience
    if role.hours_per_week is not None:
        people.hours[person] = role.hours_per_week
    if role.employed is True:
        jobless = person[people.employer[person] == NOBODY]
        working = np.flatnonzero((people.employer != NOBODY) & (people.role == 0))
        rng = stage.streams.generator("cast")
        # Each gets the employer of somebody in the crowd, of the same field if there is anybody.
        for copy in jobless.tolist():
            near = working[people.field[working] == people.field[copy]]
            pool = near if len(near) else working
            people.employer[copy] = people.employer[pool[rng.integers(len(pool))]]
    if role.employed is False:
        people.employer[person] = NOBODY
    if role.searches_from is not None:
        people.state[person] = State.NOT_LOOKING
        people.search_start[person] = np.nan
    else:
        searching = (people.employer[person] == NOBODY) | (people.state[person] == State.SEARCHING)
        people.state[person[searching]] = State.SEARCHING
        begun = np.isnan(people.search_start[person]) & searching
        people.search_start[person[begun]] = 0.0


def _set_ties(stage: _Stage, person: Index, role: Role, rng: np.random.Generator) -> None:
    ties = stage.ties
    row, _ = ties.of(person)
    if role.ties is not None:
        _set_degree(stage, person, role.ties, rng)
        row, _ = ties.of(person)
    if role.group:
        _rewire(stage, row, role.homophily, person, rng)
    if role.other_fields is not None:
        _mix_fields(stage, row, role.other_fields, rng)
    if role.strength is not None:
        ties.strength[row] = role.strength
    if role.familiarity is not None:
        ties.familiarity[row] = role.familiarity
    if role.goodwill is not None:
        ties.goodwill[row] = role.goodwill
    if role.days_since_touch is not None:
        ties.touched[row] = -role.days_since_touch


def _set_degree(stage: _Stage, person: Index, mean: float, rng: np.random.Generator) -> None:
    """Drop random ties, or add acquaintances drawn from everybody, until the mean is `mean`."""
    ties = stage.ties
    row, group = ties.of(person)
    have = np.bincount(group, minlength=len(person))
    want = np.floor(mean + rng.random(len(person))).astype(np.int64)
    lottery = rng.random(len(row))
    order = np.lexsort((lottery, group))
    rank = np.arange(len(row)) - np.repeat(np.cumsum(have) - have, have)
    ties.contact[row[order[rank >= want[group[order]]]]] = -1
    for copy, missing in zip(person.tolist(), (want - have).tolist(), strict=True):
        if missing > 0:
            rows = np.arange(ties.start[copy], ties.start[copy + 1])
            free = rows[ties.contact[rows] < 0][:missing]
            ties.contact[free] = rng.choice(len(stage.people), len(free), replace=False)
            ties.kind[free] = Kind.ACQUAINTANCE
            ties.strength[free] = stage.scenario.network.acquaintance.strength
            ties.familiarity[free] = stage.scenario.network.acquaintance.familiarity
            ties.contact[free[ties.contact[free] == copy]] = -1
    _drop_doubles(stage, ties.of(person)[0])


def _rewire(stage: _Stage, row: Index, share: float, members: Index, rng: np.random.Generator) -> None:
    """Turn a share of the ties to members of the group."""
    mine = row[rng.random(len(row)) < share]
    contact = members[rng.integers(0, len(members), len(mine))]
    fine = contact != stage.ties.person[mine]
    stage.ties.contact[mine[fine]] = contact[fine]
    _drop_doubles(stage, row)


def _mix_fields(stage: _Stage, row: Index, share: float, rng: np.random.Generator) -> None:
    """Turn a share of the ties to contacts in other fields, and the rest to contacts in the person's own."""
    ties, people = stage.ties, stage.people
    field = people.field[ties.person[row]]
    other = rng.random(len(row)) < share
    fields = stage.scenario.population.fields
    target = np.where(other & (fields > 1), (field + rng.integers(1, max(fields, 2), len(row))) % fields, field)
    wrong = np.flatnonzero(people.field[ties.contact[row]] != target)
    for i in wrong.tolist():
        pool = people.by_field[int(target[i])]
        if len(pool):
            contact = pool[rng.integers(len(pool))]
            if contact != ties.person[row[i]]:
                ties.contact[row[i]] = contact
    _drop_doubles(stage, row)


def _drop_doubles(stage: _Stage, row: Index) -> None:
    pair = stage.ties.person[row].astype(np.int64) * len(stage.people) + stage.ties.contact[row]
    _, first = np.unique(pair, return_index=True)
    double = np.ones(len(row), dtype=bool)
    double[first] = False
    stage.ties.contact[row[double]] = -1


def _place_contacts(
    stage: _Stage, person: Index, contact: Contact, placed: NDArray[np.int32], rng: np.random.Generator
) -> list[Growing]:
    """Place a contact beside each copy, of the same field and at another employer, where there is one."""
    ties, people, growing = stage.ties, stage.people, list[Growing]()
    for copy in person.tolist():
        pool = people.by_field[int(people.field[copy])]
        pool = pool[
            (people.employer[pool] != NOBODY)
            & (people.employer[pool] != people.employer[copy])
            & (people.role[pool] == 0)
        ]
        if not len(pool):
            continue
        other = int(pool[rng.integers(len(pool))])
        rows = np.arange(ties.start[copy], ties.start[copy + 1])
        present = rows[ties.contact[rows] == other]
        free = present if len(present) else rows[ties.contact[rows] < 0]
        row = int(free[0]) if len(free) else int(rows[np.argmin(ties.strength[rows])])
        ties.contact[row], ties.kind[row] = other, Kind.words.index(contact.kind)
        ties.strength[row], ties.familiarity[row] = contact.strength, contact.familiarity
        ties.goodwill[row], ties.touched[row] = contact.goodwill, -contact.days_since_touch
        placed[copy] = other
        if contact.manager:
            people.manager[other] = True
        if contact.grows > 0:
            growing.append(Growing(int(people.employer[other]), int(people.field[copy]), contact.grows, copy))
    return growing


def first_search_days(scenario: Scenario) -> Floats:
    """The day on which each role begins to search, by number of the role; infinite where none is set."""
    days = [role.searches_from for role in scenario.cast.values()]
    return np.array([np.inf, *(np.inf if day is None else day for day in days)])
