"""The people of a run, in one numbering with the applications."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.tables.clusters import Codes, Ints


class People:
    """The people of a run in one numbering with the applications.

    Parameters
    ----------
    persons
        The persons table.
    applications, codes
        The applications and their codes.
    """

    def __init__(self, persons: pd.DataFrame, applications: pd.DataFrame, codes: Codes) -> None:
        self.table, self._labels = persons, codes.labels
        self._span = int(persons["person"].max()) + 1 if len(persons) else 1
        key = self._keys(persons)
        self._order = np.argsort(key, kind="stable")
        self._sorted = key[self._order]
        self.replication = key // self._span
        if (key < 0).any():
            raise AnalysisError("The persons table holds replications that the applications do not.")
        self.of_application = self.find(applications)
        known = self.of_application >= 0
        code = np.full(len(persons), -1, np.int64)
        code[self.of_application[known]] = codes.person[known]
        new = np.flatnonzero(code < 0)
        code[new] = codes.sizes[1] + np.arange(len(new))
        self.code, self._sizes = code, codes.sizes

    def _keys(self, table: pd.DataFrame) -> Ints:
        replication = table["replication"].to_numpy(np.int64)
        person = table["person"].to_numpy(np.int64)
        place = np.minimum(np.searchsorted(self._labels, replication), max(len(self._labels) - 1, 0))
        known = (self._labels[place] == replication) & (person >= 0) & (person < self._span)
        return np.where(known, place * np.int64(self._span) + person, -1)

    def find(self, table: pd.DataFrame) -> Ints:
        """Return for each row of a table with replication and person the row of that person; -1 for none."""
        key = self._keys(table)
        if not len(self._sorted):
            return np.full(len(key), -1, np.int64)
        place = np.minimum(np.searchsorted(self._sorted, key), len(self._sorted) - 1)
        return np.where(self._sorted[place] == key, self._order[place], -1)

    def codes(self, rows: NDArray[np.int64]) -> Codes:
        """Return the codes of rows of people; each person counts as an opening and a pair of its own."""
        replications, people, openings, pairs = self._sizes
        most = people + len(self.code)
        code = self.code[rows]
        return Codes(
            self.replication[rows],
            code,
            openings + code,
            pairs + code,
            (replications, most, openings + most, pairs + most),
            self._labels,
        )

    def in_role(self, role: str) -> NDArray[np.bool_]:
        """Return which people have a role; raise :class:`AnalysisError` if the run has no such role."""
        if "role" not in self.table.columns:
            raise AnalysisError("This needs the column role, which the persons table does not have.")
        found = np.asarray(self.table["role"].astype(str) == role)
        if not found.any():
            roles = sorted(set(self.table["role"].astype(str)) - {"none"})
            cast = f"its roles are {', '.join(roles)}" if roles else "it has no cast"
            raise AnalysisError(f"No role is called '{role}' in this run; {cast}.")
        return found
