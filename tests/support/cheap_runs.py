"""Runs that cost next to nothing, for the tests of the engine: it does not know what is measured, and need not.

Processes started anew have to find these functions, so they stand in a module of their own.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim import Scenario
from sim.experiments.rounds import Task
from sim.scenario.scenario import load_scenario

BASE = load_scenario("baseline")
Values = dict[str, tuple[float, float]]


def task(point: int, replication: int, seed: int = 7) -> Task:
    """Point p has 1000 + p people, by which a measure knows it."""
    return Task(point, scenario(point), seed, replication)


def scenario(point: int) -> Scenario:
    return BASE.with_overrides({"population.people": 1000 + point})


def point_of(scenario: Scenario) -> int:
    return scenario.population.people - 1000


def numbers(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> tuple[Values, dict[str, Any]]:
    """Numbers that depend on everything they should and on nothing else."""
    values = {}
    for name in names:
        text = f"{point_of(scenario)} {seed} {replication} {name}"
        values[name] = (10.0, int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32)
    return values, {"cpu_seconds": 0.0, "wall_seconds": 0.0}


def logged(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> tuple[Values, dict[str, Any]]:
    """The same, slowly, with a line for each run begun in the file that the environment names."""
    with Path(os.environ["RUNS_LOG"]).open("a") as log:
        log.write(f"{point_of(scenario)} {replication}\n")
    time.sleep(0.02)
    return numbers(scenario, seed, replication, names)


def failing(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> tuple[Values, dict[str, Any]]:
    """The same, but point 1 raises until the file that the environment names is there."""
    if point_of(scenario) == 1 and not Path(os.environ.get("MENDED", "/nowhere")).exists():
        raise ZeroDivisionError("no\nluck")
    return numbers(scenario, seed, replication, names)


def deadly(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> tuple[Values, dict[str, Any]]:
    """The same, but whatever runs point 1 dies of it."""
    if point_of(scenario) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return numbers(scenario, seed, replication, names)


def deadly_once(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> tuple[Values, dict[str, Any]]:
    """The same, but the first process that gets to point 2 dies of it."""
    if point_of(scenario) == 2:
        try:
            Path(os.environ["DIED"]).touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return logged(scenario, seed, replication, names)
