"""Strategies side by side at equal hours: chances of an interview and of a job, hours per interview, differences.

All arms run with the same seed and the same replications, so that they share as much chance as possible
(common random numbers), and differences are taken replication by replication.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy import stats

from analysis.claims.judging import difference_interval
from analysis.comparison.arms import Arm, arms_of
from analysis.comparison.split import Crossing, crossings, parts
from analysis.errors import AnalysisError
from analysis.estimation.estimands import CumulativeIncidence
from analysis.estimation.influence_functions import Influence
from analysis.estimation.intervals import FEW, check_level
from analysis.estimation.rates import pair_covariance
from analysis.quantities.catalogue import quantity
from analysis.tables.tables import Tables, load
from sim import Scenario, simulate
from sim.display import Shown
from sim.runs.result import Result
from sim.scenario.quantities import MEASURES, WEEKS_OF_SEARCH

WEEKS = WEEKS_OF_SEARCH
USUAL = 20
"""Replications unless a number or a scenario asks for more: enough to see a difference of ten points."""
LEAST = 2
"""Fewest replications: differences are judged by how they vary between replications."""


@dataclass(frozen=True)
class Outcome:
    """What is compared: a measure of a role, and for a chance within how many weeks of search."""

    measure: str
    kind: str
    weeks: int

    @property
    def unit(self) -> str:
        """Unit of the measure."""
        return MEASURES[self.measure].unit


OUTCOMES = (
    *(Outcome(f"interview_in_{weeks}_weeks", "interview", weeks) for weeks in WEEKS),
    *(Outcome(f"hired_in_{weeks}_weeks", "job", weeks) for weeks in WEEKS),
    Outcome("hours_per_interview", "hours", 0),
)


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Values of all arms, and their differences.

    Attributes
    ----------
    arms
        Who was compared; if there are many, each is compared with the last.
    outcomes
        One row for each arm and outcome: arm (label), measure, kind (``interview``, ``job``, ``hours``), weeks, unit,
        n (searches, or interviews), value, low, high, level, method, note, at_risk (searches that still went on and
        were followed at the end of these weeks).
    differences
        One row for each pair and outcome: arm, against, measure, kind, weeks, unit, value (first less second), low,
        high, level, simultaneous level of each interval in ``each_level``, pairs, beyond_chance, saved, saved_low,
        saved_high (share of the replications that pairing saves, with its interval at ``level``), method, note.
    parts
        Where two groups differ both in their plan and in what lies behind: one row for each such pair, outcome and
        part (``plan``, ``past``), with arm, against, value, low, high, beyond_chance, levels, method and note as above;
        both add up to the difference.
    crossed
        The groups between them, as ``outcomes``: ``arm`` names whose plan and whose past.
    hours_spent
        Mean hours of a person on search, ties and habits in the whole run, by label of the arm; only of roles.
    replications, seed, level
        Replications and root seed of every arm; confidence of the intervals, of differences over all pairs of an
        outcome together.
    versions
        Versions of program and libraries.
    files
        The files of its page, the page first; none where none was written.
    """

    arms: tuple[Arm, ...]
    outcomes: pd.DataFrame
    differences: pd.DataFrame
    replications: int
    seed: int
    level: float
    versions: Mapping[str, str]
    files: tuple[str, ...] = ()
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    crossed: pd.DataFrame = field(default_factory=pd.DataFrame)
    hours_spent: Mapping[str, float] = field(default_factory=dict)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts = {"replications": self.replications, "seed": self.seed, "differences": len(self.differences)}
        return f"of {', '.join(arm.label for arm in self.arms)}", facts

    @property
    def equal_hours(self) -> bool:
        """Whether all give the same mean hours a week to their search."""
        return len({arm.hours for arm in self.arms}) == 1

    @property
    def equal_in_all(self) -> bool:
        """Whether all hours are equal, those for ties and habits outside a search included."""
        return self.equal_hours and len({arm.quiet_hours for arm in self.arms}) == 1

    def outcome(self, arm: str, measure: str) -> dict[str, Any]:
        """Return the row of an arm and a measure."""
        return _only(self.outcomes, {"arm": arm, "measure": measure})

    def difference(self, arm: str, against: str, measure: str) -> dict[str, Any]:
        """Return the row of a pair and a measure, the pair in the order of ``arms``."""
        return _only(self.differences, {"arm": arm, "against": against, "measure": measure})


