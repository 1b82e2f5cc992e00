"""`referralsim calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.options import (
    Whole,
    cluster_option,
    json_option,
    out_option,
    quiet_option,
    replications_option,
    results_option,
    store_option,
    workers_option,
)
from analysis.cli.progress import cost_text, remark
from analysis.cli.shared import check_writable, engine, print_failures, store_errors
from sim.terminal import headed, say, say_json

if TYPE_CHECKING:
    from analysis.calibration.result import Calibrated

SOME_OUTSIDE = 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--points", type=Whole(1), metavar="N", help="Points of all rounds together, instead of what the file says."
)
@replications_option("Replications of each point, instead of what the file says.")
@click.option(
    "--check",
    type=Whole(2),
    metavar="N",
    help="Replications of the scenario before and after the fit.",
)
@click.option("--as-is", is_flag=True, help="Fit nothing; only measure the targets in the scenario as it is.")
@workers_option
@cluster_option
@results_option("Keep runs and tables here, in a folder named after the calibration.")
@store_option
@out_option("Write the fitted scenario to this file.  [default: fitted.yaml beside the tables]", metavar="FILE")
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
    """Fit parameters of a scenario to target rates.

    FILE is the path of a calibration file, or the name of a shipped calibration.

    Exit code 0: the values of all targets lie in their ranges; 1: some do not; 2: cannot run; 130: stopped; the same
    command goes on from there.
    """
    with store_errors():
        from analysis.commands.sweeps import load_calibration

        asked = load_calibration(file, points=points, replications=replications, check=check)
    name = asked.sweep.name
    folder = results / f"{name}-calibration"
    written = out or folder / "fitted.yaml"
    with store_errors():
        from analysis.calibration.sentences import FILES, former_calibration, refuse_scenario
        from sim.own_files.listing import refuse_others

        refuse_others(folder, FILES, former_calibration)
        if out is not None:
            refuse_scenario(out)
    for place in (folder, written.parent, *([store] if store else [])):
        check_writable(place)
    for note in asked.notes:
        remark(f"Note: {note}", quiet=quiet)
    with engine("calibrate", name, folder, cluster=cluster, workers=workers, quiet=quiet) as where:
        from analysis.commands.sweeps import calibrate as fit

        found = fit(asked, folder, as_is=as_is, store=store, out=written, **where)
    _print(found, as_json=as_json)
    remark(cost_text(found.account), quiet=quiet)
    remark(f"Tables: {folder}", quiet=quiet)
    if not as_is:
        remark(f"Scenario: {written}", quiet=quiet)
    if not found.all_met:
        raise click.exceptions.Exit(SOME_OUTSIDE)


def _print(found: Calibrated, *, as_json: bool) -> None:
    from analysis.calibration import sentences

    if as_json:
        say_json(sentences.as_json(found))
    else:
        sweep = found.calibration.sweep
        say(headed(sweep.name, sweep.title))
        say(f"{sweep.base.name}, seed {sweep.seed}, 95 % intervals over {found.calibration.check} replications\n")
        say(sentences.calibration_text(found))
    places = [f"point {failure.task.point}" if failure.task.point >= 0 else "check" for failure in found.failures]
    print_failures(
        [
            f"{place}, replication {failure.task.replication}: {failure.error}"
            for place, failure in zip(places, found.failures, strict=True)
        ],
        "calibrate",
    )
