"""`referralsim results`."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.options import json_option
from analysis.cli.shared import one_line
from analysis.commands.arguments import RESULTS
from sim.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

BUSY = 1


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=RESULTS)
@click.option("--clear", is_flag=True, help="Remove what the program wrote there; files of others stay.")
@json_option("Print a JSON list with an object for each folder.")
def results(folder: Path, clear: bool, as_json: bool) -> None:
    """Show what is kept in FOLDER (by default results) and how large it is; with --clear, remove it.

    Exit code 0: done; 1: something could not be removed, since another command is writing there; 2: no such folder.
    """
    with one_line():
        from analysis.commands.kept import results as kept

        rows: list[dict[str, Any]] = json.loads(kept(folder, clear=clear).to_json(orient="records"))
    if as_json:
        say_json(rows)
    else:
        say(_text(rows, folder, clear=clear))
    if clear and not all(row["cleared"] for row in rows):
        raise click.exceptions.Exit(BUSY)


def _text(rows: Sequence[dict[str, Any]], folder: Path, *, clear: bool) -> str:
    from analysis.presentation.wording import byte_size, duration

    if not rows:
        return f"{folder}: nothing of the program's is kept here."
    lines = [["folder", "what", "files", "size", "last written", "files of others"]]
    for row in rows:
        ago = f"{duration(max(time.time() - row['written'], 0))} ago"
        others = str(row["others"] or "-")
        lines.append([row["folder"], row["what"], str(row["files"]), byte_size(row["bytes"]), ago, others])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    table = [
        "  ".join(cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(line, widths, strict=True)) for line in lines)
    ]
    total = byte_size(sum(row["bytes"] for row in rows))
    if not clear:
        same = "" if folder == RESULTS else f"{shlex.quote(str(folder))} "
        return "\n".join(
            [*table, f"{total} in all. To remove what the program wrote: referralsim results {same}--clear"]
        )
    gone = byte_size(sum(row["bytes"] for row in rows if row["cleared"]))
    busy = [f"{row['folder']}: another command is writing there; left as it is." for row in rows if not row["cleared"]]
    left = [f"{row['folder']}: {_others(row['others'])}" for row in rows if row["others"]]
    return "\n".join([*table, *busy, *left, f"Removed {gone}."])


def _others(count: int) -> str:
    return (
        "1 file that is not the program's stays." if count == 1 else f"{count} files that are not the program's stay."
    )
