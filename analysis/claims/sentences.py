"""Claims and verdicts in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.claims.judging import Judgement
from analysis.claims.verdicts import VERDICTS
from analysis.presentation.wording import NOTHING, amount, amount_range, band, points
from sim.scenario.quantity_names import unit_of


def claim_line(claim: object, judgement: Judgement) -> Mapping[str, str]:
    """Return a claim and its verdict in words: claim, measured, interval, n, verdict."""
    rate, order, ratio, difference = (getattr(claim, name, None) for name in ("rate", "order", "ratio", "difference"))
    unit = "ratio"
    if rate is not None:
        unit = unit_of(str(rate))
        claimed = f"{rate} within {band(*judgement.within, unit)}"
    elif ratio is not None:
        claimed = f"{ratio[0]} / {ratio[1]} within {band(*judgement.within, unit)}"
    elif difference is not None:
        unit = unit_of(str(difference[0]))
        claimed = f"{difference[0]} - {difference[1]} within {band(*judgement.within, unit)}"
    else:
        unit = unit_of(str(order[0])) if order else unit
        claimed = judgement.claim
    if judgement.note:
        return {
            "claim": claimed,
            "verdict": judgement.verdict,
            "measured": NOTHING,
            "interval": NOTHING,
            "n": NOTHING,
            "confidence": f"{100 * judgement.confidence:g} %",
            "note": judgement.note,
        }
    measured = amount(judgement.value, unit)
    if order is not None or difference is not None:
        measured = f"{points(judgement.value).lstrip('+')} points" if unit == "share" else measured
    if order is not None:
        measured = f"smallest step {measured}" if len(order) > 2 else f"step {measured}"
    return {
        "claim": claimed,
        "verdict": judgement.verdict,
        "measured": measured,
        "interval": amount_range(judgement.low, judgement.high, unit),
        "n": f"{judgement.n:,.0f}",
        "confidence": f"{100 * judgement.confidence:g} %",
        "note": "",
    }


def verdict_counts(judgements: Iterable[Judgement]) -> str:
    """Say how many claims hold, fail and are undecided."""
    verdicts = [judged.verdict for judged in judgements]
    if not verdicts:
        return "The scenario makes no claims."
    counts = {name: verdicts.count(name) for name in VERDICTS}
    claims = "claim" if len(verdicts) == 1 else "claims"
    holds = "holds" if counts["holds"] == 1 else "hold"
    fails = "fails" if counts["fails"] == 1 else "fail"
    text = f"Of {len(verdicts)} {claims}, {counts['holds']} {holds}, {counts['fails']} {fails}, "
    text += f"{counts['undecided']} {'is' if counts['undecided'] == 1 else 'are'} undecided"
    return text + (" (more replications would decide)." if counts["undecided"] else ".")
