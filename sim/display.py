"""How results print: one line at a prompt, a small table in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

LONGEST = 160
_MOST_ROWS = 12


class Shown:
    """A result that prints as one line; its contents are in its attributes.

    A dataclass that inherits from this sets ``repr=False``, or its own repr would print everything.
    """

    __slots__ = ()

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return its name in a few words, and the facts that a reader wants first."""
        raise NotImplementedError

    def __repr__(self) -> str:
        name, facts = self.shown()
        title = f"{type(self).__name__} {name}".rstrip()
        line = f"<{title}: {', '.join(f'{key} {_short(value)}' for key, value in facts.items())}>"
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 2]}…>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        name, facts = self.shown()
        left = "style='text-align:left'"
        rows = "".join(
            f"<tr><th {left}>{escape(key)}</th><td {left}>{escape(_short(value))}</td></tr>"
            for key, value in list(facts.items())[:_MOST_ROWS]
        )
        return f"<table><caption><b>{type(self).__name__}</b> {escape(name)}</caption>{rows}</table>"


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
