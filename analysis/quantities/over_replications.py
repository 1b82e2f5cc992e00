"""Value and interval of a quantity from its per-replication values alone, for when no tables are kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.estimation import influence_functions, intervals
from analysis.estimation.intervals import Interval
from analysis.quantities.catalogue import quantity
from analysis.tables.clusters import Codes, Floats

# Ratios of ratios and medians have no denominator to pool replications by.
_EACH_ALIKE = {"ratio", "median"}


def over_replications(name: str, n: Sequence[float], values: Sequence[float], level: float) -> dict[str, object]:
    """Summarise a quantity over replications.

    Parameters
    ----------
    name : str
        As in :func:`analysis.quantities.catalogue.quantity`.
    n, values : sequence of float
        Size of the denominator and value in each replication; NaN where there was nothing to count.
    level : float
        Confidence of the interval.

    Returns
    -------
    dict
        ``value``: for rates, shares and means the pooled value, each replication weighted by its denominator (as
        `referralsim run` prints it); for ratios and medians the mean of the replications' values.
        ``low`` and ``high``: its interval between replications, within [0, 1] for shares; NaN for fewer than two.
        ``confidence``, ``n``, ``replications`` (those with a value), ``between_sd`` and ``method``.
    """
    all_n, all_values = np.asarray(n, dtype=np.float64), np.asarray(values, dtype=np.float64)
    known = ~np.isnan(all_values)
    weights, some = all_n[known], all_values[known]
    what = quantity(name)
    influence = _influence(some, weights_of(name, weights))
    if len(some) < 2:
        bounds = Interval(float("nan"), float("nan"), "one replication" if len(some) else "nothing to count")
    elif what.scale == "median":
        bounds = intervals.plain_interval(influence, level, "replication")
    else:
        bounds = what.interval(influence, level)
    return {
        "value": influence.value,
        "low": bounds.low,
        "high": bounds.high,
        "confidence": level,
        "n": float(weights.sum()),
        "replications": len(some),
        "between_sd": intervals.between_sd(some),
        "method": bounds.method,
    }


def weights_of(name: str, n: Floats) -> Floats:
    """Return the weight of each replication: its denominator, or one where there is none to pool by."""
    return np.ones_like(n) if quantity(name).scale in _EACH_ALIKE else n


def _influence(values: Floats, weights: Floats) -> influence_functions.Influence:
    rows = np.arange(len(values), dtype=np.int64)
    size = len(values)
    return influence_functions.ratio(
        weights * values, weights, Codes(rows, rows, rows, rows, (size, size, size, size), rows)
    )
