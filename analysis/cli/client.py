"""`referralsim client`."""

from __future__ import annotations

import click

from analysis.cli.shared import one_line
from sim.cli import CannotRun


@click.command()
@click.argument("what", type=click.Choice(["new"]), metavar="new")
@click.argument("name")
def client(what: str, name: str) -> None:  # noqa: ARG001  (one thing can be done so far)
    """Write NAME.yaml, a file about a client to fill in: all that matters to the answer is asked, nothing assumed."""
    from analysis.commands.clients import new_client
    from analysis.errors import AnalysisError

    with one_line():
        try:
            place = new_client(name)
        except AnalysisError as problem:
            raise CannotRun(str(problem)) from None
    click.echo(f"{place}: fill it in, then: referralsim compare {place}")
