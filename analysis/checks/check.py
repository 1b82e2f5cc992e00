"""Check a scenario against its reference: whether its rates have changed, and whether its claims still hold.

A check asks up to three questions and stops when one is enough: Are the tables of a fixed seed the same? Do the
replications come from the same distribution, up to the margins? Does each claim still hold?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.checks import drift
from analysis.checks.digests import added_and_gone, made_with, moved_columns
from analysis.checks.drift import Plan
from analysis.checks.held_quantities import plain_names, tracked_names
from analysis.checks.judging import (
    CLAIMS_ON,
    compare,
    judge_claims,
    measured_differently,
    refuse_identical,
    verdict_on,
)
from analysis.checks.reference import Reference, claim_key, scenario_changes, settings_of
from analysis.checks.reference_file import read_reference, reference_file
from analysis.checks.replication_jobs import Job, Replicated, Steps, carry_out
from analysis.checks.result import CheckOptions, CheckResult
from analysis.claims.verdicts import Judgement

if TYPE_CHECKING:
    from sim import Scenario

OLD_FORMAT = (
    "The reference is of an old format and is compared by its distributions; --update --why '...' makes it anew."
)


def check_job(scenario: Scenario, reference: Reference, how: CheckOptions | None = None) -> Job[CheckResult]:
    """Return the job that compares a scenario with its reference."""
    how = how or CheckOptions()
    known = plain_names(tracked_names(scenario))
    held = plain_names(list(reference.quantities))
    seed = reference.seed if how.seed is None else how.seed
    steps, names = _check(scenario, reference, how), tuple(name for name in held if name in known)
    return Job(scenario, seed, names, steps, _claims_on(how))


def plan_for(reference: Reference, how: CheckOptions) -> Plan:
    """Return the looks of a check against this reference, and the errors it allows."""
    most = how.at_most or reference.replications
    if _paired(reference, how):
        most = min(most, reference.replications)
    return drift.plan(most, len(reference.quantities), false_alarm=how.false_alarm, scenarios=how.scenarios)


def _claims_on(how: CheckOptions) -> int:
    """Return on how many replications claims are judged at most."""
    return max(CLAIMS_ON, how.at_most or 0)


def _paired(reference: Reference, how: CheckOptions) -> bool:
    return how.seed is None or how.seed == reference.seed


def _check(scenario: Scenario, reference: Reference, how: CheckOptions) -> Steps[CheckResult]:
    """Compare tables; if they or the claims changed, compare distributions."""
    result = CheckResult(
        scenario.name,
        "undecided",
        "distribution",
        (),
        (),
        0,
        reference.replications,
        plan_for(reference, how),
        reference,
        _changes(scenario, reference),
        notes=(OLD_FORMAT,) if reference.old else (),
    )
    made: list[Replicated] = []
    if _paired(reference, how) and min(how.digests, len(reference.columns)):
        made = yield tuple(range(min(how.digests, len(reference.columns))))
        columns = [replicated.columns for replicated in made]
        result = replace(result, replications=len(made), moved=moved_columns(reference.columns, columns))
        if result.moved:
            result = replace(result, notes=(*result.notes, *_other_machine(reference, made[0])))
        elif measured := measured_differently(reference, [replicated.values for replicated in made]):
            return replace(
                result,
                verdict="changed",
                quantities=measured,
                stopped_early=True,
                notes=("The tables are the same; how they are measured has changed.",),
            )
        else:
            claims = _claims_then(scenario, reference)
            added = tuple(_other_columns(reference.columns[0], columns[0]))
            result = replace(result, level="bytes", notes=(*result.notes, *added))
            if claims is not None and not _more_wanted(claims, reference, how):
                return replace(result, claims=claims, verdict=verdict_on((), claims))
            if claims is None:
                result = replace(
                    result, notes=(*result.notes, "The claims are not those that the reference has judged.")
                )
    return (yield from _look(scenario, result, how, made))


def _changes(scenario: Scenario, reference: Reference) -> tuple[str, ...]:
    changes = scenario_changes(reference.settings, settings_of(scenario))
    if not changes and reference.digest != scenario.digest:
        return (f"the content of {scenario.network.edge_list} changed",)
    return changes


def _claims_then(scenario: Scenario, reference: Reference) -> tuple[Judgement, ...] | None:
    """Return the reference's verdicts on the claims; None unless it has judged all of them."""
    known = tuple(reference.claims[key] for key in map(claim_key, scenario.expect) if key in reference.claims)
    return known if len(known) == len(scenario.expect) else None


