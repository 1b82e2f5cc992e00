"""Direct applications: seekers look at postings and apply."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import how_often
from sim.market.board import GUIDE
from sim.market.codes import Channel
from sim.market.market import Market
from sim.mechanisms import matching
from sim.streams import scramble

LAST_PLACE = 2**16 - 2
"""The last place in a pile; place 0 is on top."""


def send_applications(market: Market, seekers: NDArray[np.int64], hours: NDArray[Any]) -> None:
    """Send a day's applications: fresh postings of a person's own field draw most.

    Nobody applies twice to an opening, or to their own employer: they look at a few more postings instead. So the
    number of applications depends on people's hours, and hardly on the size of the market.

    Parameters
    ----------
    seekers : ndarray of int, shape (n,)
        The people searching whose week is planned today.
    hours : ndarray, shape (n,)
        Their hours this week.
    """
    rng, people, board, s, now = (
        market.streams.generator("applications"),
        market.people,
        market.board,
        market.scenario.search,
        market.env.now,
    )
    spell = now - people.search_start[seekers]
    effort = s.effort_floor + (1.0 - s.effort_floor) * np.exp2(-spell / s.effort_half_life)
    given = market.plans.hours("applications", people.role[seekers], hours)
    rate = given / s.hours_per_application * effort
    times = how_often(rate, rng)
    who = np.repeat(seekers.astype(np.int32), times)
    fields = market.scenario.population.fields
    luck = rng.bit_generator.random_raw((len(who) + 1) // 2).view(np.uint32)[: len(who)]
    guide = board.guide(now, s.freshness, rng.random()).reshape(-1)
    row = np.zeros(len(who), np.int32)  # where the person's field begins in the guide
    if fields > 1:
        field = np.repeat(people.field[seekers].astype(np.int32), times)
        stray = np.flatnonzero((luck & (0xFFFF << 13)) < int(s.other_field * 2**16) << 13)
        field[stray] = (field[stray] + np.where(luck[stray] >> 29 & 1, 1, -1)) % fields
        row = field * np.int32(GUIDE)
    slot = guide.take((luck & (GUIDE - 1)).view(np.int32) + row)
    aim(market, slot, who, guide, row, seekers, times)
    sent_to, sent_by = [], []
    for look in range(s.looks):
        if look:
            slot = guide.take(row + rng.integers(0, GUIDE, len(row), dtype=np.int32))
        order = slot.astype(np.uint16 if board.size < 2**16 - 1 else np.uint32).argsort(kind="stable")
        # Where nothing is posted the guide holds -1, the highest number when unsigned: these rows sort last.
        order = order[: len(slot) - np.count_nonzero(slot < 0)]
        named, by = slot.take(order), who.take(order)
        fine = board.claim_cohort(named, by, board.employer.take(named) != people.employer.take(by))
        sent_to.append(named.take(fine))
        sent_by.append(by.take(fine))
        # People who have applied there already, or work there, look at another posting.
        again = np.zeros(len(who), dtype=bool)
        again[order] = True
        again[order.take(fine)] = False
        who, row = who[again], row[again]
        if not len(who):
            break
    slot, who = np.concatenate(sent_to), np.concatenate(sent_by)
    order = slot.argsort(kind="stable")
    slot, who = slot.take(order), who.take(order)
    since = np.minimum(now - board.posted, 1.0).astype(np.float32).take(slot)
    sent = now - rng.random(len(slot), dtype=np.float32) * since
    first = enter(market, who, board.opening.take(slot), channel=Channel.DIRECT, sent=sent)
    board.record(int(now), first, slot)


def enter(market: Market, person: NDArray[Any], opening: NDArray[Any], **columns: Any) -> int:
    """Record applications of any channel, each with its place in the pile; returns the first row.

    The place decides how early a résumé is read. It is a keyed draw of the person and the opening.
    """
    words = market.pile_person.take(person)
    words += market.openings["pile"].take(opening)
    place = scramble(words)
    place >>= np.uint32(16)
    place = np.minimum(place, np.uint32(LAST_PLACE)).astype(np.uint16)
    return market.applications.add(len(person), person=person, opening=opening, pile_place=place, **columns)


def aim(
    market: Market,
    slot: NDArray[Any],
    who: NDArray[Any],
    guide: NDArray[Any],
    row: NDArray[Any],
    seekers: NDArray[Any],
    times: NDArray[Any],
) -> None:
    """People taught by an interview sometimes compare two postings, and apply to the one that fits better."""
    if not market.scenario.mechanisms.search_capital:
        return
    rng = market.streams.generator("aim")
    taught = np.flatnonzero(np.repeat(market.people.taught[seekers], times))
    taught = taught[rng.random(len(taught)) < market.scenario.search.wiser]
    if not len(taught):
        return
    other = guide.take(row[taught] + rng.integers(0, GUIDE, len(taught)))
    both = (other >= 0) & (slot[taught] >= 0)
    taught, other = taught[both], other[both]
    skills, fields = market.people.skills[who[taught]], market.scenario.population.fields
    wanted = market.openings["requirement"]
    distance = matching.skill_distance(skills, wanted[market.board.opening[slot[taught]]], fields)
    nearer = matching.skill_distance(skills, wanted[market.board.opening[other]], fields) < distance
    slot[taught[nearer]] = other[nearer]
