"""Who is compared: scenarios, files and roles as typed, set to equal hours per week."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from sim import Scenario, load_scenario
from sim.errors import ScenarioError, printable
from sim.scenario.cast import ACTIVITIES, PAST, PLAN, hour_shares, role_rows
from sim.scenario.client_reader import NOW
from sim.scenario.paths import value_at
from sim.scenario.quantity_names import CROWD, ROLE_NAME, as_role, no_such_role
from sim.scenario.scenario import parameters_table
from sim.scenario.shipped import is_name, other_file, shipped_scenarios

MOST = 10
"""Most groups that can be compared and still be printed on one sheet."""
LONGEST = 26
"""Most characters of a label on the sheet."""
MOST_HOURS = 100
OWN = "own"
"""Typed instead of a number of hours: each keeps its own."""


@dataclass(frozen=True)
class Arm:
    """One side of a comparison: the people of a role, or where a scenario has no cast all who look for work.

    Attributes
    ----------
    name
        As it can be typed: ``eli-ben:eli``, ``jill``, ``mine.yaml``.
    label
        Short name that no other arm has.
    scenario
        What is simulated, hours set.
    role
        Name of the role in the cast; None for all seekers of the market.
    own_hours
        Mean hours per week of search that the scenario itself sets.
    changed
        Whether other hours were set than the scenario's own, for this arm or another of the same scenario.
    """

    name: str
    label: str
    scenario: Scenario
    role: str | None
    own_hours: float
    changed: bool = False

    @property
    def group(self) -> str:
        """Name of these people in quantities: their role, or the crowd."""
        return self.role or CROWD

    @property
    def people_alike(self) -> tuple[str, str]:
        """Equal for two arms that are the same people in the same market."""
        return self.scenario.digest, self.group

    @property
    def hours(self) -> float:
        """Mean hours per week while searching."""
        own = self.scenario.cast[self.role].hours_per_week if self.role else None
        return self.scenario.search.hours_per_week if own is None else own

    @property
    def same_hours(self) -> bool:
        """Whether everybody has the same hours, not only the same mean."""
        given = self.role is not None and self.scenario.cast[self.role].hours_per_week is not None
        return given or self.scenario.search.hours_spread == 0

    @property
    def quiet_hours(self) -> float:
        """Hours per week for ties and habits while not searching."""
        own = self.scenario.cast[self.role].quiet_hours if self.role else None
        return self.scenario.search.quiet_hours if own is None else own

    @property
    def people(self) -> int:
        """People in one replication; without a role all people of the market, searching or not."""
        return self.scenario.cast[self.role].count if self.role else self.scenario.population.people


def arms_of(names: Sequence[str], hours: float | str | None = None) -> tuple[Arm, ...]:
    """Find what is to be compared, at equal hours.

    Parameters
    ----------
    names : sequence of str
        Shipped scenarios, files, or either with ``:role``.  A scenario with a cast and without a role stands for
        all its roles, one without a cast for all who look for work in it.
    hours
        Hours per week of search for all; ``own`` leaves each its own; by default those of the first, where they
        differ.

    Returns
    -------
    tuple of Arm
        Two at least; the last is the one that many are compared with.

    Raises
    ------
    ScenarioError
        If a scenario or role does not exist (the message names similar ones), or a scenario is invalid.
    AnalysisError
        If fewer than two or more than :data:`MOST` are named, or one is named twice.
    """
    found: list[Arm] = []
    for name in names:
        arms, expanded = _named(name)
        for arm in arms:
            twin = next((other for other in found if other.people_alike == arm.people_alike), None)
            if twin is None:
                found.append(arm)
            elif not expanded:
                same = f"{twin.name} and {arm.name} are the same people" if arm.name != twin.name else arm.name
                raise AnalysisError(f"{same}{' is named twice' if arm.name == twin.name else ''}; name two that differ")
    if len(found) < 2:
        alone = f"{found[0].name} is the only one" if found else "nothing is named"
        raise AnalysisError(
            f"{alone}, and a comparison needs two: name another scenario or role, such as "
            f"'referralsim compare {found[0].name if found else 'jill'} baseline'"
        )
    if len(found) > MOST:
        raise AnalysisError(
            f"{len(found)} groups would not fit on one sheet; name at most {MOST}, "
            f"such as {found[0].name} and {found[1].name}"
        )
    return _labelled(_at_equal_hours(found, hours))


def _named(text: str) -> tuple[list[Arm], bool]:
    """Return the arms that one argument names, and whether it is a scenario that stands for all its roles."""
    name, role = _split(text)
    scenario = _load(name)
    if role is not None and role not in scenario.cast:
        raise ScenarioError(f"{printable(text)}: {no_such_role(role, scenario.cast)}")
    roles: list[str | None] = [role] if role is not None else list(_in_order(scenario)) or [None]
    arms = []
    for arm_role in roles:
        alone = arm_role is None or (role is None and len(roles) == 1)
        arm = Arm(name if alone else f"{name}:{arm_role}", "", scenario, arm_role, 0.0)
        arms.append(replace(arm, own_hours=arm.hours))
    return arms, role is None and len(roles) > 1


def _in_order(scenario: Scenario) -> list[str]:
    """Return the roles in the order of the scenario's claims, last the one that the others are compared with."""
    named = [[name.partition(".")[0] for name in claim.names] for claim in scenario.expect]
    first = [role for roles in named for role in roles]
    last = [roles[-1] for roles in named if len(roles) > 1 and roles[-1] in scenario.cast]
    control = NOW if NOW in scenario.cast else max(last, key=last.count, default="")
    place = {role: first.index(role) if role in first else len(first) for role in scenario.cast}
    return sorted(scenario.cast, key=lambda role: (role == control, place[role], role))


