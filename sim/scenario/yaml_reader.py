"""Parses the text of a scenario file into a tree with the line and column of every key and value.

The tree is made from the events of ruamel.yaml, not from its nodes: so an alias keeps its own position and its
expansion can be counted, explicit tags are visible, and depth needs no recursion. Plain values are read by the YAML 1.2
core schema: ``no`` is a text, ``010`` is ten, ``12:30`` is a text, ``1e3`` is a thousand.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sim.errors import Place, ScenarioError, found, printable
from sim.file_kinds import what_it_is
from sim.scenario.units import NUMBER
from sim.scenario.yaml_words import what_is_wrong

MAX_BYTES = 1_000_000

MAX_DEPTH = 20

MAX_VALUES = 20_000


# What YAML 1.2 allows in a stream, as code points (the parser itself takes off a byte order mark at the start).
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_NULL = re.compile("~|null|Null|NULL|")

_TRUE = ("true", "True", "TRUE")

_FALSE = ("false", "False", "FALSE")

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")

_FLOAT = re.compile(NUMBER.replace("{1,3}", "+"))

_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


Scalar = None | bool | int | float | str


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file: a scalar, a list of nodes, or a mapping from key to its place and node."""

    content: Scalar | list[Node] | dict[str, tuple[Place, Node]]
    place: Place
    text: str = ""
    size: int = 1

    @property
    def found(self) -> str:
        """The value as error messages name it."""
        if isinstance(self.content, dict):
            return "a group of parameters"
        if isinstance(self.content, list):
            return "a list"
        return found(self.content, self.text)


def resolve(text: str) -> Scalar:
    """Read a plain (unquoted) scalar by the YAML 1.2 core schema."""
    if _NULL.fullmatch(text):
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    # Longer integers are read as floats, which have no limit on digits and take no time.
    if _INTEGER.fullmatch(text) and len(text) <= 40:
        return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def read_text(path: Path, name: str, fail: Callable[[str], ScenarioError]) -> str:
    """Read a scenario file as text.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str
        Its name in messages about its content.
    fail : callable
        Makes the error for a file that cannot be read, from the end of a sentence about it, so that the error can
        point at the ``extends`` that names the file.

    Raises
    ------
    ScenarioError
        If the file is missing, not a regular file, unreadable, over ``MAX_BYTES`` (checked before reading), or not
        UTF-8 text.
    """
    limit = f"it may have at most {MAX_BYTES / 1e6:g} MB"
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            raise fail("is a directory; expected a YAML file")
        if not stat.S_ISREG(kind.st_mode):
            # A pipe would wait for ever and a device need not end.
            raise fail("is not a regular file; expected a YAML file")
        if kind.st_size > MAX_BYTES:
            raise fail(f"has {kind.st_size / 1e6:.1f} MB; {limit}")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except ScenarioError:
        raise
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise fail("does not exist") from None
    except OSError as error:
        raise fail(f"cannot be read: {_reason(error)}") from None
    if len(data) > MAX_BYTES:
        raise fail(f"has more than {MAX_BYTES / 1e6:g} MB; {limit}")
    return _decode(data, name)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "unknown reason"


