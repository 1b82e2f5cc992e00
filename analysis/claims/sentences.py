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
        said = f"{rate} within {band(*judgement.within, unit)}"
    elif ratio is not None:
        said = f"{ratio[0]} / {ratio[1]} within {band(*judgement.within, unit)}"
    elif difference is not None:
        unit = unit_of(str(difference[0]))
        said = f"{difference[0]} - {difference[1]} within {band(*judgement.within, unit)}"
    else:
        unit = unit_of(str(order[0])) if order else unit
        said = judgement.claim
    if judgement.note:
        return {
            "claim": said,
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
        "claim": said,
        "verdict": judgement.verdict,
        "measured": measured,
        "interval": amount_range(judgement.low, judgement.high, unit),
        "n": f"{judgement.n:,.0f}",
        "confidence": f"{100 * judgement.confidence:g} %",
        "note": "",
    }


def verdict_counts(judgements: Iterable[Judgement]) -> str:
    """Say how many claims hold, fail and are undecided."""
    all_of_them = list(judgements)
    if not all_of_them:
        return "The scenario claims nothing of its results."
    found = {name: sum(one.verdict == name for one in all_of_them) for name in VERDICTS}
    claims = "claim" if len(all_of_them) == 1 else "claims"
    holds = "holds" if found["holds"] == 1 else "hold"
    fails = "fails" if found["fails"] == 1 else "fail"
    text = f"Of {len(all_of_them)} {claims}, {found['holds']} {holds}, {found['fails']} {fails}, "
    text += f"{found['undecided']} {'is' if found['undecided'] == 1 else 'are'} undecided"
    return text + (" (more replications would decide)." if found["undecided"] else ".")
