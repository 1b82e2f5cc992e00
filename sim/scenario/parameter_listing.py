"""The table of parameters as text for a terminal, as Markdown, and as rows for JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from pydantic import BaseModel

from sim.errors import ScenarioError, did_you_mean, printable
from sim.scenario.cast import CAST
from sim.scenario.parameter_spec import Parameter
from sim.scenario.parameters import Role
from sim.scenario.scenario import Scenario, parameters_table


def find_parameters(words: str = "") -> list[Parameter]:
    """Find the parameters with all the words in their path; if there are none, in their path or text.

    Parameters
    ----------
    words : str
        Parts of a dotted path such as ``screening`` or ``half_life``, or words of a meaning, unit or source; case does
        not matter. Empty for all parameters.

    Raises
    ------
    ScenarioError
        If there are none; names the nearest path, section or last name.
    """
    wanted, table = words.lower().split(), parameters_table()
    texts = ("path", "meaning", "unit", "source")
    for depth in (1, len(texts)):
        found = [
            row
            for row in table
            if all(any(word in getattr(row, text).lower() for text in texts[:depth]) for word in wanted)
        ]
        if found:
            return found
    near = did_you_mean(words.strip(), _names(table)) or f"; sections are {', '.join(_sections(table))}"
    raise ScenarioError(f"no parameter has '{printable(words)}' in its path or meaning{near}")


def _sections(table: Iterable[Parameter]) -> list[str]:
    return list(dict.fromkeys(row.path.split(".")[0] for row in table if "." in row.path))


def _names(table: Sequence[Parameter]) -> list[str]:
    parts = [part for row in table for part in row.path.split(".")]
    return list(dict.fromkeys([*parts, *(row.path for row in table)]))


def shown_range(row: Parameter) -> str:
    """Write the bounds in short form: ``0 to 1``, ``above 0, up to 36500``; empty if there are none."""
    low, high = row.minimum, row.maximum
    if low is None or high is None:
        return row.bounds
    first, last = (str(int(end)) if float(end).is_integer() else f"{end:g}" for end in (low, high))
    if not row.above_minimum and not row.below_maximum:
        return f"{first} to {last}"
    return f"{'above' if row.above_minimum else 'from'} {first}, {'below' if row.below_maximum else 'up to'} {last}"


def rows(table: Iterable[Parameter]) -> list[dict[str, object]]:
    """One dictionary a parameter, with the attributes of `Parameter` as keys."""
    return [asdict(row) for row in table]


def _groups(table: Sequence[Parameter]) -> Iterator[tuple[str, str, list[Parameter]]]:
    """Name, description and parameters of each section; parameters outside sections come first."""
    for section, members in groupby(table, lambda row: row.path.split(".")[0] if "." in row.path else ""):
        about = Scenario.model_fields[section].description if section else "How often, and from which seed."
        yield section, about or "", list(members)


def _meaning(row: Parameter) -> str:
    """The meaning, after the description of its group (a kind of tie, habits, a contact) if it is in one."""
    section, *kind = row.path.split(".")[:-1] or [""]
    if section == CAST:
        kind = kind[1:]  # the first is the name of the role
    if not kind:
        return row.meaning
    holder: type[BaseModel] = Role if section == CAST else type(getattr(Scenario(), section))
    return f"{(holder.model_fields[kind[0]].description or '').rstrip('.')}: {row.meaning[0].lower()}{row.meaning[1:]}"


def as_text(table: Sequence[Parameter], width: int = 100) -> str:
    """Two lines or more a parameter: path, default, unit and bounds; then meaning and source, folded at `width`."""
    lines: list[str] = []
    for section, about, members in _groups(table):
        lines += ["", f"{section or 'run'}: {about}"]
        longest = max(len(row.path) for row in members)
        for row in members:
            unit = "" if row.unit in ("text", "label", "switch") else f" {row.unit}"
            bounds = f"  ({shown_range(row)})" if shown_range(row) else ""
            lines.append(f"  {row.path:{longest}}  {row.written}{unit}{bounds}")
            text = f"{_meaning(row)} [{row.source}]"
            lines += textwrap.wrap(text, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines[1:]) + "\n"


def as_markdown(table: Sequence[Parameter], heading: str = "####") -> str:
    """A table for each section."""
    lines: list[str] = []
    for section, about, members in _groups(table):
        lines += ["", f"{heading} `{section}`: {about}" if section else f"{heading} The run: {about}", ""]
        lines += ["| parameter | default | unit | bounds | meaning | source |", "| --- | --- | --- | --- | --- | --- |"]
        for row in members:
            cells = (f"`{row.path}`", row.written, row.unit, shown_range(row), _meaning(row), row.source)
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines[1:]) + "\n"
