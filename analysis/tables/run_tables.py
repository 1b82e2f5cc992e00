"""The other tables of a run, its clock and its scenario, each read on first use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from sim import Scenario


TABLES = ("persons", "spells", "pathway", "jobs", "ties", "displaced", "exposure")


class RunTables:
    """A run's tables besides applications and openings, its clock and its scenario.

    Parameters
    ----------
    read
        Returns a table by name, or None.
    scenario
        Returns the scenario that was run, or None.
    manifest
        Manifest of the run.
    """

    def __init__(
        self,
        read: Callable[[str], pd.DataFrame | None] = lambda _: None,
        scenario: Callable[[], Scenario | None] = lambda: None,
        manifest: dict[str, Any] | None = None,
    ) -> None:
        self._read, self._scenario, self._manifest = read, scenario, manifest or {}
        self._tables: dict[str, pd.DataFrame | None] = {}

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """Return a table; raise :class:`AnalysisError` where it or one of the columns is missing."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        table = self._tables[name]
        if table is None:
            raise AnalysisError(f"This needs the {name} table; give a run or a run folder, not applications only.")
        missing = [column for column in ("replication", *columns) if column not in table.columns]
        if missing:
            raise AnalysisError(f"This needs the column {', '.join(missing)}, which the {name} table does not have.")
        return table

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        scenario = self._scenario()
        if scenario is None:
            raise AnalysisError("This needs the scenario that was run; give a run or a run folder.")
        return scenario

    @property
    def window(self) -> tuple[float, float]:
        """First day of the observation window, and the day after its last."""
        if "observation" not in self._manifest:
            raise AnalysisError("This needs the observation window; give a run or a run folder.")
        low, high = self._manifest["observation"]
        return float(low), float(high)

    @property
    def draws(self) -> tuple[int, int]:
        """Root seed and number of replications: runs that have both alike share their random draws."""
        if not {"seed", "replications"} <= set(self._manifest):
            raise AnalysisError("This needs the seed of the run; give a run or a run folder.")
        return int(self._manifest["seed"]), int(self._manifest["replications"])

    def replications(self, seen: int) -> tuple[int, ...]:
        """Return the numbers of all replications where the applications are of fewer; none where all were ``seen``."""
        count = self._manifest.get("replications")
        if not isinstance(count, int) or seen >= count:
            return ()
        with suppress(AnalysisError):
            return tuple(map(int, self.table("persons")["replication"].unique()))
        return ()

    @property
    def horizon(self) -> float:
        """The day on which the run ended."""
        if "horizon" not in self._manifest:
            raise AnalysisError("This needs the day on which the run ended; give a run or a run folder.")
        return float(self._manifest["horizon"])
