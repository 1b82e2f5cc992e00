"""Reads sweep files: every part is checked, and every point's scenario made, before anything runs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.arguments import MOST_REPLICATIONS
from sim.errors import Place, ScenarioError, did_you_mean, printable
from sim.experiments.designs import DESIGNS, NEEDS, OTHER_NAMES, SAMPLED, TAKES, block_size
from sim.experiments.factor_reader import Entries, converted, factors_in, settings_in, where
from sim.experiments.node_maker import node_of
from sim.experiments.point_checks import check_points, repeated_points
from sim.experiments.point_reader import LIST_EXAMPLE, Rows, listed_points, points_of, tabled_points
from sim.experiments.point_table_reader import KINDS
from sim.experiments.precision_reader import outcomes_in, precision_in
from sim.experiments.sampling import grid, one_at_a_time, unit_cube, values_at
from sim.experiments.sweep import Factor, Point, Precision, Sweep
from sim.scenario.loader import Setting
from sim.scenario.parameter_spec import Parameter
from sim.scenario.scenario import Scenario, load_scenario, name_from, reader
from sim.scenario.shipped import file_exists, find_shipped, is_name, shipped_sweeps
from sim.scenario.yaml_reader import Node, parse, read_text

MAX_POINTS = 100_000
ALWAYS = ("name", "title", "scenario", "set", "design", "replications", "seed", "outcomes", "keep_tables")
EVERY = (*ALWAYS, "vary", "points", "table", "columns", "levels", "second_order")
AT_THE_TOP = "the parts of a sweep such as 'design: grid'"
EXAMPLES = {
    "points": LIST_EXAMPLE,
    "table": "the path of a CSV or Parquet file, relative to this file",
    "vary": "parameters and their values such as 'screening.interview_slots: [4, 6, 8]'",
    "set": "parameters and their values such as 'population.people: 2000'",
    "scenario": "the name of a shipped scenario, or the path of a .yaml file relative to this file",
}


def read_sweep(
    entries: Entries, shown: str, *, overrides: Mapping[str, object] | None = None, seed: int | None = None
) -> Sweep:
    """Read a sweep from the entries of its file, or from those of another kind of file that describes one.

    Parameters
    ----------
    entries : mapping
        The keys of a sweep file, each with its place and value.
    shown : str
        Path of the file as the user wrote it.
    overrides : mapping, optional
        Changes of the scenario.
    seed : int, optional
        Used instead of the one in the file.
    """
    return _SweepReader(entries, shown, Place(shown, 1, 1), overrides=overrides, seed=seed).sweep()


class _SweepReader:
    """Reads a sweep from the entries of a file.

    Parameters
    ----------
    entries : mapping
        The keys of a sweep file, each with its place and value.
    shown : str
        Path of the file as the user wrote it.
    top : Place
        Place for errors about missing keys.
    given : Scenario, optional
        The scenario, if it need not be loaded.
    overrides : mapping, optional
        Changes of it from outside.
    seed : int, optional
        Used instead of the one in the file.
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
        """Read everything, first the parts that others depend on."""
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
        scenarios = check_points(base, points, factors, rows)
        sweep = Sweep(
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
            notes=(*notes, *repeated_points(points)),
            places=self.places,
        )
        sweep.keep_scenarios(scenarios)
        return sweep

    # Keys of every sweep

    def _design(self) -> str:
        for key, (place, _) in self.entries.items():
            if key not in EVERY:
                near = did_you_mean(key, EVERY) or f"; expected one of {', '.join(EVERY)}"
                raise place.error(f"unknown part of a sweep{near}", printable(key, 120) or "''")
        listed = f"expected one of {', '.join(DESIGNS)}"
        if "design" not in self.entries:
            raise self.top.error(f"missing; {listed}", "design")
        place, node = self.entries["design"]
        design = node.content
        if not isinstance(design, str) or design not in DESIGNS:
            also = OTHER_NAMES.get(design.lower()) if isinstance(design, str) else None
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
        """Turn a path relative to this file into one relative to the working directory."""
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
        # Names of sweeps follow the rules of names of scenarios.
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
            try:
                return int(row.convert(self.seed))
            except ValueError as error:
                raise ScenarioError(str(error), field="seed") from None
        return int(self._converted(row, "seed", base.seed))

    def _converted(self, row: Parameter, key: str, default: Any = None) -> Any:
        return converted(row, self.entries[key]) if key in self.entries else default

    def _replications(self, base: Scenario) -> tuple[Precision | None, int]:
        key = "replications"
        if key not in self.entries or not isinstance(self.entries[key][1].content, dict | list):
            return None, int(self._value(key, "count", base.replications, 1, MOST_REPLICATIONS))
        precision, places = precision_in(self.entries[key][1], base, MOST_REPLICATIONS)
        self.places |= places
        return precision, precision.at_most

    def _outcomes(self, base: Scenario) -> tuple[str, ...]:
        if "outcomes" not in self.entries:
            return ()
        names, places = outcomes_in(*self.entries["outcomes"], base)
        self.places |= places
        return names

    # Keys of single designs

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
        return tabled_points(Path(shown), shown, base, MAX_POINTS, self.entries.get("columns"))

    def _factors(self, base: Scenario, design: str) -> tuple[tuple[Factor, ...], list[str]]:
        place, _ = self.entries["vary"]
        factors, notes = factors_in(self._group("vary"), base, design, self.folder)
        if not factors:
            raise place.error(f"found nothing; expected {EXAMPLES['vary']}", "vary")
        fixed = settings_in(self._group("set"), base.cast, self.folder)
        for factor in factors:
            # In a one-at-a-time design, 'set' gives the base of a factor.
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
        number = samples * block_size(design, factors, second_order=second_order)
        self._not_too_many(number, place, "points")
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


