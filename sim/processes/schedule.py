"""Builds a market, starts every process in it, and keeps the order of a day.

At the end of every day, in this order:

1. In a new week the roster of who works where is renewed, and every quarter the ties of seekers are sampled.
2. Insiders hear of the new openings, and some recall a seeker they know (`referral/recall.py`).
3. Recruiters look at profiles and approach people (`recruiters.py`).
4. A seventh of the people have their week: they apply, ask contacts, keep in touch, practise habits (`week.py`).
5. Contacts hand over the names that are due (`referral/hand_over.py`), and recruiters present interested candidates.
6. The employers' desk reads, invites and interviews (`desk.py`).
7. At a week's end new hires meet colleagues, and interviews leave acquaintances and lessons (`settling_in.py`).

Other processes run beside these days: each opening (`hiring.py`), the stream of new openings (`growth.py`), and in
`careers.py` promotions, layoffs and resignations, the closure of a plant, and searches that a role begins on a set day.
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
    """Make a market on day 0 and start its processes."""
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
    """Run every day in the order given at the top of this file."""
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
    # Objects from before the run stay; searching them for garbage would take a twentieth of the time.
    gc.freeze()
    # SimPy stops before events exactly at the end; the last day belongs to the run.
    try:
        market.env.run(until=market.horizon + 1e-6)
    finally:
        gc.unfreeze()
    return time.process_time() - start


def take_apart(market: Market) -> None:
    """Free the memory of a market that is no longer needed.

    Market, clock and processes refer to one another and would stay until Python collects cycles: a process that
    simulates for hours would grow by some MiB a replication.
    """
    vars(market).clear()
