"""A story in sentences: line by line, and what its charts show."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from analysis.presentation import wording
from analysis.tracing.lanes import MARKS, lanes_of, mark_of, one_line
from analysis.tracing.referral_network import Referrals
from analysis.tracing.step_words import CONTACT_REASONS, SUMMED_REASONS
from analysis.tracing.story import idle_paths, quiet_applications


def narrate(table: pd.DataFrame, *, every: bool = False) -> list[str]:
    """Tell a story line by line: the day, then what happened.

    Parameters
    ----------
    table
        From :func:`analysis.tracing.story.story`.
    every
        Tell every step of every application. By default, direct applications that nobody answered and contacts who
        would not help are summed up in between.
    """
    lines = list(_every_line(table) if every else _main_lines(table))
    width = max((len(day) for day, _ in lines), default=0)
    return [f"{day:>{width}}  {words}" for day, words in lines]


def _every_line(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for row in wording.records(table):
        yield _day(row["day"]), row["words"]


def _main_lines(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Tell what led to something line by line, and sum up the rest in between."""
    quiet, idle = quiet_applications(table), idle_paths(table)
    rows = wording.records(table)
    read = {row["application"] for row in rows if row["event"] == "read"}
    steps: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["path"] in idle:
            steps.setdefault(row["path"], []).append(row)
    silent: list[dict[str, Any]] = []
    refused: list[list[dict[str, Any]]] = []
    for group in _days_together(rows, quiet, idle):
        row = group[0]
        if row["application"] in quiet:
            silent.append(row)
        elif row["path"] in idle:
            refused.append(steps[row["path"]])
        else:
            yield from _summed_up(silent, refused, read)
            silent.clear()
            refused.clear()
            yield _day(row["day"]), joined([row["words"] for row in group])
    yield from _summed_up(silent, refused, read)


def _days_together(rows: list[dict[str, Any]], quiet: set[int], idle: set[int]) -> Iterator[list[dict[str, Any]]]:
    """Group the steps of one application on one day; of what came to nothing give only the first step."""
    group: list[dict[str, Any]] = []
    begun: set[int] = set()
    for row in rows:
        skipped = (
            (row["application"] in quiet and row["event"] != "sent")
            or row["path"] in begun
            or (row["event"] == "read" and row["channel"] == "direct")
        )
        if skipped:
            continue
        if row["path"] in idle:
            begun.add(row["path"])
        same = (
            bool(group)
            and row["opening"] >= 0
            and all(group[-1][name] == row[name] for name in ("path", "application", "opening"))
        )
        if group and not (same and _day(group[-1]["day"]) == _day(row["day"])):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _summed_up(
    silent: list[dict[str, Any]], refused: list[list[dict[str, Any]]], read: set[int]
) -> Iterator[tuple[str, str]]:
    sums = []
    if silent:
        sums.append((silent, summed_silence(silent, read)))
    if refused:
        sums.append(([steps[0] for steps in refused], summed_refusals(refused)))
    for rows, words in sorted(sums, key=lambda entry: float(entry[0][0]["day"])):
        first, last = _day(rows[0]["day"]), _day(rows[-1]["day"])
        between = "–" if not first.startswith("-") else " to "
        yield first if first == last else f"{first}{between}{last}", words


def _day(day: float) -> str:
    return str(math.floor(day))


def summed_silence(rows: Sequence[dict[str, Any]], read: set[Any]) -> str:
    """Sum up applications that nobody answered."""
    looked = sum(row["application"] in read for row in rows)
    if len(rows) == 1:
        row = rows[0]
        end = "it was read, but nobody answered" if looked else "nobody read it"
        return f"Applied to opening {row['opening']} at employer {row['employer']}; {end}."
    some = "all were read" if looked == len(rows) else f"{looked or 'none'} {'was' if looked == 1 else 'were'} read"
    return f"Applied to {len(rows)} openings without an invitation; {some}."


def summed_refusals(paths: Sequence[Sequence[dict[str, Any]]]) -> str:
    """Sum up contacts who gave no recommendation, each given by its steps."""
    if len(paths) == 1:
        return joined([row["words"] for row in paths[0] if row["event"] != "got in touch"])
    asked = sum(steps[0]["event"] == "asked" for steps in paths)
    parts = []
    if asked:
        parts.append(f"asked for {asked} recommendations" if asked > 1 else "asked for 1 recommendation")
    if len(paths) > asked:
        times = len(paths) - asked
        parts.append(f"contacts thought of them {times} times" if times > 1 else "one contact thought of them")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}; nothing came of it: {_counted(paths)}."


