"""Judge the claims of a scenario on its results: holds, fails or undecided.

A band holds when the whole interval at the claim's confidence lies inside it, fails when the whole interval
lies outside, and is undecided otherwise: more replications would decide.  Nothing is decided by the point
estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import NamedTuple, Protocol, cast

import numpy as np
import pandas as pd

from analysis.claims.verdicts import Judgement, Verdict, verdict
from analysis.errors import AnalysisError
from analysis.estimation.influence_functions import Influence
from analysis.estimation.intervals import FEW
from analysis.estimation.rates import pair_covariance
from analysis.quantities.catalogue import quantity
from analysis.tables.tables import Source, Tables, load

CONFIDENCE = 0.99


class Claim(Protocol):
    """What all claims of a scenario share; each also has a ``rate``, an ``order``, a ``ratio`` or a ``difference``."""

    @property
    def confidence(self) -> float:
        """Confidence of the interval that decides."""
        ...

    @property
    def source(self) -> str:
        """Where the claim comes from."""
        ...


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
    columns = [field.name for field in fields(Judgement)]
    place = columns.index("within")
    columns[place : place + 1] = ["band_low", "band_high"]
    rows = [vars(judged) | {"band_low": judged.within[0], "band_high": judged.within[1]} for judged in judgements]
    return pd.DataFrame(rows, columns=columns)


def _judge(tables: Tables, claim: Claim) -> Judgement:
    confidence = float(claim.confidence)
    forms = ("rate", "order", "ratio", "difference")
    rate, order, ratio, difference = (getattr(claim, name, None) for name in forms)
    for name in [rate] if rate is not None else order or ratio or difference or ():
        quantity(str(name))  # an unknown name is a mistake to be mended, not a claim left undecided
    if rate is not None:
        return judge_band(tables, str(rate), _within(claim), confidence, claim.source)
    if order is not None:
        return _order(tables, [str(name) for name in order], confidence, claim.source)
    if ratio is not None:
        first, second = (str(name) for name in ratio)
        return _ratio(tables, (first, second), _within(claim), confidence, claim.source)
    if difference is not None:
        first, second = (str(name) for name in difference)
        return _difference(tables, (first, second), _within(claim), confidence, claim.source)
    raise AnalysisError(f"A claim names a rate, an order, a ratio or a difference; this one names none: {claim!r}.")


def _within(claim: Claim) -> tuple[float, float]:
    low, high = cast("tuple[float, float]", claim.within)  # type: ignore[attr-defined]  # of all but order claims
    return float(low), float(high)


class Measured(NamedTuple):
    """What the data give for a claim: number, interval, how it was made, and what it was made from.

    The verdict follows from the band unless it is given.
    """

    value: float
    low: float
    high: float
    method: str
    influences: Sequence[Influence]
    verdict: Verdict | None = None


def judgement(
    kind: str,
    claim: str,
    band: tuple[float, float],
    confidence: float,
    source: str,
    measure: Callable[[], Measured],
) -> Judgement:
    """Measure a claim and judge it; where it cannot be measured, it is undecided and the note says why."""
    try:
        measured = measure()
    except AnalysisError as problem:
        nan = float("nan")
        return Judgement(kind, claim, "undecided", nan, nan, nan, band, 0, 0, confidence, source, "", str(problem))
    value, low, high, method, influences, decided = measured
    n = min(influence.n for influence in influences)
    replications = min(influence.codes.groups("replication") for influence in influences)
    decided = decided or verdict(low, high, band)
    return Judgement(kind, claim, decided, value, low, high, band, n, replications, confidence, source, method)


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

    def measure() -> Measured:
        influence = _measure(tables, name)
        bounds = quantity(name).interval(influence, confidence)
        return Measured(influence.value, bounds.low, bounds.high, bounds.method, [influence])

    return judgement("rate", _within_words(name, band), band, confidence, source, measure)


def _within_words(quantities: str, band: tuple[float, float]) -> str:
    return f"{quantities} within {band[0]:g} to {band[1]:g}"


def _order(tables: Tables, names: Sequence[str], confidence: float, source: str) -> Judgement:
    """Judge that each quantity is larger than the next.

    The order holds when every step is above zero at the confidence (no correction: all must hold), and fails
    when any step is below zero at a confidence corrected for the number of steps (Bonferroni).
    """
    corrected = 1 - (1 - confidence) / (len(names) - 1)

    def measure() -> Measured:
        influences = [_measure(tables, name) for name in names]
        steps, highest = [], []
        for place in range(len(names) - 1):
            step_names, pair = names[place : place + 2], influences[place : place + 2]
            steps.append(difference_interval(step_names, pair, confidence))
            highest.append(difference_interval(step_names, pair, corrected)[2])
        decided: Verdict = "undecided"
        if any(high < 0 for high in highest):
            decided = "fails"
        elif all(low > 0 for _, low, *_ in steps):
            decided = "holds"
        # Report the step whose interval reaches lowest: it decides.
        lowest = min(steps, key=lambda step: step[1] if not np.isnan(step[1]) else -np.inf)
        return Measured(*lowest, influences, decided)

    return judgement("order", " > ".join(names), (0.0, float("inf")), confidence, source, measure)


def difference_interval(
    names: Sequence[str],
    pair: Sequence[Influence],
    level: float,
) -> tuple[float, float, float, str]:
    """Return the first quantity less the second, its interval and how that was made.

    Paired by replication where there are several; from the limits of both sides where events are few.
    """
    return weighted_interval(names, pair, (1.0, -1.0), level)


def weighted_interval(
    names: Sequence[str],
    influences: Sequence[Influence],
    weights: Sequence[float],
    level: float,
) -> tuple[float, float, float, str]:
    """Return a sum of quantities with weights, its interval and how that was made, as for a difference of two."""
    parts = list(zip(names, influences, weights, strict=True))
    value = sum(weight * influence.value for _, influence, weight in parts)
    if _sparse(names, influences):
        below, above = [], []
        for name, influence, weight in parts:
            ends = quantity(name).interval(influence, level)
            sides = (weight * (influence.value - ends.low), weight * (ends.high - influence.value))
            below.append(sides[0] if weight > 0 else -sides[1])
            above.append(sides[1] if weight > 0 else -sides[0])
        low, high = (value - np.hypot.reduce(below), value + np.hypot.reduce(above))
        return value, float(low), float(high), "limits of both sides, few events"
    cov, label = pair_covariance(influences)
    half = cov.quantile(level) * cov.variance(weights) ** 0.5
    return value, value - half, value + half, label


def _sparse(names: Sequence[str], pair: Sequence[Influence]) -> bool:
    """Return whether events are too few, or clusters too few, for a joint normal error."""
    few = any(
        (quantity(name).scale == "share" and min(influence.count, influence.n - influence.count) < FEW)
        or (quantity(name).scale in ("events", "median") and influence.count < FEW)
        for name, influence in zip(names, pair, strict=True)
    )
    return few or pair_covariance(pair)[0].df < 1


def _difference(
    tables: Tables,
    names: tuple[str, str],
    band: tuple[float, float],
    confidence: float,
    source: str,
) -> Judgement:
    """Judge the first quantity less the second, paired by replication."""

    def measure() -> Measured:
        pair = [_measure(tables, name) for name in names]
        return Measured(*difference_interval(names, pair, confidence), pair)

    return judgement("difference", _within_words(" - ".join(names), band), band, confidence, source, measure)


def _ratio(
    tables: Tables,
    names: tuple[str, str],
    band: tuple[float, float],
    confidence: float,
    source: str,
) -> Judgement:
    """Judge a ratio by its logarithm, paired by replication."""

    def measure() -> Measured:
        pair = [_measure(tables, name) for name in names]
        if not pair[1].value > 0:
            raise AnalysisError(
                f"{names[1]} is zero in these tables, so there is no ratio; simulate more replications."
            )
        if _sparse(names, pair) or not pair[0].value > 0:
            return _sparse_ratio(names, pair, confidence)
        return log_ratio(pair, confidence)

    return judgement("ratio", _within_words(" / ".join(names), band), band, confidence, source, measure)


def _sparse_ratio(names: tuple[str, str], pair: Sequence[Influence], confidence: float) -> Measured:
    """Return a ratio whose limits are the extremes of both sides, each at a corrected confidence.

    The interval is wider than needed, never too narrow.
    """
    above, below = (
        quantity(name).interval(influence, (1 + confidence) / 2) for name, influence in zip(names, pair, strict=True)
    )
    low = max(above.low, 0.0) / below.high
    high = above.high / below.low if below.low > 0 else float("inf")
    return Measured(pair[0].value / pair[1].value, low, high, "limits of both sides, few events", pair)


def log_ratio(pair: Sequence[Influence], confidence: float) -> Measured:
    """Return a ratio with the interval of its logarithm, paired by replication; both values above 0."""
    a, b = pair
    value = a.value / b.value
    cov, method = pair_covariance(pair)
    half = cov.quantile(confidence) * cov.variance([1 / a.value, -1 / b.value]) ** 0.5
    return Measured(value, float(value * np.exp(-half)), float(value * np.exp(half)), f"{method}, log scale", pair)
