"""Assertions about simulated scenarios, for tests: bands, orders, ratios, differences, claims, and no drift.

An assertion passes only if the data decide for it at its confidence. An undecided one fails too, and the message says
how many replications would decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pytest
from pydantic import ValidationError

from analysis.checks.check import check_scenario
from analysis.checks.drift import FALSE_ALARM
from analysis.checks.reference_file import reference_file
from analysis.checks.result import CheckOptions, CheckResult
from analysis.claims.judging import CONFIDENCE, check_claims
from analysis.errors import AnalysisError
from analysis.quantities.catalogue import quantity
from analysis.quantities.per_replication import check_names
from analysis.tables.tables import load
from analysis.testing.sentences import claim_lines, drift_lines, replications_text
from sim.errors import ScenarioError
from sim.runs.simulation import simulate
from sim.scenario.claims import KINDS, AnyClaim
from sim.scenario.scenario import load_scenario
from sim.scenario.shipped import is_name, shown_path

if TYPE_CHECKING:
    from sim import Scenario
    from sim.runs.result import Result

Given = ParamSpec("Given")
Made = TypeVar("Made")


def fails_in_one_line(assertion: Callable[Given, Made]) -> Callable[Given, Made]:
    """Fail with one line instead of a traceback where a scenario or a name is wrong."""

    @wraps(assertion)
    def asserted(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        __tracebackhide__ = True
        try:
            return assertion(*args, **kwargs)
        except ValidationError as problem:
            first = problem.errors()[0]
            message = str(first.get("ctx", {}).get("error") or first["msg"])
        except (ScenarioError, AnalysisError) as problem:
            message = str(problem)
        return pytest.fail(message)

    return asserted


@dataclass(frozen=True, repr=False)
class Simulated:
    """A scenario that was run, and what can be asserted about it.

    Attributes
    ----------
    scenario
        The scenario asked for; scenarios that differ only in texts and claims share one run.
    result
        The run with its tables, for other assertions.
    skips
        Whether an undecided assertion skips the test instead of failing it.
    """

    scenario: Scenario
    result: Result
    skips: bool = False

    def __repr__(self) -> str:
        """Return what pytest shows in a failing test."""
        return f"<{self.scenario.name}, {replications_text(self.result.replications)} of seed {self.result.seed}>"

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

    @fails_in_one_line
    def claims_hold(self) -> None:
        """Assert every claim under the scenario's ``expect``."""
        __tracebackhide__ = True
        if not self.scenario.expect:
            pytest.fail(f"{self.scenario.name} makes no claims: it has no expect.")
        self._all_hold(self.scenario.expect)

    @fails_in_one_line
    def value(self, name: str) -> float:
        """Return a rate, quantity or measure over all replications, in its unit."""
        __tracebackhide__ = True
        check_names([name], self.scenario)
        return float(quantity(name).measure(load(self.result)).value)

    @fails_in_one_line
    def _hold(self, kind: str, names: Any, confidence: float, **band: Any) -> None:
        __tracebackhide__ = True
        claim = KINDS[kind](**{kind: names}, confidence=confidence, **band)
        check_names(claim.names, self.scenario)
        self._all_hold([claim])

    def _all_hold(self, claims: Sequence[AnyClaim]) -> None:
        __tracebackhide__ = True
        judged = check_claims(self.result, claims)
        failing = [claim_lines(judgement) for judgement in judged if judgement.verdict == "fails"]
        undecided = [claim_lines(judgement) for judgement in judged if judgement.verdict == "undecided"]
        _end(failing, undecided, skips=self.skips)


@dataclass(repr=False)
class Bench:
    """Finds and runs scenarios for the tests of one session; runs each only once."""

    root: Path
    workers: int = 1
    replications: int | None = None
    references: str = "reports"
    skips: bool = False
    _done: dict[tuple[str, int, int], Result] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return what pytest shows in a failing test."""
        return f"<scenarios of {self.root}>"

    @fails_in_one_line
    def simulated(
        self,
        scenario: str | Path | Scenario,
        *,
        replications: int | None = None,
        seed: int | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Simulated:
        """Run a scenario, or return its run if it has been run before.

        Parameters
        ----------
        scenario
            A path from the root of the tests, the name of a shipped scenario, or a scenario.
        replications, seed
            By default those of the options or the scenario.
        overrides
            Values by dotted path, as :func:`sim.load_scenario` takes them.
        """
        __tracebackhide__ = True
        loaded = self._load(scenario, overrides)
        count = replications if replications is not None else self.replications or loaded.replications
        root = loaded.seed if seed is None else seed
        if count < 1 or root < 0:
            raise AnalysisError(
                f"found {count} replications and seed {root}; expected at least 1 replication, and a seed of at least 0"
            )
        key = (loaded.digest, root, count)
        if key not in self._done:
            self._done[key] = simulate(loaded, replications=count, seed=root, workers=self.workers)
        return Simulated(loaded, self._done[key], self.skips)

    @fails_in_one_line
    def no_drift(
        self,
        scenario: str | Path | Scenario,
        *,
        reference: str | Path | None = None,
        overrides: Mapping[str, Any] | None = None,
        false_alarm: float = FALSE_ALARM,
    ) -> CheckResult:
        """Assert that a scenario still matches its reference, as ``referralsim check`` would.

        It fails if a quantity changed, or if a claim fails that did not fail when the reference was made. A claim that
        already failed then does not matter. Returns the whole result.

        Parameters
        ----------
        scenario, overrides
            As in :meth:`simulated`.
        reference
            Path of the reference, from the root of the tests; by default the one in the folder of references.
        false_alarm
            Chance of calling anything unchanged changed.
        """
        __tracebackhide__ = True
        loaded = self._load(scenario, overrides)
        file = self.root / (reference or reference_file(self.references, loaded.name))
        if reference is None and not file.exists():
            raise AnalysisError(
                f"{shown_path(file)}: there is no reference; make it with: referralsim check {scenario} "
                f"--references {self.references} --update --why '...'"
            )
        result = check_scenario(loaded, file, workers=self.workers, how=CheckOptions(false_alarm=false_alarm))
        _end(*drift_lines(loaded, result), skips=self.skips)
        return result

    def _load(self, scenario: str | Path | Scenario, overrides: Mapping[str, Any] | None) -> Scenario:
        if not isinstance(scenario, str | Path):
            return scenario.with_overrides(overrides) if overrides else scenario
        shipped = isinstance(scenario, str) and is_name(scenario)
        return load_scenario(scenario if shipped else shown_path(self.root / scenario), overrides)


def _end(failing: Sequence[str], undecided: Sequence[str], *, skips: bool) -> None:
    """Fail if anything fails or is undecided; with ``skips``, only undecided lines skip the test."""
    __tracebackhide__ = True
    if undecided and skips and not failing:
        pytest.skip("\n".join(undecided))
    if failing or undecided:
        pytest.fail("\n".join([*failing, *undecided]))
