"""A labour market in which direct applications, referrals and recruiters compete for an answer.

Examples
--------
>>> import sim
>>> scenario = sim.load_scenario("baseline", overrides={"population.people": 5000})
>>> result = sim.simulate(scenario, replications=20, seed=1)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.runs.result import read_run
    from sim.runs.simulation import simulate
    from sim.scenario.scenario import Scenario, ScenarioError, load_scenario

__all__ = ["Scenario", "ScenarioError", "load_scenario", "read_run", "simulate"]

# Imported when first asked for, so that `referralsim --help` loads neither NumPy nor pydantic.
_HOMES = {
    "Scenario": "sim.scenario.scenario",
    "ScenarioError": "sim.errors",
    "load_scenario": "sim.scenario.scenario",
    "read_run": "sim.runs.result",
    "simulate": "sim.runs.simulation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
