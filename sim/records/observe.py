"""What is looked at while the market runs, to be written down later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import KINDS, NOBODY, SEARCHING
from sim.market.tie_state import state_now

if TYPE_CHECKING:
    from sim.market.market import Market

MONTH = 30.0

EXPOSURE_EVERY = 91.0
"""Days between two looks at the ties of all seekers."""

EXPOSURE_SAMPLE = 2000
"""Ties looked at each time, about; each stands for `stands_for` of them."""


def watch(market: Market) -> dict[str, NDArray[Any]]:
    """The ties of the cast as they stand at the start."""
    row, _ = market.ties.of(np.flatnonzero(market.people.role > 0))
    strength, familiarity, goodwill = state_now(market, row)
    return {
        "row": row,
        "contact": market.ties.contact[row].copy(),
        "kind": market.ties.kind[row].copy(),
        "strength": strength,
        "familiarity": familiarity,
        "goodwill": goodwill,
    }


def note_displaced(market: Market, person: NDArray[Any]) -> None:
    """Note for people about to be laid off by a closure whom they know, and where former colleagues of theirs work."""
    network, people = market.ties, market.people
    row, group = network.of(person)
    employer = people.employer[network.contact[row]]
    # Who works where a plant closes loses the job on the same day: neither an employed contact nor a door.
    staying = ~np.isin(employer, people.employer[person])
    outside = (employer != NOBODY) & staying
    colleague = staying & (network.kind[row] == KINDS.index("former_colleague"))
    contacts = np.bincount(group, minlength=len(person))
    employed = np.bincount(group[outside], minlength=len(person))
    acquainted = np.bincount(group[colleague], minlength=len(person))
    former = outside & colleague
    pair, count = np.unique(group[former].astype(np.int64) << 32 | employer[former], return_counts=True)
    who, where = pair >> 32, (pair & 0xFFFFFFFF).astype(np.int32)
    nobody = np.setdiff1d(np.arange(len(person)), who)
    who = np.concatenate([who, nobody])
    market.displaced.add(
        len(who),
        person=person[who],
        day=market.env.now,
        employer_left=people.employer[person[who]],
        contacts=contacts[who],
        employed_contacts=employed[who],
        former=acquainted[who],
        employer=np.concatenate([where, np.full(len(nobody), NOBODY)]),
        former_colleagues=np.concatenate([count, np.zeros(len(nobody), np.int64)]),
    )


def note_ties_of_seekers(market: Market) -> None:
    """Look at a sample of the ties of all who search: the ground on which jobs found through ties are counted."""
    now, time = market.env.now, market.scenario.time
    since = now - time.warm_up
    if not 0 <= since < time.window or since % EXPOSURE_EVERY >= 1.0:
        return
    # Rows are drawn first and looked at then: what is not looked at costs nothing, however large the market.
    network, seekers = market.ties, np.flatnonzero(market.people.state == SEARCHING)
    ends = np.cumsum(network.start[seekers + 1] - network.start[seekers])
    rows = int(ends[-1]) if len(ends) else 0
    drawn = min(EXPOSURE_SAMPLE, rows)
    if not rows:
        return
    place = np.sort(market.streams.generator("exposure").choice(rows, drawn, replace=False, shuffle=False))
    who = np.searchsorted(ends, place, side="right")
    row = network.start[seekers[who] + 1] - (ends[who] - place)
    row = row[network.contact[row] >= 0]
    _note_ties(market, row[_leads_elsewhere(market, row)], job=False, stands_for=rows / drawn)


def note_insiders(market: Market, person: NDArray[Any]) -> None:
    """Note of people hired this week the ties they had to somebody who works there, before anything came of them.

    A tie made in the last month before the hire, as in an interview for this job, is none of them (Rajkumar et al.
    2022).
    """
    row, group = market.ties.of(person)
    employer = market.people.employer
    inside = employer[market.ties.contact[row]] == employer[person[group]]
    since = market.ties.since[row]
    older = (since < 0) | (since < market.people.hired_at[person[group]] - MONTH)
    _note_ties(market, row[inside & older], job=True, stands_for=1.0)


def _leads_elsewhere(market: Market, row: NDArray[Any]) -> NDArray[np.bool_]:
    there = market.people.employer[market.ties.contact[row]]
    return np.asarray((there != NOBODY) & (there != market.people.employer[market.ties.person[row]]))


def _note_ties(market: Market, row: NDArray[Any], *, job: bool, stands_for: float) -> None:
    if not len(row):
        return
    network = market.ties
    strength, familiarity, _ = state_now(market, row)
    market.exposure.add(
        len(row),
        person=network.person[row],
        contact=network.contact[row],
        day=market.env.now,
        job=job,
        kind=network.kind[row],
        strength=strength,
        familiarity=familiarity,
        stands_for=stands_for,
        mutual_contacts=network.shared_contacts(network.person[row], network.contact[row]),
    )
