"""Values of parameters as people write them, with the number that each means, worked out in fractions here."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

from written_yaml import Text

from sim import parameters_table
from sim.scenario.parameter_spec import Parameter

_PERCENT = [("%", 100), (" %", 100), (" percent", 100), (" per cent", 100)]
# How much of the parameter's unit one of each written unit is; negative stands for parts of it.
_TIMES = [(" days", 1), ("d", 1), (" day", 1), (" weeks", 7), ("w", 7), (" Weeks", 7), (" years", 365), (" y", 365)]
_FORMS: dict[str, list[tuple[str, Fraction]]] = {
    "days": [
        *((word, Fraction(days)) for word, days in _TIMES),
        (" hours", Fraction(1, 24)), ("min", Fraction(1, 1440)), (" months", Fraction(365, 12)),
    ],
    "hours": [
        (" hours", Fraction(1)), ("h", Fraction(1)), (" minutes", Fraction(1, 60)), (" mins", Fraction(1, 60)),
        (" days", Fraction(24)),
    ],
    "hours per week": [
        (" hours per week", Fraction(1)), (" h/week", Fraction(1)), (" hours / day", Fraction(7)),
        (" min per week", Fraction(1, 60)),
    ],
    "per week": [
        (" per week", Fraction(1)), ("% per week", Fraction(1, 100)), (" per year", Fraction(7, 365)),
        ("/day", Fraction(7)), (" per \t month", Fraction(7 * 12, 365)),
    ],
    "per employee per week": [
        (" per week", Fraction(1)), ("% per employee per week", Fraction(1, 100)), (" per year", Fraction(7, 365)),
        (" per employee per year", Fraction(7, 365)),
    ],
    "people": [(" people", Fraction(1)), (" employees", Fraction(1)), (" PEOPLE", Fraction(1))],
    "ties": [(" ties", Fraction(1))],
    "sd": [(" sd", Fraction(1)), (" SD", Fraction(1))],
    "field widths": [(" field widths", Fraction(1))],
    **{
        unit: [(word, Fraction(1, parts)) for word, parts in _PERCENT]
        for unit in ("share", "correlation", "strength", "familiarity", "precision weight")
    },
}  # fmt: skip
_USUAL = {"share": 0.05, "strength": 0.4, "familiarity": 0.4, "ties": 40.0, "days": 50.0, "hours per week": 6.0}
_HOURS = ("search.applications", "search.asks", "search.upkeep", "search.habits.")
_WORDS = (
    "résumé", "Œuvre", "日本語", "😀", "ß", "‘so’", "a: b", "# here", "- x", "{x}", "it's", '"quoted"', "\\", "100%",
    "@home", "yes", "12 weeks", "null", "~", "e\u0301", "שלום", "plain", "words", "of", "a", "title", "[1]", "&a", "*b",
    "!x", "|", ">", "1e3", "0x1f", "\u00a0", "::", "?", "…",
)  # fmt: skip


def quantity(luck: random.Random, near: float, unit: str, *, bare: bool = True) -> tuple[str, float]:
    """Write a number near another one, with its unit or, if it may be bare, without; and the number in ``unit``."""
    word, factor = luck.choice([*([("", Fraction(1))] * 2 if bare else []), *_FORMS.get(unit, [])])
    digits = f"{near / float(factor):.{luck.randrange(2, 9)}g}"
    meant = float(Fraction(digits) * factor)
    if "e" not in digits and luck.random() < 0.2:
        digits = luck.choice([f"{float(digits):.12e}", digits if near < 0 else f"+{digits}"])
        meant = float(Fraction(digits) * factor)
    if digits.startswith("0.") and luck.random() < 0.2:
        digits = digits[1:]
    text = digits + word
    return _quoted(luck, text), meant


def whole(luck: random.Random, number: int, unit: str = "count") -> str:
    """Write a whole number."""
    forms = [str(number)] * 4 + [f"+{number}", f"0{number}", hex(number), f"0o{number:o}"]
    forms += [f"{number}.0"] if number < 2**53 else []  # more digits than a number with a point holds
    forms += [f"{number}{word}" for word, _ in _FORMS.get(unit, [])] if unit in ("people", "ties") else []
    if number and number % 100 == 0:
        forms.append(f"{number // 100}e2")
    text = luck.choice(forms)
    return text if text.startswith("0") else _quoted(luck, text)


def switch(luck: random.Random, on: bool) -> str:
    """Write a switch."""
    return _quoted(luck, luck.choice(["on", "true", "True", "TRUE", "On"] if on else ["off", "false", "False", "OFF"]))


def words(luck: random.Random, most: int = 8) -> Text:
    """A text of words, some of them signs of YAML."""
    return Text(" ".join(luck.choice(_WORDS) for _ in range(luck.randrange(1, most))).strip("\u00a0 ") or "x")


def _quoted(luck: random.Random, text: str) -> str:
    if "\t" in text:
        return f'"{text}"'
    return luck.choice([text] * 5 + [f"'{text}'", f'"{text}"'])


def value(luck: random.Random, row: Parameter) -> tuple[str | Text, Any]:
    """Write a value of a parameter, near its default; returns the text and what it means."""
    if row.optional and luck.random() < 0.15:
        return luck.choice(["null", "~", "Null"]), None
    if row.type == "bool":
        on = luck.random() < 0.5
        return switch(luck, on), on
    if row.type == "text":
        if row.unit == "label" and luck.random() < 0.5:
            return "3", "3"
        text = Text(luck.choice(row.choices)) if row.choices else words(luck)
        return text, str(text)
    near = _near(luck, row)
    if row.type == "int":
        return whole(luck, int(near), row.unit), int(near)
    for _ in range(20):
        text, meant = quantity(luck, near, row.unit)
        if row.within_bounds(meant):
            return text, meant
    return f"{near!r}", near


def _near(luck: random.Random, row: Parameter) -> float:
    """A number near the default, such that all of them together make a scenario."""
    usual = row.default if row.default is not None else _USUAL.get(row.unit, 0.5)
    most = 0.95 if row.path.startswith(_HOURS) else 1.4  # hours add up to one at most
    number = usual * luck.uniform(0.7, most)
    low, high = row.minimum, row.maximum
    number = number if high is None or number <= high else usual
    number = number if low is None or number >= low else usual
    return max(1, round(number)) if row.type == "int" and usual else number


def rows() -> list[Parameter]:
    """Parameters outside the cast that can have any value near their default."""
    return [
        row
        for row in parameters_table()
        if "<role>" not in row.path and not row.path.startswith(("network.edge_list", "seed", "replications"))
    ]


def role_rows(role: str) -> list[Parameter]:
    """Parameters of a role, except the number of its copies."""
    found = [row for row in parameters_table() if "<role>" in row.path and not row.path.endswith(".count")]
    return [replace(row, path=row.path.replace("<role>", role)) for row in found]
