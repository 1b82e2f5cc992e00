"""Sweep files: every part checked where it stands, every point's scenario made once before anything runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.errors import Place, ScenarioError
from sim.experiments.sweep import Sweep
from sim.scenario.loader import Setting

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


import math
from collections.abc import Sequence
from pathlib import Path

from sim.errors import did_you_mean, guard, printable
from sim.experiments.factor_reader import Entries, allowed, factors_in, settings_in, where
from sim.experiments.point_reader import A_LIST, Rows, listed_points, points_of, tabled_points
from sim.experiments.point_table import KINDS
from sim.experiments.sampling import grid, one_at_a_time, size, unit_cube, values_at
from sim.experiments.sweep import DESIGNS, SAMPLED, Factor, Point, Precision, scenario_at
from sim.scenario.parameter_spec import Parameter
from sim.scenario.quantity_names import known_among, limits, unit_of
from sim.scenario.scenario import Scenario, load_scenario, name_from, reader
from sim.scenario.shipped import file_exists, find_shipped, is_name, shipped_sweeps
from sim.scenario.yaml_reader import MAX_DEPTH, Node, parse, read_text

MAX_POINTS = 100_000
ALWAYS = ("name", "title", "scenario", "set", "design", "replications", "seed", "outcomes", "keep_tables")
# What a design cannot do without, and what it takes besides.
NEEDS: dict[str, tuple[str, ...]] = {
    "points": ("points",),
    "table": ("table",),
    "grid": ("vary",),
    "one-at-a-time": ("vary",),
    **dict.fromkeys(SAMPLED, ("vary", "points")),
}
TAKES: dict[str, tuple[str, ...]] = {"sobol": ("second_order",), "morris": ("levels",)}
EVERY = (*ALWAYS, "vary", "points", "table", "levels", "second_order")
EXAMPLES = {
    "points": A_LIST,
    "table": "the path of a CSV or Parquet file, relative to this file",
    "vary": "parameters and their values such as 'screening.interview_slots: [4, 6, 8]'",
    "set": "parameters and their values such as 'population.people: 2000'",
    "scenario": "the name of a shipped scenario, or the path of a .yaml file relative to this file",
}
# Other names by which designs go.
ALSO = {
    "lhs": "latin-hypercube",
    "latin": "latin-hypercube",
    "oat": "one-at-a-time",
    "ofat": "one-at-a-time",
    "tornado": "one-at-a-time",
    "factorial": "grid",
    "saltelli": "sobol",
    "list": "points",
    "csv": "table",
    "parquet": "table",
    "explicit": "points",
}


def read_sweep(path: str | os.PathLike[str], overrides: Mapping[str, object], seed: int | None) -> Sweep:
    """Read a sweep file; see `sim.experiments.sweep_reader.load_sweep`."""
    file, shown = Path(path), os.fspath(path)
    root = parse(read_text(file, shown, lambda problem: ScenarioError(problem, file=shown)), shown)
    assert isinstance(root.content, dict)  # noqa: S101  (parse promises it)
    return _Source(root.content, shown, Place(shown, 1, 1), overrides=overrides, seed=seed).sweep()


def sweep_from(parts: Mapping[str, object], folder: str | os.PathLike[str]) -> Sweep:
    """Read a sweep that was said in Python; see `sim.experiments.sweep_reader.make_sweep`."""
    place = Place("sweep")
    given = parts["scenario"] if isinstance(parts["scenario"], Scenario) else None
    said = {key: part for key, part in parts.items() if key != "scenario" or given is None}
    entries = {key: (place, node_of(part, place, key)) for key, part in said.items()}
    return _Source(entries, os.path.join(folder, "sweep"), place, given=given).sweep()  # noqa: PTH118


def sweep_said(
    entries: Entries, shown: str, *, overrides: Mapping[str, object] | None = None, seed: int | None = None
) -> Sweep:
    """Read a sweep of which another kind of file speaks in its own words.

    Parameters
    ----------
    entries : mapping
        What a sweep file would say, each part where the other file says it.
    shown : str
        Path of the file as the user named it.
    overrides : mapping, optional
        Changes of the scenario.
    seed : int, optional
        Instead of the one that is said.
    """
    return _Source(entries, shown, Place(shown, 1, 1), overrides=overrides, seed=seed).sweep()


class _Source:
    """Reads what a sweep is said to be.

    Parameters
    ----------
    entries : mapping
        The parts, by name.
    shown : str
        Path of the file as the user named it.
    top : Place
        Where what is missing is missed.
    given : Scenario, optional
        The scenario, where it need not be loaded.
    overrides : mapping, optional
        Changes of it from outside.
    seed : int, optional
        Instead of the one that is said.
    """

    def __init__(
        self,
        entries: Entries,
        shown: str,
        top: Place,
        *,
        given: Scenario | None = None,
        overrides: Mapping[str, object] | None = None,
        seed: int | None = None,
    ) -> None:
        self.entries = entries
        self.shown = shown
        self.folder = Path(shown).parent
        self.top = top
        self.given = given
        self.overrides = overrides or {}
        self.seed = seed
        self.places = {"": top, **{key: place for key, (place, _) in entries.items()}}

    def sweep(self) -> Sweep:
        """Read everything, first the parts on which others rest."""
        design = self._design()
        base = self._base()
        seed = self._seed(base)
        precision, replications = self._replications(base)
        outcomes = self._outcomes(base)
        notes: list[str] = []
        samples = levels = 0
        second_order = False
        if design in ("points", "table"):
            place, node = self.entries[design]
            if design == "points":
                rows = listed_points(place, node, base, self.folder)
                numbers: Sequence[int] = range(len(rows))
            else:
                numbers, rows = self._tabled(place, node, base)
            factors, points = points_of(numbers, rows, base)
        else:
            factors, notes = self._factors(base, design)
            rows = [{factor.path: Setting(None, factor.place) for factor in factors}]
            if design in SAMPLED:
                samples, levels, second_order = self._size(design, len(factors))
                cube = unit_cube(design, factors, samples, seed, levels=levels, second_order=second_order)
                points = _drawn(factors, cube, levels)
            else:
                points = self._combined(design, factors)
        for path in reader().overrides(self.overrides, base.cast):
            if any(factor.path == path for factor in factors):
                raise Place().error("is varied by the sweep; change it in its file", path)
        _check(base, points, factors, rows)
        return Sweep(
            name=self._name(base),
            title=self._title(),
            base=base,
            design=design,
            factors=factors,
            points=points,
            replications=replications,
            precision=precision,
            seed=seed,
            outcomes=outcomes,
            keep_tables=self._value("keep_tables", "switch", False),
            samples=samples,
            levels=levels,
            second_order=second_order,
            notes=(*notes, *_repeated(points)),
            places=self.places,
        )

    # What every sweep has

    def _design(self) -> str:
        for key, (place, _) in self.entries.items():
            if key not in EVERY:
                near = did_you_mean(key, EVERY) or f"; expected one of {', '.join(EVERY)}"
                raise place.error(f"unknown part of a sweep{near}", printable(key, 120))
        listed = f"expected one of {', '.join(DESIGNS)}"
        if "design" not in self.entries:
            raise self.top.error(f"missing; {listed}", "design")
        place, node = self.entries["design"]
        design = node.content
        if not isinstance(design, str) or design not in DESIGNS:
            also = ALSO.get(design.lower()) if isinstance(design, str) else None
            near = did_you_mean(design, DESIGNS) if isinstance(design, str) else ""
            raise where(place, node).error(
                f"found {node.found}{f'; did you mean {also!r}?' if also else near or f'; {listed}'}", "design"
            )
        takes = (*ALWAYS, *NEEDS[design], *TAKES.get(design, ()))
        for key, (place, _) in self.entries.items():
            if key not in takes:
                raise place.error(f"a design '{design}' takes no '{key}'", key)
        for key in NEEDS[design]:
            if key not in self.entries:
                expected = "how many, such as 64" if key == "points" and design in SAMPLED else EXAMPLES[key]
                raise self.top.error(f"missing; a design '{design}' needs {expected}", key)
        return design

    def _base(self) -> Scenario:
        settings = settings_in(self._group("set"), (scenario := self._scenario()).cast, self.folder)
        return scenario.with_settings(settings).with_overrides(self.overrides)

    def _scenario(self) -> Scenario:
        if self.given is not None:
            return self.given
        if "scenario" not in self.entries:
            raise self.top.error(f"missing; expected {EXAMPLES['scenario']}", "scenario")
        place, node = self.entries["scenario"]
        target = node.content
        if not isinstance(target, str) or not target:
            raise where(place, node).error(f"found {node.found}; expected {EXAMPLES['scenario']}", "scenario")
        if is_name(target):
            find_shipped(target, node.place, "scenario")
            return load_scenario(target)
        shown = self._beside(target)

        def fail(problem: str) -> ScenarioError:
            return node.place.error(f"'{printable(target)}' {problem} (paths are relative to this file)", "scenario")

        read_text(Path(shown), shown, fail)
        return load_scenario(Path(shown))

    def _beside(self, target: str) -> str:
        """Return a path that is relative to this file as it is relative to the working directory."""
        return os.path.normpath(os.path.join(os.path.dirname(self.shown), target))  # noqa: PTH118, PTH120

    def _group(self, key: str) -> Entries:
        if key not in self.entries:
            return {}
        place, node = self.entries[key]
        if not isinstance(node.content, dict):
            raise where(place, node).error(f"found {node.found}; expected {EXAMPLES[key]}", key)
        return node.content

    def _name(self, base: Scenario) -> str:
        if "name" not in self.entries:
            return name_from(Path(self.shown))
        place, node = self.entries["name"]
        name = self._converted(Parameter("name", "sweep", "text", "text", "", ""), "name")
        # A sweep may be called what a scenario may.
        return base.with_settings({"name": Setting(name, where(place, node))}).name

    def _title(self) -> str:
        return str(self._converted(Parameter("title", "", "text", "text", "", ""), "title", default=""))

    def _value(self, key: str, unit: str, default: Any, low: float | None = None, high: float | None = None) -> Any:
        """Read a switch or a whole number."""
        kind = "bool" if unit == "switch" else "int"
        return self._converted(Parameter(key, default, unit, kind, "", "", low, high), key, default=default)

    def _seed(self, base: Scenario) -> int:
        row = Parameter("seed", 1, "count", "int", "", "", 0, 2**63 - 1)
        if self.seed is not None:
            return int(guard(lambda: row.convert(self.seed), Place(), "seed"))
        return int(self._converted(row, "seed", base.seed))

    def _converted(self, row: Parameter, key: str, default: Any = None) -> Any:
        return _convert(row, key, self.entries) if key in self.entries else default

    def _replications(self, base: Scenario) -> tuple[Precision | None, int]:
        key = "replications"
        if key not in self.entries or not isinstance(self.entries[key][1].content, dict | list):
            return None, int(self._value(key, "count", base.replications, 1, 100_000))
        node = self.entries[key][1]
        example = "{half_width: 0.5%, of: direct.response}"
        if not isinstance(node.content, dict):
            expected = f"expected a whole number, or a precision such as {example}"
            raise node.place.error(f"found {node.found}; {expected}", key)
        parts = node.content
        known = ("half_width", "of", "confidence", "at_least", "at_most")
        for part, (place, _) in parts.items():
            if part not in known:
                near = did_you_mean(part, known) or f"; expected one of {', '.join(known)}"
                raise place.error(f"unknown part of a precision{near}", printable(f"{key}.{part}", 120))
        for part in known[:2]:
            if part not in parts:
                raise node.place.error(f"missing; expected a precision such as {example}", f"{key}.{part}")
        of = _quantity(*parts["of"], base, f"{key}.of")
        self.places |= {f"{key}.{part}": place for part, (place, _) in parts.items()}

        def read(part: str, row: Parameter, default: Any = None) -> Any:
            return _convert(row, part, parts) if part in parts else default

        unit = unit_of(of)
        # A share known to within half of all it can be is not known; 0.5 is half a percent to many a hand.
        most_wide = 0.5 if limits(unit) == (0.0, 1.0) else None
        half_width = Parameter(
            f"{key}.half_width", 0.005, unit, "float", "", "", 0.0, most_wide, above_minimum=True, below_maximum=True
        )
        confidence = Parameter(
            f"{key}.confidence", 0.95, "share", "float", "", "", 0.5, 1.0, above_minimum=True, below_maximum=True
        )
        # Two are the fewest from which a spread can be told.
        least = read("at_least", Parameter(f"{key}.at_least", 4, "count", "int", "", "", 2, 100_000), 4)
        most = read("at_most", Parameter(f"{key}.at_most", 100, "count", "int", "", "", 2, 100_000), max(100, least))
        if least > most:
            place = parts["at_least" if "at_least" in parts else "at_most"][1].place
            found = f"found at least {least} and at most {most}"
            raise place.error(f"{found}; expected the smaller number first", f"{key}.at_least")
        return Precision(read("half_width", half_width), of, read("confidence", confidence, 0.95), least, most), most

    def _outcomes(self, base: Scenario) -> tuple[str, ...]:
        if "outcomes" not in self.entries:
            return ()
        place, node = self.entries["outcomes"]
        if not isinstance(node.content, list):
            raise where(place, node).error(f"found {node.found}; expected a list such as [direct.response]", "outcomes")
        names: list[str] = []
        for number, item in enumerate(node.content):
            field = f"outcomes[{number}]"
            name = _quantity(item.place, item, base, field)
            if name in names:
                raise item.place.error(f"'{name}' is named twice", field)
            self.places[field] = item.place
            names.append(name)
        return tuple(names)

    # What designs have

    def _tabled(self, place: Place, node: Node, base: Scenario) -> tuple[list[int], Rows]:
        target = node.content
        if not isinstance(target, str) or not target.lower().endswith(KINDS):
            raise where(place, node).error(f"found {node.found}; expected {EXAMPLES['table']}", "table")
        shown = self._beside(target)
        try:
            there = Path(shown).exists()
        except (OSError, ValueError):
            there = False
        if not there:
            raise node.place.error(f"'{printable(target)}' does not exist (paths are relative to this file)", "table")
        return tabled_points(Path(shown), shown, base, MAX_POINTS)

    def _factors(self, base: Scenario, design: str) -> tuple[tuple[Factor, ...], list[str]]:
        place, _ = self.entries["vary"]
        factors, notes = factors_in(self._group("vary"), base, design, self.folder)
        if not factors:
            raise place.error(f"found nothing; expected {EXAMPLES['vary']}", "vary")
        fixed = settings_in(self._group("set"), base.cast, self.folder)
        for factor in factors:
            # One at a time, what is set is where a factor stays while others move.
            if factor.path in fixed and design != "one-at-a-time":
                raise factor.place.error("is varied here and set under 'set'; expected one of the two", factor.path)
        return factors, notes

    def _size(self, design: str, factors: int) -> tuple[int, int, bool]:
        samples = int(self._value("points", "count", 64, 1 if design == "latin-hypercube" else 2, MAX_POINTS))
        place = self.entries["points"][1].place
        if design == "sobol" and samples & (samples - 1):
            above = 1 << samples.bit_length()
            raise place.error(f"found {samples}; expected a power of two such as {above // 2} or {above}", "points")
        levels = int(self._value("levels", "count", 4, 2, 1000)) if design == "morris" else 0
        if levels % 2:
            raise self.entries["levels"][1].place.error(f"found {levels}; expected an even number such as 4", "levels")
        second_order = bool(self._value("second_order", "switch", False)) if design == "sobol" else False
        self._not_too_many(size(design, factors, samples, second_order=second_order), place, "points")
        return samples, levels, second_order

    def _not_too_many(self, number: int, place: Place, field: str) -> None:
        if number > MAX_POINTS:
            raise place.error(f"makes {number} points; expected at most {MAX_POINTS}", field)

    def _combined(self, design: str, factors: Sequence[Factor]) -> tuple[Point, ...]:
        counts = [len(factor.values) for factor in factors]
        number = math.prod(counts) if design == "grid" else sum(counts) + 1
        self._not_too_many(number, self.entries["vary"][0], "vary")
        rows = grid(factors) if design == "grid" else one_at_a_time(factors)
        return tuple(Point(number, values) for number, values in enumerate(rows))


def node_of(value: object, place: Place, field: str, depth: int = 0) -> Node:
    """Make of a Python value what the parser makes of text."""
    if depth > MAX_DEPTH:
        raise place.error(f"nested more than {MAX_DEPTH} levels deep", field)
    if hasattr(value, "tolist"):
        value = value.tolist()  # what NumPy and pandas have, and whole arrays of it
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, Mapping):
        return Node(
            {str(key): (place, node_of(part, place, f"{field}.{key}", depth + 1)) for key, part in value.items()}, place
        )
    if isinstance(value, list | tuple | range):
        return Node([node_of(part, place, f"{field}[{n}]", depth + 1) for n, part in enumerate(value)], place)
    if value is not None and not isinstance(value, bool | int | float | str):
        raise place.error(f"found a {type(value).__name__}; expected numbers, texts, lists and mappings", field)
    return Node(value, place, "" if value is None else str(value))


def _drawn(factors: Sequence[Factor], cube: Any, levels: int) -> tuple[Point, ...]:
    """Make points of a unit cube."""
    columns = [values_at(factor, cube[:, index], grid=levels) for index, factor in enumerate(factors)]
    paths = [factor.path for factor in factors]
    return tuple(
        Point(number, dict(zip(paths, values, strict=True)), tuple(unit))
        for number, (unit, *values) in enumerate(zip(cube.tolist(), *columns, strict=True))
    )


def _check(
    base: Scenario, points: Sequence[Point], factors: Sequence[Factor], rows: Sequence[Mapping[str, Setting]]
) -> None:
    """Make every point's scenario once, so that none can be refused when others have long run."""
    everywhere = {factor.path: factor.place for factor in factors}
    for factor in factors:
        if factor.distribution:
            _within(factor, points, base)
    alone = len(rows) == len(points)
    for number, point in enumerate(points):
        own = {path: setting.place for path, setting in rows[number].items()} if alone else {}
        scenario_at(base, point, {**everywhere, **own})


