"""Commands about many runs: carry out a sweep, and see how far one is that runs elsewhere.

Nothing but click is imported until a command runs.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.shared import (
    Whole,
    check_writable,
    cluster_option,
    json_option,
    quiet_option,
    remark,
    results_option,
    stopped,
    store_option,
    workers_option,
)
from sim.cli import scenario_errors

if TYPE_CHECKING:
    from analysis.sweeps.result import Account, SweepResult
    from sim.experiments.rounds import Finished
    from sim.experiments.sweep import Sweep
from analysis.cli.shared import crew, one_line_of_engine
from analysis.presentation.wording import duration

SOME_FAILED = 1

SHOWN_FAILURES = 10


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replications", type=Whole(1), metavar="N", help="Of each point, instead of what the file says.")
@workers_option
@cluster_option
@results_option("Folder in which the sweep is kept, in a folder named like it.")
@store_option
@click.option("--keep-tables", is_flag=True, help="Keep the tables of every run; the disk need is told beforehand.")
@json_option("Print all rates on standard output as a JSON list of rows.")
@quiet_option
def sweep(
    file: Path,
    replications: int | None,
    workers: int | None,
    cluster: str | None,
    results: Path,
    store: Path | None,
    keep_tables: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate the points of the design in FILE, and write its rates with their intervals.

    FILE is the path of a sweep or the name of a shipped one (crowding).

    Runs go round by round: every point once, then every point again. Finished runs are kept; the same command after
    an interruption of any kind goes on where it stopped. Exit code 1 says that some runs failed.
    """
    with scenario_errors():
        from sim.experiments.sweep_reader import load_sweep, sweep_file

        file = sweep_file(file)
        asked = _asked(load_sweep(file), replications, keep_tables)
    folder = results / asked.name
    check_writable(folder)
    if store is not None:
        check_writable(store)
    for note in asked.notes:
        remark(f"Note: {note}", quiet=quiet)
    progress = SweepProgress(asked.name, quiet=quiet)

    def say(sentence: str) -> None:
        progress.pause()
        remark(sentence, quiet=quiet)

    kept = f"Stopped; what has finished is kept in {folder}. The same 'sweep' command goes on from there."
    with one_line_of_engine(), stopped(kept), crew(cluster, workers) as (executor, count):
        from analysis.sweeps.run import run_sweep

        try:
            result = run_sweep(
                asked, folder, source=file, store=store, executor=executor, workers=count, watch=progress, say=say
            )
        finally:
            progress.close()
    if as_json:
        click.echo(result.rates.to_json(orient="records", indent=1, force_ascii=False))
    else:
        _print(asked, result)
    assert result.account is not None  # noqa: S101  (run_sweep gives one)
    remark(told_cost(result.account), quiet=quiet)
    remark(f"Tables: {folder}", quiet=quiet)
    if result.account.failed:
        _print_failures(result)
        raise click.exceptions.Exit(SOME_FAILED)


def _asked(loaded: Sweep, replications: int | None, keep_tables: bool) -> Sweep:
    if replications is not None:
        loaded = replace(loaded, replications=replications, precision=None)
    return replace(loaded, keep_tables=True) if keep_tables else loaded


class SweepProgress:
    """Tell on standard error how far the runs are: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self.name, self.quiet = name, quiet
        self.done = self.failed = self.kept = 0
        self.bar: Any = None
        self.began = self.told = time.monotonic()

    def __call__(self, finished: Finished[Any], wanted: int) -> None:
        """Take note of a finished run, and say so now and then."""
        self.done += 1
        self.failed += bool(finished.error)
        self.kept += finished.kept
        if self.quiet:
            return
        if sys.stderr.isatty():
            self._show(finished, wanted)
            return
        now = time.monotonic()
        if self.done == wanted or now - self.told >= 10:
            self.told = now
            remark(f"{self.name}: {self.line(wanted)}", quiet=False)

    def _show(self, finished: Finished[Any], wanted: int) -> None:
        if self.bar is None:
            from tqdm import tqdm

            self.bar = tqdm(total=wanted, desc=self.name, unit="run", file=sys.stderr, smoothing=0.05)
        self.bar.total = wanted
        if finished.kept:
            self.bar.initial += 1  # took no time, and says nothing of how much is left
        if self.failed:
            self.bar.set_postfix_str(f"{self.failed} failed", refresh=False)
        self.bar.update()

    def line(self, wanted: int) -> str:
        """Say in one line how far it is."""
        fresh, seconds = self.done - self.kept, time.monotonic() - self.began
        line = f"{self.done} of {wanted} runs, {self.failed} failed"
        if self.kept:
            line += f", {self.kept} were already there"
        if not fresh:
            return line
        speed = fresh / max(seconds, 1e-9)
        left = "" if self.done >= wanted else f", {duration((wanted - self.done) / speed)} left"
        return f"{line}, {speed:.2g} runs/s{left}"

    def pause(self) -> None:
        """Make room for a sentence."""
        if self.bar is not None:
            self.bar.clear()

    def close(self) -> None:
        """Leave the bar as it is and end its line."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def told_cost(account: Account) -> str:
    """Say in one line what was run and what it cost."""
    fresh = account.runs - account.kept
    told = f"{account.runs} runs"
    if account.kept:
        told += f" ({account.kept} were already there)"
    told += f", {account.failed} failed; {account.workers} {'core' if account.workers == 1 else 'cores'}, "
    told += duration(account.elapsed)
    if fresh:
        told += f"; a run took {account.wall / fresh:.2f} s ({account.cpu / fresh:.2f} s of CPU)"
    return told


def _print(asked: Sweep, result: SweepResult) -> None:
    from analysis.sweeps.sentences import rates_text

    click.echo(f"{asked.name}: {asked.title or 'no title'}")
    click.echo(f"{len(asked.points)} points, seed {asked.seed}, {asked.base.name}\n")
    click.echo(rates_text(asked, result.rates))


def _print_failures(result: SweepResult) -> None:
    """Tell what failed, each with the command that repeats it, whether asked to be quiet or not."""
    failures = result.failures
    for row in failures.head(SHOWN_FAILURES).itertuples():
        click.echo(f"Failed: point {row.point}, replication {row.replication}: {row.error}\n  {row.command}", err=True)
    if len(failures) > SHOWN_FAILURES:
        rest = len(failures) - SHOWN_FAILURES
        click.echo(f"... and {rest} more, in {result.folder / 'failures.parquet'}", err=True)
    click.echo("The same 'sweep' command tries the failed runs again.", err=True)
