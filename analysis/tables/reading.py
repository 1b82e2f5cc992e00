"""Files of applications: CSV as people save it, and Parquet; each error names file and line."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.tables.places import Places
from analysis.tables.words import is_blank
from sim.errors import printable
from sim.file_kinds import no_parquet, read_rows_of_cells, texts_in, unpacked_bytes
from sim.scenario.units import NUMBER

MAX_BYTES = 500_000_000
MOST_UNPACKED = 4_000_000_000
DELIMITERS = ",;\t|"
_NUMBER = re.compile(NUMBER)
_TOLD = re.compile(r"sep=([,;\t|])\s*\n", re.IGNORECASE)  # a first line for Excel
_NAME = re.compile(r"[+-]?0[0-9]")


def read_table(path: Path) -> tuple[pd.DataFrame, Places]:
    """Read a Parquet or CSV file of applications.

    Returns
    -------
    table
        With the names of columns as they are; cells of CSV are texts, numbers where a whole column holds numbers.
    places
        The line of each row.

    Raises
    ------
    AnalysisError
        If it cannot be read, is something else, or has a row with more cells than the header.
    """
    if path.suffix.lower() == ".parquet":
        return read_parquet([path]), Places(str(path))
    try:
        text = read_rows_of_cells(path, MAX_BYTES)
    except ValueError as problem:
        raise AnalysisError(f"{path} {problem}.") from None
    return _csv(text, path)


def read_parquet(files: list[Path]) -> pd.DataFrame:
    """Read Parquet files as one table; how large they unpack is looked up first."""
    import pyarrow as pa
    from pyarrow import parquet

    now = files[0]
    try:
        size, texts = 0, set[str]()
        for now in files:
            with parquet.ParquetFile(now) as file:
                size += unpacked_bytes(file)
                texts |= set(texts_in(file))
        if size > MOST_UNPACKED:
            raise AnalysisError(f"{now} unpacks to {size / 1e9:.1f} GB; at most {MOST_UNPACKED / 1e9:g} GB are read.")
        # The parts of a run say which of their columns are categories; a file from outside does not.
        table = parquet.read_table(
            [str(file) for file in files], read_dictionary=None if len(files) > 1 else sorted(texts)
        )
        table.validate(full=True)  # a damaged file may point at words that are not there
        return cast("pd.DataFrame", table.to_pandas())
    except (pa.ArrowException, UnicodeDecodeError, OSError, ValueError, TypeError, NotImplementedError) as problem:
        if isinstance(problem, AnalysisError):
            raise
        raise AnalysisError(f"{now} {no_parquet(problem)}.") from None


def _csv(text: str, path: Path) -> tuple[pd.DataFrame, Places]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    header: list[str] = []
    try:
        for cells in lines:
            named = lines.line_num == 1 and _TOLD.match(text)
            if named or not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                continue
            if len(cells) != len(header):
                # Nobody can tell which cell is one too many, or missing.
                found = f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"
                raise AnalysisError(
                    f"{path}:{lines.line_num}: found {found}; expected {len(header)}, as in the header."
                )
            rows.append([cell.strip() for cell in cells])
            numbers.append(lines.line_num)
    except csv.Error as problem:
        raise AnalysisError(f"{path}:{lines.line_num}: not CSV: {printable(str(problem), 120)}.") from None
    if not header:
        raise AnalysisError(f"{path} is empty; expected a header and one row for each application.")
    return _framed(header, rows, path), Places(str(path), numbers)


def _delimiter(text: str) -> str:
    """Find the separator of columns: the one that Excel names above the header, or the mark that this holds most of."""
    told = _TOLD.match(text)
    if told:
        return told[1]
    heading = next((line for line in text.split("\n") if line.strip()), "")
    return max(DELIMITERS, key=heading.count)


def _framed(header: list[str], rows: list[list[str]], path: Path) -> pd.DataFrame:
    """Make a table; columns without a name are left out if they are empty."""
    columns: dict[str, Any] = {}
    for at, name in enumerate(header):
        cells = [row[at] for row in rows]
        if not name and all(is_blank(cell) for cell in cells):
            continue
        if name in columns:
            raise AnalysisError(f"{path}: two columns are called '{printable(name, 40)}'.")
        columns[name] = _typed(cells)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _typed(cells: list[str]) -> Any:
    """Return numbers if every cell that says something is one that a computer can hold, else the texts."""
    filled = [cell for cell in cells if not is_blank(cell)]
    texts = pd.Series([None if is_blank(cell) else cell for cell in cells], dtype=object)
    # Numbers of people with zeros before them, or with more digits than a float holds, are names.
    if not filled or not all(_NUMBER.fullmatch(cell) and not _NAME.match(cell) for cell in filled):
        return texts if filled else pd.Series(np.full(len(cells), np.nan))
    values = [float("nan") if is_blank(cell) else float(cell) for cell in cells]
    if any(abs(value) >= 2**53 for value in values):
        return texts
    if len(filled) == len(cells) and all(cell.lstrip("+-").isdecimal() for cell in cells):
        return np.array([int(cell) for cell in cells], np.int64)
    return pd.Series(values, dtype=float)
