"""What seekers do with their week: applications to posted openings, and touches that keep ties alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import records, ties
from sim.board import GUIDE
from sim.population import SEARCHING

if TYPE_CHECKING:
    from sim.market import Market


def cohort(market: Market) -> NDArray[np.int64]:
    """The seventh of the people whose week is planned today."""
    return np.arange(int(market.env.now) % 7, len(market.people), 7)


def how_often(rate: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """A whole number of times for each weekly rate, right on average."""
    times: NDArray[Any] = np.floor(rate + rng.random(len(rate)))
    return times.astype(np.int64)


def plan_week(market: Market) -> NDArray[np.int64]:
    """Seekers of today's cohort send applications and touch ties; they are returned."""
    today = cohort(market)
    seekers: NDArray[np.int64] = today[market.people.state[today] == SEARCHING]
    if len(seekers):
        send_applications(market, seekers)
        touch_ties(market, seekers)
    return seekers


def send_applications(market: Market, seekers: NDArray[np.int64]) -> None:
    """A day's applications: fresh postings of one's own field draw most, nobody applies twice or at home."""
    rng, people, board, s, now = (market.streams.generator("applications"), market.people, market.board,
                                  market.scenario.search, market.env.now)
    spell = now - people.search_start[seekers]
    effort = s.effort_floor + (1.0 - s.effort_floor) * np.exp2(-spell / s.effort_half_life)
    rate = people.hours[seekers] * (s.applications / s.hours_per_application) * effort
    times = how_often(rate, rng)
    who = np.repeat(seekers.astype(np.int32), times)
    fields = market.scenario.population.fields
    luck = rng.bit_generator.random_raw((len(who) + 1) // 2).view(np.uint32)[: len(who)]
    guide = board.guide(now, s.freshness, rng.random()).reshape(-1)
    place = (luck & (GUIDE - 1)).view(np.int32)
    if fields > 1:
        field = np.repeat(people.field[seekers].astype(np.int32), times)
        stray = np.flatnonzero((luck & (0xFFFF << 13)) < int(s.other_field * 2**16) << 13)
        field[stray] = (field[stray] + np.where(luck[stray] >> 29 & 1, 1, -1)) % fields
        field *= GUIDE
        place += field
    slot = guide.take(place)
    order = slot.astype(np.uint16 if board.size < 2**16 - 1 else np.uint32).argsort(kind="stable")
    slot, who = slot.take(order), who.take(order)
    # Where nothing is posted the guide says -1, the highest number as an unsigned one: these come last.
    some = len(slot) - np.count_nonzero(slot < 0)
    slot, who = slot[:some], who[:some]
    fine = board.claim_cohort(slot, who, board.employer.take(slot) != people.employer.take(who))
    slot, who = slot.take(fine), who.take(fine)
    since = np.minimum(now - board.posted, 1.0).astype(np.float32).take(slot)
    sent = now - rng.random(len(slot), dtype=np.float32) * since
    first = market.enter(who, board.opening.take(slot), channel=records.DIRECT, sent=sent)
    board.record(int(now), first, slot)


def touch_ties(market: Market, seekers: NDArray[np.int64]) -> None:
    """Seekers get in touch with some of their contacts."""
    if market.scenario.search.upkeep == 0.0:
        return
    rng, network, s, now = (market.streams.generator("upkeep"), market.ties, market.scenario.search, market.env.now)
    rate = market.people.hours[seekers] * (s.upkeep / s.hours_per_touch)
    who = np.repeat(seekers, how_often(rate, rng))
    degree = network.start[who + 1] - network.start[who]
    tie = (network.start[who] + np.floor(rng.random(len(who)) * degree).astype(np.int64))[degree > 0]
    tie = np.unique(tie)
    network.strength[tie] = ties.touched(strength_now(market, tie))
    network.touched[tie] = now


def strength_now(market: Market, tie: NDArray[np.int64]) -> NDArray[np.float64]:
    """Strength of ties as of today.

    Everyday life touches a tie now and then: the time since is the shorter of that since the last deliberate touch and
    an exponential one, the same for all who look in the same week.
    """
    network, now = market.ties, market.env.now
    if not market.scenario.mechanisms.tie_decay:
        return network.strength[tie].astype(float)
    chance = market.scenario.network.dormancy * market.streams.exponential("everyday contact", tie, int(now // 7))
    elapsed = np.minimum(now - network.touched[tie], chance)
    return ties.decayed(network.strength[tie], elapsed, network.half_life[network.kind[tie]])
