"""Ties as a file or an object lists them, before anybody has a number: names of people, columns of texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sim.errors import ScenarioError

Fault = Callable[[str, str, int | None], ScenarioError]
"""Makes an error from a column, a message and a line."""

# What the two ends are called by people and programs; letters and digits only, in lower case.
ENDS = (
    ("person", "contact"), ("source", "target"), ("from", "to"), ("src", "dst"), ("ego", "alter"),
    ("fromnodeid", "tonodeid"), ("fromnode", "tonode"), ("fromid", "toid"), ("node1", "node2"), ("nodea", "nodeb"),
    ("nodeid1", "nodeid2"), ("id1", "id2"), ("v1", "v2"), ("vertex1", "vertex2"), ("person1", "person2"),
    ("personid", "contactid"), ("actor1", "actor2"), ("user1", "user2"), ("sourceid", "targetid"),
    ("sender", "receiver"), ("sender", "recipient"), ("tail", "head"), ("i", "j"), ("u", "v"),
    ("egoid", "alterid"), ("follower", "followee"), ("nominator", "nominee"), ("respondent", "nominee"),
    ("respondent", "nominated"), ("respondent", "alter"), ("citing", "cited"), ("user", "friend"),
    ("userid", "friendid"), ("startid", "endid"), ("source", "destination"), ("src", "dest"),
    ("persona", "personb"), ("name1", "name2"), ("sourcename", "targetname"), ("sourcelabel", "targetlabel"),
    ("sourcenode", "targetnode"), ("sourcenodeid", "targetnodeid"), ("fromname", "toname"), ("fromuser", "touser"),
    ("nodefrom", "nodeto"), ("idfrom", "idto"), ("vertexa", "vertexb"), ("n1", "n2"), ("p1", "p2"),
    ("caller", "callee"), ("employee1", "employee2"), ("ego", "friend"), ("respondent", "friend"),
    ("member1", "member2"),
)  # fmt: skip
STARTS = frozenset(start for start, _ in ENDS)
TARGETS = frozenset(end for _, end in ENDS)
TIMES = ("time", "t", "date", "timestamp", "datetime")
"""Columns that may tell the waves of a panel, or when something passed between two people."""
WAVES = ("wave", "waves", "panel", "period", "round", "snapshot", "timepoint", "waveid", "year")
GIVEN = ("strength", "familiarity", "goodwill", "days_since_touch")
"""Columns with values of a tie."""


def plain(name: str) -> str:
    """Reduce the name of a column to letters and digits in lower case."""
    return re.sub(r"[\W_]+", "", name.lower())


@dataclass
class Listed:
    """Ties by the names of their ends.

    Attributes
    ----------
    ends : list of (str, str)
        The names of person and contact of each row.
    lines : list of int or None
        The line of each row; None where there are no lines.
    both_ways : list of bool
        Whether the source says that the row holds in both directions.
    columns : dict of list of str
        Further columns by the names in `GIVEN`, `kind` and `wave`; an empty text is a missing value.
    nodes : list of str or None
        The people in their order, where the source lists them apart from ties.
    labels : dict of str
        What nodes are called, where that is not their name in the list of ties.
    unused : list of str
        Names of columns that are not read.
    notes : list of str
        Further remarks about the reading.
    declared : dict of int
        How many ``people`` and ``ties`` the file itself says that it has.
    fault : Fault
        Makes an error at a place in the source.
    decimal_comma : bool
        Whether a comma in a number is a decimal comma.
    """

    fault: Fault
    ends: list[tuple[str, str]] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)
    both_ways: list[bool] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    nodes: list[str] | None = None
    labels: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    declared: dict[str, int] = field(default_factory=dict)
    decimal_comma: bool = False

    def add(self, person: str, contact: str, line: int | None, *, both_ways: bool = False) -> None:
        """Add a tie."""
        self.ends.append((person, contact))
        self.lines.append(line)
        self.both_ways.append(both_ways)

    def keep(self, rows: list[int]) -> None:
        """Keep some rows only."""
        self.ends = [self.ends[row] for row in rows]
        self.lines = [self.lines[row] for row in rows]
        self.both_ways = [self.both_ways[row] for row in rows]
        self.columns = {name: [cells[row] for row in rows] for name, cells in self.columns.items()}
