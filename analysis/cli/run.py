"""`referralsim run`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analysis.cli.options import run_options
from analysis.cli.progress import remark
from analysis.cli.shared import cores, folder_of_run, one_line, print_rates, telling_of_runs


@click.command()
@run_options
def run(
    scenario: str,
    overrides: dict[str, str],
    results: Path,
    workers: int | None,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Simulate SCENARIO (a name or a YAML file) and print its rates.

    Finished replications are kept: after a stop, the same command goes on from there.
    """
    loaded, folder = folder_of_run(scenario, overrides, results, quiet=quiet)
    with telling_of_runs("run", quiet=quiet) as runs:
        from sim import simulate

        runs.begins(loaded, folder)
        result = simulate(loaded, workers=workers or cores(), folder=folder, progress=runs, **asked)
    with one_line():
        from analysis.reporting.summary import summarise

        summary = summarise(result)
    print_rates(summary, as_json=as_json, quiet=quiet)
    remark(f"Tables: {result.folder}", quiet=quiet)
