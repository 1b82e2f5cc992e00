"""Quantities as people write them: ``12 weeks``, ``3%``, ``2.5 per week``, ``90 minutes``, ``1000 per year``.

A plain number is in the unit that the parameter declares. A text with a unit is converted to it; a unit of another
dimension is an error. A year has 365 days, and a month is a twelfth of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from sim.errors import did_you_mean, printable

MINUTE = Fraction(1, 1440)
HOUR = Fraction(1, 24)
DAY = Fraction(1)
WEEK = Fraction(7)
YEAR = Fraction(365)
MONTH = YEAR / 12

# Length in days of every word for a time. "m" is left out: it means minute to some and month to others.
TIMES: dict[str, Fraction] = {
    "minute": MINUTE,
    "minutes": MINUTE,
    "min": MINUTE,
    "mins": MINUTE,
    "hour": HOUR,
    "hours": HOUR,
    "h": HOUR,
    "hr": HOUR,
    "hrs": HOUR,
    "day": DAY,
    "days": DAY,
    "d": DAY,
    "week": WEEK,
    "weeks": WEEK,
    "w": WEEK,
    "month": MONTH,
    "months": MONTH,
    "year": YEAR,
    "years": YEAR,
    "y": YEAR,
}
EMPLOYEE = ("employee", "employees")

# Words that may follow a number without changing it, by unit.
NOUNS: dict[str, tuple[str, ...]] = {
    "people": ("people", "person", "persons", "employees", "employee"),
    "ties": ("ties", "tie"),
    "sd": ("sd",),
    "field widths": ("field widths", "field width"),
}
# Units without a dimension for which a percentage means a hundredth.
SHARES = ("share", "correlation", "strength", "familiarity", "precision weight")

_NOUN_OF: dict[str, str] = {
    "days": "a time in days",
    "hours": "a time in hours",
    "hours per week": "hours per week",
    "share": "a share",
    "correlation": "a correlation",
    "strength": "a strength",
    "familiarity": "a familiarity",
    "precision weight": "a weight",
    "per week": "a rate per week",
    "per employee per week": "a rate per employee per week",
    "people": "a number of people",
    "ties": "a number of ties",
    "sd": "a number of standard deviations",
    "score": "a score",
    "ratio": "a ratio",
}
_EXAMPLES: dict[str, str] = {
    "days": "12 weeks or 84",
    "hours": "90 minutes or 1.5",
    "hours per week": "6 hours per week or 6",
    "per week": "3% per week, 1.5 per year or 0.03",
    "per employee per week": "0.2% per week, 0.1 per year or 0.002",
}

# Values in examples for parameters without a default.
_USUAL: dict[str, float] = {"share": 0.3, "strength": 0.5, "familiarity": 0.5, "goodwill": 0.5, "ties": 50.0}

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_QUANTITY = re.compile(rf"({NUMBER})\s*(\D.*)?")
_COMMA = re.compile(r"[0-9],[0-9]")


class UnitError(ValueError):
    """A text is not a quantity of the wanted unit; the message says why in a few words, or is empty."""


def parse_quantity(text: str, unit: str) -> float:
    """Read a quantity and convert it to a unit.

    Parameters
    ----------
    text : str
        A number, alone or followed by its unit.
    unit : str
        The unit wanted, one of those in ``sim.scenario.parameters.Unit`` (or ``ratio``).

    Returns
    -------
    float
        The quantity in that unit, rounded once.

    Raises
    ------
    UnitError
        If the text is no number, or its unit is not one for ``unit``.
    """
    try:
        return float(exact_quantity(text, unit))
    except OverflowError:
        raise UnitError("too large for any computer number") from None


def exact_quantity(text: str, unit: str) -> Fraction:
    """Read a quantity as :func:`parse_quantity` does, without rounding: no digit of a large seed is lost."""
    # Any quantity fits into 120 characters; a longer text is a mistake.
    found = _QUANTITY.fullmatch(text.strip()) if len(text) <= 120 else None
    if _COMMA.search(text):
        raise UnitError("write 1000 for a thousand and 0.5 for a half, without commas")
    if found is None:
        raise UnitError("")
    words = _words(found[2] or "")
    return Fraction(found[1]) * (_factor(words, unit) if words else 1)


def _words(text: str) -> str:
    """Write a unit in one form: lower case, ``%``, and ``per`` for a slash."""
    lowered = text.lower().replace("per cent", "%").replace("percent", "%").replace("/", " per ").replace("%", " % ")
    return " ".join(lowered.split())


def _factor(words: str, unit: str) -> Fraction:
    """Return the factor that converts from the unit in words to ``unit``."""
    numerator, *denominators = (part.strip() for part in re.split(r"\bper\b", words))
    if unit in ("days", "hours") and not denominators:
        return _time(numerator) / (DAY if unit == "days" else HOUR)
    if unit == "hours per week" and len(denominators) == 1:
        return (_time(numerator) / HOUR) / (_time(denominators[0]) / WEEK)
    if unit in ("per week", "per employee per week") and numerator in ("", "%"):
        if unit == "per employee per week":
            denominators = _without_employee(denominators)
        if len(denominators) == 1:
            return (Fraction(1, 100) if numerator else Fraction(1)) / (_time(denominators[0]) / WEEK)
    if unit in SHARES and words == "%":
        return Fraction(1, 100)
    if words in NOUNS.get(unit, ()):
        return Fraction(1)
    raise UnitError(_misspelt(words.replace("%", "").split(), unit))


def _without_employee(denominators: list[str]) -> list[str]:
    """Drop one ``employee`` from a list of denominators."""
    others = [part for part in denominators if part not in EMPLOYEE]
    return others if len(denominators) - len(others) <= 1 else denominators


def _time(word: str) -> Fraction:
    if word not in TIMES:
        raise UnitError(_misspelt(word.split(), "days"))
    return TIMES[word]


def _misspelt(words: Iterable[str], unit: str) -> str:
    """Name the first unknown word and the nearest known one; empty if all are known."""
    known = [*TIMES, "per", *EMPLOYEE, *NOUNS.get(unit, ())]
    for word in words:
        if word.isalpha() and word not in known:
            long_enough = [candidate for candidate in known if len(candidate) > 2]
            return f"'{printable(word, 20)}' is not a unit here{did_you_mean(word, long_enough)}"
    return ""


def describe(unit: str, *, whole: bool = False) -> str:
    """Describe in words the values of a parameter of this unit."""
    if unit == "switch":
        return "on or off"
    if unit == "text":
        return "text"
    if unit == "label":
        return "a text or a whole number"
    noun = _NOUN_OF.get(unit, "a number")
    return noun.replace("a number", "a whole number") if whole else noun


def example(unit: str, default: object) -> str:
    """Write a value of this unit in one or two valid ways."""
    if default is None:
        default = _USUAL.get(unit, 1.0)
    if unit == "share" and isinstance(default, float):
        return f"{100 * default:g}% or {default:g}"
    return _EXAMPLES.get(unit) or (f"{default:g}" if isinstance(default, float) else str(default))


def pattern(unit: str) -> str | None:
    """Return a regular expression (as JSON Schema writes them) for texts that ``parse_quantity`` accepts.

    It is meant for editors and knows the usual spellings of each unit, not all.
    """
    times = "(minutes?|mins?|hours?|h|hrs?|days?|d|weeks?|w|months?|years?|y)"
    percent = "(%|percent|per cent)"
    per = r"( *(per|/) *)"
    tails = {
        "days": times,
        "hours": times,
        "hours per week": times + per + times,
        "per week": f"{percent}?{per}{times}",
        "per employee per week": f"{percent}?({per}employee)?{per}{times}",
        **dict.fromkeys(SHARES, percent),
        **{noun: "(" + "|".join(words) + ")" for noun, words in NOUNS.items()},
    }
    tail = tails.get(unit)
    return rf"^{NUMBER} *{tail}$" if tail else None


ON, OFF = "on", "off"
"""How files and people write a switch."""


def switch_word(value: object) -> str:
    """Return how a switch is written."""
    return ON if value else OFF
