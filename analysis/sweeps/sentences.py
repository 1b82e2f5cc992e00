"""A sweep for a terminal: its rates as a table, and how far it is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from analysis.presentation.wording import duration
from sim.scenario.parameter_spec import written
from sim.scenario.quantities import CHANNELS

if TYPE_CHECKING:
    import pandas as pd

    from analysis.sweeps.status import Status
    from sim.experiments.sweep import Sweep

MOST = 40  # rows that are shown


def rates_text(sweep: Sweep, rates: pd.DataFrame) -> str:
    """Lay out a row per point: its values, and the quantities the sweep asks for, else response rates, with intervals.

    Parameters
    ----------
    sweep : Sweep
        The design.
    rates : DataFrame
        As in ``rates.parquet``.
    """
    shown = sweep.outcomes or tuple(f"{channel}.response" for channel in CHANNELS)
    varied = [factor.path for factor in sweep.factors]
    by_point = {(row["point"], row["name"]): row for row in rates.to_dict("records")}
    lines = [["point", *varied, *shown]]
    for point in sweep.points[:MOST]:
        cells = [_cell(by_point.get((point.number, name))) for name in shown]
        lines.append([str(point.number), *(written(point.values[path], ".6g") for path in varied), *cells])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
    rest = len(sweep.points) - MOST
    return f"{text}\n... and {rest} more points in rates.csv" if rest > 0 else text


def _cell(row: Mapping[Hashable, object] | None) -> str:
    """Write value and interval; shares in percent."""
    if row is None or row["value"] != row["value"]:
        return "-"
    share = row["unit"] == "share"
    value, low, high = (float(str(row[name])) * (100 if share else 1) for name in ("value", "low", "high"))
    if low != low:
        return f"{value:.2f} %" if share else f"{value:.4g}"
    return f"{value:.2f} % ({low:.2f} to {high:.2f})" if share else f"{value:.4g} ({low:.4g} to {high:.4g})"


def status_text(status: Status) -> str:
    """Write the status of a sweep in a few lines."""
    complete = sum(count >= status.points for count in status.rounds)
    most = f" (up to {status.most})" if status.most > status.wanted else ""
    done = f"{status.done} of {status.wanted}{most} runs done, {status.failed} failed"
    lines = [
        f"{status.name}: {status.title or 'no title'}",
        f"{done}; {status.points} points, {complete} rounds complete",
    ]
    lines.extend(
        f"  round {number}: {count} of {status.points}"
        for number, count in enumerate(status.rounds, 1)
        if count < status.points
    )
    if status.last is None:
        lines.append("No run has finished yet.")
    else:
        line = f"Last run finished {duration(status.last)} ago; {status.speed:.2g} runs/s over the last minutes"
        if status.left and status.done + status.failed < status.wanted:
            line += f"; {duration(status.left)} left at this speed"
        lines.append(line)
    lines.extend(f"Store: {sentence}" for sentence in status.remarks)
    return "\n".join(lines)
