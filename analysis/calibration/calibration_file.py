"""Read calibration files: what to fit, to which targets, with which budget. Errors name the line."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from analysis.calibration.calibration import Calibration, Target
from analysis.calibration.surface import fewest_points
from analysis.errors import AnalysisError
from analysis.estimation.rates import rates
from analysis.tables.tables import load
from sim.errors import Place, ScenarioError, did_you_mean, guard, printable
from sim.experiments.factor_reader import Entries, settings_in, where
from sim.experiments.sweep import Sweep
from sim.experiments.sweep_reader import read_sweep
from sim.scenario.parameter_spec import Parameter
from sim.scenario.quantities import CHANNELS
from sim.scenario.quantity_names import known_among, limits, unit_of
from sim.scenario.shipped import is_name, shipped_scenarios
from sim.scenario.yaml_reader import Node, parse, read_text

PARTS = ("name", "title", "scenario", "set", "fit", "to", "budget", "seed")
OF_TARGET = ("quantity", "within", "value", "sd", "source")
OF_LOG = ("log", "channels", "quantities", "observed_until", "source")
OF_BUDGET: dict[str, tuple[int, int, int]] = {  # default, least, most
    "points": (60, 4, 100_000),
    "replications": (2, 1, 10_000),
    "rounds": (3, 1, 20),
    "check": (20, 2, 10_000),
}
AT_THE_TOP = "the parts of a calibration such as 'scenario: baseline'"
A_RANGE = "ranges such as 'openings.bar: {from: 0.1, to: 0.8}'"
A_TARGET = "{quantity: direct.response, within: [2%, 5%]}"
FEWEST_EVENTS = 5  # of successes and of failures, for a rate of a log to be a target


def shipped_calibrations() -> dict[str, Path]:
    """Return the files of the shipped calibrations, by name."""
    folders = {path.parent for path in shipped_scenarios().values()}
    return {path.stem: path for folder in folders for path in sorted((folder / "calibrations").glob("*.yaml"))}


def load_calibration(path: str | os.PathLike[str]) -> Calibration:
    """Load a calibration file, or a shipped calibration by its name.

    Raises
    ------
    ScenarioError
        At the first mistake: where it is, what was found, what was expected.
    """
    shown = os.fspath(path)
    file = Path(shown)
    if is_name(shown):
        shipped = shipped_calibrations()
        if shown not in shipped:
            near = did_you_mean(shown, shipped) or f"; expected one of {', '.join(shipped)} or the path of a .yaml file"
            raise ScenarioError(f"no calibration is named '{printable(shown)}'{near}")
        file = shipped[shown]
        shown = str(file)
    root = parse(read_text(file, shown, lambda problem: ScenarioError(problem, file=shown)), shown, AT_THE_TOP)
    assert isinstance(root.content, dict)  # noqa: S101  (parse promises it)
    return _Source(root.content, shown).calibration()


class _Source:
    """Reads the content of a calibration file."""

    def __init__(self, entries: Entries, shown: str) -> None:
        self.entries = entries
        self.shown = shown
        self.top = Place(shown, 1, 1)
        self.notes: list[str] = []

    def calibration(self) -> Calibration:
        """Read all parts, those first that others depend on."""
        for key, (place, _) in self.entries.items():
            if key not in PARTS:
                near = did_you_mean(key, PARTS) or f"; expected one of {', '.join(PARTS)}"
                raise place.error(f"unknown part of a calibration{near}", printable(key, 120) or "''")
        for key, example in (("fit", A_RANGE), ("to", f"a list of targets such as {A_TARGET}")):
            if key not in self.entries:
                raise self.top.error(f"missing; expected {example}", key)
        place, node = self.entries["fit"]
        if not isinstance(node.content, dict) or not node.content:
            found = "nothing" if isinstance(node.content, dict) else node.found
            raise where(place, node).error(f"found {found}; expected {A_RANGE}", "fit")
        budget = self._budget()
        sweep = self._sweep(budget)
        self._ranges(sweep)
        least = fewest_points(len(sweep.factors))
        if budget["points"] < least:
            raise self._budget_place("points").error(
                f"found {budget['points']}; {len(sweep.factors)} parameters need at least {least} points",
                "budget.points",
            )
        targets = self._targets(sweep)
        return Calibration(
            sweep,
            targets,
            budget["points"],
            budget["rounds"],
            budget["check"],
            self._extends(),
            self._set(sweep),
            tuple(self.notes),
        )

    def _budget(self) -> dict[str, int]:
        entries: Entries = {}
        if "budget" in self.entries:
            place, node = self.entries["budget"]
            if not isinstance(node.content, dict):
                expected = "expected such as {points: 60, replications: 2}"
                raise where(place, node).error(f"found {node.found}; {expected}", "budget")
            entries = node.content
            _known(entries, tuple(OF_BUDGET), "a budget", "budget")
        budget = {}
        for key, (default, least, most) in OF_BUDGET.items():
            row = Parameter(f"budget.{key}", default, "count", "int", "", "", least, most)
            budget[key] = int(_converted(row, entries[key][1], entries[key][0])) if key in entries else default
        return budget

    def _budget_place(self, key: str) -> Place:
        entries = self.entries["budget"][1].content if "budget" in self.entries else {}
        return entries[key][1].place if isinstance(entries, dict) and key in entries else self.top

    def _sweep(self, budget: Mapping[str, int]) -> Sweep:
        """Read scenario, values and ranges as a sweep over the whole box."""
        fit = self.entries["fit"]
        entries = {
            key: self.entries[key] for key in ("name", "title", "scenario", "set", "seed") if key in self.entries
        }

        def node(value: str | int) -> tuple[Place, Node]:
            return fit[0], Node(value, fit[0], str(value))

        entries |= {
            "vary": fit,
            "design": node("latin-hypercube"),
            "points": node(budget["points"]),
            "replications": node(budget["replications"]),
        }
        return read_sweep(entries, self.shown)

    def _ranges(self, sweep: Sweep) -> None:
        for factor in sweep.factors:
            if factor.values or factor.distribution not in ("uniform", "loguniform"):
                found = "a list" if factor.values else f"a {factor.distribution} distribution"
                raise factor.place.error(f"found {found}; expected {A_RANGE}, if need be with scale: log", factor.path)

    def _extends(self) -> str:
        target = str(self.entries["scenario"][1].content)
        return target if is_name(target) else str((Path(self.shown).parent / target).resolve())

    def _set(self, sweep: Sweep) -> dict[str, Any]:
        if "set" not in self.entries or not isinstance(self.entries["set"][1].content, dict):
            return {}
        settings = settings_in(self.entries["set"][1].content, sweep.base.cast, Path(self.shown).parent)
        return {path: setting.value for path, setting in settings.items()}

    def _targets(self, sweep: Sweep) -> tuple[Target, ...]:
        place, node = self.entries["to"]
        if not isinstance(node.content, list) or not node.content:
            found = "an empty list" if isinstance(node.content, list) else node.found
            raise where(place, node).error(f"found {found}; expected a list of targets such as {A_TARGET}", "to")
        targets: dict[str, Target] = {}
        for number, item in enumerate(node.content):
            field = f"to[{number}]"
            if not isinstance(item.content, dict):
                raise item.place.error(f"found {item.found}; expected a target such as {A_TARGET}", field)
            entries = item.content
            in_log = "log" in entries
            for target in self._log(entries, field) if in_log else [self._target(entries, item.place, field, sweep)]:
                if target.quantity in targets:
                    raise item.place.error(f"'{target.quantity}' is a target already", field)
                targets[target.quantity] = target
        return tuple(targets.values())

    def _target(self, entries: Entries, place: Place, field: str, sweep: Sweep) -> Target:
        _known(entries, (*OF_TARGET, "log"), "a target", field)
        if "quantity" not in entries:
            raise place.error(f"missing; expected a target such as {A_TARGET}", f"{field}.quantity")
        name = _quantity(*entries["quantity"], sweep.base.cast, f"{field}.quantity")
        unit, source = unit_of(name), _text(entries, "source", field)
        least, most = limits(unit)
        if ("within" in entries) == ("value" in entries):
            found = "found both a band and" if "within" in entries else "found neither a band nor"
            raise place.error(f"{found} a value; expected either within: [low, high] or value with sd", field)
        if "within" in entries:
            if "sd" in entries:
                raise entries["sd"][0].error("a band takes no 'sd'; it belongs to a value", f"{field}.sd")
            band = entries["within"][1]
            if not isinstance(band.content, list) or len(band.content) != 2:
                raise where(*entries["within"]).error(
                    f"found {band.found}; expected [low, high] such as [2%, 5%]", f"{field}.within"
                )
            row = Parameter(f"{field}.within", 0.05, unit, "float", "", "", least, most)
            low, high = (float(_converted(row, end, band.place)) for end in band.content)
            if not low < high:
                raise band.place.error(
                    f"found [{low:g}, {high:g}]; expected the lower end first, then the higher one", f"{field}.within"
                )
            return Target.band(name, unit, low, high, source)
        value = float(
            _converted(
                Parameter(f"{field}.value", 0.05, unit, "float", "", "", least, most),
                entries["value"][1],
                entries["value"][0],
            )
        )
        if "sd" not in entries:
            raise place.error("missing; expected the standard error of the value, in its unit", f"{field}.sd")
        sd = float(
            _converted(
                Parameter(f"{field}.sd", 0.01, unit, "float", "", "", 0.0, above_minimum=True),
                entries["sd"][1],
                entries["sd"][0],
            )
        )
        return Target.number(name, unit, value, sd, source)

    def _log(self, entries: Entries, field: str) -> list[Target]:
        """Make targets from the rates of the user's own log, each with its sampling error."""
        _known(entries, OF_LOG, "a log of applications", field)
        node = entries["log"][1]
        if not isinstance(node.content, str) or not node.content:
            raise where(*entries["log"]).error(
                f"found {node.found}; expected the path of a CSV or Parquet file, relative to this file", f"{field}.log"
            )
        file = os.path.normpath(os.path.join(os.path.dirname(self.shown), node.content))  # noqa: PTH118, PTH120
        until = None
        if "observed_until" in entries:
            until = float(
                _converted(
                    Parameter(f"{field}.observed_until", 120.0, "days", "float", "", "", 0.0),
                    entries["observed_until"][1],
                    entries["observed_until"][0],
                )
            )
        channels = _channels(entries, field)
        try:
            tables = load(file, observed_until=until, channels=channels)
            table = rates(tables, total=False)
        except (AnalysisError, ValueError, OSError) as problem:
            message = printable(" ".join(str(problem).split()), 1000)
            raise node.place.error(f"cannot be used: {message}", f"{field}.log") from None
        self.notes += [f"{node.content}: {note}" for note in (tables.eligible.text(), *tables.notes)]
        source = _text(entries, "source", field) or f"log:{node.content}"
        wanted = self._asked(entries, field)
        targets = []
        for row in table.to_dict("records"):
            name = f"{row['channel']}.{row['stage']}"
            if wanted and name not in wanted:
                continue
            count, n = int(row["count"]), int(row["n"])
            if min(count, n - count) < FEWEST_EVENTS:
                self.notes.append(
                    f"{node.content}: {name} is not used as a target: {count} of {n} is too few to go by "
                    f"(at least {FEWEST_EVENTS} successes and {FEWEST_EVENTS} failures are needed)."
                )
                continue
            share = count / n
            # The wider of two intervals: applications of one person, or to one opening, are not independent.
            ends = [(row["cluster_low"], row["cluster_high"]), (row["wilson_low"], row["wilson_high"])]
            sd = max(float(high) - float(low) for low, high in ends if math.isfinite(float(high))) / (2 * 1.96)
            targets.append(Target.number(name, "share", share, sd, f"{source} ({count} of {n})"))
        found = {target.quantity for target in targets}
        for name, at in wanted.items():
            if name not in found:
                raise at.error(f"the log has too few cases of '{name}', or none", f"{field}.quantities")
        if not targets:
            raise node.place.error(
                "no rate of this log has enough successes and failures to be a target", f"{field}.log"
            )
        return targets

    def _asked(self, entries: Entries, field: str) -> dict[str, Place]:
        if "quantities" not in entries:
            return {}
        node = entries["quantities"][1]
        if not isinstance(node.content, list) or not node.content:
            raise where(*entries["quantities"]).error(
                f"found {node.found}; expected a list such as [direct.response]", f"{field}.quantities"
            )
        return {_quantity(item.place, item, (), f"{field}.quantities"): item.place for item in node.content}


