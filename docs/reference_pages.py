"""Make the reference pages that are read off the code: rooms and arrows, the public functions, the commands."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import click

from analysis.cli.command_list import COMMANDS
from analysis.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("sim", "analysis")
NUMPYDOC = re.compile(r"^(\w[\w ]*)\n-+\n", re.MULTILINE)


# ---- rooms and arrows --------------------------------------------------------------------------------------------


def rooms() -> list[str]:
    """Give the folders of both packages, as ``sim/scenario``, in the order of their names."""
    return [
        f"{package}/{init.parent.name}"
        for package in PACKAGES
        for init in sorted((ROOT / package).glob("*/__init__.py"))
    ]


def room_of(module: str) -> str:
    """Give the room in which a module lies: ``sim.scenario.units`` gives ``sim/scenario``, ``sim.errors`` ``sim``."""
    parts = module.split(".")
    return (
        "/".join(parts[:2])
        if (ROOT / parts[0] / (parts[1] if len(parts) > 1 else "") / "__init__.py").exists()
        else parts[0]
    )


def modules_named(tree: ast.AST) -> Iterator[str]:
    """Give every module of ours that is imported anywhere, also inside functions and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from sim import arrays` names a module, `from sim.arrays import least` what is in one.
            yield from (f"{node.module}.{name.name}" for name in node.names)


def arrows() -> dict[str, set[str]]:
    """Give for each room the rooms that its files import from; files outside rooms count as their package."""
    found: dict[str, set[str]] = {room: set() for room in rooms()}
    for room in found:
        for file in (ROOT / room).rglob("*.py"):
            for name in modules_named(ast.parse(file.read_text(encoding="utf-8"))):
                if name.split(".")[0] in PACKAGES:
                    found[room].add(room_of(name))
        found[room] -= {room, *PACKAGES}
    return found


def reaches(start: str, end: str, graph: Mapping[str, set[str]]) -> bool:
    """Whether arrows lead from one room to the other."""
    seen, waiting = set[str](), [start]
    while waiting:
        room = waiting.pop()
        if room == end:
            return True
        if room not in seen:
            seen.add(room)
            waiting.extend(graph[room])
    return False


def fewest(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Leave out every arrow that follows from others, so that the picture can be read."""
    return {
        room: {other for other in known if not any(reaches(third, other, graph) for third in known - {other})}
        for room, known in graph.items()
    }


def picture() -> str:
    """Draw rooms and arrows as a Mermaid graph; an arrow says who imports from whom."""
    lines = ["```mermaid", "graph TD"]
    for package in PACKAGES:
        lines += [f"  subgraph {package}"]
        lines += [
            f"    {room.replace('/', '_')}[{room.split('/')[1]}]" for room in rooms() if room.startswith(f"{package}/")
        ]
        lines += ["  end"]
    for room, known in fewest(arrows()).items():
        lines += [f"  {room.replace('/', '_')} --> {other.replace('/', '_')}" for other in sorted(known)]
    return "\n".join([*lines, "```"])


def rooms_table() -> str:
    """List the rooms with the first line of their docstrings, and whom they import from."""
    graph = arrows()
    lines = ["| room | what it is | imports from |", "| --- | --- | --- |"]
    for room in rooms():
        summary = (importlib.import_module(room.replace("/", ".")).__doc__ or "").strip().splitlines()[0]
        known = ", ".join(f"`{other}`" for other in sorted(graph[room]))
        lines.append(f"| `{room}/` | {summary} | {known} |")
    return "\n".join(lines)


# ---- public functions --------------------------------------------------------------------------------------------


def public(package: str) -> str:
    """List what ``import sim`` or ``import analysis`` offers: signature and docstring of each name."""
    face = importlib.import_module(package)
    return "\n\n".join(entry(face, name) for name in face.__all__)


def entry(face: ModuleType, name: str) -> str:
    """Write the entry of one public name."""
    value, called = getattr(face, name), f"{face.__name__}.{name}"
    if not callable(value):
        return f"### {called}\n\n`{value!r}`" if name != "__version__" else f"### {called}\n\nThe version installed."
    if inspect.isclass(value) and issubclass(value, Exception):
        return f"### {called}\n\nAn error. {shown_docstring(inspect.getdoc(value) or '')}"
    signature = re.sub(r"'([^']*)'", r"\1", str(inspect.signature(value))) if not inspect.isclass(value) else ""
    return (
        f"### {called}\n\n"
        + (f"```text\n{name}{signature}\n```\n\n" if signature else "")
        + shown_docstring(inspect.getdoc(value) or "")
    )


def shown_docstring(text: str) -> str:
    """Write a numpydoc docstring as Markdown: sections become bold words, their entries a list."""
    text = re.sub(r":\w+:`~?\.?([^`]+)`", r"`\1`", text).replace("``", "`")
    head, *rest = NUMPYDOC.split(text)
    parts = [head.strip()]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        parts += [f"**{title}**", body_of(title, body.rstrip())]
    return "\n\n".join(parts)


def body_of(title: str, body: str) -> str:
    """Write what stands in one section of a docstring."""
    if title == "Examples":
        return f"```text\n{body}\n```"
    if title == "Notes":
        return body
    lines: list[str] = []
    for line in body.splitlines():
        if line and not line.startswith(" "):
            lines.append(f"- `{line}`")
        elif line:
            lines.append(f"  {line.strip()}")
    return "\n".join(lines)


# ---- commands ----------------------------------------------------------------------------------------------------


def commands() -> str:
    """List every command with its help and options."""
    return "\n\n".join(command(name) for name in COMMANDS)


def in_python(function: str) -> str:
    """Link the public function that does what a command does."""
    called = next(f"{face}.{function}" for face in PACKAGES if function in importlib.import_module(face).__all__)
    return f"[`{called}`](api.md#{called.replace('.', '').lower()})"


def command(name: str) -> str:
    """Write the entry of one command."""
    found = cli.get_command(click.Context(cli), name)
    if found is None:
        raise KeyError(name)
    page = os.path.relpath(COMMANDS[name].page, "docs")
    context = click.Context(found, info_name=f"referralsim {name}")
    lines = [
        f"## {name}",
        "",
        f"`{' '.join(found.get_usage(context).split()[1:])}`",
        "",
        inspect.cleandoc(found.help or ""),
        "",
        f"In Python: {in_python(COMMANDS[name].function)}. More: [{page}]({page}).",
    ]
    rows = [option.get_help_record(context) for option in found.params if isinstance(option, click.Option)]
    shown = [f"| `{flag}` | {text} |" for flag, text in filter(None, rows)]
    return "\n".join([*lines, "", "| option | meaning |", "| --- | --- |", *shown] if shown else lines)
