"""How a scenario is checked, and what a check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from analysis.checks.digests import DIGESTED
from analysis.checks.drift import FALSE_ALARM, Finding, Plan
from analysis.checks.reference import Reference, claim_key
from analysis.claims.verdicts import Judgement
from sim.display import Shown

if TYPE_CHECKING:
    from sim.scenario.claims import AnyClaim

Verdict: TypeAlias = Literal["holds", "changed", "broken", "undecided"]
EXIT_CODES: Mapping[Verdict, int] = {"holds": 0, "changed": 1, "broken": 1, "undecided": 3}


@dataclass(frozen=True)
class CheckOptions:
    """How a scenario is checked.

    Attributes
    ----------
    false_alarm
        Chance of calling anything unchanged changed, over all scenarios of one command.
    scenarios
        How many scenarios share that chance.
    digests
        Replications whose tables are compared with the reference's; 0 to compare distributions at once.
    at_most
        Most replications to simulate; by default as many as the reference has.
    seed
        A seed other than the reference's; replications are then not paired with the reference's.
    thorough
        Whether to go on after a change is found, until everything is decided.
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
        ``holds``; ``changed`` if a quantity changed; ``broken`` if none did but a claim fails; ``undecided``.
    level
        ``bytes`` if the tables were the same (numbers to six digits), else ``distribution``.
    quantities
        One finding for each held quantity; none if the tables were the same.
    claims
        Verdicts on the scenario's claims, in order; taken from the reference if the tables were the same.
    replications, of
        Replications simulated, and replications of the reference.
    plan
        Looks and error of the comparison.
    reference
        The reference compared with.
    changes
        Settings of the scenario that changed since the reference was made.
    moved
        Columns that changed.
    notes
        Sentences for the reader.
    stopped_early
        Whether the check ended with a clear answer before everything was decided.
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
        changed = sum(finding.verdict == "changed" for finding in self.quantities)
        facts: dict[str, object] = {"verdict": self.verdict, "compared by": self.level}
        facts |= {"quantities changed": changed} if self.quantities else {}
        return f"of {self.scenario}", facts | {"claims": len(self.claims), "replications": self.replications}

    @property
    def exit_code(self) -> int:
        """0 if it holds, 1 for a change or a broken claim, 3 if undecided."""
        return EXIT_CODES[self.verdict]

    def failed_before(self, claim: AnyClaim) -> bool:
        """Return whether a claim failed when the reference was made."""
        then = self.reference.claims.get(claim_key(claim))
        return then is not None and then.verdict == "fails"
