"""One run, simulated once for all tests of its report."""

import pytest

import sim
from analysis.reporting.findings import Findings, find
from analysis.reporting.summary import summarise

SMALL = {"population.people": 400, "time.warm_up": "8 weeks", "time.window": "12 weeks"}


@pytest.fixture(scope="session")
def findings() -> Findings:
    """What is found in three replications of a small market."""
    return find(summarise(sim.simulate(sim.load_scenario("baseline", SMALL), replications=3, seed=1)))