def _more_wanted(claims: Sequence[Judgement], reference: Reference, how: CheckOptions) -> bool:
    """Return whether the user allows more replications than claims were judged on, and one is still undecided."""
    return (how.at_most or 0) > min(reference.replications, CLAIMS_ON) and any(
        judgement.verdict == "undecided" for judgement in claims
    )


def _look(scenario: Scenario, result: CheckResult, how: CheckOptions, made: list[Replicated]) -> Steps[CheckResult]:
    """Add replications, look by look, until everything is decided or the answer is clear."""
    looks = list(result.plan.looks)
    while how.at_most is not None and looks[-1] < how.at_most:
        looks.append(min(2 * looks[-1], how.at_most))
    # Claims are judged at the same looks, but on no more replications than have their tables.
    claim_looks = list(dict.fromkeys(min(count, _claims_on(how)) for count in looks)) if scenario.expect else []
    all_claim_looks = sum(claim_looks)
    judged: dict[int, Judgement] = {}
    for count in looks:
        made += yield tuple(range(len(made), count))
        refuse_identical(made)
        if result.level == "distribution":
            values, paired = [replicated.values for replicated in made], _paired(result.reference, how)
            result = replace(result, quantities=compare(result.reference, values, result.plan, paired=paired))
        if claim_looks and count >= claim_looks[0]:
            judged |= _judged_now(scenario, made, judged, claim_looks.pop(0) / all_claim_looks)
        claims = tuple(judged[at] for at in range(len(scenario.expect)))
        result = replace(result, claims=claims, replications=count, verdict=verdict_on(result.quantities, claims))
        quantities_open = any(finding.verdict == "undecided" for finding in result.quantities)
        claims_open = any(judgement.verdict == "undecided" for judgement in claims)
        if not quantities_open and not (claims_open and claim_looks):
            return result
        if _answer_is_clear(scenario, result) and not how.thorough and count < looks[-1]:
            return replace(result, stopped_early=True)
    return result


def _judged_now(
    scenario: Scenario, made: Sequence[Replicated], judged: Mapping[int, Judgement], share: float
) -> dict[int, Judgement]:
    """Judge the claims still undecided, with this look's share of the error that their confidence allows."""
    # A verdict once reached stays.
    still = [at for at in range(len(scenario.expect)) if at not in judged or judged[at].verdict == "undecided"]
    stricter = [
        scenario.expect[at].model_copy(update={"confidence": 1 - (1 - scenario.expect[at].confidence) * share})
        for at in still
    ]
    return dict(zip(still, judge_claims(scenario, made, stricter), strict=True))


def _answer_is_clear(scenario: Scenario, result: CheckResult) -> bool:
    """Return whether the answer is clear: something changed, or a claim fails that did not fail before."""
    return any(finding.verdict == "changed" for finding in result.quantities) or any(
        judgement.verdict == "fails" and not result.failed_before(claim)
        for claim, judgement in zip(scenario.expect, result.claims, strict=True)
    )


def _other_columns(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    added, gone = added_and_gone(before, now)
    if added:
        yield f"New columns: {', '.join(added)}."
    if gone:
        yield f"Removed columns: {', '.join(gone)}."


def _other_machine(reference: Reference, replicated: Replicated) -> Iterator[str]:
    now = made_with(replicated.versions)
    other = [
        f"{name} {now.get(name, 'none')} instead of {was}"
        for name, was in reference.made_with.items()
        if name != "referralsim" and now.get(name) != was
    ]
    if other:
        yield f"The reference was made with other tools ({'; '.join(other)}), which alone can move a few numbers."


def check_scenario(
    scenario: Scenario | str | Path,
    reference: Reference | str | Path | None = None,
    *,
    folder: str | Path = "reports",
    workers: int = 1,
    how: CheckOptions | None = None,
) -> CheckResult:
    """Check one scenario against its reference.

    Parameters
    ----------
    scenario
        A scenario, or what :func:`sim.load_scenario` takes.
    reference
        A reference or the path of its file; by default the one kept in ``folder`` under the scenario's name.
    folder
        Where references are kept.
    workers
        Processes that share the replications; the result does not depend on it.
    how
        By default a false-alarm rate of 1 in 1000 over this scenario, and at most the replications of the reference.

    Raises
    ------
    AnalysisError
        If there is no reference, or it cannot be read.
    """
    from sim import load_scenario

    loaded = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    if not isinstance(reference, Reference):
        reference = read_reference(reference or reference_file(folder, loaded.name))
    ((_, result),) = carry_out({loaded.name: check_job(loaded, reference, how)}, workers)
    return result
