"""New jobs: a stream in the whole market, and the boom of a single employer."""

from __future__ import annotations

from sim.market.market import Market
from sim.market.placement import Growing
from sim.processes import openings
from sim.processes.clock import Process
from sim.processes.hiring import hiring


def growth(market: Market) -> Process:
    """New jobs in the whole market, a Poisson stream."""
    rng = market.streams.generator("growth arrivals")
    population = market.scenario.population
    weekly = market.scenario.openings.growth * population.people * population.employed
    while weekly > 0:
        yield market.env.timeout(rng.exponential(7.0 / weekly))
        market.env.process(hiring(market, openings.grow(market)))


def boom(market: Market, growing: Growing) -> Process:
    """Further openings in one field at a growing employer, a Poisson stream."""
    number = 0
    while True:
        number += 1
        gap = market.streams.exponential("boom", growing.key, number)[0] * 7.0 / growing.weekly
        yield market.env.timeout(float(gap))
        draw_key = 2 * int(market.streams.one("boom opening", growing.key, number) * 2**31) + 1
        opening = openings.open_job(market, growing.employer, growing.field, draw_key)
        market.env.process(hiring(market, opening))
