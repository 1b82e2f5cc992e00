"""What the command ``check`` does: compare a scenario with its reference, or make a new reference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.commands.arguments import REPORTS, Overrides, ScenarioLike

if TYPE_CHECKING:
    from analysis.checks.reference import Reference
    from analysis.checks.result import CheckResult
    from analysis.checks.update import Update


def check(
    scenario: ScenarioLike,
    reference: Reference | str | Path | None = None,
    *,
    folder: str | Path = REPORTS,
    overrides: Overrides = None,
    workers: int = 1,
    **options: Any,
) -> CheckResult:
    """Check whether a scenario still gives the rates of its reference, and still what it claims.

    Parameters
    ----------
    scenario
        A scenario, its name or the path of its file.
    reference
        A reference or the path of its file; by default the one kept in ``folder`` under the scenario's name.
    folder
        Where references are kept.
    overrides
        Dotted path to value.
    workers
        Processes to share the replications.
    **options
        How to check: ``digests`` (replications compared to the byte, 0 for none), ``at_most``, ``seed``, ``thorough``
        and ``false_alarm``, as in :class:`analysis.checks.result.CheckOptions`.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or there is no reference.
    """
    from analysis.checks.check import check_scenario
    from analysis.checks.result import CheckOptions
    from sim.scenario.scenario import as_scenario

    loaded = as_scenario(scenario, overrides)
    return check_scenario(
        loaded, reference, folder=folder, workers=workers, how=CheckOptions(**options) if options else None
    )


def update_reference(
    scenario: ScenarioLike,
    why: str,
    *,
    folder: str | Path = REPORTS,
    overrides: Overrides = None,
    replications: int | None = None,
    seed: int | None = None,
    margins: Mapping[str, float] | None = None,
    workers: int = 1,
) -> Update:
    """Make a new reference of a scenario, and write it where something moved.

    Parameters
    ----------
    scenario, folder, overrides, workers
        As in :func:`check`.
    why
        The reason, kept in the reference's history.
    replications, seed
        Of the reference; by default as before, or 32 and the scenario's own.
    margins
        The difference that matters, by quantity, in its unit.

    Raises
    ------
    ScenarioError, AnalysisError
        If the scenario is wrong, or nothing can be held with so few replications.
    """
    from analysis.checks.reference import read_reference, reference_file, write_reference
    from analysis.checks.replication_jobs import carry_out
    from analysis.checks.update import update_job
    from sim.scenario.scenario import as_scenario

    loaded = as_scenario(scenario, overrides)
    file = reference_file(folder, loaded.name)
    old = read_reference(file) if file.exists() else None
    job = update_job(loaded, old, why, replications=replications, seed=seed, margins=margins)
    ((_, update),) = carry_out({loaded.name: job}, workers)
    if not update.unchanged:
        write_reference(update.reference, file)
    return update
