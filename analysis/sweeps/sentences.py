"""The rates of a sweep as a table for the terminal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from sim.scenario.parameter_spec import written
from sim.scenario.quantities import CHANNELS

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.sweep import Sweep

MOST = 40  # lines that a reader still looks through


def rates_text(sweep: Sweep, rates: pd.DataFrame) -> str:
    """Write a line for each point: its values, and what the sweep asks for (or the response rates) with intervals.

    Parameters
    ----------
    sweep : Sweep
        Says what is varied and asked for.
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
    return f"{text}\n... and {rest} points more, in rates.csv" if rest > 0 else text


def _cell(row: Mapping[Hashable, object] | None) -> str:
    """Write value and interval; shares in percent."""
    if row is None or row["value"] != row["value"]:
        return "-"
    share = row["unit"] == "share"
    value, low, high = (float(str(row[name])) * (100 if share else 1) for name in ("value", "low", "high"))
    if low != low:
        return f"{value:.2f} %" if share else f"{value:.4g}"
    return f"{value:.2f} % ({low:.2f} to {high:.2f})" if share else f"{value:.4g} ({low:.4g} to {high:.4g})"
