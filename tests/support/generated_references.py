"""Valid references (JSON) whose content is known, in many forms."""

from __future__ import annotations

import json
import random
from typing import Any

from generated_scenarios import Files
from written_values import words

_KINDS = ("rate", "order", "ratio", "difference")
_NO_NUMBER = ("nan", "inf", "-inf")


def reference(seed: int) -> Files:
    """A file of a reference; ``holds``: what is in it."""
    luck = random.Random(seed)
    old = luck.random() < 0.3
    number = luck.randrange(2, 30)
    content: dict[str, Any] = {
        "format": 1 if old else 2,
        "scenario": str(words(luck, 3)),
        "digest": f"{luck.getrandbits(256):064x}",
        "settings": {name: _setting(luck) for name in _names(luck, 6)},
        "seed": luck.choice([0, 1, 2**53 + 1, 2**63 - 1]),
        "replications": number,
        "made_with": {"referralsim": "0.1", "kind of machine": str(words(luck, 3))},
        "cpu_seconds": luck.choice([0, 0.25, 1e-7, 1234.5]),
        "columns": [
            {f"applications.{at}": "0f" for at in range(luck.randrange(1, 4))} for _ in range(luck.randrange(3))
        ],
        "quantities": {name: _held(luck, number) for name in _names(luck, 4)},
        "left_out": {name: str(words(luck)) for name in _names(luck, 3)},
        "claims": {str(words(luck)): _claim(luck) for _ in range(luck.randrange(3))},
        "history": [_step(luck) for _ in range(luck.randrange(3))],
    }
    if luck.random() < 0.5:
        content["size_chosen"] = luck.random() < 0.5
    keys = list(content) if luck.random() < 0.5 else luck.sample(list(content), len(content))
    return Files("reference.json", {"reference.json": _written(luck, {key: content[key] for key in keys})}, content)


def _names(luck: random.Random, most: int) -> list[str]:
    return list(dict.fromkeys(str(words(luck, 3)) for _ in range(luck.randrange(most))))


def _setting(luck: random.Random) -> Any:
    return luck.choice([None, True, 5000, 0.92, "former_colleague", -1.5e-9, [1, "a", None], 10**18])


def _held(luck: random.Random, number: int) -> dict[str, Any]:
    values: list[Any] = [
        luck.choice([0, 1, 1e15, -3]) if luck.random() < 0.1 else luck.gauss(1, 9) for _ in range(number)
    ]
    for at in range(2, number):
        if luck.random() < 0.1:
            values[at] = None
    row = {"unit": luck.choice(["share", "résumés"]), "margin": luck.uniform(1e-6, 3), "chosen": luck.random() < 0.5,
           "n": luck.choice([0, 12.5, 800]), "values": values}  # fmt: skip
    return {key: row[key] for key in luck.sample(list(row), len(row))}


def _claim(luck: random.Random) -> dict[str, Any]:
    def some() -> Any:
        return luck.choice([*_NO_NUMBER, 0, 0.3, 17, -2.5])

    row = {
        "kind": luck.choice(_KINDS),
        "claim": str(words(luck)),
        "verdict": luck.choice(["holds", "fails", "undecided"]),
        "value": some(),
        "low": some(),
        "high": some(),
        "within": [some(), some()],
        "n": some(),
        "replications": luck.randrange(100),
        "confidence": 0.99,
        "source": str(words(luck)),
        "method": "t",
    }
    return row | ({"note": "first\nsecond"} if luck.random() < 0.5 else {})


def _step(luck: random.Random) -> dict[str, Any]:
    step: dict[str, Any] = {"why": str(words(luck))}
    if luck.random() < 0.7:
        step["referralsim"] = "0.1.dev3"
    if luck.random() < 0.7:
        step["moved"] = _names(luck, 3)
    return step


def _written(luck: random.Random, content: dict[str, Any]) -> bytes:
    """Write JSON: on one line or many, letters outside ASCII as they are or escaped, numbers in full or with e."""
    text = json.dumps(
        content,
        ensure_ascii=luck.random() < 0.5,
        indent=luck.choice([None, 1, 4, "\t"]),
        separators=luck.choice([(",", ":"), (", ", ": "), (" ,", " : ")]),
    )
    if luck.random() < 0.2:
        text = text.replace('"confidence": 0.99', '"confidence": 99e-2')
    text = luck.choice(["", "", "\n ", "\t"]) + text + luck.choice(["", "\n", "\n\n "])
    text = text.replace("\n", luck.choice(["\n", "\r\n"]))
    return text.encode(luck.choice(["utf-8", "utf-8", "utf-8-sig"]))
