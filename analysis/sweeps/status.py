"""How far a sweep is, read from its folder and its store without writing or locking anything."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.sweeps.request import REQUEST
from sim.display import Shown
from sim.own_files.listing import digest_of, on_list
from sim.store.store import Run, Store, key_of

RECENT = 300.0  # seconds over which the speed is measured


@dataclass(frozen=True, repr=False)
class Status(Shown):
    """How far a sweep is.

    Attributes
    ----------
    name, title
        Of the sweep.
    points, wanted
        Number of points, and of planned runs; with a precision target, the smallest possible number of runs.
    most
        Largest possible number of runs.
    done, failed
        Number of runs that succeeded and that failed.
    rounds
        Successful runs in each round, in order.
    speed
        Runs per second over the last five minutes, or since the sweep began; 0 if no run has finished.
    last
        Seconds since the last run finished; None if none has.
    left
        Seconds that the planned runs still take at this speed; None if the speed is 0.
    remarks
        Remarks of the store about damaged records.
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
        """Return the status as names and values."""
        return asdict(self)


def read_status(folder: str | Path) -> Status:
    """Read the status of a sweep from its folder.

    Raises
    ------
    AnalysisError
        If the folder holds no sweep, or what it was asked to do is damaged.
    """
    import pandas as pd

    folder = Path(folder)
    _refuse_damaged(folder)
    try:
        request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
        digests = pd.read_parquet(folder / "design.parquet")["digest"].tolist()
        store = Store(folder / request["store"], readonly=True)
    except (OSError, ValueError, KeyError, TypeError):
        raise AnalysisError(
            f"{folder}: holds no sweep; expected sweep.json, design.parquet and a store, as "
            "'referralsim sweep' leaves them"
        ) from None
    rounds: list[int] = []
    runs: list[Run] = []
    most = request["replications"]
    for replication in range(most):
        round_runs = [
            run
            for digest in digests
            if (run := store.find(key_of(digest, request["seed"], replication, request["versions"])))
        ]
        if not round_runs:
            break
        good = sum(not run.error and set(request["names"]) <= set(run.names) for run in round_runs)
        rounds.append(good)
        runs.extend(round_runs)
    done, failed = sum(rounds), sum(bool(run.error) for run in runs)
    wanted = len(digests) * request["at_least"]
    speed, last = _speed(runs, request["began"])
    left = max(wanted - done - failed, 0) / speed if speed else None
    return Status(
        request["name"],
        request["title"],
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


def _refuse_damaged(folder: Path) -> None:
    """Refuse files that are not as the sweep wrote them; damage in the store is told of by the store itself."""
    known = on_list(folder)
    for name in (REQUEST, "design.parquet"):
        written = known.get(name)
        try:
            if written and digest_of(folder / name) not in written:
                raise AnalysisError(
                    f"{folder / name}: damaged, or changed since the sweep wrote it; the same 'referralsim sweep' "
                    "command writes it anew and goes on from the runs in the store"
                )
        except OSError:
            continue  # told of where it is read


def _speed(runs: list[Run], began: float) -> tuple[float, float | None]:
    if not runs:
        return 0.0, None
    now = time.time()
    since = max(now - RECENT, began)
    fresh = sum(run.finished >= since for run in runs)
    return fresh / max(now - since, 1e-9), max(now - max(run.finished for run in runs), 0.0)
