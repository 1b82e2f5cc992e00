"""Load the tables that all estimators work on: from a run, a folder, a file or a DataFrame, simulated or observed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

import pandas as pd

from analysis.errors import AnalysisError
from analysis.tables.clusters import Codes, link_codes
from analysis.tables.normalise import RESPONSE_WINDOW, Channels, normalise
from analysis.tables.people import People
from analysis.tables.places import Places
from analysis.tables.reading import read_parquet, read_table
from analysis.tables.rows import Eligible, eligible
from analysis.tables.run_tables import RunTables
from sim.display import Shown

if TYPE_CHECKING:
    from sim import Scenario


@runtime_checkable
class HasTables(Protocol):
    """A finished run: its manifest and tables."""

    manifest: dict[str, Any]

    @property
    def applications(self) -> pd.DataFrame:
        """Applications of all replications."""
        ...

    @property
    def openings(self) -> pd.DataFrame:
        """Openings of all replications."""
        ...


@dataclass(frozen=True, repr=False)
class Tables(Shown):
    """Normalised tables, and the window within which a response counts.

    Attributes
    ----------
    applications
        One row per application, normalised by :func:`normalise`.
    openings
        One row per opening, or None where only applications are known.
    response_window
        Days within which a response counts.
    notes
        Sentences about what was filled or assumed.
    run
        The other tables of the run, its clock and its scenario; using an absent one is an error.
    """

    applications: pd.DataFrame
    openings: pd.DataFrame | None
    response_window: float
    notes: tuple[str, ...] = ()
    run: RunTables = field(default_factory=RunTables)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        openings = {} if self.openings is None else {"openings": len(self.openings)}
        return "", {"applications": len(self.applications), **openings, "response window": self.response_window}

    @cached_property
    def people(self) -> People:
        """The people of the run, from its persons table."""
        persons = self.run.table("persons", "person")
        return People(persons, self.applications, self.application_codes)

    @cached_property
    def eligible(self) -> Eligible:
        """Rows that a rate counts, chosen once."""
        return eligible(self.applications, self.response_window)

    @cached_property
    def _codes(self) -> tuple[Codes, Codes | None]:
        seen = self.applications["replication"].nunique()
        return link_codes(self.applications, self.openings, self.run.replications(seen))

    @property
    def application_codes(self) -> Codes:
        """Which replication, person and opening each application belongs to."""
        return self._codes[0]

    @property
    def opening_codes(self) -> Codes:
        """Which replication and opening each row of the openings belongs to, in the numbering of the applications."""
        codes = self._codes[1]
        if codes is None:
            raise AnalysisError("This needs the openings table; give a run or a run folder, not applications only.")
        return codes


Source: TypeAlias = Tables | HasTables | pd.DataFrame | str | Path


def load(
    source: Source,
    *,
    openings: pd.DataFrame | None = None,
    response_window: float | None = None,
    observed_until: float | None = None,
    channels: Channels = (),
    may_be_empty: bool = False,
) -> Tables:
    """Load a run, a run folder, a file or a DataFrame for the estimators.

    Parameters
    ----------
    source
        A result of :func:`sim.simulate`, the folder it was written to, a Parquet or CSV file of applications,
        or a DataFrame.
    openings
        Openings that belong to a DataFrame or file of applications.
    response_window
        Days within which a response counts; by default the run's own window, or 60 for other tables.
    observed_until
        Day on which observation ended; rows whose response window reaches beyond it are marked censored.
    channels
        Channels of a table from outside besides direct, referral and recruiter: a list of those to keep, or what each
        is, such as ``{"agency": "recruiter"}``.
    may_be_empty
        Whether tables without any application are read; else they are refused, since there is nothing to count.

    Raises
    ------
    AnalysisError
        If the table is empty, lacks a required column, holds a cell that cannot be read in one way only, or was
        observed for less than the window asked for.
    """
    if response_window is not None and not 0 < response_window < float("inf"):
        raise AnalysisError(f"The response window must be a positive number of days, not {response_window}.")
    run, places, ours = RunTables(), Places(), not isinstance(source, pd.DataFrame)
    if isinstance(source, Tables):
        run = source.run
        if response_window in (None, source.response_window) and observed_until is None and openings is None:
            return source
        table, openings = source.applications, source.openings if openings is None else openings
        own: float | None = source.response_window
    elif isinstance(source, pd.DataFrame):
        table, own = source, None
    elif isinstance(source, str | Path):
        table, openings, own, run, places = _read(Path(source), openings)
        ours = Path(source).is_dir()
    elif isinstance(source, HasTables):
        table, own = source.applications, _window(source.manifest)
        openings = source.openings if openings is None else openings
        run = _run_tables_of(source)
    else:
        raise AnalysisError(
            f"Cannot read applications from a {type(source).__name__}; give a run, a folder or a table."
        )
    window = response_window or own or RESPONSE_WINDOW
    if own is not None and window > own and observed_until is None:
        raise AnalysisError(
            f"This run followed every application for {own:g} days only, so a response window of "
            f"{window:g} days would count unfinished ones as unanswered; simulate with a longer "
            "time.response_window, or give observed_until."
        )
    table, notes = normalise(
        table,
        response_window=window,
        observed_until=observed_until,
        channels=channels,
        places=places,
        ours=ours,
        may_be_empty=may_be_empty,
    )
    return Tables(table, openings, window, notes, run)


def _window(manifest: dict[str, Any]) -> float | None:
    value = manifest.get("response_window")
    return None if value is None else float(value)


def _run_tables_of(run: HasTables) -> RunTables:
    return RunTables(lambda name: getattr(run, name, None), lambda: getattr(run, "scenario", None), run.manifest)


def _run_tables_in(folder: Path, manifest: dict[str, Any]) -> RunTables:
    def read(name: str) -> pd.DataFrame | None:
        return _read_parts(folder / name) if (folder / name).is_dir() else None

    def scenario() -> Scenario | None:
        from sim import load_scenario

        file = folder / "scenario.yaml"
        return load_scenario(str(file)) if file.exists() else None

    return RunTables(read, scenario, manifest)


def _read(
    path: Path, openings: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame | None, float | None, RunTables, Places]:
    if not path.is_dir():
        table, places = read_table(path)
        return table, openings, None, RunTables(), places
    folder = path / "applications"
    if not folder.is_dir():
        raise AnalysisError(f"{path} is not a run folder: it has no applications/ inside.")
    manifest_file = path / "manifest.json"
    try:
        manifest = json.loads(manifest_file.read_text(encoding="utf-8")) if manifest_file.exists() else {}
        window = _window(manifest)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        raise AnalysisError(f"{manifest_file} is not a manifest that a run wrote; run the scenario again.") from None
    if openings is None and (path / "openings").is_dir():
        openings = _read_parts(path / "openings")
    return _read_parts(folder), openings, window, _run_tables_in(path, manifest), Places(str(path))


def _read_parts(folder: Path) -> pd.DataFrame:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise AnalysisError(f"{folder} holds no Parquet file; the run was not finished.")
    return read_parquet(files)
