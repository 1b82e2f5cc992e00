"""Scenario files to settings: finds the file, follows ``extends``, converts and checks every value at its place."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sim.errors import Place, ScenarioError, did_you_mean, guard, printable
from sim.scenario.cast import CAST, MAX_ROLES, role_in
from sim.scenario.claims import AnyClaim
from sim.scenario.claims_reader import read_claims
from sim.scenario.client_reader import CLIENT, by_role, read_client
from sim.scenario.parameter_spec import Parameter
from sim.scenario.paths import Paths
from sim.scenario.quantity_names import as_path, check_role_name, no_such_role
from sim.scenario.shipped import file_exists, find_shipped, is_name, shown_path
from sim.scenario.yaml_reader import Node, parse, read_text, resolve

MAX_ANCESTORS = 16

A_ROLE = "eli"  # name of a role in examples

EDGE_LIST = "network.edge_list"

# Name, title and story (and claims) belong to one scenario; one that extends it does not inherit them.
OWN = ("name", "title", "story")


@dataclass(frozen=True, slots=True)
class Setting:
    """A converted value and where it was written."""

    value: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Layer:
    """The content of a file and of all it extends: settings by dotted path, and its own claims.

    A role has a setting of its own, without a value: ``cast.eli``.
    """

    settings: dict[str, Setting]
    claims: tuple[AnyClaim, ...]


class Reader:
    """Reads scenario files against the table of parameters."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    def read(self, path: Path, shown: str) -> Layer:
        """Read a file and what it extends.

        Raises
        ------
        ScenarioError
            At the first error, in the file that has it.
        """
        return self._read(path, shown, lambda problem: ScenarioError(problem, file=shown), ())

    def _read(
        self,
        path: Path,
        shown: str,
        fail: Callable[[str], ScenarioError],
        descendants: tuple[tuple[Path, str], ...],
    ) -> Layer:
        root = parse(read_text(path, shown, fail), shown)
        assert isinstance(root.content, dict)  # noqa: S101  (`parse` guarantees it)
        chain = (*descendants, (path.resolve(), shown))
        settings: dict[str, Setting] = {}
        if "extends" in root.content:
            parent = self._parent(root.content["extends"][1], path, chain)
            settings = {name: value for name, value in parent.settings.items() if name not in OWN}
        own: dict[str, Setting] = {}
        if CLIENT in root.content:
            _refuse_cast(root.content, settings)
            own = self._client(root.content, settings, path.parent)
        own |= self._once(self._walk(root.content, "", path.parent))
        for name, setting in own.items():
            # Removed first, so that the dictionary is in the order in which values were given.
            settings.pop(name, None)
            settings[name] = setting
        roles = roles_in(settings)
        if len(roles) > MAX_ROLES:
            last = settings[f"{CAST}.{roles[-1]}"].place
            raise last.error(f"makes {len(roles)} roles; expected at most {MAX_ROLES}", f"{CAST}.{roles[-1]}")
        claims = read_claims(root.content["expect"][1], roles) if "expect" in root.content else ()
        return Layer(settings, claims)

    def _parent(self, node: Node, path: Path, chain: tuple[tuple[Path, str], ...]) -> Layer:
        target = node.content
        if not isinstance(target, str) or not target:
            raise node.place.error(
                f"found {node.found}; expected the name of a shipped scenario or the path of a .yaml file",
                "extends",
            )
        if is_name(target):
            file = find_shipped(target, node.place, "extends")
            shown = shown_path(file)
        else:
            file = path.parent / target
            shown = os.path.normpath(os.path.join(os.path.dirname(chain[-1][1]), target))  # noqa: PTH118, PTH120
        try:
            resolved = file.resolve()
        except (OSError, ValueError, RuntimeError):
            resolved = file
        known_files = [ancestor for ancestor, _ in chain]
        if resolved in known_files:
            names = [name for _, name in chain[known_files.index(resolved) :]]
            raise node.place.error(f"extends itself: {' -> '.join([*names, names[0]])}", "extends")
        if len(chain) >= MAX_ANCESTORS:
            raise node.place.error(f"more than {MAX_ANCESTORS} scenarios extend one another", "extends")

        def fail(problem: str) -> ScenarioError:
            return node.place.error(f"'{printable(target)}' {problem} (paths are relative to this file)", "extends")

        return self._read(file, shown, fail, chain)

    def _once(self, settings: Iterator[tuple[str, Setting]]) -> dict[str, Setting]:
        """Take settings of a file; one that is given as a dotted path and in a group as well is an error."""
        found: dict[str, Setting] = {}
        for path, setting in settings:
            if path in found and self.paths.find(path) is not None:  # parts of a role may stand apart
                raise setting.place.error(f"given twice, first on line {found[path].place.line}", path)
            found[path] = setting
        return found

    def _walk(self, entries: dict[str, tuple[Place, Node]], prefix: str, folder: Path) -> Iterator[tuple[str, Setting]]:
        if prefix == f"{CAST}.":
            entries = by_role(entries, CAST)
        for key, (place, node) in entries.items():
            path = prefix + key
            role = role_in(path)
            if role is not None and (role_in(prefix) or None) != role:
                guard(partial(check_role_name, role), place, f"{CAST}.{printable(role)}")
                yield f"{CAST}.{role}", Setting(None, place)
            row = self.paths.find(path)
            if row is not None:
                yield path, self.setting(row, place, node, folder)
            elif self.paths.is_group(path):
                if not isinstance(node.content, dict):
                    where = place if node.content is None else node.place
                    raise where.error(f"found {node.found}; expected parameters such as '{self._sample(path)}'", path)
                yield from self._walk(node.content, path + ".", folder)
            elif path not in ("extends", "expect", CLIENT):
                raise self._unknown(place, key, prefix, isinstance(node.content, dict))

    def _client(
        self, entries: dict[str, tuple[Place, Node]], settings: dict[str, Setting], folder: Path
    ) -> dict[str, Setting]:
        """Return the settings that a client makes, in the market of the file that this one extends."""

        def known(path: str) -> float:
            row = self.paths.find(path)
            assert row is not None  # noqa: S101  (a path of the table of parameters)
            return float(settings[path].value if path in settings else row.default)

        found = {}
        for path, value, place in read_client(*entries[CLIENT], known):
            row = self.paths.find(path)
            if row is None:  # the role itself
                guard(partial(check_role_name, path.partition(".")[2]), place, printable(path))
            found[path] = Setting(None, place) if row is None else self._converted(row, value, None, place, folder)
        return found

    def setting(self, row: Parameter, place: Place, node: Node, folder: Path) -> Setting:
        """Convert the value of a key at ``place`` in a file."""
        where = node.place if node.text else place
        if isinstance(node.content, dict | list):
            raise node.place.error(f"found {node.found}; expected {row.expected}", row.path)
        return self._converted(row, node.content, node.text, where, folder)

    def _converted(self, row: Parameter, value: object, text: str | None, place: Place, folder: Path) -> Setting:
        path = row.path
        converted = guard(partial(row.convert, value, text), place, path)
        if path == EDGE_LIST and converted is not None:
            file = os.path.abspath(folder / converted)  # noqa: PTH100  (a link stays the link that was named)
            if not file_exists(file):
                relative = f"relative to {printable(str(folder), 500)}"
                raise place.error(f"no such file '{printable(converted)}'; expected a file of ties, {relative}", path)
            converted = file
        return Setting(converted, place)

    def _sample(self, group: str) -> str:
        """Return a valid line for a group, as an example."""
        row = self.paths.first(group, A_ROLE)
        levels = row.path.split(".")[group.count(".") :]
        return ": {".join(levels) + f": {row.written}" + "}" * (len(levels) - 1)

    def _unknown(self, place: Place, key: str, prefix: str, group: bool) -> ScenarioError:
        path = prefix + key
        above, dot, last = path.rpartition(".")
        if not dot or not self.paths.is_group(above):
            above, last = prefix.removesuffix("."), key
        names = self.paths.names_in(above)
        if not above:
            names |= {"extends", "expect", CLIENT}
        kind = "section" if group and not prefix else "parameter"
        near = did_you_mean(last, sorted(names))
        if not near:
            elsewhere = [known for known in self.paths.fixed if known.rpartition(".")[2] == last]
            near = f"; did you mean '{elsewhere[0]}'?" if elsewhere else f"; expected one of {', '.join(sorted(names))}"
        return place.error(f"unknown {kind}{near}", printable(path, 120) or "''")

    def overrides(self, values: Mapping[str, object], roles: Collection[str]) -> dict[str, Setting]:
        """Convert overrides; texts are read as in a file.

        Parameters
        ----------
        values : mapping
            Dotted path to value, or nested mappings of them.
        roles : collection of str
            Roles of the scenario; an override cannot add one.
        """
        settings: dict[str, Setting] = {}
        for written, value in _flat(values):
            path = as_path(written, roles)
            setting = self.convert(path, value, roles, Place(), Path.cwd())
            if path in settings:
                raise setting.place.error("given twice", printable(path, 120))
            settings[path] = setting
        return settings

    def convert(self, path: str, value: object, roles: Collection[str], place: Place, folder: Path) -> Setting:
        """Convert a single value, from the command line or a table; a text is read as in a file.

        Parameters
        ----------
        path : str
            Dotted path of the parameter.
        value : object
            Its value.
        roles : collection of str
            Roles of the scenario.
        place : Place
            Place for errors.
        folder : pathlib.Path
            Folder that the path of a file is relative to.
        """
        row = self.parameter(path, roles, place)
        text = value if isinstance(value, str) else None
        read: object = value
        if text is not None and (row.type != "text" or row.optional):
            plain = resolve(text.strip())
            read = text if row.type == "text" and plain is not None else plain
        return self._converted(row, read, text, place, folder)

    def parameter(self, path: str, roles: Collection[str], place: Place) -> Parameter:
        """Return the parameter at a dotted path, given the roles; if there is none, raise and name the nearest."""
        role, shown = role_in(path), printable(path, 120) or "''"
        if path == CAST and not roles:
            raise place.error("this scenario has no cast; roles are written in a file", shown)
        if role is not None and role not in roles:
            raise place.error(f"{no_such_role(role, roles)}{'' if roles else '; roles are written in a file'}", shown)
        row = self.paths.find(path)
        if row is not None:
            return row
        if self.paths.is_group(path):
            first = self.paths.first(path, min(roles, default=""))
            raise place.error(f"is a group of parameters; expected one of them, such as {first.path}", shown)
        if path in ("extends", "expect"):
            raise place.error("can only be set in the file", shown)
        raise place.error(f"unknown parameter{self._nearest(path, roles)}", shown)

    def _nearest(self, path: str, roles: Collection[str]) -> str:
        role = role_in(path)
        if role is not None:
            start = f"{CAST}.{role}."
            # Without their common start, or all would be near.
            near = did_you_mean(path[len(start) :], [known[len(start) :] for known in self.paths.of_role(role)])
            return near.replace("'", f"'{start}", 1) or f"; 'referralsim parameters {CAST}' lists all of them"
        paths = self.paths.all(roles)
        above, _, leaf = path.rpartition(".")
        same = [known for known in paths if known.rpartition(".")[2] == leaf]
        groups = {known.rpartition(".")[0] for known in paths if "." in known}
        # The same last name in another section is nearer than a path that shares many letters.
        if same and not did_you_mean(above, groups):
            return did_you_mean(path, same) or f"; did you mean '{same[0]}'?"
        return did_you_mean(path, paths) or "; 'referralsim parameters' lists all of them"


def _refuse_cast(entries: Mapping[str, tuple[Place, Node]], inherited: Mapping[str, Setting]) -> None:
    """Refuse a cast beside a client, in this file or in one that it extends: all plans are of one person."""
    beside = next((place for key, (place, _) in entries.items() if key.partition(".")[0] == CAST), None)
    if beside is not None:
        raise beside.error(
            f"cannot stand beside a {CLIENT}, whose plans are the roles; name them in {CLIENT}.plans", CAST
        )
    roles = roles_in(inherited)
    if roles:
        what = f"has people of its own ({', '.join(sorted(roles))}), and a {CLIENT} stands alone"
        raise entries["extends"][1].place.error(f"{what}; extend a market without a cast, such as baseline", "extends")


def roles_in(settings: Mapping[str, Setting]) -> list[str]:
    """Return the names of the roles, in the order in which they were given."""
    return [path.partition(".")[2] for path in settings if path.count(".") == 1 and path.startswith(CAST + ".")]


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if not isinstance(key, str):
            raise ScenarioError(f"found the key {printable(repr(key))}; expected a dotted path", override=True)
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
