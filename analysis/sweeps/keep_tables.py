"""The tables of every run of a sweep, kept on request: one run folder per point, as `referralsim run` writes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.quantities.per_replication import measured

if TYPE_CHECKING:
    from sim import Scenario
    from sim.experiments.rounds import Task
    from sim.experiments.worker import Measured

_SAMPLE = 50  # finished runs from which the disk space of all is estimated


@dataclass(frozen=True)
class Keeper:
    """Simulates runs, keeps their tables and measures them; a point's folder has the name of its scenario.

    Parameters
    ----------
    folder : Path
        Parent of the run folders.
    """

    folder: Path

    def prepare(self, scenarios: Iterable[Scenario], seed: int) -> None:
        """Remove run folders in which an earlier sweep left tables of other scenarios."""
        from sim.runs.folder import belongs

        for scenario in scenarios:
            place = self.folder / scenario.name
            if place.is_dir() and not belongs(place, scenario, seed):
                shutil.rmtree(place)
        self.folder.mkdir(parents=True, exist_ok=True)

    def measure(self, scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> Measured:
        """Simulate and measure like `analysis.quantities.per_replication.simulate_outcomes`, and keep the tables."""
        from sim.runs.folder import mark_as_of
        from sim.runs.replication import read_replication, write_replication
        from sim.runs.result import result_of

        place = self.folder / scenario.name
        mark_as_of(place, scenario, seed)
        summary = write_replication(scenario, seed, replication, place)
        del summary["sha256"]
        return measured(result_of(scenario, seed, [(read_replication(place, replication), summary)]), names), summary

    def complete(self, task: Task) -> bool:
        """Tell whether the tables of a run are complete."""
        return (self.folder / task.scenario.name / "done" / f"{task.replication:06d}.json").is_file()

    def finish(self, points: Iterable[tuple[Scenario, int]], seed: int) -> None:
        """Check the run folders of these points, each with its number of replications, and write their manifests."""
        from sim.runs.simulation import simulate

        for scenario, replications in points:
            simulate(scenario, replications=replications, seed=seed, folder=self.folder / scenario.name)

    def need(self, runs: int) -> int:
        """Estimate how many more bytes the tables of this many runs will take."""
        done = list(self.folder.glob("*/done/*.json"))
        sample = list(islice(done, _SAMPLE))
        size = sum(table.stat().st_size for one in sample for table in one.parents[1].glob(f"*/{one.stem}.*"))
        return round(size / max(len(sample), 1) * max(runs - len(done), 0))
