"""`referralsim status`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from analysis.cli.shared import json_option, one_line_of_engine


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option("Print a JSON object.")
def status(folder: Path, as_json: bool) -> None:
    """Tell how far the sweep in FOLDER is; it may be running anywhere, or not at all."""
    with one_line_of_engine():
        from analysis.sweeps.sentences import status_text
        from analysis.sweeps.status import read_status

        found = read_status(folder)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
    else:
        click.echo(status_text(found))
