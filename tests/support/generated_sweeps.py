"""Valid files of sweeps and of calibrations whose content is known, in many forms."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from generated_scenarios import NAMES, OTHERS, SHARES, Files, nested
from written_values import quantity, rows, switch, value, whole, words
from written_yaml import Text, Tree, Writer

from sim.scenario.parameter_spec import Parameter

FITTED = 12  # points that a calibration of up to five parameters needs at least


def _varied(luck: random.Random, number: int) -> tuple[list[Parameter], list[Parameter]]:
    """Choose parameters to vary and others to set; all numbers have room around their defaults."""
    every = [row for row in rows() if row.type in ("float", "bool") and not row.path.startswith("search.")]
    numbers = [row for row in every if row.type == "bool" or (row.default or 0) > 0]
    both = luck.sample([row for row in numbers if row.maximum != row.default], number + 3)
    return both[:number], both[number:]


def _ends(luck: random.Random, row: Parameter) -> tuple[tuple[str, float], tuple[str, float]]:
    """Both ends of a range within the bounds of a parameter, as written and as meant."""
    high = 1.3 * row.default if row.maximum is None else min(1.3 * row.default, (row.default + row.maximum) / 2)
    return quantity(luck, 0.8 * row.default, row.unit), quantity(luck, high, row.unit)


def _several(luck: random.Random, row: Parameter) -> tuple[list[Tree], list[Any]]:
    """Different values of a parameter, as written and as meant."""
    if row.type == "bool":
        order = luck.sample([True, False], 2)
        return [switch(luck, on) for on in order], order
    found: dict[Any, Tree] = {}
    while len(found) < 3:
        text, meant = value(luck, row)
        found.setdefault(meant, text)
    keep = luck.randrange(2, 4)
    return list(found.values())[:keep], list(found)[:keep]


def _scenario(luck: random.Random, content: dict[str, bytes], holds: dict[str, Any]) -> Text:
    """Name a scenario, or write one beside the file."""
    if luck.random() < 0.7:
        return Text("baseline")
    content["of it/märkt.yaml"] = b"extends: baseline\npopulation: {people: 777}\nseed: 99\nreplications: 13\n"
    holds |= {"seed": 99, "replications": 13, "people": 777}
    return Text(luck.choice(["of it/märkt.yaml", "./of it/märkt.yaml"]))


def _top(luck: random.Random, main: str, holds: dict[str, Any]) -> dict[str, Tree]:
    """What sweeps and calibrations have in common: title, name and seed, if at all."""
    top: dict[str, Tree] = {}
    holds |= {"name": NAMES[main], "title": ""}
    if luck.random() < 0.4:
        top["name"] = Text("over-2")
        holds["name"] = "over-2"
    if luck.random() < 0.4:
        top["title"] = words(luck)
        holds["title"] = str(top["title"])
    if luck.random() < 0.4:
        holds["seed"] = luck.choice([0, 12, 2**63 - 1])
        top["seed"] = whole(luck, holds["seed"])
    return top


def sweep(seed: int) -> Files:
    """A sweep file; ``holds``: name, title, design, seed, replications, outcomes, factors, points, values set."""
    luck = random.Random(seed)
    main = luck.choice(list(NAMES))
    content: dict[str, bytes] = {}
    holds: dict[str, Any] = {"seed": 1, "replications": 20, "people": 5000, "precision": None, "outcomes": ()}
    design = luck.choice(["points", "grid", "one-at-a-time", "latin-hypercube", "sobol", "morris"])
    top: dict[str, Tree] = {"scenario": _scenario(luck, content, holds), "design": Text(design)}
    top |= _top(luck, main, holds)
    varied, others = _varied(luck, luck.randrange(1, 4))
    written: dict[str, Any] = {}
    holds |= {"design": design, "set": {}}
    if luck.random() < 0.5:
        for row in others:
            written[row.path], holds["set"][row.path] = value(luck, row)
        top["set"] = nested(luck, written)
    if design == "points":
        top["points"], holds["points"] = _listed(luck, varied)
    else:
        tree, factors = {}, {}
        for row in varied:
            tree[row.path], factors[row.path] = _factor(luck, row, design)
        top["vary"], holds["factors"] = nested(luck, tree), factors
        _points(luck, design, top, holds, {row: factors[row.path].get("values", ()) for row in varied})
    _often(luck, top, holds)
    if luck.random() < 0.4:
        names = luck.sample([*SHARES, *OTHERS], luck.randrange(0, 4))
        top["outcomes"], holds["outcomes"] = [Text(name) for name in names], tuple(names)
    keep = luck.random() < 0.5
    if keep or luck.random() < 0.5:
        top["keep_tables"] = switch(luck, keep)
    holds["keep_tables"] = keep
    content[main] = Writer(luck).file({key: top[key] for key in luck.sample(list(top), len(top))})
    return Files(main, content, holds)


def _listed(luck: random.Random, varied: Sequence[Parameter]) -> tuple[list[Tree], list[dict[str, Any]]]:
    """Points in a list: as written, and the values of each; what a point leaves out is as in the scenario."""
    trees: list[Tree] = []
    held: list[dict[str, Any]] = []
    for number in range(luck.randrange(1, 5)):
        own = varied if number == 0 else luck.sample(varied, luck.randrange(1, len(varied) + 1))
        both = {row.path: value(luck, row) for row in own}
        trees.append(nested(luck, {path: text for path, (text, _) in both.items()}))
        held.append({row.path: both[row.path][1] if row.path in both else row.default for row in varied})
    return trees, held


def _factor(luck: random.Random, row: Parameter, design: str) -> tuple[Tree, dict[str, Any]]:
    """Values or a range of one parameter: as written, and what a factor holds of it."""
    if row.type == "bool" or luck.random() < 0.4:
        texts, meant = _several(luck, row)
        return texts, {"values": tuple(meant), "distribution": "", "scale": "linear"}
    (low_text, low), (high_text, high) = _ends(luck, row)
    tree: dict[str, Tree] = {"from": low_text, "to": high_text}
    log = luck.random() < 0.3
    held: dict[str, Any] = {"low": low, "high": high, "scale": "log" if log else "linear"}
    if log or luck.random() < 0.2:
        tree["scale"] = held["scale"]
    if design in ("grid", "one-at-a-time"):
        steps = luck.randrange(2, 5)
        tree["steps"] = whole(luck, steps)
        shares = [at / (steps - 1) for at in range(steps)]
        held["values"] = tuple(low * (high / low) ** at if log else low + at * (high - low) for at in shares)
        return tree, held | {"distribution": ""}
    held["distribution"] = "loguniform" if log else "uniform"
    kind = luck.choice(["uniform", "triangular", "normal", "lognormal"])
    if log or kind == "uniform":
        return tree, held
    tree.pop("scale", None)
    middle, held["centre"] = quantity(luck, row.default, row.unit)
    tree |= {"distribution": Text(kind), {"triangular": "mode", "normal": "mean", "lognormal": "median"}[kind]: middle}
    if kind == "normal":
        tree["sd"], held["spread"] = quantity(luck, row.default / 3, row.unit)
    elif kind == "lognormal":
        tree["log_sd"], held["spread"] = quantity(luck, 0.4, "ratio")
    return tree, held | {"distribution": kind, "scale": "log" if kind == "lognormal" else "linear"}


def _points(
    luck: random.Random,
    design: str,
    top: dict[str, Tree],
    holds: dict[str, Any],
    values: dict[Parameter, Sequence[Any]],
) -> None:
    """Say how many points a design has."""
    number = len(values)
    if design == "grid":
        holds["number"] = math.prod(map(len, values.values()))
    elif design == "one-at-a-time":
        holds["number"] = 1 + sum(level != row.default for row, levels in values.items() for level in levels)
    else:
        size = luck.choice([2, 4, 8])
        top["points"] = whole(luck, size)
        second = design == "sobol" and luck.random() < 0.4
        if second or (design == "sobol" and luck.random() < 0.3):
            top["second_order"] = switch(luck, second)
        if design == "morris" and luck.random() < 0.5:
            top["levels"] = whole(luck, 6)
        block = {"latin-hypercube": 1, "morris": number + 1, "sobol": (2 * number if second else number) + 2}
        holds["number"] = size * block[design]


def _often(luck: random.Random, top: dict[str, Tree], holds: dict[str, Any]) -> None:
    """Say how many replications there are, or how precise they must be."""
    if luck.random() < 0.4:
        holds["replications"] = luck.randrange(1, 32_000)
        top["replications"] = whole(luck, holds["replications"])
    elif luck.random() < 0.4:
        text, half = quantity(luck, 0.01, "share")
        tree: dict[str, Tree] = {"half_width": text, "of": Text("direct.response")}
        least, most, confidence = 4, 100, 0.95
        if luck.random() < 0.5:
            least, most, confidence = 5, 50, 0.9
            tree |= {"at_least": whole(luck, 5), "at_most": whole(luck, 50), "confidence": "90%"}
        top["replications"] = tree
        holds |= {"precision": (half, "direct.response", confidence, least, most), "replications": most}


# ---- calibrations ---------------------------------------------------------------------------------------------------


def calibration(seed: int) -> Files:
    """A calibration file; ``holds``: name, title, seed, ranges, targets, budget, values set."""
    luck = random.Random(seed)
    main = luck.choice(list(NAMES))
    content: dict[str, bytes] = {}
    holds: dict[str, Any] = {"seed": 1, "people": 5000, "set": {}}
    top: dict[str, Tree] = {"scenario": _scenario(luck, content, holds), **_top(luck, main, holds)}
    varied, others = _varied(luck, 12)
    fitted = [row for row in varied if row.type == "float"][: luck.randrange(1, 4)]
    ranges, holds["ranges"] = {}, {}
    for row in fitted:
        (low_text, low), (high_text, high) = _ends(luck, row)
        log = luck.random() < 0.4
        ranges[row.path] = {"from": low_text, "to": high_text} | ({"scale": "log"} if log else {})
        holds["ranges"][row.path] = (low, high, "log" if log else "linear")
    top["fit"] = nested(luck, ranges)
    if luck.random() < 0.5:
        written = {}
        for row in others:
            written[row.path], holds["set"][row.path] = value(luck, row)
        top["set"] = nested(luck, written)
    top["to"], holds["targets"] = _targets(luck, content)
    wanted = {"points": luck.randrange(FITTED, 40), "replications": luck.randrange(1, 9),
              "rounds": luck.randrange(1, 9), "check": luck.randrange(2, 99)}  # fmt: skip
    usual = {"points": 60, "replications": 2, "rounds": 3, "check": 20}
    said = luck.sample(list(usual), luck.randrange(0, 5))
    if said or luck.random() < 0.3:
        top["budget"] = {key: whole(luck, wanted[key]) for key in said}
    holds["budget"] = {key: wanted[key] if key in said else usual[key] for key in usual}
    content[main] = Writer(luck).file({key: top[key] for key in luck.sample(list(top), len(top))})
    return Files(main, content, holds)


def _targets(luck: random.Random, content: dict[str, bytes]) -> tuple[list[Tree], dict[str, Any]]:
    """Targets: as written, and of each quantity the ends of its band, or its value and standard error."""
    trees: list[Tree] = []
    held: dict[str, Any] = {}
    shares = [name for name in SHARES if name != "direct.response"]
    for name in luck.sample([*shares, *OTHERS], luck.randrange(1, 5)):
        unit = OTHERS.get(name, "share")
        low = luck.uniform(0.02, 0.3) if unit == "share" else luck.uniform(1, 40)
        ends = [quantity(luck, low, unit), quantity(luck, 2 * low, unit)]
        tree: dict[str, Tree] = {"quantity": Text(name)}
        source = ""
        if luck.random() < 0.5:
            tree["source"] = words(luck)
            source = str(tree["source"])
        if luck.random() < 0.5:
            tree["within"] = [text for text, _ in ends]
            held[name] = ("band", ends[0][1], ends[1][1], source)
        else:
            tree |= {"value": ends[1][0], "sd": ends[0][0]}
            held[name] = ("number", ends[1][1], ends[0][1], source)
        trees.append({key: tree[key] for key in luck.sample(list(tree), len(tree))})
    if luck.random() < 0.2:
        answered, sent = luck.randrange(6, 20), luck.randrange(40, 80)
        called = luck.choice(["direct", "Bewerbung é"])
        lines = [f"{called},{day},{day + 3 if day < answered else ''}" for day in range(sent)]
        content["mein log.csv"] = "\n".join(["channel,sent,responded", *lines]).encode()
        asked: dict[str, Tree] = {"log": Text("mein log.csv"), "quantities": [Text("direct.response")]}
        asked |= {"observed_until": "400 days"}
        if called != "direct" or luck.random() < 0.5:
            asked["channels"] = {called: Text("direct")}
        trees.append(asked)
        held["direct.response"] = ("log", float(Fraction(answered, sent)), answered, sent)
    return trees, held
