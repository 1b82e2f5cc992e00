"""The result of a sweep: the tables in its folder, and what the runs cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import AnalysisError
from sim.display import Shown
from sim.experiments.rounds import Finished
from sim.store.store import Values

if TYPE_CHECKING:
    import pandas as pd

OTHER_PROGRAM = (
    "The store holds runs made by another version of the program's files; they are used all the same. "
    "To simulate them again, remove the store."
)


@dataclass
class Account:
    """The runs of a sweep, and what they cost.

    Attributes
    ----------
    runs, kept, failed
        Finished runs; how many of them the store already held; how many failed.
    workers
        Worker processes, as far as is known.
    elapsed
        Seconds that the whole call took.
    cpu, wall
        CPU and wall-clock seconds of the runs simulated in this call, as the workers measured them.
    others
        How many of the runs other files of the program made than those installed here.
    began
        Clock reading at the start, in seconds.
    say
        Called with a remark at the first of `others`.
    """

    workers: int = 1
    runs: int = 0
    kept: int = 0
    failed: int = 0
    elapsed: float = 0.0
    cpu: float = 0.0
    wall: float = 0.0
    others: int = 0
    began: float = field(default_factory=time.perf_counter, repr=False)
    say: Callable[[str], None] = field(default=lambda _: None, repr=False, compare=False)

    def note(self, finished: Finished[Values]) -> None:
        """Count a finished run."""
        self.runs += 1
        self.failed += bool(finished.error)
        if finished.other_program:
            if not self.others:
                self.say(OTHER_PROGRAM)
            self.others += 1
        self.elapsed = time.perf_counter() - self.began
        if finished.kept:
            self.kept += 1
        else:
            self.cpu += finished.cost.get("cpu_seconds", 0.0)
            self.wall += finished.cost.get("wall_seconds", 0.0)


@dataclass(frozen=True, repr=False)
class SweepResult(Shown):
    """The folder of a finished sweep; each table is read on first use."""

    folder: Path
    account: Account | None = field(default=None, compare=False)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        counts = {} if self.account is None else {"runs": self.account.runs, "failed": self.account.failed}
        return f"in {self.folder}", {**counts, "tables": "design, runs, rates, failures"}

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        try:
            return pd.read_parquet(self.folder / f"{name}.parquet")
        except FileNotFoundError:
            raise AnalysisError(
                f"{self.folder}: there is no {name}.parquet here; expected the folder of a sweep"
            ) from None
        except (OSError, ValueError, NotImplementedError):
            raise AnalysisError(
                f"{self.folder / name}.parquet cannot be read; run the same 'sweep' command again to rewrite it"
            ) from None

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row per point: point, the values varied, digest."""
        return self._table("design")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run and quantity: point, replication, seed, name, n, value (NaN if there is nothing to count)."""
        return self._table("runs")

    @cached_property
    def rates(self) -> pd.DataFrame:
        """One row per point and quantity, over all replications, with its interval."""
        return self._table("rates")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row per failed run: point, the values varied, replication, seed, error, and the command to repeat it."""
        return self._table("failures")
