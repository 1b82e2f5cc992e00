"""Edge lists: who knows whom as users have it, instead of a generated network.

A file or an object is read into names (`tie_tables` for rows and matrices, `graph_files` for GML, GraphML and Pajek),
here the names become numbers of people, and what is listed twice becomes one tie.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.display import Shown
from sim.errors import ScenarioError, printable
from sim.file_kinds import as_text, no_rows_of_cells, read_bytes
from sim.files import write_whole
from sim.market.codes import Kind
from sim.market.graph_files import format_of, read_graph_file, ties_of_graph
from sim.market.listed_ties import GIVEN, Fault, Listed
from sim.market.tie_tables import NO_VALUE, NUMBER, WHOLE, ties_in_rows, ties_in_text
from sim.market.tie_waves import choose_wave
from sim.scenario.scenario import Scenario

BOUNDS = {
    "strength": (0.0, 1.0),
    "familiarity": (0.0, 1.0),
    "goodwill": (-100.0, 100.0),
    "days_since_touch": (0.0, 36500.0),
}
FIELD = "network.edge_list"
MAX_BYTES = 500_000_000
MOST_DIGITS = 30  # of a number that stands for somebody


@dataclass(frozen=True, repr=False)
class EdgeList(Shown):
    """Directed ties between numbered people.

    Attributes
    ----------
    person, contact : ndarray of int, shape (ties,)
        Numbers of people, from 0; the contact can recall and refer the person.
    kind : ndarray of int, shape (ties,)
        Codes of `Kind`; acquaintance where nothing is said.
    given : dict of ndarray, shape (ties,)
        The columns strength, familiarity, goodwill and days_since_touch that are there, NaN where a cell is empty.
    names : tuple of str
        What the source calls each person, by number, up to the last that it lists.
    people : int
        How many people the source lists.
    line : str
        What was read, in one line.
    """

    person: NDArray[np.int32]
    contact: NDArray[np.int32]
    kind: NDArray[np.int8]
    given: Mapping[str, NDArray[np.float64]]
    names: tuple[str, ...]
    people: int
    line: str

    def __len__(self) -> int:
        return len(self.person)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Name and facts to show at a prompt."""
        return "", {"read": self.line}

    def write(self, path: str | Path) -> Path:
        """Write the ties as a CSV file that `network.edge_list` can name; returns its path."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["person", "contact", "kind", *self.given])
        columns = [["" if np.isnan(cell) else repr(float(cell)) for cell in column] for column in self.given.values()]
        for row, (person, contact, kind) in enumerate(zip(self.person, self.contact, self.kind, strict=True)):
            writer.writerow([person, contact, Kind.words[kind], *(column[row] for column in columns)])
        write_whole(Path(path), text.getvalue().encode())
        return Path(path)


def read_edge_list(
    source: Any, people: int | None = None, *, both_ways: bool = False, wave: str | int | None = None
) -> EdgeList:
    """Read who knows whom.

    Parameters
    ----------
    source : path, DataFrame, graph or array
        A file: rows of two ends with or without a header (columns divided by commas, semicolons, tabs or spaces), a
        square matrix, GML, GraphML or Pajek. In Python also a DataFrame of pandas or polars, a graph of igraph or
        networkx, or a square array.
    people : int, optional
        Number of people in the market; by default as many as the source lists.
    both_ways : bool
        Whether each tie is read in both directions. What says itself that it is undirected always is.
    wave : str or int, optional
        Which wave of a panel to read; ``all`` merges them.

    Returns
    -------
    EdgeList
        Ties by numbers of people. Whole numbers from 0 that fit into the market are the people's numbers; others, and
        names, are numbered in their order. Ties of somebody with themselves are dropped, and those listed twice merged.

    Raises
    ------
    ScenarioError
        For what cannot be read; names file, line and column.

    Examples
    --------
    >>> read_edge_list([[0, 1, 1], [1, 0, 0], [1, 0, 0]]).line
    'the network: 3 people, 2 ties both ways (4 directed)'
    """
    listed, shown = _listed(source)
    dropped = choose_wave(listed, None if wave is None else str(wave), f"{FIELD}_wave")
    number, names = _numbered(listed, people)
    ends = np.array([(number[person], number[contact]) for person, contact in listed.ends], np.int64).reshape(-1, 2)
    loops = int(np.count_nonzero(ends[:, 0] == ends[:, 1]))
    undirected = both_ways or bool(listed.declared.get("undirected"))
    read, merged = _merged(listed, ends, undirected)
    count = max(len(set(number.values())), listed.declared.get("people", 0))
    if people is not None and count > people:
        raise listed.fault(
            "", f"lists {count:,} people; the market has {people:,}: set population.people to at least {count}", None
        )
    market = people if people is not None else count
    line = printable(f"{shown}: {_sentence(read, count, market, listed, loops, merged, dropped)}", 1000)
    return replace(read, names=tuple(names), people=count, line=line)


def edge_list_of(scenario: Scenario) -> EdgeList:
    """Read the edge list of a scenario that has one, as the scenario tells."""
    network = scenario.network
    assert network.edge_list is not None  # noqa: S101  (whoever asks has looked)
    file, both_ways = Path(network.edge_list), network.edge_list_both_ways
    return read_edge_list(file, scenario.population.people, both_ways=both_ways, wave=network.edge_list_wave)


def _listed(source: Any) -> tuple[Listed, str]:
    """Read the names from whatever was given, and say how it is shown."""
    home = type(source).__module__.partition(".")[0]
    shown = "the network"

    def fault(column: str, message: str, line: int | None) -> ScenarioError:
        path = str(source) if isinstance(source, str | Path) else None
        return ScenarioError(message, file=path or shown, line=line, field=column or FIELD)

    if isinstance(source, str | Path):
        return _in_file(Path(source), fault), Path(source).name
    if home in ("igraph", "networkx"):
        return ties_of_graph(source, fault), shown
    if home in ("pandas", "polars"):
        rows = source.itertuples(index=False, name=None) if home == "pandas" else source.iter_rows()
        cells = [[str(name).strip() for name in source.columns], *([_cell_text(cell) for cell in row] for row in rows)]
        return ties_in_rows([(None, row) for row in cells], Listed(fault)), shown
    array = np.asarray(source)
    if array.ndim != 2 or not array.size:
        found = f"a {type(source).__name__}"
        raise fault("", f"found {found}; expected a path, a DataFrame, a graph or a square array", None)
    return ties_in_rows([(None, [_cell_text(cell) for cell in row]) for row in array.tolist()], Listed(fault)), shown


def _in_file(path: Path, fault: Fault) -> Listed:
    """Read the names from a file."""
    try:
        data = read_bytes(path, MAX_BYTES)
        # Labels of graph programs are often in Latin-1; who is tied to whom does not depend on them.
        latin = _not_utf8(data) and format_of(data.decode("latin-1")) in ("gml", "pajek")
        text = data.decode("latin-1") if latin else as_text(data)
    except ValueError as error:
        raise fault("", str(error), None) from None
    if "\0" in text:
        raise fault("", "found a NUL byte; expected plain text", text[: text.index("\0")].count("\n") + 1)
    kind = format_of(text)
    refusal = "" if kind else no_rows_of_cells(text)
    if refusal:
        raise fault("", refusal, None)
    listed = read_graph_file(text, fault, kind) if kind else ties_in_text(text, fault)
    listed.notes += ["labels read as Latin-1"] if latin else []
    return listed


def _not_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _cell_text(cell: object) -> str:
    """Write a cell of a table in memory as in a file."""
    if cell is None or cell != cell or str(cell) in ("<NA>", "NaT"):
        return ""
    return str(int(cell)) if isinstance(cell, bool) else str(cell).strip()


# ---- names and numbers ----------------------------------------------------------------------------------------------


def _numbered(listed: Listed, people: int | None) -> tuple[dict[str, int], list[str]]:
    """Give each name a number; returns also the names in the order of their numbers."""
    if listed.nodes is not None:
        return {name: place for place, name in enumerate(listed.nodes)}, [
            listed.labels.get(name, name) for name in listed.nodes
        ]
    whole, names = _sorted_names(listed)
    if not whole:
        order = sorted(names)
        if order:
            listed.notes.append(f"names numbered from 0 in alphabetical order, {printable(order[0], 30)} first")
        return {name: place for place, name in enumerate(order)}, order
    numbers = {name: int(name.split(".")[0]) for name in names}
    distinct = sorted(set(numbers.values()))
    if len(distinct) < len({name.split(".")[0] for name in names}):
        row, name = next((at, end) for at, pair in enumerate(listed.ends) for end in pair if re.match("0[0-9]", end))
        expected = f"one spelling of {int(name.split('.')[0])}"
        raise listed.fault("", f"found '{printable(name, 40)}'; expected {expected}", listed.lines[row])
    declared = max(people or 0, listed.declared.get("people", 0)) or len(distinct)
    low, high = (distinct[0], distinct[-1]) if distinct else (0, 0)
    if high < declared:
        return numbers, [str(number) for number in range(high + 1)] if distinct else []
    if low >= 1 and high <= declared:
        listed.notes.append(f"numbers {low} to {high} read as {low - 1} to {high - 1}")
        return {name: number - 1 for name, number in numbers.items()}, [str(number) for number in range(1, high + 1)]
    place = {number: at for at, number in enumerate(distinct)}
    listed.notes.append(f"numbers {low} to {high} with gaps renumbered from 0 to {len(distinct) - 1}, in their order")
    return {name: place[number] for name, number in numbers.items()}, [str(number) for number in distinct]


def _sorted_names(listed: Listed) -> tuple[bool, list[str]]:
    """Return whether the names are whole numbers, and refuse a name that is none among numbers."""
    names = list(dict.fromkeys(name for pair in listed.ends for name in pair))
    whole = [name for name in names if WHOLE.fullmatch(name) and len(name) <= MOST_DIGITS]
    numbers = 2 * len(whole) >= len(names)
    odd = {name for name in names if not _may_stand(name, numbers)} if len(whole) < len(names) else set()
    if odd:
        row, side = next((row, side) for row, pair in enumerate(listed.ends) for side in (0, 1) if pair[side] in odd)
        expected = "a whole number from 0" if numbers else "a name"
        name = listed.ends[row][side]
        raise listed.fault(
            ("person", "contact")[side], f"found '{printable(name, 40)}'; expected {expected}", listed.lines[row]
        )
    return numbers, names


def _may_stand(name: str, numbers: bool) -> bool:
    """Return whether a text may name somebody: among numbers only a whole number, else no number that is not whole."""
    if WHOLE.fullmatch(name):
        return len(name) <= MOST_DIGITS
    return not numbers and not NUMBER.fullmatch(name) and name.lower() not in NO_VALUE


# ---- ties -----------------------------------------------------------------------------------------------------------


def _merged(listed: Listed, ends: NDArray[np.int64], undirected: bool) -> tuple[EdgeList, int]:
    """Make each tie one, and return also how many rows were merged into others."""
    kinds = _kinds(listed)
    values = {name: _numbers(listed, name) for name in GIVEN if name in listed.columns}
    first: dict[tuple[int, int], int] = {}
    merged = 0
    for row, (person, contact) in enumerate(ends.tolist()):
        if person == contact:
            continue
        earlier = first.setdefault((person, contact), row)
        if earlier != row:
            merged += 1
            _agree(listed, earlier, row, kinds, values)
    mirrored = [
        (contact, person, row)
        for (person, contact), row in first.items()
        if (undirected or listed.both_ways[row]) and (contact, person) not in first
    ]
    rows = np.array([*first.values(), *(row for _, _, row in mirrored)], np.int64)
    pairs = [*first, *((person, contact) for person, contact, _ in mirrored)]
    laid = np.array(pairs, np.int32).reshape(-1, 2)
    kind = np.array([Kind.ACQUAINTANCE if code is None else code for code in kinds], np.int8)
    given = {name: np.array(column)[rows] for name, column in values.items()}
    return EdgeList(laid[:, 0].copy(), laid[:, 1].copy(), kind[rows], given, (), 0, ""), merged


def _agree(listed: Listed, earlier: int, row: int, kinds: list[int | None], values: Mapping[str, list[float]]) -> None:
    """Fill what the earlier row of the same tie leaves open; refuse two rows of one wave that contradict each other."""
    waves = listed.columns.get("wave")
    later = waves is not None and waves[earlier] != waves[row]
    columns: list[tuple[str, list[Any]]] = [("kind", kinds), *values.items()]
    for name, column in columns:
        if column[row] is None or column[row] != column[row]:
            continue
        if later or column[earlier] is None or column[earlier] != column[earlier]:
            column[earlier] = column[row]
        elif column[earlier] != column[row]:
            pair = " -> ".join(printable(end, 40) for end in listed.ends[row])
            before = "before" if listed.lines[earlier] is None else f"in line {listed.lines[earlier]}"
            texts = [printable(listed.columns[name][at], 40) for at in (row, earlier)]
            raise listed.fault(
                name, f"found {texts[0]} for the tie {pair}, which has {texts[1]} {before}", listed.lines[row]
            )


def _kinds(listed: Listed) -> list[int | None]:
    codes: list[int | None] = []
    known = {word: code for code, word in enumerate(Kind.words)}
    for row, cell in enumerate(listed.columns.get("kind", [""] * len(listed.ends))):
        word = "_".join(cell.lower().replace("-", " ").replace("_", " ").split())
        if word and word not in known:
            expected = f"expected one of {', '.join(Kind.words)}"
            raise listed.fault("kind", f"found '{printable(cell, 40)}'; {expected}", listed.lines[row])
        codes.append(known.get(word))
    return codes


def _numbers(listed: Listed, name: str) -> list[float]:
    low, high = BOUNDS[name]
    values = []
    for row, cell in enumerate(listed.columns[name]):
        if not cell:
            values.append(float("nan"))
            continue
        text = cell.replace(",", ".") if listed.decimal_comma else cell
        value = float(text) if NUMBER.fullmatch(text) and "," not in text else float("nan")
        if not low <= value <= high:
            expected = f"expected a number from {low:g} to {high:g}"
            raise listed.fault(name, f"found '{printable(cell, 40)}'; {expected}", listed.lines[row])
        values.append(value)
    return values


# ---- what was read --------------------------------------------------------------------------------------------------


def _sentence(read: EdgeList, people: int, market: int, listed: Listed, loops: int, merged: int, dropped: int) -> str:
    """Say in one line what was read, and what became of the rest."""
    pairs = set(zip(read.person.tolist(), read.contact.tolist(), strict=True))
    mutual = bool(pairs) and all((contact, person) in pairs for person, contact in pairs)
    ties = f"{len(pairs):,} directed {'tie' if len(pairs) == 1 else 'ties'}"
    if mutual:
        ties = f"{len(pairs) // 2:,} {'tie' if len(pairs) == 2 else 'ties'} both ways ({len(pairs):,} directed)"
    parts = [f"{people:,} people, {ties if pairs else '0 ties: nobody knows anybody'}"]
    alone = market - len({end for pair in pairs for end in pair})
    if alone and pairs:
        parts.append(f"{alone:,} of the {market:,} people in the market without a tie")
    rows = Counter(
        {"listed more than once merged": merged, "of oneself dropped": loops, "of other waves left out": dropped}
    )
    parts += [f"{count:,} {what}" for what, count in rows.items() if count]
    parts += listed.notes
    declared = listed.declared.get("ties")
    if declared is not None and declared not in (len(listed.ends), len(pairs), len(pairs) // 2 if mutual else -1):
        parts.append(f"the file says it has {declared:,} ties, and lists {len(listed.ends):,}")
    if listed.unused:
        many = "s" if len(listed.unused) > 1 else ""
        parts.append(f"column{many} {printable(', '.join(listed.unused), 120)} not used")
    return "; ".join(parts)
