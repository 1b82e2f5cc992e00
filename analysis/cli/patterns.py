"""`referralsim patterns`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.options import (
    json_option,
    keep_tables_option,
    out_option,
    quiet_option,
    replications_option,
    results_option,
    seed_option,
    workers_option,
)
from analysis.cli.progress import remark
from analysis.cli.shared import check_folder_of_run, check_writable, cores, one_line, telling_of_runs
from analysis.presentation.csv_text import csv_text
from sim.cli import set_option
from sim.terminal import say, say_json

if TYPE_CHECKING:
    from sim import Scenario

PATIENCE = 30.0  # seconds to wait while another command writes there


def _former(folder: Path) -> tuple[str, ...]:
    """Names of the files of this command that a version without a list of files wrote."""
    try:
        ours = (folder / "patterns.md").read_bytes().startswith(b"# Published patterns\n")
    except OSError:
        return ()
    return ("patterns.csv", "patterns.md") if ours else ()


@click.command()
@replications_option("Replications of each scenario, instead of its own number.")
@seed_option("Use this seed instead of each scenario's own.")
@workers_option
@click.option("--only", metavar="P1,P5", help="Measure these patterns only.")
@set_option
@results_option("Keep the tables here until all is measured, each scenario in a folder of its own.")
@out_option("Write patterns.csv and patterns.md to the folder 'patterns' in this one.")
@keep_tables_option
@json_option("Print the rows on standard output as a JSON list.")
@quiet_option
def patterns(
    only: str | None,
    workers: int | None,
    out: Path | None,
    keep_tables: bool,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Measure the published patterns P1 to P12, each as its publication measured it.

    The model is not tuned to them. Patterns that fail are shown, too, with notes on what was tried.
    """
    if out is not None:
        check_writable(out)
    with telling_of_runs("patterns", quiet=quiet) as runs:
        from analysis.claims import pattern_table
        from analysis.commands.runs import patterns as measure

        def begins(scenario: Scenario, folder: Path | None) -> None:
            runs.close()
            check_folder_of_run(scenario, folder, quiet=quiet)
            runs.begins(scenario, folder)

        table = measure(only, workers=workers or cores(), begins=begins, progress=runs, **asked)
        if not keep_tables:
            runs.drop_tables()
    if as_json:
        say_json(table.to_json(orient="records", indent=1, force_ascii=False))
    else:
        say(pattern_table.patterns_text(table))
    if out is None:
        return
    with one_line():
        from sim.own_files.own_files import own_files

        folder = out / "patterns"
        files = {"patterns.csv": csv_text(table), "patterns.md": pattern_table.patterns_markdown(table)}
        with own_files(folder, former=_former, wait=PATIENCE) as own:
            own.put_all({name: text.encode() for name, text in files.items()}, last="patterns.md")
    remark(f"Written: {folder / 'patterns.csv'} and patterns.md beside it", quiet=quiet)
