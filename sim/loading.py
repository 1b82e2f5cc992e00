"""Scenario files to settings: finding them, following ``extends``, checking every value where it stands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import sim
from sim.claims import KINDS, AnyClaim, known, unit_of
from sim.errors import Place, ScenarioError, did_you_mean, printable
from sim.values import Parameter
from sim.yaml_source import Node, parse, read_text, resolve

SUFFIXES = (".yaml", ".yml")
MAX_ANCESTORS = 16
EDGE_LIST = "network.edge_list"
_A_CLAIM = "{rate: direct.response, within: [2%, 5%]}"
# A title, a story and claims speak of one scenario; one that extends it is another and says its own.
OWN = ("name", "title", "story")


@dataclass(frozen=True, slots=True)
class Setting:
    """A converted value and where it was written."""

    value: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Layer:
    """What a file says, with all it extends: settings by dotted path, and its own claims."""

    settings: dict[str, Setting]
    claims: tuple[AnyClaim, ...]


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with the package, by name, in alphabetical order."""
    package = Path(sim.__file__).resolve().parent
    # In a wheel they travel inside the package; in a checkout they lie beside it.
    inside = package / "_scenarios"
    folder = inside if inside.is_dir() else package.parent / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def is_name(text: str) -> bool:
    """Tell the name of a shipped scenario from a path."""
    return not ("/" in text or "\\" in text or os.sep in text or text.lower().endswith(SUFFIXES))


def find_shipped(name: str, place: Place, field: str | None = None) -> Path:
    """Return the path of a shipped scenario, or raise with the nearest names."""
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    near = (
        did_you_mean(name, shipped) or f"; expected one of {', '.join(shipped)} or the path of a .yaml file"
    )
    beside = next((name + suffix for suffix in SUFFIXES if _exists(name + suffix)), None)
    if beside is not None and field is None:
        near = f"; to read the file here, write {printable(beside)}"
    message = f"no scenario is named '{printable(name)}'{near}"
    if field is None:
        raise ScenarioError(message)
    raise place.error(message, field)


