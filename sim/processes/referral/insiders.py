"""Who in a firm hears of an opening."""

from __future__ import annotations

import numpy as np

from sim.arrays import Index
from sim.market.market import Market


def insiders(market: Market, openings: Index) -> tuple[Index, Index]:
    """Choose up to `referrals.team` employees around each opening: of its field, or any where there is none of it.

    One of them has a say in hiring, if somebody of the field there does.

    Parameters
    ----------
    openings : ndarray of int
        Openings that have just come up.

    Returns
    -------
    opening, person : ndarray of int
        Pairs of an opening and an employee who hears of it, sorted.
    """
    team, fields = market.scenario.referrals.team, market.scenario.population.fields
    employer, field = market.openings["employer"][openings].astype(np.int64), market.openings["field"][openings]
    cell = employer * fields + field
    low, high, managers = market.roster.start[cell], market.roster.start[cell + 1], market.roster.managers[cell]
    alone = low == high
    low = np.where(alone, market.roster.start[employer * fields], low)[:, None]
    high = np.where(alone, market.roster.start[(employer + 1) * fields], high)[:, None]
    seats, size = np.arange(team), high - low
    luck = market.streams.uniform("team", market.openings["draw_key"][openings][:, None], seats)
    # Of more than `team` people only a sample hears of it.
    place = np.where(size <= team, seats, np.floor(luck * size).astype(np.int64))
    hires = np.floor(luck * managers[:, None]).astype(np.int64)
    place = np.where((seats == 0) & (managers[:, None] > 0) & (size > team), hires, place)
    of, seat = np.nonzero(place < size)
    opening, contact = openings[of], market.roster.person[(low + place)[of, seat]].astype(np.int64)
    pairs = np.unique(opening * len(market.people) + contact)
    opening, contact = pairs // len(market.people), pairs % len(market.people)
    still = market.people.employer[contact] == market.openings["employer"][opening]
    return opening[still], contact[still]
