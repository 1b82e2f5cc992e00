"""Edge lists: CSV files of directed ties, used instead of a generated network."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError
from sim.market.codes import Kind

ENDS = ("person", "contact")

BOUNDS = {
    "strength": (0.0, 1.0),
    "familiarity": (0.0, 1.0),
    "goodwill": (-100.0, 100.0),
    "days_since_touch": (0.0, 36500.0),
}

Fault = Callable[[str, str], ScenarioError]
"""Makes an error from column and message, at the line being read."""


def read_edge_list(
    path: Path, people: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8], dict[str, NDArray[np.float64]]]:
    """Read directed ties from a CSV file.

    Parameters
    ----------
    path : Path
        A file with a header and the columns `person` and `contact` (numbers of people, from 0), and optionally
        `kind` (default acquaintance), `strength`, `familiarity` (in [0, 1]), `goodwill` and `days_since_touch`;
        an empty cell is drawn as for generated ties of its kind.
    people : int
        Number of people in the scenario.

    Returns
    -------
    person, contact, kind : ndarray
    given : dict of ndarray
        The optional columns in the file, NaN where a cell is empty; `days_since_touch` becomes `touched`, negative.

    Raises
    ------
    ScenarioError
        For a file that cannot be read, or with a wrong cell; names file, line and column.
    """
    ends: dict[str, list[int]] = {name: [] for name in ENDS}
    kinds: list[int] = []
    values: dict[str, list[float]] = {}
    seen: dict[tuple[int, int], int] = {}
    for line, row, fault in _rows(path):
        pair = tuple(_number(row, side, people, fault) for side in ENDS)
        if pair[0] == pair[1]:
            raise fault("contact", f"person {pair[0]} is listed as a contact of themselves")
        if pair in seen:
            raise fault("contact", f"the tie {pair[0]} -> {pair[1]} is listed twice, first in line {seen[pair]}")
        seen[pair[0], pair[1]] = line
        for side, number in zip(ENDS, pair, strict=True):
            ends[side].append(number)
        kinds.append(_kind(row, fault))
        for name in BOUNDS:
            if name in row:
                values.setdefault(name, []).append(_cell(row, name, fault))
    given = {name: np.array(column) for name, column in values.items()}
    if "days_since_touch" in given:
        given["touched"] = -given.pop("days_since_touch")
    return np.array(ends["person"], np.int32), np.array(ends["contact"], np.int32), np.array(kinds, np.int8), given


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any], Fault]]:
    def whole(message: str) -> ScenarioError:
        return ScenarioError(message, file=str(path), field="network.edge_list")

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = header

            def fault(field: str, message: str) -> ScenarioError:
                return ScenarioError(message, file=str(path), line=max(reader.line_num, 1), field=field)

            _check_header(header, fault)
            for row in reader:
                if None in row:
                    raise fault("person", f"found {len(header) + len(row[None])} cells; expected {len(header)}")
                yield reader.line_num, row, fault
    except OSError as error:
        raise whole(f"cannot be read: {(error.strerror or 'unknown').lower()}") from None
    except UnicodeDecodeError:
        raise whole("is not UTF-8 text") from None
    except csv.Error as error:
        raise whole(f"is not a CSV file: {error}") from None


def _check_header(header: list[str], fault: Fault) -> None:
    known = (*ENDS, "kind", *BOUNDS)
    for name in ENDS:
        if name not in header:
            raise fault(name, f"no column of this name; found {', '.join(header) or 'an empty file'}")
    for name in header:
        if name not in known:
            raise fault(name, f"unknown column; the columns are {', '.join(known)}")
        if header.count(name) > 1:
            raise fault(name, "this column is twice in the header")


def _number(row: dict[str, Any], side: str, people: int, fault: Fault) -> int:
    text = (row[side] or "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) >= people:
        raise fault(side, f"found {text[:40]!r}; expected a person's number from 0 to {people - 1}")
    return int(text)


def _kind(row: dict[str, Any], fault: Fault) -> int:
    kind = (row.get("kind") or "acquaintance").strip()
    if kind not in Kind.words:
        raise fault("kind", f"found {kind[:40]!r}; expected one of {', '.join(Kind.words)}")
    return Kind.words.index(kind)


def _cell(row: dict[str, Any], name: str, fault: Fault) -> float:
    text = (row[name] or "").strip()
    if not text:
        return float("nan")
    low, high = BOUNDS[name]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise fault(name, f"found {text[:40]!r}; expected a number from {low:g} to {high:g}")
    return value
