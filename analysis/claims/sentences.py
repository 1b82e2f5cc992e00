"""Claims and verdicts in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.claims.verdicts import VERDICTS, Judgement
from analysis.presentation.wording import NOTHING


def claim_line(judgement: Judgement) -> Mapping[str, str]:
    """Return a claim and its verdict in words: claim, verdict, measured, interval, n, confidence, note."""
    unknown = bool(judgement.note)
    return {
        "claim": judgement.claimed,
        "verdict": judgement.verdict,
        "measured": NOTHING if unknown else judgement.measured,
        "interval": NOTHING if unknown else judgement.interval,
        "n": NOTHING if unknown else f"{judgement.n:,.0f}",
        "confidence": f"{100 * judgement.confidence:g} %",
        "note": judgement.note,
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