def _decode(data: bytes, name: str) -> str:
    kind, _ = what_it_is(data)
    if kind:
        raise ScenarioError(f"{kind}; expected a YAML file", file=name)
    if b"\0" in data:
        position = data.index(b"\0")
        before = data[:position]
        raise ScenarioError(
            "NUL byte found; expected plain UTF-8 text"
            + (" (is it UTF-16?)" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""),
            file=name,
            line=before.count(b"\n") + 1,
            column=position - before.rfind(b"\n"),
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise ScenarioError(
            f"byte 0x{data[error.start]:02x} is not UTF-8 text; save the file as UTF-8",
            file=name,
            line=before.count(b"\n") + 1,
            column=error.start - before.rfind(b"\n"),
        ) from None
    strange = _UNREADABLE.search(text)
    if strange:
        before_text = text[: strange.start()]
        raise ScenarioError(
            f"control character U+{ord(strange[0]):04X} found; expected plain text",
            file=name,
            line=before_text.count("\n") + 1,
            column=strange.start() - before_text.rfind("\n"),
        )
    return text


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being read."""

    place: Place
    anchor: str | None
    mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, tuple[Place, Node]] = field(default_factory=dict)
    key: tuple[str, Place] | None = None
    size: int = 1

    def node(self) -> Node:
        return Node(self.entries if self.mapping else self.items, self.place, size=self.size)


def parse(text: str, name: str, expected: str = "parameters such as 'population: {people: 4000}'") -> Node:
    """Parse one YAML document.

    Parameters
    ----------
    text : str
        The document.
    name : str
        Name of the file in messages.
    expected : str
        What such a file holds, as the end of a sentence.

    Returns
    -------
    Node
        The top-level mapping.

    Raises
    ------
    ScenarioError
        If the text is not one YAML document with a mapping at the top, or uses merge keys, tags or too many values.
    """
    tree = _Tree(name)
    try:
        for event in _events(text):
            tree.take(event)
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ScenarioError(
            f"not YAML: {what_is_wrong(error.problem or error.context or 'cannot be read')}",
            file=name,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from None
    except Exception as error:
        # The parser's own helpers may raise anything on a damaged file, such as OverflowError for "\UFFFFFFFF".
        place = tree.last
        reason = "an escape ('\\x..', '\\u....', '\\U........') names no character"
        if not isinstance(error, OverflowError | ValueError):
            reason = printable(str(error) or type(error).__name__, 100)
        raise place.error(f"not YAML: {reason}") from None
    if tree.root is None or tree.root.content is None:
        raise ScenarioError(f"is empty; expected {expected}", file=name)
    if not isinstance(tree.root.content, dict):
        raise tree.root.place.error(f"found {tree.root.found} at the top; expected {expected}")
    return tree.root


def _events(text: str) -> Iterator[Event]:
    yield from YAML(typ="safe", pure=True).parse(text)


class _Tree:
    """Builds the tree from events, with a stack instead of recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node | None = None
        self.documents = 0
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.last = Place(name, 1, 1)

    def take(self, event: Event) -> None:
        """Add one event to the tree."""
        mark = event.start_mark
        place = self.last = Place(self.name, mark.line + 1, mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            self._document(event, place)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open(event, place)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            closed = self.stack.pop()
            node = closed.node()
            if closed.anchor is not None:
                self.anchors[closed.anchor] = node
            self._add(node)
        elif isinstance(event, AliasEvent):
            self._add(self._alias(event.anchor, place))
        elif isinstance(event, ScalarEvent):
            self._scalar(event, place)

    def _document(self, event: Any, place: Place) -> None:
        self.documents += 1
        if self.documents > 1:
            raise place.error("a second document begins here ('---'); expected one document")
        if event.version is not None and tuple(event.version) != (1, 2):
            raise place.error(f"asks for YAML {'.'.join(map(str, event.version))}; scenarios are YAML 1.2")

    def _open(self, event: Any, place: Place) -> None:
        self._plain(event, place)
        if len(self.stack) >= MAX_DEPTH:
            raise place.error(f"nested more than {MAX_DEPTH} levels deep")
        mapping = isinstance(event, MappingStartEvent)
        if self._wants_key:
            raise self._not_a_key(place)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(place, event.anchor, mapping))

    def _scalar(self, event: Any, place: Place) -> None:
        self._plain(event, place)
        text: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise place.error("half of a surrogate pair in a text; write the character itself")
        plain = event.style is None or event.style == ""
        if self._wants_key:
            self._key(text, plain, place)
            return
        node = Node(resolve(text) if plain else text, place, text)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        self._add(node)

    def _key(self, text: str, plain: bool, place: Place) -> None:
        """Take a scalar as the next key of the open mapping."""
        top = self.stack[-1]
        if plain and text == "<<":
            raise place.error("merge keys ('<<') are not read; use 'extends', or repeat the values", self._path())
        if text in top.entries:
            raise place.error(f"given twice, first on line {top.entries[text][0].line}", self._path(text))
        top.key = (text, place)

    def _alias(self, anchor: str, place: Place) -> Node:
        if anchor not in self.anchors:
            raise place.error(f"'*{printable(anchor)}' refers to an anchor that does not exist", self._path())
        target = self.anchors[anchor]
        if target is None:
            raise place.error(f"'*{printable(anchor)}' refers to what contains it", self._path())
        if self._wants_key:
            raise self._not_a_key(place)
        return replace(target, place=place)

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += node.size
        if top.size > MAX_VALUES:
            raise self.last.error(f"holds more than {MAX_VALUES} values once its aliases are written out")
        if not top.mapping:
            top.items.append(node)
        elif top.key is not None:
            key, place = top.key
            top.entries[key] = (place, node)
            top.key = None

    def _plain(self, event: Any, place: Place) -> None:
        if event.tag is not None:
            short = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            raise place.error(f"tag '{printable(short)}' found; tags are not read, write the value alone", self._path())

    @property
    def _wants_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].mapping and self.stack[-1].key is None

    def _not_a_key(self, place: Place) -> ScenarioError:
        return place.error("a list, group or alias stands as a key; expected the name of a parameter", self._path())

    def _path(self, last: str | None = None) -> str | None:
        """Dotted path of what is being read."""
        path = ""
        for level in self.stack:
            if not level.mapping:
                path += f"[{len(level.items)}]"
            elif level.key is not None:
                path += ("." if path else "") + level.key[0]
        if last is not None:
            path += ("." if path else "") + last
        return printable(path, 200) or None
