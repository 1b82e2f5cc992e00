"""The runs of an experiment: their order, round by round over all points, and when a point has enough of them."""

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
        The scenario of the point.
    seed
        Seed of the whole experiment, so that all points have common random numbers.
    replication
        Number of the replication, from 0.
    names
        Quantities measured in this run, in addition to those measured in all.
    """

    point: int
    scenario: Scenario
    seed: int
    replication: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished(Generic[Made]):
    """One finished run.

    Attributes
    ----------
    task
        The task.
    values
        What was measured: name to (n, value) if runs are kept in a store; None for a run that failed.
    cost
        Cost of the run: cpu_seconds, wall_seconds, applications and so on.
    error
        Why it failed; empty if it succeeded.
    kept
        Whether it was in the store already.
    other_program
        Whether other files of the program than those installed here made it.
    """

    task: Task
    values: Made | None
    cost: dict[str, Any]
    error: str = ""
    kept: bool = False
    other_program: bool = False


class Source(Protocol):
    """A source of tasks that is notified of each finished one, so that later tasks can depend on earlier results."""

    def take(self) -> Task | None:
        """Return the next task, or None if there is none now; when nothing is under way, None ends the experiment."""
        ...

    def note(self, finished: Finished[Any]) -> None:
        """Take note of a finished task."""
        ...


def enough(precision: Precision, values: Sequence[float]) -> bool:
    """Return whether these values, one a replication (NaN for none), reach the precision."""
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
    """Rounds over the points, one replication of each, until each point has its replications.

    With a precision, a point is judged whenever all its replications so far have finished; whether it gets another
    depends on those alone, never on which worker was faster.

    Parameters
    ----------
    points : sequence of int
        In the order of the design.
    task : callable
        Makes the task of a point and a replication.
    replications : int or Precision
        Replications of each point, or the precision that decides.

    Attributes
    ----------
    replications : dict
        Point to the number of its replications, as known so far.
    wanted : int
        Their sum.
    """

    def __init__(self, points: Sequence[int], task: Callable[[int, int], Task], replications: int | Precision) -> None:
        self._task = task
        self._precision = replications if isinstance(replications, Precision) else None
        self._first = self._precision.at_least if self._precision else int(replications)  # type: ignore[arg-type]
        self._order = {point: place for place, point in enumerate(points)}
        # A heap: earlier rounds first, within a round in the order of the design.
        self._ready = [(0, place, point) for point, place in self._order.items()]
        self._results: dict[int, dict[int, float]] = {point: {} for point in points}
        self.replications: dict[int, int] = dict.fromkeys(points, self._first)
        self.wanted = self._first * len(self.replications)

    def take(self) -> Task | None:
        """Return the next task, or None if there is none now."""
        if not self._ready:
            return None
        replication, place, point = heapq.heappop(self._ready)
        if replication + 1 < self._first:
            heapq.heappush(self._ready, (replication + 1, place, point))
        return self._task(point, replication)

    def note(self, finished: Finished[Any]) -> None:
        """Take note of a finished task; a point whose replications have all finished gets another, or is done."""
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