def _quantity(place: Place, node: Node, roles: Collection[str], field: str) -> str:
    """Read the name of a quantity."""
    name = node.content
    if not isinstance(name, str):
        raise where(place, node).error(f"found {node.found}; expected the name of a rate: direct.response", field)
    return str(guard(partial(known_among, name, roles), node.place, field))


def _channels(entries: Entries, field: str) -> dict[str, str]:
    """Read what the channels of a log are called here."""
    if "channels" not in entries:
        return {}
    place, node = entries["channels"]
    expected = f"expected names and one of {', '.join(CHANNELS)} for each, such as {{agency: recruiter}}"
    told = node.content
    if not isinstance(told, dict) or not told:
        raise where(place, node).error(f"found {node.found}; {expected}", f"{field}.channels")
    meant = {}
    for name, (at, inner) in told.items():
        channel = inner.content
        if not isinstance(channel, str) or channel not in CHANNELS:
            near = did_you_mean(channel, CHANNELS) if isinstance(channel, str) else ""
            raise where(at, inner).error(
                f"found {inner.found}{near or f'; {expected}'}", f"{field}.channels.{printable(name)}"
            )
        meant[name] = channel
    return meant


def _known(entries: Entries, parts: tuple[str, ...], what: str, field: str) -> None:
    for key, (place, _) in entries.items():
        if key not in parts:
            near = did_you_mean(key, parts) or f"; expected one of {', '.join(parts)}"
            raise place.error(f"unknown part of {what}{near}", printable(f"{field}.{key}", 120))


def _converted(row: Parameter, node: Node, place: Place) -> Any:
    at = where(place, node)
    if isinstance(node.content, dict | list) or node.content is None:
        raise at.error(f"found {node.found}; expected {row.expected}", row.path)
    return guard(lambda: row.convert(node.content, node.text), at, row.path)


def _text(entries: Entries, key: str, field: str) -> str:
    if key not in entries:
        return ""
    return str(_converted(Parameter(f"{field}.{key}", "", "text", "text", "", ""), entries[key][1], entries[key][0]))