def _within(factor: Factor, points: Sequence[Point], base: Scenario) -> None:
    """Refuse a distribution that reaches where its parameter cannot."""
    row = allowed(factor.path, base.cast, factor.place)
    for point in points:
        value = point.values[factor.path]
        if not math.isfinite(value) or not row.within_bounds(value):
            raise factor.place.error(
                f"{point.label}: {value:g} was drawn; expected {row.bounds}; cut the distribution with from and to",
                factor.path,
            )


def _repeated(points: Sequence[Point]) -> list[str]:
    """Tell of points that say the same as an earlier one."""
    seen: dict[tuple[Any, ...], int] = {}
    pairs = []
    for point in points:
        earlier = seen.setdefault(tuple(point.values.values()), point.number)
        if earlier != point.number:
            pairs.append((point.number, earlier))
    if not pairs:
        return []
    has = "has" if len(pairs) == 1 else "have"
    such = "such as point {} those of point {}".format(*pairs[0])
    return [
        f"{len(pairs)} of {len(points)} points {has} the values of an earlier one, {such}; its results are theirs too"
    ]


def _quantity(place: Place, node: Node, base: Scenario, field: str) -> str:
    """Read the name of what can be measured in this scenario."""
    if not isinstance(node.content, str):
        raise where(place, node).error(f"found {node.found}; expected the name of a rate: direct.response", field)
    return str(guard(lambda: known_among(str(node.content), base.cast), node.place, field))


