"""`referralsim run`."""

from __future__ import annotations

from typing import Any

import click

from analysis.cli.options import run_options
from analysis.cli.progress import remark
from analysis.cli.shared import one_line, print_rates, simulate_scenario


@click.command()
@run_options
def run(as_json: bool, quiet: bool, **asked: Any) -> None:
    """Simulate SCENARIO (a name or a YAML file) and print its rates.

    Finished replications are kept: after a stop, the same command goes on from there.
    """
    result = simulate_scenario("run", quiet=quiet, **asked)
    with one_line():
        from analysis.reporting.summary import summarise

        summary = summarise(result)
    print_rates(summary, as_json=as_json, quiet=quiet)
    remark(f"Tables: {result.folder}", quiet=quiet)
