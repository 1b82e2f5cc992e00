"""Waves of a panel: which of them is read."""

from __future__ import annotations

from sim.errors import printable
from sim.market.listed_ties import Listed
from sim.market.tie_tables import WHOLE

ALL_WAVES = "all"
MOST_WAVES = 12  # of a column of times; with more they are moments


def choose_wave(listed: Listed, wave: str | None, field: str) -> int:
    """Keep the ties of one wave, and return how many rows belong to others; ``field`` is the parameter that says it."""
    _time_as_wave(listed)
    cells = listed.columns.get("wave")
    if cells is None:
        if wave is not None and wave != ALL_WAVES:
            raise listed.fault(field, f"found '{printable(wave)}'; there is no column wave", None)
        return 0
    found = list(dict.fromkeys(_wave(cell) for cell in cells))
    shown = printable(", ".join(found), 120)
    if wave is None and len(found) > 1:
        raise listed.fault(
            "wave", f"found {len(found)} waves ({shown}); choose one with {field}, or all to merge them", None
        )
    if wave is None or wave == ALL_WAVES:
        if len(found) > 1:
            listed.notes.insert(0, f"{len(found)} waves merged, and where they differ the one listed last counts")
        return 0
    if _wave(wave) not in found:
        raise listed.fault(field, f"found '{printable(wave)}'; expected one of {shown or 'none'}, or all", None)
    rows = [row for row, cell in enumerate(cells) if _wave(cell) == _wave(wave)]
    listed.keep(rows)
    listed.notes.insert(0, f"wave {printable(_wave(wave), 40)} of {len(found)}")
    return len(cells) - len(rows)


def _time_as_wave(listed: Listed) -> None:
    """Take a column of times for waves where it repeats a few values and a tie stands at several of them."""
    times = listed.columns.pop("time", None)
    if times is None:
        return
    seen = set(zip(listed.ends, times, strict=True))
    again = len({ends for ends, _ in seen}) < len(seen)
    if "wave" not in listed.columns and again and 1 < len(set(times)) <= MOST_WAVES:
        listed.columns["wave"] = times
    else:
        listed.unused.append("time")


def _wave(cell: str) -> str:
    """Write a wave in one way: pandas makes 1.0 of 1."""
    return cell.split(".")[0] if WHOLE.fullmatch(cell) else cell
