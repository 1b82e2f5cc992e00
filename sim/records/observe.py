"""Observations made while the market runs, as columns to record. Nothing here changes the market."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import NOBODY, Kind, State
from sim.market.market import Market
from sim.market.tie_state import state_now

Rows = dict[str, Any]
"""Columns to record, by name; empty where there is nothing to record."""

MONTH = 30.0

EXPOSURE_EVERY = 91.0
"""Days between two samples of seekers' ties."""

EXPOSURE_SAMPLE = 2000
"""Most ties in a sample; each stands for `stands_for` ties."""


def ties_of_cast(market: Market) -> dict[str, NDArray[Any]]:
    """The ties of the cast at the start."""
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


def displaced(market: Market, person: NDArray[Any]) -> Rows:
    """Contacts of people about to be laid off by a closure, and where their former colleagues work."""
    ties, people = market.ties, market.people
    row, group = ties.of(person)
    employer = people.employer[ties.contact[row]]
    # Contacts at a closing firm lose their jobs too; do not count them.
    staying = ~np.isin(employer, people.employer[person])
    outside = (employer != NOBODY) & staying
    colleague = staying & (ties.kind[row] == Kind.FORMER_COLLEAGUE)
    contacts = np.bincount(group, minlength=len(person))
    employed = np.bincount(group[outside], minlength=len(person))
    acquainted = np.bincount(group[colleague], minlength=len(person))
    former = outside & colleague
    pair, count = np.unique(group[former].astype(np.int64) << 32 | employer[former], return_counts=True)
    who, where = pair >> 32, (pair & 0xFFFFFFFF).astype(np.int32)
    nobody = np.setdiff1d(np.arange(len(person)), who)
    who = np.concatenate([who, nobody])
    return {
        "person": person[who],
        "day": market.env.now,
        "employer_left": people.employer[person[who]],
        "contacts": contacts[who],
        "employed_contacts": employed[who],
        "former": acquainted[who],
        "employer": np.concatenate([where, np.full(len(nobody), NOBODY)]),
        "former_colleagues": np.concatenate([count, np.zeros(len(nobody), np.int64)]),
    }


def ties_of_seekers(market: Market) -> Rows:
    """A sample of seekers' ties, on the days it is due; jobs found through ties are compared with it."""
    now, time = market.env.now, market.scenario.time
    since = now - time.warm_up
    if not 0 <= since < time.window or since % EXPOSURE_EVERY >= 1.0:
        return {}
    # Draw rows first and look only at those: the cost does not grow with the market.
    ties, seekers = market.ties, np.flatnonzero(market.people.state == State.SEARCHING)
    ends = np.cumsum(ties.start[seekers + 1] - ties.start[seekers])
    rows = int(ends[-1]) if len(ends) else 0
    drawn = min(EXPOSURE_SAMPLE, rows)
    if not rows:
        return {}
    place = np.sort(market.streams.generator("exposure").choice(rows, drawn, replace=False, shuffle=False))
    who = np.searchsorted(ends, place, side="right")
    row = ties.start[seekers[who] + 1] - (ends[who] - place)
    row = row[ties.contact[row] >= 0]
    return _described(market, row[_leads_elsewhere(market, row)], job=False, stands_for=rows / drawn)


def ties_inside(market: Market, person: NDArray[Any]) -> Rows:
    """Ties that people hired this week already had to somebody at the employer.

    A tie made in the month before the hire, as in an interview for this job, does not count (Rajkumar et al. 2022).
    """
    row, group = market.ties.of(person)
    employer = market.people.employer
    inside = employer[market.ties.contact[row]] == employer[person[group]]
    since = market.ties.since[row]
    older = (since < 0) | (since < market.people.hired_at[person[group]] - MONTH)
    return _described(market, row[inside & older], job=True, stands_for=1.0)


def _leads_elsewhere(market: Market, row: NDArray[Any]) -> NDArray[np.bool_]:
    there = market.people.employer[market.ties.contact[row]]
    return np.asarray((there != NOBODY) & (there != market.people.employer[market.ties.person[row]]))


def _described(market: Market, row: NDArray[Any], *, job: bool, stands_for: float) -> Rows:
    if not len(row):
        return {}
    ties = market.ties
    strength, familiarity, _ = state_now(market, row)
    return {
        "person": ties.person[row],
        "contact": ties.contact[row],
        "day": market.env.now,
        "job": job,
        "kind": ties.kind[row],
        "strength": strength,
        "familiarity": familiarity,
        "stands_for": stands_for,
        "mutual_contacts": ties.shared_contacts(ties.person[row], ties.contact[row]),
    }
