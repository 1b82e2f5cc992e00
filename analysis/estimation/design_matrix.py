"""Design matrices of regressions, and the changes that marginal effects are averaged over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.tables.clusters import Bools, Floats
from analysis.tables.rows import need_columns

# Covariates that only some channels have: centred where known, zero elsewhere.
RELATIONAL = ("tie_strength", "familiarity", "goodwill", "mutual_contacts")
# Beyond this many levels a category is an identifier, not a covariate.
MOST_LEVELS = 30


@dataclass(frozen=True)
class Design:
    """A design matrix with the meaning of its columns.

    Attributes
    ----------
    matrix
        Constant first, then channels, then covariates.
    terms
        Name of each column.
    rows
        Positions of the rows used, in the table it was built from.
    cells
        For each channel and level, which rows have it.
    reference
        The channel without a column.
    notes
        Sentences about centring and rows left out.
    """

    matrix: Floats
    terms: tuple[str, ...]
    rows: np.ndarray[tuple[int], np.dtype[np.intp]]
    cells: dict[str, Bools] = field(default_factory=dict)
    reference: str = ""
    notes: tuple[str, ...] = ()
    channel_terms: dict[str, int] = field(default_factory=dict)
    level_terms: dict[str, tuple[int, ...]] = field(default_factory=dict)
    slopes: dict[str, int] = field(default_factory=dict)
    products: dict[int, tuple[int, int]] = field(default_factory=dict)
    known: dict[int, Bools] = field(default_factory=dict)
    known_by: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of_columns(cls, columns: dict[str, Floats]) -> Design:
        """Build a design of a constant and numeric columns."""
        n = len(next(iter(columns.values())))
        matrix = np.column_stack([np.ones(n), *columns.values()])
        return cls(matrix, ("constant", *columns), np.arange(n), {}, slopes={k: i + 1 for i, k in enumerate(columns)})

    def changes(self) -> Iterator[tuple[str, str, Floats, Floats, int]]:
        """Yield term, kind, two matrices and number of rows for each average marginal effect.

        For a channel, a level or a switch (a number that is only ever 0 or 1) the matrices hold all rows without and
        with it; for a slope, the rows themselves and their derivative along the covariate.
        """
        for name, place in self.channel_terms.items():
            yield name, "channel", self._as_channel(None), self._as_channel(place), len(self.matrix)
        for group in self.level_terms.values():
            for place in group:
                low = self.matrix.copy()
                low[:, list(group)] = 0.0
                high = low.copy()
                high[:, place] = 1.0
                yield self.terms[place], "level", low, high, len(self.matrix)
        for name, place in self.slopes.items():
            use = self.known.get(place, np.ones(len(self.matrix), dtype=bool))
            rows = self.matrix[use]
            values = np.unique(rows[:, place])
            if len(values) == 2 and np.isclose(np.ptp(values), 1.0):  # a centred 0 and 1 are still one apart
                low, high = (self._at(rows, place, value) for value in values)
                yield name, "switch", low, high, int(np.count_nonzero(use))
                continue
            along = np.zeros_like(rows)
            along[:, place] = 1.0
            for product, (first, second) in self.products.items():
                if place in (first, second):
                    along[:, product] = rows[:, second if place == first else first]
            yield name, "slope", rows, along, int(np.count_nonzero(use))

    def _at(self, rows: Floats, place: int, value: float) -> Floats:
        """Return the rows with one covariate at a value, and its products with them."""
        matrix = rows.copy()
        matrix[:, place] = value
        for product, (first, second) in self.products.items():
            matrix[:, product] = matrix[:, first] * matrix[:, second]
        return matrix

    def _as_channel(self, place: int | None) -> Floats:
        matrix = self.matrix.copy()
        matrix[:, list(self.channel_terms.values())] = 0.0
        channel = self.reference
        if place is not None:
            matrix[:, place] = 1.0
            channel = self.terms[place].removeprefix("channel ")
        # Through a channel that knows no tie, an application has no tie strength.
        for column, who in self.known_by.items():
            if channel not in who:
                matrix[:, column] = 0.0
        for product, (first, second) in self.products.items():
            matrix[:, product] = matrix[:, first] * matrix[:, second]
        return matrix


@dataclass
class _Builder:
    """Gathers the columns one by one."""

    table: pd.DataFrame
    columns: list[Floats] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    cells: dict[str, Bools] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    level_terms: dict[str, tuple[int, ...]] = field(default_factory=dict)
    slopes: dict[str, int] = field(default_factory=dict)
    products: dict[int, tuple[int, int]] = field(default_factory=dict)
    known: dict[int, Bools] = field(default_factory=dict)
    known_by: dict[int, frozenset[str]] = field(default_factory=dict)

    def add(self, name: str, values: Floats) -> int:
        """Append a column and return its place."""
        self.columns.append(values)
        self.terms.append(name)
        return len(self.columns) - 1

    def number(self, name: str) -> int:
        """Add a numeric covariate, centred if only some channels know it; return its place."""
        if name in self.slopes:
            return self.slopes[name]
        values = self.table[name].to_numpy(np.float64, na_value=np.nan)
        if name == "mutual_contacts":
            values = np.where(values < 0, np.nan, values)
        known = ~np.isnan(values)
        if name not in RELATIONAL:
            place = self.slopes[name] = self.add(name, values)
            return place
        # Some tables write 0 where there is no tie; the referrer tells whether there is one.
        if "referrer" in self.table.columns:
            known &= self.table["referrer"].to_numpy() >= 0
        if not known.any():
            raise AnalysisError(f"No row knows its {name}; leave it out or include the channel that does.")
        centre = float(values[known].mean())
        place = self.slopes[name] = self.add(name, np.where(known, values - centre, 0.0))
        self.known[place] = known
        self.known_by[place] = frozenset(self.table["channel"][known].astype(str).unique())
        self.notes.append(f"{name} is centred at its mean of {centre:.3g} and zero where it is not known.")
        return place

    def levels(self, name: str) -> None:
        """Add a category: one column for each level except the most frequent."""
        values = self.table[name].astype("string")
        counts = values.value_counts()
        if len(counts) > MOST_LEVELS:
            raise AnalysisError(f"{name} has {len(counts):,} levels: that is a name, not a covariate; group it first.")
        if len(counts) < 2:
            raise AnalysisError(f"{name} has one level only in these rows, so it explains nothing; leave it out.")
        first, *others = (str(level) for level in counts.index)
        missing = values.isna().to_numpy()
        places = []
        for level in others:
            has = (values == level).to_numpy(bool, na_value=False)
            places.append(self.add(f"{name} {level}", np.where(missing, np.nan, has)))
        self.level_terms[name] = tuple(places)
        for level in (first, *others):
            self.cells[f"{name} {level}"] = (values == level).to_numpy(bool, na_value=False)
        self.notes.append(f"The reference level of {name} is {first}.")


def build_design(table: pd.DataFrame, covariates: Sequence[str] | str, reference: str) -> Design:
    """Build the matrix of channel and covariates; leave out rows with an unknown covariate and note how many.

    Raises
    ------
    AnalysisError
        If a column is missing, constant or collinear with others.
    """
    covariates = [covariates] if isinstance(covariates, str) else list(covariates)
    names = [part for term in covariates for part in term.split(":")]
    need_columns(table, names, "This model", typed=True)
    present = [str(name) for name in table["channel"].cat.categories if (table["channel"] == name).any()]
    reference = reference if reference in present else present[0]
    builder = _Builder(table)
    builder.add("constant", np.ones(len(table)))
    channel_terms = {}
    if len(present) > 1:
        for name in present:
            builder.cells[f"channel {name}"] = np.asarray(table["channel"] == name, dtype=bool)
            if name != reference:
                channel_terms[name] = builder.add(
                    f"channel {name}", builder.cells[f"channel {name}"].astype(np.float64)
                )
    for term in covariates:
        _add(builder, term)
    matrix = np.column_stack(builder.columns)
    complete = ~np.isnan(matrix).any(axis=1)
    if not complete.any():
        raise AnalysisError(f"No row knows all of {', '.join(covariates)}; leave some out.")
    if not complete.all():
        builder.notes.append(
            f"{int((~complete).sum()):,} applications with an unknown covariate are left out of the model."
        )
        matrix = matrix[complete]
    _check_rank(matrix, builder.terms)
    return Design(
        matrix=matrix,
        terms=tuple(builder.terms),
        rows=np.flatnonzero(complete),
        cells={name: rows[complete] for name, rows in builder.cells.items()},
        reference=reference,
        notes=tuple(builder.notes),
        channel_terms=channel_terms,
        level_terms=builder.level_terms,
        slopes=builder.slopes,
        products=builder.products,
        known={place: rows[complete] for place, rows in builder.known.items()},
        known_by=builder.known_by,
    )


def _add(builder: _Builder, term: str) -> None:
    parts = term.split(":")
    numeric = [pd.api.types.is_numeric_dtype(builder.table[part]) for part in parts]
    if len(parts) == 1:
        if numeric[0]:
            builder.number(term)
        else:
            builder.levels(term)
        return
    if len(parts) > 2 or not all(numeric):
        raise AnalysisError(f"'{term}' must be the product of two numeric columns, written a:b.")
    first, second = (builder.number(part) for part in parts)
    place = builder.add(term, builder.columns[first] * builder.columns[second])
    builder.products[place] = (first, second)


def _check_rank(matrix: Floats, terms: Sequence[str]) -> None:
    spread = matrix.std(axis=0)
    for place, name in enumerate(terms):
        if place and spread[place] == 0:
            raise AnalysisError(f"{name} is the same in every row that is used, so it explains nothing; leave it out.")
    scaled = matrix / np.where(spread > 0, spread, 1.0)
    if np.linalg.matrix_rank(scaled.T @ scaled, tol=1e-9 * len(matrix), hermitian=True) < matrix.shape[1]:
        raise AnalysisError(
            f"Some of {', '.join(terms[1:])} can be worked out from the others, so their effects cannot "
            "be told apart; leave one out."
        )
