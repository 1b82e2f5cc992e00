"""Tables as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*%?")


def defused(cell: Any) -> Any:
    """Return a cell so that a spreadsheet shows it: a text that would be a formula gets an apostrophe before it."""
    if not isinstance(cell, str):
        return cell
    # A carriage return is not put into quotes by every writer, and would begin a row of its own.
    text = cell.replace("\r\n", "\n").replace("\r", " ")
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def csv_text(table: pd.DataFrame, float_format: str | None = None) -> str:
    """Write a table as CSV with a header, lines ended by a line feed, and no formulas."""
    safe = table.rename(columns=defused)
    for place, kind in enumerate(safe.dtypes):
        if kind.kind not in "biufcmM":
            safe.isetitem(place, [defused(cell) for cell in safe.iloc[:, place]])
    return str(safe.to_csv(index=False, lineterminator="\n", float_format=float_format))
