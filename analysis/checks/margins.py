"""Margins: the difference that matters in each quantity, and whether replications can decide at it.

A margin says what matters to whoever uses the quantity, never what the replications happen to resolve. It is the
smaller of a tenth of the quantity (a share: of the smaller of share and complement) and what a band of the evidence
allows: the distance that keeps a published band met. Where the replications cannot decide at it, we say how many would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.checks import power
from analysis.checks.drift import FALSE_ALARM, FAMILY, student
from analysis.claims.evidence import evidence
from analysis.tables.clusters import Floats
from sim.scenario.quantity_names import declared

TENTH = 0.1
_LEAST_SHARE = 0.002
_MET = 0.99
"""Confidence with which a reference must say that a band is met, so that the band narrows the margin."""
_DIGITS = 3
FEWEST = 8
"""Replications with a value that a quantity needs to be held, where it is held in any case."""


def margin_for(values: Sequence[float] | Floats, unit: str, evidence_row: str = "") -> float | None:
    """Return the margin of a quantity.

    Parameters
    ----------
    values
        Its value in each replication, in its unit; NaN where there was nothing to count.
    unit
        Such as ``share`` or ``days``. For anything but a share the margin is a tenth of the mean's size.
    evidence_row
        Row of the evidence that publishes the same number; empty if there is none.

    Returns
    -------
    float or None
        In the unit of the values, rounded down to three digits. None where the mean is 0 and the unit no share.
    """
    known = _known(values)
    mean = float(known.mean())
    size = max(min(abs(mean), abs(1 - mean)), _LEAST_SHARE) if unit == "share" else abs(mean)
    return _rounded_down(min(TENTH * size, _allowed(known, evidence_row)))


def evidence_row_of(name: str) -> str:
    """Return the row of the evidence that a quantity is compared with; empty for patterns and where there is none."""
    declaration = declared(name)
    if declaration is None or not declaration.evidence:
        return ""
    return "" if evidence(declaration.evidence).role == "pattern" else declaration.evidence


def _allowed(known: Floats, evidence_row: str) -> float:
    """Return how far the mean may move and the band stays met; infinite where there is no band or it is not met."""
    if not evidence_row or len(known) < 2:
        return math.inf
    row, mean = evidence(evidence_row), float(known.mean())
    if row.low is None or row.high is None:
        return math.inf
    half = student(1 - _MET, len(known) - 1) * float(known.std(ddof=1)) / math.sqrt(len(known))
    room = min(mean - row.low, row.high - mean)
    return room if room > half else math.inf


def _rounded_down(margin: float) -> float | None:
    if not 0 < margin < math.inf:
        return None
    places = _DIGITS - 1 - math.floor(math.log10(margin))
    # A margin that is a round number but for the last bit stays that number.
    rounded = math.floor(margin * 10.0**places * (1 + 1e-12)) / 10.0**places
    return float(f"{rounded:.{_DIGITS}g}")


def spread_of(values: Sequence[float] | Floats) -> float:
    """Return the standard deviation between replications, of those with a value; NaN for fewer than two."""
    known = _known(values)
    return float(known.std(ddof=1)) if len(known) > 1 else math.nan


def needed(values: Sequence[float] | Floats, margin: float, quantities: int) -> int:
    """Return how many replications decide at a margin, going by the spread of these.

    The false-alarm rate is the usual one, shared with `drift.FAMILY` scenarios of as many quantities.
    """
    spread = spread_of(values)
    if not spread > 0:
        return power.replications_needed(math.inf, quantities, FALSE_ALARM, FAMILY)
    return power.replications_needed(margin / spread, quantities, FALSE_ALARM, FAMILY)


def _known(values: Sequence[float] | Floats) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return array[~np.isnan(array)]
