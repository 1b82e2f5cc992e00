"""YAML as people and programs write it: one tree in many forms, with comments, anchors and all kinds of quotes.

A tree is a mapping, a list, a `Text` (the writer chooses its quotes), or a text that is written as it stands.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias


class Text(str):
    """A text whose quotes the writer chooses."""

    __slots__ = ()


Tree: TypeAlias = Mapping[str, "Tree"] | Sequence["Tree"] | Text | str

# Texts that need no quotes anywhere: no sign that YAML knows, and no number, switch or null.
_PLAIN = re.compile(r"[A-Za-zÀ-ž][A-Za-zÀ-ž0-9_./;()-]*(?: [A-Za-zÀ-ž0-9][A-Za-zÀ-ž0-9_./;()-]*)*")
_NOT_PLAIN = ("null", "true", "false", "y", "n", "yes", "no", "on", "off")


class Writer:
    """Writes trees, with the luck of a seed."""

    def __init__(self, luck: random.Random) -> None:
        self.luck = luck
        self.anchors: dict[str, str] = {}
        self.step = luck.choice([2, 2, 4, 1, 3])
        self.flow_share = luck.choice([0.0, 0.3, 0.6, 1.0])
        self.alias_share = luck.choice([0.0, 0.0, 0.3])
        self.comment_share = luck.choice([0.0, 0.1, 0.4])

    def file(self, tree: Mapping[str, Tree]) -> bytes:
        """Return a file with this tree: line ends, byte order mark and markers of the document as luck has it."""
        luck = self.luck
        body = [self._flow(tree)] if luck.random() < 0.1 else self._mapping(tree, 0)
        start = luck.choice([[], [], [], [], ["---"], ["# made up", ""], ["%YAML 1.2", "---"], ["--- # begins"]])
        text = "\n".join([*start, *body, *luck.choice([[], [], [], ["..."]])]) + luck.choice(["\n", "\n", "", "\n\n"])
        text = text.replace("\n", luck.choice(["\n", "\n", "\n", "\r\n", "\r\n", "\r"]))
        return text.encode(luck.choice(["utf-8", "utf-8", "utf-8-sig"]))

    def _mapping(self, tree: Mapping[str, Tree], indent: int) -> list[str]:
        lines: list[str] = []
        for key, value in tree.items():
            lines += self._remarks(indent)
            name = self._key(key)
            head = f"{' ' * indent}? {name}\n{' ' * indent}:" if self.luck.random() < 0.02 else f"{' ' * indent}{name}:"
            lines += self._entry(head, value, indent)
        return lines

    def _entry(self, head: str, value: Tree, indent: int) -> list[str]:
        """Write what stands after ``key:`` or ``-``."""
        deeper = indent + self.step
        mark = self._mark(value)
        if mark.startswith("*"):
            return [f"{head} {mark}{self._remark()}"]
        head = f"{head} {mark}" if mark else head
        if isinstance(value, Text) and self.luck.random() < 0.3 and _foldable(value):
            return [f"{head} {self.luck.choice(['>-', '|-'])}", f"{' ' * deeper}{value}"]
        if isinstance(value, str) or not value or self.luck.random() < self.flow_share:
            return [f"{head} {self._flow(value)}{self._remark()}"]
        if isinstance(value, Mapping):
            return [f"{head}{self._remark()}", *self._mapping(value, deeper)]
        lines = [f"{head}{self._remark()}"]
        at = indent if self.luck.random() < 0.3 and not head.lstrip().startswith("-") else deeper
        for item in value:
            lines += self._remarks(at)
            lines += self._entry(f"{' ' * at}-", item, at)
        return lines

    def _flow(self, value: Tree) -> str:
        if isinstance(value, str):
            return self._scalar(value)
        luck = self.luck
        comma = luck.choice([", ", ", ", ",", " , "])
        last = "," if value and luck.random() < 0.1 else ""
        space = luck.choice(["", " "])
        if isinstance(value, Mapping):
            parts = [f"{self._key(key)}: {self._marked(part)}" for key, part in value.items()]
            return "{" + space + comma.join(parts) + last + space + "}"
        return "[" + space + comma.join(self._marked(part) for part in value) + last + space + "]"

    def _marked(self, value: Tree) -> str:
        mark = self._mark(value)
        if mark.startswith("*"):
            return mark
        return f"{mark} {self._flow(value)}" if mark else self._flow(value)

    def _mark(self, value: Tree) -> str:
        """Return an anchor for a value, an alias of an equal one before it, or nothing."""
        if self.luck.random() >= self.alias_share:
            return ""
        known = json.dumps([type(value).__name__, value])
        if known in self.anchors:
            return f"*{self.anchors[known]} "
        name = f"{self.luck.choice(['a', 'the_same-', 'B'])}{len(self.anchors)}"
        # Within the value itself its name means nothing yet, but no equal value is in there.
        self.anchors[known] = name
        return f"&{name}"

    def _key(self, key: str) -> str:
        return self.luck.choice([key, key, key, key, key, f'"{key}"', f"'{key}'"])

    def _scalar(self, value: str) -> str:
        if not isinstance(value, Text):
            return str(value)
        luck = self.luck
        forms = [_double(luck, value)]
        if "\n" not in value and "\t" not in value:
            forms.append("'" + value.replace("'", "''") + "'")
            if _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN:
                forms += [str(value)] * 2
        return luck.choice(forms)

    def _remark(self) -> str:
        if self.luck.random() >= self.comment_share:
            return self.luck.choice(["", "", "", "  "])
        return self.luck.choice(["  # why: it is so", " # é", "  #"])

    def _remarks(self, indent: int) -> list[str]:
        if self.luck.random() >= self.comment_share:
            return []
        return [self.luck.choice(["", " " * indent + "# - {a: comment}", "# at the margin", ""])]


def _foldable(value: str) -> bool:
    """Whether a text can stand in one line of a block of text."""
    return bool(value) and value == value.strip() and "\n" not in value and "\t" not in value


def _double(luck: random.Random, value: str) -> str:
    """Write a text in double quotes, letters outside ASCII as they are or as escapes."""
    if luck.random() < 0.5:
        return json.dumps(value, ensure_ascii=False)
    escaped = [c if c.isascii() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}" for c in value]
    return "".join(
        ['"', *(json.dumps(c)[1:-1] if c.isascii() else e for c, e in zip(value, escaped, strict=True)), '"']
    )