def _split(text: str) -> tuple[str, str | None]:
    """Split ``scenario:role``; a drive letter is not a scenario, and a role may be typed in words."""
    head, colon, tail = text.rpartition(":")
    role = as_role(tail.strip())
    if not colon or len(head) < 2 or not ROLE_NAME.fullmatch(role) or not is_name(tail):
        return text, None
    return head, role


def _load(name: str) -> Scenario:
    if is_name(name) and name not in shipped_scenarios() and not Path(f"{name}.yaml").is_file():
        raise ScenarioError(f"no scenario is named '{printable(name)}'{other_file(name) or _near(name)}")
    return load_scenario(name)


def _near(name: str) -> str:
    """Name the scenarios and roles with a similar name, or all scenarios."""
    shipped = list(shipped_scenarios())
    typed = name.lower().replace("_", "-")[:100]
    near = difflib.get_close_matches(typed, shipped, n=3, cutoff=0.55)
    role = typed.replace("-", "_").replace(" ", "_")
    for scenario in shipped:
        roles = difflib.get_close_matches(role, load_scenario(scenario).cast, n=2, cutoff=0.75)
        if scenario not in near:
            near += [f"{scenario}:{each}" for each in roles]
        elif len(load_scenario(scenario).cast) > 1 and roles:
            near[near.index(scenario)] = f"{scenario}:{roles[0]}"
    near = near[:5]
    if not near:
        return f"; there are {', '.join(shipped)}, and any file that ends in .yaml"
    return f"; did you mean {' or '.join([', '.join(near[:-1]), near[-1]] if len(near) > 1 else near)}?"


def _at_equal_hours(arms: list[Arm], hours: float | str | None) -> list[Arm]:
    if hours is None and len({(arm.hours, arm.same_hours) for arm in arms}) > 1:
        hours = arms[0].hours
    if hours is None or hours == OWN:
        return arms
    changes: dict[str, dict[str, object]] = {}
    for arm in arms:
        path = "search.hours_per_week" if arm.role is None else f"cast.{arm.role}.hours_per_week"
        changes.setdefault(arm.scenario.digest, {})[path] = hours
    made = {arm.scenario.digest: arm.scenario for arm in arms}
    changed = {digest: scenario.with_overrides(changes[digest]) for digest, scenario in made.items()}
    return [
        replace(arm, scenario=new, changed=new.digest != arm.scenario.digest)
        for arm, new in ((arm, changed[arm.scenario.digest]) for arm in arms)
    ]


def _labelled(arms: list[Arm]) -> tuple[Arm, ...]:
    """Give each the shortest label that no other has."""
    short = [arm.role.replace("_", " ") if arm.role else arm.scenario.name for arm in arms]
    long = [f"{label} ({arm.scenario.name})" for label, arm in zip(short, arms, strict=True)]
    labels = [
        brief if short.count(brief) == 1 else other if long.count(other) == 1 else arm.name
        for brief, other, arm in zip(short, long, arms, strict=True)
    ]
    # Cut what is too long for the sheet; a number keeps labels apart that begin alike.
    cut = [
        label if len(label) <= LONGEST else f"{label[: LONGEST - 4]}… {n}" for n, label in enumerate(labels, start=1)
    ]
    return tuple(replace(arm, label=label) for arm, label in zip(arms, cut, strict=True))


