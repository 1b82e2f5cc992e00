"""The scenario: every parameter of a simulation, typed and frozen, and the claims about its results."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim.arguments import MOST_REPLICATIONS
from sim.display import Shown
from sim.errors import Place, ScenarioError
from sim.scenario.acts import too_many
from sim.scenario.cast import CAST, Cast, checked, role_rows
from sim.scenario.claims import AnyClaim, DifferenceClaim, OrderClaim, RateClaim, RatioClaim
from sim.scenario.loader import OWN, Reader, Setting, roles_in
from sim.scenario.parameter_spec import Parameter, parameters_of
from sim.scenario.parameters import (
    Audit,
    Careers,
    Employers,
    HabitCosts,
    Habits,
    Hiring,
    Matching,
    Mechanisms,
    Network,
    Openings,
    Population,
    Recruiters,
    Referrals,
    Role,
    Screening,
    Search,
    Signals,
    Time,
    Upkeep,
    parameter,
)
from sim.scenario.paths import Paths
from sim.scenario.quantity_names import known_among
from sim.scenario.shipped import find_shipped, is_name, shipped_scenarios, shown_path
from sim.scenario.yaml_writer import write_yaml

__all__ = [
    "AnyClaim",
    "DifferenceClaim",
    "OrderClaim",
    "Parameter",
    "RateClaim",
    "RatioClaim",
    "Scenario",
    "ScenarioError",
    "as_scenario",
    "load_scenario",
    "parameters_table",
    "shipped_scenarios",
]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHARES_OF_ROLE = ("applications", "asks", "upkeep", *Habits.model_fields)
_TOLERANCE = 1e-9  # shares typed in decimals may add up to a hair over one


class Scenario(Shown, BaseModel):
    """Everything that a simulation is made from.

    Times are in days, shares in [0, 1]. Two scenarios are equal if all their values are; ``digest`` compares only
    what the simulation reads.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = parameter("scenario", "text", "Short name; also the name of the folder of results.")
    title: str = parameter("", "text", "One sentence that a client would understand.")
    story: str = parameter("", "text", "A longer account of what is simulated and why.")
    seed: int = parameter(1, "count", "Root seed; every random draw follows from it.", ge=0, le=2**63 - 1)
    replications: int = parameter(20, "count", "Number of independent repetitions.", ge=1, le=MOST_REPLICATIONS)
    population: Population = Field(default=Population(), description="The people of the market.")
    network: Network = Field(default=Network(), description="Who knows whom, and how well.")
    employers: Employers = Field(default=Employers(), description="Who hires, and how big they are.")
    openings: Openings = Field(default=Openings(), description="The jobs on offer.")
    matching: Matching = Field(default=Matching(), description="What makes a person right for an opening.")
    signals: Signals = Field(default=Signals(), description="How precisely each signal shows the match.")
    screening: Screening = Field(default=Screening(), description="How an employer reads, believes and decides.")
    search: Search = Field(default=Search(), description="How seekers spend their week.")
    upkeep: Upkeep = Field(default=Upkeep(), description="How touches, help and asks change a tie.")
    habits: HabitCosts = Field(default=HabitCosts(), description="What the habits cost and bring.")
    referrals: Referrals = Field(
        default=Referrals(), description="From a contact who hears of an opening to a referral."
    )
    recruiters: Recruiters = Field(
        default=Recruiters(), description="Recruiters who search profiles and approach people."
    )
    hiring: Hiring = Field(default=Hiring(), description="From the invitation to the first day at work.")
    careers: Careers = Field(default=Careers(), description="How people leave jobs, begin and end their search.")
    time: Time = Field(default=Time(), description="What is simulated and what is counted.")
    mechanisms: Mechanisms = Field(default=Mechanisms(), description="Parts of the model that can be switched off.")
    audit: Audit = Field(default=Audit(), description="Measurements that change nothing in the market.")
    cast: dict[str, Role] = Field(default=Cast(), description="People placed into the market, by role.")
    expect: tuple[AnyClaim, ...] = Field(default=(), description="Claims about the results, which the checks test.")

    @field_validator("name")
    @classmethod
    def _usable_as_folder(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(
                "expected letters, digits, '.', '-' and '_', the first a letter or digit, at most 100 of them"
            )
        return name

    @field_validator("cast")
    @classmethod
    def _read_only(cls, roles: dict[str, Role]) -> Cast:
        return checked(roles)

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        search, openings, matching, time = self.search, self.openings, self.matching, self.time
        _shares(
            "the hours",
            {
                "search.applications": search.applications,
                "search.asks": search.asks,
                "search.upkeep": search.upkeep,
                **{f"search.habits.{name}": value for name, value in search.habits},
            },
        )
        _shares(
            "the openings",
            {"openings.hidden": openings.hidden, "openings.internal_first": openings.internal_first},
        )
        if matching.ability == matching.fit == matching.luck == 0:
            raise _inconsistent(
                "matching.ability, matching.fit and matching.luck are all 0; expected at least one above 0",
                ["matching.ability", "matching.fit", "matching.luck"],
            )
        if time.response_window > time.window + time.follow_up:
            raise _inconsistent(
                f"time.response_window ({time.response_window:g} days) is longer than time.window and "
                f"time.follow_up together ({time.window + time.follow_up:g} days); expected at most that, "
                "or no response could be counted",
                ["time.response_window", "time.window", "time.follow_up"],
            )
        self._check_cast()
        wrong = too_many(self)
        if wrong is not None:
            raise _inconsistent(*wrong)
        return self

    def _check_cast(self) -> None:
        """Check the shares of each role, the number of people placed, and the names in the claims."""
        for name, role in self.cast.items():
            shares = {share: getattr(role, share) for share in _SHARES_OF_ROLE}
            _shares("the hours", {f"{CAST}.{name}.{share}": value for share, value in shares.items() if value})
        placed = sum(role.count for role in self.cast.values())
        if placed > self.population.people:
            paths = [path for name in self.cast for path in (f"{CAST}.{name}", f"{CAST}.{name}.count")]
            raise _inconsistent(
                f"the roles together count {placed} people; expected at most population.people "
                f"({self.population.people})",
                ["population.people", *paths],
            )
        for number, claim in enumerate(self.expect):
            for name in claim.names:
                try:
                    known_among(name, self.cast)
                except ValueError as error:
                    raise _inconsistent(str(error), [f"expect[{number}]"]) from None

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Name and facts to show at a prompt."""
        facts: dict[str, object] = {"people": self.population.people, "replications": self.replications}
        facts |= {"seed": self.seed} | ({"roles": ", ".join(self.cast)} if self.cast else {})
        return self.name, facts | ({"claims": len(self.expect)} if self.expect else {})

    @property
    def digest(self) -> str:
        """SHA-256 (hexadecimal) of what one replication reads besides its seed: all but name, title, story and claims.

        An edge list counts by its content, not its path.
        """
        content = self.model_dump(mode="json", exclude={*OWN, "expect", "seed", "replications"})
        if self.network.edge_list is None:
            # How a file is read is nothing to a market without one.
            content["network"] = without_edge_list_settings(content["network"])
        else:
            try:
                with Path(self.network.edge_list).open("rb") as stream:
                    content["network"]["edge_list"] = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                raise ScenarioError(
                    f"cannot be read: {os.strerror(error.errno or 0).lower()}",
                    file=self.network.edge_list,
                    field="network.edge_list",
                ) from None
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_yaml(self) -> str:
        """Write the scenario as YAML with every default; loading the text gives an equal scenario."""
        return write_yaml(self, _paths())

    def with_overrides(self, overrides: Mapping[str, object]) -> Scenario:
        """Return a copy with some values changed.

        Parameters
        ----------
        overrides : mapping
            Dotted path to value; texts are read with their units, as in a file.

        Raises
        ------
        ScenarioError
            If a path does not exist or a value is not valid.
        """
        return self.with_settings(reader().overrides(overrides, self.cast))

    def with_settings(self, changed: Mapping[str, Setting]) -> Scenario:
        """Return a copy with some converted values changed, as for each point of a sweep.

        Parameters
        ----------
        changed : mapping
            Dotted path to converted value and its place.

        Raises
        ------
        ScenarioError
            If the values contradict one another, at the place of the last one of them.
        """
        values = dict(self)
        for path, setting in changed.items():
            *sections, leaf = path.split(".")
            group = values
            for section in sections:
                # Other sections are shared and not checked again, which makes a copy cheap.
                group[section] = dict(group[section])
                group = group[section]
            group[leaf] = setting.value
        return _validated(values, changed)


def without_edge_list_settings(network: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the network without those that only say how an edge list is read."""
    return {name: value for name, value in network.items() if not name.startswith("edge_list_")}


def _shares(whole: str, shares: dict[str, float]) -> None:
    shares = {path: share for path, share in shares.items() if share}
    total = sum(shares.values())
    if total > 1 + _TOLERANCE:
        parts = " + ".join(f"{path} ({share:g})" for path, share in shares.items())
        raise _inconsistent(f"{parts} make {total:.6g}; expected at most 1 (100% of {whole})", list(shares))


def _inconsistent(message: str, fields: list[str]) -> PydanticCustomError:
    return PydanticCustomError("inconsistent", "{message}", {"message": message, "fields": fields})


@cache
def _paths() -> Paths:
    """Return the paths of everything that can be set in a file or overridden."""
    return Paths({row.path: row for row in parameters_of(Scenario())}, role_rows())


@cache
def reader() -> Reader:
    """Return the reader of scenario files and of values of parameters in other files."""
    return Reader(_paths())


def parameters_table() -> list[Parameter]:
    """Return every parameter of the simulation, in the order of the sections.

    Those of roles are listed once, as ``cast.<role>.count`` and so on.
    """
    return [row for path, row in (*_paths().fixed.items(), *_paths().template.items()) if path not in OWN]


def _build(settings: dict[str, Setting], claims: tuple[AnyClaim, ...]) -> Scenario:
    """Make a scenario from settings and defaults."""
    values: dict[str, Any] = {"expect": claims}
    for path in _paths().all(roles_in(settings)):
        *sections, leaf = path.split(".")
        group = values
        for section in sections:
            group = group.setdefault(section, {})
        group[leaf] = settings[path].value if path in settings else _paths().default(path)
    return _validated(values, settings)


def _validated(values: Mapping[str, Any], settings: Mapping[str, Setting]) -> Scenario:
    """Make a scenario of its values; values that contradict one another are an error at the place of a setting."""
    try:
        return Scenario.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        context = first.get("ctx", {})
        fields = context.get("fields") or [".".join(str(part) for part in first["loc"])]
        # Of values that contradict one another, point at the one given last.
        blamed = [path for path in settings if path in fields]
        field = blamed[-1] if blamed else fields[0]
        place = settings[field].place if blamed else Place()
        raise place.error(str(context.get("error") or first["msg"]), field) from None


def load_scenario(name_or_path: str | os.PathLike[str], overrides: Mapping[str, object] | None = None) -> Scenario:
    """Load a scenario.

    Parameters
    ----------
    name_or_path : str or path
        The name of a shipped scenario (a text without a path separator or ``.yaml``), or the path of a file.
    overrides : mapping, optional
        Dotted path to value, such as ``{"population.people": 5000, "time.window": "12 weeks"}``.

    Returns
    -------
    Scenario
        Complete and frozen.

    Raises
    ------
    ScenarioError
        At the first error: where, what was found, what is expected.
    """
    if isinstance(name_or_path, str) and is_name(name_or_path):
        path = find_shipped(name_or_path, Place())
        shown = shown_path(path)
    else:
        path = Path(name_or_path)
        shown = os.fspath(name_or_path)
    layer = reader().read(path, shown)
    settings = dict(layer.settings)
    if "name" not in settings:
        settings["name"] = Setting(name_from(path), Place(shown, 1, 1))
    for changed, setting in reader().overrides(overrides or {}, roles_in(settings)).items():
        settings.pop(changed, None)
        settings[changed] = setting
    return _build(settings, layer.claims)


def as_scenario(scenario: Scenario | str | os.PathLike[str], overrides: Mapping[str, object] | None = None) -> Scenario:
    """Return a scenario given as an object, by name or by the path of its file.

    Parameters
    ----------
    scenario : Scenario, str or path
        As an object, or as :func:`load_scenario` takes it.
    overrides : mapping, optional
        Dotted path to value.

    Raises
    ------
    ScenarioError
        At the first error.
    """
    if isinstance(scenario, Scenario):
        return scenario.with_overrides(overrides) if overrides else scenario
    return load_scenario(scenario, overrides)


def name_from(path: Path) -> str:
    """Make a name from the name of a file, without characters unfit for a folder."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._")
    return name[:100] or "scenario"
