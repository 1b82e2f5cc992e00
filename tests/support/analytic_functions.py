"""Functions with known answers in place of a market, for the tests of what is made of a sweep.

Three parameters stand for coordinates in [0, 1]. Designs, store and tables are real; only what is measured in a run is
not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.sensitivity_analysis.sweep_data import SweepData, data_of, open_sweep_data
from analysis.sweeps import run
from analysis.sweeps.run import run_sweep
from sim import Scenario
from sim.experiments.sweep import Sweep
from sim.experiments.sweep_reader import make_sweep
from sim.streams import Streams

A, B, C = "screening.risk_aversion", "openings.bar_spread", "screening.learning"
ENDS = {A: 10.0, B: 5.0, C: 5.0}
OF = "days_to_fill"
Function = Callable[[float, float, float], float]


def ishigami(a: float, b: float, c: float) -> float:
    """Ishigami and Homma (1990) with 7 and 0.1."""
    x, y, z = (math.pi * (2 * share - 1) for share in (a, b, c))
    return math.sin(x) + 7 * math.sin(y) ** 2 + 0.1 * z**4 * math.sin(x)


# First and total indices in closed form: 0.3139, 0.4424, 0 and 0.5576, 0.4424, 0.2437.
ISHIGAMI = {"S1": (0.3139, 0.4424, 0.0), "ST": (0.5576, 0.4424, 0.2437)}


def linear(a: float, b: float, c: float) -> float:
    return 20 + 4 * a - 2 * b


def quadratic(a: float, b: float, c: float) -> float:
    return 10 + 3 * a + 4 * a * a - 5 * a * b + c


def measuring(
    function: Function, noise: float = 0.0, common: float = 0.0, missing: Sequence[int] = (), common_slope: float = 0.0
) -> Any:
    """What is measured: the function, a shift and a slope that all points of a replication share, noise of its own.

    Runs of points whose first coordinate rounds to a percentage in `missing` have nothing to count.
    """

    def measure(
        scenario: Scenario, seed: int, replication: int, names: Sequence[str]
    ) -> tuple[dict[str, tuple[float, float]], dict[str, Any]]:
        a, b, c = scenario.screening.risk_aversion, scenario.openings.bar_spread, scenario.screening.learning
        a, b, c = a / ENDS[A], b / ENDS[B], c / ENDS[C]
        draws = Streams(seed, replication)
        shift = common * draws.one_normal("shift", 0) + common_slope * a * draws.one_normal("slope", 0)
        own = noise * draws.one_normal("own", int(1e6 * a), int(1e6 * b) + int(1e9 * c) % 4_000_000_000)
        empty = round(100 * a) in missing
        days = (0.0, float("nan")) if empty else (50.0, function(a, b, c) + shift + own)
        values = {name: days if name == OF else (100.0, 0.5) for name in names}
        return values, {"cpu_seconds": 0.0, "wall_seconds": 0.0}

    return measure


def made(design: str, *, replications: int = 2, seed: int = 3, **parts: object) -> Sweep:
    """A sweep of the three parameters over their whole ranges."""
    kind = {"grid": {"steps": 5}, "one-at-a-time": {"steps": 3}}.get(design, {})
    vary = {path: {"from": 0, "to": end, **kind} for path, end in ENDS.items()}
    return make_sweep(
        "baseline", design, **{"vary": vary, "replications": replications, "seed": seed, "outcomes": [OF], **parts}
    )


def in_hand(measure: Any, design: str, **parts: Any) -> SweepData:
    """Measure it here and now, for the many runs that would cost a test its seconds."""
    sweep = made(design, **parts)
    rows = []
    for point in sweep.points:
        for replication in range(sweep.replications):
            (n, value) = measure(sweep.scenario(point), sweep.seed, replication, [OF])[0][OF]
            rows.append((point.number, replication, sweep.seed, OF, n, value))
    return data_of(sweep, pd.DataFrame(rows, columns=["point", "replication", "seed", "name", "n", "value"]))


def stored(folder: Path, monkeypatch: pytest.MonkeyPatch, measure: Any, design: str, **parts: Any) -> SweepData:
    """Carry it out with store and tables, and open the folder that it left."""
    monkeypatch.setattr(run, "simulate_outcomes", measure)
    run_sweep(made(design, **parts), folder / "kept")
    return open_sweep_data(folder / "kept")
