"""Times as people and programs write them, turned into days.

A column holds days or dates, never both. ``02/03/2026`` is read only if the whole table tells which is the day; with
dots the day comes first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.tables.clusters import Floats
from analysis.tables.places import Places
from analysis.tables.words import is_blank

MOST_DAYS = 100_000.0
FIRST_YEAR, LAST_YEAR = 1950, 2100
SERIAL = 20_000.0  # days that high look like dates of a spreadsheet
EPOCH = dt.date(1970, 1, 1).toordinal()
EXPECTED = "days such as 12.5, or a date such as 2026-03-02"

_CLOCK = r"(?:[T ,]+\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(AM|PM|am|pm)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_CLOCK}")
_DAY_WORD = re.compile(rf"(\d{{1,2}})[ .-]+([A-Za-z]{{3,9}})[ .,-]+(\d{{4}}){_CLOCK}")
_WORD_DAY = re.compile(rf"([A-Za-z]{{3,9}})[ .]+(\d{{1,2}})[ ,]+(\d{{4}}){_CLOCK}")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment: its day in days since 1970, part of a day (UTC), and whether only the day was written.

    ``swapped`` is the day with day and month exchanged, where both readings are possible by themselves; ``order`` says
    which part must be the day: ``day first``, ``month first``, or nothing.
    """

    day: int
    part: float = 0.0
    whole: bool = True
    zoned: bool = False
    order: str = ""
    swapped: int | None = None


def as_days(table: pd.DataFrame, columns: Sequence[str], places: Places) -> tuple[dict[str, Floats], list[str]]:
    """Turn columns of times into days, NaN where there is none.

    Returns
    -------
    dict
        The columns; dates become days since the earliest one.
    list of str
        What is to be said about the reading.

    Raises
    ------
    AnalysisError
        For a cell that is no time, a date beside days, a time far out of range, and dates of which nobody can tell
        which part is the day.
    """
    numbers: dict[str, Floats] = {}
    stamps: dict[str, dict[int, Stamp]] = {}
    for column in columns:
        values, found = _read(table[column], places)
        if found:
            stamps[column] = found
        if not found or np.isfinite(values).any():
            numbers[column] = values
    _not_both(table, numbers, stamps, places)
    if not stamps:
        return numbers, _about_numbers(numbers)
    days, notes = _of_stamps(stamps, len(table), places, table)
    return {column: days.get(column, np.full(len(table), np.nan)) for column in columns}, notes


def holds_dates(column: pd.Series) -> bool:
    """Return whether a column holds dates."""
    if pd.api.types.is_numeric_dtype(column):
        return False
    return any(not is_blank(cell) and isinstance(_cell(cell), Stamp) for cell in column)


def is_time(cell: object) -> bool:
    """Return whether a cell is a number or a date."""
    return _cell(cell) is not None


# ---- cells ----------------------------------------------------------------------------------------------------------


def _read(column: pd.Series, places: Places) -> tuple[Floats, dict[int, Stamp]]:
    """Read a column; numbers as an array, dates by their rows."""
    name = str(column.name)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = np.asarray(column.to_numpy(np.float64, na_value=np.nan))
        wrong = np.flatnonzero(np.abs(values) > MOST_DAYS)  # infinite ones, too
        if len(wrong):
            raise places.error(int(wrong[0]), name, column.iloc[int(wrong[0])], EXPECTED)
        return values, {}
    if pd.api.types.is_timedelta64_dtype(column):
        return _read(column.dt.total_seconds() / 86400.0, places)
    values = np.full(len(column), np.nan)
    found: dict[int, Stamp] = {}
    moments: list[int] = []
    for row, cell in enumerate(column):
        if is_blank(cell):
            continue
        time = _cell(cell)
        if isinstance(time, Stamp):
            found[row] = time
            if isinstance(cell, dt.datetime):
                moments.append(row)
        elif time is None or not abs(time) <= MOST_DAYS:
            raise places.error(row, name, cell, EXPECTED)
        else:
            values[row] = time
    if not all(found[row].whole for row in moments):
        # Midnight among other hours is an hour, too.
        found |= {row: replace(found[row], whole=False) for row in moments}
    return values, found


def _cell(cell: Any) -> Stamp | float | None:
    """Read a time; None for what is none."""
    if isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, np.datetime64):
        cell = pd.Timestamp(cell)
    if isinstance(cell, dt.datetime):
        return _stamp(cell)
    if isinstance(cell, dt.date):
        return _day(cell.year, cell.month, cell.day)
    if isinstance(cell, int | float | np.integer | np.floating | Decimal):
        try:
            return float(cell)
        except OverflowError:
            return None
    if not isinstance(cell, str) or len(cell) > 60:
        return None
    text = cell.strip()
    return float(text) if _NUMBER.fullmatch(text) else _written(text)


def _stamp(moment: dt.datetime) -> Stamp | None:
    day = _day(moment.year, moment.month, moment.day)
    if day is None:
        return None
    part = (moment.hour + moment.minute / 60 + moment.second / 3600 + moment.microsecond / 3.6e9) / 24
    offset = moment.utcoffset()
    if offset is not None:
        part -= offset.total_seconds() / 86400.0
    return Stamp(day.day, part, whole=part == 0 and offset is None, zoned=offset is not None)


def _written(text: str) -> Stamp | None:
    """Read a date as text."""
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return _with_clock(_day(int(match[1]), int(match[3]), int(match[4])), match.groups()[4:])
    match = _YEAR_LAST.fullmatch(text)
    if match:
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        return _with_clock(_either(first, second, year, match[2] == "."), match.groups()[4:])
    match = _DAY_WORD.fullmatch(text) or _WORD_DAY.fullmatch(text)
    if match:
        day, word = (match[1], match[2]) if match[1].isdigit() else (match[2], match[1])
        month = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(word.lower())), 0)
        if word.lower() == "sept":
            month = 9
        return _with_clock(_day(int(match[3]), month, int(day)), match.groups()[3:])
    return None


