"""What the commands share when they work: runs that are kept and go on, errors in one line, rates printed.

Nothing but click is imported until a command runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from analysis.cli.progress import RunProgress, Runs, remark
from sim.cli import CannotRun, scenario_errors
from sim.errors import disk_is_full
from sim.terminal import headed, say, say_error, say_json

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from analysis.reporting.summary import Summary
    from sim import Scenario

INTERRUPTED = 130
SHOWN_FAILURES = 10


@contextmanager
def telling_of_runs(command: str, *, quiet: bool, publishes: bool = False) -> Iterator[Runs]:
    """Tell of runs whose tables are kept: how far they are, what a stop leaves, errors in one line.

    Parameters
    ----------
    command
        Its name: the same command goes on from where it was stopped.
    quiet
        Whether only errors are told.
    publishes
        Whether files are written after the runs, of which a stop leaves none.
    """
    runs = Runs(quiet=quiet)
    try:
        with one_line(), scenario_errors():
            from concurrent.futures.process import BrokenProcessPool

            try:
                yield runs
            except BrokenProcessPool:
                raise CannotRun(
                    f"A worker process was killed, perhaps because memory ran out; {runs.kept()} Try fewer --workers."
                ) from None
            except OSError as problem:
                if not disk_is_full(problem):
                    raise
                raise CannotRun(
                    f"{of_the_disk(problem)}; {runs.kept()} Make room, and the same '{command}' command goes on from "
                    "there."
                ) from None
    except KeyboardInterrupt:
        runs.close()
        line = f"{runs.kept()} The same '{command}' command goes on from there."
        if publishes and runs.finished:
            line = "the tables are kept and nothing was published. The same command goes on from there."
        say(f"Stopped; {line}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        runs.close()


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written before the work starts, not after it. Makes nothing."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    so = "" if place == folder else f", so {folder} cannot be made"
    if not place.is_dir():
        raise CannotRun(f"{place}: is not a folder{so}; name another folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise CannotRun(f"{place}: you may not write there{so}; name another folder")


def write_text(file: Path, text: str) -> None:
    """Write a file whole or not at all; a link or a device, such as ``/dev/stdout``, is written to as it is."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        file.write_text(text, encoding="utf-8")
        return
    from sim.files import write_whole

    write_whole(file, text.encode())


@contextmanager
def one_line() -> Iterator[None]:
    """Report an error of the disk in one line."""
    try:
        yield
    except OSError as problem:
        raise CannotRun(of_the_disk(problem)) from None


def of_the_disk(problem: OSError) -> str:
    """Say in a few words what the disk refused, whoever says it: pyarrow has words of its own, or only a path."""
    if problem.errno:
        return f"{f'{problem.filename}: ' if problem.filename else ''}{os.strerror(problem.errno)}"
    if isinstance(problem, FileNotFoundError):
        return f"{problem}: is not there any more; did another command remove it?"
    return str(problem)


@contextmanager
def stopped(line: str) -> Iterator[None]:
    """Print a line when the user stops the command, and end with exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        say(line, err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


def folder_of_run(name: str, overrides: Mapping[str, str], results: Path, *, quiet: bool) -> tuple[Scenario, Path]:
    """Load a scenario, and return it with the folder under `results` that its tables are kept in."""
    from analysis.commands.arguments import folder_name

    with scenario_errors():
        from sim import load_scenario

        scenario = load_scenario(name, overrides)
    folder = results / folder_name(scenario, overrides)
    check_folder_of_run(scenario, folder, quiet=quiet)
    return scenario, folder


def check_folder_of_run(scenario: Scenario, folder: Path | None, *, quiet: bool) -> None:
    """Refuse a folder that cannot be written, and say so where it is not called like its scenario."""
    if folder is None:
        return
    check_writable(folder)
    if folder.name != scenario.name:
        remark(f"With --set the folder is called {folder.name}; --set name=... chooses another name.", quiet=quiet)


def print_rates(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    """Print rates and claims: as text, or as JSON with the claims on standard error."""
    from analysis.reporting.sentences import cast_text, claims_text, rates_text
    from analysis.reporting.summary import json_rows

    if as_json:
        say_json(json_rows(summary))
        remark(claims_text(summary), quiet=quiet)
        return
    scenario, manifest = summary.scenario, summary.manifest
    say(headed(scenario.name, scenario.title))
    say(f"{manifest['replications']} replications, seed {manifest['seed']}, {scenario.population.people:,} people\n")
    parts = (rates_text(summary), cast_text(summary.cast), claims_text(summary))
    say("\n\n".join(part for part in parts if part))


@contextmanager
def crew(cluster: str | None, workers: int | None) -> Iterator[tuple[Executor | None, int]]:
    """Yield the executor of a cluster, or None and the number of processes to start here."""
    if cluster is None:
        yield None, workers or cores()
        return
    if workers is not None:
        raise CannotRun("--workers cannot be combined with --cluster: the cluster decides how many there are")
    from sim.runs.cluster import cluster as workers_of

    with workers_of(cluster) as executor:
        yield executor, 1


@contextmanager
def store_errors() -> Iterator[None]:
    """Report in one line what the store, the workers or the cluster cannot do."""
    with one_line(), scenario_errors():
        from sim.experiments.worker import WorkerError
        from sim.runs.cluster import ClusterError
        from sim.store.store import StoreError

        try:
            yield
        except (StoreError, WorkerError, ClusterError) as problem:
            raise CannotRun(str(problem)) from None


class Engine(TypedDict):
    """Where runs are carried out, and who is told of them: what the functions `sweep` and `calibrate` take."""

    executor: Executor | None
    workers: int
    watch: RunProgress
    say: Callable[[str], None]


@contextmanager
def engine(
    command: str, name: str, folder: Path, *, cluster: str | None, workers: int | None, quiet: bool
) -> Iterator[Engine]:
    """Carry out runs that a store keeps: progress is shown, errors end in one line, and a stop says how to go on."""
    progress = RunProgress(name, quiet=quiet)

    def say(sentence: str) -> None:
        progress.pause()
        remark(sentence, quiet=quiet)

    line = f"Stopped; finished runs are kept in {folder}. The same '{command}' command goes on from there."
    with store_errors(), stopped(line), crew(cluster, workers) as (executor, processes):
        try:
            yield {"executor": executor, "workers": processes, "watch": progress, "say": say}
        finally:
            progress.close()


def print_failures(failures: Sequence[str], command: str, more: str = "") -> None:
    """Print the first failures, even when asked to be quiet, and how to try again."""
    for failure in failures[:SHOWN_FAILURES]:
        for line in f"Failed: {failure}".splitlines():  # the error, and the command that shows it again
            say_error(line)
    if len(failures) > SHOWN_FAILURES:
        say(f"... and {len(failures) - SHOWN_FAILURES} more{more}", err=True)
    if failures:
        say(f"The same '{command}' command tries the failed runs again.", err=True)
