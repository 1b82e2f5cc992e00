"""Normalise a table of applications: check columns, turn times into days, fill absent identifiers.

Only ``channel``, ``sent`` and ``responded`` are required.  Absent identifiers and flags are filled (each
row then counts as its own person and opening). A stage without a column stays absent, because "not recorded" is not
"never happened". All times are days. What is read in one of several possible ways is said in a note; what cannot be
read in one way only is refused, with its row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.tables.places import Places
from analysis.tables.times import as_days, holds_dates, is_time
from analysis.tables.words import flag, flags, is_blank
from sim.errors import did_you_mean, printable
from sim.scenario.quantities import ALL, CHANNELS, STAGES

Channels: TypeAlias = Mapping[str, str] | Sequence[str]

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
    channels: Channels = (),
    places: Places | None = None,
    ours: bool = False,
    may_be_empty: bool = False,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Check a table of applications and fill absent identifiers and flags.

    Parameters
    ----------
    channels
        Channels that the table may hold besides those of the model: a list, or what each is called here and there.
    places
        Where the rows stand, for errors.
    ours
        Whether a run of this program wrote the table: then its cells are what they are, and need no notes.

    may_be_empty
        Whether a table without any row is one, too: as of a replication in which nobody applied.

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
        If the table is empty, a required column is missing, or a cell cannot be read.
    """
    places = places or Places()
    table = _with_our_names(table)
    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        raise AnalysisError(
            f"{places.file or 'The applications table'} has no column {', '.join(missing)}; it needs at least "
            f"{', '.join(REQUIRED)}; found {printable(', '.join(map(str, table.columns)), 120) or 'no columns'}."
        )
    if table.empty and not may_be_empty:
        raise AnalysisError(f"{places.file or 'The applications table'} is empty: there is nothing to count.")
    notes: list[str] = []
    table = table.copy(deep=False)
    table["channel"] = channel_column(table["channel"], channels, places, ours=ours)
    _times(table, places, notes, ours=ours)
    _identifiers(table, places, notes)
    for name, default in (("in_window", True), ("censored", False)):
        table[name] = flags(table[name], default, places) if name in table.columns else default
    if observed_until is not None:
        table["censored"] = table["sent"].astype(np.float64) + response_window > observed_until + ROUNDING
        notes.append(f"Observation ended on day {observed_until:g}.")
    _check_order(table, places)
    if not ours:
        notes += _about_gaps(table)
        notes += _about_answers(table, response_window)
    return table, tuple(notes)


def _with_our_names(table: pd.DataFrame) -> pd.DataFrame:
    """Give columns that differ from ours by case or spaces only the names that we use."""
    known = {"channel", "replication", "person", "opening", "in_window", "censored", *STAGE_TIME.values()}
    renamed: dict[Any, str] = {}
    for name in table.columns:
        plain = str(name).strip().lower()
        if plain in known and plain != name and plain not in table.columns and plain not in renamed.values():
            renamed[name] = plain
    table = table.rename(columns=renamed) if renamed else table
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise AnalysisError(f"Two columns are called '{printable(str(twice[0]), 40)}'.")
    return table


def _identifiers(table: pd.DataFrame, places: Places, notes: list[str]) -> None:
    """Fill and number replications, people and openings."""
    rows = np.arange(len(table), dtype=np.int64)
    if "replication" not in table.columns:
        table["replication"] = np.int16(0)
    elif not pd.api.types.is_integer_dtype(table["replication"]):
        for row, cell in enumerate(table["replication"]):
            if is_blank(cell) or not str(cell).removesuffix(".0").isdecimal() or len(str(cell)) > 6:
                raise places.error(row, "replication", None if is_blank(cell) else cell, "a whole number from 0")
        table["replication"] = [int(float(cell)) for cell in table["replication"]]
    elif (table["replication"] < 0).any():
        row = int(np.flatnonzero(table["replication"] < 0)[0])
        raise places.error(row, "replication", table["replication"].iloc[row], "a whole number from 0")
    for name in ("person", "opening"):
        if name not in table.columns:
            table[name] = -1 - rows
            notes.append(f"No column {name}: every row counts as its own {name}.")
            continue
        ids = _numbers(table[name])
        unknown = ids.isna() | (ids < 0)
        if unknown.any():
            ids = ids.mask(unknown, -1 - rows)
            notes.append(f"{int(unknown.sum()):,} rows without a {name} count as their own {name} each.")
        table[name] = ids.astype(np.int64)


