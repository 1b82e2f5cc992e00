"""The days of a market, in order."""

from __future__ import annotations

import gc
import time

from sim.market.market import Market, Process
from sim.processes import careers, growth, recruiters, settling_in, week
from sim.processes.referral import hand_over, recall
from sim.records import observe
from sim.scenario.scenario import Scenario
from sim.streams import Streams


def days(market: Market) -> Process:
    """Every day: news and plans, then hand-overs, then what the employers' desks do; every week what it leaves."""
    while True:
        yield market.env.timeout(1.0)
        market.refresh_roster()
        observe.note_ties_of_seekers(market)
        recall.tell_insiders(market)
        recruiters.source(market)
        week.plan_week(market)
        hand_over.hand_over(market)
        recruiters.bring_in(market)
        market.desk.work()
        if market.env.now % 7 == 0:
            settling_in.settle_in(market)


def take_apart(market: Market) -> None:
    """Set the memory of a market free that is not needed any more.

    Market, clock and processes hold one another, and would stay until Python looks for such circles: a process that
    simulates for hours would grow by some MiB a replication.
    """
    vars(market).clear()


def build(scenario: Scenario, seed: int, replication: int) -> Market:
    """A market on day 0 with its processes under way."""
    market = Market(scenario, Streams(seed, replication))
    market.env.process(growth.growth(market))
    if scenario.mechanisms.turnover:
        market.env.process(careers.turnover(market))
    market.env.process(careers.closure(market))
    market.env.process(careers.begin_searches(market))
    market.env.process(days(market))
    return market


def run_market(market: Market) -> float:
    """Let the clock run to the horizon; returns the CPU seconds it took."""
    start = time.process_time()
    # What was there before the run stays; to look through it again and again for garbage would take a twentieth of it.
    gc.freeze()
    # SimPy stops before what lies exactly at the end; the last day belongs to the run.
    try:
        market.env.run(until=market.horizon + 1e-6)
    finally:
        gc.unfreeze()
    return time.process_time() - start
