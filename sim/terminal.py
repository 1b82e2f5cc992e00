"""What commands print: whatever a user's file holds, and whatever the terminal can show.

A text of a user's may hold escapes that move the cursor, or begin a line with ``::error``, which a CI runs as a
command. A terminal with an old code page cannot show every character. Neither may stop a command, nor be passed on.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import click

from sim.errors import is_shown

# The nearest that an old code page has; whatever else it lacks becomes a question mark.
_NEAR = {
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("‘’‚′", "'"),
    **dict.fromkeys("“”„″", '"'),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u200a\u202f", " "),
    "…": "...",
    "×": "x",
    "·": ".",
    "•": "*",
    "±": "+/-",
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
}
# GitHub obeys lines that begin with '::', Azure and older runners '##vso[' and '##[' anywhere, TeamCity '##teamcity['.
_ANYWHERE = re.compile(r"#(?=#\w*\[)")
_COMMAND = re.compile(rf"^(\s*:)(?=:)|{_ANYWHERE.pattern}", re.MULTILINE)


def say(text: str, *, err: bool = False, nl: bool = True, commands: bool = False) -> None:
    """Print a text for people to read.

    Parameters
    ----------
    text : str
        One line or several.
    err : bool
        Print on standard error.
    nl : bool
        End it with a line break.
    commands : bool
        Whether its lines may be commands for a CI.
    """
    can_show = _can_show(err)
    text = "".join(c if c == "\n" else _near(c, can_show) for c in text)
    click.echo(text if commands else _COMMAND.sub(lambda found: f"{found[0]} ", text), err=err, nl=nl)


def _near(character: str, can_show: Callable[[str], bool]) -> str:
    if not is_shown(character):
        return _escape(character)
    if can_show(character):
        return character
    near = _NEAR.get(character, "?")
    return near if near.isascii() else "?"


def say_error(line: str) -> None:
    """Print what is wrong on standard error, in one line whatever was typed."""
    say(line.replace("\n", "\\n"), err=True)


def say_json(value: Any, indent: int = 1) -> None:
    """Print a value, or a text that is JSON already, on standard output: any program reads the same from it."""
    text = value if isinstance(value, str) else json.dumps(value, indent=indent, ensure_ascii=False)
    _say_data(text, lambda c: f"\\u{ord(c):04x}" if ord(c) < 128 else json.dumps(c)[1:-1])
    click.echo()


def say_yaml(text: str) -> None:
    """Print YAML whose texts stand in double quotes, so that any program reads the same from it."""
    _say_data(text, _escape)


def say_xml(text: str) -> None:
    """Print XML, so that any program reads the same from it."""
    _say_data(text, lambda character: f"&#{ord(character)};")
    click.echo()


def _say_data(text: str, escape: Callable[[str], str]) -> None:
    in_utf_8 = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8")
    text = _ANYWHERE.sub(lambda found: escape(found[0]), text)
    click.echo(
        "".join(c if c in "\n\t" or (is_shown(c) and (in_utf_8 or c.isascii())) else escape(c) for c in text), nl=False
    )


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as Python keeps it in names of files and in arguments
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def _can_show(err: bool) -> Callable[[str], bool]:
    encoding = getattr(sys.stderr if err else sys.stdout, "encoding", None) or "utf-8"

    def can_show(character: str) -> bool:
        try:
            character.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    return can_show


def show_what_can_be_shown() -> None:
    """Let what others print (help, bars, warnings) not end in an error where the terminal cannot show a character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if stream is sys.stdout else "backslashreplace")


def headed(name: str, title: str) -> str:
    """Write a name and the title that a user gave, in one line."""
    return f"{name}: {' '.join(title.split()) or 'no title'}"
