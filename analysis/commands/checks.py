"""What the command ``check`` does: compare scenarios with their references, or make new references."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeGuard, cast, overload

from analysis.commands.arguments import REPORTS, Overrides, ScenarioLike, Told
from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from analysis.checks.reference import Reference
    from analysis.checks.replication_jobs import Progress
    from analysis.checks.result import CheckOptions, CheckResult
    from analysis.checks.sentences import Checked
    from analysis.checks.update import Update
    from sim import Scenario

Several: TypeAlias = "Sequence[ScenarioLike] | None"
"""Scenarios, as a list; None for those that come with the program."""


@overload
def check(  # type: ignore[overload-overlap]  # a name is a sequence of letters, too
    scenario: ScenarioLike,
    reference: Reference | str | Path | None = None,
    *,
    folder: str | Path = ...,
    overrides: Overrides = ...,
    workers: int = ...,
    false_alarm: float | None = ...,
    digests: int | None = ...,
    at_most: int | None = ...,
    seed: int | None = ...,
    thorough: bool = ...,
    progress: Progress | None = ...,
    ready: Callable[[CheckResult, int], None] | None = ...,
    told: Told | None = ...,
) -> CheckResult: ...


@overload
def check(
    scenario: Several = None,
    reference: None = None,
    *,
    folder: str | Path = ...,
    overrides: Overrides = ...,
    workers: int = ...,
    false_alarm: float | None = ...,
    digests: int | None = ...,
    at_most: int | None = ...,
    seed: int | None = ...,
    thorough: bool = ...,
    progress: Progress | None = ...,
    ready: Callable[[CheckResult, int], None] | None = ...,
    told: Told | None = ...,
) -> Checked: ...


def check(
    scenario: ScenarioLike | Several = None,
    reference: Reference | str | Path | None = None,
    *,
    folder: str | Path = REPORTS,
    overrides: Overrides = None,
    workers: int = 1,
    false_alarm: float | None = None,
    digests: int | None = None,
    at_most: int | None = None,
    seed: int | None = None,
    thorough: bool = False,
    progress: Progress | None = None,
    ready: Callable[[CheckResult, int], None] | None = None,
    told: Told | None = None,
) -> CheckResult | Checked:
    """Check whether a scenario still gives the rates of its reference, and still what it claims.

    Parameters
    ----------
    scenario
        A scenario, its name or the path of its file; or a list of them. By default all that come with the program and
        have a reference.
    reference
        A reference or the path of its file, for one scenario; by default the one kept in ``folder`` under the
        scenario's name.
    folder
        Where references are kept.
    overrides
        Dotted path to value.
    workers
        Processes to share the replications.
    false_alarm
        Chance that anything unchanged is called changed, over all scenarios together; by default 0.001.
    digests
        Replications whose tables are compared with the reference's, 0 to compare distributions at once; by default 2.
    at_most
        Most replications of each scenario; by default as many as its reference has.
    seed
        Another than the reference's; replications are then not paired with the reference's.
    thorough
        Whether to go on after a change is found, until everything is decided.
    progress
        Called after each replication with the number done in all and the name of its scenario.
    ready
        Called with each result as soon as it is there, and with the number of scenarios.
    told
        Called with what is left out, in a sentence.

    Returns
    -------
    CheckResult or Checked
        The result of the one scenario; of a list, all results in their order.

    Raises
    ------
    ScenarioError, AnalysisError
        If a scenario is wrong, or there is no reference.
    """
    from analysis.checks.check import check_job
    from analysis.checks.replication_jobs import carry_out
    from analysis.checks.sentences import Checked

    asked = to_check(
        scenario,
        reference,
        folder=folder,
        overrides=overrides,
        told=told,
        false_alarm=false_alarm,
        digests=digests,
        at_most=at_most,
        seed=seed,
        thorough=thorough,
    )
    began = time.perf_counter()
    results: dict[str, CheckResult] = {}
    jobs = {name: check_job(loaded, asked.references[name], asked.how) for name, loaded in asked.scenarios.items()}
    for name, result in carry_out(jobs, workers, progress):
        results[name] = result
        if ready is not None:
            ready(result, len(jobs))
    if _is_one(scenario):
        return results.popitem()[1]
    titles = {name: loaded.title for name, loaded in asked.scenarios.items()}
    ordered = [results[name] for name in jobs]
    return Checked(ordered, titles, asked.files, asked.how, time.perf_counter() - began)


@dataclass(frozen=True)
class ToCheck:
    """What is checked, and how: scenario, reference and file (as it would be typed) by the scenario's name."""

    scenarios: Mapping[str, Scenario]
    references: Mapping[str, Reference]
    files: Mapping[str, str]
    how: CheckOptions


