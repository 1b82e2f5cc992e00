"""The scenarios and sweeps that come with the program, and how a file is found by name."""

from __future__ import annotations

import os
from pathlib import Path

from sim.errors import Place, ScenarioError, did_you_mean, printable
from sim.file_kinds import what_it_is

SUFFIXES = (".yaml", ".yml")


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with the package, by name, in alphabetical order."""
    return _shipped(_room())


def shipped_sweeps() -> dict[str, Path]:
    """Return the sweeps that come with the package, by name, in alphabetical order."""
    return _shipped(_room() / "sweeps")


def _room() -> Path:
    package = Path(__file__).resolve().parents[1]
    # In a wheel they are inside the package, in a checkout beside it.
    inside = package / "_scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def _shipped(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def is_name(text: str) -> bool:
    """Return whether a text is the name of a shipped scenario and not a path."""
    return not ("/" in text or "\\" in text or os.sep in text or text.lower().endswith(SUFFIXES))


def find_shipped(name: str, place: Place, field: str | None = None) -> Path:
    """Return the path of a shipped scenario, or raise and name the nearest."""
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    near = did_you_mean(name, shipped) or f"; expected one of {', '.join(shipped)} or the path of a .yaml file"
    beside = next((name + suffix for suffix in SUFFIXES if file_exists(name + suffix)), None)
    if beside is not None and field is None:
        near = f"; to read the file here, write {printable(beside)}"
    near = other_file(name) or near
    message = f"no scenario is named '{printable(name)}'{near}"
    if field is None:
        raise ScenarioError(message)
    raise place.error(message, field)


def other_file(name: str) -> str:
    """Say what the file of this name is, if it is no text (a spreadsheet, a PDF): the end of a sentence, or nothing."""
    if not file_exists(name):
        return ""
    try:
        with Path(name).open("rb") as stream:
            kind, _ = what_it_is(stream.read(300))
    except OSError:  # it may not be read: then it has only its name
        return ""
    return f"; the file of this name {kind}; expected a YAML file" if kind else ""


def file_exists(path: str) -> bool:
    """Return whether there is a file at a path; False for a text that cannot be a path."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def shown_path(path: Path) -> str:
    """Write a path relative to the working directory if it lies under it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
