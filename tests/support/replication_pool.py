"""Pools of real replications of a small, crowded market, as it is and with employers who read ten résumés."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from analysis.checks.held_quantities import Values, plain_names, tracked_names
from analysis.quantities.per_replication import simulate_outcomes
from sim import Scenario, load_scenario

MARKET: Mapping[str, object] = {
    "population.people": 300,
    "time.warm_up": 7,
    "time.window": 42,
    "time.follow_up": 28,
    "time.response_window": 28,
    "openings.growth": 0.004,
}
TEN = {"screening.resumes_per_review": 10}


def market(changes: Mapping[str, object] | None = None, name: str = "baseline") -> Scenario:
    """A shipped scenario made as small as this market, with some values changed."""
    return load_scenario(name, {**MARKET, **(changes or {})})


def _one(task: tuple[str, Mapping[str, object], int, int]) -> Values:
    name, changes, seed, replication = task
    scenario = market(changes, name)
    return simulate_outcomes(scenario, seed, replication, plain_names(tracked_names(scenario)))[0]


def pool_of(
    count: int, changes: Mapping[str, object], seed: int = 1, workers: int = 2, name: str = "baseline"
) -> Sequence[Values]:
    """Simulate replications of a market: some 0.3 s of processor time each."""
    tasks = [(name, changes, seed, replication) for replication in range(count)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
        return list(processes.map(_one, tasks, chunksize=8))
