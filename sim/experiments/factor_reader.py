"""Parameters in a sweep file: values set, values listed, ranges and distributions."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import Place, did_you_mean, printable
from sim.experiments.designs import DISTRIBUTIONS, SAMPLED
from sim.experiments.sampling import levels
from sim.experiments.sweep import Factor
from sim.scenario.loader import Setting
from sim.scenario.parameter_spec import Parameter
from sim.scenario.paths import value_at
from sim.scenario.scenario import Scenario, reader
from sim.scenario.yaml_reader import Node

Entries = Mapping[str, tuple[Place, Node]]

MAX_STEPS = 10_000
# The keys of each distribution: needed, and optional.
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uniform": (("from", "to"), ("scale",)),
    "loguniform": (("from", "to"), ()),
    "triangular": (("from", "to", "mode"), ()),
    "normal": (("mean", "sd"), ("from", "to")),
    "lognormal": (("median", "log_sd"), ("from", "to")),
}
CENTRES = {"triangular": "mode", "normal": "mean", "lognormal": "median"}
SPREADS = {"normal": "sd", "lognormal": "log_sd"}
LEVEL_PARTS = ("from", "to", "steps", "scale")
EVERY_PART = tuple(dict.fromkeys([*LEVEL_PARTS, "distribution", "mode", "mean", "sd", "median", "log_sd"]))
LEAST_MASS = 1e-4  # a distribution cut to less than this is a mistake
_OF_THE_SWEEP = ("name", "title", "seed", "replications")


def where(place: Place, node: Node) -> Place:
    """Return the place of a value, or that of its key if the value is missing."""
    return place if node.content is None and not node.text else node.place


def parameters_in(
    entries: Entries, roles: Collection[str], prefix: str = ""
) -> Iterator[tuple[Parameter, Place, Node]]:
    """Yield every parameter under a key of the file, written as dotted paths or as nested groups.

    Raises
    ------
    ScenarioError
        For a path that does not exist, or that belongs to the sweep and not to its points.
    """
    for key, (place, node) in entries.items():
        path = prefix + key
        if reader().paths.is_group(path) and isinstance(node.content, dict) and node.content:
            yield from parameters_in(node.content, roles, path + ".")
            continue
        yield allowed(path, roles, place), place, node


def allowed(path: str, roles: Collection[str], place: Place) -> Parameter:
    """Return the parameter at a path, if points may differ in it; else raise."""
    if path in _OF_THE_SWEEP:
        raise place.error(f"belongs to the sweep here; write '{path}' at the top of the sweep's file", path)
    if path == "story":
        raise place.error("changes no result; expected a parameter of the simulation", path)
    return reader().parameter(path, roles, place)


def settings_in(entries: Entries, roles: Collection[str], folder: Path) -> dict[str, Setting]:
    """Read values that are set, by dotted path."""
    settings: dict[str, Setting] = {}
    for row, place, node in parameters_in(entries, roles):
        once(row.path, place, settings)
        value = reader().setting(row, place, node, folder).value
        settings[row.path] = Setting(value, place)
    return settings


def converted(row: Parameter, entry: tuple[Place, Node]) -> Any:
    """Convert the value of a key of the file as that of a parameter."""
    return reader().setting(row, *entry, Path()).value


def once(path: str, place: Place, seen: Mapping[str, Setting] | Mapping[str, Factor]) -> None:
    """Raise if a path was given before, as a dotted path or within a group."""
    if path in seen:
        line = seen[path].place.line
        raise place.error("given twice" + (f", first on line {line}" if line else ""), path)


def factors_in(entries: Entries, base: Scenario, design: str, folder: Path) -> tuple[tuple[Factor, ...], list[str]]:
    """Read the factors of a sweep.

    Returns
    -------
    tuple of Factor
        In the order of the file.
    list of str
        Notes for the user, each a sentence.
    """
    factors: dict[str, Factor] = {}
    notes: list[str] = []
    for row, place, node in parameters_in(entries, base.cast):
        once(row.path, place, factors)
        plain = Factor(row.path, row.unit, row.type, value_at(base, row.path), place=place)
        if isinstance(node.content, list):
            factors[row.path] = _listed(plain, row, node.content, node.place, folder, design)
        elif isinstance(node.content, dict):
            factors[row.path] = _Range(plain, row, node.content, node.place, design, notes).factor()
        else:
            expected = f"expected {_forms(row, design)} (one value belongs under 'set')"
            raise where(place, node).error(f"found {node.found}; {expected}", row.path)
    return tuple(factors.values()), notes


def _forms(row: Parameter, design: str) -> str:
    """Describe in words the values that a factor can have in the file."""
    low = row.written if row.default is not None else "1"
    if row.type == "bool":
        return "a list such as [on, off]"
    if row.type == "text":
        return f"a list such as [{', '.join(row.choices[:2])}]" if row.choices else "a list of texts"
    steps = "" if design in SAMPLED else ", steps: 3"
    return f"a list of values such as [{low}, ...] or a range such as {{from: ..., to: ...{steps}}}"


def _listed(factor: Factor, row: Parameter, nodes: list[Node], place: Place, folder: Path, design: str) -> Factor:
    fewest = 2 if design in SAMPLED else 1
    if len(nodes) < fewest:
        counted = "an empty list" if not nodes else "a list of one value"
        raise place.error(f"found {counted}; expected {fewest} or more values", row.path)
    seen: dict[Any, Place] = {}
    for node in nodes:
        value = reader().setting(row, node.place, node, folder).value
        if value in seen:
            raise node.place.error(f"the value {node.found} is in the list twice", row.path)
        seen[value] = node.place
    return replace(factor, values=tuple(seen))


class _Range:
    """Reads the range or distribution of one factor."""

    def __init__(
        self, factor: Factor, row: Parameter, entries: Entries, place: Place, design: str, notes: list[str]
    ) -> None:
        self.plain = factor
        self.row = row
        self.entries = entries
        self.place = place
        self.design = design
        self.notes = notes

    def factor(self) -> Factor:
        """Read the factor."""
        if self.row.type in ("bool", "text"):
            raise self.place.error(f"found a range; expected {_forms(self.row, self.design)}", self.row.path)
        for key, (place, _) in self.entries.items():
            if key not in EVERY_PART:
                near = did_you_mean(key, EVERY_PART) or f"; expected one of {', '.join(EVERY_PART)}"
                raise place.error(f"unknown part of a range{near}", printable(f"{self.row.path}.{key}", 120))
        return self._drawn() if self.design in SAMPLED else self._levels()

    def _levels(self) -> Factor:
        self._only(LEVEL_PARTS, f"a range of a design '{self.design}'")
        low, high = self._end("from"), self._end("to")
        if self.design == "grid" and "steps" not in self.entries:
            raise self.place.error("missing; expected the number of levels, such as steps: 4", self._field("steps"))
        steps = Parameter(self._field("steps"), 4, "count", "int", "", "", 2, MAX_STEPS)
        number = self._part("steps", steps) if "steps" in self.entries else 2
        log = self._log()
        self._rising(low, high, log=log)
        values = levels(low, high, number, log=log, whole=self.row.type == "int")
        if len(values) < number:
            self.notes.append(
                f"{self.row.path}: {number} levels from {low:g} to {high:g} are {len(values)} different whole numbers"
            )
        return replace(self.plain, values=values, low=low, high=high, scale="log" if log else "linear")

    def _drawn(self) -> Factor:
        name = self._distribution()
        needed, optional = PARTS[name]
        self._only((*needed, *optional, "distribution"), f"a {name} distribution")
        for key in needed:
            if key not in self.entries:
                raise self.place.error(f"missing; a {name} distribution needs {', '.join(needed)}", self._field(key))
        low = self._end("from") if "from" in self.entries else None
        high = self._end("to") if "to" in self.entries else None
        if name == "uniform" and self._log():
            name = "loguniform"
        self._rising(low, high, log=name == "loguniform")
        centre = spread = None
        if name in CENTRES:
            centre = self._part(CENTRES[name], self._number())
        if name in SPREADS:
            spread = self._part(SPREADS[name], self._spread(name))
        factor = replace(
            self.plain,
            distribution=name,
            low=low,
            high=high,
            scale="log" if name in ("loguniform", "lognormal") else "linear",
            centre=centre,
            spread=spread,
        )
        self._sensible(factor)
        return factor

    def _distribution(self) -> str:
        if "distribution" not in self.entries:
            return "uniform"
        place, node = self.entries["distribution"]
        name = node.content
        if not isinstance(name, str) or name not in DISTRIBUTIONS:
            near = did_you_mean(str(name), DISTRIBUTIONS) if isinstance(name, str) else ""
            expected = near or f"; expected one of {', '.join(DISTRIBUTIONS)}"
            raise where(place, node).error(f"found {node.found}{expected}", self._field("distribution"))
        return name

    def _sensible(self, factor: Factor) -> None:
        """Raise for a distribution whose numbers contradict one another."""
        if factor.centre is None:
            return
        key = CENTRES[factor.distribution]
        place, found = self.entries[key][1].place, f"found {factor.centre:g}"
        if factor.distribution == "triangular":
            assert factor.low is not None  # noqa: S101  (`_drawn` needs both ends)
            assert factor.high is not None  # noqa: S101
            if not factor.low <= factor.centre <= factor.high:
                raise place.error(f"{found}; expected {factor.low:g} to {factor.high:g}", self._field(key))
            return
        if factor.distribution == "lognormal" and factor.centre <= 0:
            raise place.error(f"{found}; expected a median above 0 for a lognormal distribution", self._field(key))
        if _mass(factor) < LEAST_MASS:
            raise self.place.error(
                "'from' and 'to' leave less than 1 in 10,000 of the distribution; expected more of it", self.row.path
            )

    def _log(self) -> bool:
        if "scale" not in self.entries:
            return False
        place, node = self.entries["scale"]
        if node.content not in ("linear", "log"):
            raise where(place, node).error(f"found {node.found}; expected linear or log", self._field("scale"))
        return node.content == "log"

    def _rising(self, low: float | None, high: float | None, *, log: bool) -> None:
        if low is None:
            return
        place, field = self.entries["from"][1].place, self._field("from")
        if high is not None and not low < high:
            raise place.error(
                f"found from {low:g} to {high:g}; expected the lower end first and then a higher one", field
            )
        if log and low <= 0:
            raise place.error(f"found {low:g}; expected a number above 0 on a log scale", field)

    def _only(self, keys: Collection[str], whose: str) -> None:
        for key, (place, _) in self.entries.items():
            if key not in keys:
                if key == "distribution":
                    reason = f"a design '{self.design}' has levels and no distribution; write steps, or list the values"
                elif key == "steps":
                    reason = f"a design '{self.design}' draws from the whole range and has no steps"
                else:
                    reason = f"{whose} takes no '{key}'; expected {', '.join(keys)}"
                raise place.error(reason, self._field(key))

    def _end(self, key: str) -> float:
        if key not in self.entries:
            raise self.place.error("missing; expected both ends of the range, from and to", self._field(key))
        return float(self._part(key, replace(self.row, optional=False)))

    def _number(self) -> Parameter:
        """Declare the centre: within the bounds of the parameter, and not necessarily a whole number."""
        return replace(self.row, type="float", optional=False)

    def _spread(self, name: str) -> Parameter:
        unit = "ratio" if name == "lognormal" else self.row.unit
        return Parameter("", 0.5, unit, "float", "", "", minimum=0.0, above_minimum=True)

    def _part(self, key: str, row: Parameter) -> Any:
        """Convert one part as the value of a parameter."""
        place, node = self.entries[key]
        return reader().setting(replace(row, path=self._field(key)), place, node, Path()).value

    def _field(self, key: str) -> str:
        return f"{self.row.path}.{key}"


def _mass(factor: Factor) -> float:
    """Return the share of a normal or lognormal distribution between its ends."""
    assert factor.centre is not None  # noqa: S101
    assert factor.spread is not None  # noqa: S101

    def below(end: float | None, otherwise: float) -> float:
        assert factor.centre is not None  # noqa: S101
        assert factor.spread is not None  # noqa: S101
        if end is None or (factor.distribution == "lognormal" and end <= 0):
            return otherwise if end is None else 0.0
        distance = math.log(end / factor.centre) if factor.distribution == "lognormal" else end - factor.centre
        return 0.5 * math.erfc(-distance / factor.spread / math.sqrt(2))

    return below(factor.high, 1.0) - below(factor.low, 0.0)
