"""The error raised for mistakes in scenario and sweep files, and helpers that word its message."""

from __future__ import annotations

import difflib
import errno
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


class ScenarioError(ValueError):
    """A scenario cannot be used; one line says where, what was found and what is expected.

    Parameters
    ----------
    message : str
        What is wrong, without the place.
    file : str, optional
        Path of the file as the user wrote it; None for an override and for a scenario name that does not exist.
    line, column : int, optional
        Position in the file, counted from 1.
    field : str, optional
        Dotted path of the parameter, such as ``population.people``.
    override : bool
        Whether the value came from ``overrides=`` (on the command line ``--set``) and not from a file.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        field: str | None = None,
        override: bool = False,
    ) -> None:
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.override = override
        super().__init__(message)

    def __str__(self) -> str:
        return self._placed(f"overrides={{'{self.field}': ...}}: " if self.field else "overrides: ")

    def as_typed(self) -> str:
        """Say the same to whoever typed a command: what came from ``overrides=`` came from ``--set`` there."""
        return self._placed(f"--set {self.field}: " if self.field else "--set: ")

    def _placed(self, override: str) -> str:
        where = ""
        if self.override:
            where = override
        else:
            if self.file is not None:
                where = printable(self.file, 4096) + (f":{self.line}: " if self.line is not None else ": ")
            if self.field:
                where += f"{self.field}: "
        return where + self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with keyword-only arguments do not by themselves survive the way back from a worker.
        return _rebuild, (self.message, self.file, self.line, self.column, self.field, self.override)


def _rebuild(
    message: str, file: str | None, line: int | None, column: int | None, field: str | None, override: bool
) -> ScenarioError:
    return ScenarioError(message, file=file, line=line, column=column, field=field, override=override)


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, or (without a file) an override."""

    file: str | None = None
    line: int | None = None
    column: int | None = None

    def error(self, message: str, field: str | None = None) -> ScenarioError:
        """Make an error about this place."""
        return ScenarioError(
            message,
            file=self.file,
            line=self.line,
            column=self.column,
            field=field,
            override=self.file is None,
        )


def is_shown(character: str) -> bool:
    """Tell whether a character may go to a terminal as it is: letters, signs and spaces, but no controls."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def disk_is_full(problem: OSError) -> bool:
    """Tell whether a file could not be written since the disk, a quota or the size of a file allows no more."""
    return problem.errno in _FULL


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written: a byte of a command that is no UTF-8 becomes half of a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def printable(text: str, limit: int = 60) -> str:
    """Shorten text from a file or a command and escape what would break the line or the terminal."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(
        c if c.isprintable() else f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else _escaped(c)
        for c in short
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the nearest known name, or nothing when none is near."""
    # Two long strings can keep difflib busy for seconds; nobody misspells a name into one this long.
    if len(name) > 100:
        return ""
    spelled = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower().replace("-", "_"), spelled, n=1, cutoff=0.6)
    return f"; did you mean '{spelled[near[0]]}'?" if near else ""


def guard(action: Callable[[], Any], place: Place, field: str) -> Any:
    """Call an action; a ``ValueError`` becomes a `ScenarioError` at this place."""
    try:
        return action()
    except ValueError as error:
        raise place.error(str(error), field) from None


def found(value: object, text: str | None = None) -> str:
    """Show a scalar in a message the way it was written."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{printable(value)}'"
    if isinstance(value, int) and value.bit_length() > 1000:
        return "a number of hundreds of digits"  # Python refuses to write out the longest ones
    return printable(text or (str(value).lower() if isinstance(value, bool) else str(value)))
