"""One person's story as one object: who, why this one, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.errors import AnalysisError
from analysis.tracing.choice import choose, one_replication
from analysis.tracing.sentences import narrate
from analysis.tracing.story import introduce, story
from sim.display import Shown
from sim.errors import did_you_mean
from sim.runs.result import Result
from sim.scenario.quantity_names import as_role
from sim.scenario.scenario import Scenario


@dataclass(frozen=True, repr=False)
class Trace(Shown):
    """A person's story.

    Attributes
    ----------
    result
        The one replication it is from.
    replication, person
        Their numbers, from 0.
    why
        Why this person, in words.
    introduction
        Who the person is, and from when the days count.
    steps
        One row a step, as :func:`analysis.tracing.story.story` gives them.
    """

    result: Result
    replication: int
    person: int
    why: str
    introduction: str
    steps: pd.DataFrame

    def lines(self, *, every: bool = False) -> list[str]:
        """Tell the story line by line; ``every`` step of every application, or the main ones summed up."""
        return narrate(self.steps, every=every)

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts = {"replication": self.replication, "seed": self.result.seed, "steps": len(self.steps)}
        return f"of person {self.person} in {self.result.scenario.name}", facts


def trace_person(
    scenario: Scenario,
    person: int | None = None,
    role: str | None = None,
    *,
    replication: int = 0,
    seed: int | None = None,
) -> Trace:
    """Simulate one replication and take a person of it; by default one that shows a referral.

    Raises
    ------
    AnalysisError
        If there is no such person or role, or both are given.
    """
    if person is not None and role is not None:
        raise AnalysisError("person and role: give one of them; a person has the role the scenario gives")
    if person is not None and not 0 <= person < scenario.population.people:
        raise AnalysisError(f"person {person}: expected a number from 0 to {scenario.population.people - 1}")
    if role is not None and as_role(role) in scenario.cast:
        role = as_role(role)
    if role is not None and role not in scenario.cast:
        known = f"it has {', '.join(scenario.cast)}" if scenario.cast else "it has no cast"
        raise AnalysisError(
            f"role '{role}': {scenario.name} has no such role; {known}{did_you_mean(role, scenario.cast)}"
        )
    result = one_replication(scenario, seed=seed, replication=replication)
    why = "asked for by number"
    if person is None:
        person, why = choose(result, replication, role)
    steps = story(result, person, replication)
    return Trace(result, replication, person, why, introduce(result, person, replication), steps)
