"""Reads the user's tables of points: CSV or Parquet, with a row for each point and a column for each parameter."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Place, ScenarioError, printable

MAX_BYTES = 200_000_000
KINDS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: names of columns, the place of the heading, and the place and values of each row."""

    columns: tuple[str, ...]
    heading: Place
    rows: list[tuple[Place, list[Any]]]


def read_table(file: Path, shown: str, most: int) -> Table:
    """Read a table of points.

    Parameters
    ----------
    file : pathlib.Path
        A CSV file with a heading (columns separated by commas, semicolons or tabs), or a Parquet file.
    shown : str
        Its path in messages.
    most : int
        Most rows that it may have.

    Raises
    ------
    ScenarioError
        If it cannot be read, has no rows or too many, a column twice, or a row that is too long.
    """
    top = Place(shown)
    try:
        if not file.is_file():
            raise top.error("is not a regular file; expected a CSV or Parquet file")
        if file.stat().st_size > MAX_BYTES:
            raise top.error(f"has {file.stat().st_size / 1e6:.0f} MB; a table may have at most {MAX_BYTES / 1e6:g} MB")
        table = _parquet(file, top, most) if file.suffix.lower() == ".parquet" else _csv(file, shown, most)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "unknown reason"
        raise top.error(f"cannot be read: {reason}") from None
    if not table.rows:
        raise top.error("has no rows; expected one for each point")
    for name in table.columns:
        if table.columns.count(name) > 1:
            raise table.heading.error("two columns have this name", printable(name, 120) or "''")
    return table


def _too_many(top: Place, most: int) -> ScenarioError:
    return top.error(f"has more than {most} rows; expected at most {most} points")


def _parquet(file: Path, top: Place, most: int) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as source:
            if source.metadata.num_rows > most:
                raise _too_many(top, most)
            table = source.read()
            columns = [_cells(column) for column in table.columns]
    except (pa.ArrowException, UnicodeDecodeError) as error:
        reason = printable(" ".join(str(error).split()), 120)
        raise top.error(f"cannot be read as Parquet: {reason}") from None
    rows = [(top, list(row)) for row in zip(*columns, strict=True)]
    return Table(tuple(str(name) for name in table.column_names), top, rows)


def _cells(column: Any) -> list[Any]:
    return [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in column.to_pylist()]


def _csv(file: Path, shown: str, most: int) -> Table:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Place(shown).error(f"byte {error.start} is not UTF-8 text; save the file as UTF-8") from None
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return _lines(lines, shown, most)
    except csv.Error as error:
        raise Place(shown, lines.line_num).error(f"not CSV: {printable(str(error), 120)}") from None


def _delimiter(text: str) -> str:
    """Find the separator of columns; no path holds a comma, semicolon or tab."""
    heading = text.lstrip().partition("\n")[0]
    return next((mark for mark in ";\t" if mark in heading and "," not in heading), ",")


def _lines(lines: Any, shown: str, most: int) -> Table:
    filled: Iterator[tuple[int, list[str]]] = (
        (lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)
    )
    first = next(filled, None)
    if first is None:
        raise Place(shown).error("is empty; expected a heading of dotted paths, and one row for each point")
    columns = tuple(cell.strip() for cell in first[1])
    rows: list[tuple[Place, list[Any]]] = []
    for line, cells in filled:
        place = Place(shown, line)
        if len(rows) == most:
            raise _too_many(Place(shown), most)
        if len(cells) > len(columns):
            raise place.error(f"row {len(rows) + 1} has {len(cells)} cells; expected {len(columns)}, as in the heading")
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        rows.append((place, [cell.strip() or None for cell in padded]))
    return Table(columns, Place(shown, first[0]), rows)
