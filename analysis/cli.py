"""Commands that simulate a scenario: print its rates, publish its report.

Nothing but click is imported until a command runs.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from sim.cli import scenario_errors, set_option

if TYPE_CHECKING:
    from analysis.patterns import Setting
    from analysis.summary import Summary
    from sim import Scenario
    from sim.run import Result

INTERRUPTED = 130
Command = TypeVar("Command", bound=Callable[..., Any])


class CannotRun(click.ClickException):
    """What the user can mend, in one line, with exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line and nothing else."""
        click.echo(self.format_message(), file=file, err=file is None)


class Whole(click.ParamType):  # type: ignore[type-arg]  # generic in some releases of click only
    """A whole number of at least so much; anything else is told in one line."""

    name = "integer"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ARG002
        """Read the number."""
        option = param.opts[0] if param else "value"
        try:
            found = int(value)
        except ValueError:
            found = self.least - 1
        if found < self.least:
            raise CannotRun(f"{option} {value}: expected a whole number of at least {self.least}")
        return found


def run_options(command: Command) -> Command:
    """Add what every command that simulates takes."""
    options = [
        click.argument("scenario"),
        set_option,
        click.option("--replications", type=Whole(1), metavar="N", help="Instead of the scenario's own number."),
        click.option("--seed", type=Whole(0), metavar="N", help="Instead of the scenario's own seed."),
        click.option(
            "--workers", type=Whole(1), metavar="N", help="Processes to share the work.  [default: all cores]"
        ),
        click.option(
            "--results",
            type=click.Path(path_type=Path),
            default=Path("results"),
            show_default=True,
            metavar="DIR",
            help="Folder in which the tables are kept, in a folder named like the scenario; with --set, "
            "'~' and 8 digits that stand for the values follow the name.",
        ),
        click.option(
            "--json", "as_json", is_flag=True, help="Print the rates on standard output as a JSON list of rows."
        ),
        click.option("--quiet", is_flag=True, help="No progress and no remarks on standard error."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@run_options
def run(as_json: bool, quiet: bool, **asked: Any) -> None:
    """Simulate SCENARIO (a name or a YAML file) and print its rates.

    Finished replications are kept; the same command after an interruption goes on where it stopped.
    """
    result = _simulate("run", quiet=quiet, **asked)
    with _one_line():
        from analysis.summary import summarise

        summary = summarise(result)
    _print(summary, as_json=as_json, quiet=quiet)
    _remark(f"Tables: {result.folder}", quiet=quiet)


@click.command()
@run_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    metavar="DIR",
    help="Folder in which the report is written, in a folder named as under --results.",
)
def report(out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Simulate SCENARIO, fit and draw, and write a page with its charts and numbers."""
    _check_writable(out)
    result = _simulate("report", quiet=quiet, **asked)
    with (
        _one_line(),
        _stopped("Stopped; the tables are kept and nothing was published. The same command goes on from there."),
    ):
        from analysis.findings import find
        from analysis.report import publish
        from analysis.summary import summarise

        summary = summarise(result)
        findings = find(summary, lambda what: _remark(f"{what} ...", quiet=quiet))
        _remark("drawing the charts ...", quiet=quiet)
        name = _folder_name(result.scenario, asked["overrides"])
        published = publish(findings, out / name, overrides=asked["overrides"])
    _print(summary, as_json=as_json, quiet=quiet)
    click.echo(
        f"\n{published.sentence}\n"
        f"Report: {published.folder / 'report.html'} and {len(published.files) - 1} files beside it",
        err=as_json,
    )


@click.command()
@click.option("--replications", type=Whole(1), metavar="N", help="Instead of each scenario's own number.")
@click.option("--seed", type=Whole(0), metavar="N", help="Instead of each scenario's own seed.")
@click.option("--workers", type=Whole(1), metavar="N", help="Processes to share the work.  [default: all cores]")
@click.option("--only", metavar="P1,P5", help="These rows only.")
@set_option
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path("results"),
    show_default=True,
    metavar="DIR",
    help="Folder in which the tables are kept.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write patterns.csv and patterns.md there, in a folder named patterns, such as reports.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of rows.")
@click.option("--quiet", is_flag=True, help="No progress and no remarks on standard error.")
def patterns(
    only: str | None, overrides: dict[str, str], out: Path | None, as_json: bool, quiet: bool, **asked: Any
) -> None:
    """Measure the published patterns P1 to P12, each with its publication's own denominator.

    Nothing in the model is tuned on them. A miss stays a miss; the notes say what was tried.
    """
    from analysis import pattern_table as rows

    wanted = rows.chosen(only)
    if out is not None:
        _check_writable(out)

    def run(setting: Setting) -> Result:
        return _simulate("patterns", quiet=quiet, scenario=setting.scenario,
                         overrides={**dict(setting.overrides), **overrides}, **asked)

    table = rows.patterns_table(list(rows.measure_patterns(run, wanted)))
    if as_json:
        click.echo(table.to_json(orient="records", indent=1, force_ascii=False))
    else:
        click.echo(rows.patterns_text(table))
    if out is None:
        return
    with _one_line():
        folder = out / "patterns"
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / "patterns.csv", index=False)
        (folder / "patterns.md").write_text(rows.patterns_markdown(table), encoding="utf-8")
    _remark(f"Written: {folder / 'patterns.csv'} and patterns.md beside it", quiet=quiet)


