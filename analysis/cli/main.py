"""The console command ``referralsim``, which imports a command's module only to run it.

``--help`` must be quick, so nothing here imports numpy, pandas, statsmodels or matplotlib.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from analysis.cli.command_list import COMMANDS
from sim.errors import disk_is_full, is_unicode, printable
from sim.terminal import say, say_error, show_what_can_be_shown

if TYPE_CHECKING:
    from collections.abc import Sequence

DISTRIBUTION = "referralsim"
CANNOT_RUN = 2
INTERRUPTED = 130
EXAMPLES = {
    **dict.fromkeys(("show", "run", "trace", "report", "calibrate"), "baseline"),
    "sweep": "crowding",
    **dict.fromkeys(("status", "sensitivity"), "results/crowding"),
}
"""What may follow a command that cannot do without an argument."""


class LateGroup(click.Group):
    """A group of commands that imports a command's module only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name].module)
        command = getattr(module, cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.{cmd_name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands for ``--help`` without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.line) for name, command in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that ``args`` begins with; suggest the nearest name if there is none."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.6)
        advice = f"did you mean '{near[0]}'?" if near else f"the commands are {', '.join(COMMANDS)}."
        raise click.UsageError(f"No command '{name}'; {advice}", ctx)


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or ctx.resilient_parsing:
        return
    from sim import __version__

    say(f"referralsim {__version__}")
    ctx.exit()


@click.group(
    cls=LateGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with: referralsim run baseline",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def cli() -> None:
    """Simulate a labour market and measure what a referral changes."""


def _close_output() -> None:
    """Discard further output, so that Python's last flush does not complain of a closed pipe."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments after ``referralsim``; by default those of the command line.

    Returns
    -------
    int
        0: done. 2: cannot run (an error in usage, scenario or data, reported in one line). 130: stopped by the user.
        Other codes belong to the command.
    """
    show_what_can_be_shown()
    words = sys.argv[1:] if arguments is None else arguments
    for word in words:
        if not is_unicode(word):
            # Refused whole: pages, tables and their libraries could neither write it nor name a file with it.
            say_error(f"{DISTRIBUTION}: found '{printable(word)}', with bytes that are no UTF-8; write it in UTF-8")
            return CANNOT_RUN
    try:
        code = cli.main(
            args=None if arguments is None else list(arguments), prog_name=DISTRIBUTION, standalone_mode=False
        )
        sys.stdout.flush()
    except click.UsageError as problem:
        if isinstance(problem, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # the help, of click 8.2 and later
            problem.show()
        else:
            say_error(usage_error(problem, words))
        return problem.exit_code
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (KeyboardInterrupt, click.Abort):
        say("Stopped.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _close_output()
        return 1
    except OSError as problem:
        if not disk_is_full(problem):
            raise
        _close_output()
        say(f"referralsim: {problem.strerror or 'no space left on device'}; nothing more was written.", err=True)
        return CANNOT_RUN
    except Exception as problem:
        from analysis.errors import AnalysisError
        from sim.errors import ScenarioError

        if not isinstance(problem, AnalysisError | ScenarioError):  # a defect of ours gets its traceback
            raise
        say_error(problem.as_typed() if isinstance(problem, ScenarioError) else str(problem))
        return CANNOT_RUN
    return code if isinstance(code, int) else 0


def usage_error(problem: click.UsageError, arguments: Sequence[str]) -> str:
    """Say in one line what is wrong with the words of a command, and where its help is."""
    if problem.ctx is not None:
        command = problem.ctx.command_path
    else:  # the parser's own errors do not say whose they are
        command = " ".join([DISTRIBUTION, *(word for word in arguments[:1] if word in COMMANDS)])
    said = " ".join(problem.format_message().split()).rstrip(".").replace(". Did you", "; did you")
    said = said[:1].lower() + said[1:]
    if isinstance(problem, click.MissingParameter) and command.split()[-1] in EXAMPLES:
        said += f", such as in '{command} {EXAMPLES[command.split()[-1]]}'"
    return f"{command}: {said}{' See' if said.endswith('?') else '; see'} {command} --help"
