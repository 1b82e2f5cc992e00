"""What analysis says when a question cannot be answered from the table it was given."""

from __future__ import annotations

from sim.errors import printable


class AnalysisError(ValueError):
    """The table cannot answer the question; the message says in plain words what to do.

    It is one line that a terminal can show, whatever the names in it are.
    """

    def __str__(self) -> str:
        message = super().__str__()
        return printable(message, len(message))