def _simulate(
    command: str,
    *,
    quiet: bool,
    scenario: str,
    overrides: dict[str, str],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    results: Path,
) -> Result:
    """Load and run a scenario, its tables kept under `results`."""
    with scenario_errors():
        from sim import load_scenario

        loaded = load_scenario(scenario, overrides)
        name = _folder_name(loaded, overrides)
    folder = results / name
    _check_writable(folder)
    if name != loaded.name:
        _remark(f"With --set the folder is called {name}; --set name=... chooses another name.", quiet=quiet)
    progress = _Progress(loaded.name, quiet=quiet)
    try:
        with _one_line(), scenario_errors():
            from concurrent.futures.process import BrokenProcessPool

            from sim import simulate

            try:
                return simulate(
                    loaded,
                    replications=replications,
                    seed=seed,
                    workers=workers or _cores(),
                    folder=folder,
                    progress=progress,
                )
            except BrokenProcessPool:
                raise CannotRun(
                    f"A worker process was ended from outside, perhaps for want of memory; {progress.kept(folder)} "
                    "Try fewer --workers."
                ) from None
    except KeyboardInterrupt:
        progress.close()
        click.echo(f"Stopped; {progress.kept(folder)} The same '{command}' command goes on from there.", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        progress.close()


def _folder_name(scenario: Scenario, overrides: Mapping[str, str]) -> str:
    """Name the folder of a run: its scenario's name, and other values than the file's a folder of their own."""
    if not overrides or "name" in overrides:
        return scenario.name
    return f"{scenario.name}~{scenario.digest[:8]}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Progress:
    """Tell on standard error how far the replications are: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self.name, self.quiet = name, quiet
        self.done = self.total = 0
        self.bar: Any = None
        self.began = self.told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        first = self.total == 0
        fresh, self.done, self.total = done - self.done, done, total
        if self.quiet:
            return
        if sys.stderr.isatty():
            if self.bar is None:
                from tqdm import tqdm

                self.bar = tqdm(total=total, initial=done, desc=self.name, unit="replication", file=sys.stderr)
            elif fresh:
                self.bar.update(fresh)
            return
        now = time.monotonic()
        if first and done:
            _remark(f"{self.name}: {done} of {total} replications were already there", quiet=False)
        elif done == total or now - self.told >= 5:
            self.told = now
            _remark(f"{self.name}: {done} of {total} replications, {now - self.began:.0f} s", quiet=False)

    def kept(self, folder: Path) -> str:
        """Say what an unfinished run leaves."""
        if not self.total:
            return "nothing had been simulated yet."
        # Workers may have finished one more after the last word from them.
        done = max(self.done, sum(1 for _ in (folder / "done").glob("*.json")))
        return f"{done} of {self.total} replications are finished and kept in {folder}."

    def close(self) -> None:
        """Leave the bar as it is and end its line."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def _check_writable(folder: Path) -> None:
    """Refuse before an hour's work a folder that could not be written after it; nothing is made."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise CannotRun(f"{place}: is not a folder, so {folder} cannot be written")
    if not os.access(place, os.W_OK | os.X_OK):
        raise CannotRun(f"{place}: may not be written, so {folder} cannot be")


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn disk trouble into one line."""
    try:
        yield
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        raise CannotRun(f"{where}{problem.strerror or problem}") from None


@contextmanager
def _stopped(line: str) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        click.echo(line, err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


def _remark(text: str, *, quiet: bool) -> None:
    if not quiet:
        click.echo(text, err=True)


def _print(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    """Print rates and claims: for people on standard output, or rows for machines with the claims beside them."""
    from analysis.cast import cast_text
    from analysis.summary import claims_text, json_rows, rates_text

    if as_json:
        click.echo(json.dumps(json_rows(summary), indent=1, ensure_ascii=False))
        _remark(claims_text(summary), quiet=quiet)
        return
    scenario, manifest = summary.scenario, summary.manifest
    click.echo(f"{scenario.name}: {scenario.title or 'no title'}")
    click.echo(
        f"{manifest['replications']} replications, seed {manifest['seed']}, {scenario.population.people:,} people\n"
    )
    parts = (rates_text(summary), cast_text(summary.cast), claims_text(summary))
    click.echo("\n\n".join(part for part in parts if part))
