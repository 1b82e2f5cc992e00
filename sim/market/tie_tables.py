"""Ties in rows of text: CSV, tabs, semicolons or spaces, with or without a header; and square matrices.

What public networks come as: comments above (`#` of SNAP, `%` of KONECT and Matrix Market), a first line of counts,
headers in any case and by many names, further columns.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sim.errors import printable
from sim.market.listed_ties import ENDS, GIVEN, STARTS, TARGETS, TIMES, WAVES, Fault, Listed, plain

Row = tuple[int | None, list[str]]
"""A line and its cells, without spaces around them."""

DELIMITERS = "\t;,|"
WHOLE = re.compile(r"[0-9]+(?:\.0+)?")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
NO_VALUE = ("", ".", "na", "nan", "null", "none", "n/a")
_NODES = re.compile(r"\b(?:nodes|vertices)\s*[:=]\s*([0-9][0-9,]*)", re.IGNORECASE)
_TIES = re.compile(r"\b(?:edges|ties|arcs|links)\s*[:=]\s*([0-9][0-9,]*)", re.IGNORECASE)
_PUT_UNLIKE = 0.87  # how near an unknown column must come to one of ours to be taken for a slip


def ties_in_text(text: str, fault: Fault) -> Listed:
    """Read ties from text.

    Raises
    ------
    ScenarioError
        For a header that names no ends, a row with other cells than the rest, and what is no list of ties.
    """
    listed = Listed(fault)
    rows, delimiter = _rows(text, listed)
    listed.decimal_comma = delimiter != ","
    return ties_in_rows(rows, listed)


def ties_in_rows(rows: list[Row], listed: Listed) -> Listed:
    """Read ties from rows of cells, the header first if there is one."""
    if not rows:
        raise listed.fault("person", "no column of this name; found an empty file", 1)
    rows = _without_counts(rows, listed)
    first = {plain(cell) for cell in rows[0][1]}
    names = None if first & STARTS and first & TARGETS else _matrix_names(rows)
    if names is not None:
        return _matrix(rows, names, listed)
    header = _header(rows, listed)
    width = len(rows[0][1]) if header is None else len(header)
    if header is not None and _row_names(rows[1:], width):
        header, width = ["", *header], width + 1
    places = _places(header, width, rows[0][0], listed)
    for line, cells in rows if header is None else rows[1:]:
        if len(cells) > width or (len(cells) < width and header is None):
            raise listed.fault(
                "person", f"found {len(cells)} cell{'s' if len(cells) != 1 else ''}; expected {width}", line
            )
        cells = [*cells, *[""] * (width - len(cells))]
        listed.add(cells[places["person"]], cells[places["contact"]], line)
        for name, place in places.items():
            if name not in ("person", "contact"):
                listed.columns.setdefault(name, []).append(cells[place])
    _direction_column(listed)
    return listed


def _row_names(rows: list[Row], width: int) -> bool:
    """Return whether rows begin with their numbers, of which the header says nothing, as R writes tables."""
    return bool(rows) and all(
        len(cells) == width + 1 and cells[0] == str(number) for number, (_, cells) in enumerate(rows, 1)
    )


# ---- lines, comments and counts -------------------------------------------------------------------------------------


def _rows(text: str, listed: Listed) -> tuple[list[Row], str]:
    """Split text into rows of cells; what comments say goes into ``listed``."""
    lines = io.StringIO(text, newline="").readlines()
    first = 0
    while first < len(lines) and (not lines[first].strip() or lines[first].lstrip().startswith(("#", "%"))):
        _comment(lines[first].strip(), first + 1, listed)
        first += 1
    delimiter = _delimiter(lines[first : first + 50])
    commented = 0

    def body() -> Iterator[str]:
        nonlocal commented
        for line in lines[first:]:
            if delimiter == " " and line.lstrip().startswith(("#", "%")):
                commented += 1
                yield "\n"  # keeps the count of lines
            else:
                yield " ".join(line.split()) + "\n" if delimiter == " " else line

    reader = csv.reader(body(), delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                rows.append((first + reader.line_num, cells))
    except csv.Error as error:
        raise listed.fault(
            "", f"is not a list of ties: {printable(str(error), 120)}", first + reader.line_num
        ) from None
    if commented:
        listed.notes.append(f"{commented:,} {'comment' if commented == 1 else 'comments'} among the ties left out")
    return rows, delimiter


def _comment(line: str, number: int, listed: Listed) -> None:
    """Take from a comment above the ties what it says about them."""
    lowered = line.lower()
    words = lowered.lstrip("#% ").split()
    if lowered.startswith("%%matrixmarket"):
        if "coordinate" not in words:
            raise listed.fault("", "a Matrix Market file of all cells; expected one of coordinates", number)
        if words[-1] == "symmetric":
            listed.declared["undirected"] = 1
        listed.declared["matrix market"] = 1
    elif line.startswith("%") and words[:1] == ["bip"]:
        raise listed.fault("", "a network of two kinds of nodes (bip); expected ties between people", number)
    elif (line.startswith("%") and words[:1] == ["sym"]) or words[:2] in (
        ["undirected", "graph"],
        ["undirected", "graph:"],
    ):
        listed.declared["undirected"] = 1
    for pattern, what in ((_NODES, "people"), (_TIES, "ties")):
        found = pattern.search(line)
        if found and len(found[1]) < 12:
            listed.declared[what] = int(found[1].replace(",", ""))


def _delimiter(lines: Sequence[str]) -> str:
    """Return the mark that separates cells in most lines, or a space."""
    lines = [line for line in lines if line.strip()]
    if any("\t" in line.strip() for line in lines) and not all("\t" in line.strip() for line in lines[1:]):
        return " "  # tabs in some lines only are spaces like others
    for mark in DELIMITERS:
        if lines and mark in lines[0].strip() and 2 * sum(mark in line for line in lines) >= len(lines):
            return mark
    return next((mark for mark in DELIMITERS if sum(mark in line for line in lines) > 0.9 * len(lines) > 0), " ")


def _without_counts(rows: list[Row], listed: Listed) -> list[Row]:
    """Take away first lines that only count people and ties, and keep what they say."""
    matrix_market = listed.declared.pop("matrix market", 0)
    widths = Counter(len(cells) for _, cells in rows[1:])
    if len(rows) < 2 or not widths:
        return rows
    usual = widths.most_common(1)[0][0]
    line, cells = rows[0]
    if not all(cell.isascii() and cell.isdecimal() and len(cell) < 12 for cell in cells):
        return rows
    counts = [int(cell) for cell in cells]
    if matrix_market and len(counts) == 3:
        if counts[0] != counts[1]:
            raise listed.fault("", f"a matrix of {counts[0]} by {counts[1]}; expected a square one", line)
        listed.declared |= {"people": counts[0], "ties": counts[2]}
        return rows[1:]
    if len(counts) == 1 and usual >= 2:
        listed.declared["people"] = counts[0]
        second = rows[1][1]
        if len(second) == 1 and second[0].isdecimal() and len(rows) > 2 and len(second[0]) < 12:
            listed.declared["ties"] = int(second[0])
            return rows[2:]
        return rows[1:]
    plausible = len(counts) >= 2 and (counts[1] == len(rows) - 1 or _highest(rows[1:]) <= counts[0])
    differs = len(counts) != usual and len(widths) == 1 and plausible
    # As wide as a tie, but it counts exactly the lines below and no number there is higher.
    counts_them = len(counts) == usual == 2 and counts[1] == len(rows) - 1 and _highest(rows[1:]) <= counts[0]
    if not differs and not counts_them:
        return rows
    listed.declared |= {"people": counts[0], "ties": counts[1]}
    return rows[1:]


def _highest(rows: list[Row]) -> float:
    numbers = [float(cell) for _, cells in rows for cell in cells[:2] if WHOLE.fullmatch(cell) and len(cell) < 16]
    return max(numbers, default=float("inf"))


# ---- headers --------------------------------------------------------------------------------------------------------


def _header(rows: list[Row], listed: Listed) -> list[str] | None:
    """Return the names of the columns, or None where the first row is a tie."""
    line, cells = rows[0]
    names = [plain(cell) for cell in cells]
    starts, ends = STARTS.intersection(names), TARGETS.intersection(names)
    if starts and ends:
        return cells
    if len(cells) >= 2 and all(NUMBER.fullmatch(cell) for cell in cells[:2]):
        return None
    later = [row[1] for row in rows[1:]]
    ours = [name for name in names if name in ("kind", *map(plain, GIVEN), *WAVES)]
    if starts or ends or ours or len(cells) < 2:
        missing = "person" if not starts else "contact"
        shown = printable(", ".join(cells), 120)
        raise listed.fault(missing, f"no column of this name (or source and target, from and to); found {shown}", line)
    named = {cell for row in later for cell in row[:2]}
    if later and all(WHOLE.fullmatch(cell) for cell in named):
        if len(cells) == 2:
            listed.notes.append(
                f"columns {printable(cells[0], 40)} and {printable(cells[1], 40)} read as person and contact"
            )
            return ["person", "contact"]
    elif cells[0] in named or cells[1] in named:
        return None
    shown = printable(", ".join(cells), 120)
    raise listed.fault(
        "person", f"found {shown}; expected a header with person and contact (or source and target)", line
    )


def _places(header: list[str] | None, width: int, line: int | None, listed: Listed) -> dict[str, int]:
    """Return which column is what; the others are noted as unused."""
    if header is None:
        if width < 2:
            raise listed.fault("contact", "found one cell; expected two, a person and a contact", line)
        listed.unused += [f"number {place + 1}" for place in range(2, width)]
        return {"person": 0, "contact": 1}
    names = [plain(name) for name in header]
    for place, name in enumerate(names):
        if name and name in names[:place] and name in {*STARTS, *TARGETS, "kind", *map(plain, GIVEN), *WAVES}:
            raise listed.fault(printable(header[place], 40), "this column is twice in the header", line)
    together = [(start, end) for start, end in ENDS if start in names and end in names]
    start, end = together[0] if together else (_first(names, STARTS), _first(names, TARGETS))
    found = {"person": names.index(start), "contact": names.index(end)}
    for place, name in enumerate(names):
        ours = next((own for own in ("kind", *GIVEN) if plain(own) == name), "wave" if name in WAVES else "")
        ours = "time" if name in TIMES else ours
        if place in found.values():
            continue
        if name == "tiekind":
            ours = "kind"
        if not ours and name in ("type", "directed"):
            ours = "direction"
        if ours and ours not in found:
            found[ours] = place
            continue
        near = difflib.get_close_matches(name, list(map(plain, GIVEN)), n=1, cutoff=_PUT_UNLIKE)
        if near:
            own = next(own for own in GIVEN if plain(own) == near[0])
            raise listed.fault(printable(header[place], 40), f"unknown column; did you mean '{own}'?", line)
        if name:
            listed.unused.append(printable(header[place], 40))
    return found


def _first(names: list[str], known: frozenset[str]) -> str:
    return next(name for name in names if name in known)


def _direction_column(listed: Listed) -> None:
    """Read a column that says of each row whether it is directed, as Gephi writes it."""
    cells = listed.columns.pop("direction", None)
    if cells is None:
        return
    words = {"undirected": True, "directed": False, "mutual": True, "false": True, "true": False}
    if all(cell.lower() in words for cell in cells):
        listed.both_ways = [words[cell.lower()] for cell in cells]
    else:
        listed.unused.append("type")


# ---- matrices -------------------------------------------------------------------------------------------------------


def _matrix_names(rows: list[Row]) -> list[str] | None:
    """Return the names of the people of a square matrix, in order of its columns; None if it is none."""
    cells = [row[1] for row in rows]
    n = len(cells) - 1
    below = [row[0] for row in cells[1:]]
    cornered = all(len(row) == n + 1 for row in cells) and not NUMBER.fullmatch(cells[0][0])
    if n >= 2 and cornered and _same(cells[0][1:], below):
        return cells[0][1:]
    if n >= 2 and len(cells[0]) == n and all(len(row) == n + 1 for row in cells[1:]):
        return cells[0] if _same(cells[0], below) else None
    if n >= 3 and all(len(row) == n for row in cells) and _filled(cells[1:]):
        return cells[0] if not any(NUMBER.fullmatch(cell) for cell in cells[0]) else None
    size = n + 1
    if size >= 3 and all(len(row) == size for row in cells) and _filled(cells):
        alone = all(_tie(cells[at][at]) is False for at in range(size))
        binary = all(_tie(cell) is False or float(cell.replace(",", ".")) == 1 for row in cells for cell in row)
        # Four ties of four columns would hardly be symmetric, or of zeros and ones only.
        mirrored = all(cells[a][b] == cells[b][a] for a in range(size) for b in range(a))
        if (alone and binary) or (size > 3 and (alone or binary or mirrored)):
            return [str(at) for at in range(size)]
    return None


def _filled(rows: list[list[str]]) -> bool:
    return all(NUMBER.fullmatch(cell) or cell.lower() in NO_VALUE for row in rows for cell in row)


def _same(columns: list[str], rows: list[str]) -> bool:
    """Return whether two lists name the same people, each once."""
    return len(set(columns)) == len(columns) and sorted(columns) == sorted(rows)


def _tie(cell: str) -> bool | None:
    """Return whether a cell of a matrix is a tie; None for what is neither."""
    if cell.lower() in NO_VALUE:
        return False
    if not NUMBER.fullmatch(cell):
        return None
    value = float(cell.replace(",", "."))
    return None if value < 0 else value > 0


def _matrix(rows: list[Row], names: list[str], listed: Listed) -> Listed:
    """Read a square matrix: who stands at the left has who stands above as a contact."""
    headed = len(rows) > len(names)
    labelled = len(rows[-1][1]) > len(names)
    missing = 0
    for place, (line, cells) in enumerate(rows[1:] if headed else rows):
        person = cells[0] if labelled else names[place]
        for contact, cell in zip(names, cells[1:] if labelled else cells, strict=True):
            tie = _tie(cell)
            if tie is None:
                raise listed.fault(
                    printable(contact, 40), f"found '{printable(cell, 40)}'; expected 0 or 1, or a weight above 0", line
                )
            missing += cell.lower() in NO_VALUE and person != contact
            if tie:
                listed.add(person, contact, line)
    listed.nodes = list(names)
    if missing:
        listed.notes.append(f"{missing:,} cells without a value read as no tie")
    return listed
