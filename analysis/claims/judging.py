"""What a scenario claims of its results, and whether the data say so: holds, fails or undecided.

A band holds when the whole interval at the claim's confidence lies inside it, fails when the whole interval
lies outside, and is undecided otherwise: more replications would decide.  Nothing is decided by the point
estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import pandas as pd

from analysis.claims.verdicts import Verdict, verdict
from analysis.errors import AnalysisError
from analysis.estimation.influence_functions import Influence
from analysis.estimation.intervals import FEW
from analysis.estimation.rates import pair_covariance
from analysis.quantities.catalogue import quantity
from analysis.tables.tables import Source, Tables, load

CONFIDENCE = 0.99


class Claim(Protocol):
    """What every claim of a scenario has; a claim also has one of ``rate``, ``order``, ``ratio`` and ``difference``."""

    @property
    def confidence(self) -> float:
        """Confidence with which the data must say so."""
        ...

    @property
    def source(self) -> str:
        """Where the claim comes from."""
        ...


@dataclass(frozen=True)
class Judgement:
    """A claim and what the data say of it.

    Attributes
    ----------
    kind
        ``rate``, ``order``, ``ratio`` or ``difference``.
    claim
        The claim in words.
    verdict
        ``holds``, ``fails`` or ``undecided``.
    value, low, high
        Number and interval; for an order the smallest step between neighbours, in the unit of the quantities.
    within
        The band, or (0, inf) for the steps of an order.
    n
        Size of the (smallest) denominator.
    replications
        Replications the interval was made from.
    confidence, source, method
        Confidence of the interval, where the claim comes from, how the interval was made.
    note
        Why there is no number, where there is none.
    """

    kind: str
    claim: str
    verdict: Verdict
    value: float
    low: float
    high: float
    within: tuple[float, float]
    n: float
    replications: int
    confidence: float
    source: str
    method: str
    note: str = ""

    def text(self) -> str:
        """Say the verdict in a sentence."""
        if self.note:
            return f"{self.claim}: {self.verdict}. {self.note}"
        return (
            f"{self.claim}: {self.verdict}; measured {self.value:.4g} "
            f"({100 * self.confidence:g} % interval {self.low:.4g} to {self.high:.4g}, n = {self.n:,.0f})."
        )


def check_claims(
    source: Source,
    claims: Iterable[Claim] | None = None,
    *,
    response_window: float | None = None,
) -> tuple[Judgement, ...]:
    """Judge the claims of a scenario on the tables of a run.

    Parameters
    ----------
    source
        A run, a run folder or tables.
    claims
        What ``scenario.expect`` holds; by default those of the run's own scenario.

    Raises
    ------
    AnalysisError
        If no claims are given and the source has no scenario.
    """
    if claims is None:
        scenario = getattr(source, "scenario", None)
        if scenario is None:
            raise AnalysisError("These tables come without a scenario; give the claims to check.")
        claims = scenario.expect
    tables = load(source, response_window=response_window)
    return tuple(_judge(tables, claim) for claim in claims)


def judgements_table(judgements: Sequence[Judgement]) -> pd.DataFrame:
    """Return one row per claim, with the attributes of :class:`Judgement` as columns and the band in two."""
    return pd.DataFrame(
        [
            {
                "kind": one.kind,
                "claim": one.claim,
                "verdict": one.verdict,
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "band_low": one.within[0],
                "band_high": one.within[1],
                "n": one.n,
                "replications": one.replications,
                "confidence": one.confidence,
                "source": one.source,
                "method": one.method,
                "note": one.note,
            }
            for one in judgements
        ],
        columns=[
            "kind",
            "claim",
            "verdict",
            "value",
            "low",
            "high",
            "band_low",
            "band_high",
            "n",
            "replications",
            "confidence",
            "source",
            "method",
            "note",
        ],
    )


def _judge(tables: Tables, claim: Claim) -> Judgement:
    confidence = float(claim.confidence)
    forms = ("rate", "order", "ratio", "difference")
    rate, order, ratio, difference = (getattr(claim, name, None) for name in forms)
    if rate is not None:
        return judge_band(tables, str(rate), _within(claim), confidence, claim.source)
    if order is not None:
        return _order(tables, [str(name) for name in order], confidence, claim.source)
    if ratio is not None:
        first, second = (str(name) for name in ratio)
        return _ratio(tables, (first, second), _within(claim), confidence, claim.source)
    if difference is not None:
        first, second = (str(name) for name in difference)
        return _apart(tables, (first, second), _within(claim), confidence, claim.source)
    raise AnalysisError(f"A claim names a rate, an order, a ratio or a difference; this one names none: {claim!r}.")


def _within(claim: Claim) -> tuple[float, float]:
    low, high = cast("tuple[float, float]", claim.within)  # type: ignore[attr-defined]  # of all but order claims
    return float(low), float(high)


def _unknown(
    kind: str,
    words: str,
    band: tuple[float, float],
    confidence: float,
    source: str,
    note: str,
) -> Judgement:
    nan = float("nan")
    return Judgement(kind, words, "undecided", nan, nan, nan, band, 0, 0, confidence, source, "", note)


def _judgement(
    kind: str,
    words: str,
    said: Verdict,
    found: tuple[float, float, float, str],
    band: tuple[float, float],
    influences: Sequence[Influence],
    confidence: float,
    source: str,
) -> Judgement:
    """Put a judgement together; `found` is the number, its interval and how that was made."""
    value, low, high, method = found
    n = min(one.n for one in influences)
    replications = min(one.codes.groups("replication") for one in influences)
    return Judgement(kind, words, said, value, low, high, band, n, replications, confidence, source, method)


def _measure(tables: Tables, name: str) -> Influence:
    influence = quantity(name).measure(tables)
    if not influence.n > 0:
        raise AnalysisError(f"There is nothing to count for {name} ({quantity(name).denominator}).")
    return influence


def judge_band(
    tables: Tables,
    name: str,
    band: tuple[float, float],
    confidence: float,
    source: str,
) -> Judgement:
    """Judge whether a quantity lies within a band."""
    words = f"{name} within {band[0]:g} to {band[1]:g}"
    try:
        influence = _measure(tables, name)
    except AnalysisError as problem:
        return _unknown("rate", words, band, confidence, source, str(problem))
    bounds = quantity(name).interval(influence, confidence)
    said = verdict(bounds.low, bounds.high, band)
    found = (influence.value, bounds.low, bounds.high, bounds.method)
    return _judgement("rate", words, said, found, band, [influence], confidence, source)


def _order(tables: Tables, names: Sequence[str], confidence: float, source: str) -> Judgement:
    """Judge that each quantity is larger than the next.

    The order holds when every step is above zero at the confidence (no correction: all must hold), and fails
    when any one is below zero at a confidence corrected for the number of steps (Bonferroni).
    """
    words = " > ".join(names)
    band = (0.0, float("inf"))
    try:
        influences = [_measure(tables, name) for name in names]
    except AnalysisError as problem:
        return _unknown("order", words, band, confidence, source, str(problem))
    corrected = 1 - (1 - confidence) / (len(names) - 1)
    steps = []
    for place in range(len(names) - 1):
        pair, called = influences[place : place + 2], names[place : place + 2]
        steps.append((*difference_interval(called, pair, confidence), difference_interval(called, pair, corrected)[2]))
    if any(highest < 0 for *_, highest in steps):
        said: Verdict = "fails"
    elif all(low > 0 for _, low, *_ in steps):
        said = "holds"
    else:
        said = "undecided"
    # The step that decides: the one whose interval reaches lowest.
    value, low, high, method, _ = min(steps, key=lambda step: step[1] if not np.isnan(step[1]) else -np.inf)
    return _judgement("order", words, said, (value, low, high, method), band, influences, confidence, source)


def difference_interval(
    names: Sequence[str],
    pair: Sequence[Influence],
    level: float,
) -> tuple[float, float, float, str]:
    """Return the first of two quantities less the second, its interval and how that was made.

    Paired by replication where there are several; from the limits of both sides where events are few.
    """
    a, b = pair
    value = a.value - b.value
    if _sparse(names, pair):
        ends = [quantity(name).interval(one, level) for name, one in zip(names, pair, strict=True)]
        below = float(np.hypot(a.value - ends[0].low, ends[1].high - b.value))
        above = float(np.hypot(ends[0].high - a.value, b.value - ends[1].low))
        return value, value - below, value + above, "limits of both sides, few events"
    cov, label = pair_covariance(pair)
    half = cov.quantile(level) * cov.variance([1.0, -1.0]) ** 0.5
    return value, value - half, value + half, label


def _sparse(names: Sequence[str], pair: Sequence[Influence]) -> bool:
    """Tell whether few events, or nothing to compare within, forbid a joint linear error."""
    few = any(
        (quantity(name).scale == "share" and min(one.count, one.n - one.count) < FEW)
        or (quantity(name).scale in ("events", "median") and one.count < FEW)
        for name, one in zip(names, pair, strict=True)
    )
    return few or pair_covariance(pair)[0].df < 1


def _apart(
    tables: Tables,
    names: tuple[str, str],
    band: tuple[float, float],
    confidence: float,
    source: str,
) -> Judgement:
    """Judge the first quantity less the second, paired by replication."""
    words = f"{names[0]} - {names[1]} within {band[0]:g} to {band[1]:g}"
    try:
        pair = [_measure(tables, name) for name in names]
    except AnalysisError as problem:
        return _unknown("difference", words, band, confidence, source, str(problem))
    value, low, high, method = difference_interval(names, pair, confidence)
    said = verdict(low, high, band)
    return _judgement("difference", words, said, (value, low, high, method), band, pair, confidence, source)


def _ratio(
    tables: Tables,
    names: tuple[str, str],
    band: tuple[float, float],
    confidence: float,
    source: str,
) -> Judgement:
    """Judge a ratio by its logarithm, paired by replication."""
    words = f"{names[0]} / {names[1]} within {band[0]:g} to {band[1]:g}"
    try:
        a, b = pair = [_measure(tables, name) for name in names]
    except AnalysisError as problem:
        return _unknown("ratio", words, band, confidence, source, str(problem))
    if not b.value > 0:
        return _unknown(
            "ratio",
            words,
            band,
            confidence,
            source,
            f"{names[1]} is zero in these tables, so there is no ratio; simulate more replications.",
        )
    value = a.value / b.value
    if _sparse(names, pair) or not a.value > 0:
        # Both sides at a corrected confidence, then the extremes: wider than needed, never too narrow.
        ends = [quantity(name).interval(one, (1 + confidence) / 2) for name, one in zip(names, pair, strict=True)]
        low = max(ends[0].low, 0.0) / ends[1].high
        high = ends[0].high / ends[1].low if ends[1].low > 0 else float("inf")
        method = "limits of both sides, few events"
    else:
        cov, method = pair_covariance(pair)
        half = cov.quantile(confidence) * cov.variance([1 / a.value, -1 / b.value]) ** 0.5
        low, high = float(value * np.exp(-half)), float(value * np.exp(half))
        method += ", log scale"
    return _judgement(
        "ratio", words, verdict(low, high, band), (value, low, high, method), band, pair, confidence, source
    )
