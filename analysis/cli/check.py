"""The command that holds scenarios against their references and claims.

Nothing but click is imported until it runs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from analysis.cli.shared import Whole, check_writable, cores, one_line, remark, stopped, workers_option
from sim.cli import CannotRun, scenario_errors, set_option

if TYPE_CHECKING:
    from analysis.checks.reference import Reference
    from analysis.checks.result import CheckOptions
    from analysis.checks.sentences import Checked
    from sim import Scenario

Command = TypeVar("Command", bound=Callable[..., Any])
SECONDS = 5.0  # between two lines of progress


def read_margins(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    """Read ``NAME=VALUE`` texts, values with their units."""
    margins: dict[str, float] = {}
    for said in texts:
        name, equals, value = said.partition("=")
        number = value.strip().removesuffix("days").removesuffix("%").strip()
        try:
            margins[name.strip()] = float(number) / (100 if value.strip().endswith("%") else 1)
        except ValueError:
            equals = ""
        if not equals:
            raise CannotRun(
                f"--margin {said}: expected NAME=VALUE in the quantity's unit, such as "
                "direct.response=0.5% or days_to_fill='2 days'"
            )
    return margins


def _chance(_: click.Context, __: click.Parameter, value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not 0 < found < 1:
        raise CannotRun(f"--false-alarm {value}: expected a chance between 0 and 1, such as 0.001")
    return found


_FILE = click.Path(path_type=Path, dir_okay=False)


_COMPARE = (
    click.option(
        "--references",
        type=click.Path(path_type=Path),
        default=Path("reports"),
        show_default=True,
        metavar="DIR",
        help="Where references are kept, in a folder named like the scenario.",
    ),
    click.option(
        "--quick", is_flag=True, help="Compare the bytes of one replication, and no more where they are the same."
    ),
    click.option("--full", is_flag=True, help="Simulate and compare the distribution whatever the bytes say."),
    click.option(
        "--at-most",
        type=Whole(2),
        metavar="N",
        help="Replications to simulate at most.  [default: those of the reference]",
    ),
    click.option(
        "--thorough",
        is_flag=True,
        help="Go on when something has changed already, until every quantity is decided.",
    ),
    click.option(
        "--false-alarm",
        default="0.001",
        show_default=True,
        metavar="P",
        callback=_chance,
        help="Chance that anything unchanged is called changed, over the whole command.",
    ),
    click.option(
        "--seed",
        type=Whole(0),
        metavar="N",
        help="Another seed than the reference's; replications are then not paired.",
    ),
    click.option("--plan", is_flag=True, help="Say what would be run and what it could tell, and run nothing."),
)
_UPDATE = (
    click.option("--update", is_flag=True, help="Make the references anew; shows first what moved. Needs --why."),
    click.option("--why", metavar="TEXT", help="With --update: the reason, kept in the reference's history."),
    click.option(
        "--replications",
        type=Whole(8),
        metavar="N",
        help="With --update: size of the reference.  [default: as before, or 32]",
    ),
    click.option(
        "--margin",
        "margins",
        multiple=True,
        metavar="NAME=VALUE",
        callback=read_margins,
        help="With --update: the difference that matters for a quantity; kept from then on.",
    ),
)
_OUTPUT = (
    workers_option,
    click.option(
        "--json",
        "json_file",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="Write everything as JSON; - for standard output.",
    ),
    click.option("--junit", "junit_file", type=_FILE, metavar="FILE", help="Write JUnit XML."),
    click.option("--markdown", "markdown_file", type=_FILE, metavar="FILE", help="Write a page for a CI summary."),
    click.option("--annotations", is_flag=True, help="Print workflow commands that mark the scenario files."),
    click.option("--verbose", is_flag=True, help="Print what is the same, too."),
    click.option("--quiet", is_flag=True, help="No progress on standard error."),
)


def options(command: Command) -> Command:
    """Add the options of the command, in groups: what to compare, how to update references, what to print."""
    for option in reversed((*_COMPARE, *_UPDATE, *_OUTPUT)):
        command = option(command)
    return command


@click.command()
@click.argument("scenarios", metavar="[SCENARIO]...", nargs=-1)
@set_option
@options
def check(scenarios: tuple[str, ...], overrides: dict[str, str], references: Path, quiet: bool, **asked: Any) -> int:
    """Hold each SCENARIO against its reference rates and its claims; by default every shipped one with a reference.

    Exit code 0: all holds; 1: something changed or a claim fails; 2: cannot run; 3: undecided.
    """
    _refuse(asked)
    with scenario_errors():
        loaded, files = _load(scenarios, overrides)
    workers = asked.pop("workers") or cores()
    if asked["update"]:
        return _update(loaded, references, workers, quiet=quiet, **asked)
    with one_line():
        found = _references(loaded, references, asked_for=bool(scenarios), quiet=quiet)
    from analysis.checks.result import CheckOptions

    how = CheckOptions(
        false_alarm=asked["false_alarm"],
        scenarios=len(found),
        digests=_digests(asked),
        at_most=asked["at_most"],
        seed=asked["seed"],
        thorough=asked["thorough"],
    )
    if asked["plan"]:
        from analysis.checks.sentences import plan_text

        click.echo(plan_text(list(found.values()), how, workers))
        return 0
    outputs = {key: asked[f"{key}_file"] for key in ("json", "junit", "markdown") if asked[f"{key}_file"] is not None}
    for file in outputs.values():
        if str(file) != "-":
            check_writable(file.parent)
    with stopped("Stopped; nothing was written."):
        checked = _check({name: loaded[name] for name in found}, found, files, how, workers, quiet=quiet)
    _write(checked, outputs, annotations=asked["annotations"], verbose=asked["verbose"])
    return checked.exit_code


def _refuse(asked: Mapping[str, Any]) -> None:
    """Refuse options that do not go together."""
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
                + ("; --at-most says how many to check with" if name == "replications" else "")
            )
    if asked["quick"] and asked["full"]:
        raise CannotRun("--quick and --full: give one of them")


def _digests(asked: Mapping[str, Any]) -> int:
    from analysis.checks.reference import DIGESTED

    return 0 if asked["full"] else 1 if asked["quick"] else DIGESTED


def _load(names: tuple[str, ...], overrides: dict[str, str]) -> tuple[dict[str, Scenario], dict[str, str]]:
    from sim import load_scenario
    from sim.scenario.scenario import shipped_scenarios
    from sim.scenario.shipped import is_name, shown_path

    shipped = shipped_scenarios()
    loaded: dict[str, Scenario] = {}
    files: dict[str, str] = {}
    for said in names or shipped:
        scenario = load_scenario(said, overrides)
        if scenario.name in loaded:
            raise CannotRun(f"{said}: another scenario of this command is called {scenario.name}, too")
        loaded[scenario.name] = scenario
        files[scenario.name] = shown_path(shipped[said]) if is_name(said) else said
    return loaded, files


def _references(loaded: Mapping[str, Scenario], folder: Path, *, asked_for: bool, quiet: bool) -> dict[str, Reference]:
    from analysis.checks.reference import read_reference, reference_file

    there = [name for name in loaded if reference_file(folder, name).exists()]
    missing = [name for name in loaded if name not in there]
    make = "make it with: referralsim check {} --update --why '...'"
    if asked_for and missing:
        raise CannotRun(f"{reference_file(folder, missing[0])}: there is no reference; {make.format(missing[0])}")
    if not there:
        raise CannotRun(
            f"{folder}: holds no reference of a shipped scenario; make them with: "
            "referralsim check --update --why '...'"
        )
    if missing:
        remark(f"Without a reference, so not checked: {', '.join(missing)}.", quiet=quiet)
    return {name: read_reference(reference_file(folder, name)) for name in there}


def _check(
    loaded: Mapping[str, Scenario],
    found: Mapping[str, Reference],
    files: Mapping[str, str],
    how: CheckOptions,
    workers: int,
    *,
    quiet: bool,
) -> Checked:
    from analysis.checks.check import check_job
    from analysis.checks.replication_jobs import carry_out
    from analysis.checks.sentences import Checked, summary_line

    began = time.perf_counter()
    results = {}
    jobs = {name: check_job(scenario, found[name], how) for name, scenario in loaded.items()}
    for name, result in carry_out(jobs, workers, _Progress(quiet=quiet)):
        results[name] = result
        remark(summary_line(result), quiet=quiet or len(jobs) == 1)
    titles = {name: scenario.title for name, scenario in loaded.items()}
    return Checked([results[name] for name in loaded], titles, files, how, time.perf_counter() - began)


def _write(checked: Checked, outputs: Mapping[str, Path], *, annotations: bool, verbose: bool) -> None:
    from analysis.checks import formats
    from analysis.checks.sentences import text

    to_stdout = str(outputs.get("json", "")) == "-"
    click.echo(text(checked, verbose=verbose), err=to_stdout)
    if annotations:
        for line in formats.file_annotations(checked):
            click.echo(line, err=to_stdout)
    made: dict[str, Callable[[Checked], str]] = {
        "json": lambda one: json.dumps(formats.as_json(one), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        "junit": formats.junit,
        "markdown": formats.markdown,
    }
    with one_line():
        for key, file in outputs.items():
            if str(file) == "-":
                click.echo(made[key](checked), nl=False)
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(made[key](checked), encoding="utf-8")


def _update(
    loaded: Mapping[str, Scenario],
    folder: Path,
    workers: int,
    *,
    quiet: bool,
    why: str,
    replications: int | None,
    seed: int | None,
    margins: Mapping[str, float],
    **_: Any,
) -> int:
    check_writable(folder)
    from analysis.checks.reference import read_reference, reference_file, write_reference
    from analysis.checks.replication_jobs import carry_out
    from analysis.checks.sentences import update_text
    from analysis.checks.update import update_job

    jobs = {}
    for name, scenario in loaded.items():
        file = reference_file(folder, name)
        old = read_reference(file) if file.exists() else None
        jobs[name] = update_job(scenario, old, why, replications=replications, seed=seed, margins=margins)
    began = time.perf_counter()
    written = 0
    with stopped(
        "Stopped; references told as written are, the others are as they were. The same command goes on from there."
    ):
        for name, update in carry_out(jobs, workers, _Progress(quiet=quiet)):
            click.echo(update_text(name, update))
            if not update.unchanged:
                file = reference_file(folder, name)
                with one_line():
                    write_reference(update.reference, file)
                click.echo(f"  Written: {file}")
                written += 1
    click.echo(f"{written} of {len(loaded)} references written in {time.perf_counter() - began:.0f} s: {why}")
    return 0


class _Progress:
    """Say now and then how many replications are done."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.began = self.told = time.monotonic()

    def __call__(self, done: int, name: str) -> None:
        now = time.monotonic()
        if now - self.told >= SECONDS:
            self.told = now
            remark(f"{name}: {done} replications in all, {now - self.began:.0f} s", quiet=self.quiet)