def _day(year: int, month: int, day: int) -> Stamp | None:
    """Return a day; None for one that the calendar does not have, or far from today."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return Stamp(dt.date(year, month, day).toordinal() - EPOCH)
    except ValueError:
        return None


def _either(first: int, second: int, year: int, dots: bool) -> Stamp | None:
    """Return a day whose first or second number is the day of the month."""
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if dots:
        return day_first
    if day_first is None or month_first is None:
        found = day_first or month_first
        order = "day first" if day_first else "month first"
        return None if found is None else Stamp(found.day, order=order)
    return Stamp(day_first.day, order="either", swapped=month_first.day)


def _with_clock(day: Stamp | None, clock: tuple[str | None, ...]) -> Stamp | None:
    """Add the time of the day, if there is one."""
    hour, minute, second, fraction, half, zone = clock
    if day is None or hour is None:
        return day
    hours = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
    seconds = int(second or 0) + float(f"0.{fraction or 0}")
    if hours > 24 or int(minute or 0) > 59 or seconds >= 61 or (half and int(hour) > 12):
        return None
    part = (hours + int(minute or 0) / 60 + seconds / 3600) / 24
    if zone and zone not in ("Z", "UTC"):
        digits = zone.replace(":", "")
        part -= (1 if zone[0] == "+" else -1) * (int(digits[1:3]) + int(digits[3:5]) / 60) / 24
    return Stamp(day.day, part, whole=False, zoned=bool(zone), order=day.order, swapped=day.swapped)


# ---- whole columns --------------------------------------------------------------------------------------------------


def _not_both(
    table: pd.DataFrame, numbers: Mapping[str, Floats], stamps: Mapping[str, Mapping[int, Stamp]], places: Places
) -> None:
    """Refuse a table with dates beside days."""
    if not stamps:
        return
    for column, values in numbers.items():
        rows = np.flatnonzero(np.isfinite(values))
        if len(rows):
            beside = column if column in stamps else next(iter(stamps))
            row = int(rows[0])
            at = next(iter(stamps[beside]))
            date = str(table[beside].iloc[at]).strip()
            expected = f"a date, as {date} in column {beside} ({places.of(at)})"
            raise places.error(row, column, table[column].iloc[row], expected)


def _of_stamps(
    stamps: Mapping[str, Mapping[int, Stamp]], rows: int, places: Places, table: pd.DataFrame
) -> tuple[dict[str, Floats], list[str]]:
    notes = []
    month_first = _month_comes_first(stamps, places, table)
    every = [stamp for column in stamps.values() for stamp in column.values()]
    whole = {stamp.whole for stamp in every}
    only_days = whole != {False}
    if len(whole) == 2:
        notes.append("Some times are days without an hour: all were cut to whole days.")
    elif not only_days and len({stamp.zoned for stamp in every}) == 2:
        notes.append("Times without a zone were read as UTC.")
    if any(stamp.order == "either" and stamp.swapped != stamp.day for stamp in every):
        first = "month" if month_first else "day"
        notes.append(f"Dates were read with the {first} first, as others in the table show.")
    days: dict[str, Floats] = {}
    for column, found in stamps.items():
        days[column] = np.full(rows, np.nan)
        for row, stamp in found.items():
            day = stamp.swapped if month_first and stamp.swapped is not None else stamp.day
            days[column][row] = day if only_days else day + stamp.part
    origin = min(float(np.nanmin(column)) for column in days.values())
    begin = dt.date.fromordinal(int(np.floor(origin)) + EPOCH)
    notes.append(f"Dates were turned into days since {begin.isoformat()}.")
    return {column: values - np.floor(origin) for column, values in days.items()}, notes


def _month_comes_first(stamps: Mapping[str, Mapping[int, Stamp]], places: Places, table: pd.DataFrame) -> bool:
    """Return, from the whole table, whether ``02/03/2026`` begins with the month; refuse where it cannot be told."""
    shown: dict[str, tuple[str, int]] = {}
    for column, found in stamps.items():
        for row, stamp in found.items():
            if stamp.order and not (stamp.order == "either" and stamp.swapped == stamp.day):
                shown.setdefault(stamp.order, (column, row))
    if "day first" in shown and "month first" in shown:
        (one, at), (other, there) = shown["day first"], shown["month first"]
        expected = f"the month first, as {_text(table, other, there)} in column {other} ({places.of(there)})"
        raise places.error(at, one, _text(table, one, at), expected)
    if "either" in shown and len(shown) == 1:
        column, row = shown["either"]
        stamp = stamps[column][row]
        readings = (stamp.day, stamp.day if stamp.swapped is None else stamp.swapped)
        both = " or ".join(dt.date.fromordinal(day + EPOCH).isoformat() for day in dict.fromkeys(readings))
        expected = f"dates such as 2026-03-02, since this may be {both}"
        raise places.error(row, column, _text(table, column, row), expected)
    return "month first" in shown


def _text(table: pd.DataFrame, column: str, row: int) -> str:
    return str(table[column].iloc[row]).strip()


def _about_numbers(numbers: Mapping[str, Floats]) -> list[str]:
    sent = numbers.get("sent", np.zeros(0))
    sent = sent[np.isfinite(sent)]
    if len(sent) and float(np.median(sent)) > SERIAL:
        return ["Times are numbers as high as a spreadsheet's dates; they were read as days."]
    return []
