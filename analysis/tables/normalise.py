"""Normalise a table of applications: check columns, turn times into days, fill absent identifiers.

Only ``channel``, ``sent`` and ``responded`` are required.  Absent identifiers and flags are filled (each
row then counts as its own person and opening). A stage without a column stays absent, because "not recorded" is not
"never happened". All times are days.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from sim.scenario.quantities import ALL, CHANNELS, STAGES

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
# Times are stored as float32, in steps of 15 µd after half a year: rounding must not exclude a response in the last
# second of the window.
ROUNDING = 1e-3


def normalise(
    table: pd.DataFrame,
    *,
    response_window: float = RESPONSE_WINDOW,
    observed_until: float | None = None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Check a table of applications and fill absent identifiers and flags.

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
        responded = table["responded"].fillna(value=False).astype(bool)
        table["responded"] = table["sent"].where(responded)
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
