"""`referralsim client`."""

from __future__ import annotations

import shlex

import click

from analysis.cli.shared import one_line
from sim.terminal import say


@click.command()
@click.argument("what", type=click.Choice(["new"]), metavar="new")
@click.argument("name")
def client(what: str, name: str) -> None:  # noqa: ARG001  (one thing can be done so far)
    """Write NAME.yaml, a file about a client to fill in: all that matters to the answer is asked, nothing assumed."""
    from analysis.commands.clients import new_client

    with one_line():
        place = new_client(name)
    say(f"{place}: fill it in, then: referralsim compare {shlex.quote(str(place))}")