def _convert(row: Parameter, key: str, entries: Entries) -> Any:
    """Convert what stands after a key, as a parameter is."""
    place, node = entries[key]
    return reader().setting(row, place, node, Path()).value


def sweep_file(name_or_path: str | os.PathLike[str]) -> Path:
    """Return the file of a sweep: a path as it is, or where the shipped sweep of that name lies.

    Raises
    ------
    ScenarioError
        If there is neither a file nor a shipped sweep of that name; names the nearest.
    """
    said = os.fspath(name_or_path)
    if not is_name(said) or file_exists(said):
        return Path(said)
    shipped = shipped_sweeps()
    if said in shipped:
        return shipped[said]
    near = did_you_mean(said, shipped) or f"; shipped are {', '.join(shipped)}"
    raise ScenarioError(f"no sweep is named '{printable(said)}'{near}, or write the path of a .yaml file")


def load_sweep(
    path: str | os.PathLike[str], *, overrides: Mapping[str, object] | None = None, seed: int | None = None
) -> Sweep:
    """Load a sweep from its file.

    Parameters
    ----------
    path : str or path
        A YAML file, or the name of a shipped sweep.
    overrides : mapping, optional
        Dotted path to value: changes of the scenario at all points, such as ``{"population.people": 500}``.
    seed : int, optional
        Instead of the one in the file.

    Returns
    -------
    Sweep
        Complete: every value converted, every point's scenario checked.

    Raises
    ------
    ScenarioError
        At the first thing that is wrong: where, what was found, what would be right.
    """
    return read_sweep(sweep_file(path), overrides or {}, seed)


def make_sweep(
    scenario: Scenario | str | os.PathLike[str], design: str, *, folder: str | os.PathLike[str] = ".", **parts: object
) -> Sweep:
    """Make a sweep in Python, of the same words as in a file.

    Parameters
    ----------
    scenario : Scenario, str or path
        What the points differ from.
    design : str
        One of `DESIGNS`.
    folder : str or path
        What the paths of files are relative to.
    **parts
        What else a sweep file says: ``vary``, ``points``, ``table``, ``replications``, ``seed``, ``outcomes``, ...

    Raises
    ------
    ScenarioError
        At the first thing that is wrong.

    Examples
    --------
    >>> sweep = make_sweep("baseline", "grid", vary={"screening.interview_slots": [4, 6, 8]}, replications=10)
    >>> [point.values["screening.interview_slots"] for point in sweep.points]
    [4, 6, 8]
    """
    return sweep_from({"scenario": scenario, "design": design, **parts}, folder)
