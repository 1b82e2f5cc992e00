"""`referralsim report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analysis.cli.options import keep_tables_option, out_option, run_options
from analysis.cli.shared import check_writable, cores, folder_of_run, print_rates, telling_of_runs
from sim.terminal import say


@click.command()
@run_options
@out_option("Write the report here, in a folder named as the one under --results.", default=Path("reports"))
@keep_tables_option
def report(
    scenario: str,
    overrides: dict[str, str],
    results: Path,
    workers: int | None,
    out: Path,
    keep_tables: bool,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Simulate SCENARIO (a name or a YAML file) and write a page with charts and numbers.

    Finished replications are kept until the page is written: after a stop, the same command goes on from there.
    """
    check_writable(out)
    loaded, folder = folder_of_run(scenario, overrides, results, quiet=quiet)
    with telling_of_runs("report", quiet=quiet, publishes=True) as runs:
        from analysis.commands.runs import report as write_report

        runs.begins(loaded, folder)
        published = write_report(
            scenario,
            out / folder.name,
            overrides=overrides,
            workers=workers or cores(),
            results=folder,
            progress=runs,
            told=runs.told,
            **asked,
        )
        if not keep_tables:
            runs.drop_tables()
    print_rates(published.summary, as_json=as_json, quiet=quiet)
    say(
        f"\n{published.sentence}\n"
        f"Report: {published.folder / 'report.html'} and {len(published.files) - 1} files beside it",
        err=as_json,
    )
