"""A labour market in which direct applications, referrals and recruiters compete for a response.

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
    from sim.errors import ScenarioError
    from sim.experiments.sweep import Sweep
    from sim.experiments.sweep_reader import load_sweep, make_sweep
    from sim.market.edge_list import EdgeList, read_edge_list
    from sim.records.tables import TABLES
    from sim.runs.result import Result, read_run
    from sim.runs.simulation import simulate
    from sim.scenario.json_schema import scenario_schema
    from sim.scenario.parameter_listing import find_parameters
    from sim.scenario.parameter_spec import Parameter
    from sim.scenario.scenario import Scenario, load_scenario, parameters_table
    from sim.scenario.shipped import shipped_scenarios, shipped_sweeps

    __version__: str

__all__ = [
    "TABLES",
    "EdgeList",
    "Parameter",
    "Result",
    "Scenario",
    "ScenarioError",
    "Sweep",
    "__version__",
    "find_parameters",
    "load_scenario",
    "load_sweep",
    "make_sweep",
    "parameters_table",
    "read_edge_list",
    "read_run",
    "scenario_schema",
    "shipped_scenarios",
    "shipped_sweeps",
    "simulate",
]

# Loaded when first asked for, so that `referralsim --help` loads neither NumPy nor pydantic.
_HOMES = {
    "TABLES": "sim.records.tables",
    "EdgeList": "sim.market.edge_list",
    "Parameter": "sim.scenario.parameter_spec",
    "Result": "sim.runs.result",
    "Scenario": "sim.scenario.scenario",
    "ScenarioError": "sim.errors",
    "Sweep": "sim.experiments.sweep",
    "find_parameters": "sim.scenario.parameter_listing",
    "load_scenario": "sim.scenario.scenario",
    "load_sweep": "sim.experiments.sweep_reader",
    "make_sweep": "sim.experiments.sweep_reader",
    "parameters_table": "sim.scenario.scenario",
    "read_edge_list": "sim.market.edge_list",
    "read_run": "sim.runs.result",
    "scenario_schema": "sim.scenario.json_schema",
    "shipped_scenarios": "sim.scenario.shipped",
    "shipped_sweeps": "sim.scenario.shipped",
    "simulate": "sim.runs.simulation",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        from sim.arguments import checked
        from sim.errors import ScenarioError

        value = checked(getattr(import_module(_HOMES[name]), name), __name__, ScenarioError)
    else:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    globals()[name] = value
    return value


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("referralsim")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
