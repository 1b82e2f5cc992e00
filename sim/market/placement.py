"""The cast: copies of the people a story is about, placed into the market with their ties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Index
from sim.market.codes import KINDS, NOBODY, NOT_LOOKING, SEARCHING
from sim.processes.growth import boom

if TYPE_CHECKING:
    from sim.market.market import Market
    from sim.scenario.parameters import Contact, Role
    from sim.scenario.scenario import Scenario


def place(market: Market) -> None:
    """Put every role's people into the market at day 0: who they are, whom they know, and their placed contact."""
    if not market.scenario.cast:
        return
    rng = market.streams.generator("cast")
    order = rng.permutation(len(market.people))
    taken = 0
    for number, role in enumerate(market.scenario.cast.values(), start=1):
        person = np.sort(order[taken : taken + role.count])
        taken += role.count
        market.people.role[person] = number
        _be(market, person, role)
    for number, role in enumerate(market.scenario.cast.values(), start=1):
        person = np.flatnonzero(market.people.role == number)
        _know(market, person, role, rng)
        if role.contact.placed:
            _place_contacts(market, person, role.contact, rng)
    market.ties.reindex(max(market.scenario.network.spare, 1))


def _be(market: Market, person: Index, role: Role) -> None:
    people = market.people
    if role.ability is not None:
        people.ability[person] = role.ability
    if role.experience is not None:
        people.experience[person] = role.experience
    if role.hours_per_week is not None:
        people.hours[person] = role.hours_per_week
    if role.employed is True:
        jobless = person[people.employer[person] == NOBODY]
        working = np.flatnonzero((people.employer != NOBODY) & (people.role == 0))
        rng = market.streams.generator("cast")
        # Each takes a place where somebody of the crowd works, in the same field where there is one.
        for one in jobless.tolist():
            near = working[people.field[working] == people.field[one]]
            pool = near if len(near) else working
            people.employer[one] = people.employer[pool[rng.integers(len(pool))]]
    if role.employed is False:
        people.employer[person] = NOBODY
    if role.searches_from is not None:
        people.state[person] = NOT_LOOKING
        people.search_start[person] = np.nan
    else:
        searching = (people.employer[person] == NOBODY) | (people.state[person] == SEARCHING)
        people.state[person[searching]] = SEARCHING
        begun = np.isnan(people.search_start[person]) & searching
        people.search_start[person[begun]] = 0.0


def _know(market: Market, person: Index, role: Role, rng: np.random.Generator) -> None:
    network = market.ties
    row, _ = network.of(person)
    if role.ties is not None:
        _set_degree(market, person, role.ties, rng)
        row, _ = network.of(person)
    if role.group:
        _rewire(market, row, role.homophily, person, rng)
    if role.other_fields is not None:
        _mix_fields(market, row, role.other_fields, rng)
    if role.strength is not None:
        network.strength[row] = role.strength
    if role.familiarity is not None:
        network.familiarity[row] = role.familiarity
    if role.goodwill is not None:
        network.goodwill[row] = role.goodwill
    if role.days_since_touch is not None:
        network.touched[row] = -role.days_since_touch


def _set_degree(market: Market, person: Index, ties: float, rng: np.random.Generator) -> None:
    """Drop ties by chance, or give acquaintances of the crowd, until the mean is reached."""
    network = market.ties
    row, group = network.of(person)
    have = np.bincount(group, minlength=len(person))
    want = np.floor(ties + rng.random(len(person))).astype(np.int64)
    lottery = rng.random(len(row))
    order = np.lexsort((lottery, group))
    rank = np.arange(len(row)) - np.repeat(np.cumsum(have) - have, have)
    network.contact[row[order[rank >= want[group[order]]]]] = -1
    for one, missing in zip(person.tolist(), (want - have).tolist(), strict=True):
        if missing > 0:
            rows = np.arange(network.start[one], network.start[one + 1])
            free = rows[network.contact[rows] < 0][:missing]
            network.contact[free] = rng.choice(len(market.people), len(free), replace=False)
            network.kind[free] = KINDS.index("acquaintance")
            network.strength[free] = market.scenario.network.acquaintance.strength
            network.familiarity[free] = market.scenario.network.acquaintance.familiarity
            network.contact[free[network.contact[free] == one]] = -1
    _drop_doubles(market, network.of(person)[0])


def _rewire(market: Market, row: Index, share: float, members: Index, rng: np.random.Generator) -> None:
    """A share of the ties is to members of the group."""
    mine = row[rng.random(len(row)) < share]
    contact = members[rng.integers(0, len(members), len(mine))]
    fine = contact != market.ties.person[mine]
    market.ties.contact[mine[fine]] = contact[fine]
    _drop_doubles(market, row)


def _mix_fields(market: Market, row: Index, share: float, rng: np.random.Generator) -> None:
    """A share of the contacts works in other fields, the others in one's own."""
    network, people = market.ties, market.people
    field = people.field[network.person[row]]
    other = rng.random(len(row)) < share
    fields = market.scenario.population.fields
    target = np.where(other & (fields > 1), (field + rng.integers(1, max(fields, 2), len(row))) % fields, field)
    wrong = np.flatnonzero(people.field[network.contact[row]] != target)
    for i in wrong.tolist():
        pool = people.by_field[int(target[i])]
        if len(pool):
            contact = pool[rng.integers(len(pool))]
            if contact != network.person[row[i]]:
                network.contact[row[i]] = contact
    _drop_doubles(market, row)


def _drop_doubles(market: Market, row: Index) -> None:
    pair = market.ties.person[row].astype(np.int64) * len(market.people) + market.ties.contact[row]
    _, first = np.unique(pair, return_index=True)
    double = np.ones(len(row), dtype=bool)
    double[first] = False
    market.ties.contact[row[double]] = -1


def _place_contacts(market: Market, person: Index, contact: Contact, rng: np.random.Generator) -> None:
    """Beside each copy one contact at another employer, of the same field where there is one."""
    network, people = market.ties, market.people
    for one in person.tolist():
        pool = people.by_field[int(people.field[one])]
        pool = pool[
            (people.employer[pool] != NOBODY)
            & (people.employer[pool] != people.employer[one])
            & (people.role[pool] == 0)
        ]
        if not len(pool):
            continue
        other = int(pool[rng.integers(len(pool))])
        rows = np.arange(network.start[one], network.start[one + 1])
        stands = rows[network.contact[rows] == other]
        free = stands if len(stands) else rows[network.contact[rows] < 0]
        row = int(free[0]) if len(free) else int(rows[np.argmin(network.strength[rows])])
        network.contact[row], network.kind[row] = other, KINDS.index(contact.kind)
        network.strength[row], network.familiarity[row] = contact.strength, contact.familiarity
        network.goodwill[row], network.touched[row] = contact.goodwill, -contact.days_since_touch
        market.placed[one] = other
        if contact.manager:
            people.manager[other] = True
        if contact.grows > 0:
            employer, field = int(people.employer[other]), int(people.field[one])
            market.env.process(boom(market, employer, field, contact.grows, one))


def scripted(scenario: Scenario) -> NDArray[np.float64]:
    """The day each role begins to search, by number of the role; infinite where nothing is said."""
    days = [role.searches_from for role in scenario.cast.values()]
    return np.array([np.inf, *(np.inf if day is None else day for day in days)])
