"""Make or update a reference, and say what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.checks.drift import FALSE_ALARM, FIRST_LOOK, Finding, Plan
from analysis.checks.held_quantities import choose_held, plain_names, refuse_unknown_margins, tracked_names
from analysis.checks.judging import compare, judge_claims, refuse_identical
from analysis.checks.reference import (
    DIGESTED,
    Reference,
    claim_key,
    made_with,
    moved_columns,
    scenario_changes,
    settings_of,
)
from analysis.checks.replication_jobs import Job, Steps
from analysis.errors import AnalysisError
from sim.display import Shown

if TYPE_CHECKING:
    from sim import Scenario

REPLICATIONS = 32
"""Replications of a reference, unless another number is asked for."""


@dataclass(frozen=True, repr=False)
class Update(Shown):
    """A new reference, and what changed against the old one.

    Attributes
    ----------
    reference
        The new reference; the old one itself if nothing changed.
    old
        The reference before, or None.
    quantities
        The old reference's quantities, now compared with then.
    changes, moved
        As in :class:`CheckResult`.
    """

    reference: Reference
    old: Reference | None
    quantities: tuple[Finding, ...]
    changes: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        what = "unchanged" if self.unchanged else "updated" if self.old else "new"
        return f"of {self.reference.scenario}", {"reference": what, "replications": self.reference.replications}

    @property
    def unchanged(self) -> bool:
        """Whether the old reference stays as it is."""
        return self.reference is self.old


def update_job(
    scenario: Scenario,
    old: Reference | None,
    why: str,
    *,
    replications: int | None = None,
    seed: int | None = None,
    margins: Mapping[str, float] | None = None,
) -> Job[Update]:
    """Return the job that makes a scenario's reference; it keeps the old one's seed, size and user-set margins."""
    user_set = dict(margins or {})
    refuse_unknown_margins(scenario, user_set)
    if old is not None:
        chosen = {name: held.margin for name, held in old.quantities.items() if held.chosen}
        names = tracked_names(scenario)
        user_set = {name: margin for name, margin in chosen.items() if name in names} | user_set
    count = replications or (old.replications if old is not None else REPLICATIONS)
    if count < FIRST_LOOK:
        raise AnalysisError(f"a reference needs at least {FIRST_LOOK} replications; found {count}")
    root = seed if seed is not None else (old.seed if old is not None else scenario.seed)
    return Job(scenario, root, plain_names(tracked_names(scenario)), _record(scenario, old, why, count, root, user_set))


def _record(
    scenario: Scenario, old: Reference | None, why: str, count: int, seed: int, margins: Mapping[str, float]
) -> Steps[Update]:
    if old is not None and _comparable(scenario, old, count, seed, margins):
        made = yield tuple(range(len(old.columns)))
        if [dict(replicated.columns) for replicated in made] == list(old.columns):
            return Update(old, old, ())
    made = yield tuple(range(count))
    refuse_identical(made)
    values = [replicated.values for replicated in made]
    quantities, left_out = choose_held(scenario, values, margins)
    if not quantities:
        raise AnalysisError(f"{scenario.name}: no quantity can be held with {count} replications; ask for more")
    claims = judge_claims(scenario, made, scenario.expect)
    settings, columns = settings_of(scenario), tuple(dict(replicated.columns) for replicated in made[:DIGESTED])
    findings: tuple[Finding, ...] = ()
    if old is not None:
        most = min(count, old.replications) if old.seed == seed else count
        planned = Plan((most,), len(old.quantities), FALSE_ALARM)
        findings = compare(old, values, planned, paired=old.seed == seed)
    step = {
        "why": why,
        "referralsim": made[0].versions["referralsim"],
        "moved": [finding.name for finding in findings if finding.verdict != "same"],
    }
    reference = Reference(
        scenario.name,
        scenario.digest,
        settings,
        seed,
        count,
        made_with(made[0].versions),
        round(sum(replicated.cost["cpu_seconds"] for replicated in made) / count, 1),
        columns,
        quantities,
        left_out,
        dict(zip(map(claim_key, scenario.expect), claims, strict=True)),
        (*(old.history if old is not None else ()), step),
    )
    if old is None:
        return Update(reference, None, ())
    return Update(
        reference, old, findings, scenario_changes(old.settings, settings), moved_columns(old.columns, columns)
    )


def _comparable(scenario: Scenario, old: Reference, count: int, seed: int, margins: Mapping[str, float]) -> bool:
    """Return whether only a change of bytes could make the new reference differ."""
    return (
        (old.digest, old.replications, old.seed) == (scenario.digest, count, seed)
        and list(old.claims) == [claim_key(claim) for claim in scenario.expect]
        and {*old.quantities, *old.left_out} == set(tracked_names(scenario))
        and all(name in old.quantities and old.quantities[name].margin == margin for name, margin in margins.items())
    )
