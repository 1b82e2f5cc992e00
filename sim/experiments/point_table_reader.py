"""Reads the user's tables of points: CSV or Parquet, with a row for each point and a column for each parameter."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sim.errors import Place, ScenarioError, printable
from sim.file_kinds import no_parquet, read_rows_of_cells, texts_in, unpacked_bytes
from sim.scenario.units import NUMBER

MAX_BYTES = 200_000_000
MOST_UNPACKED = 1_000_000_000
LONGEST = 10_000  # characters of a cell
KINDS = (".csv", ".tsv", ".txt", ".dat", ".parquet")
_NUMBER = re.compile(NUMBER)
# A comma before three digits may also divide thousands, unless a 0 stands before it.
_DECIMAL_COMMA = re.compile(r"([+-]?(?:0+,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})))(?![0-9,.])(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: names of columns, the place of the heading, and the place and values of each row."""

    columns: tuple[str, ...]
    heading: Place
    rows: list[tuple[Place, list[Any]]]


def read_table(file: Path, shown: str, most: int, names: Sequence[str] = ()) -> Table:
    """Read a table of points.

    Parameters
    ----------
    file : pathlib.Path
        A text file with a heading (columns separated by commas, semicolons, tabs or spaces), or a Parquet file.
    shown : str
        Its path in messages.
    most : int
        Most rows that it may have.
    names : sequence of str
        Names of the columns, for a file without a heading.

    Raises
    ------
    ScenarioError
        If it cannot be read, has no rows or too many, a column twice, or a row that is too long.
    """
    top = Place(shown)
    if file.exists() and not file.is_file():
        raise top.error("is not a regular file; expected a CSV or Parquet file")
    if file.is_file() and file.stat().st_size > MAX_BYTES:
        raise top.error(f"has {file.stat().st_size / 1e6:.0f} MB; a table may have at most {MAX_BYTES / 1e6:g} MB")
    table = _parquet(file, top, most) if file.suffix.lower() == ".parquet" else _csv(file, shown, most, names)
    if not table.rows:
        raise top.error("has no rows; expected one for each point")
    for name in table.columns:
        if table.columns.count(name) > 1:
            raise table.heading.error("two columns have this name", printable(name, 120) or "''")
    return table


def _too_many(top: Place, most: int) -> ScenarioError:
    return top.error(f"has more than {most} rows; expected at most {most} points")


# ---- Parquet --------------------------------------------------------------------------------------------------------


def _parquet(file: Path, top: Place, most: int) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as source:
            if source.metadata.num_rows > most:
                raise _too_many(top, most)
            size, texts = unpacked_bytes(source), texts_in(source)
        if size > MOST_UNPACKED:
            limit = f"a table of points may have at most {MOST_UNPACKED / 1e6:g} MB"
            raise top.error(f"unpacks to {size / 1e6:.0f} MB; {limit}")
        table = pq.read_table(file, read_dictionary=texts)
        table.validate(full=True)  # a damaged file may point at words that are not there
        while any(pa.types.is_struct(column.type) for column in table.columns):
            table = table.flatten()  # a struct `screening` becomes `screening.resumes_per_review` and so on
        columns = [
            _cells(column, str(name), top) for name, column in zip(table.column_names, table.columns, strict=True)
        ]
    except (pa.ArrowException, UnicodeDecodeError, OSError, ValueError, OverflowError, NotImplementedError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise top.error(no_parquet(error)) from None
    rows = [(top, list(row)) for row in zip(*columns, strict=True)]
    return Table(tuple(str(name) for name in table.column_names), top, rows)


def _cells(column: Any, name: str, top: Place) -> list[Any]:
    """Return the values of a column as a scenario would have them."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        # Each text becomes one object, however many rows it stands in.
        cells: list[Any] = []
        for chunk in column.chunks:
            words = [_value(word, chunk.type.value_type) for word in chunk.dictionary.to_pylist()]
            cells += [None if at is None else words[at] for at in chunk.indices.to_pylist()]
    else:
        cells = [_value(cell, column.type) for cell in column.to_pylist()]
    for row, cell in enumerate(cells, 1):
        if isinstance(cell, str | bytes) and len(cell) > LONGEST:
            raise top.error(
                f"row {row}: found a text of {len(cell)} characters; expected a value", printable(name, 120)
            )
    return cells


def _value(cell: Any, kind: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        # 0.2 kept in 32 bits is 0.2, not 0.20000000298023224.
        return float(str(np.float32(cell))) if pa.types.is_float32(kind) else cell
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, dt.timedelta):
        return f"{cell / dt.timedelta(minutes=1):.15g} minutes"
    return cell.strip() or None if isinstance(cell, str) else cell


# ---- text -----------------------------------------------------------------------------------------------------------


def _csv(file: Path, shown: str, most: int, names: Sequence[str]) -> Table:
    try:
        text = read_rows_of_cells(file, MAX_BYTES)
    except ValueError as error:
        raise Place(shown).error(str(error)) from None
    mark = _delimiter(text)
    source = io.StringIO(text, newline="")
    lines = csv.reader((f"{' '.join(line.split())}\n" for line in source) if mark == " " else source, delimiter=mark,
                       strict=True)  # fmt: skip
    try:
        return _lines(lines, shown, most, names)
    except csv.Error as error:
        raise Place(shown, lines.line_num).error(f"not CSV: {printable(str(error), 120)}") from None


def _delimiter(text: str) -> str:
    """Find the separator of columns; no path holds a comma, semicolon, tab or space."""
    heading = text.lstrip().partition("\n")[0].strip()
    if "," in heading:
        return ","
    # Alone in its row, 0,3 is a number.
    return next((mark for mark in ";\t " if mark in heading), ";")


def _all_numbers(cells: Sequence[str]) -> bool:
    return len(cells) > 0 and all(_NUMBER.fullmatch(cell) for cell in cells)


def _lines(lines: Any, shown: str, most: int, names: Sequence[str]) -> Table:
    filled: Iterator[tuple[int, list[str]]] = (
        (lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)
    )
    first = next(filled, None)
    if first is None:
        raise Place(shown).error("is empty; expected a heading of dotted paths, and one row for each point")
    columns = tuple(names) or tuple(cell.strip() for cell in first[1])
    if _all_numbers(columns):
        expected = "expected a heading of dotted paths, or 'columns: [path, path, ...]' in the sweep's file"
        raise Place(shown, first[0]).error(f"found only numbers; {expected}")
    rows: list[tuple[Place, list[Any]]] = []
    for line, cells in [first, *filled] if names else filled:
        place = Place(shown, line)
        if len(rows) == most:
            raise _too_many(Place(shown), most)
        if len(cells) > len(columns) or (names and len(cells) < len(columns)):
            where = "columns" if names else "the heading"
            raise place.error(f"row {len(rows) + 1} has {len(cells)} cells; expected {len(columns)}, as in {where}")
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        rows.append((place, [_with_point(cell.strip()) or None for cell in padded]))
    return Table(columns, Place(shown) if names else Place(shown, first[0]), rows)


def _with_point(cell: str) -> str:
    """Write a decimal comma as a point, as ``0,3`` or ``12,5 %``; what may be thousands stays as it is."""
    found = _DECIMAL_COMMA.fullmatch(cell)
    return found[1].replace(",", ".") + found[2] if found else cell
