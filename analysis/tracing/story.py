"""One person's story in a run, one row for each step, read from the tables alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from analysis.errors import AnalysisError
from analysis.presentation import wording
from analysis.tracing.step_words import (
    CONTACT_REASONS,
    LEFT,
    MISSED,
    VOUCHES,
    closing_words,
    contact_words,
    missed_words,
    since_words,
)
from sim.runs.result import Result

# The stages of an application in their order, and the column with the time of each.
STAGES = {
    "sent": "sent",
    "replied": "replied",
    "read": "read",
    "invited": "responded",
    "interviewed": "interviewed",
    "offered": "offered",
    "took the job": "accepted",
    "started": "started",
}
# Steps that get a line of their own even in the short story.
ANSWERS = frozenset({"invited", "interviewed", "offered", "took the job", "started"})
_ORDER = {
    name: at
    for at, name in enumerate(
        (
            "lost job",
            "search ends",
            "search begins",
            "thought of",
            "asked",
            "got in touch",
            "agreed",
            "refused",
            *STAGES,
            "closed",
            "run ends",
        )
    )
}
_ON_EMPLOYERS_SIDE = ("hand_over", "weigh", "interview", "outcome")


@dataclass(frozen=True)
class _Step:
    """A row of a story; -1 and "" where a column says nothing of the step."""

    time: float
    event: str
    words: str
    application: int = -1
    path: int = -1
    opening: int = -1
    employer: int = -1
    channel: str = ""
    referrer: int = -1
    tie_kind: str = ""
    strength: float = math.nan


def story(result: Result, person: int, replication: int = 0) -> pd.DataFrame:
    """Return everything the tables say about a person, one row for each step, in order of time.

    Parameters
    ----------
    result
        From :func:`sim.simulate` or :func:`sim.read_run`.
    person
        Number of the person, from 0.
    replication
        Number of the replication, from 0.

    Returns
    -------
    pandas.DataFrame
        ``day`` since the first search that began in the run, else since its start; ``time``, days since the start of
        the run; ``event``; ``words``; ``application``, ``path``, ``opening``, ``employer``, ``referrer`` (-1: none);
        ``channel``, ``tie_kind`` ("": none); ``strength`` of the tie to the referrer in [0, 1] (NaN: not known).
        Every stage that an application reached is one row.

    Raises
    ------
    AnalysisError
        For a person or replication that is not in the run.
    """
    tables = _PersonTables(result, person, replication)
    steps = [*tables.applications(), *tables.paths(), *tables.searches(), *tables.jobs(), *tables.end()]
    steps.sort(key=lambda step: (step.time, _ORDER[step.event], step.path, step.application))
    table = pd.DataFrame([asdict(step) for step in steps])
    table.insert(0, "day", table["time"] - tables.origin)
    return table


def introduce(result: Result, person: int, replication: int = 0) -> str:
    """Say in a few words who the person is, whom they know, and from when the days count."""
    return _PersonTables(result, person, replication).introduction()


class _PersonTables:
    """The rows about one person in one replication."""

    def __init__(self, result: Result, person: int, replication: int) -> None:
        if not 0 <= replication < result.replications:
            raise AnalysisError(f"replication {replication}: expected a number from 0 to {result.replications - 1}")
        persons = of_replication(result.persons, replication)
        if not 0 <= person < len(persons):
            raise AnalysisError(f"person {person}: expected a number from 0 to {len(persons) - 1}")
        self.who = persons[persons["person"] == person].iloc[0]
        self.horizon = float(result.manifest["horizon"])
        self.sent = _rows(result.applications, replication, person)
        self.spells = sorted(_rows(result.spells, replication, person), key=lambda spell: float(spell["start"]))
        self.taken = _rows(result.jobs, replication, person)
        self.steps = _rows(result.pathway, replication, person)
        self.displaced = _rows(result.displaced, replication, person)[:1]
        openings = of_replication(result.openings, replication)
        self.employer_of = dict(zip(openings["opening"].tolist(), openings["employer"].tolist(), strict=True))
        begun = [float(spell["start"]) for spell in self.spells if spell["start"] >= 0]
        self.origin = begun[0] if begun and len(begun) == len(self.spells) else 0.0
        # The tie to a contact: as it was when the recommendation was handed in, else from the table of the cast's ties.
        self.ties = {
            int(tie["contact"]): (str(tie["kind"]), float(tie["strength_start"]))
            for tie in _rows(result.ties, replication, person)
        }
        self.handed = {
            (int(row["opening"]), int(row["referrer"])): row for row in self.sent if row["channel"] == "referral"
        }

    def introduction(self) -> str:
        """Say who this is."""
        who = self.who
        at = int(who["employer_start"])
        ability = float(who["ability"])
        standing = "about average" if abs(ability) < 0.5 else "above average" if ability > 0 else "below average"
        role = "" if str(who["role"]) == "none" else f", of the role {who['role']}"
        text = (
            f"Person {int(who['person'])}{role}: {'without a job' if at < 0 else f'employed at employer {at}'} when "
            f"the run began, in field {int(who['field'])}, ability {standing}, "
            f"{_count(int(who['degree']), 'contact')} at its end. "
        )
        text += missed_words([str(row["reason"]) for row in self.steps])
        if self.origin:
            return text + f"Days count from the start of the search, day {math.floor(self.origin)} of the run."
        return text + "Days count from the start of the run."

    def applications(self) -> Iterator[_Step]:
        """Give every stage of every application, and how it closed if no stage says so."""
        for row in self.sent:
            base = _Step(
                math.nan,
                "",
                "",
                int(row["application"]),
                -1,
                int(row["opening"]),
                int(row["employer"]),
                str(row["channel"]),
                int(row["referrer"]),
            )
            if base.referrer >= 0:
                base = replace(base, tie_kind=str(row["tie_kind"]), strength=float(row["tie_strength"]))
            for event, column in STAGES.items():
                time = float(row[column])
                if not math.isnan(time):
                    yield replace(base, time=time, event=event, words=self._stage(event, row))
            words = closing_words(row)
            closed = float(row["closed"])
            if words and not math.isnan(closed) and closed <= self.horizon:
                # What the opening came to reaches an applicant after the applicant's own last step.
                yield replace(base, time=max(closed, float(row["sent"])), event="closed", words=words)

    def _stage(self, event: str, row: dict[str, Any]) -> str:
        job, employer = f"opening {row['opening']} at employer {row['employer']}", f"employer {row['employer']}"
        if event == "sent":
            if row["channel"] == "referral":
                contact = contact_words(int(row["referrer"]), str(row["tie_kind"]), float(row["tie_strength"]))
                return f"{contact} handed in a recommendation for {job}{VOUCHES[str(row['vouch'])]}."
            if row["channel"] == "recruiter":
                return f"Was approached by a recruiter about {job}."
            return f"Applied to {job}."
        if event == "replied":
            interested = row["interested"] == row["interested"]
            return f"Told the recruiter of {employer} {'that the job is of interest' if interested else 'no'}."
        return {
            "read": f"{employer.capitalize()} read the application for opening {row['opening']}.",
            "invited": f"Was invited to an interview for {job}.",
            "interviewed": f"Was interviewed for {job}.",
            "offered": f"Was offered the job: {job}.",
            "took the job": f"Took the job: {job}.",
            "started": f"Started at {employer}.",
        }[event]

    def paths(self) -> Iterator[_Step]:
        """Give what happened between the person and contacts before a recommendation was handed in."""
        for row in self.steps:
            step, opening, referrer = str(row["step"]), int(row["opening"]), int(row["referrer"])
            if step in _ON_EMPLOYERS_SIDE or str(row["reason"]) in MISSED:
                continue
            kind, strength = self._tie(opening, referrer)
            contact = contact_words(referrer, kind, strength)
            employer = self.employer_of[opening]
            job = f"opening {opening} at employer {employer}"
            asked = str(row["initiated_by"]) == "seeker"
            reason = CONTACT_REASONS[str(row["reason"])] if row["ended"] else ""
            if step == "recall":
                event, words = "thought of", f"{contact} heard of {job} and thought of them."
            elif step == "reach_out":
                event = "asked" if asked else "got in touch"
                words = (
                    f"Asked {contact[0].lower()}{contact[1:]} for a recommendation to {job}."
                    if asked
                    else f"Contact {referrer} got in touch about opening {opening}."
                )
            elif row["ended"] and str(row["reason"]) in ("unwilling", "poor_fit"):
                event, words, reason = "refused", f"Contact {referrer} {reason}.", ""
            else:
                event, words = "agreed", f"Contact {referrer} agreed to recommend them for opening {opening}."
            words = f"{words[:-1]}, {reason}." if reason else words
            yield _Step(
                float(row["time"]),
                event,
                words,
                -1,
                int(row["path"]),
                opening,
                employer,
                "referral",
                referrer,
                kind,
                strength,
            )

    def _tie(self, opening: int, referrer: int) -> tuple[str, float]:
        row = self.handed.get((opening, referrer))
        if row is not None:
            return str(row["tie_kind"]), float(row["tie_strength"])
        return self.ties.get(referrer, ("", math.nan))

    def searches(self) -> Iterator[_Step]:
        """Give when the person began to search and when the search ended."""
        lost = {float(job["end"]) for job in self.taken if str(job["left_because"]) in LEFT}
        lost.update(float(displacement["day"]) for displacement in self.displaced)
        starts = {float(spell["start"]) for spell in self.spells}
        at, first = int(self.who["employer_start"]), True
        for displacement in self.displaced:
            words = f"Lost the job: employer {displacement['employer_left']} closed."
            yield _Step(float(displacement["day"]), "lost job", words, employer=int(displacement["employer_left"]))
        for spell in self.spells:
            start, end = float(spell["start"]), float(spell["end"])
            jobless = not spell["employed"]
            # The table of jobs has only those taken in the run; the one held before shows in the search after it.
            if jobless and first and at >= 0 and start > 0 and start not in lost and not self._hired_before(start):
                yield _Step(start, "lost job", f"Lost or gave up the job at employer {at}.", employer=at)
                lost.add(start)
            first = first and not jobless
            if start < 0:
                yield _Step(0.0, "search begins", f"Had been searching for {since_words(-start)} when the run began.")
            else:
                yield _Step(start, "search begins", f"Began to search{', out of work' if jobless else ''}.")
            if math.isnan(end) or (str(spell["how"]) == "gave_up" and end in starts):
                continue
            how = {
                "gave_up": "without a new job",
                "direct": "with a job found by applying",
                "referral": "with a job through a referral",
                "recruiter": "with a job through a recruiter",
            }
            text = f"The search ended after {since_words(end - start)}, {how[str(spell['how'])]}."
            yield _Step(end, "search ends", text, channel="" if str(spell["how"]) == "gave_up" else str(spell["how"]))

    def _hired_before(self, time: float) -> bool:
        return any(job["start"] <= time for job in self.taken)

    def jobs(self) -> Iterator[_Step]:
        """Give how jobs taken in the run ended, unless the person moved on to the next job."""
        closures = {(float(displacement["day"]), int(displacement["employer_left"])) for displacement in self.displaced}
        for row in self.taken:
            why, end, employer = str(row["left_because"]), float(row["end"]), int(row["employer"])
            if why in LEFT and not math.isnan(end) and (end, employer) not in closures:
                yield _Step(end, "lost job", f"{LEFT[why]} employer {employer}.", employer=employer)

    def end(self) -> Iterator[_Step]:
        """Give the state of the person at the end of the run."""
        at = int(self.who["employer_end"])
        where = "without a job" if at < 0 else f"employed at employer {at}"
        state = ", still searching" if str(self.who["state_end"]) == "searching" else ""
        waiting = sum(str(application["closed_reason"]) == "open" for application in self.sent)
        rest = f", {_count(waiting, 'application')} undecided" if waiting else ""
        yield _Step(self.horizon, "run ends", f"The run ended: {where}{state}{rest}.", employer=at)


def quiet_applications(table: pd.DataFrame) -> set[int]:
    """Return the direct applications that nobody answered."""
    direct = table[(table["channel"] == "direct") & (table["application"] >= 0)]
    return set(direct["application"]) - set(direct.loc[direct["event"].isin(ANSWERS), "application"])


def idle_paths(table: pd.DataFrame) -> set[int]:
    """Return the paths of contacts who handed in no recommendation."""
    handed = table[(table["event"] == "sent") & (table["channel"] == "referral")]
    names = set(zip(handed["opening"], handed["referrer"], strict=True))
    rows = table[table["path"] >= 0]
    return {
        int(path)
        for path, opening, referrer in zip(rows["path"], rows["opening"], rows["referrer"], strict=True)
        if (opening, referrer) not in names
    }


def of_replication(table: pd.DataFrame, replication: int) -> pd.DataFrame:
    """Return the rows of one replication."""
    return table[table["replication"] == replication]


def _rows(table: pd.DataFrame, replication: int, person: int) -> list[dict[str, Any]]:
    return wording.records(table[(table["replication"] == replication) & (table["person"] == person)])


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
