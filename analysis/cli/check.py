"""`referralsim check`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from analysis.cli.options import (
    Command,
    Whole,
    quiet_option,
    seed_option,
    with_options,
    workers_option,
)
from analysis.cli.progress import remark
from analysis.cli.shared import check_writable, cores, one_line, stopped, write_text
from sim.arguments import MOST_REPLICATIONS, between
from sim.cli import CannotRun, scenario_errors, set_option
from sim.errors import printable
from sim.terminal import say, say_json, say_xml

if TYPE_CHECKING:
    from analysis.checks.result import CheckResult
    from analysis.checks.sentences import Checked
    from analysis.checks.update import Update

LEAST = 8  # replications of a reference
SECONDS = 5.0  # between two lines of progress


def read_margins(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    """Read ``NAME=VALUE`` texts, values with their units."""
    margins: dict[str, float] = {}
    for text in texts:
        name, _equals, value = text.partition("=")
        number = value.strip().removesuffix("days").removesuffix("%").strip()
        try:
            margins[name.strip()] = float(number) / (100 if value.strip().endswith("%") else 1)
        except ValueError:
            raise CannotRun(
                f"--margin {text}: expected NAME=VALUE in the quantity's unit, such as "
                "direct.response=0.5% or days_to_fill='2 days'"
            ) from None
    return margins


def read_replications(_: click.Context, __: click.Parameter, text: str | None) -> int | str | None:
    """Read a number of replications, or ``auto``."""
    if text is None or text == "auto":
        return text
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not LEAST <= number <= MOST_REPLICATIONS:
        limits = between(LEAST, MOST_REPLICATIONS)
        raise CannotRun(f"--replications {printable(text)}: expected auto or a whole number {limits}")
    return number


def read_chance(_: click.Context, __: click.Parameter, text: str) -> float:
    """Read a probability."""
    try:
        chance = float(text)
    except ValueError:
        chance = 0.0
    if not 0 < chance < 1:
        raise CannotRun(f"--false-alarm {text}: expected a chance between 0 and 1, such as 0.001")
    return chance


_FILE = click.Path(path_type=Path, dir_okay=False)

_CHECKING = [
    click.option(
        "--references",
        type=click.Path(path_type=Path),
        default=Path("reports"),
        show_default=True,
        metavar="DIR",
        help="Where the references are, each in a folder named after its scenario.",
    ),
    click.option("--quick", is_flag=True, help="Simulate one replication; if its tables are the same, stop there."),
    click.option(
        "--full", is_flag=True, help="Compare the rates of all replications, even if the tables are the same."
    ),
    click.option(
        "--at-most",
        type=Whole(2),
        metavar="N",
        help="Simulate no more replications than this.  [default: those of the reference]",
    ),
    click.option(
        "--thorough",
        is_flag=True,
        help="Do not stop at the first change: go on until every quantity is decided.",
    ),
    click.option(
        "--false-alarm",
        default="0.001",
        show_default=True,
        metavar="P",
        callback=read_chance,
        help="Chance that the whole command reports a change where nothing changed.",
    ),
    seed_option("Use another seed than the reference's; replications are then not paired."),
    click.option(
        "--plan", is_flag=True, help="Say what would be simulated and what it could detect; simulate nothing."
    ),
]
_UPDATING = [
    click.option("--update", is_flag=True, help="Make new references, and show what moved. Needs --why."),
    click.option("--why", metavar="TEXT", help="With --update: the reason, kept in the history of the reference."),
    click.option(
        "--replications",
        metavar="N",
        callback=read_replications,
        help="With --update: replications of the reference, or auto for as many as decide what is always held, at most "
        "256.  [default: the number given before, or auto]",
    ),
    click.option(
        "--margin",
        "margins",
        multiple=True,
        metavar="NAME=VALUE",
        callback=read_margins,
        help="With --update: the smallest difference that matters for a quantity; later updates keep it.",
    ),
]
_OUTPUT = [
    workers_option,
    click.option(
        "--json",
        "json_file",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="Write all results as JSON; - for standard output.",
    ),
    click.option("--junit", "junit_file", type=_FILE, metavar="FILE", help="Write JUnit XML."),
    click.option(
        "--markdown", "markdown_file", type=_FILE, metavar="FILE", help="Write a Markdown page for the summary of a CI."
    ),
    click.option(
        "--annotations", is_flag=True, help="Print workflow commands, with which a CI marks the scenario files."
    ),
    click.option("--verbose", is_flag=True, help="Also print what has not changed."),
    quiet_option,
]


def options(command: Command) -> Command:
    """Add the options of the command, grouped as people look for them."""
    return with_options(command, [*_CHECKING, *_UPDATING, *_OUTPUT])


@click.command()
@click.argument("scenarios", metavar="[SCENARIO]...", nargs=-1)
@set_option
@options
def check(scenarios: tuple[str, ...], overrides: dict[str, str], references: Path, quiet: bool, **asked: Any) -> int:
    """Check whether each SCENARIO still gives the rates of its reference and still meets its claims.

    By default, all shipped scenarios that have a reference are checked. Exit code 0: nothing changed; 1: a rate changed
    or a claim fails; 2: cannot run; 3: undecided.
    """
    _refuse(asked)
    workers = asked.pop("workers") or cores()
    common: dict[str, Any] = {"folder": references, "overrides": overrides}
    wanted = list(scenarios) or None
    if asked["update"]:
        return _update(wanted, common, workers, quiet=quiet, **asked)
    common |= {name: asked[name] for name in ("false_alarm", "at_most", "seed", "thorough")}
    common |= {"digests": _digests(asked), "told": lambda sentence: remark(sentence, quiet=quiet)}
    if asked["plan"]:
        return _plan(wanted, common, workers)
    outputs = {key: asked[f"{key}_file"] for key in ("json", "junit", "markdown") if asked[f"{key}_file"] is not None}
    for file in outputs.values():
        if str(file) != "-":
            check_writable(file.parent)
    with one_line(), scenario_errors(), stopped("Stopped; nothing was written."):
        from analysis.checks.sentences import summary_line
        from analysis.commands.checks import check as check_scenarios

        def ready(result: CheckResult, of: int) -> None:
            remark(summary_line(result), quiet=quiet or of == 1)

        checked = check_scenarios(wanted, workers=workers, progress=_Progress(quiet=quiet), ready=ready, **common)
    _write(checked, outputs, annotations=asked["annotations"], verbose=asked["verbose"])
    return checked.exit_code


def _refuse(asked: Mapping[str, Any]) -> None:
    """Refuse options that cannot be combined."""
    if asked["update"]:
        if not (asked["why"] or "").strip():
            raise CannotRun("--update: needs --why 'REASON', which is kept in the reference")
        other = [name for name in ("plan", "quick", "full", "thorough") if asked[name]]
        if other or asked["at_most"]:
            raise CannotRun(f"--update and --{(other or ['at-most'])[0]}: give one of them")
        return
    for name in ("why", "replications", "margins"):
        if asked[name]:
            option = name.removesuffix("s") if name == "margins" else name
            raise CannotRun(
                f"--{option}: belongs to --update"
                + ("; --at-most limits the replications of a check" if name == "replications" else "")
            )
    if asked["quick"] and asked["full"]:
        raise CannotRun("--quick and --full: give one of them")


def _digests(asked: Mapping[str, Any]) -> int:
    from analysis.checks.digests import DIGESTED

    return 0 if asked["full"] else 1 if asked["quick"] else DIGESTED


def _plan(wanted: list[str] | None, common: Mapping[str, Any], workers: int) -> int:
    with one_line(), scenario_errors():
        from analysis.checks.sentences import plan_text
        from analysis.commands.checks import to_check

        asked = to_check(wanted, **common)
    say(plan_text(list(asked.references.values()), asked.how, workers))
    return 0


def _write(checked: Checked, outputs: Mapping[str, Path], *, annotations: bool, verbose: bool) -> None:
    from analysis.checks import formats
    from analysis.checks.sentences import text

    to_stdout = str(outputs.get("json", "")) == "-"
    say(text(checked, verbose=verbose), err=to_stdout)
    if annotations:
        for line in formats.file_annotations(checked):
            say(line, err=to_stdout, commands=True)
    written: dict[str, Callable[[Checked], str]] = {
        "json": lambda all_: json.dumps(formats.as_json(all_), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        "junit": formats.junit,
        "markdown": formats.markdown,
    }
    printed: dict[str, Callable[[str], None]] = {"json": say_json, "junit": say_xml, "markdown": say}
    with one_line():
        for key, file in outputs.items():
            if str(file) == "-":
                printed[key](written[key](checked).rstrip("\n"))
            else:
                write_text(file, written[key](checked))


def _update(
    wanted: list[str] | None,
    common: Mapping[str, Any],
    workers: int,
    *,
    quiet: bool,
    why: str,
    replications: int | Literal["auto"] | None,
    seed: int | None,
    margins: Mapping[str, float],
    **_: Any,
) -> int:
    check_writable(common["folder"])

    def ready(name: str, update: Update, file: Path) -> None:
        say(update_text(name, update))
        if not update.unchanged:
            say(f"  Written: {file}")

    began = time.perf_counter()
    line = (
        "Stopped; the references listed above are written, the others unchanged. The same command goes on from there."
    )
    with one_line(), scenario_errors(), stopped(line):
        from analysis.checks.sentences import update_text
        from analysis.commands.checks import update_reference

        updates = update_reference(
            wanted,
            why,
            replications=replications,
            seed=seed,
            margins=margins,
            workers=workers,
            progress=_Progress(quiet=quiet),
            ready=ready,
            told=lambda sentence: remark(sentence, quiet=quiet),
            **common,
        )
    written = sum(not update.unchanged for update in updates.values())
    say(f"{written} of {len(updates)} references written in {time.perf_counter() - began:.0f} s: {why}")
    return 0


class _Progress:
    """Reports every few seconds how many replications are finished."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.began = self.told = time.monotonic()

    def __call__(self, done: int, name: str) -> None:
        now = time.monotonic()
        if now - self.told >= SECONDS:
            self.told = now
            remark(f"{name}: replications so far: {done}, {now - self.began:.0f} s", quiet=self.quiet)