def to_check(
    scenario: ScenarioLike | Several = None,
    reference: Reference | str | Path | None = None,
    *,
    folder: str | Path = REPORTS,
    overrides: Overrides = None,
    told: Told | None = None,
    false_alarm: float | None = None,
    digests: int | None = None,
    at_most: int | None = None,
    seed: int | None = None,
    thorough: bool = False,
) -> ToCheck:
    """Read what :func:`check` checks, and simulate nothing; the arguments are those of :func:`check`."""
    from analysis.checks.digests import DIGESTED
    from analysis.checks.drift import FALSE_ALARM
    from analysis.checks.reference import Reference
    from analysis.checks.reference_file import read_reference
    from analysis.checks.result import CheckOptions

    loaded, files = _loaded(scenario, overrides)
    references = {}
    if reference is None:
        references = _references(loaded, files, folder, all_shipped=scenario is None, told=told)
    elif _is_one(scenario):
        held = reference if isinstance(reference, Reference) else read_reference(reference)
        references = dict.fromkeys(loaded, held)
    else:
        raise AnalysisError(
            "reference: belongs to one scenario; for a list of them give the folder of their references"
        )
    how = CheckOptions(
        false_alarm=FALSE_ALARM if false_alarm is None else false_alarm,
        scenarios=len(references),
        digests=DIGESTED if digests is None else digests,
        at_most=at_most,
        seed=seed,
        thorough=thorough,
    )
    return ToCheck({name: loaded[name] for name in references}, references, files, how)


def _is_one(scenario: ScenarioLike | Several) -> TypeGuard[ScenarioLike]:
    """Return whether one scenario was asked for, and not a list of them."""
    from sim import Scenario

    return isinstance(scenario, Scenario | str | Path)


def _loaded(scenario: ScenarioLike | Several, overrides: Overrides) -> tuple[dict[str, Scenario], dict[str, str]]:
    """Return the scenarios by name, and their files as a user would type them."""
    from sim import Scenario
    from sim.scenario.scenario import as_scenario
    from sim.scenario.shipped import is_name, shipped_scenarios, shown_path

    shipped = shipped_scenarios()
    given: Sequence[ScenarioLike] = list(shipped)
    if _is_one(scenario):
        given = [scenario]
    elif scenario is not None:
        given = list(cast("Sequence[ScenarioLike]", scenario))
    loaded: dict[str, Scenario] = {}
    files: dict[str, str] = {}
    for entry in given:
        made = as_scenario(entry, overrides)
        typed = made.name if isinstance(entry, Scenario) else str(entry)
        if made.name in loaded:
            raise AnalysisError(f"{typed}: another of these scenarios is also called {made.name}")
        loaded[made.name] = made
        files[made.name] = shown_path(shipped[typed]) if is_name(typed) and typed in shipped else typed
    if not loaded:
        raise AnalysisError("scenario: an empty list; expected at least one scenario")
    return loaded, files


