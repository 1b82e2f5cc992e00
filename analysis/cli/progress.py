"""What commands say on standard error while they work."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.terminal import say

if TYPE_CHECKING:
    from analysis.sweeps.result import Account
    from sim import Scenario
    from sim.experiments.rounds import Finished


def remark(text: str, *, quiet: bool) -> None:
    """Print a line on standard error, unless asked to be quiet."""
    if not quiet:
        say(text, err=True)


class Progress:
    """How many replications are finished: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self.name, self.quiet = name, quiet
        self.done = self.total = 0
        self.bar: Any = None
        self.began = self.told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Note how many replications are finished, and report every few seconds."""
        first = self.total == 0
        if first:  # what was loaded before is no time of the runs
            self.began = self.told = time.monotonic()
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
        """Say what is left of a run that was stopped."""
        if not self.total:
            return "nothing had been simulated yet."
        # Workers may have finished one more since their last report.
        done = max(self.done, sum(1 for _ in (folder / "done").glob("*.json")))
        return f"{done} of {self.total} replications are finished and kept in {folder}."

    def close(self) -> None:
        """Leave the bar on the screen and end its line."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


class Runs:
    """Tells of the runs of a command, one after another: what `begins`, `progress` and `told` of a function take."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.new: list[Path] = []
        self.made: list[Path] = []
        self.progress: Progress | None = None
        self.folder: Path | None = None

    def begins(self, scenario: Scenario, folder: Path | None) -> None:
        """Note which run comes next, and say what its network holds."""
        self.close()
        if scenario.network.edge_list is not None:
            from sim.market.edge_list import edge_list_of

            remark(f"Network: {edge_list_of(scenario).line}", quiet=self.quiet)
        self.progress, self.folder = Progress(scenario.name, quiet=self.quiet), folder
        if folder is not None and folder not in self.new and not (folder / "manifest.json").exists():
            self.new.append(folder)
            self.made += [place for place in folder.parents if not place.exists()]

    def __call__(self, done: int, total: int) -> None:
        """Note how many of its replications are finished."""
        if self.progress is not None:
            self.progress(done, total)

    def told(self, step: str) -> None:
        """Say what comes after the runs."""
        self.close()
        remark(f"{step} ...", quiet=self.quiet)

    def drop_tables(self) -> None:
        """Remove the tables of runs that these commands have begun; those of runs that were there before stay."""
        from sim.runs.folder import remove_run

        for folder in self.new:
            remove_run(folder)
        for place in self.made:
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()

    @property
    def finished(self) -> bool:
        """Whether the last run has all its replications."""
        return self.progress is not None and 0 < self.progress.total == self.progress.done

    def kept(self) -> str:
        """Say what is left of a run that was stopped."""
        if self.progress is None or self.folder is None:
            return "nothing had been simulated yet."
        return self.progress.kept(self.folder)

    def close(self) -> None:
        """Leave the bar on the screen and end its line."""
        if self.progress is not None:
            self.progress.close()


class RunProgress:
    """How many runs in a store are finished: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self.name, self.quiet = name, quiet
        self.done = self.failed = self.kept = 0
        self.bar: Any = None
        self.began = self.told = time.monotonic()

    def __call__(self, finished: Finished[Any], wanted: int) -> None:
        """Note a finished run, and report every few seconds."""
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
            self.bar.initial += 1  # it took no time, so it must not count for the speed
        if self.failed:
            self.bar.set_postfix_str(f"{self.failed} failed", refresh=False)
        self.bar.update()

    def line(self, wanted: int) -> str:
        """Return a line of progress."""
        from analysis.presentation.wording import duration

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
        """Hide the bar while a sentence is printed."""
        if self.bar is not None:
            self.bar.clear()

    def close(self) -> None:
        """Leave the bar on the screen and end its line."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def cost_text(account: Account) -> str:
    """Say in one line what was run and what it cost."""
    from analysis.presentation.wording import duration

    fresh = account.runs - account.kept
    text = f"{account.runs} runs"
    if account.kept:
        text += f" ({account.kept} were already there)"
    text += f", {account.failed} failed; {account.workers} {'core' if account.workers == 1 else 'cores'}, "
    text += duration(account.elapsed)
    if fresh:
        text += f"; a run took {account.wall / fresh:.2f} s ({account.cpu / fresh:.2f} s of CPU)"
    return text
