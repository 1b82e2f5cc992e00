"""What two workers gain over one, and what the engine itself costs for each run.

    python benchmarks/sweep.py            some minutes; writes benchmarks/sweep.md
    python benchmarks/sweep.py --quick    smaller runs, fewer of them, prints only

The same runs of the baseline are carried out by one worker and by two, in turn, each time into a fresh store. The ratio
of their times is taken pair by pair. It needs two cores that have nothing else to do: how far wall time and CPU time of
the runs differ is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.quantities.per_replication import simulate_outcomes, tracked
from sim import Scenario, load_scenario
from sim.experiments.rounds import Rounds, Task
from sim.experiments.runner import run_tasks
from sim.experiments.worker import Measure
from sim.store.store import Store

WANTED = 1.8
HERE = Path(__file__).resolve().parent
QUICK = {"population.people": 1500}


@dataclass(frozen=True)
class Timing:
    """How long a number of runs took.

    Attributes
    ----------
    whole
        Seconds of the whole call, with the start of the workers.
    steady
        Runs a second from the moment each worker has finished its first run.
    wall, cpu
        Mean seconds of a run.
    """

    whole: float
    steady: float
    wall: float
    cpu: float


def timed(scenario: Scenario, runs: int, workers: int, measure: Measure, names: Sequence[str]) -> Timing:
    """Carry out so many replications of one scenario into a fresh store."""
    rounds = Rounds([0], lambda point, replication: Task(point, scenario, 1, replication), runs)
    with tempfile.TemporaryDirectory() as folder, Store(folder) as store:
        began = time.perf_counter()
        landed, costs = [], []
        for finished in run_tasks(rounds, names, measure=measure, store=store, workers=workers):
            assert not finished.error, finished.error
            landed.append(time.perf_counter())
            costs.append(finished.cost)
        ended = time.perf_counter()
    first = landed[workers - 1]
    return Timing(
        ended - began,
        (runs - workers) / (landed[-1] - first),
        statistics.fmean(cost["wall_seconds"] for cost in costs),
        statistics.fmean(cost["cpu_seconds"] for cost in costs),
    )


def nothing(
    _scenario: Scenario, _seed: int, replication: int, names: Sequence[str]
) -> tuple[dict[str, tuple[float, float]], dict[str, Any]]:
    """Measure nothing, so that only the engine is left."""
    return {name: (1.0, float(replication)) for name in names}, {"wall_seconds": 0.0, "cpu_seconds": 0.0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller and fewer runs; prints only")
    quick = parser.parse_args().quick
    scenario = load_scenario("baseline", QUICK if quick else None)
    names = tracked(scenario)
    runs, pairs, idle = (12, 1, 200) if quick else (24, 3, 1000)
    load = os.getloadavg()[0]
    rows = []
    for pair in range(pairs):
        one, two = (timed(scenario, runs, workers, simulate_outcomes, names) for workers in (1, 2))
        rows.append((one, two))
        print(
            f"pair {pair + 1}: {one.whole:.1f} s and {two.whole:.1f} s for {runs} runs, "
            f"{one.whole / two.whole:.2f} times; at full speed {two.steady / one.steady:.2f} times",
            flush=True,
        )
    whole = statistics.median(one.whole / two.whole for one, two in rows)
    steady = statistics.median(two.steady / one.steady for one, two in rows)
    alone = statistics.median(one.wall / one.cpu for one, _ in rows)
    engine = {workers: 1000 / timed(scenario, idle, workers, nothing, names).steady for workers in (1, 2)}
    own = 1000 * rows[0][0].cpu
    lines = [
        f"Two workers on {os.cpu_count()} cores did {steady:.2f} times as many runs a second as one (median).",
        f"With the start of the workers counted it was {whole:.2f} times, for {runs} runs.",
        f"Wall time of a run over its CPU time with one worker: {alone:.2f}; far above 1 the machine had other work.",
        f"The engine and its store take {engine[1]:.1f} ms for a run in one process, {engine[2]:.1f} ms with two.",
        f"The run itself takes {own:.0f} ms of CPU.",
    ]
    print("\n".join(lines))
    if not quick:
        write(lines, rows, runs, len(names), load)
    if steady < WANTED:
        print(f"expected at least {WANTED} times", file=sys.stderr)
        return 1
    return 0


def write(lines: list[str], rows: list[tuple[Timing, Timing]], runs: int, names: int, load: float) -> None:
    columns = ("one worker, s", "two workers, s", "ratio", "ratio of runs a second", "a run: wall, CPU s", "two")
    table = [f"| {' | '.join(columns)} |", f"|{' ---: |' * len(columns)}"]
    table += [
        f"| {one.whole:.1f} | {two.whole:.1f} | {one.whole / two.whole:.2f} | {two.steady / one.steady:.2f} "
        f"| {one.wall:.2f}, {one.cpu:.2f} | {two.wall:.2f}, {two.cpu:.2f} |"
        for one, two in rows
    ]
    text = [
        "# Sweeps: what a second worker gains",
        "",
        "Made by `python benchmarks/sweep.py`: one worker and two in turn, each into a fresh store.",
        f"{runs} replications of the baseline, {names} quantities measured in each.",
        "",
        *(f"- {line}" for line in lines),
        "",
        *table,
        "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load before the start {load:.1f}.",
        "",
    ]
    (HERE / "sweep.md").write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