def _only(table: pd.DataFrame, wanted: Mapping[str, str]) -> dict[str, Any]:
    found = table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    if len(found) != 1:
        raise AnalysisError(f"There is no row for {', '.join(wanted.values())} in this comparison.")
    return {str(key): value for key, value in found.iloc[0].items()}


def compare(
    names: Sequence[str],
    *,
    hours: float | str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    folder: str | Path | None = None,
    level: float = 0.95,
    begins: Callable[[Scenario, Path | None], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Simulate strategies with the same random numbers and compare them.

    Parameters
    ----------
    names, hours
        As in :func:`analysis.comparison.arms.arms_of`.
    replications, seed
        For all arms; by default the largest number that a scenario asks for, at least :data:`USUAL`, and the seed
        of the first.
    workers
        Processes to share the replications.
    folder
        Where the tables of every scenario are kept, each in a folder of its own; a later call continues from them.
    level
        Confidence of the intervals.
    begins
        Called before each scenario runs, with it and the folder of its tables.
    progress
        Called with (finished, of) of the scenario that is running.
    told
        Called with a few words before the comparison.

    Raises
    ------
    ScenarioError, AnalysisError
        As :func:`analysis.comparison.arms.arms_of`; also for fewer than two replications.
    """
    check_level(level)
    arms = arms_of(names, hours)
    replications, seed = agreed(arms, replications, seed)
    runs = [*arms, *(arm for crossing in crossings(arms) for arm in crossing.four[1:3])]
    places = folders(runs)
    results = {}
    for digest, scenario in scenarios(runs).items():
        place = None if folder is None else Path(folder) / places[digest]
        if begins is not None:
            begins(scenario, place)
        results[digest] = simulate(
            scenario, replications=replications, seed=seed, workers=workers, progress=progress, folder=place
        )
    told("comparing and drawing")
    return compared(arms, results, level)


def agreed(arms: Sequence[Arm], replications: int | None, seed: int | None) -> tuple[int, int]:
    """Return replications and seed for all arms: those asked for, else the defaults."""
    if replications is None:
        replications = max(USUAL, *(arm.scenario.replications for arm in arms))
    if replications < LEAST:
        raise AnalysisError(
            f"{replications} replication cannot be compared: expected at least {LEAST}, since differences are judged "
            "by how they vary from one to the next"
        )
    return replications, arms[0].scenario.seed if seed is None else seed


def scenarios(arms: Sequence[Arm]) -> dict[str, Scenario]:
    """Return the scenarios to simulate, each once, by digest."""
    return {arm.scenario.digest: arm.scenario for arm in arms}


def folders(arms: Sequence[Arm]) -> dict[str, str]:
    """Name a folder for each digest: the scenario's name, and digits if its hours were set or two share a name."""
    wanted = scenarios(arms)
    changed = {arm.scenario.digest for arm in arms if arm.changed}
    names = [scenario.name for scenario in wanted.values()]
    apart = {digest for digest, scenario in wanted.items() if digest in changed or names.count(scenario.name) > 1}
    return {
        digest: f"{scenario.name}~{digest[:8]}" if digest in apart else scenario.name
        for digest, scenario in wanted.items()
    }


def compared(arms: Sequence[Arm], results: Mapping[str, Result], level: float = 0.95) -> Comparison:
    """Measure and compare what was simulated.

    Parameters
    ----------
    arms
        From :func:`analysis.comparison.arms.arms_of`.
    results
        The run of each scenario by its digest, all with the same seed and replications.
    level
        Confidence of the intervals.

    Raises
    ------
    AnalysisError
        If the runs differ in seed or replications, or nobody in them looks for work.
    """
    runs = [results[arm.scenario.digest] for arm in arms]
    if len({(run.seed, run.replications) for run in runs}) > 1:
        raise AnalysisError("The runs to compare must have the same seed and the same number of replications.")
    tables = {digest: load(result) for digest, result in results.items()}
    crossed = [crossing for crossing in crossings(arms) if all(arm.scenario.digest in tables for arm in crossing.four)]
    everyone = {arm.label: arm for arm in [*arms, *(arm for crossing in crossed for arm in crossing.four)]}
    found = {label: _measured(tables[arm.scenario.digest], arm) for label, arm in everyone.items()}
    rows = [
        _value(arm, outcome, found, level) | {"at_risk": found[arm.label][outcome.measure].at_risk}
        for arm in arms
        for outcome in OUTCOMES
    ]
    pairs = list(combinations(arms, 2))
    differences = [_pair(pair, outcome, found, level, len(pairs)) for pair in pairs for outcome in OUTCOMES]
    outcomes = pd.DataFrame(rows)
    if outcomes["value"].isna().all():
        raise AnalysisError(
            f"Nothing can be compared: {outcomes['note'].iloc[0]}" if len(outcomes) else "There is nothing to compare."
        )
    return Comparison(
        tuple(arms),
        outcomes,
        pd.DataFrame(differences),
        runs[0].replications,
        runs[0].seed,
        level,
        dict(runs[0].manifest["versions"]),
        parts=_parts(crossed, found, level),
        crossed=pd.DataFrame(
            [
                _value(arm, outcome, found, level)
                for crossing in crossed
                for arm in crossing.four[1:3]
                for outcome in OUTCOMES
            ]
        ),
        hours_spent={arm.label: _hours_spent(tables[arm.scenario.digest], arm) for arm in arms if arm.role},
    )


def _hours_spent(tables: Tables, arm: Arm) -> float:
    people = np.flatnonzero(tables.people.in_role(arm.group))
    return float(tables.run.table("persons", "hours_spent")["hours_spent"].iloc[people].mean())


class _Measured(NamedTuple):
    """An outcome of an arm's people, or why it cannot be measured.

    At risk are the searches that still went on and were followed at the outcome's week; all interviews for hours.
    """

    influence: Influence | str
    at_risk: int


Found: TypeAlias = Mapping[str, Mapping[str, _Measured]]
"""What was measured, by the arm's label and the name of the measure."""


def _parts(crossed: Sequence[Crossing], found: Mapping[str, Mapping[str, _Measured]], level: float) -> pd.DataFrame:
    """Return what of each difference comes from the plan and what lies behind."""
    levels = {"level": level, "each_level": 1 - (1 - level) / max(1, len(crossed)), "pairs": len(crossed)}
    return pd.DataFrame(
        [
            {"arm": crossing.first.label, "against": crossing.second.label, **_named(outcome)} | part | levels
            for crossing in crossed
            for outcome in OUTCOMES
            for part in parts(
                crossing,
                lambda arm, measure=outcome.measure: found[arm.label][measure].influence,  # type: ignore[misc]
                outcome.measure,
                levels["each_level"],
            )
        ]
    )


def _measured(tables: Tables, arm: Arm) -> dict[str, _Measured]:
    """Measure each outcome of an arm's people."""
    found: dict[str, _Measured] = {}
    for outcome in OUTCOMES:
        try:
            estimand = quantity(f"{arm.group}.{outcome.measure}").estimand(tables)
            influence = estimand.influence()
        except AnalysisError as problem:
            found[outcome.measure] = _Measured(str(problem).replace(f" of {arm.group} ", f" of {arm.label} "), 0)
            continue
        nothing = "had an interview" if outcome.kind == "hours" else "began to search while it could be followed"
        left = estimand.at_risk() if isinstance(estimand, CumulativeIncidence) else round(influence.n)
        found[outcome.measure] = _Measured(influence if influence.n > 0 else f"Nobody of {arm.label} {nothing}.", left)
    return found


def _named(outcome: Outcome) -> dict[str, Any]:
    return {"measure": outcome.measure, "kind": outcome.kind, "weeks": outcome.weeks, "unit": outcome.unit}


NAN = float("nan")


def _value(arm: Arm, outcome: Outcome, found: Found, level: float) -> dict[str, Any]:
    measured = found[arm.label][outcome.measure].influence
    row: dict[str, Any] = {"arm": arm.label, **_named(outcome), "n": 0, "value": NAN, "low": NAN, "high": NAN}
    row |= {"level": level, "method": "", "note": ""}
    if isinstance(measured, str):
        return row | {"note": measured}
    ends = quantity(f"{arm.group}.{outcome.measure}").interval(measured, level)
    low = max(ends.low, 0.0)  # neither chances nor hours can be negative
    return row | {"n": round(measured.n), "value": measured.value, "low": low, "high": ends.high, "method": ends.method}


def _pair(arms: tuple[Arm, Arm], outcome: Outcome, found: Found, level: float, pairs: int) -> dict[str, Any]:
    """Return the difference of two arms, its interval widened so that all pairs together keep the level."""
    each = 1 - (1 - level) / pairs  # Bonferroni: valid for whichever pair one looks at
    row: dict[str, Any] = {"arm": arms[0].label, "against": arms[1].label, **_named(outcome)}
    row |= dict.fromkeys(("value", "low", "high"), NAN) | {"level": level, "each_level": each, "pairs": pairs}
    row |= {"beyond_chance": False} | dict.fromkeys(("saved", "saved_low", "saved_high"), NAN)
    row |= {"method": "", "note": ""}
    first, second = sides = tuple(found[arm.label][outcome.measure].influence for arm in arms)
    if isinstance(first, str) or isinstance(second, str):
        return row | {"note": " ".join(dict.fromkeys(note for note in sides if isinstance(note, str)))}
    if not np.array_equal(first.codes.labels, second.codes.labels):
        return row | {"note": "In some replications nobody applied for anything; simulate larger markets."}
    few = min(first.n, second.n) if outcome.kind == "hours" else FEW
    names = [f"{arm.group}.{outcome.measure}" for arm in arms]
    value, low, high, method = difference_interval(names, (first, second), each)
    row |= {"value": value, "method": method}
    if few < FEW:
        return row | {"note": f"Fewer than {FEW} interviews: too few to say how far chance would move this."}
    saved = _saved(first, second, level)
    beyond = bool(low > 0 or high < 0)
    return (
        row
        | {"low": low, "high": high, "beyond_chance": beyond}
        | dict(zip(("saved", "saved_low", "saved_high"), saved, strict=True))
    )


def _saved(first: Influence, second: Influence, level: float) -> tuple[float, float, float]:
    """Return the share of replications that pairing saves, with its interval.

    Without pairing the variance of a difference is the sum of both; the replications needed go with it. With S the
    sum and D the difference of the two in a replication, the saving is ``(F - 1) / (F + 1)`` for F = var S / var D,
    which at equal variances has an F distribution around its true value (Pitman 1939).
    """
    cov, _ = pair_covariance([first, second])
    paired, summed = cov.variance([1.0, -1.0]), cov.variance([1.0, 1.0])
    if not paired + summed > 0 or cov.df < 1:
        return NAN, NAN, NAN
    if not paired > 0:
        return 1.0, 1.0, 1.0
    ratio = summed / paired
    spread = float(stats.f.ppf(0.5 + level / 2, cov.df, cov.df))
    saved, low, high = ((f - 1) / (f + 1) for f in (ratio, ratio / spread, ratio * spread))
    return saved, low, high
