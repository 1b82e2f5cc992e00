"""From tables of applications, simulated or observed, to rates, fits, effects, charts and checks.

Examples
--------
>>> import analysis, sim
>>> result = sim.simulate("baseline", replications=20)  # doctest: +SKIP
>>> analysis.rates(result)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.calibration.calibration_file import load_calibration, shipped_calibrations
    from analysis.claims.bands import against_evidence
    from analysis.claims.judging import check_claims
    from analysis.commands.checks import check, update_reference
    from analysis.commands.clients import new_client
    from analysis.commands.kept import results
    from analysis.commands.runs import compare, patterns, report, trace
    from analysis.commands.sweeps import calibrate, sensitivity, status, sweep
    from analysis.errors import AnalysisError
    from analysis.estimation.clustering import clustering
    from analysis.estimation.funnel import funnel, response_curve, time_to_response
    from analysis.estimation.logit import fit_stage
    from analysis.estimation.rates import (
        applications_per_interview,
        contrasts,
        per_replication_rates,
        rates,
    )
    from analysis.quantities.catalogue import estimate, per_replication
    from analysis.tables.paired_runs import paired
    from analysis.tables.tables import Tables, load

__all__ = [
    "AnalysisError",
    "Tables",
    "against_evidence",
    "applications_per_interview",
    "calibrate",
    "check",
    "check_claims",
    "clustering",
    "compare",
    "contrasts",
    "estimate",
    "fit_stage",
    "funnel",
    "load",
    "load_calibration",
    "new_client",
    "paired",
    "patterns",
    "per_replication",
    "per_replication_rates",
    "rates",
    "report",
    "response_curve",
    "results",
    "sensitivity",
    "shipped_calibrations",
    "status",
    "sweep",
    "time_to_response",
    "trace",
    "update_reference",
]

# Loaded when first asked for: the command line imports this package before it knows what is asked for.
_HOMES = {
    "AnalysisError": "analysis.errors",
    "Tables": "analysis.tables.tables",
    "against_evidence": "analysis.claims.bands",
    "applications_per_interview": "analysis.estimation.rates",
    "calibrate": "analysis.commands.sweeps",
    "check": "analysis.commands.checks",
    "check_claims": "analysis.claims.judging",
    "clustering": "analysis.estimation.clustering",
    "compare": "analysis.commands.runs",
    "contrasts": "analysis.estimation.rates",
    "estimate": "analysis.quantities.catalogue",
    "fit_stage": "analysis.estimation.logit",
    "funnel": "analysis.estimation.funnel",
    "load": "analysis.tables.tables",
    "load_calibration": "analysis.calibration.calibration_file",
    "new_client": "analysis.commands.clients",
    "paired": "analysis.tables.paired_runs",
    "patterns": "analysis.commands.runs",
    "per_replication": "analysis.quantities.catalogue",
    "per_replication_rates": "analysis.estimation.rates",
    "rates": "analysis.estimation.rates",
    "report": "analysis.commands.runs",
    "response_curve": "analysis.estimation.funnel",
    "results": "analysis.commands.kept",
    "sensitivity": "analysis.commands.sweeps",
    "shipped_calibrations": "analysis.calibration.calibration_file",
    "status": "analysis.commands.sweeps",
    "sweep": "analysis.commands.sweeps",
    "time_to_response": "analysis.estimation.funnel",
    "trace": "analysis.commands.runs",
    "update_reference": "analysis.commands.checks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'analysis' has no attribute '{name}'")
    from analysis.errors import AnalysisError
    from sim.arguments import checked

    value = checked(getattr(import_module(_HOMES[name]), name), __name__, AnalysisError)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
