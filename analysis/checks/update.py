"""Make or update a reference, and say what changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from analysis.checks.digests import DIGESTED, made_with, moved_columns
from analysis.checks.drift import FALSE_ALARM, FIRST_LOOK, Finding, Plan
from analysis.checks.held_quantities import (
    candidates,
    choose_held,
    plain_names,
    refuse_unknown_margins,
    tracked_names,
)
from analysis.checks.judging import CLAIMS_ON, compare, judge_claims, refuse_identical
from analysis.checks.reference import Reference, claim_key, scenario_changes, settings_of
from analysis.checks.replication_jobs import Job, Replicated, Steps
from analysis.errors import AnalysisError
from sim.display import Shown

if TYPE_CHECKING:
    from sim import Scenario

PILOT = 32
"""Replications from which an update finds how many decide."""
MOST = 256
"""An update never takes more replications of its own accord."""
_SAFETY = 1.25
"""The spread of a pilot is known to an eighth, so the replications that it asks for to a quarter."""
_STEP = 8
Told: TypeAlias = Callable[[str], None]


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
    replications: int | Literal["auto"] | None = None,
    seed: int | None = None,
    margins: Mapping[str, float] | None = None,
    told: Told | None = None,
) -> Job[Update]:
    """Return the job that makes a scenario's reference; it keeps what a user set in the old one.

    Parameters
    ----------
    replications
        Of the reference; ``auto`` for as many as decide what is always held, at most `MOST`. By default what a user
        set before, else ``auto``.
    told
        Called with what the number of replications is and costs, before they are run.
    """
    user_set = dict(margins or {})
    refuse_unknown_margins(scenario, user_set)
    if old is not None:
        chosen = {name: held.margin for name, held in old.quantities.items() if held.chosen}
        names = tracked_names(scenario)
        user_set = {name: margin for name, margin in chosen.items() if name in names} | user_set
    if replications is None and old is not None and old.size_chosen:
        replications = old.replications
    size = None if replications in (None, "auto") else int(replications)
    if size is not None and size < FIRST_LOOK:
        raise AnalysisError(f"a reference needs at least {FIRST_LOOK} replications; found {size}")
    root = seed if seed is not None else (old.seed if old is not None else scenario.seed)
    asked = _Asked(why, size, root, user_set, told)
    return Job(scenario, root, plain_names(tracked_names(scenario)), _record(scenario, old, asked), CLAIMS_ON)


@dataclass(frozen=True)
class _Asked:
    """What is asked of an update; ``size`` is None where it is to be found."""

    why: str
    size: int | None
    seed: int
    margins: Mapping[str, float]
    told: Told | None


def _record(scenario: Scenario, old: Reference | None, asked: _Asked) -> Steps[Update]:
    if old is not None and _comparable(scenario, old, asked):
        made = yield tuple(range(len(old.columns)))
        if [dict(replicated.columns) for replicated in made] == list(old.columns):
            return Update(old, old, ())
    count, made = asked.size, []
    if count is None:
        made = yield tuple(range(PILOT))
        refuse_identical(made)
        count = _found_size(scenario, made, asked)
    made += yield tuple(range(len(made), count))
    refuse_identical(made)
    values = [replicated.values for replicated in made]
    quantities, left_out = choose_held(scenario, values, asked.margins)
    if not quantities:
        raise AnalysisError(f"{scenario.name}: no quantity can be held with {count} replications; ask for more")
    claims = judge_claims(scenario, made, scenario.expect)
    settings, columns = settings_of(scenario), tuple(dict(replicated.columns) for replicated in made[:DIGESTED])
    findings: tuple[Finding, ...] = ()
    if old is not None:
        most = min(count, old.replications) if old.seed == asked.seed else count
        planned = Plan((most,), len(old.quantities), FALSE_ALARM)
        findings = compare(old, values, planned, paired=old.seed == asked.seed)
    step = {
        "why": asked.why,
        "referralsim": made[0].versions["referralsim"],
        "moved": [finding.name for finding in findings if finding.verdict != "same"],
    }
    reference = Reference(
        scenario.name,
        scenario.digest,
        settings,
        asked.seed,
        count,
        asked.size is not None,
        made_with(made[0].versions),
        round(_cpu_seconds(made), 2),
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


def _found_size(scenario: Scenario, pilot: Sequence[Replicated], asked: _Asked) -> int:
    """Return how many replications decide what is always held, and say what they cost.

    Quantities that even `MOST` replications cannot decide do not count: they would make every check long and stay open.
    """
    followed = candidates(scenario, [replicated.values for replicated in pilot], asked.margins)
    always = [
        one
        for one in followed
        if one.margin is not None and not one.unfit and (one.always or one.name in asked.margins)
    ]
    hopeful = [one.needed for one in always if one.needed <= MOST]
    wanted = math.ceil(_SAFETY * max([0, *hopeful]) / _STEP) * _STEP
    count = min(max(PILOT, wanted), MOST)
    if asked.told is not None:
        each = _cpu_seconds(pilot)
        beyond = [one.name for one in always if one.needed > MOST]
        asked.told(
            f"{scenario.name}: {count} replications decide {len(always) - len(beyond)} of {len(always)} quantities "
            f"that are always held; {count - len(pilot)} to go, {(count - len(pilot)) * each:.0f} s of processor time "
            f"({count * each:.0f} s in all, and for each check of every rate)."
            + (f" {MOST} would not decide {', '.join(beyond)}." if beyond else "")
        )
    return count


def _cpu_seconds(made: Sequence[Replicated]) -> float:
    return float(sum(replicated.cost["cpu_seconds"] for replicated in made)) / len(made)


def _comparable(scenario: Scenario, old: Reference, asked: _Asked) -> bool:
    """Return whether only a change of the tables could make the new reference differ."""
    return (
        bool(old.columns)
        and (old.digest, old.seed) == (scenario.digest, asked.seed)
        and (old.size_chosen, old.replications) == (asked.size is not None, asked.size or old.replications)
        and list(old.claims) == [claim_key(claim) for claim in scenario.expect]
        and {*old.quantities, *old.left_out} == set(tracked_names(scenario))
        and all(
            name in old.quantities and old.quantities[name].margin == margin for name, margin in asked.margins.items()
        )
    )
