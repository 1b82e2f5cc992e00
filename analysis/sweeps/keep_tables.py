"""The tables of every run of a sweep, kept on request: one run folder per point, as `referralsim run` writes it."""

from __future__ import annotations

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
PATIENCE = 60.0  # seconds that a worker waits while another puts its files on the list of a folder


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
        """Remove what an earlier sweep left of other scenarios in the run folders.

        Raises
        ------
        ScenarioError
            If a file is in the way that the program did not write.
        """
        from sim.own_files.own_files import own_files
        from sim.runs.folder import clear_others, former_files
        from sim.runs.manifest import identity_of

        self.folder.mkdir(parents=True, exist_ok=True)
        for scenario in scenarios:
            if (self.folder / scenario.name).is_dir():
                with own_files(self.folder / scenario.name, former=former_files) as own:
                    clear_others(own, identity_of(scenario, seed))

    def measure(self, scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> Measured:
        """Simulate and measure like `analysis.quantities.per_replication.simulate_outcomes`, and keep the tables."""
        from sim.own_files.own_files import own_files
        from sim.runs.folder import claim_replication, former_files, record_replication
        from sim.runs.replication import read_replication, write_replication
        from sim.runs.result import result_of

        place = self.folder / scenario.name
        with own_files(place, former=former_files, wait=PATIENCE) as own:  # other workers write into it, too
            claim_replication(own, scenario, seed, replication)
        summary = write_replication(scenario, seed, replication, place)
        with own_files(place, former=former_files, wait=PATIENCE) as own:
            record_replication(own, replication, summary)
        del summary["sha256"]
        return measured(result_of(scenario, seed, [(read_replication(place, replication), summary)]), names), summary

    def complete(self, task: Task) -> bool:
        """Return whether the tables of a run are complete."""
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
        size = sum(table.stat().st_size for mark in sample for table in mark.parents[1].glob(f"*/{mark.stem}.*"))
        return round(size / max(len(sample), 1) * max(runs - len(done), 0))
