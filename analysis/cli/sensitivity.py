"""The command that says what moves a quantity, from the folder of a sweep.

Nothing but click is imported until it runs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.shared import check_writable, json_option, one_line, remark, stopped
from sim.cli import CannotRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.sensitivity_analysis.sweep_data import SweepData

USUAL = ("direct.response", "referral.response")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--of",
    "names",
    multiple=True,
    metavar="NAME",
    help="Quantity such as direct.response; may be given several times.  [default: the outcomes that the sweep names]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder in which page, charts and numbers are written.  [default: 'sensitivity' in FOLDER]",
)
@json_option("Print all numbers on standard output as a JSON list of rows.")
@click.option("--quiet", is_flag=True, help="No remarks on standard error.")
def sensitivity(folder: Path, names: tuple[str, ...], out: Path | None, as_json: bool, quiet: bool) -> None:
    """Say what moves a quantity in the sweep in FOLDER: numbers with intervals, charts and a page.

    What is said follows from the design: curves and surfaces of a grid, a tornado of one factor at a time, a metamodel
    of a Latin hypercube, indices of Sobol' and Morris designs. What a design cannot answer is said too.
    """
    place = out or folder / "sensitivity"
    if folder.exists():
        check_writable(place)
    with one_line(), stopped("Stopped; nothing was written."):
        from analysis.errors import AnalysisError
        from analysis.sensitivity_analysis.indices import sensitivity as analysed
        from analysis.sensitivity_analysis.page import PAGE, publish
        from analysis.sensitivity_analysis.sentences import text
        from analysis.sensitivity_analysis.sweep_data import open_sweep_data

        try:
            data = open_sweep_data(folder)
            found = [analysed(data, name) for name in names or _usual(data)]
        except AnalysisError as problem:
            raise CannotRun(str(problem)) from None
        remark("drawing ...", quiet=quiet)
        files = publish(found, place)
    if as_json:
        rows: list[object] = []
        for one in found:
            rows += json.loads(one.table().to_json(orient="records", double_precision=15))
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        click.echo(f"{data.name}: {data.title or 'no title'} ({data.design})\n")
        click.echo("\n\n".join(text(one) for one in found))
    click.echo(f"\nPage: {place / PAGE} and {len(files) - 1} files beside it", err=as_json)


def _usual(data: SweepData) -> Sequence[str]:
    return data.outcomes or USUAL
