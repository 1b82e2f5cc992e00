"""The words for single steps of a story."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

VOUCHES = {
    "none": "",
    "resume": ", passing the résumé on",
    "letter": ", with a letter about them",
    "manager": ", with a word to the hiring manager",
}
CONTACT_REASONS = {
    "goes_on": "",
    "unwilling": "would not stand up for them",
    "poor_fit": "did not think the job was right for them",
    "too_late": "but the job was gone before it was done",
    "found_job": "but they had found a job before it was done",
    "already_in": "but they were among the applicants already",
    "still_waiting": "and the run ended before more came of it",
}
SUMMED_REASONS = {
    "unwilling": "would not stand up for them",
    "poor_fit": "did not think the job was right",
    "too_late": "too late for the job",
    "found_job": "too late for them",
    "already_in": "had applied already",
    "still_waiting": "still open at the end",
}
MISSED = ("not_heard", "not_recalled")
"""Reasons of paths that ended before anybody did anything: too many to tell one by one."""
LEFT = {"laid_off": "Was laid off by", "quit": "Gave up the job at"}


def contact_words(contact: int, kind: str, strength: float) -> str:
    """Name a contact, and what is known about the tie."""
    known = [] if kind in ("", "none") else [kind.replace("_", " ")]
    known += [] if math.isnan(strength) else [f"strength {strength:.1f}" if strength >= 0.05 else "strength below 0.1"]
    return f"Contact {contact} ({', '.join(known)})" if known else f"Contact {contact}"


def missed_words(reasons: Sequence[str]) -> str:
    """Sum up the openings at contacts' firms from which nothing began; "" where there were none."""
    unheard, unthought = (reasons.count(reason) for reason in MISSED)
    if not unheard + unthought:
        return ""
    return (
        f"At firms where contacts worked, jobs came up of which the contact never heard ({unheard:,} times) or did "
        f"not think of them ({unthought:,} times). "
    )


def closing_words(row: dict[str, Any]) -> str:
    """Say how an application ended that did not end in a hire; "" where there is nothing to say."""
    reason, employer = str(row["closed_reason"]), f"employer {row['employer']}"
    job = f"opening {row['opening']} at {employer}"
    seen = not math.isnan(float(row["interviewed"]))
    if reason == "rejected":
        return f"Was turned down {'after the interview' if seen else 'without an interview'} for {job}."
    if reason == "silence":
        heard = "nothing more after the interview" if seen else "nothing"
        return f"Heard {heard} from {employer}: opening {row['opening']} closed."
    if reason == "declined":
        return f"Had not taken the offer when {job} closed."
    if reason == "withdrawn":
        return f"Withdrew from {job}, having found another job."
    if reason == "too_late":
        return f"Was too late for the recruiter: {job} closed."
    if reason == "not_interested" and math.isnan(float(row["replied"])):
        return f"Had not answered the recruiter when {job} closed."
    return ""


def since_words(days: float) -> str:
    """Write a length of time in whole days."""
    whole = round(days)
    return "less than a day" if whole < 1 else "1 day" if whole == 1 else f"{whole:,} days"
