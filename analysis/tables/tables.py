"""The applications table as every estimator expects it, simulated or observed.

Only ``channel``, ``sent`` and ``responded`` are required.  Identifiers and flags that are absent are filled
(each row then counts as its own person and opening); a stage whose column is absent stays absent, because
"not recorded" is not "never happened".  All times are days.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.tables.clusters import Codes, link_codes
from analysis.tables.people import People
from analysis.tables.run_tables import Further

if TYPE_CHECKING:
    from sim import Scenario

CHANNELS = ("direct", "referral", "recruiter")
ALL = "all"
STAGES = ("read", "response", "interview", "offer", "hire")
STAGE_TIME = {
    "sent": "sent",
    "read": "read",
    "response": "responded",
    "interview": "interviewed",
    "offer": "offered",
    "hire": "accepted",
}
REQUIRED = ("channel", "sent", "responded")
RESPONSE_WINDOW = 60.0
# Times are stored as float32: half a year from the start one step is 15 µd, so an answer on the last
# second of the window must not fall out by rounding.
ROUNDING = 1e-3

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]


@runtime_checkable
class HasTables(Protocol):
    """What a finished run offers: its manifest and its tables."""

    manifest: dict[str, Any]

    @property
    def applications(self) -> pd.DataFrame:
        """Applications of all replications."""
        ...

    @property
    def openings(self) -> pd.DataFrame:
        """Openings of all replications."""
        ...


@dataclass(frozen=True)
class Tables:
    """Normalised tables and the rule by which an answer counts.

    Attributes
    ----------
    applications
        One row per application, normalised by :func:`normalise`.
    openings
        One row per opening, or None where only applications are known.
    response_window
        Days within which an answer must come to count as a response.
    notes
        Plain sentences about what was filled or assumed.
    further
        The other tables of the run, its clock and its scenario; each an error where it is not there.
    """

    applications: pd.DataFrame
    openings: pd.DataFrame | None
    response_window: float
    notes: tuple[str, ...] = ()
    further: Further = field(default_factory=Further)

    @cached_property
    def people(self) -> People:
        """The people of the run, from its persons table."""
        persons = self.further.table("persons", "person")
        return People(persons, self.applications, self.application_codes)

    @cached_property
    def eligible(self) -> Eligible:
        """Rows that a rate may count, worked out once."""
        return eligible(self.applications, self.response_window)

    @cached_property
    def _codes(self) -> tuple[Codes, Codes | None]:
        return link_codes(self.applications, self.openings)

    @property
    def application_codes(self) -> Codes:
        """Which replication, person and opening each application belongs to."""
        return self._codes[0]

    @property
    def opening_codes(self) -> Codes:
        """What each row of the openings belongs to, in the codes of the applications."""
        codes = self._codes[1]
        if codes is None:
            raise AnalysisError("This needs the openings table; give a run or a run folder, not applications only.")
        return codes


@dataclass(frozen=True)
class Eligible:
    """The rows that count, and why the others do not.

    Attributes
    ----------
    table
        Rows sent inside the observation window with their whole response window observed.
    keep
        Which rows of the original table these are.
    excluded
        Columns ``reason``, ``channel``, ``rows``.
    """

    table: pd.DataFrame
    keep: Bools
    excluded: pd.DataFrame

    def excluded_from(self, channel: str) -> int:
        """Return how many rows of a channel (or of ``all``) were left out."""
        rows = self.excluded if channel == ALL else self.excluded[self.excluded["channel"] == channel]
        return int(rows["rows"].sum())

    def text(self) -> str:
        """Say in a sentence what was left out."""
        kept = len(self.table)
        if self.excluded.empty:
            return f"All {kept:,} applications are counted."
        reasons = self.excluded.groupby("reason", sort=False)["rows"].sum()
        parts = "; ".join(f"{int(rows):,} {reason}" for reason, rows in reasons.items())
        return f"{kept:,} of {len(self.keep):,} applications are counted; left out: {parts}."


Source: TypeAlias = Tables | HasTables | pd.DataFrame | str | Path


def load(
    source: Source,
    *,
    openings: pd.DataFrame | None = None,
    response_window: float | None = None,
    observed_until: float | None = None,
) -> Tables:
    """Bring a run, a run folder, a table file or a DataFrame into the form the estimators work on.

    Parameters
    ----------
    source
        A result of :func:`sim.simulate`, the folder it was written to, a Parquet or CSV file of applications,
        or a DataFrame.
    openings
        Openings that belong to a DataFrame or file of applications.
    response_window
        Days within which an answer counts; by default the run's own window, or 60 for other tables.
    observed_until
        Day on which observation ended.  Given, every row whose response window reaches beyond it is marked
        censored.

    Raises
    ------
    AnalysisError
        If the table is empty, lacks a required column, or cannot support the window asked for.
    """
    if response_window is not None and not response_window > 0:
        raise AnalysisError(f"The response window must be a positive number of days, not {response_window}.")
    further = Further()
    if isinstance(source, Tables):
        further = source.further
        if response_window in (None, source.response_window) and observed_until is None and openings is None:
            return source
        table, openings = source.applications, source.openings if openings is None else openings
        own: float | None = source.response_window
    elif isinstance(source, pd.DataFrame):
        table, own = source, None
    elif isinstance(source, str | Path):
        table, openings, own, further = _read(Path(source), openings)
    elif isinstance(source, HasTables):
        table, own = source.applications, _window(source.manifest)
        openings = source.openings if openings is None else openings
        further = _further_of(source)
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
    table, notes = normalise(table, response_window=window, observed_until=observed_until)
    return Tables(table, openings, window, notes, further)


def _window(manifest: dict[str, Any]) -> float | None:
    value = manifest.get("response_window")
    return None if value is None else float(value)


def _further_of(run: HasTables) -> Further:
    return Further(lambda name: getattr(run, name, None), lambda: getattr(run, "scenario", None), run.manifest)


def _further_in(folder: Path, manifest: dict[str, Any]) -> Further:
    def read(name: str) -> pd.DataFrame | None:
        return _read_parts(folder / name) if (folder / name).is_dir() else None

    def scenario() -> Scenario | None:
        from sim import load_scenario

        file = folder / "scenario.yaml"
        return load_scenario(str(file)) if file.exists() else None

    return Further(read, scenario, manifest)


def _read(path: Path, openings: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame | None, float | None, Further]:
    if path.is_dir():
        folder = path / "applications"
        if not folder.is_dir():
            raise AnalysisError(f"{path} is not a run folder: it has no applications/ inside.")
        manifest_file = path / "manifest.json"
        manifest = json.loads(manifest_file.read_text(encoding="utf-8")) if manifest_file.exists() else {}
        if openings is None and (path / "openings").is_dir():
            openings = _read_parts(path / "openings")
        return _read_parts(folder), openings, _window(manifest), _further_in(path, manifest)
    if not path.exists():
        raise AnalysisError(f"{path} does not exist.")
    if path.suffix == ".parquet":
        return pd.read_parquet(path), openings, None, Further()
    return pd.read_csv(path), openings, None, Further()


def _read_parts(folder: Path) -> pd.DataFrame:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise AnalysisError(f"{folder} holds no Parquet file; the run was not finished.")
    return cast("pd.DataFrame", pd.read_parquet([str(file) for file in files]))  # type: ignore[call-overload]  # a list is taken too


def normalise(
    table: pd.DataFrame,
    *,
    response_window: float = RESPONSE_WINDOW,
    observed_until: float | None = None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Check a table of applications and fill what may be absent.

    Returns
    -------
    table
        With ``channel`` categorical (known channels first), numeric times, ``replication``, ``person``,
        ``opening``, ``in_window`` and ``censored``.  Absent stages stay absent.
    notes
        Sentences about what was filled.

    Raises
    ------
    AnalysisError
        If the table is empty, a required column is missing, or a time cannot be read.
    """
    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        raise AnalysisError(
            f"The applications table has no column {', '.join(missing)}; it needs at least {', '.join(REQUIRED)}."
        )
    if table.empty:
        raise AnalysisError("The applications table is empty: there is nothing to count.")
    notes: list[str] = []
    table = table.copy(deep=False)
    table["channel"] = _channels(table["channel"])
    _times(table, notes)
    rows = np.arange(len(table), dtype=np.int64)
    if "replication" not in table.columns:
        table["replication"] = np.int16(0)
    for name in ("person", "opening"):
        if name not in table.columns:
            table[name] = -1 - rows
            notes.append(f"No column {name}: every row counts as its own {name}.")
            continue
        ids = pd.to_numeric(table[name], errors="coerce") if _is_number(table[name]) else _named(table[name])
        unknown = ids.isna() | (ids < 0)
        if unknown.any():
            ids = ids.mask(unknown, -1 - rows)
            notes.append(f"{int(unknown.sum()):,} rows without a {name} count as their own {name} each.")
        table[name] = ids.astype(np.int64)
    for name, default in (("in_window", True), ("censored", False)):
        table[name] = table[name].fillna(default).astype(bool) if name in table.columns else default
    if observed_until is not None:
        table["censored"] = table["sent"].astype(np.float64) + response_window > observed_until + ROUNDING
        notes.append(f"Observation ended on day {observed_until:g}.")
    _check_order(table)
    return table, tuple(notes)


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column))


