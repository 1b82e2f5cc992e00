"""How far a sweep is, read from its folder and store by anybody who can see them; nothing is written or locked."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.presentation.wording import duration
from sim.display import Shown
from sim.store.store import Run, Store, key_of

RECENT = 300.0  # seconds over which the present speed is taken


@dataclass(frozen=True, repr=False)
class Status(Shown):
    """How far a sweep is.

    Attributes
    ----------
    name, title
        Of the sweep.
    points, wanted
        Points, and runs of all of them; with a target of precision the least that there will be.
    most
        The same, at most.
    done, failed
        Runs finished well, and failed ones.
    rounds
        Runs finished well in each round, the first first.
    speed
        Runs a second over the last five minutes, or since the sweep was begun; 0 if none has finished.
    last
        Seconds since the last run finished; None before the first.
    left
        Seconds that what is wanted will take at this speed; None where nobody can tell.
    remarks
        Damaged rows, if any.
    """

    name: str
    title: str
    points: int
    wanted: int
    most: int
    done: int
    failed: int
    rounds: tuple[int, ...]
    speed: float
    last: float | None
    left: float | None
    remarks: tuple[str, ...]

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        return f"of {self.name}", {"done": self.done, "of": self.wanted, "failed": self.failed, "points": self.points}

    def as_dict(self) -> dict[str, Any]:
        """Give it as names and values."""
        return asdict(self)


def read_status(folder: str | Path) -> Status:
    """Look into the folder of a sweep.

    Raises
    ------
    AnalysisError
        When it is not one.
    """
    import pandas as pd

    folder = Path(folder)
    try:
        asked = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
        digests = pd.read_parquet(folder / "design.parquet")["digest"].tolist()
        store = Store(folder / asked["store"], readonly=True)
    except (OSError, ValueError, KeyError, TypeError):
        raise AnalysisError(
            f"{folder}: holds no sweep; expected sweep.json, design.parquet and a store, as "
            "'referralsim sweep' leaves them"
        ) from None
    rounds: list[int] = []
    runs: list[Run] = []
    most = asked["replications"]
    for replication in range(most):
        found = [
            run
            for digest in digests
            if (run := store.find(key_of(digest, asked["seed"], replication, asked["versions"])))
        ]
        if not found:
            break
        good = sum(not run.error and set(asked["names"]) <= set(run.names) for run in found)
        rounds.append(good)
        runs.extend(found)
    done, failed = sum(rounds), sum(bool(run.error) for run in runs)
    wanted = len(digests) * asked["at_least"]
    speed, last = _speed(runs, asked["began"])
    left = max(wanted - done - failed, 0) / speed if speed else None
    return Status(
        asked["name"],
        asked["title"],
        len(digests),
        wanted,
        len(digests) * most,
        done,
        failed,
        tuple(rounds),
        speed,
        last,
        left,
        tuple(store.remarks),
    )


def _speed(runs: list[Run], began: float) -> tuple[float, float | None]:
    if not runs:
        return 0.0, None
    now = time.time()
    since = max(now - RECENT, began)
    fresh = sum(run.finished >= since for run in runs)
    return fresh / max(now - since, 1e-9), max(now - max(run.finished for run in runs), 0.0)


def status_text(status: Status) -> str:
    """Write it in a few lines."""
    complete = sum(count >= status.points for count in status.rounds)
    most = f" (up to {status.most})" if status.most > status.wanted else ""
    done = f"{status.done} of {status.wanted}{most} runs done, {status.failed} failed"
    lines = [
        f"{status.name}: {status.title or 'no title'}",
        f"{done}; {status.points} points, {complete} rounds complete",
    ]
    lines.extend(
        f"  round {number}: {count} of {status.points}"
        for number, count in enumerate(status.rounds, 1)
        if count < status.points
    )
    if status.last is None:
        lines.append("No run has finished yet.")
    else:
        line = f"Last run finished {duration(status.last)} ago; {status.speed:.2g} runs/s over the last minutes"
        if status.left and status.done + status.failed < status.wanted:
            line += f"; {duration(status.left)} left at this speed"
        lines.append(line)
    lines.extend(f"Store: {sentence}" for sentence in status.remarks)
    return "\n".join(lines)
