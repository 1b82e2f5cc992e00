"""The roles of a scenario by name, and the dotted paths by which their parameters are addressed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NoReturn

from sim.claims import check_role_name
from sim.parameters import Role
from sim.values import Parameter, parameters_of

CAST = "cast"
ANY_ROLE = "<role>"
"""Stands for the name of a role in the table of parameters: ``cast.<role>.count``."""
MAX_ROLES = 40


class Cast(dict[str, Role]):
    """Roles by name, in alphabetical order so that a scenario says the same however it was written; read-only."""

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
    """Make a cast; raise ``ValueError`` for a name that no role may have, or too many roles."""
    if len(roles) > MAX_ROLES:
        raise ValueError(f"found {len(roles)} roles; expected at most {MAX_ROLES}")
    for name in roles:
        try:
            check_role_name(name)
        except ValueError as error:
            raise ValueError(f"{name!r}: {error}") from None
    return Cast(roles)


def role_rows() -> list[Parameter]:
    """Return the parameters of a role, with `ANY_ROLE` in the place of its name."""
    return list(parameters_of(Role(), f"{CAST}.{ANY_ROLE}."))


def role_in(path: str) -> str | None:
    """Return the name of the role that a dotted path leads to or into; None for every other path."""
    parts = path.split(".", 2)
    return parts[1] if parts[0] == CAST and len(parts) > 1 else None


def value_at(model: Any, path: str) -> Any:
    """Return the value at a dotted path of a scenario."""
    for name in path.split("."):
        model = model[name] if isinstance(model, Mapping) else getattr(model, name)
    return model


class Paths:
    """Every dotted path that can be set: the fixed ones, and those of whatever roles a scenario has.

    Parameters
    ----------
    fixed : mapping
        Parameters outside the cast, by path.
    roles : iterable of Parameter
        What `role_rows` gives.
    """

    def __init__(self, fixed: Mapping[str, Parameter], roles: Iterable[Parameter]) -> None:
        self.fixed = fixed
        self.template = {row.path: row for row in roles}
        whole = (*fixed, *self.template)
        self._groups = {path.rsplit(".", depth)[0] for path in whole for depth in range(1, path.count(".") + 1)}

    def find(self, path: str) -> Parameter | None:
        """Return the parameter at a path, if there is one there; a role may have any name."""
        row = self.fixed.get(path)
        if row is None and role_in(path):
            row = self.template.get(_general(path))
        return replace(row, path=path) if row is not None and row.path != path else row

    def default(self, path: str) -> Any:
        """Return the default of the parameter at a path that exists."""
        row = self.fixed.get(path)
        return (row or self.template[_general(path)]).default

    def is_group(self, path: str) -> bool:
        """Tell whether a path leads to a group of parameters: a section, the cast, a role or a part of it."""
        return _general(path) in self._groups

    def all(self, roles: Collection[str]) -> list[str]:
        """Return all paths there are with these roles."""
        return [*self.fixed, *(path for role in roles for path in self.of_role(role))]

    def of_role(self, role: str) -> Iterator[str]:
        """Give the paths of one role."""
        return (path.replace(ANY_ROLE, role, 1) for path in self.template)

    def first(self, group: str, role: str) -> Parameter:
        """Return the first parameter of a group, of the role of this name where the group is the cast."""
        general = _general(group) + "."
        row = next(row for path, row in (*self.fixed.items(), *self.template.items()) if path.startswith(general))
        return replace(row, path=row.path.replace(ANY_ROLE, role_in(group) or role, 1))

    def names_in(self, group: str) -> set[str]:
        """Return the names that may stand in a group (empty for the top of a file)."""
        prefix = _general(group) + "." if group else ""
        depth = prefix.count(".")
        return {path.split(".")[depth] for path in (*self.fixed, *self.template) if path.startswith(prefix)}


def _general(path: str) -> str:
    """Put `ANY_ROLE` in the place of a role's name."""
    role = role_in(path)
    return path if role is None else f"{CAST}.{ANY_ROLE}{path[len(CAST) + 1 + len(role) :]}"