@dataclass(frozen=True)
class Setting:
    """A parameter of people or markets that are compared.

    Attributes
    ----------
    path
        A field of a role, or the path of a parameter of the market.
    meaning
        What it means.
    values
        As people read them, one for each arm.
    kind
        ``plan``, ``past`` or ``market``.
    """

    path: str
    meaning: str
    values: tuple[str, ...]
    kind: str = "market"


def settings(arms: Sequence[Arm]) -> tuple[Setting, ...]:
    """Return the settings in which people and markets differ: plans first, then pasts, then markets."""
    market = (
        Setting(
            row.path, row.meaning.rstrip("."), tuple(_shown(value_at(arm.scenario, row.path), row.unit) for arm in arms)
        )
        for row in parameters_table()
        if not row.path.startswith("cast.") and row.path not in ("replications", "seed")
    )
    return tuple(row for row in (*_of_people(arms), *market) if len(set(row.values)) > 1)


def shared_settings(arms: Sequence[Arm]) -> tuple[Setting, ...]:
    """Return what is said of the people and is alike for all of them; what is 0, off or as for anybody is left out."""
    unsaid = {ANYBODY, "no", "0", "0 %", "0 days", "0 hours per week", "0 ties"}
    return tuple(
        row
        for row in _of_people(arms)
        if len(set(row.values)) == 1
        and (row.values[0] not in unsaid or row.path in ("employed", "ability"))
        and row.values[0] != ANYBODY
    )


def _of_people(arms: Sequence[Arm]) -> list[Setting]:
    rows = {row.path.split(".", 2)[2]: row for row in role_rows()}
    found = []
    for kind, leaves in (("plan", PLAN), ("past", PAST)):
        for leaf in leaves:
            values = tuple(_shown(of_role(arm, leaf), rows[leaf].unit) for arm in arms)
            # What follows the semicolon says what applies if nothing is set; here the value shows that.
            found.append(Setting(leaf, rows[leaf].meaning.partition(";")[0].rstrip("."), values, kind))
    return found


def markets_differ(first: Arm, second: Arm) -> bool:
    """Return whether two groups live in markets with other rules, sizes or times; plans of the crowd count, too."""
    ignored = ("cast", "replications", "seed", "name", "title", "story", "expect", "extends")
    return any(
        value_at(first.scenario, row.path) != value_at(second.scenario, row.path)
        for row in parameters_table()
        if row.path.partition(".")[0] not in ignored
    )


ANYBODY = "as anybody"
_IN_THE_MARKET: Mapping[str, str] = {
    "hours_per_week": "search.hours_per_week",
    "quiet_hours": "search.quiet_hours",
    "asks_from": "search.asks_from",
}


def of_role(arm: Arm, leaf: str) -> Any:
    """Return the value for an arm's people: that of their role, else that of the market, else None.

    Parameters
    ----------
    arm
        Whose people.
    leaf
        A field of a role, such as ``asks`` or ``contact.kind``.
    """
    role = arm.scenario.cast[arm.role] if arm.role else None
    if leaf in ACTIVITIES:
        return hour_shares(arm.scenario.search, role)[leaf]
    if role is not None:
        own = value_at(role, leaf)
        idle = (leaf == "homophily" and not role.group) or (
            leaf.startswith("contact.") and leaf != "contact.placed" and not role.contact.placed
        )
        if own is not None:
            return None if idle else own
    market = _IN_THE_MARKET.get(leaf, "")
    return value_at(arm.scenario, market) if market else (False if leaf in ("group", "contact.placed") else None)


def _shown(value: Any, unit: str) -> str:
    if value is None:
        return ANYBODY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit == "share":
        return f"{100 * value:.3g} %"
    if isinstance(value, (int, float)):
        short = f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
        text = short if isinstance(value, float) else f"{value:,}"
        return f"{text} {unit}" if unit in ("days", "hours", "hours per week", "people", "ties") else text
    return str(value)