def _exists(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


class Reader:
    """Reads scenario files against the table of parameters."""

    def __init__(self, table: Mapping[str, Parameter]) -> None:
        self.table = table
        self.sections = {
            path.rsplit(".", depth)[0] for path in table for depth in range(1, path.count(".") + 1)
        }

    def read(self, path: Path, shown: str) -> Layer:
        """Read a file and what it extends.

        Raises
        ------
        ScenarioError
            At the first thing that is wrong, in the file that says it.
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
        assert isinstance(root.content, dict)  # noqa: S101  (parse promises it; said again for the type checker)
        chain = (*descendants, (path.resolve(), shown))
        settings: dict[str, Setting] = {}
        if "extends" in root.content:
            parent = self._parent(root.content["extends"][1], path, chain)
            settings = {name: value for name, value in parent.settings.items() if name not in OWN}
        own = dict(self._walk(root.content, "", path.parent))
        claims = self._claims(root.content["expect"][1]) if "expect" in root.content else ()
        for name, setting in own.items():
            # Taken out first: the order of the dictionary is the order in which things were said.
            settings.pop(name, None)
            settings[name] = setting
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
            raise node.place.error(f"goes round in a circle: {' -> '.join([*names, names[0]])}", "extends")
        if len(chain) >= MAX_ANCESTORS:
            raise node.place.error(f"more than {MAX_ANCESTORS} scenarios extend one another", "extends")

        def fail(problem: str) -> ScenarioError:
            return node.place.error(
                f"'{printable(target)}' {problem} (paths are relative to this file)", "extends"
            )

        return self._read(file, shown, fail, chain)

    def _walk(
        self, entries: dict[str, tuple[Place, Node]], prefix: str, folder: Path
    ) -> Iterator[tuple[str, Setting]]:
        for key, (place, node) in entries.items():
            path = prefix + key
            if path in self.table:
                yield path, self._setting(path, place, node, folder)
            elif path in self.sections:
                if not isinstance(node.content, dict):
                    where = place if node.content is None else node.place
                    raise where.error(
                        f"found {node.found}; expected parameters such as '{self._sample(path)}'", path
                    )
                yield from self._walk(node.content, path + ".", folder)
            elif path not in ("extends", "expect"):
                raise self._unknown(place, key, prefix, isinstance(node.content, dict))

    def _setting(self, path: str, place: Place, node: Node, folder: Path) -> Setting:
        where = node.place if node.text else place
        if isinstance(node.content, dict | list):
            raise node.place.error(f"found {node.found}; expected {self.table[path].expected}", path)
        return self._converted(path, node.content, node.text, where, folder)

    def _converted(self, path: str, value: object, text: str | None, place: Place, folder: Path) -> Setting:
        try:
            converted = self.table[path].convert(value, text)
        except ValueError as error:
            raise place.error(str(error), path) from None
        if path == EDGE_LIST and converted is not None:
            file = os.path.abspath(folder / converted)  # noqa: PTH100  (a link stays the link that was named)
            if not _exists(file):
                relative = f"relative to {printable(str(folder), 500)}"
                raise place.error(
                    f"no such file '{printable(converted)}'; expected a CSV file, {relative}", path
                )
            converted = file
        return Setting(converted, place)

    def _sample(self, section: str) -> str:
        """Give one line that would be right in a section."""
        parameter = next(row for path, row in self.table.items() if path.startswith(section + "."))
        levels = parameter.path.split(".")[section.count(".") :]
        return ": {".join(levels) + f": {parameter.default}" + "}" * (len(levels) - 1)

    def _unknown(self, place: Place, key: str, prefix: str, group: bool) -> ScenarioError:
        depth = prefix.count(".")
        names = {path.split(".")[depth] for path in (*self.table, *self.sections) if path.startswith(prefix)}
        if not prefix:
            names |= {"extends", "expect"}
        kind = "section" if group and not prefix else "parameter"
        near = did_you_mean(key, sorted(names))
        if not near:
            elsewhere = [path for path in self.table if path.rpartition(".")[2] == key]
            near = (
                f"; did you mean '{elsewhere[0]}'?"
                if elsewhere
                else f"; expected one of {', '.join(sorted(names))}"
            )
        return place.error(f"unknown {kind}{near}", printable(prefix + key, 120))

    def overrides(self, values: Mapping[str, object]) -> dict[str, Setting]:
        """Convert overrides: dotted paths (or groups of them) to values, texts read as in a file."""
        place = Place()
        settings: dict[str, Setting] = {}
        for path, value in _flat(values):
            shown = printable(path, 120)
            if path in self.sections:
                raise place.error(
                    f"is a group of parameters; expected one of them, such as {self._first(path)}", shown
                )
            if path in ("extends", "expect"):
                raise place.error("can only be said in the file", shown)
            if path not in self.table:
                raise place.error(f"unknown parameter{self._nearest(path)}", shown)
            text = value if isinstance(value, str) else None
            read: object = value
            if text is not None and (self.table[path].type != "text" or self.table[path].optional):
                plain = resolve(text.strip())
                read = text if self.table[path].type == "text" and plain is not None else plain
            if path in settings:
                raise place.error("given twice", shown)
            settings[path] = self._converted(path, read, text, place, Path.cwd())
        return settings

    def _first(self, section: str) -> str:
        return next(path for path in self.table if path.startswith(section + "."))

    def _nearest(self, path: str) -> str:
        near = did_you_mean(path, self.table)
        leaf = path.rpartition(".")[2]
        same = [known_path for known_path in self.table if known_path.rpartition(".")[2] == leaf]
        # The same last name in another section is nearer than a path that shares many letters.
        if same and not did_you_mean(path.rpartition(".")[0], self.sections):
            return f"; did you mean '{same[0]}'?"
        return near or "; 'referralsim show baseline' lists all of them"

    def _claims(self, node: Node) -> tuple[AnyClaim, ...]:
        if not isinstance(node.content, list):
            raise node.place.error(
                f"found {node.found}; expected a list of claims such as '- {_A_CLAIM}'", "expect"
            )
        return tuple(_claim(claim, f"expect[{number}]") for number, claim in enumerate(node.content))


def shown_path(path: Path) -> str:
    """Write a path the short way where it lies under the working directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if not isinstance(key, str):
            raise ScenarioError(
                f"found the key {printable(repr(key))}; expected a dotted path", override=True
            )
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _claim(node: Node, field: str) -> AnyClaim:
    """Read one claim."""
    if not isinstance(node.content, dict):
        raise node.place.error(f"found {node.found}; expected a claim such as {_A_CLAIM}", field)
    entries = node.content
    kinds = [kind for kind in KINDS if kind in entries]
    every = (*KINDS, "within", "confidence", "source")
    allowed = set(KINDS[kinds[0]].model_fields) if len(kinds) == 1 else set(every)
    for key, (place, _) in entries.items():
        if key not in every:
            near = did_you_mean(key, every) or f"; expected one of {', '.join(every)}"
            raise place.error(f"unknown part of a claim{near}", printable(f"{field}.{key}", 120))
    if len(kinds) != 1:
        several = f"found {' and '.join(kinds)}" if kinds else "found none of rate, order, ratio"
        raise node.place.error(f"{several}; expected exactly one of rate, order, ratio", field)
    for key, (place, _) in entries.items():
        if key not in allowed:
            raise place.error(f"a claim with '{kinds[0]}' takes no '{key}'", f"{field}.{key}")
    if "within" in allowed and "within" not in entries:
        raise node.place.error("missing; expected a band such as [2%, 5%]", f"{field}.within")
    values = {key: _part(key, entries[key][1], entries, f"{field}.{key}") for key in entries}
    try:
        return KINDS[kinds[0]](**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else "within"
        place = entries[key][0] if key in entries else node.place
        reason = first.get("ctx", {}).get("error")
        raise place.error(str(reason) if reason else first["msg"].lower(), f"{field}.{key}") from None


def _part(key: str, node: Node, entries: dict[str, tuple[Place, Node]], field: str) -> Any:
    """Convert one part of a claim."""
    if key == "rate":
        return _rate(node, field)
    if key in ("order", "ratio"):
        count = "two" if key == "ratio" else "two or more"
        few = not isinstance(node.content, list) or len(node.content) < 2
        if few or (key == "ratio" and len(node.content) != 2):  # type: ignore[arg-type]
            raise node.place.error(f"found {_counted(node)}; expected a list of {count} rates", field)
        return [_rate(item, f"{field}[{number}]") for number, item in enumerate(node.content)]  # type: ignore[arg-type]
    if key == "within":
        if not isinstance(node.content, list) or len(node.content) != 2:
            raise node.place.error(f"found {_counted(node)}; expected [low, high] such as [2%, 5%]", field)
        unit = unit_of(str(entries["rate"][1].content)) if "rate" in entries else "ratio"
        most = 1.0 if unit == "share" else None
        end = Parameter(field, 0.05 if most else 2.5, unit, "float", "", "", minimum=0.0, maximum=most)
        return [_convert(end, item) for item in node.content]
    if key == "confidence":
        confidence = Parameter(
            field, 0.99, "share", "float", "", "", 0.0, 1.0, above_minimum=True, below_maximum=True
        )
        return _convert(confidence, node)
    return _convert(Parameter(field, "", "text", "text", "", ""), node)


def _rate(node: Node, field: str) -> str:
    if not isinstance(node.content, str):
        raise node.place.error(
            f"found {node.found}; expected the name of a rate such as direct.response", field
        )
    return str(_guard(lambda: known(str(node.content)), node.place, field))


def _convert(parameter: Parameter, node: Node) -> Any:
    if isinstance(node.content, dict | list):
        raise node.place.error(f"found {node.found}; expected {parameter.expected}", parameter.path)
    return _guard(lambda: parameter.convert(node.content, node.text), node.place, parameter.path)


def _guard(action: Callable[[], Any], place: Place, field: str) -> Any:
    """Give a ``ValueError`` its place."""
    try:
        return action()
    except ValueError as error:
        raise place.error(str(error), field) from None


def _counted(node: Node) -> str:
    return f"a list of {len(node.content)}" if isinstance(node.content, list) else node.found
