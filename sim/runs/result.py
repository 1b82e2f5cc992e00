"""The result of a run: tables, manifest, scenario."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.display import Shown
from sim.own_files.own_files import own_files
from sim.records.tables import TABLES
from sim.runs.folder import (
    IDENTITY,
    MANIFEST,
    SCENARIO,
    finish_folder,
    former_files,
    mark_name,
    no_rows,
    remove_others,
    table_name,
    write_batches,
)
from sim.runs.manifest import identity_of, make_manifest
from sim.scenario.scenario import Scenario, ScenarioError, load_scenario

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(repr=False)
class Result(Shown):
    """The tables of a simulation, in memory or in a folder; each is read on first use.

    Attributes
    ----------
    scenario : Scenario
    seed, replications : int
    manifest : dict
        How it was made: versions, digest of the scenario, times, number of rows.
    folder : Path or None
        The run folder; None in memory.
    """

    scenario: Scenario
    seed: int
    replications: int
    manifest: dict[str, Any]
    folder: Path | None = None
    _tables: dict[str, list[pa.Table]] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> pa.Table:
        """A table of all replications as Arrow; `name` is one of `sim.TABLES`."""
        import pyarrow as pa
        from pyarrow import parquet

        if self.folder is not None:
            files = [self.folder / table_name(name, i) for i in range(self.replications)]
            return pa.concat_tables(parquet.read_table(file) for file in files).unify_dictionaries()
        return pa.concat_tables(self._tables[name]).unify_dictionaries()

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Name and facts to show at a prompt."""
        facts: dict[str, object] = {"replications": self.replications, "seed": self.seed}
        facts |= {"people": self.scenario.population.people, "tables": ", ".join(TABLES)}
        return f"of {self.scenario.name}", facts | ({"in": self.folder} if self.folder is not None else {})

    def _pandas(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.table(name).to_pandas()
        return frame

    @cached_property
    def applications(self) -> pd.DataFrame:
        """One row an application (`docs/tables.md`)."""
        return self._pandas("applications")

    @cached_property
    def openings(self) -> pd.DataFrame:
        """One row an opening."""
        return self._pandas("openings")

    @cached_property
    def persons(self) -> pd.DataFrame:
        """One row a person."""
        return self._pandas("persons")

    @cached_property
    def spells(self) -> pd.DataFrame:
        """One row a spell of search."""
        return self._pandas("spells")

    @cached_property
    def pathway(self) -> pd.DataFrame:
        """One row a step of a referral."""
        return self._pandas("pathway")

    @cached_property
    def jobs(self) -> pd.DataFrame:
        """One row a job taken during the run."""
        return self._pandas("jobs")

    @cached_property
    def ties(self) -> pd.DataFrame:
        """One row a tie of the people in the cast, at the start and at the end."""
        return self._pandas("ties")

    @cached_property
    def displaced(self) -> pd.DataFrame:
        """One row a person laid off by a closure and an employer at which their former colleagues work."""
        return self._pandas("displaced")

    @cached_property
    def exposure(self) -> pd.DataFrame:
        """One row a tie of a seeker, sampled, or a tie into the firm that hired somebody."""
        return self._pandas("exposure")

    def write(self, folder: str | Path) -> Path:
        """Write the run folder: tables as Parquet, the resolved scenario, the manifest last. Returns the folder.

        Files that the program wrote there before are replaced once all new ones are written.

        Raises
        ------
        ScenarioError
            If a file is in the way that the program did not write, or another command is writing there.
        """
        folder = Path(folder)
        names = {table_name(table, i): (table, i) for table in TABLES for i in range(self.replications)}
        with own_files(folder, former=former_files) as own:
            if self.folder is not None and self.folder.resolve() == folder.resolve():
                finish_folder(own, self.scenario, self.manifest)
                return folder
            own.claim([MANIFEST, SCENARIO, *names], move=own.adopted)
            with ExitStack() as stack:
                manifest = stack.enter_context(own.writing(MANIFEST))  # entered first, so put in place last
                manifest.write_text(f"{json.dumps(self.manifest, indent=2)}\n", encoding="utf-8")
                stack.enter_context(own.writing(SCENARIO)).write_bytes(self.scenario.to_yaml().encode())
                for name, (table, replication) in names.items():
                    self._write_table(stack.enter_context(own.writing(name)), table, replication)
            remove_others(own, self.replications)
            own.remove([IDENTITY, *(mark_name(i) for i in range(self.replications))])  # of a run that was here before
        return folder

    def _write_table(self, part: Path, name: str, replication: int) -> None:
        if self.folder is not None:
            shutil.copyfile(self.folder / table_name(name, replication), part)
            return
        table = self._tables[name][replication]
        write_batches(part, table.combine_chunks().to_batches(max_chunksize=1 << 18) or [no_rows(table.schema)])


def result_of(
    scenario: Scenario, seed: int, made: list[tuple[dict[str, pa.Table], dict[str, Any]]], wall: float = 0.0
) -> Result:
    """Make a result of what `run_replication` returned for each replication, in order."""
    manifest = make_manifest(identity_of(scenario, seed), scenario, [summary for _, summary in made], wall)
    tables = {name: [tables[name] for tables, _ in made] for name in TABLES}
    return Result(scenario, seed, len(made), manifest, None, tables)


def read_run(folder: str | Path) -> Result:
    """Read the result in a run folder.

    Raises
    ------
    ScenarioError
        If the folder holds no finished run.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        replications, seed = int(manifest["replications"]), int(manifest["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ScenarioError(
            "holds no finished run; expected manifest.json, scenario.yaml and the tables", file=str(folder)
        ) from None
    scenario = load_scenario(str(folder / SCENARIO))
    return Result(scenario, seed, replications, manifest, folder)
