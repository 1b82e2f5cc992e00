"""Rows of a normalised table: which ones a rate counts, which belong to a channel, which reached a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.tables.clusters import Bools
from analysis.tables.normalise import RESPONSE_WINDOW, ROUNDING, STAGE_TIME
from sim.errors import did_you_mean
from sim.scenario.quantities import ALL, STAGES


@dataclass(frozen=True)
class Eligible:
    """The rows that count, and why the others do not.

    Attributes
    ----------
    table
        Rows sent inside the observation window with their whole response window observed.
    keep
        Whether each row of the original table is kept.
    excluded
        Columns ``reason``, ``channel``, ``rows``.
    """

    table: pd.DataFrame
    keep: Bools
    excluded: pd.DataFrame

    def excluded_from(self, channel: str) -> int:
        """Return how many rows of a channel (or of ``all``) were left out."""
        rows = self.excluded if channel == ALL else self.excluded[self.excluded["channel"] == channel]
        return int(rows["rows"].sum())

    def text(self) -> str:
        """Say in a sentence what was left out."""
        counted = len(self.table)
        if self.excluded.empty:
            return f"All {counted:,} applications are counted."
        reasons = self.excluded.groupby("reason", sort=False)["rows"].sum()
        parts = "; ".join(f"{int(rows):,} {reason}" for reason, rows in reasons.items())
        return f"{counted:,} of {len(self.keep):,} applications are counted; left out: {parts}."


def eligible(table: pd.DataFrame, response_window: float = RESPONSE_WINDOW) -> Eligible:
    """Choose the rows that a rate counts: sent in the observation window and followed for the whole response window.

    A row whose response window was cut off is left out even if it has a response: keeping only those with one would
    raise the rate.

    Parameters
    ----------
    table
        A normalised table.
    response_window
        Days; named in the reason for leaving rows out.
    """
    # Each row gets the first reason that applies, so that the counts add up to the rows left out.
    reasons = (
        ("without a channel", table["channel"].isna().to_numpy()),
        ("without a time of sending", table["sent"].isna().to_numpy()),
        ("sent outside the observation window", ~table["in_window"].to_numpy(bool)),
        (
            f"whose {response_window:g} days for an answer were cut off by the end of observation",
            table["censored"].to_numpy(bool),
        ),
    )
    keep = np.ones(len(table), dtype=bool)
    rows: list[dict[str, object]] = []
    for reason, applies in reasons:
        out = keep & applies
        keep &= ~applies
        if out.any():
            counts = table["channel"].to_numpy()[out]
            names, numbers = np.unique(counts.astype(str), return_counts=True)
            rows += [
                {"reason": reason, "channel": name, "rows": int(number)}
                for name, number in zip(names, numbers, strict=True)
            ]
    excluded = pd.DataFrame(rows, columns=["reason", "channel", "rows"])
    return Eligible(table if keep.all() else table[keep], keep, excluded)


def recorded_stages(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the stages this table has a column for, in order."""
    return tuple(stage for stage in STAGES if STAGE_TIME[stage] in table.columns)


def channels(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the channels of a normalised table: the known ones first, in their usual order."""
    return tuple(str(name) for name in table["channel"].cat.categories)


def in_channel(table: pd.DataFrame, channel: str) -> Bools:
    """Return which rows belong to a channel; all rows for ``all``."""
    if channel == ALL:
        return np.ones(len(table), dtype=bool)
    return np.asarray(table["channel"] == channel, dtype=bool)


def reached(table: pd.DataFrame, stage: str, response_window: float = RESPONSE_WINDOW) -> Bools:
    """Return which rows reached a stage.

    Parameters
    ----------
    table
        A normalised table.
    stage
        ``sent``, ``read``, ``response``, ``interview``, ``offer`` or ``hire``.  A response counts only within
        ``response_window`` days of sending; the later stages count whenever they came before the end of the
        run.

    Raises
    ------
    AnalysisError
        If the stage is unknown or the table has no column for it.
    """
    column = STAGE_TIME.get(stage)
    if column is None:
        near = did_you_mean(str(stage), STAGE_TIME)
        raise AnalysisError(f"There is no stage '{stage}'; stages are {', '.join(STAGE_TIME)}{near or '.'}")
    if column not in table.columns:
        raise AnalysisError(f"This table does not record '{stage}': it has no column '{column}'.")
    times = table[column].to_numpy(np.float64, na_value=np.nan)
    if stage == "response":
        lag = times - table["sent"].to_numpy(np.float64, na_value=np.nan)
        return np.asarray(lag <= response_window + ROUNDING, dtype=bool)
    return np.asarray(~np.isnan(times), dtype=bool)


def need_columns(table: pd.DataFrame, names: Sequence[str], purpose: str, *, typed: bool = False) -> None:
    """Raise an :class:`AnalysisError` that names the columns a table lacks; of names typed by a user, the nearest."""
    missing = [name for name in names if name not in table.columns]
    if missing:
        near = did_you_mean(missing[0], map(str, table.columns)) if typed else ""
        raise AnalysisError(
            f"{purpose} needs the column {', '.join(missing)}, which this table does not have{near or '.'}"
        )
