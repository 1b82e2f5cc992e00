"""The command that fits parameters to targets.

Nothing but click is imported until a command runs.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.shared import (
    Whole,
    check_writable,
    cluster_option,
    crew,
    json_option,
    one_line_of_engine,
    quiet_option,
    remark,
    results_option,
    stopped,
    store_option,
    workers_option,
)
from analysis.cli.sweep import SHOWN_FAILURES, SweepProgress, told_cost
from sim.cli import scenario_errors

if TYPE_CHECKING:
    from analysis.calibration.result import Calibrated

SOME_OUTSIDE = 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--points", type=Whole(1), metavar="N", help="Points of all rounds together, instead of the file's.")
@click.option("--replications", type=Whole(1), metavar="N", help="Of each point, instead of what the file says.")
@click.option("--check", type=Whole(2), metavar="N", help="Replications of the scenario before and after the fit.")
@click.option("--as-is", is_flag=True, help="Fit nothing; only measure the targets in the scenario as it is.")
@workers_option
@cluster_option
@results_option("Folder in which a folder named like the calibration is kept: its runs and its tables.")
@store_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write the fitted scenario.  [default: fitted.yaml beside the tables]",
)
@json_option("Print a JSON object on standard output.")
@quiet_option
def calibrate(
    file: Path,
    points: int | None,
    replications: int | None,
    check: int | None,
    as_is: bool,
    workers: int | None,
    cluster: str | None,
    results: Path,
    store: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit parameters of a scenario to target rates; FILE is a calibration file, or the name of a shipped one.

    Exit code 0: the values of all targets lie in their ranges; 1: some do not; 2: it cannot run; 130: stopped, and the
    same command goes on from there.
    """
    with one_line_of_engine(), scenario_errors():
        from analysis.calibration.calibration_file import load_calibration

        asked = load_calibration(file).with_budget(points, replications)
        if check is not None:
            asked = replace(asked, check=check)
    name = asked.sweep.name
    folder = results / f"{name}-calibration"
    written = out or folder / "fitted.yaml"
    for place in (folder, written.parent, *([store] if store else [])):
        check_writable(place)
    for note in asked.notes:
        remark(f"Note: {note}", quiet=quiet)
    progress = SweepProgress(name, quiet=quiet)

    def say(sentence: str) -> None:
        progress.pause()
        remark(sentence, quiet=quiet)

    kept = f"Stopped; what has finished is kept in {folder}. The same 'calibrate' command goes on from there."
    with one_line_of_engine(), stopped(kept), crew(cluster, workers) as (executor, count):
        from analysis.calibration.calibrate import calibrate as fit
        from analysis.calibration.sentences import write_calibration

        try:
            found = fit(
                asked, folder, as_is=as_is, store=store, executor=executor, workers=count, watch=progress, say=say
            )
        finally:
            progress.close()
        write_calibration(found, folder, written)
    _print(found, as_json=as_json)
    remark(told_cost(found.account), quiet=quiet)
    remark(f"Tables: {folder}", quiet=quiet)
    if not as_is:
        remark(f"Scenario: {written}", quiet=quiet)
    if not found.all_met:
        raise click.exceptions.Exit(SOME_OUTSIDE)


def _print(found: Calibrated, *, as_json: bool) -> None:
    from analysis.calibration import sentences

    if as_json:
        click.echo(sentences.as_json(found))
    else:
        sweep = found.asked.sweep
        click.echo(f"{sweep.name}: {sweep.title or 'no title'}")
        click.echo(f"{sweep.base.name}, seed {sweep.seed}, 95 % intervals over {found.asked.check} replications\n")
        click.echo(sentences.calibration_text(found))
    for one in found.failures[:SHOWN_FAILURES]:
        where = f"point {one.task.point}" if one.task.point >= 0 else "check"
        click.echo(f"Failed: {where}, replication {one.task.replication}: {one.error}", err=True)
    if len(found.failures) > SHOWN_FAILURES:
        click.echo(f"... and {len(found.failures) - SHOWN_FAILURES} more", err=True)
    if found.failures:
        click.echo("The same 'calibrate' command tries the failed runs again.", err=True)
