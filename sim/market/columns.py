"""Growing columns: what a market records during a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Columns:
    """Named columns of equal length with room to grow; a row is a number, a column an array.

    Parameters
    ----------
    spec : dict
        Column name to (dtype, value of an empty cell).
    capacity : int
        Rows to make room for at first; doubled when full.
    """

    def __init__(self, spec: dict[str, tuple[DTypeLike, Any]], capacity: int = 1024) -> None:
        self._spec = spec
        self._data: dict[str, NDArray[Any]] = {}
        self._views: dict[str, NDArray[Any]] = {}
        self.rows = 0
        self._capacity = 0
        self._grow(max(capacity, 16))

    def __len__(self) -> int:
        return self.rows

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._spec)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A view of a column, shape (rows,); writing into it writes into the table."""
        view = self._views.get(name)
        if view is None:
            view = self._views[name] = self._data[name][: self.rows]
        return view

    def _grow(self, capacity: int) -> None:
        for name, (dtype, empty) in self._spec.items():
            # Zeros cost no memory until they are written.
            new = np.zeros(capacity, dtype) if empty == 0 else np.full(capacity, empty, dtype=dtype)
            if self.rows:
                new[: self.rows] = self._data[name][: self.rows]
            self._data[name] = new
        self._capacity = capacity

    def add(self, count: int, **values: Any) -> int:
        """Append `count` rows; columns not named keep their empty value. Returns the number of the first new row."""
        first = self.rows
        if first + count > self._capacity:
            self._grow(max(first + count, 2 * self._capacity))
        self.rows += count
        self._views.clear()
        for name, value in values.items():
            self._data[name][first : first + count] = value
        return first

    def extend(self, values: Mapping[str, Any]) -> None:
        """Append rows given as columns, the first of them an array; without columns append nothing."""
        if values:
            self.add(len(next(iter(values.values()))), **values)


class Pending:
    """Rows that wait for the day on which they are due."""

    def __init__(self) -> None:
        self._due: list[NDArray[np.float64]] = []
        self._place: list[NDArray[np.int64]] = []
        self._rows: Columns | None = None

    def add(self, due: NDArray[np.float64], **columns: NDArray[Any]) -> None:
        """Keep rows until their days `due`, shape (n,)."""
        n = len(due)
        if n:
            if self._rows is None:
                self._rows = Columns({name: (column.dtype, 0) for name, column in columns.items()})
            first = self._rows.add(n, **columns)
            self._due.append(due)
            self._place.append(np.arange(first, first + n))

    def pop(self, now: float) -> dict[str, NDArray[Any]] | None:
        """Remove and return the rows due by `now`, sorted by day, with it as column `due`; None if there are none."""
        if self._rows is None or not self._due:
            return None
        due, place = np.concatenate(self._due), np.concatenate(self._place)
        ready = due <= now
        later = ~ready
        self._due, self._place = [due[later]], [place[later]]
        due, place = due[ready], place[ready]
        if not len(due):
            return None
        order = due.argsort(kind="stable")
        place = place[order]
        return {"due": due[order], **{name: self._rows[name].take(place) for name in self._rows.names}}
