"""Who works where, sorted by employer and field."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools, Index
from sim.market.codes import NOBODY
from sim.market.people import People


class Roster:
    """Employees by employer and field; renewed only once a week, so callers check that people still work there.

    Parameters
    ----------
    people : People
    employers, fields : int
        How many there are.

    Attributes
    ----------
    person : ndarray of int
        All employees, sorted by cell (`employer · fields + field`), in each cell managers first.
    start : ndarray, shape (cells + 1,)
        Where each cell begins in `person`.
    managers : ndarray, shape (cells,)
        How many in each cell have a say in hiring.
    """

    def __init__(self, people: People, employers: int, fields: int) -> None:
        self._people, self._cells, self._fields = people, employers * fields, fields
        self._week = 0
        self.renew()

    def refresh(self, now: float) -> None:
        """Renew the roster in a new week; `now` in days."""
        week = int(now // 7)
        if week != self._week:
            self._week = week
            self.renew()

    def renew(self) -> None:
        """Sort all employees again."""
        people = self._people
        working = np.flatnonzero(people.employer != NOBODY).astype(np.int32)
        cell = people.employer[working].astype(np.int64) * self._fields + people.field[working]
        manager = people.manager[working]
        rank = 2 * cell + ~manager
        # NumPy sorts 16-bit numbers in linear time.
        order = np.argsort(rank.astype(np.uint16) if 2 * self._cells < 2**16 else rank, kind="stable")
        self.person = working[order]
        self.start = np.searchsorted(cell[order], np.arange(self._cells + 1))
        self.managers = np.bincount(cell[manager], minlength=self._cells)

    def somebody_at(self, employer: NDArray[Any], luck: NDArray[Any]) -> tuple[Index, Bools]:
        """Draw an employee of each employer (`luck` uniform in [0, 1)), and say where there is one."""
        employer = employer.astype(np.int64)
        low, high = self.start[employer * self._fields], self.start[(employer + 1) * self._fields]
        there = high > low
        place = np.where(there, low + np.floor(np.minimum(luck, 1 - 1e-9) * (high - low)).astype(np.int64), 0)
        contact = self.person[place].astype(np.int64) if len(self.person) else place
        return contact, there & (self._people.employer[contact] == employer)
