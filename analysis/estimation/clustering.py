"""How much rows of one person, or of one opening, resemble each other, and what that costs in precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.estimation.influence_functions import TWO_WAYS, Influence, covariance
from analysis.estimation.rates import stage_influence
from analysis.tables.rows import channels
from analysis.tables.tables import Source, load

COLUMNS = ("channel", "stage", "way", "n", "groups", "largest", "icc", "design_effect")


def clustering(
    source: Source,
    stages: Sequence[str] | str = ("response", "interview"),
    response_window: float | None = None,
) -> pd.DataFrame:
    """Return how much rows of one person, or of one opening, resemble each other, and what that costs.

    Parameters
    ----------
    source, response_window
        As in :func:`analysis.estimation.rates.rates`.
    stages
        Stages to look at.

    Returns
    -------
    DataFrame
        Columns channel, stage, way (``person``, ``opening``), n, groups, largest (rows of the largest group), icc (the
        intraclass correlation, by analysis of variance: Donner 1986; NaN where no two rows share a group or all rows
        are alike), design_effect (variance clustered this way over that of independent rows: Kish 1965).
    """
    tables = load(source, response_window=response_window)
    rows = []
    for channel in channels(tables.applications):
        for stage in [stages] if isinstance(stages, str) else list(stages):
            influence = stage_influence(tables, channel, stage)
            rows += [{"channel": channel, "stage": stage, "way": way, **_row(influence, way)} for way in TWO_WAYS]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(influence: Influence, way: Literal["person", "opening"]) -> dict[str, object]:
    codes, size = influence.codes.of(way)
    sizes = np.bincount(codes, minlength=size)
    sizes, n = sizes[sizes > 0], influence.n
    binomial = influence.value * (1 - influence.value) / n if n > 0 else float("nan")
    largest = int(sizes.max(initial=0))
    row: dict[str, object] = {"n": int(n), "groups": len(sizes), "largest": largest}
    if largest < 2 or not binomial > 0 or len(sizes) < 2:
        return {**row, "icc": float("nan"), "design_effect": 1.0 if largest == 1 and binomial > 0 else float("nan")}
    sums = np.bincount(codes, weights=influence.rows * n, minlength=size)
    sums = sums[np.bincount(codes, minlength=size) > 0]
    between = float((sums**2 / sizes).sum())
    within = influence.value * (1 - influence.value) * n - between
    mean_between, mean_within = between / (len(sizes) - 1), within / (n - len(sizes))
    typical = (n - float((sizes**2).sum()) / n) / (len(sizes) - 1)
    icc = (mean_between - mean_within) / (mean_between + (typical - 1) * mean_within)
    variance = covariance([influence], way).variance([1.0])
    return {**row, "icc": icc, "design_effect": variance / binomial}