def _references(
    loaded: Mapping[str, Scenario],
    files: Mapping[str, str],
    folder: str | Path,
    *,
    all_shipped: bool,
    told: Told | None,
) -> dict[str, Reference]:
    """Read the references that are there; only where all shipped scenarios are asked for may some be missing."""
    from analysis.checks.reference_file import read_reference, reference_file
    from sim.scenario.shipped import shipped_scenarios

    known = [name for name in loaded if reference_file(folder, name).exists()]
    missing = [name for name in loaded if name not in known]
    if missing and not all_shipped:
        typed = missing[0] if missing[0] in shipped_scenarios() else files[missing[0]]
        raise AnalysisError(
            f"{reference_file(folder, missing[0])}: there is no reference; --references names the folder that has it, "
            f"or make a first one with: referralsim check {typed} --update --why '...'"
        )
    if not known:
        raise AnalysisError(
            f"{folder}: has no reference of a shipped scenario; --references names the folder that has them, or name a "
            "scenario of your own"
        )
    if missing and told is not None:
        told(f"Not checked, because there is no reference: {', '.join(missing)}.")
    return {name: read_reference(reference_file(folder, name)) for name in known}


@overload
def update_reference(  # type: ignore[overload-overlap]  # as above
    scenario: ScenarioLike,
    why: str,
    *,
    folder: str | Path = ...,
    overrides: Overrides = ...,
    replications: int | Literal["auto"] | None = ...,
    seed: int | None = ...,
    margins: Mapping[str, float] | None = ...,
    workers: int = ...,
    progress: Progress | None = ...,
    ready: Callable[[str, Update, Path], None] | None = ...,
    told: Told | None = ...,
) -> Update: ...


@overload
def update_reference(
    scenario: Several,
    why: str,
    *,
    folder: str | Path = ...,
    overrides: Overrides = ...,
    replications: int | Literal["auto"] | None = ...,
    seed: int | None = ...,
    margins: Mapping[str, float] | None = ...,
    workers: int = ...,
    progress: Progress | None = ...,
    ready: Callable[[str, Update, Path], None] | None = ...,
    told: Told | None = ...,
) -> dict[str, Update]: ...


def update_reference(
    scenario: ScenarioLike | Several,
    why: str,
    *,
    folder: str | Path = REPORTS,
    overrides: Overrides = None,
    replications: int | Literal["auto"] | None = None,
    seed: int | None = None,
    margins: Mapping[str, float] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    ready: Callable[[str, Update, Path], None] | None = None,
    told: Told | None = None,
) -> Update | dict[str, Update]:
    """Make a new reference of a scenario, and write it where something moved.

    Parameters
    ----------
    scenario, folder, overrides, workers, progress
        As in :func:`check`; None for all scenarios that come with the program.
    why
        The reason, kept in the reference's history.
    replications, seed
        Of the reference. ``auto`` finds the number that decides what is always held, from a pilot of 32 and at most
        256; by default the number that was given before, else ``auto``, and the seed of before, else the scenario's.
    margins
        The difference that matters, by quantity, in its unit.
    ready
        Called for each scenario as soon as its reference is written: with its name, the update and the file.
    told
        Called with what the update costs, before it starts and after each pilot, in a sentence.

    Returns
    -------
    Update or dict
        The update of the one scenario; of a list, all updates by the scenario's name.

    Raises
    ------
    ScenarioError, AnalysisError
        If a scenario is wrong, or nothing can be held with so few replications.
    """
    from analysis.checks.reference_file import read_reference, reference_file, write_reference
    from analysis.checks.replication_jobs import carry_out
    from analysis.checks.sentences import cost_text
    from analysis.checks.update import update_job

    loaded, _ = _loaded(scenario, overrides)
    files = {name: reference_file(folder, name) for name in loaded}
    before = {name: read_reference(file) if file.exists() else None for name, file in files.items()}
    jobs = {
        name: update_job(current, before[name], why, replications=replications, seed=seed, margins=margins, told=told)
        for name, current in loaded.items()
    }
    if told is not None:
        told(cost_text(before, replications))
    updates = {}
    for name, update in carry_out(jobs, workers, progress):
        file = files[name]
        if not update.unchanged:
            write_reference(update.reference, file)
        updates[name] = update
        if ready is not None:
            ready(name, update, file)
    return updates.popitem()[1] if _is_one(scenario) else updates
