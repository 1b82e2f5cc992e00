"""`referralsim status`."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.cli.options import json_option
from analysis.cli.shared import store_errors
from sim.terminal import say, say_json


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option("Print a JSON object.")
def status(folder: Path, as_json: bool) -> None:
    """Say how far the sweep in FOLDER is: running here, elsewhere, or stopped."""
    with store_errors():
        from analysis.commands.sweeps import status as read_status
        from analysis.sweeps.sentences import status_text

        found = read_status(folder)
    if as_json:
        say_json(found.as_dict())
    else:
        say(status_text(found))