def _counted(paths: Sequence[Sequence[dict[str, Any]]]) -> str:
    phrases = []
    for reason, words in SUMMED_REASONS.items():
        number = sum(any(CONTACT_REASONS[reason] in row["words"] for row in steps) for steps in paths)
        if number:
            phrases.append(f"{number} {words}")
    return ", ".join(phrases)


def joined(parts: Sequence[str]) -> str:
    """Join what happened on one day, naming a contact and an opening only once."""
    text = parts[0]
    for part in parts[1:]:
        name = re.match(r"Contact \d+ (?!\()", part)
        if name and name.group(0).strip().lower() in text.lower():
            rest = re.sub(r" for opening \d+(?=[.,])", "", part[name.end() :])
            link = " and" if rest.startswith(("agreed", "got in touch")) else ", but"
            # The opening has been named: "heard of opening 6 and got in touch".
            if rest.startswith("got in touch"):
                rest = re.sub(r" about opening \d+(?=[.,])", "", rest)
            if text.startswith("Contact"):
                # "thought of them, got in touch and agreed": only the last is joined with "and".
                start = (
                    re.sub(r" and (thought of them|got in touch)$", r", \1", text[:-1]) if link == " and" else text[:-1]
                )
                text = f"{start}{link} {rest}"
            else:
                text = f"{text} The contact {rest}"
        else:
            text = f"{text} {part}"
    return text


def timeline_finding(table: pd.DataFrame, person: int) -> str:
    """Say what the time line shows."""
    sent = table[table["event"] == "sent"]
    if sent.empty:
        return f"Person {person} sent no application in this run"
    number = {name: int((sent["channel"] == name).sum()) for name in ("direct", "referral", "recruiter")}
    names = {"direct": "direct application", "referral": "referral", "recruiter": "recruiter approach"}
    counts = wording.joined(
        [
            f"{count} {names[name]}{'' if count == 1 else 's' if name != 'recruiter' else 'es'}"
            for name, count in number.items()
            if count
        ]
    )
    talks = int((table["event"] == "interviewed").sum())
    jobs = table[table["event"] == "took the job"]
    interviews = f"{talks} interview{'' if talks == 1 else 's'}"
    if jobs.empty:
        return f"{counts}: {interviews} and no job for person {person}"
    how = {"direct": "by applying directly", "referral": "through a referral", "recruiter": "through a recruiter"}
    first = jobs.iloc[0]
    more = f", and {len(jobs) - 1} more later" if len(jobs) > 1 else ""
    return f"{counts}, {interviews}, and a job {how[first['channel']]} on day {math.floor(first['day'])}{more}"


def timeline_alt(table: pd.DataFrame) -> str:
    """Describe the time line."""
    parts = []
    for lane in lanes_of(table):
        steps = [
            f"{MARKS[mark].lower() if row['event'] != 'refused' else 'no referral'} on day {math.floor(row['day'])}"
            for row in lane.rows
            for mark in (mark_of(row),)
            if mark
        ]
        name = one_line(lane.name)
        shared = len({(row["application"], row["path"]) for row in lane.rows}) > 2
        first, last = (math.floor(lane.rows[at]["day"]) for at in (0, -1))
        span = f"day {first} to {last}" if shared else ", ".join(steps)
        parts.append(f"{name}: {span}")
    return f"Time line with one lane for each application or referral. {'. '.join(parts)}."


def network_finding(found: Referrals) -> str:
    """Say what the chart of referrals shows."""
    number = len(found.hires)
    if not number:
        return "Nobody was hired through a referral in this run"
    brought = "nobody" if not found.later else f"{found.later}"
    hired = f"the {number} people" if found.hires["person"].is_unique else f"{found.hires['person'].nunique()} people"
    return (
        f"Of {hired} hired through a referral, {brought} later brought in somebody themselves; the largest group "
        f"linked by referrals has {found.group} people"
    )


def network_alt(found: Referrals) -> str:
    """Describe the chart of referrals."""
    parts = []
    for referrer, rows in found.shown.groupby("referrer", sort=True):
        parts.append(f"Person {referrer} brought in {wording.joined([str(person) for person in rows['person']])}")
    shown = len({*found.shown["referrer"], *found.shown["person"]})
    return (
        f"Arrows from referrers to those hired through them, {shown} people of the largest groups. {'. '.join(parts)}."
    )
