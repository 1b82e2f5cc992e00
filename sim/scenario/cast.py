"""The roles of a scenario: their names, how they divide their hours, and the paths of their parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from sim.scenario.parameter_spec import Parameter, parameters_of
from sim.scenario.parameters import Habits, Role, Search
from sim.scenario.quantity_names import check_role_name

CAST = "cast"

ANY_ROLE = "<role>"
"""Stands for the name of a role in the table of parameters: ``cast.<role>.count``."""

MAX_ROLES = 40

HABITS = tuple(Habits.model_fields)
"""The habits, declared as the parameters under `search.habits`; `tests/sim/processes/test_habits.py` says what else
a new habit needs."""

ACTIVITIES = ("applications", "asks", "upkeep", *HABITS)
"""The activities among which people divide their hours."""

PLAN = ("hours_per_week", "quiet_hours", *ACTIVITIES, "asks_from", "bursts")
"""What people of a role do, and can do otherwise from Monday on: their hours, and how they are spent."""

PAST = (
    "ability",
    "experience",
    "group",
    "homophily",
    "employed",
    "searches_from",
    "ties",
    "strength",
    "familiarity",
    "goodwill",
    "days_since_touch",
    "other_fields",
    *(
        f"contact.{name}"
        for name in (
            "placed",
            "kind",
            "strength",
            "familiarity",
            "goodwill",
            "days_since_touch",
            "manager",
            "grows",
        )
    ),
)
"""What lies behind people of a role when their search begins: who they are, their work, and their contacts."""

COPIES = ("count",)
"""What is neither: how many copies are simulated.  `tests/sim/scenario/test_cast.py` says which field lacks a place."""


class Cast(dict[str, Role]):
    """Roles by name, read-only, in alphabetical order, so that the order in a file makes no difference."""

    def __init__(self, roles: Mapping[str, Role] | Iterable[tuple[str, Role]] = ()) -> None:
        super().__init__(sorted(dict(roles).items()))

    def __hash__(self) -> int:  # type: ignore[override]  # unlike other dictionaries this one cannot change
        return hash(tuple(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return Cast, (dict(self),)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("the cast of a scenario cannot be changed; use with_overrides")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


def checked(roles: Mapping[str, Role]) -> Cast:
    """Make a cast; raise ``ValueError`` for a name that a role may not have, or for too many roles."""
    if len(roles) > MAX_ROLES:
        raise ValueError(f"found {len(roles)} roles; expected at most {MAX_ROLES}")
    for name in roles:
        try:
            check_role_name(name)
        except ValueError as error:
            raise ValueError(f"{name!r}: {error}") from None
    return Cast(roles)


def role_rows() -> list[Parameter]:
    """Return the parameters of a role, with `ANY_ROLE` in place of its name."""
    return list(parameters_of(Role(), f"{CAST}.{ANY_ROLE}."))


def role_in(path: str) -> str | None:
    """Return the name of the role in a dotted path; None if it is no path of a role."""
    parts = path.split(".", 2)
    return parts[1] if parts[0] == CAST and len(parts) > 1 else None


def hour_shares(search: Search, role: Role | None = None) -> dict[str, float]:
    """Return the share of their hours that people give to each of `ACTIVITIES`.

    Parameters
    ----------
    search : Search
        The scenario's section: shares of the crowd, and of every role that sets none.
    role : Role, optional
        A role that sets one share sets all: what it leaves out is 0.
    """
    own = {name: getattr(role, name, None) for name in ACTIVITIES}
    if all(share is None for share in own.values()):
        return {name: getattr(search.habits if name in HABITS else search, name) for name in ACTIVITIES}
    return {name: share or 0.0 for name, share in own.items()}
