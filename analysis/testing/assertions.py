"""Assertions about simulated scenarios, for tests: bands, orders, ratios, differences, claims, and no drift.

Every assertion passes only if the data say so at its confidence. What they leave open fails, too, and the message
says how many replications would decide it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pytest
from pydantic import ValidationError

from analysis.checks.check import check_scenario
from analysis.checks.drift import FALSE_ALARM, Finding, student
from analysis.checks.formats import sentence
from analysis.checks.reference import claim_key, reference_file
from analysis.checks.result import CheckOptions, CheckResult
from analysis.checks.sentences import remarks
from analysis.claims.judging import CONFIDENCE, Judgement, check_claims
from analysis.errors import AnalysisError
from analysis.presentation import wording
from analysis.quantities.catalogue import quantity
from analysis.quantities.per_replication import check_names
from analysis.tables.tables import load
from sim.errors import ScenarioError
from sim.runs.simulation import simulate
from sim.scenario.claims import KINDS, AnyClaim
from sim.scenario.quantity_names import unit_of
from sim.scenario.scenario import load_scenario
from sim.scenario.shipped import is_name, shown_path

if TYPE_CHECKING:
    from sim import Scenario
    from sim.runs.result import Result

MANY = 100_000
"""Replications beyond which nobody waits for a decision."""
_SHOWN = 5
Given = ParamSpec("Given")
Made = TypeVar("Made")


def plainly(assertion: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let a test end with a plain line, and no traceback through the model, where a scenario or name is wrong."""

    @wraps(assertion)
    def asserted(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        __tracebackhide__ = True
        try:
            return assertion(*args, **kwargs)
        except ValidationError as problem:
            first = problem.errors()[0]
            said = str(first.get("ctx", {}).get("error") or first["msg"])
        except (ScenarioError, AnalysisError) as problem:
            said = str(problem)
        return pytest.fail(said)

    return asserted


@dataclass(frozen=True, repr=False)
class Simulated:
    """A scenario that was run, and what can be asserted of it.

    Attributes
    ----------
    scenario
        What was asked for; several that differ in words and claims alone share one run.
    result
        The run with its tables, for assertions of one's own.
    skips
        Whether what is undecided skips the test instead of failing it.
    """

    scenario: Scenario
    result: Result
    skips: bool = False

    def __repr__(self) -> str:
        """What pytest shows of it in a test that fails."""
        return f"<{self.scenario.name}, {_replications(self.result.replications)} of seed {self.result.seed}>"

    def within(self, name: str, low: float, high: float, *, confidence: float = CONFIDENCE) -> None:
        """Assert that a rate, quantity or measure lies in a band, ends in its unit (shares between 0 and 1)."""
        __tracebackhide__ = True
        self._hold("rate", name, confidence, within=(low, high))

    def order(self, *names: str, confidence: float = CONFIDENCE) -> None:
        """Assert that each quantity is larger than the next one."""
        __tracebackhide__ = True
        self._hold("order", names, confidence)

    def ratio(self, over: str, under: str, low: float, high: float, *, confidence: float = CONFIDENCE) -> None:
        """Assert that the first quantity divided by the second lies in a band."""
        __tracebackhide__ = True
        self._hold("ratio", (over, under), confidence, within=(low, high))

    def difference(self, more: str, less: str, low: float, high: float, *, confidence: float = CONFIDENCE) -> None:
        """Assert that the first quantity less the second lies in a band, in their unit."""
        __tracebackhide__ = True
        self._hold("difference", (more, less), confidence, within=(low, high))

    @plainly
    def claims_hold(self) -> None:
        """Assert every claim under the scenario's ``expect``."""
        __tracebackhide__ = True
        if not self.scenario.expect:
            pytest.fail(f"{self.scenario.name} claims nothing: it has no expect.")
        self._all_hold(self.scenario.expect)

    @plainly
    def value(self, name: str) -> float:
        """Return a rate, quantity or measure over all replications, in its unit."""
        __tracebackhide__ = True
        check_names([name], self.scenario)
        return float(quantity(name).measure(load(self.result)).value)

    @plainly
    def _hold(self, kind: str, names: Any, confidence: float, **band: Any) -> None:
        __tracebackhide__ = True
        claim = KINDS[kind](**{kind: names}, confidence=confidence, **band)
        check_names(claim.names, self.scenario)
        self._all_hold([claim])

    def _all_hold(self, claims: Sequence[AnyClaim]) -> None:
        __tracebackhide__ = True
        said = list(zip(claims, check_claims(self.result, claims), strict=True))
        wrong = [claim_lines(claim, one) for claim, one in said if one.verdict == "fails"]
        undecided = [claim_lines(claim, one) for claim, one in said if one.verdict == "undecided"]
        _end(wrong, undecided, skips=self.skips)


@dataclass(repr=False)
class Bench:
    """Where scenarios are found and how they are run for the tests of one session."""

    root: Path
    workers: int = 1
    replications: int | None = None
    references: str = "reports"
    skips: bool = False
    _done: dict[tuple[str, int, int], Result] = field(default_factory=dict)

    def __repr__(self) -> str:
        """What pytest shows of it in a test that fails."""
        return f"<scenarios of {self.root}>"

    @plainly
    def simulated(
        self,
        scenario: str | Path | Scenario,
        *,
        replications: int | None = None,
        seed: int | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Simulated:
        """Run a scenario, or give the run there is.

        Parameters
        ----------
        scenario
            A path from the root of the tests, the name of a shipped scenario, or a scenario.
        replications, seed
            By default those that the options or the scenario say.
        overrides
            Values by dotted path, as :func:`sim.load_scenario` takes them.
        """
        __tracebackhide__ = True
        found = self._load(scenario, overrides)
        count = replications if replications is not None else self.replications or found.replications
        root = found.seed if seed is None else seed
        if count < 1 or root < 0:
            raise AnalysisError(f"found {count} replications and seed {root}; expected at least 1, and at least 0")
        key = (found.digest, root, count)
        if key not in self._done:
            self._done[key] = simulate(found, replications=count, seed=root, workers=self.workers)
        return Simulated(found, self._done[key], self.skips)

    @plainly
    def no_drift(
        self,
        scenario: str | Path | Scenario,
        *,
        reference: str | Path | None = None,
        overrides: Mapping[str, Any] | None = None,
        false_alarm: float = FALSE_ALARM,
    ) -> CheckResult:
        """Assert that a scenario gives what its reference says, as ``referralsim check`` would.

        It fails where a quantity changed, or a claim fails that did not fail when the reference was made; whether
        all claims hold is another question. Returns the whole result.

        Parameters
        ----------
        scenario, overrides
            As in :meth:`simulated`.
        reference
            Path of its file, from the root of the tests; by default the one in the folder of references.
        false_alarm
            Chance that anything unchanged is called changed.
        """
        __tracebackhide__ = True
        found = self._load(scenario, overrides)
        file = self.root / (reference or reference_file(self.references, found.name))
        if reference is None and not file.exists():
            raise AnalysisError(
                f"{shown_path(file)}: there is no reference; make it with: referralsim check {scenario} "
                f"--references {self.references} --update --why '...'"
            )
        result = check_scenario(found, file, workers=self.workers, how=CheckOptions(false_alarm=false_alarm))
        _end(*drift_lines(found, result), skips=self.skips)
        return result

    def _load(self, scenario: str | Path | Scenario, overrides: Mapping[str, Any] | None) -> Scenario:
        if not isinstance(scenario, str | Path):
            return scenario.with_overrides(overrides) if overrides else scenario
        shipped = isinstance(scenario, str) and is_name(scenario)
        return load_scenario(scenario if shipped else shown_path(self.root / scenario), overrides)


def _end(wrong: Sequence[str], undecided: Sequence[str], *, skips: bool) -> None:
    """Fail with what is wrong, or with what is open; skip where that was asked for."""
    __tracebackhide__ = True
    if undecided and skips and not wrong:
        pytest.skip("\n".join(undecided))
    if wrong or undecided:
        pytest.fail("\n".join([*wrong, *undecided]))


# ---- in words -----------------------------------------------------------------------------------------------------


def claim_lines(claim: AnyClaim, one: Judgement) -> str:
    """Say of a claim that fails or is undecided what was measured, and how many replications would decide it."""
    unit = "ratio" if one.kind == "ratio" else unit_of(claim.names[0])
    apart = unit == "share" and one.kind in ("order", "difference")
    wanted = one.claim
    if one.kind != "order":
        low, high = (float(f"{end:.4g}") for end in one.within)
        wanted = f"{one.claim.rpartition(' within ')[0]} within {wording.band(low, high, unit)}"
    verdict = "does not hold" if one.verdict == "fails" else "is undecided"
    if one.note:
        return f"{wanted} {verdict}: {one.note}"
    what = "its smallest step is" if one.kind == "order" and len(claim.names) > 2 else "measured"
    value, between = wording.amount(one.value, unit), wording.amount_range(one.low, one.high, unit)
    if apart:
        value = f"{wording.points(one.value)} points"
        between = f"{wording.points(one.low)} to {wording.points(one.high)} points"
    said = (
        f"{wanted} {verdict}: {what} {value} ({100 * one.confidence:g} % interval {between}), "
        f"n = {one.n:,.0f} in {_replications(one.replications)}."
    )
    return said if one.verdict == "fails" else f"{said}\n{would_decide(one)}"


def would_decide(one: Judgement) -> str:
    """Say about how many replications would decide an undecided claim, if its value stays where it is."""
    scale: Callable[[float], float] = math.log if one.kind == "ratio" and one.low > 0 else float
    ends = [scale(end) for end in one.within if math.isfinite(end) and (end > 0 or scale is float)]
    value, low, high = (scale(end) if math.isfinite(end) else end for end in (one.value, one.low, one.high))
    # Each end of the band has to lie outside the interval; it is on the side of the one or the other half-width.
    pairs = [((value - low) if end < value else (high - value), abs(value - end)) for end in ends]
    needed = max((enough(half, room, one.replications, 1 - one.confidence) for half, room in pairs), default=MANY + 1)
    return _needed(needed, "replications would decide")


def _needed(count: int, would: str) -> str:
    if count > MANY:
        return "The value lies so near the edge that hardly any number of replications would decide."
    return f"About {count:,} {would}, if the value stays where it is."


def enough(half: float, room: float, replications: int, error: float) -> int:
    """Return about how many replications make a half-width smaller than the room there is for it.

    Parameters
    ----------
    half, room
        Half-width now, and what it has to fall below, in one unit.
    replications
        How many the half-width rests on.
    error
        Two-sided error of the interval: of few replications Student's intervals are wider than by the root alone.
    """
    if not math.isfinite(half) or not room > 0:
        return MANY + 1
    now = student(error, replications - 1) if replications > 1 else 1.0
    for count in _rising(replications + 1):
        then = student(error, count - 1) if replications > 1 else 1.0
        if half * then / now * math.sqrt(replications / count) < room:
            return count
    return MANY + 1


def _rising(count: int) -> Iterator[int]:
    while count <= MANY:
        yield count
        count += max(1, count // 100)


def drift_lines(scenario: Scenario, result: CheckResult) -> tuple[list[str], list[str]]:
    """Say what drifted, and what is undecided that was decided once."""
    changed = [one for one in result.quantities if one.verdict == "changed"]
    undecided = [one for one in result.quantities if one.verdict == "undecided"]
    claims = list(zip(scenario.expect, result.claims, strict=True))
    broken = [(claim, one) for claim, one in claims if one.verdict == "fails" and not result.failed_before(claim)]
    if changed or broken:
        head = (
            f"{result.scenario} drifted: {len(changed)} of {len(result.quantities)} quantities changed, "
            f"{len(broken)} of {len(claims)} claims broke, in {_replications(result.replications)}."
        )
        return [
            head,
            *remarks(result),
            *_some([sentence(result, one) for one in changed]),
            *_some([claim_lines(claim, one) for claim, one in broken]),
        ], []
    lines = [f"{sentence(result, one)}, n = {one.replications}" for one in undecided]
    needed = max((_to_decide(one, result) for one in undecided), default=0)
    if undecided:
        head = (
            f"{result.scenario}: whether it drifted is undecided for {len(undecided)} of "
            f"{len(result.quantities)} quantities in {_replications(result.replications)}."
        )
        lines = [head, *remarks(result), *_some(lines), _needed(needed, "replications of the reference would decide")]
    return [], lines + _some(
        [claim_lines(claim, one) for claim, one in claims if one.verdict == "undecided" and _held_then(result, claim)]
    )


def _held_then(result: CheckResult, claim: AnyClaim) -> bool:
    then = result.reference.claims.get(claim_key(claim))
    return then is not None and then.verdict == "holds"


def _to_decide(one: Finding, result: CheckResult) -> int:
    """Return how many replications would bring the interval inside the margin, or out of zero and the margin."""
    half, shift = (one.high - one.low) / 2, abs(one.difference)
    error = result.plan.share(len(result.plan.looks) - 1)
    return enough(half, max(one.margin - shift, shift), max(one.replications, 2), error)


def _some(lines: Sequence[str]) -> list[str]:
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [*lines[:_SHOWN], *more]


def _replications(count: int) -> str:
    return f"{count:,} replication{'' if count == 1 else 's'}"