def _drawn(factors: Sequence[Factor], cube: Any, levels: int) -> tuple[Point, ...]:
    """Make points from their coordinates in the unit cube."""
    columns = [values_at(factor, cube[:, index], grid=levels) for index, factor in enumerate(factors)]
    paths = [factor.path for factor in factors]
    return tuple(
        Point(number, dict(zip(paths, values, strict=True)), tuple(unit))
        for number, (unit, *values) in enumerate(zip(cube.tolist(), *columns, strict=True))
    )


def sweep_file(name_or_path: str | os.PathLike[str]) -> Path:
    """Return the file of a sweep: the path as given, or that of the shipped sweep of this name.

    Raises
    ------
    ScenarioError
        If there is neither a file nor a shipped sweep of this name; names the nearest.
    """
    name = os.fspath(name_or_path)
    if not is_name(name) or file_exists(name):
        return Path(name)
    shipped = shipped_sweeps()
    if name in shipped:
        return shipped[name]
    near = did_you_mean(name, shipped) or f"; shipped are {', '.join(shipped)}"
    raise ScenarioError(f"no sweep is named '{printable(name)}'{near}, or write the path of a .yaml file")


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
        Used instead of the one in the file.

    Returns
    -------
    Sweep
        Every value is converted and every point's scenario checked.

    Raises
    ------
    ScenarioError
        At the first error: where, what was found, what is expected.
    """
    file = sweep_file(path)
    shown = os.fspath(file)
    root = parse(read_text(file, shown, lambda problem: ScenarioError(problem, file=shown)), shown, AT_THE_TOP)
    assert isinstance(root.content, dict)  # noqa: S101  (`parse` guarantees it)
    return read_sweep(root.content, shown, overrides=overrides, seed=seed)


def make_sweep(
    scenario: Scenario | str | os.PathLike[str], design: str, *, folder: str | os.PathLike[str] = ".", **parts: object
) -> Sweep:
    """Make a sweep in Python, with the keys of a sweep file.

    Parameters
    ----------
    scenario : Scenario, str or path
        The scenario that is varied.
    design : str
        The sampling plan, one of `sim.experiments.designs.DESIGNS`.
    folder : str or path
        Folder that paths of files are relative to.
    **parts
        Other keys of a sweep file: ``vary``, ``points``, ``table``, ``replications``, ``seed``, ``outcomes``, ...

    Raises
    ------
    ScenarioError
        At the first error.

    Examples
    --------
    >>> sweep = make_sweep("baseline", "grid", vary={"screening.interview_slots": [4, 6, 8]}, replications=10)
    >>> [point.values["screening.interview_slots"] for point in sweep.points]
    [4, 6, 8]
    """
    place = Place("sweep")
    given = scenario if isinstance(scenario, Scenario) else None
    keys = {**({} if given is not None else {"scenario": scenario}), "design": design, **parts}
    entries = {key: (place, node_of(part, place, key)) for key, part in keys.items()}
    return _SweepReader(entries, os.path.join(folder, "sweep"), place, given=given).sweep()  # noqa: PTH118
