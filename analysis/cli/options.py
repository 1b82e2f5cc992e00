"""Options of more than one command, in the same words everywhere, and the values that they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sim.arguments import MOST_REPLICATIONS, between
from sim.cli import CannotRun, set_option

Command = TypeVar("Command", bound=Callable[..., Any])


class Whole(click.ParamType):  # type: ignore[type-arg]  # generic in some releases of click only
    """A whole number within limits; anything else ends in one line."""

    name = "integer"

    def __init__(self, minimum: int, maximum: int | None = None) -> None:
        self.minimum, self.maximum = minimum, maximum

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ARG002
        """Read the number."""
        option = param.opts[0] if param else "value"
        try:
            number = int(value)
        except ValueError:
            number = self.minimum - 1
        if number < self.minimum or (self.maximum is not None and number > self.maximum):
            raise CannotRun(f"{option} {value}: expected a whole number {between(self.minimum, self.maximum)}")
        return number


workers_option = click.option(
    "--workers", type=Whole(1), metavar="N", help="Processes that share the work.  [default: all cores]"
)
cluster_option = click.option(
    "--cluster", metavar="ADDRESS", help="Run on the Dask cluster whose scheduler is at this address."
)
store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the runs in this store, which other sweeps may use at the same time.  [default: one of its own]",
)
quiet_option = click.option("--quiet", is_flag=True, help="Print no progress and no remarks on standard error.")


def seed_option(text: str = "Use this seed instead of the scenario's own.") -> Callable[[Command], Command]:
    """Add ``--seed``, with a sentence that says what it stands for."""
    return click.option("--seed", type=Whole(0), metavar="N", help=text)


def replications_option(text: str, minimum: int = 1) -> Callable[[Command], Command]:
    """Add ``--replications``, with a sentence that says of what, and instead of which number."""
    return click.option("--replications", type=Whole(minimum, MOST_REPLICATIONS), metavar="N", help=text)


def out_option(text: str, default: Path | None = None, metavar: str = "DIR") -> Callable[[Command], Command]:
    """Add ``--out``, with a sentence that says what is written there."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=default,
        show_default=default is not None,
        metavar=metavar,
        help=text,
    )


def json_option(text: str) -> Callable[[Command], Command]:
    """Add ``--json``, with a sentence that says what it prints."""
    return click.option("--json", "as_json", is_flag=True, help=text)


def results_option(text: str) -> Callable[[Command], Command]:
    """Add ``--results``, with a sentence that says what the folder holds."""
    return click.option(
        "--results",
        type=click.Path(path_type=Path),
        default=Path("results"),
        show_default=True,
        metavar="DIR",
        help=text,
    )


keep_tables_option = click.option(
    "--keep-tables",
    is_flag=True,
    help="Keep the tables under --results when all is done, so that the same command need not simulate again.",
)


def run_options(command: Command) -> Command:
    """Add what the commands that simulate one scenario take."""
    options = [
        click.argument("scenario"),
        set_option,
        replications_option("Replications, instead of the scenario's own number."),
        seed_option(),
        workers_option,
        results_option(
            "Keep the tables here, in a folder named after the scenario. With --set, '~' and 8 digits that stand for "
            "the values are added to its name."
        ),
        json_option("Print the rates on standard output as a JSON list of rows."),
        quiet_option,
    ]
    return with_options(command, options)


def with_options(command: Command, options: list[Callable[..., Any]]) -> Command:
    """Add options to a command, shown by ``--help`` in this order."""
    for option in reversed(options):
        command = option(command)
    return command
