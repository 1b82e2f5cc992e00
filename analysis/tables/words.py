"""Cells that say yes or no, and cells that say nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from analysis.tables.clusters import Bools
from analysis.tables.places import Places

YES = frozenset({"yes", "y", "true", "t", "on", "1", "1.0"})
NO = frozenset({"no", "n", "false", "f", "off", "0", "0.0"})
NOTHING = frozenset({"", "na", "n/a", "nan", "nat", "null", "none", "<na>", "-", "–", "."})


def is_blank(cell: Any) -> bool:
    """Return whether a cell is missing."""
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return True
    if isinstance(cell, float | np.floating):
        return math.isnan(cell)
    return isinstance(cell, str) and cell.strip().lower() in NOTHING


def flag(cell: Any) -> bool | None:
    """Return what a cell says, yes or no; None for a cell that says neither."""
    if isinstance(cell, bool | np.bool_):
        return bool(cell)
    word = str(cell).strip().lower()
    return True if word in YES else False if word in NO else None


def flags(column: pd.Series, blank: bool, places: Places) -> Bools:
    """Read a column of yes and no.

    Parameters
    ----------
    blank
        What a missing cell counts as.

    Raises
    ------
    AnalysisError
        For a cell that says neither.
    """
    if column.dtype == np.bool_:
        return column.to_numpy(np.bool_)
    found = np.full(len(column), blank, dtype=bool)
    for row, cell in enumerate(column):
        if is_blank(cell):
            continue
        answer = flag(cell)
        if answer is None:
            raise places.error(row, str(column.name), cell, "yes or no, true or false, 1 or 0")
        found[row] = answer
    return found
