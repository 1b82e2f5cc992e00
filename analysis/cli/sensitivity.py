"""`referralsim sensitivity`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from analysis.cli.options import json_option, out_option, quiet_option
from analysis.cli.progress import remark
from analysis.cli.shared import check_writable, one_line, stopped
from sim.cli import CannotRun
from sim.terminal import headed, say, say_json

USUAL = ("direct.response", "referral.response")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--of",
    "names",
    multiple=True,
    metavar="NAME",
    help="A quantity, such as direct.response. May be repeated.  [default: the outcomes that the sweep names]",
)
@out_option("Write page, charts and numbers to this folder.  [default: 'sensitivity' in FOLDER]")
@json_option("Print all numbers on standard output as a JSON list of rows.")
@quiet_option
def sensitivity(folder: Path, names: tuple[str, ...], out: Path | None, as_json: bool, quiet: bool) -> None:
    """Say which parameters move a quantity in the sweep in FOLDER: numbers with intervals, charts and a page.

    The design of the sweep decides what can be said: curves and surfaces for a grid, a tornado chart for one factor at
    a time, a metamodel for a Latin hypercube, indices for Sobol' and Morris designs. The page also says what the design
    cannot answer.
    """
    place = out or folder / "sensitivity"
    if folder.exists():
        check_writable(place)
    with one_line(), stopped("Stopped; nothing was written."):
        from analysis.commands.sweeps import sensitivity as analyse
        from analysis.errors import AnalysisError
        from analysis.sensitivity_analysis.page import PAGE, publish
        from analysis.sensitivity_analysis.sentences import text
        from analysis.sensitivity_analysis.sweep_data import open_sweep_data

        try:
            data = open_sweep_data(folder)
            found = [analyse(data, name) for name in names or data.outcomes or USUAL]
        except AnalysisError as problem:
            raise CannotRun(str(problem)) from None
        remark("drawing ...", quiet=quiet)
        files = publish(found, place)
    if as_json:
        rows: list[object] = []
        for analysed in found:
            rows += json.loads(analysed.table().to_json(orient="records", double_precision=15))
        say_json(rows)
    else:
        say(f"{headed(data.name, data.title)} ({data.design})\n")
        say("\n\n".join(text(analysed) for analysed in found))
    say(f"\nPage: {place / PAGE} and {len(files) - 1} files beside it", err=as_json)
