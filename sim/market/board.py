"""The public board, and who has already entered which opening.

Each open opening has a *slot*, a small number that is used again after it closes, so that arrays over slots stay small
however long the run is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import spread_rows

GUIDE = 8192
"""Cells of the lookup table of each field: interest in a posting is rounded to 1 in this many."""


def interest(age: NDArray[np.float64], freshness: float) -> NDArray[np.float64]:
    """Interest in a posting over the day that ends at `age` days: the integral of `1 / (1 + age / freshness)`."""
    before = np.maximum(age - 1.0, 0.0)
    return np.log((freshness + age) / (freshness + before))


class Board:
    """Open openings by slot: when they were posted, what has come in, and who has entered.

    Parameters
    ----------
    people, fields : int
        Size of the population and number of fields.
    days : int
        For how many days the arrivals of each slot are kept; no opening stays longer.
    """

    def __init__(self, people: int, fields: int, days: int) -> None:
        self._fields, self._days, self._width = fields, days, (people + 6) // 7
        self._free: list[int] = []
        self.size = 0
        self._entered = np.zeros((0, self._width), np.uint8)
        self._room(64)

    def _room(self, slots: int) -> None:
        def grown(old: str, empty: Any, dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
            new = np.full(shape, empty, dtype)
            if self.size:
                present: NDArray[Any] = getattr(self, old)
                new[..., : self.size] = present[..., : self.size]
            return new

        self.opening = grown("opening", -1, np.int64, (slots,))
        self.posted = grown("posted", np.inf, np.float64, (slots,))
        self.field = grown("field", 0, np.int64, (slots,))
        self.employer = grown("employer", -1, np.int32, (slots,))
        self.first_row = grown("first_row", 0, np.int64, (self._days, slots))
        self.rows = grown("rows", 0, np.int32, (self._days, slots))
        entered = np.zeros((slots, self._width), np.uint8)
        if self.size:
            entered[: self.size] = self._entered[: self.size]
        self._entered = entered
        self._capacity = slots

    def open(self, opening: int, field: int, employer: int) -> int:
        """Give an opening a slot; it is not on the board until it is posted."""
        if self._free:
            slot = self._free.pop()
        else:
            if self.size == self._capacity:
                self._room(2 * self._capacity)
            slot = self.size
            self.size += 1
        self.opening[slot], self.field[slot], self.employer[slot], self.posted[slot] = opening, field, employer, np.inf
        self.rows[:, slot] = 0
        self._entered[slot] = 0
        return slot

    def post(self, slot: int, now: float) -> None:
        """Show the opening to everybody."""
        self.posted[slot] = now

    def close(self, slot: int) -> None:
        """Take the opening down and free its slot."""
        self.opening[slot], self.posted[slot] = -1, np.inf
        self._free.append(slot)

    def claim(self, slot: NDArray[Any], person: NDArray[Any]) -> NDArray[np.bool_]:
        """Enter pairs of slot and person, all different; True where the person had not entered before."""
        cell = slot.astype(np.int64) * self._width + person // 7
        bit = (1 << person % 7).astype(np.uint8)
        flat = self._entered.reshape(-1)
        new = (flat[cell] & bit) == 0
        np.bitwise_or.at(flat, cell[new], bit[new])
        return np.asarray(new)

    def claim_cohort(self, slot: NDArray[Any], person: NDArray[Any], among: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Enter the pairs marked `among` of one day's cohort, sorted by slot and person; returns the new ones.

        The people of a cohort share one bit and have a byte each, so that one write enters all.
        """
        if not len(slot):
            return np.zeros(0, np.int64)
        bit = np.uint8(1 << int(person[0]) % 7)
        cell = slot.astype(np.int64)
        cell *= self._width
        cell += person // np.int32(7)
        flat = self._entered.reshape(-1)
        among &= (flat.take(cell) & bit) == 0
        among[1:] &= cell[1:] != cell[:-1]
        new = np.flatnonzero(among)
        flat[cell.take(new)] |= bit
        return new

    def guide(self, now: float, freshness: float, jitter: float) -> NDArray[np.int32]:
        """Lookup tables, shape (fields, GUIDE): each slot fills cells in proportion to interest; -1 if none is posted.

        `jitter` in [0, 1) shifts the rounding, so that over days no posting gains or loses by it.
        """
        table = np.full((self._fields, GUIDE), -1, np.int32)
        slots = np.flatnonzero(self.posted[: self.size] < now)
        if not len(slots):
            return table
        slots = slots[np.argsort(self.field[slots], kind="stable")]
        field = self.field[slots]
        weight = np.cumsum(interest(now - self.posted[slots], freshness))
        last = np.flatnonzero(np.append(field[1:] != field[:-1], True))
        total = np.zeros(self._fields)
        before = np.zeros(self._fields)
        before[field[last]] = np.append(0.0, weight[last][:-1])
        total[field[last]] = weight[last] - before[field[last]]
        edge = np.floor((weight - before[field]) / total[field] * GUIDE + jitter).clip(0, GUIDE)
        edge[last] = GUIDE
        start = np.append(0.0, edge[:-1])
        start[np.append(0, last[:-1] + 1)] = 0.0
        cells = np.repeat(slots, (edge - start).astype(np.int64))
        table[field[last]] = cells.reshape(-1, GUIDE)
        return table

    def record(self, day: int, first: int, slot: NDArray[Any]) -> None:
        """Record a day's arrivals: application rows from `first` on, sorted by slot."""
        counts = np.bincount(slot, minlength=self.size)
        ring = day % self._days
        self.rows[ring, : self.size] = counts
        self.first_row[ring, : self.size] = first + np.cumsum(counts) - counts

    def arrivals(self, slot: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Application rows that came in for some slots, and the index into `slot` of each."""
        counts = self.rows[:, slot].T.astype(np.int64)
        rows = spread_rows(self.first_row[:, slot].T.ravel(), counts.ravel())
        return rows, np.repeat(np.arange(len(slot)), counts.sum(axis=1))
