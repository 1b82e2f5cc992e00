"""The simulated comparison of all tests, by a short name."""

import pytest

from sim.runs.result import Result


@pytest.fixture(scope="session")
def run(run_of_two: Result) -> Result:
    """Four replications of the two kinds of people."""
    return run_of_two
