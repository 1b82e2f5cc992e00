"""One comparison, simulated once for all tests that look at it."""

import pytest
from compared_people import SEED, TWO, write

import sim
from analysis.comparison.arms import arms_of
from analysis.comparison.comparison import Comparison, compared
from sim.runs.result import Result


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of two kinds of people."""
    return write(tmp_path_factory.mktemp("scenarios"), "two", TWO)


@pytest.fixture(scope="session")
def run(two: str) -> Result:
    """Four replications of it."""
    return sim.simulate(arms_of([two])[0].scenario, replications=4, seed=SEED)


@pytest.fixture(scope="session")
def comparison(two: str, run: Result) -> Comparison:
    """The two compared."""
    arms = arms_of([two])
    return compared(arms, {arms[0].scenario.digest: run})
