"""Where a row of a table of applications stands, so that an error can name it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.errors import AnalysisError
from sim.errors import printable


@dataclass(frozen=True)
class Places:
    """The lines of a file, or the rows of a table in memory, counted from 1.

    Attributes
    ----------
    file
        Path of the file; empty for a table in memory.
    lines
        The line of each row; None where rows are counted.
    """

    file: str = ""
    lines: Sequence[int] | None = None

    def of(self, row: int) -> str:
        """Return the place of a row, such as ``line 7``; rows are counted from 0 here."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def error(self, row: int, column: str, found: object, expected: str) -> AnalysisError:
        """Make the error for a cell: where, what was found, what is expected."""
        shown = "an empty cell" if found is None else f"'{printable(str(found), 40)}'"
        where = f"Row {row + 1}" if self.lines is None else f"{self.file}:{self.lines[row]}"
        return AnalysisError(
            f"{where}: {column}: found {shown}; expected {expected}{'' if expected[-1] == '?' else '.'}"
        )
