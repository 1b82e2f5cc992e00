"""Numbers as people read them, and the sentences that charts and reports open with, made from the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.scenario.quantities import CHANNELS, STAGES

STAGE_LABELS = {"sent": "Sent", **STAGES}

NOTHING = "–"

# Units that are written behind a number; ratios, counts and scores have none.
_WRITTEN = {"days": "days", "hours": "hours", "sd": "SD"}


def unit_name(unit: str, *, change: bool = False) -> str:
    """Return the unit of values, or of changes of them, as an axis names it."""
    if unit == "share":
        return "percentage points" if change else "%"
    return _WRITTEN.get(unit, unit)


def suffix(unit: str, *, change: bool = False) -> str:
    """Return what is written behind a value, or behind a change: a space and the unit, or nothing."""
    if unit == "share":
        return " points" if change else " %"
    return f" {_WRITTEN[unit]}" if unit in _WRITTEN else ""


def label(channel: str) -> str:
    """Return the name of a channel for a chart or table."""
    return CHANNELS[channel].label if channel in CHANNELS else channel.capitalize()


def plural(channel: str) -> str:
    """Return the applications of a channel in words."""
    return CHANNELS[channel].plural if channel in CHANNELS else f"applications by {channel}"


def number(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits, thousands set apart, never in powers of ten."""
    if not math.isfinite(value):
        return NOTHING if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(decimals, 6)}f}"


def significant(value: float, digits: int = 2) -> str:
    """Write a number rounded to so many significant digits, without zeros at its end: 0.5, 8, 42, 270, 1,300.

    What is nearer to 0 than 1e-9 is the rounding of a computer, and 0.
    """
    if not math.isfinite(value) or abs(value) < 1e-9:
        return number(0.0 if math.isfinite(value) else value)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.{max(0, places)}f}".rstrip("0").rstrip(".") if places > 0 else f"{rounded:,.0f}"


def confidence(level: float) -> str:
    """Write the confidence of an interval, with two digits of the chance to miss: 95 %, 99.9 %, 99.67 %."""
    missed = 100 * (1 - level)
    places = max(0, 1 - math.floor(math.log10(missed))) if missed > 0 else 0
    return f"{round(100 * level, places):.12g} %"


def percent(share: float, decimals: int | None = None) -> str:
    """Write a share as a percentage: one decimal from ten on, else two."""
    if math.isnan(share):
        return NOTHING
    return f"{_hundredfold(share, decimals)} %"


def percent_range(low: float, high: float) -> str:
    """Write an interval of shares as percentages, both ends with the same decimals."""
    if math.isnan(low) or math.isnan(high):
        return NOTHING
    decimals = 1 if abs(high) >= 0.1 else 2
    between = " to " if low < 0 else "–"
    return f"{_hundredfold(low, decimals)}{between}{_hundredfold(high, decimals)} %"


def _hundredfold(share: float, decimals: int | None) -> str:
    if decimals is None:
        decimals = 1 if abs(share) >= 0.1 else 2
    return f"{100 * share:.{decimals}f}"


def points(effect: float) -> str:
    """Write a difference of shares in percentage points, always with its sign."""
    if math.isnan(effect):
        return NOTHING
    text = f"{100 * effect:+.{1 if abs(effect) >= 0.1 else 2}f}"
    return text if float(text) else text[1:]


def band(low: float, high: float, unit: str = "share", *, change: bool = False) -> str:
    """Write the ends of a band as short as they were given; with `change`, of differences of the unit."""
    if math.isnan(low) or math.isnan(high):
        return NOTHING
    between = " to " if low < 0 else "–"
    scale = 100 if unit == "share" else 1
    return f"{scale * low:g}{between}{scale * high:g}{suffix(unit, change=change)}"


def amount(value: float, unit: str, *, change: bool = False) -> str:
    """Write a value of a named quantity in its unit; with `change`, a difference of two such values."""
    if unit == "share":
        return NOTHING if math.isnan(value) else _hundredfold(value, None) + suffix(unit, change=change)
    return number(value) + suffix(unit)


def amount_range(low: float, high: float, unit: str, *, change: bool = False) -> str:
    """Write an interval of a named quantity in its unit; with `change`, of a difference of two such values."""
    if unit == "share":
        return percent_range(low, high).replace(" %", suffix(unit, change=change))
    between = " to " if low < 0 else "–"
    return NOTHING if math.isnan(low) else f"{number(low)}{between}{number(high)}{suffix(unit)}"


def method(rates: pd.DataFrame) -> str:
    """Say how the intervals of a table of rates were made."""
    found = list(dict.fromkeys(rates.loc[(rates["n"] > 0) & (rates["method"] != ""), "method"].astype(str)))
    # An effective number differs from rate to rate, so it is left to the table.
    wilson = [name for name in found if "effective number" in name]
    plain = [name for name in found if name not in wilson]
    if not wilson:
        return joined(plain) if plain else "nothing to count"
    return joined([*plain, f"Wilson with effective numbers{' where events are few' if plain else ''}"])


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def out_of(share: float, what: str) -> str:
    """Say a share as a count out of 100, or of as many as it takes to see one."""
    if share == 0:
        return f"none of the {what}"
    base = next(base for base in (100, 1000, 10_000, 100_000, 10**6, 10**9) if share * base >= 0.95)
    return f"{share * base:.0f} of {base:,} {what}"


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def byte_size(count: float) -> str:
    """Write a number of bytes."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def duration(seconds: float) -> str:
    """Write a time in two units at most."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"
