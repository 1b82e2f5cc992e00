"""What the commands that simulate share: progress, errors in one line, runs that are kept and go on.

Nothing but click is imported until a command runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.cli import CannotRun, scenario_errors, set_option

if TYPE_CHECKING:
    from analysis.reporting.summary import Summary
    from sim import Scenario
    from sim.runs.result import Result
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor


import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim import Scenario
    from sim.runs.result import Result

INTERRUPTED = 130


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


def simulate_kept(
    command: str,
    scenario: Scenario,
    folder: Path,
    *,
    quiet: bool,
    replications: int | None,
    seed: int | None,
    workers: int | None,
) -> Result:
    """Run a scenario, its tables kept in a folder from which the same command goes on after an interruption."""
    progress = Progress(scenario.name, quiet=quiet)
    try:
        with one_line(), scenario_errors():
            from concurrent.futures.process import BrokenProcessPool

            from sim import simulate

            try:
                return simulate(
                    scenario,
                    replications=replications,
                    seed=seed,
                    workers=workers or cores(),
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


def cores() -> int:
    """Return how many processes this one may use at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Progress:
    """Tell on standard error how far the replications are: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self.name, self.quiet = name, quiet
        self.done = self.total = 0
        self.bar: Any = None
        self.began = self.told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Take note of how many replications are finished, and say so now and then."""
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
            remark(f"{self.name}: {done} of {total} replications were already there", quiet=False)
        elif done == total or now - self.told >= 5:
            self.told = now
            remark(f"{self.name}: {done} of {total} replications, {now - self.began:.0f} s", quiet=False)

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


def check_writable(folder: Path) -> None:
    """Refuse before an hour's work a folder that could not be written after it; nothing is made."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise CannotRun(f"{place}: is not a folder, so {folder} cannot be written")
    if not os.access(place, os.W_OK | os.X_OK):
        raise CannotRun(f"{place}: may not be written, so {folder} cannot be")


@contextmanager
def one_line() -> Iterator[None]:
    """Turn disk trouble into one line."""
    try:
        yield
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        raise CannotRun(f"{where}{problem.strerror or problem}") from None


@contextmanager
def stopped(line: str) -> Iterator[None]:
    """Say a line when the user stops, and end with the exit code for it."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(line, err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


def remark(text: str, *, quiet: bool) -> None:
    """Say a line on standard error, unless asked to be quiet."""
    if not quiet:
        click.echo(text, err=True)


Command = TypeVar("Command", bound=Callable[..., Any])

# Options of more than one command, in the same words everywhere.
workers_option = click.option(
    "--workers", type=Whole(1), metavar="N", help="Processes to share the work.  [default: all cores]"
)
cluster_option = click.option(
    "--cluster", metavar="ADDRESS", help="Run on the Dask cluster whose scheduler is at this address."
)
store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Store of runs shared with others, also with some that run at the same time.  [default: one of its own]",
)
quiet_option = click.option("--quiet", is_flag=True, help="No progress and no remarks on standard error.")


def json_option(prints: str) -> Callable[[Command], Command]:
    """Add ``--json``, with a sentence that says what it prints."""
    return click.option("--json", "as_json", is_flag=True, help=prints)


def results_option(holds: str) -> Callable[[Command], Command]:
    """Add ``--results``, with a sentence that says what the folder holds."""
    return click.option(
        "--results",
        type=click.Path(path_type=Path),
        default=Path("results"),
        show_default=True,
        metavar="DIR",
        help=holds,
    )


def run_options(command: Command) -> Command:
    """Add what every command that simulates takes."""
    options = [
        click.argument("scenario"),
        set_option,
        click.option("--replications", type=Whole(1), metavar="N", help="Instead of the scenario's own number."),
        click.option("--seed", type=Whole(0), metavar="N", help="Instead of the scenario's own seed."),
        workers_option,
        results_option(
            "Folder in which the tables are kept, in a folder named like the scenario; with --set, "
            "'~' and 8 digits that stand for the values follow the name."
        ),
        json_option("Print the rates on standard output as a JSON list of rows."),
        quiet_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def simulate_scenario(
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
        name = folder_name(loaded, overrides)
    folder = results / name
    check_writable(folder)
    if name != loaded.name:
        remark(f"With --set the folder is called {name}; --set name=... chooses another name.", quiet=quiet)
    return simulate_kept(command, loaded, folder, quiet=quiet, replications=replications, seed=seed, workers=workers)


def folder_name(scenario: Scenario, overrides: Mapping[str, str]) -> str:
    """Name the folder of a run: its scenario's name, and other values than the file's a folder of their own."""
    if not overrides or "name" in overrides:
        return scenario.name
    return f"{scenario.name}~{scenario.digest[:8]}"


def print_rates(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    """Print rates and claims: for people on standard output, or rows for machines with the claims beside them."""
    from analysis.reporting.sentences import cast_text, claims_text, rates_text
    from analysis.reporting.summary import json_rows

    if as_json:
        click.echo(json.dumps(json_rows(summary), indent=1, ensure_ascii=False))
        remark(claims_text(summary), quiet=quiet)
        return
    scenario, manifest = summary.scenario, summary.manifest
    click.echo(f"{scenario.name}: {scenario.title or 'no title'}")
    click.echo(
        f"{manifest['replications']} replications, seed {manifest['seed']}, {scenario.population.people:,} people\n"
    )
    parts = (rates_text(summary), cast_text(summary.cast), claims_text(summary))
    click.echo("\n\n".join(part for part in parts if part))


@contextmanager
def crew(cluster: str | None, workers: int | None) -> Iterator[tuple[Executor | None, int]]:
    """Give the executor of a cluster, or none and a number of processes of this machine."""
    if cluster is None:
        yield None, workers or cores()
        return
    if workers is not None:
        raise CannotRun("--workers cannot be combined with --cluster: the cluster decides how many there are")
    from sim.runs import executors

    with executors.cluster(cluster) as executor:
        yield executor, 1


@contextmanager
def one_line_of_engine() -> Iterator[None]:
    """Turn what the store, the workers or the cluster cannot do into one line."""
    with one_line(), scenario_errors():
        from sim.experiments.worker import WorkerError
        from sim.runs.executors import ClusterError
        from sim.store.store import StoreError

        try:
            yield
        except (StoreError, WorkerError, ClusterError) as problem:
            raise CannotRun(str(problem)) from None
