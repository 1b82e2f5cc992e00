"""`referralsim report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analysis.cli.options import out_option, run_options
from analysis.cli.progress import remark
from analysis.cli.shared import check_writable, folder_name, one_line, print_rates, simulate_scenario, stopped


@click.command()
@run_options
@out_option("Write the report here, in a folder named as the one under --results.", default=Path("reports"))
def report(out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Simulate SCENARIO (a name or a YAML file) and write a page with charts and numbers.

    Finished replications are kept: after a stop, the same command goes on from there.
    """
    check_writable(out)
    result = simulate_scenario("report", quiet=quiet, **asked)
    with (
        one_line(),
        stopped("Stopped; the tables are kept and nothing was published. The same command goes on from there."),
    ):
        from analysis.reporting.findings import find
        from analysis.reporting.page import publish
        from analysis.reporting.summary import summarise

        summary = summarise(result)
        findings = find(summary, lambda step: remark(f"{step} ...", quiet=quiet))
        remark("drawing the charts ...", quiet=quiet)
        name = folder_name(result.scenario, asked["overrides"])
        published = publish(findings, out / name, overrides=asked["overrides"])
    print_rates(summary, as_json=as_json, quiet=quiet)
    click.echo(
        f"\n{published.sentence}\n"
        f"Report: {published.folder / 'report.html'} and {len(published.files) - 1} files beside it",
        err=as_json,
    )
