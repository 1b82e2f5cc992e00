"""What the commands do that simulate one scenario, or a few: report, compare, patterns, trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.arguments import (
    REPORTS,
    Begins,
    Overrides,
    Progress,
    ScenarioLike,
    Told,
    folder_name,
    nothing_told,
)
from analysis.errors import AnalysisError
from sim.errors import found

if TYPE_CHECKING:
    import pandas as pd

    from analysis.comparison.comparison import Comparison
    from analysis.reporting.page import Published
    from analysis.tracing.trace import Trace
    from sim.runs.result import Result


def report(
    scenario: ScenarioLike | Result,
    folder: str | Path | None = None,
    *,
    overrides: Overrides = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    results: str | Path | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
) -> Published:
    """Simulate a scenario, fit and draw, and write a page with its charts and numbers.

    Parameters
    ----------
    scenario
        A scenario, its name or the path of its file; or a run, of which the report then is.
    folder
        Where the files go; by default ``reports/<name>``, with digits that stand for ``overrides``. Files of an older
        report there are replaced.
    overrides
        Dotted path to value, as in :func:`sim.load_scenario`.
    replications, seed
        Instead of the scenario's own.
    workers
        Processes to share the replications.
    results
        Keep the run in this folder, from which a later call goes on; by default only in memory.
    progress
        Called with the numbers of finished and of all replications.
    told
        Called with a few words before each longer step that follows.

    Returns
    -------
    Published
        The folder, its files, the opening sentence, and in ``summary`` the run in numbers.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or the run has nothing to count.
    """
    from analysis.reporting.page import check_folder
    from analysis.reporting.page import report as write_report
    from sim.runs.result import Result
    from sim.runs.simulation import simulate
    from sim.scenario.scenario import as_scenario

    if isinstance(scenario, Result):
        _refuse_for_a_run(overrides=overrides, replications=replications, seed=seed, results=results)
        run = scenario
    else:
        asked = as_scenario(scenario, overrides)
        check_folder(folder or REPORTS / folder_name(asked, overrides))
        run = simulate(asked, replications=replications, seed=seed, workers=workers, folder=results, progress=progress)
    set_texts = {path: str(value) for path, value in (overrides or {}).items()}
    return write_report(
        run, folder or REPORTS / folder_name(run.scenario, overrides), overrides=set_texts, told=told or nothing_told
    )


def _refuse_for_a_run(**given: object) -> None:
    extra = [name for name, value in given.items() if value is not None]
    if extra:
        raise AnalysisError(f"{extra[0]}: cannot be given for a run, which has been simulated already")


def compare(
    names: Sequence[str] | str,
    *more: str,
    hours: float | str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    folder: str | Path | None = None,
    level: float = 0.95,
    page: str | Path | None = None,
    weeks: int = 12,
    begins: Begins | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
) -> Comparison:
    """Simulate strategies with the same random numbers and compare them at equal hours.

    Parameters
    ----------
    names, *more
        As a list or one after another: scenarios (names or paths) or people of one, such as ``eli-ben:eli``; a
        scenario with several roles stands for all of them.
    hours
        Hours a week of search for all, or ``own`` to leave each its own; by default, where they differ, those of the
        first.
    replications, seed
        For all; by default 20, or more where one of the scenarios asks for more, and the seed of the first.
    workers
        Processes to share the replications.
    folder
        Keep the tables of every scenario there, from which a later call goes on.
    level
        Confidence of the intervals.
    page
        Write one page to show to a client, its chart and its numbers into this folder; by default nothing is written.
    weeks
        Weeks of search that the first sentence of the page speaks of: 4, 8, 12 or 26.
    begins
        Called before each scenario is simulated, with it and the folder of its tables.
    progress
        Called with the numbers of finished and of all replications of that scenario.
    told
        Called with a few words before the comparison itself.

    Raises
    ------
    ScenarioError, AnalysisError
        If a name is unknown or there are fewer than two replications.
    """
    from analysis.comparison.arms import MOST_HOURS, OWN
    from analysis.comparison.comparison import WEEKS
    from analysis.comparison.comparison import compare as compare_arms
    from analysis.comparison.page import check_folder, publish

    wanted = [*([names] if isinstance(names, str) else names), *more]
    wrong = next((name for name in wanted if not isinstance(name, str)), None)
    if wrong is not None:
        raise AnalysisError(f"names: found a {type(wrong).__name__}; expected names such as 'jill' or 'eli-ben:eli'")
    if not (hours is None or hours == OWN or (isinstance(hours, Real) and 0 < hours <= MOST_HOURS)):
        raise AnalysisError(
            f"hours: found {found(hours)}; expected hours a week, more than 0 and at most {MOST_HOURS}, or '{OWN}'"
        )
    if weeks not in WEEKS:
        raise AnalysisError(f"weeks: found {weeks}; expected {', '.join(map(str, WEEKS[:-1]))} or {WEEKS[-1]}")
    if page is not None:
        check_folder(page)
    made = compare_arms(
        wanted,
        hours=hours,
        replications=replications,
        seed=seed,
        workers=workers,
        folder=folder,
        level=level,
        begins=begins,
        progress=progress,
        told=told or nothing_told,
    )
    return made if page is None else replace(made, files=tuple(publish(made, page, weeks=weeks, names=wanted)))


def patterns(
    only: Sequence[str] | str | None = None,
    *,
    overrides: Overrides = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    results: str | Path | None = None,
    begins: Begins | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Measure the published patterns P1 to P12, each with its publication's own denominator.

    Parameters
    ----------
    only
        Rows such as ``P1,P5``; by default all.
    overrides
        Dotted path to value: what is changed in every scenario that a pattern is measured in.
    replications, seed
        Instead of each scenario's own.
    workers
        Processes to share the replications.
    results
        Keep the tables here, each scenario in a folder of its own, from which a later call goes on; by default only in
        memory.
    begins
        Called before each scenario is simulated, with it and the folder of its tables.
    progress
        Called with the numbers of finished and of all replications of that scenario.

    Returns
    -------
    DataFrame
        One row a pattern: number, interval, published range, verdict, where it comes from.

    Raises
    ------
    AnalysisError
        If there is no such row.
    """
    from analysis.claims import pattern_table
    from analysis.claims.pattern_results import PatternScenario
    from sim.runs.simulation import simulate
    from sim.scenario.scenario import load_scenario

    def run(setting: PatternScenario) -> Result:
        changed: dict[str, object] = {**dict(setting.overrides), **(overrides or {})}
        asked = load_scenario(setting.scenario, changed)
        place = None if results is None else Path(results) / folder_name(asked, changed)
        if begins is not None:
            begins(asked, place)
        return simulate(asked, replications=replications, seed=seed, workers=workers, progress=progress, folder=place)

    wanted = pattern_table.chosen(only if only is None or isinstance(only, str) else ",".join(only))
    return pattern_table.patterns_table(list(pattern_table.measure_patterns(run, wanted)))


def trace(
    scenario: ScenarioLike,
    *,
    person: int | None = None,
    role: str | None = None,
    replication: int = 0,
    seed: int | None = None,
    overrides: Overrides = None,
) -> Trace:
    """Simulate one replication of a scenario and tell one person's story, day by day.

    Parameters
    ----------
    scenario
        A scenario, its name or the path of its file.
    person
        Whose story; by default one that shows a referral.
    role
        Choose among the people of a role of the cast.
    replication
        Its number, from 0.
    seed
        Instead of the scenario's own.
    overrides
        Dotted path to value.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or there is no such person or role.
    """
    from analysis.tracing.trace import trace_person
    from sim.scenario.scenario import as_scenario

    return trace_person(as_scenario(scenario, overrides), person, role, replication=replication, seed=seed)
