"""`referralsim report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analysis.cli.shared import (
    check_writable,
    folder_name,
    one_line,
    print_rates,
    remark,
    run_options,
    simulate_scenario,
    stopped,
)


@click.command()
@run_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    metavar="DIR",
    help="Folder in which the report is written, in a folder named as under --results.",
)
def report(out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Simulate SCENARIO, fit and draw, and write a page with its charts and numbers."""
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
        findings = find(summary, lambda what: remark(f"{what} ...", quiet=quiet))
        remark("drawing the charts ...", quiet=quiet)
        name = folder_name(result.scenario, asked["overrides"])
        published = publish(findings, out / name, overrides=asked["overrides"])
    print_rates(summary, as_json=as_json, quiet=quiet)
    click.echo(
        f"\n{published.sentence}\n"
        f"Report: {published.folder / 'report.html'} and {len(published.files) - 1} files beside it",
        err=as_json,
    )