def _named(column: pd.Series) -> pd.Series:
    codes = pd.factorize(column)[0]
    return pd.Series(codes, index=column.index, dtype=np.float64)


def _channels(column: pd.Series) -> pd.Series:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("string").str.strip().str.lower().astype("category")
    found = [str(name) for name in column.cat.categories]
    if ALL in found:
        raise AnalysisError(f"A channel cannot be called '{ALL}': that name stands for all channels together.")
    used = set(column.cat.remove_unused_categories().cat.categories.astype(str))
    ordered = [name for name in CHANNELS if name in used] + sorted(used - set(CHANNELS))
    return column.cat.rename_categories(found).cat.set_categories(ordered)


def _times(table: pd.DataFrame, notes: list[str]) -> None:
    if table["responded"].dtype == bool or str(table["responded"].dtype) == "boolean":
        answered = table["responded"].fillna(value=False).astype(bool)
        table["responded"] = table["sent"].where(answered)
        notes.append("'responded' says yes or no, not when: rates can be counted, times to response cannot.")
    present = [column for column in STAGE_TIME.values() if column in table.columns]
    origin: pd.Timestamp | None = None
    for column in present:
        values = table[column]
        if _is_number(values):
            continue
        if values.isna().all():
            table[column] = np.nan
            continue
        try:
            stamps = pd.to_datetime(values, utc=True)
        except (ValueError, TypeError) as problem:
            raise AnalysisError(f"Column {column} holds neither days nor dates: {problem}.") from problem
        if origin is None:
            origin = stamps.min().floor("D")
            notes.append(f"Dates were turned into days since {origin.date().isoformat()}.")
        table[column] = (stamps - origin).dt.total_seconds() / 86400.0


