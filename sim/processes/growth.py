"""New jobs: the stream of the whole market, and the boom of a single employer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.processes.hiring import hiring

if TYPE_CHECKING:
    from sim.market.market import Market, Process


def growth(market: Market) -> Process:
    """New jobs come as a Poisson stream."""
    rng = market.streams.generator("growth arrivals")
    population = market.scenario.population
    weekly = market.scenario.openings.growth * population.people * population.employed
    while weekly > 0:
        yield market.env.timeout(rng.exponential(7.0 / weekly))
        market.env.process(hiring(market, market.grow()))


def boom(market: Market, employer: int, field: int, weekly: float, key: int) -> Process:
    """An employer grows: further openings in one field, a Poisson stream."""
    number = 0
    while True:
        number += 1
        gap = market.streams.exponential("boom", key, number)[0] * 7.0 / weekly
        yield market.env.timeout(float(gap))
        opening = market.open_job(employer, field, 2 * int(market.streams.one("boom opening", key, number) * 2**31) + 1)
        market.env.process(hiring(market, opening))
