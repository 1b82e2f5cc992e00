"""What is to be run, in which order, and when it is enough: every point once, then every point again."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sim.experiments.sweep import Precision
from sim.scenario.scenario import Scenario

Made = TypeVar("Made", covariant=True)


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be done.

    Attributes
    ----------
    point
        Number of the point of the design.
    scenario
        What is simulated there.
    seed
        Of the whole experiment, so that all points have common random numbers.
    replication
        Number of the repetition, from 0.
    names
        What is measured in this run, besides what is measured in all.
    """

    point: int
    scenario: Scenario
    seed: int
    replication: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished(Generic[Made]):
    """One run that is done.

    Attributes
    ----------
    task
        What was asked.
    values
        What was measured, name to (n, value) where runs are kept in a store; None for a run that failed.
    cost
        Of the run: cpu_seconds, wall_seconds, applications and so on.
    error
        Why it failed; empty for one that went well.
    kept
        Whether it was in the store before it was asked for.
    """

    task: Task
    values: Made | None
    cost: dict[str, Any]
    error: str = ""
    kept: bool = False


class Source(Protocol):
    """Gives tasks one by one and hears of each that has finished: for designs that depend on what comes out."""

    def take(self) -> Task | None:
        """Give the next task; None while there is none (the last time when nothing is under way any more)."""
        ...

    def note(self, finished: Finished[Any]) -> None:
        """Hear of a task that has finished."""
        ...


def enough(precision: Precision, values: Sequence[float]) -> bool:
    """Tell whether these per-replication values (NaN for none) are as many as the precision needs."""
    known = [value for value in values if not math.isnan(value)]
    if len(values) < precision.at_least or len(known) < 2:
        return False
    return half_width(known, precision.confidence) <= precision.half_width


def half_width(values: Sequence[float], confidence: float) -> float:
    """Half of the Student interval for the mean of two or more independent values."""
    from scipy import special

    n = len(values)
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return float(special.stdtrit(n - 1, 0.5 + confidence / 2)) * math.sqrt(variance / n)


class Rounds:
    """Every point once, then every point again, until each has its replications.

    With a target of precision each point is looked at whenever all its replications so far have finished; whether it
    goes on depends on those alone, never on which worker was faster.

    Parameters
    ----------
    points : sequence of int
        In the order of the design.
    task : callable
        From point and replication to the task.
    replications : int or Precision
        How many of each point.

    Attributes
    ----------
    replications : dict
        Point to the number of its replications, as far as is known.
    wanted : int
        Their sum.
    """

    def __init__(self, points: Sequence[int], task: Callable[[int, int], Task], replications: int | Precision) -> None:
        self._task = task
        self._precision = replications if isinstance(replications, Precision) else None
        self._first = self._precision.at_least if self._precision else int(replications)  # type: ignore[arg-type]
        self._order = {point: place for place, point in enumerate(points)}
        # A heap: lower rounds first, in a round the order of the design.
        self._ready = [(0, place, point) for point, place in self._order.items()]
        self._results: dict[int, dict[int, float]] = {point: {} for point in points}
        self.replications: dict[int, int] = dict.fromkeys(points, self._first)
        self.wanted = self._first * len(self.replications)

    def take(self) -> Task | None:
        """Give the task that comes next."""
        if not self._ready:
            return None
        replication, place, point = heapq.heappop(self._ready)
        if replication + 1 < self._first:
            heapq.heappush(self._ready, (replication + 1, place, point))
        return self._task(point, replication)

    def note(self, finished: Finished[Any]) -> None:
        """Hear of a task; a point whose replications have all finished goes on or is done."""
        precision, point = self._precision, finished.task.point
        if precision is None:
            return
        results = self._results[point]
        value = (finished.values or {}).get(precision.of, (0.0, math.nan))[1]
        results[finished.task.replication] = value
        count = self.replications[point]
        if len(results) == count < precision.at_most and not enough(precision, [results[i] for i in range(count)]):
            self.replications[point] = count + 1
            self.wanted += 1
            heapq.heappush(self._ready, (count, self._order[point], point))
