"""Points that the user lists, in the sweep's file or in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import Place, ScenarioError
from sim.experiments.factor_reader import allowed, settings_in, where
from sim.experiments.point_table_reader import Table, read_table
from sim.experiments.sweep import Factor, Point
from sim.scenario.loader import Setting
from sim.scenario.parameter_spec import Parameter
from sim.scenario.paths import value_at
from sim.scenario.scenario import Scenario, reader
from sim.scenario.yaml_reader import Node

NUMBER = "point"
"""Column of a table with the numbers of the points, as in the table of points that a sweep writes."""
LIST_EXAMPLE = "a list such as '- {population.people: 2000}'"

Rows = Sequence[Mapping[str, Setting]]
"""The values given for each point, by dotted path."""


def listed_points(place: Place, node: Node, base: Scenario, folder: Path) -> Rows:
    """Read the list under ``points``."""
    if not isinstance(node.content, list) or not node.content:
        found = "an empty list" if node.content == [] else node.found
        raise where(place, node).error(f"found {found}; expected {LIST_EXAMPLE}", "points")
    rows = []
    for number, item in enumerate(node.content):
        if not isinstance(item.content, dict):
            expected = "expected values such as {population.people: 2000}"
            raise item.place.error(f"found {item.found}; {expected}", f"points[{number}]")
        rows.append(settings_in(item.content, base.cast, folder))
    return rows


def _told(place: Place, node: Node) -> list[str]:
    """Read the list under ``columns``: the names for a table without a heading."""
    names = [item.content for item in node.content] if isinstance(node.content, list) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise where(place, node).error(f"found {node.found}; expected a list such as [search.asks]", "columns")
    return [str(name) for name in names]


def tabled_points(
    file: Path, shown: str, base: Scenario, most: int, told: tuple[Place, Node] | None = None
) -> tuple[list[int], Rows]:
    """Read a table of points.

    ``told`` is where the sweep names the columns, for a table without a heading.

    Returns
    -------
    list of int
        Numbers of the points.
    Rows
        Values of each point.
    """
    table = read_table(file, shown, most, () if told is None else _told(*told))
    paths = [name for name in table.columns if name != NUMBER]
    if not paths:
        raise table.heading.error("no column is a parameter; expected dotted paths such as population.people")
    for path in paths:
        if not path:
            raise table.heading.error("a column has no name; expected a dotted path")
        allowed(path, base.cast, table.heading)
    rows = [_row(table, number, place, cells, base, file.parent) for number, (place, cells) in enumerate(table.rows, 1)]
    return _numbers(table), rows


def _row(
    table: Table, number: int, place: Place, cells: Sequence[Any], base: Scenario, folder: Path
) -> dict[str, Setting]:
    """Convert the cells of one row; rows are counted from 1, below the heading."""
    settings = {}
    for path, cell in zip(table.columns, cells, strict=True):
        if path == NUMBER:
            continue
        if cell is None:
            raise place.error(f"row {number}: the cell is empty; expected a value for every point", path)
        try:
            settings[path] = reader().convert(path, cell, base.cast, place, folder)
        except ScenarioError as error:
            raise place.error(f"row {number}: {error.message}", error.field) from None
    return settings


def _numbers(table: Table) -> list[int]:
    """Return the numbers of the points: from their column if there is one, else counted from 0."""
    if NUMBER not in table.columns:
        return list(range(len(table.rows)))
    column = table.columns.index(NUMBER)
    row = Parameter(NUMBER, 0, "count", "int", "", "", 0, 2**31 - 1)
    numbers: dict[int, int] = {}
    for count, (place, cells) in enumerate(table.rows, 1):
        cell = cells[column]
        try:
            number = int(row.convert(int(cell) if isinstance(cell, str) and cell.isdecimal() else cell))
        except ValueError as error:
            raise place.error(f"row {count}: {error}", NUMBER) from None
        if number in numbers:
            raise place.error(f"row {count}: {number} is also the number of row {numbers[number]}", NUMBER)
        numbers[number] = count
    return list(numbers)


def points_of(
    numbers: Sequence[int], rows: Sequence[Mapping[str, Setting]], base: Scenario
) -> tuple[tuple[Factor, ...], tuple[Point, ...]]:
    """Make points of rows; values that a row does not give are those of the scenario."""
    first: dict[str, Setting] = {}
    for row in rows:
        for path, setting in row.items():
            first.setdefault(path, setting)
    bases = {path: value_at(base, path) for path in first}
    points = tuple(
        Point(number, {path: row[path].value if path in row else bases[path] for path in first})
        for number, row in zip(numbers, rows, strict=True)
    )
    factors = []
    for path, setting in first.items():
        declared = allowed(path, base.cast, setting.place)
        values = tuple(dict.fromkeys(point.values[path] for point in points))
        factors.append(Factor(path, declared.unit, declared.type, bases[path], values, place=setting.place))
    return tuple(factors), points
