"""The plain words in which a story is told."""

from __future__ import annotations

import math
import re
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
"""Paths that ended before anybody did anything: too many to tell one by one."""
LEFT = {"laid_off": "Was laid off by", "quit": "Gave up the job at"}


def contact_words(contact: int, kind: str, strength: float) -> str:
    """Name a contact, and what is known of the tie."""
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


def folded_silence(rows: Sequence[dict[str, Any]], read: set[Any]) -> str:
    """Sum up applications that nobody answered."""
    looked = sum(row["application"] in read for row in rows)
    if len(rows) == 1:
        row = rows[0]
        end = "it was read, but nobody answered" if looked else "nobody read it"
        return f"Applied to opening {row['opening']} at employer {row['employer']}; {end}."
    some = "all were read" if looked == len(rows) else f"{looked or 'none'} {'was' if looked == 1 else 'were'} read"
    return f"Applied to {len(rows)} openings without an invitation; {some}."


def folded_refusals(paths: Sequence[Sequence[dict[str, Any]]]) -> str:
    """Sum up contacts with whom it came to no recommendation, each given by its steps."""
    if len(paths) == 1:
        return joined([row["words"] for row in paths[0] if row["event"] != "got in touch"])
    asked = sum(steps[0]["event"] == "asked" for steps in paths)
    parts = []
    if asked:
        parts.append(f"asked for {asked} recommendations" if asked > 1 else "asked for 1 recommendation")
    if len(paths) > asked:
        times = len(paths) - asked
        parts.append(f"contacts thought of them {times} times" if times > 1 else "one contact thought of them")
    said = ", ".join(parts)
    return f"{said[0].upper()}{said[1:]}; nothing came of it: {_counted(paths)}."


def _counted(paths: Sequence[Sequence[dict[str, Any]]]) -> str:
    said = []
    for reason, words in SUMMED_REASONS.items():
        number = sum(any(CONTACT_REASONS[reason] in row["words"] for row in steps) for steps in paths)
        if number:
            said.append(f"{number} {words}")
    return ", ".join(said)


def joined(parts: Sequence[str]) -> str:
    """Join what happened on one day, naming a contact and an opening only once."""
    text = parts[0]
    for part in parts[1:]:
        name = re.match(r"Contact \d+ (?!\()", part)
        if name and name.group(0).strip().lower() in text.lower():
            rest = re.sub(r" for opening \d+(?=[.,])", "", part[name.end() :])
            link = " and" if rest.startswith("agreed") else ", but"
            text = f"{text[:-1]}{link} {rest}" if text.startswith("Contact") else f"{text} The contact {rest}"
        else:
            text = f"{text} {part}"
    return text
