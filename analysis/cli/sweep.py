"""`referralsim sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.options import (
    cluster_option,
    json_option,
    quiet_option,
    replications_option,
    results_option,
    store_option,
    workers_option,
)
from analysis.cli.progress import cost_text, remark
from analysis.cli.shared import check_writable, engine, print_failures
from sim.cli import scenario_errors
from sim.terminal import headed, say, say_json

if TYPE_CHECKING:
    from analysis.sweeps.result import SweepResult
    from sim import Sweep

SOME_FAILED = 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@replications_option("Replications of each point, instead of what the file says.")
@workers_option
@cluster_option
@results_option("Keep the sweep here, in a folder named after it.")
@store_option
@click.option("--keep-tables", is_flag=True, help="Keep the tables of every run; says first how much disk they need.")
@json_option("Print all rates on standard output as a JSON list of rows.")
@quiet_option
def sweep(
    file: Path,
    replications: int | None,
    workers: int | None,
    cluster: str | None,
    results: Path,
    store: Path | None,
    keep_tables: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate every point of the sweep in FILE, and write its rates with intervals.

    FILE is the path of a sweep file, or the name of a shipped sweep (crowding).

    Every point gets its first replication before any gets its second. Finished runs are kept: after a stop of any kind,
    the same command goes on from there. Exit code 0: done; 1: some runs failed; 2: cannot run; 130: stopped.
    """
    with scenario_errors():
        from analysis.commands.sweeps import load_sweep

        asked, source = load_sweep(file, replications=replications, keep_tables=keep_tables)
    folder = results / asked.name
    check_writable(folder)
    if store is not None:
        check_writable(store)
    for note in asked.notes:
        remark(f"Note: {note}", quiet=quiet)
    with engine("sweep", asked.name, folder, cluster=cluster, workers=workers, quiet=quiet) as where:
        from analysis.commands.sweeps import sweep as run_sweep

        result = run_sweep(asked, folder, source=source, store=store, **where)
    if as_json:
        say_json(result.rates.to_json(orient="records", indent=1, force_ascii=False))
    else:
        _print(asked, result)
    assert result.account is not None  # noqa: S101  (a sweep just carried out has one)
    remark(cost_text(result.account), quiet=quiet)
    remark(f"Tables: {folder}", quiet=quiet)
    if result.account.failed:
        rows = result.failures.itertuples()
        failures = [f"point {row.point}, replication {row.replication}: {row.error}\n  {row.command}" for row in rows]
        print_failures(failures, "sweep", f", in {result.folder / 'failures.parquet'}")
        raise click.exceptions.Exit(SOME_FAILED)


def _print(asked: Sweep, result: SweepResult) -> None:
    from analysis.sweeps.sentences import rates_text

    say(headed(asked.name, asked.title))
    say(f"{len(asked.points)} points, seed {asked.seed}, {asked.base.name}\n")
    say(rates_text(asked, result.rates))
