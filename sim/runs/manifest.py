"""The identity of a run, and the manifest that says how it was made."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Any

from sim.program import program_digest
from sim.scenario.scenario import Scenario


def identity_of(scenario: Scenario, seed: int) -> dict[str, Any]:
    """What two runs must share to give the same tables: scenario, seed, versions, and the program's own files."""
    names = ("referralsim", "numpy", "simpy", "scipy", "pyarrow")
    return {
        "scenario": scenario.name,
        "digest": scenario.digest,
        "seed": seed,
        "versions": {"python": platform.python_version(), **{n: importlib.metadata.version(n) for n in names}},
        "program": program_digest(),
    }


def make_manifest(
    identity: dict[str, Any], scenario: Scenario, summaries: list[dict[str, Any]], wall: float
) -> dict[str, Any]:
    """The manifest of a run: its identity, the time it took, and the number of rows."""

    def total(name: str) -> float:
        return round(float(sum(s[name] for s in summaries)), 3)

    time_ = scenario.time
    return {
        **identity,
        "replications": len(summaries),
        "response_window": time_.response_window,
        "observation": [time_.warm_up, time_.warm_up + time_.window],
        "horizon": time_.warm_up + time_.window + time_.follow_up,
        "wall_seconds": round(wall, 3),
        "cpu_seconds": total("cpu_seconds"),
        "loop_cpu_seconds": total("loop_cpu_seconds"),
        "rows": {name: sum(s[name] for s in summaries) for name in ("applications", "openings")},
    }
