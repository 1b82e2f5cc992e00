"""Valid scenario files whose content is known, in many forms: with and without what need not be said."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from written_values import quantity, role_rows, rows, switch, value, whole, words
from written_yaml import Text, Tree, Writer

NAMES = {"mine.yaml": "mine", "Mein Markt.yml": "Mein-Markt", "été 2026.yaml": "t-2026", "日本.yaml": "scenario",
         "a.b_c-1.yaml": "a.b_c-1", "_x.YAML": "x"}  # fmt: skip
"""Names of files, and the names of scenarios and sweeps made from them."""
WRITTEN = {"mary_ann": "Mary Ann", "eli": "Éli", "ben": "BEN"}
"""Roles as people may write them."""
ROLES = ("eli", "ben", "a1", "mary_ann", "null", "on", "x")
SHARES = tuple(f"{channel}.{stage}" for channel in ("direct", "referral", "recruiter", "all") for stage in
               ("read", "response", "interview", "offer", "hire"))  # fmt: skip
"""Rates, which are shares."""
OTHERS = {"applicants_per_opening": "count", "interviewed_per_opening": "count", "days_to_fill": "days",
          "letter_ratio": "ratio", "offers_accepted": "share"}  # fmt: skip
"""Quantities of the market, and what they are measured in."""


@dataclass(frozen=True)
class Files:
    """Files to write into one folder: which of them is read, and what it holds."""

    main: str
    content: dict[str, bytes]
    holds: dict[str, Any]


def nested(luck: random.Random, settings: dict[str, Any]) -> dict[str, Tree]:
    """Lay settings by dotted path out in groups; some keep a part of their path in one key."""
    tree: dict[str, Any] = {}
    for path, written in settings.items():
        parts = path.split(".")
        group = tree
        while len(parts) > 1 and luck.random() < 0.9:
            group = group.setdefault(parts.pop(0), {})
        group[".".join(parts)] = written
    return tree


def scenario(seed: int) -> Files:
    """A scenario file; it may extend another one. ``holds``: values by path, roles, and claims."""
    luck = random.Random(seed)
    main = luck.choice(list(NAMES))
    content: dict[str, bytes] = {}
    holds: dict[str, Any] = {}
    top: dict[str, Tree] = {}
    before = luck.choice([None, None, "baseline", "parent.yaml", "./up/parent.yml"])
    if before is not None:
        top["extends"] = Text(before)
        if before != "baseline":
            written, meant = _settings(luck, 6)
            own = {"title": Text("not inherited"), "name": Text("other")}
            content[before] = Writer(luck).file({**own, **nested(luck, written)})
            holds |= meant
    written, meant = _settings(luck, luck.choice([0, 1, 3, 10, 40]))
    cast, meant_of_roles = _cast(luck)
    if luck.random() < 0.1:
        content["ties é.csv"] = b"person,contact\n1,2\n2,3\n"
        written["network.edge_list"] = Text(luck.choice(["ties é.csv", "./ties é.csv"]))
        holds["edge list"] = "ties é.csv"
    top |= nested(luck, {**written, **cast})
    if luck.random() < 0.3 and isinstance(top.get("cast"), dict):
        top["cast"] = {WRITTEN.get(role, role): tree for role, tree in top["cast"].items()}
    for key in ("title", "story"):
        if luck.random() < 0.5:
            top[key] = words(luck) if luck.random() < 0.9 else Text("first line\nsecond\tline")
            holds[key] = str(top[key])
    holds["name"] = NAMES[main]
    if luck.random() < 0.3:
        holds["name"] = luck.choice(["my-market", "A.1", "x_y"])
        top["name"] = Text(holds["name"])
    for key, number in (("seed", luck.choice([0, 7, 2**63 - 1])), ("replications", luck.randrange(1, 32_768))):
        if luck.random() < 0.5:
            top[key], holds[key] = whole(luck, number), number
    roles = sorted({path.split(".")[1] for path in cast})
    claims, holds["expect"] = _claims(luck, roles)
    if claims or not top or luck.random() < 0.1:
        top["expect"] = claims
    keys = luck.sample(list(top), len(top))
    content[main] = Writer(luck).file({key: top[key] for key in keys})
    return Files(main, content, {**holds, **meant, **meant_of_roles, "roles": roles})


def _settings(luck: random.Random, most: int) -> tuple[dict[str, str | Text], dict[str, Any]]:
    """Values of some parameters: as written, and what they mean."""
    every = [row for row in rows() if row.path not in ("name", "title", "story")]
    chosen = luck.sample(every, min(most, len(every)))
    both = {row.path: value(luck, row) for row in chosen}
    return {path: text for path, (text, _) in both.items()}, {path: meant for path, (_, meant) in both.items()}


def _cast(luck: random.Random) -> tuple[dict[str, str | Text], dict[str, Any]]:
    written: dict[str, str | Text] = {}
    meant: dict[str, Any] = {}
    for role in luck.sample(ROLES, luck.choice([0, 0, 1, 2, 3])):
        path = f"cast.{role}.count"
        meant[path] = luck.randrange(1, 60)
        written[path] = whole(luck, meant[path], "people")
        every = role_rows(role)
        for row in luck.sample(every, luck.choice([0, 2, 8])):
            written[row.path], meant[row.path] = value(luck, row)
    return written, meant


def _claims(luck: random.Random, roles: Sequence[str]) -> tuple[list[Tree], list[dict[str, Any]]]:
    """Claims: as written, and what they hold."""
    trees: list[Tree] = []
    held: list[dict[str, Any]] = []
    rates = [*SHARES, *(f"{role}.{measure}" for role in roles for measure in ("response_rate", "willing"))]
    for _ in range(luck.choice([0, 0, 1, 3])):
        kind = luck.choice(["rate", "order", "ratio", "difference"])
        names: list[str] = luck.sample(rates, 2 if kind != "order" else luck.randrange(2, 5))
        unit = "ratio" if kind == "ratio" else "share"
        low = luck.uniform(0.01, 0.4)
        if kind == "rate":
            name = luck.choice([*rates, *OTHERS])
            unit = OTHERS.get(name, "share")
            low = low if unit == "share" else luck.uniform(1, 40)
            tree: dict[str, Tree] = {"rate": Text(name)}
            claim: dict[str, Any] = {"rate": name}
        else:
            tree, claim = {kind: [Text(name) for name in names]}, {kind: tuple(names)}
        if kind != "order":
            ends = [quantity(luck, -low if kind == "difference" else low, unit), quantity(luck, 2 * low, unit)]
            tree["within"] = [text for text, _ in ends]
            claim["within"] = tuple(meant for _, meant in ends)
        claim |= {"confidence": 0.99, "source": ""}
        if luck.random() < 0.4:
            tree["confidence"], claim["confidence"] = luck.choice([("95%", 0.95), ("0.9", 0.9), ("99.9 %", 0.999)])
        if luck.random() < 0.4:
            tree["source"] = words(luck)
            claim["source"] = str(tree["source"])
        trees.append({key: tree[key] for key in luck.sample(list(tree), len(tree))})
        held.append(claim)
    return trees, held


# ---- clients --------------------------------------------------------------------------------------------------------

_KINDS = ("former_colleagues", "classmates", "close_friends", "others")
_KNOWN = {"hardly": 0.2, "partly": 0.45, "well": 0.75}
_STANDING = {"weaker": -0.5, "middle": 0.0, "stronger": 0.5}


def client(seed: int) -> Files:
    """A client's file; ``holds``: values by path that follow from the answers."""
    luck = random.Random(seed)
    at_work = luck.random() < 0.5
    hours_text, hours = quantity(luck, luck.uniform(2, 30), "hours per week")
    knows, standing = luck.choice(list(_KNOWN)), luck.choice(list(_STANDING))
    total, silent = 0, Fraction(0)
    contacts: dict[str, Tree] = {}
    for kind in luck.sample(_KINDS, len(_KINDS)):
        number = luck.choice([0, 1, luck.randrange(2, 60)])
        text, days = quantity(luck, luck.uniform(3, 2000), "days", bare=False)
        contacts[kind] = {"number": whole(luck, number), "last_in_touch": text}
        if not number and luck.random() < 0.5:
            contacts[kind] = {"number": "0"}
        total, silent = total + number, silent + number * Fraction(days)
    plans: dict[str, Tree] = {}
    holds: dict[str, Any] = {}
    for plan in luck.sample(["as_now", "more_asks", "x1"], luck.choice([2, 3])):
        name = plan if plan in plans or "as_now" in plans or len(plans) == 0 else "as_now"
        share = luck.randrange(5, 45)
        plans[name] = {"applications": luck.choice([f"{share}%", f"{share} %"]), "asks": "10%", "help": "0"}
        role = f"cast.{name}"
        holds |= {f"{role}.hours_per_week": hours, f"{role}.employed": at_work, f"{role}.familiarity": _KNOWN[knows],
                  f"{role}.ability": _STANDING[standing], f"{role}.ties": float(total), f"{role}.asks": 0.1,
                  f"{role}.applications": share / 100, f"{role}.support": 0.0}  # fmt: skip
        if total:
            holds[f"{role}.days_since_touch"] = float(silent / total)
    if "as_now" not in plans:
        plans["as_now"] = {"asks": "3"}
    answers: dict[str, Tree] = {
        "in_work": switch(luck, at_work) if luck.random() < 0.5 else ("yes" if at_work else "No"),
        "searching_for": quantity(luck, luck.uniform(1, 200), "days", bare=False)[0],
        "hours_a_week": hours_text,
        "compared_with_others": Text(standing),
        "contacts": contacts,
        "contacts_know_the_work": Text(knows.upper() if luck.random() < 0.2 else knows),
        "plans": plans,
    }
    order = luck.sample(list(answers), len(answers))
    tree = {"extends": Text("baseline"), "title": words(luck), "client": {key: answers[key] for key in order}}
    holds |= {"title": str(tree["title"]), "network.spare": total if total > 50 else 10}
    return Files("client.yaml", {"client.yaml": Writer(luck).file(tree)}, holds)
