"""Rates compared with published bands."""

from __future__ import annotations

import pandas as pd

from analysis.claims.evidence import evidence, judged_row, load_evidence
from analysis.claims.judging import CONFIDENCE, check_claims, judge_band
from analysis.claims.pattern_ratios import pattern_rows
from analysis.quantities.catalogue import quantity
from analysis.tables.tables import Source, Tables, load
from sim.scenario.claims import RateClaim
from sim.scenario.quantities import CHANNELS, MARKET, RATES


def against_evidence(source: Source, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Compare the tables with the seed bands and the calibration rows of ``evidence.csv``.

    Returns
    -------
    DataFrame
        Columns evidence, quantity, name, value, low, high, band_low, band_high, published, verdict, n,
        replications, citation, note; one row for each evidence row that a named quantity measures.
    """
    tables = load(source)
    measured = {declared.evidence: name for name, declared in (*MARKET.items(), *RATES.items()) if declared.evidence}
    rows = []
    for row in load_evidence():
        # Patterns have a command of their own.
        if row.role == "pattern" or row.id not in measured or row.low is None or row.high is None:
            continue
        judged = judge_band(tables, measured[row.id], (row.low, row.high), confidence, f"evidence:{row.id}")
        rows.append(judged_row(row, measured[row.id], judged))
    return pd.DataFrame(rows)


def seed_bands(tables: Tables) -> pd.DataFrame:
    """Compare each channel's response rate with its published band, at 99 % confidence."""
    rows = []
    for channel in CHANNELS:
        rate = RATES[f"{channel}.response"]
        row = evidence(rate.evidence)
        if row.low is None or row.high is None:
            continue
        claim = RateClaim(rate=rate.name, within=(row.low, row.high), source=f"evidence:{row.id}")
        (judged,) = check_claims(tables, [claim])
        rows.append(
            {
                "channel": channel,
                "band_low": row.low,
                "band_high": row.high,
                "verdict": judged.verdict,
                "confidence": judged.confidence,
                "low": judged.low,
                "high": judged.high,
                "source": row.source,
            }
        )
    return pd.DataFrame(rows)


def published_table(tables: Tables) -> pd.DataFrame:
    """Compare this run with every published number it can; ``tuned`` marks those that parameters were fitted to.

    Returns
    -------
    DataFrame
        The columns of :func:`analysis.claims.bands.against_evidence`, and unit, denominator, tuned.
    """
    known = against_evidence(tables)
    own = [quantity(str(name)) for name in known["name"]]
    known = known.assign(
        unit=[measurement.unit for measurement in own], denominator=[measurement.denominator for measurement in own]
    )
    patterns = pattern_rows(tables)
    rows = pd.concat([known, patterns[~patterns["evidence"].isin(known["evidence"])]], ignore_index=True)
    rows["tuned"] = [evidence(str(name)).role != "pattern" for name in rows["evidence"]]
    order = {row.id: at for at, row in enumerate(load_evidence())}
    return rows.sort_values("evidence", key=lambda names: names.map(order), kind="stable", ignore_index=True)
