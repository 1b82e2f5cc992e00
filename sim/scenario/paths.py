"""Look-ups by dotted path, including paths of roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sim.scenario.cast import ANY_ROLE, CAST, role_in
from sim.scenario.parameter_spec import Parameter


def value_at(model: Any, path: str) -> Any:
    """Return the value at a dotted path of a scenario."""
    for name in path.split("."):
        model = model[name] if isinstance(model, Mapping) else getattr(model, name)
    return model


class Paths:
    """Every dotted path that can be set: the fixed ones, and those of a scenario's roles.

    Parameters
    ----------
    fixed : mapping
        Parameters outside the cast, by path.
    roles : iterable of Parameter
        Parameters of a role, from `role_rows`.
    """

    def __init__(self, fixed: Mapping[str, Parameter], roles: Iterable[Parameter]) -> None:
        self.fixed = fixed
        self.template = {row.path: row for row in roles}
        whole = (*fixed, *self.template)
        self._groups = {path.rsplit(".", depth)[0] for path in whole for depth in range(1, path.count(".") + 1)}

    def find(self, path: str) -> Parameter | None:
        """Return the parameter at a path, or None; a role may have any name."""
        row = self.fixed.get(path)
        if row is None and role_in(path):
            row = self.template.get(_general(path))
        return replace(row, path=path) if row is not None and row.path != path else row

    def default(self, path: str) -> Any:
        """Return the default of the parameter at a path that exists."""
        row = self.fixed.get(path)
        return (row or self.template[_general(path)]).default

    def is_group(self, path: str) -> bool:
        """Return whether a path is that of a group of parameters: a section, the cast, a role or a part of it."""
        return _general(path) in self._groups

    def all(self, roles: Collection[str]) -> list[str]:
        """Return all paths, including those of these roles."""
        return [*self.fixed, *(path for role in roles for path in self.of_role(role))]

    def of_role(self, role: str) -> Iterator[str]:
        """Yield the paths of one role."""
        return (path.replace(ANY_ROLE, role, 1) for path in self.template)

    def first(self, group: str, role: str) -> Parameter:
        """Return the first parameter of a group; if the group is the cast, that of the role of this name."""
        general = _general(group) + "."
        row = next(row for path, row in (*self.fixed.items(), *self.template.items()) if path.startswith(general))
        return replace(row, path=row.path.replace(ANY_ROLE, role_in(group) or role, 1))

    def names_in(self, group: str) -> set[str]:
        """Return the names that may stand in a group (empty for the top of a file)."""
        prefix = _general(group) + "." if group else ""
        depth = prefix.count(".")
        return {path.split(".")[depth] for path in (*self.fixed, *self.template) if path.startswith(prefix)}


def _general(path: str) -> str:
    """Replace a role's name by `ANY_ROLE`."""
    role = role_in(path)
    return path if role is None else f"{CAST}.{ANY_ROLE}{path[len(CAST) + 1 + len(role) :]}"