def _check_order(table: pd.DataFrame) -> None:
    sent = table["sent"].to_numpy(np.float64)
    for stage in STAGES:
        column = STAGE_TIME[stage]
        if column in table.columns:
            early = int(np.count_nonzero(table[column].to_numpy(np.float64) < sent - ROUNDING))
            if early:
                raise AnalysisError(
                    f"{early:,} rows have a time in '{column}' before they were sent; correct or remove them."
                )


def eligible(table: pd.DataFrame, response_window: float = RESPONSE_WINDOW) -> Eligible:
    """Choose the rows that a rate may count: sent inside the observation window and followed to its end.

    A row whose response window was cut off is left out even where it was answered: keeping the answered ones
    only would raise the rate.

    Parameters
    ----------
    table
        A normalised table.
    response_window
        Days; used in the reason given for what is left out.
    """
    # Each row is given the first reason that applies, so that reasons add up to the rows left out.
    reasons = (
        ("without a channel", table["channel"].isna().to_numpy()),
        ("without a time of sending", table["sent"].isna().to_numpy()),
        ("sent outside the observation window", ~table["in_window"].to_numpy(bool)),
        (
            f"whose {response_window:g} days for an answer were cut off by the end of observation",
            table["censored"].to_numpy(bool),
        ),
    )
    keep = np.ones(len(table), dtype=bool)
    rows: list[dict[str, object]] = []
    for reason, applies in reasons:
        out = keep & applies
        keep &= ~applies
        if out.any():
            counts = table["channel"].to_numpy()[out]
            names, numbers = np.unique(counts.astype(str), return_counts=True)
            rows += [
                {"reason": reason, "channel": name, "rows": int(number)}
                for name, number in zip(names, numbers, strict=True)
            ]
    excluded = pd.DataFrame(rows, columns=["reason", "channel", "rows"])
    return Eligible(table if keep.all() else table[keep], keep, excluded)


def recorded_stages(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the stages this table has a column for, in order."""
    return tuple(stage for stage in STAGES if STAGE_TIME[stage] in table.columns)


def channels(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the channels that occur in a normalised table, in the usual order."""
    return tuple(str(name) for name in table["channel"].cat.categories)


def in_channel(table: pd.DataFrame, channel: str) -> Bools:
    """Tell which rows came by a channel, or by any where ``channel`` is ``all``."""
    if channel == ALL:
        return np.ones(len(table), dtype=bool)
    return np.asarray(table["channel"] == channel, dtype=bool)


def reached(table: pd.DataFrame, stage: str, response_window: float = RESPONSE_WINDOW) -> Bools:
    """Tell which rows reached a stage.

    Parameters
    ----------
    table
        A normalised table.
    stage
        ``sent``, ``read``, ``response``, ``interview``, ``offer`` or ``hire``.  A response counts only within
        ``response_window`` days of sending; the later stages count whenever they came before the end of the
        run.

    Raises
    ------
    AnalysisError
        If the stage is unknown or the table has no column for it.
    """
    column = STAGE_TIME.get(stage)
    if column is None:
        raise AnalysisError(f"There is no stage '{stage}'; stages are {', '.join(STAGE_TIME)}.")
    if column not in table.columns:
        raise AnalysisError(f"This table does not record '{stage}': it has no column '{column}'.")
    times = table[column].to_numpy(np.float64, na_value=np.nan)
    if stage == "response":
        lag = times - table["sent"].to_numpy(np.float64, na_value=np.nan)
        return np.asarray(lag <= response_window + ROUNDING, dtype=bool)
    return np.asarray(~np.isnan(times), dtype=bool)


def need_columns(table: pd.DataFrame, names: Sequence[str], purpose: str) -> None:
    """Raise a plain error where a table lacks what a quantity is made of."""
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise AnalysisError(f"{purpose} needs the column {', '.join(missing)}, which this table does not have.")
