"""What happens to an opening: it comes up, by growth or because somebody left, is posted, and closes.

An opening's random draws are keyed by its `draw_key`, not by its number, so that one more opening moves no draw of the
others.
"""

from __future__ import annotations

import numpy as np

from sim.market.codes import Visibility
from sim.market.market import Market
from sim.streams import standard_normal


def open_job(market: Market, employer: int, field: int, draw_key: int) -> int:
    """Open a job that nobody knows of yet; returns the opening."""
    s, draw, now = market.scenario.openings, market.streams.one, market.env.now
    u = draw("opening visibility", draw_key)
    visibility = Visibility.PUBLIC
    if u < s.hidden + s.internal_first:
        visibility = Visibility.HIDDEN if u < s.hidden else Visibility.INTERNAL_FIRST
    opening = market.openings.add(
        1,
        employer=employer,
        field=field,
        draw_key=draw_key,
        visibility=visibility,
        opened=now,
        pile=int(draw("reading order, opening", draw_key) * 2**32),
        requirement=field + draw("opening requirement", draw_key),
        bar=s.bar + s.bar_spread * standard_normal(draw("opening bar", draw_key)),
        free_interviews=market.scenario.screening.interview_slots,
        board_slot=market.board.open(market.openings.rows, field, employer),
    )
    market.unannounced.append(opening)
    if draw("opening sourced", draw_key) < market.scenario.recruiters.sourced:
        market.sourcing.add(np.array([now + market.scenario.recruiters.search_after]), opening=np.array([opening]))
    return opening


def grow(market: Market) -> int:
    """Open a new job at an employer drawn by size; returns the opening."""
    rng, ladder = market.streams.generator("growth"), market.employers.size_ladder
    employer = int(np.searchsorted(ladder, rng.random() * ladder[-1], side="right"))
    field = int(market.employers.field[employer])
    if rng.random() >= market.scenario.employers.own_field:
        field = int(rng.integers(market.scenario.population.fields))
    market.grown += 1
    return open_job(market, min(employer, len(market.employers) - 1), field, 2 * market.grown)


def replace(market: Market, person: int, employer: int) -> int | None:
    """Open the job that a person leaves, with chance `openings.replacement`; returns the opening, or None."""
    market.departures[person] += 1
    departure = int(market.departures[person])
    if market.streams.one("departure", person, departure) >= market.scenario.openings.replacement:
        return None
    draw_key = int(market.streams.one("replacement", person, departure) * 2**31)
    return open_job(market, employer, int(market.people.field[person]), 2 * draw_key + 1)


def post(market: Market, opening: int) -> None:
    """Put an opening on the public board."""
    market.openings["posted"][opening] = market.env.now
    market.board.post(int(market.openings["board_slot"][opening]), market.env.now)


def close(market: Market, opening: int) -> None:
    """Take an opening off the market, filled or not."""
    market.openings["closed"][opening] = market.env.now
    market.board.close(int(market.openings["board_slot"][opening]))
    market.inbox.forget(opening)
