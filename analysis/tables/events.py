"""Columns of a run's tables as numbers, and events counted between two times."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.tables.clusters import Bools, Floats, Ints
from analysis.tables.rows import need_columns

WEEK = 7.0
YEAR = 365.0


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column of times or numbers, NaN where there is none."""
    need_columns(table, (column,), "This measure")
    return table[column].to_numpy(np.float64, na_value=np.nan)


def found_a_job(spells: pd.DataFrame) -> Bools:
    """Return which searches ended in a job."""
    return np.asarray(spells["how"].astype(str).isin(["direct", "referral", "recruiter"]), dtype=bool)


def count_between(person: Ints, time: Floats, who: Ints, low: Floats, high: Floats) -> Ints:
    """Count the events of each of ``who`` with ``low <= time < high``; all times finite."""
    if not len(time) or not len(who):
        return np.zeros(len(who), np.int64)
    events, begins, ends = _on_one_line((person, time), (who, low), (who, high))
    events = np.sort(events)
    return np.searchsorted(events, ends) - np.searchsorted(events, begins)


def first_from(person: Ints, time: Floats, who: Ints, low: Floats) -> Floats:
    """Return the first event of each of ``who`` at or after ``low``, NaN where there is none; all times finite."""
    if not len(time) or not len(who):
        return np.full(len(who), np.nan)
    order = np.lexsort((time, person))
    person, time = person[order], time[order]
    events, begins = _on_one_line((person, time), (who, low))
    place = np.searchsorted(events, begins)
    found = np.minimum(place, len(time) - 1)
    return np.where((place < len(time)) & (person[found] == who), time[found], np.nan)


def _on_one_line(*moments: tuple[Ints, Floats]) -> list[Floats]:
    """Lay the times of people on one line, one person after the other, so that one search serves all."""
    least = min(float(time.min()) for _, time in moments)
    span = max(float(time.max()) for _, time in moments) - least + 1.0
    return [np.asarray(person * span + (time - least)) for person, time in moments]