def _numbers(column: pd.Series) -> pd.Series:
    """Return identifiers as numbers: whole numbers as they are, all else numbered by its name."""
    if pd.api.types.is_integer_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
        there = values[~np.isnan(values)]
        if np.all(np.abs(there) < 2**53) and np.all(there == np.floor(there)):
            return pd.Series(values, index=column.index)
    names = pd.Series([None if is_blank(cell) else str(cell) for cell in column], index=column.index, dtype=object)
    return pd.Series(pd.factorize(names)[0], index=column.index, dtype=np.float64)


def channel_column(column: pd.Series, channels: Channels, places: Places, *, ours: bool = False) -> pd.Series:
    """Return the channels as categories, the known ones first; refuse one that nobody knows."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        texts = [None if is_blank(cell) else " ".join(str(cell).split()).lower() for cell in column]
        column = pd.Series(texts, index=column.index, name="channel", dtype=object).astype("category")
    elif not ours:
        column = column.cat.remove_unused_categories()
        named = {name: " ".join(str(name).split()).lower() for name in column.cat.categories}
        column = column.astype(object).map(named, na_action="ignore").astype("category")
    known = {name: name for name in CHANNELS}
    known |= {_plain(name): _plain(meant) for name, meant in _pairs(channels)}
    found = [str(name) for name in column.cat.categories]
    if ALL in (*found, *known.values()):
        raise AnalysisError(f"A channel cannot be called '{ALL}': that name stands for all channels together.")
    used = set(column.cat.remove_unused_categories().cat.categories.astype(str))
    for name in () if ours else sorted(used):
        if name not in known:
            row = int(np.flatnonzero(np.asarray(column.astype(object) == name))[0])
            near = did_you_mean(name, known)
            raise places.error(row, "channel", name, f"one of {', '.join(known)}{near or _how_to_tell(name)}")
    meant = [known.get(name, name) for name in found]
    ordered = [name for name in CHANNELS if name in {known.get(name, name) for name in used}]
    ordered += sorted({known.get(name, name) for name in used} - set(CHANNELS))
    if len(set(meant)) == len(meant):
        return column.cat.rename_categories(meant).cat.set_categories(ordered)
    return (
        column.astype(object)
        .map(dict(zip(found, meant, strict=True)), na_action="ignore")
        .astype(pd.CategoricalDtype(ordered))
    )


def _plain(name: object) -> str:
    return " ".join(str(name).split()).lower()


def _pairs(channels: Channels) -> list[tuple[str, str]]:
    return list(channels.items()) if isinstance(channels, Mapping) else [(name, name) for name in channels]


def _how_to_tell(name: str) -> str:
    return f"; say what it is with channels, such as {{'{printable(name, 30)}': 'recruiter'}}"


def _times(table: pd.DataFrame, places: Places, notes: list[str], *, ours: bool) -> None:
    """Turn all times into days; columns of yes and no into the day of sending."""
    present = [column for column in STAGE_TIME.values() if column in table.columns]
    flagged = [] if ours else [name for name in present if name != "sent" and says_yes_or_no(table, name, places)]
    days, about = as_days(table, [name for name in present if name not in flagged], places)
    notes += about
    for column, values in days.items():
        table[column] = values if not pd.api.types.is_float_dtype(table[column]) else table[column]
    for column in flagged:
        yes = flags(table[column], False, places)
        blank = int(sum(is_blank(cell) for cell in table[column]))
        table[column] = table["sent"].where(pd.Series(yes, index=table.index))
        notes.append(f"'{column}' says yes or no, not when: rates can be counted, times to response cannot.")
        if blank and blank < len(table) - int(yes.sum()):
            notes.append(f"{blank:,} rows without yes or no in '{column}' count as no.")


def says_yes_or_no(table: pd.DataFrame, column: str, places: Places) -> bool:
    """Return whether a column of times says only whether it happened.

    Raises
    ------
    AnalysisError
        If its zeros and ones may be days as well, or a cell beside a yes or no is neither.
    """
    cells = table[column]
    if pd.api.types.is_bool_dtype(cells):
        return True
    if pd.api.types.is_datetime64_any_dtype(cells) or pd.api.types.is_timedelta64_dtype(cells):
        return False
    if pd.api.types.is_numeric_dtype(cells):
        there = np.unique(cells.dropna().to_numpy(np.float64))
        if not len(there) or not np.isin(there, (0, 1)).all():
            return False
    answers = {row: flag(cell) for row, cell in enumerate(cells) if not is_blank(cell)}
    others = [row for row, answer in answers.items() if answer is None]
    neither = next((row for row in others if not is_time(cells.iloc[row])), None)
    said = next((row for row, answer in answers.items() if answer is not None and _is_word(cells.iloc[row])), None)
    if neither is not None and said is not None:
        as_there = f"yes or no, as '{printable(str(cells.iloc[said]).strip(), 20)}' ({places.of(said)})"
        raise places.error(neither, column, cells.iloc[neither], as_there)
    if not answers or others:
        return False
    if said is not None or holds_dates(table["sent"]):
        return True
    sent = as_days(table, ["sent"], places)[0].get("sent", np.zeros(len(table)))
    rows = np.fromiter(answers, np.int64)
    before = (np.array([float(answers[row] or 0) for row in rows]) < sent[rows] - ROUNDING).any()
    if before or len(answers) == len(table):
        return True
    zeros = [row for row, answer in answers.items() if not answer]
    if zeros:
        raise places.error(zeros[0], column, 0, "yes or no, or days beyond 1: day 0 and 'no' cannot be told apart")
    return False


def _is_word(cell: object) -> bool:
    return str(cell).strip()[:1].isalpha()


def _check_order(table: pd.DataFrame, places: Places) -> None:
    sent = table["sent"].to_numpy(np.float64)
    for stage in STAGES:
        column = STAGE_TIME[stage]
        if column in table.columns:
            values = table[column].to_numpy(np.float64)
            early = np.flatnonzero(values < sent - ROUNDING)
            if len(early):
                row = int(early[0])
                rows = "1 row has" if len(early) == 1 else f"{len(early):,} rows have"
                raise AnalysisError(
                    f"{places.file + ': ' if places.file else ''}{rows} a time in '{column}' before they were sent, "
                    f"first {places.of(row)} (sent on day {sent[row]:g}, {column} on day {values[row]:g}); correct or "
                    "remove them."
                )


def _about_gaps(table: pd.DataFrame) -> list[str]:
    """Say which rows are in no rate: those that do not say when, or through which channel, they were sent."""
    notes = []
    for column, what in (("sent", "a time in 'sent'"), ("channel", "a channel")):
        count = int(table[column].isna().sum())
        if count:
            rows, are = ("1 row", "is") if count == 1 else (f"{count:,} rows", "are")
            notes.append(f"{rows} without {what} {are} not counted.")
    return notes


def _about_answers(table: pd.DataFrame, response_window: float) -> list[str]:
    """Say what may surprise in the answers of a table from outside: late ones, all, or none."""
    lag = table["responded"].to_numpy(np.float64) - table["sent"].to_numpy(np.float64)
    late = int(np.count_nonzero(lag > response_window + ROUNDING))
    notes = []
    if late:
        answers = "1 answer that came" if late == 1 else f"{late:,} answers that came"
        counts = "counts" if late == 1 else "count"
        notes.append(f"{answers} more than {response_window:g} days after sending {counts} as none.")
    answered = int(np.count_nonzero(~np.isnan(table["responded"].to_numpy(np.float64))))
    if answered in (0, len(table)):
        which = "None of the" if answered == 0 else "All"
        rows = f"{len(table):,} applications have an answer"
        said = (
            f"{which} {rows}"
            if len(table) > 1
            else f"The only application has {'no' if answered == 0 else 'an'} answer"
        )
        notes.append(f"{said}: is that what 'responded' should say?")
    return notes
