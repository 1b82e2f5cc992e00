"""Whether the simulated rates are still what they were, and still what is claimed.

A check asks three questions, each only if the one before leaves it open: are the tables of a fixed seed the same to
the byte; do the replications come from the same distribution, for all that matters; does each claim still hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from analysis.checks import drift
from analysis.checks.drift import FALSE_ALARM, Finding, Plan
from analysis.checks.held_quantities import Values, followed, plain_names, series
from analysis.checks.reference import (
    DIGESTED,
    Reference,
    added_and_gone,
    claim_key,
    made_with,
    moved_columns,
    read_reference,
    reference_file,
    scenario_changes,
    settings_of,
)
from analysis.checks.replication_jobs import Job, Replicated, Steps, carry_out
from analysis.claims.judging import Judgement, check_claims
from analysis.errors import AnalysisError
from sim.display import Shown

if TYPE_CHECKING:
    from sim import Scenario
    from sim.scenario.claims import AnyClaim

Verdict: TypeAlias = Literal["holds", "changed", "broken", "undecided"]
EXIT_CODES: Mapping[Verdict, int] = {"holds": 0, "changed": 1, "broken": 1, "undecided": 3}


@dataclass(frozen=True)
class Manner:
    """How to check.

    Attributes
    ----------
    false_alarm
        Family-wise error over all scenarios of one command.
    scenarios
        How many scenarios share it.
    digests
        Replications whose tables are compared to the byte; 0 to go to the distribution at once.
    at_most
        Replications to simulate at most; by default those of the reference.
    seed
        Instead of the reference's: replications are then independent of the reference's and not paired with them.
    thorough
        Whether to go on when something has changed already, until every quantity and claim is decided.
    """

    false_alarm: float = FALSE_ALARM
    scenarios: int = 1
    digests: int = DIGESTED
    at_most: int | None = None
    seed: int | None = None
    thorough: bool = False


@dataclass(frozen=True, repr=False)
class CheckResult(Shown):
    """What a check of one scenario found.

    Attributes
    ----------
    scenario
        Its name.
    verdict
        ``holds``; ``changed`` where a quantity drifted; ``broken`` where none did but a claim fails; ``undecided``.
    level
        ``bytes`` where the tables were the same to the byte, else ``distribution``.
    quantities
        One finding for each held quantity; none where the bytes were the same.
    claims
        The scenario's claims, judged, in its order; as the reference has them where the bytes were the same.
    replications, of
        How many replications were simulated, and how many the reference holds.
    plan
        Looks and errors of the comparison.
    reference
        What was compared with.
    changes
        What the scenario itself sets otherwise than when the reference was made.
    moved
        Columns whose bytes moved.
    notes
        Plain sentences for the reader.
    stopped_early
        Whether the answer was clear, and the check over, before everything was decided.
    """

    scenario: str
    verdict: Verdict
    level: Literal["bytes", "distribution"]
    quantities: tuple[Finding, ...]
    claims: tuple[Judgement, ...]
    replications: int
    of: int
    plan: Plan
    reference: Reference = field(repr=False)
    changes: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stopped_early: bool = False

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        changed = sum(one.verdict == "changed" for one in self.quantities)
        facts: dict[str, object] = {"verdict": self.verdict, "compared by": self.level}
        facts |= {"quantities changed": changed} if self.quantities else {}
        return f"of {self.scenario}", facts | {"claims": len(self.claims), "replications": self.replications}

    @property
    def exit_code(self) -> int:
        """0 holds, 1 drift or broken claim, 3 undecided."""
        return EXIT_CODES[self.verdict]

    def failed_before(self, claim: AnyClaim) -> bool:
        """Tell whether a claim failed when the reference was made."""
        then = self.reference.claims.get(claim_key(claim))
        return then is not None and then.verdict == "fails"


# ---- checking -----------------------------------------------------------------------------------------------------


def checking(scenario: Scenario, reference: Reference, how: Manner | None = None) -> Job[CheckResult]:
    """Return the job of checking a scenario against its reference."""
    how = how or Manner()
    known = plain_names(followed(scenario))
    held = plain_names(list(reference.quantities))
    seed = reference.seed if how.seed is None else how.seed
    return Job(scenario, seed, tuple(name for name in held if name in known), _check(scenario, reference, how))


def planned_for(reference: Reference, how: Manner) -> Plan:
    """Return when a check of this reference looks, and the errors it allows."""
    most = how.at_most or reference.replications
    if _paired(reference, how):
        most = min(most, reference.replications)
    return drift.plan(most, len(reference.quantities), false_alarm=how.false_alarm, scenarios=how.scenarios)


def _paired(reference: Reference, how: Manner) -> bool:
    return how.seed is None or how.seed == reference.seed


def _check(scenario: Scenario, reference: Reference, how: Manner) -> Steps[CheckResult]:
    """Compare bytes, then, where they moved or the claims are others, go on to the replications."""
    said = CheckResult(
        scenario.name,
        "undecided",
        "distribution",
        (),
        (),
        0,
        reference.replications,
        planned_for(reference, how),
        reference,
        _changes(scenario, reference),
    )
    made: list[Replicated] = []
    if _paired(reference, how) and min(how.digests, len(reference.columns)):
        made = yield tuple(range(min(how.digests, len(reference.columns))))
        columns = [one.columns for one in made]
        said = replace(said, replications=len(made), moved=moved_columns(reference.columns, columns))
        if said.moved:
            said = replace(said, notes=tuple(_other_machine(reference, made[0])))
        elif measured := measured_otherwise(reference, [one.values for one in made]):
            return replace(
                said,
                verdict="changed",
                quantities=measured,
                stopped_early=True,
                notes=("The tables are the same to the byte; how they are measured has changed.",),
            )
        else:
            claims = _claims_then(scenario, reference)
            said = replace(said, level="bytes", notes=tuple(_other_columns(reference.columns[0], columns[0])))
            if claims is not None and not _wanted_further(claims, reference, how):
                return replace(said, claims=claims, verdict=_verdict((), claims))
            if claims is None:
                said = replace(said, notes=(*said.notes, "The claims are others than the reference has judged."))
    return (yield from _look(scenario, said, how, made))


def _changes(scenario: Scenario, reference: Reference) -> tuple[str, ...]:
    changes = scenario_changes(reference.settings, settings_of(scenario))
    if not changes and reference.digest != scenario.digest:
        return (f"the content of {scenario.network.edge_list} is another",)
    return changes


def _claims_then(scenario: Scenario, reference: Reference) -> tuple[Judgement, ...] | None:
    """Return how the claims stood in the reference; None if it has not judged them all."""
    found = [reference.claims.get(claim_key(claim)) for claim in scenario.expect]
    known = tuple(one for one in found if one is not None)
    return known if len(known) == len(found) else None


def _wanted_further(claims: Sequence[Judgement], reference: Reference, how: Manner) -> bool:
    """Tell whether more replications than the reference has were asked for, and could decide a claim."""
    return (how.at_most or 0) > reference.replications and any(one.verdict == "undecided" for one in claims)


def _look(scenario: Scenario, said: CheckResult, how: Manner, made: list[Replicated]) -> Steps[CheckResult]:
    """Look at more and more replications until all is clear, or the answer is."""
    looks = list(said.plan.looks)
    while how.at_most is not None and looks[-1] < how.at_most:
        looks.append(min(2 * looks[-1], how.at_most))
    judged: dict[int, Judgement] = {}
    for count in looks:
        made += yield tuple(range(len(made), count))
        refuse_alike(made)
        if said.level == "distribution":
            values, paired = [one.values for one in made], _paired(said.reference, how)
            found = compare(said.reference, values, said.plan, paired=paired)
            said = replace(said, quantities=found)
        # Each look has its share of what a claim's confidence leaves to error; what is decided stays so.
        still = [at for at in range(len(scenario.expect)) if at not in judged or judged[at].verdict == "undecided"]
        share = count / sum(looks)
        stricter = [
            scenario.expect[at].model_copy(update={"confidence": 1 - (1 - scenario.expect[at].confidence) * share})
            for at in still
        ]
        judged.update(zip(still, judge_claims(scenario, made, stricter), strict=True))
        claims = tuple(judged[at] for at in range(len(scenario.expect)))
        said = replace(said, claims=claims, replications=count, verdict=_verdict(said.quantities, claims))
        if "undecided" not in {*(one.verdict for one in said.quantities), *(one.verdict for one in claims)}:
            return said
        if _news(scenario, said) and not how.thorough and count < looks[-1]:
            return replace(said, stopped_early=True)
    return said


def _news(scenario: Scenario, said: CheckResult) -> bool:
    """Tell whether the answer is clear already: something changed, or a claim fails that did not fail before."""
    return any(one.verdict == "changed" for one in said.quantities) or any(
        one.verdict == "fails" and not said.failed_before(claim)
        for claim, one in zip(scenario.expect, said.claims, strict=True)
    )


def compare(reference: Reference, values: Sequence[Values], planned: Plan, *, paired: bool) -> tuple[Finding, ...]:
    """Judge every held quantity on the replications there are so far."""
    return tuple(
        drift.judge(name, held.values, series(name, values), held.margin, planned, paired=paired)
        for name, held in reference.quantities.items()
    )


def measured_otherwise(reference: Reference, values: Sequence[Values]) -> tuple[Finding, ...]:
    """Compare quantities of tables that are the same to the byte: nothing is left to chance, any difference is one.

    Returns
    -------
    tuple of Finding
        One for each held quantity where any is another; else none.
    """
    found, count = [], len(values)
    for name, held in reference.quantities.items():
        pairs = list(zip(held.values, series(name, values).tolist(), strict=False))
        same = all(math.isclose(before, now, rel_tol=1e-9, abs_tol=1e-12) for before, now in pairs)
        before, now = (math.fsum(column) / count for column in zip(*pairs, strict=True))
        off = now - before
        found.append(
            Finding(name, "same" if same else "changed", before, now, off, off, off, held.margin, count, paired=True)
        )
    return tuple(found) if any(one.verdict == "changed" for one in found) else ()


def refuse_alike(made: Sequence[Replicated]) -> None:
    """Refuse replications that repeat each other.

    Raises
    ------
    AnalysisError
        If two have the same tables: every comparison rests on their being independent.
    """
    first: dict[tuple[tuple[str, str], ...], int] = {}
    for number, one in enumerate(made):
        # The column that numbers the replications is another in any case.
        content = tuple(item for item in sorted(one.columns.items()) if not item[0].endswith(".replication"))
        twin = first.setdefault(content, number)
        if twin != number:
            raise AnalysisError(
                f"Replications {twin} and {number} are the same to the byte: their seeds are not different, "
                "so nothing can be said of how replications differ."
            )


def judge_claims(scenario: Scenario, made: Sequence[Replicated], claims: Sequence[AnyClaim]) -> tuple[Judgement, ...]:
    """Judge claims on the tables of replications."""
    from sim.runs.result import result_of

    if not claims:
        return ()
    tables = [(one.tables, dict(one.cost)) for one in made if one.tables is not None]
    return check_claims(result_of(scenario, scenario.seed, tables), claims)


def _verdict(findings: Sequence[Finding], claims: Sequence[Judgement]) -> Verdict:
    if any(one.verdict == "changed" for one in findings):
        return "changed"
    if any(one.verdict == "fails" for one in claims):
        return "broken"
    said = {*(one.verdict for one in findings), *(one.verdict for one in claims)}
    return "undecided" if "undecided" in said else "holds"


def _other_columns(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    added, gone = added_and_gone(before, now)
    if added:
        yield f"New columns: {', '.join(added)}."
    if gone:
        yield f"Columns that are gone: {', '.join(gone)}."


def _other_machine(reference: Reference, one: Replicated) -> Iterator[str]:
    now = made_with(one.versions)
    other = [
        f"{name} {now.get(name, 'none')} instead of {was}"
        for name, was in reference.made_with.items()
        if name != "referralsim" and now.get(name) != was
    ]
    if other:
        yield f"The reference was made with other tools ({'; '.join(other)}), which by itself can move the last digit."


def check_scenario(
    scenario: Scenario | str | Path,
    reference: Reference | str | Path | None = None,
    *,
    folder: str | Path = "reports",
    workers: int = 1,
    how: Manner | None = None,
) -> CheckResult:
    """Check one scenario.

    Parameters
    ----------
    scenario
        A scenario, or what :func:`sim.load_scenario` takes.
    reference
        A reference or the path of its file; by default the one kept in ``folder`` under the scenario's name.
    folder
        Where references are kept.
    workers
        Processes to share the replications; the result does not depend on it.
    how
        By default an error of 1 in 1000 over this one scenario, and at most the replications of the reference.

    Raises
    ------
    AnalysisError
        If there is no reference, or it cannot be read.
    """
    from sim import load_scenario

    loaded = load_scenario(scenario) if isinstance(scenario, str | Path) else scenario
    if not isinstance(reference, Reference):
        reference = read_reference(reference or reference_file(folder, loaded.name))
    ((_, result),) = carry_out({loaded.name: checking(loaded, reference, how)}, workers)
    return result
