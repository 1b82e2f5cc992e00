"""Published patterns that any run can be compared with: findings that the model was not fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.claims.evidence import evidence, judged_row
from analysis.claims.judging import CONFIDENCE, Measured, check_claims, judgement, log_ratio
from analysis.claims.verdicts import Judgement
from analysis.errors import AnalysisError
from analysis.estimation import influence_functions
from analysis.tables import clusters
from analysis.tables.rows import need_columns, reached
from analysis.tables.tables import Tables
from sim.scenario.claims import RateClaim, RatioClaim

MARK = "pattern, not tuned on"


RATIOS = {
    "P1": ("referral.interview", "direct.interview"),
    "P2": ("referral.hire", "direct.hire"),
    # (hires by referral / all hires) / (referrals / all applications) is the ratio of the two hire rates.
    "P3": ("referral.hire", "all.hire"),
}
"""Evidence rows that are a ratio of two rates."""

DENOMINATORS = {
    "P1": "applications sent in the window, by channel",
    "P2": "applications sent in the window, by channel",
    "P3": "hires and applications of the window, of all channels",
    "P5": "hires of applications sent in the window",
    "P12": "hires of applications sent in the window; days from sending",
}
"""The patterns that any run can be compared with, and their denominators."""


def judge_pattern(name: str, tables: Tables, confidence: float = CONFIDENCE) -> Judgement:
    """Compare the tables with one of the patterns P1, P2, P3, P5 and P12."""
    if name in RATIOS:
        return _ratio(tables, name, confidence)
    return _contact_share(tables, confidence) if name == "P5" else _days_ratio(tables, confidence)


def pattern_rows(tables: Tables, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Compare the tables with the patterns P1, P2, P3, P5 and P12.

    Returns
    -------
    DataFrame
        The columns of :func:`analysis.claims.bands.against_evidence`, and ``unit`` and ``denominator``.
    """
    return pd.DataFrame(
        [_row(name, judge_pattern(name, tables, confidence), over) for name, over in DENOMINATORS.items()]
    )


def _band(name: str) -> tuple[float, float]:
    row = evidence(name)
    if row.low is None or row.high is None:
        raise AnalysisError(f"The evidence row {name} has no range.")
    return row.low, row.high


def _row(name: str, judged: Judgement, denominator: str) -> dict[str, object]:
    row = evidence(name)
    return judged_row(row, judged.claim, judged) | {"unit": row.unit, "denominator": denominator}


def _ratio(tables: Tables, name: str, confidence: float) -> Judgement:
    claim = RatioClaim(ratio=RATIOS[name], within=_band(name), confidence=confidence, source=f"evidence:{name}")
    (judged,) = check_claims(tables, [claim])
    return judged


def _hires(tables: Tables, channel: str | None = None) -> tuple[pd.DataFrame, clusters.Codes]:
    """Return the applications that ended in a hire, of one channel or of all, and their codes."""
    table = tables.eligible.table
    need_columns(table, ("accepted",), "A pattern of hires")
    rows = reached(table, "hire", tables.response_window)
    if channel is not None:
        rows &= np.asarray(table["channel"] == channel, dtype=bool)
    return table[rows], tables.application_codes.take(np.flatnonzero(tables.eligible.keep)[rows])


def _contact_share(tables: Tables, confidence: float) -> Judgement:
    claim = RateClaim(rate="contact_share_of_hires", within=_band("P5"), confidence=confidence, source="evidence:P5")
    return check_claims(tables, [claim])[0]


def _days_ratio(tables: Tables, confidence: float) -> Judgement:
    def measure() -> Measured:
        pair = []
        for channel in ("referral", "direct"):
            hires, codes = _hires(tables, channel)
            days = (hires["accepted"] - hires["sent"]).to_numpy(np.float64)
            pair.append(influence_functions.ratio(days, np.ones(len(days)), codes))
        if not all(influence.value > 0 for influence in pair):
            raise AnalysisError("One of the two channels has no hires.")
        return log_ratio(pair, confidence)

    return judgement("ratio", "days to hire, referral / direct", _band("P12"), confidence, "evidence:P12", measure)
