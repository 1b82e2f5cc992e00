"""Step 2, reach out: a seeker asks a contact."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import how_often
from sim.market.codes import NOBODY, Ask
from sim.market.market import Market
from sim.market.tie_state import state_now, strength_now
from sim.processes.referral.vouch import decide_to_vouch


def ask_contacts(market: Market, seekers: NDArray[np.int64], hours: NDArray[Any]) -> None:
    """Seekers with a contact inside an employer that has posted an opening of their field ask for a referral."""
    s, now, plans = market.scenario, market.env.now, market.plans
    if not s.mechanisms.referrals or not plans.anybody("asks"):
        return
    rng = market.streams.generator("asks")
    role = market.people.role[seekers]
    times = how_often(plans.hours("asks", role, hours) / s.search.hours_per_ask, rng)
    # Some people ask only after a while.
    times[now - market.people.search_start[seekers] < plans.asks_from[role]] = 0
    market.people.asked[seekers] += times.astype(np.int32)
    ties, fields = market.ties, s.population.fields
    posted = np.full(len(market.employers) * fields + 1, -1, np.int64)
    slots = np.flatnonzero(np.isfinite(market.board.posted[: market.board.size]))
    posted[market.board.employer[slots] * fields + market.board.field[slots]] = market.board.opening[slots]
    for turn in range(int(times.max(initial=0))):
        asking = seekers[times > turn]
        row, group = ties.of(asking)
        employer = market.people.employer[ties.contact[row]].astype(np.int64)
        cell = np.where(employer == NOBODY, -1, employer * fields + market.people.field[asking[group]])
        useful = np.flatnonzero((posted[cell] >= 0) & (employer != market.people.employer[asking[group]]))
        row, opening = row[useful], posted[cell[useful]]
        best = _race(ties.person[row], strength_now(market, row), rng)
        row, opening = row[best], opening[best]
        informed = state_now(market, row)[1] >= s.referrals.informed_familiarity
        ask = np.where(informed, Ask.INFORMED, Ask.RUSHED)
        decide_to_vouch(market, row, opening, reached=np.full(len(row), now), ask=ask)
        spend_goodwill(market, row)


def spend_goodwill(market: Market, row: NDArray[Any]) -> None:
    """Charge goodwill for an ask, whatever its outcome."""
    ties = market.ties
    ties.strength[row], ties.familiarity[row], goodwill = state_now(market, row)
    ties.goodwill[row] = goodwill - market.scenario.upkeep.ask_cost
    ties.touched[row] = market.env.now


def _race(person: NDArray[Any], strength: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw one row of each run of equal `person` in proportion to `strength`: the fastest of exponential clocks."""
    if not len(person):
        return np.zeros(0, np.int64)
    arrival = rng.standard_exponential(len(person)) / np.maximum(strength, 1e-9)
    first = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    fastest = np.repeat(np.minimum.reduceat(arrival, first), np.diff(np.append(first, len(person))))
    return np.flatnonzero(arrival == fastest)
