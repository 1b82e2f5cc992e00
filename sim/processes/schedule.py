"""Builds a world, starts every process in it, and keeps the order of a day.

At the end of every day, in this order:

1. In a new week the roster of who works where is renewed, and every quarter the ties of seekers are sampled.
2. Insiders hear of the openings that came up, and some think of a seeker they know (`referral/recall.py`).
3. Recruiters look at profiles and approach people (`recruiters.py`).
4. A seventh of the people live their week: they apply, ask contacts, keep in touch, follow habits (`week.py`).
5. Contacts hand over the names whose day has come (`referral/hand_over.py`), recruiters those who are interested.
6. The employers' desk reads, invites and interviews (`desk.py`).
7. At a week's end new hires meet colleagues, and interviews leave acquaintances and lessons (`settling_in.py`).

Beside the days run processes of their own: each opening (`hiring.py`), the stream of new ones (`growth.py`), and in
`careers.py` promotions, layoffs and resignations, the closure of a plant, and the searches a story starts.
"""

from __future__ import annotations

import gc
import time

from sim.market.market import Market
from sim.processes import careers, desk, growth, recruiters, settling_in, week
from sim.processes.clock import Process
from sim.processes.referral import hand_over, recall
from sim.records import observe
from sim.scenario.scenario import Scenario
from sim.streams import Streams


def build(scenario: Scenario, seed: int, replication: int) -> Market:
    """A market on day 0 with its processes under way."""
    market = Market(scenario, Streams(seed, replication))
    market.ties_at_start = observe.ties_of_cast(market)
    start = market.env.process
    for growing in market.growing:
        start(growth.boom(market, growing))
    start(growth.growth(market))
    if scenario.mechanisms.turnover:
        start(careers.turnover(market))
    start(careers.closure(market))
    start(careers.begin_searches(market))
    start(days(market))
    return market


def days(market: Market) -> Process:
    """Every day in the order that stands at the top of this file."""
    while True:
        yield market.env.timeout(1.0)
        market.roster.refresh(market.env.now)
        market.exposure.extend(observe.ties_of_seekers(market))
        recall.tell_insiders(market)
        recruiters.source(market)
        week.plan_week(market)
        hand_over.hand_over(market)
        recruiters.bring_in(market)
        desk.work(market)
        if market.env.now % 7 == 0:
            settling_in.settle_in(market)


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


def take_apart(market: Market) -> None:
    """Set the memory of a market free that is not needed any more.

    Market, clock and processes hold one another, and would stay until Python looks for such circles: a process that
    simulates for hours would grow by some MiB a replication.
    """
    vars(market).clear()
