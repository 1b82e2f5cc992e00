"""Raw tables of a sweep, kept on request: a run folder for each point, as `referralsim run` leaves it."""

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

_SAMPLE = 50  # finished runs by whose tables the need of all is judged


@dataclass(frozen=True)
class Keeper:
    """Simulates, keeps the tables and measures them; the folder of a point is called like its scenario.

    Parameters
    ----------
    folder : Path
        Where the points' run folders go.
    """

    folder: Path

    def prepare(self, scenarios: Iterable[Scenario], seed: int) -> None:
        """Remove what an earlier sweep left in the folders of points that are now others."""
        from sim.runs.folder import belongs

        for scenario in scenarios:
            place = self.folder / scenario.name
            if place.is_dir() and not belongs(place, scenario, seed):
                shutil.rmtree(place)
        self.folder.mkdir(parents=True, exist_ok=True)

    def measure(self, scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> Measured:
        """Do what `analysis.quantities.per_replication.simulate_outcomes` does, and leave the tables."""
        from sim.runs.folder import mark_as_of
        from sim.runs.replication import read_replication, write_replication
        from sim.runs.result import result_of

        place = self.folder / scenario.name
        mark_as_of(place, scenario, seed)
        summary = write_replication(scenario, seed, replication, place)
        del summary["sha256"]
        return measured(result_of(scenario, seed, [(read_replication(place, replication), summary)]), names), summary

    def complete(self, task: Task) -> bool:
        """Tell whether the tables of a run are there."""
        return (self.folder / task.scenario.name / "done" / f"{task.replication:06d}.json").is_file()

    def finish(self, points: Iterable[tuple[Scenario, int]], seed: int) -> None:
        """Make the folders of these points, each with so many replications, whole: checked, with their manifest."""
        from sim.runs.simulation import simulate

        for scenario, replications in points:
            simulate(scenario, replications=replications, seed=seed, folder=self.folder / scenario.name)

    def need(self, runs: int) -> int:
        """Estimate how many bytes the tables of so many runs will take besides those that are there."""
        done = list(self.folder.glob("*/done/*.json"))
        sample = list(islice(done, _SAMPLE))
        size = sum(table.stat().st_size for one in sample for table in one.parents[1].glob(f"*/{one.stem}.*"))
        return round(size / max(len(sample), 1) * max(runs - len(done), 0))
