"""The measures of a role: outcomes of its people, each with its own denominator.

"In the window" refers to the event: the referral was handed in, the interview held or the job taken on a day of the
observation window. Rates are over applications sent in the window and followed to its end, as for channels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.estimation.estimands import CumulativeIncidence, Estimand, Median, RatioOfTotals
from analysis.tables.clusters import Bools, Floats, Ints
from analysis.tables.events import WEEK, first_from, found_a_job, numbers
from analysis.tables.normalise import ROUNDING
from analysis.tables.rows import in_channel, need_columns, reached
from analysis.tables.tables import Tables
from sim.scenario.quantities import WEEKS_OF_SEARCH

FIRST = 30
"""Direct applications that ``one_in_30`` and ``interviews_in_30_applications`` count over."""
OWN = ("direct", "referral")
"""Channels in which people apply themselves or are referred; a recruiter's approach is neither."""
Measure: TypeAlias = Callable[[Tables, str], Estimand]


# ---- rows of a role -----------------------------------------------------------------------------------------------


def _sent(tables: Tables, role: str, *channels: str) -> Ints:
    """Return the rows of a role's applications by these channels (all channels if none is given)."""
    person = tables.people.of_application
    mine = (person >= 0) & tables.people.in_role(role)[person]
    if channels:
        mine &= np.any([in_channel(tables.applications, channel) for channel in channels], axis=0)
    return np.flatnonzero(mine)


def _counted(tables: Tables, role: str, *channels: str) -> Ints:
    """Return the rows of a role's applications sent in the window and followed to its end."""
    rows = _sent(tables, role, *channels)
    return rows[tables.eligible.keep[rows]]


def _of(tables: Tables, role: str, name: str, *columns: str) -> tuple[pd.DataFrame, Ints]:
    """Return the rows of a table about a role's people, and the row of each in the persons table."""
    table = tables.run.table(name, "person", *columns)
    person = tables.people.find(table)
    mine = (person >= 0) & tables.people.in_role(role)[person]
    return table[mine], person[mine]


def _in_window(tables: Tables, times: Floats) -> Bools:
    low, high = tables.run.window
    return np.asarray((times >= low) & (times < high), dtype=bool)


def _mean(tables: Tables, values: Floats, person: Ints) -> RatioOfTotals:
    return RatioOfTotals(values, np.ones(len(values)), tables.people.codes(person))


def _per_person(tables: Tables, role: str, person: Ints) -> RatioOfTotals:
    """Return events per person of the role; people without any count as 0."""
    who = np.flatnonzero(tables.people.in_role(role))
    events = np.bincount(person, minlength=len(tables.people.table))[who]
    return _mean(tables, events.astype(np.float64), who)


# ---- applications -------------------------------------------------------------------------------------------------


def _rate(stage: str, *channels: str) -> Measure:
    def estimand(tables: Tables, role: str) -> Estimand:
        rows = _counted(tables, role, *channels)
        hit = reached(tables.applications.iloc[rows], stage, tables.response_window)
        return RatioOfTotals(hit.astype(np.float64), np.ones(len(rows)), tables.application_codes.take(rows))

    return estimand


def _events(column: str, *channels: str) -> Measure:
    def estimand(tables: Tables, role: str) -> Estimand:
        rows = _sent(tables, role, *channels)
        rows = rows[_in_window(tables, numbers(tables.applications, column)[rows])]
        return _per_person(tables, role, tables.people.of_application[rows])

    return estimand


def _days_to_response(channel: str) -> Measure:
    def estimand(tables: Tables, role: str) -> Estimand:
        rows = _counted(tables, role, channel)
        rows = rows[reached(tables.applications.iloc[rows], "response", tables.response_window)]
        wait = numbers(tables.applications, "responded")[rows] - numbers(tables.applications, "sent")[rows]
        return Median(wait, tables.application_codes.take(rows))

    return estimand


def _first_interviews(tables: Tables, role: str) -> tuple[Floats, Ints]:
    """Return interviews from the first 30 direct applications of each person who sent at least 30, and the person."""
    rows = _counted(tables, role, "direct")
    person = tables.people.of_application[rows]
    order = np.lexsort((numbers(tables.applications, "sent")[rows], person))
    rows, person = rows[order], person[order]
    new = np.append(True, person[1:] != person[:-1])[: len(person)]
    start = np.flatnonzero(new)
    rank = np.arange(len(person)) - np.repeat(start, np.diff(np.append(start, len(person))))
    who = person[rank == FIRST - 1]
    seen = ~np.isnan(numbers(tables.applications, "interviewed")[rows]) & (rank < FIRST)
    count = np.bincount(person, weights=seen, minlength=len(tables.people.table))
    return count[who].astype(np.float64), who


def _interviews_in_30(tables: Tables, role: str) -> Estimand:
    return _mean(tables, *_first_interviews(tables, role))


def _one_in_30(tables: Tables, role: str) -> Estimand:
    count, who = _first_interviews(tables, role)
    return _mean(tables, (count <= 1).astype(np.float64), who)


def _vouch_precision(tables: Tables, role: str) -> Estimand:
    rows = _counted(tables, role, "referral")
    precision = numbers(tables.applications, "report_precision")[rows]
    known = ~np.isnan(precision)
    return RatioOfTotals(precision[known], np.ones(int(known.sum())), tables.application_codes.take(rows[known]))


def _later_referrals(tables: Tables, role: str) -> Estimand:
    rows = _sent(tables, role, "referral")
    need_columns(tables.applications, ("closed", "closed_reason"), "This measure")
    person, sent = tables.people.of_application[rows], numbers(tables.applications, "sent")[rows]
    order = np.lexsort((sent, person))
    rows, person, sent = rows[order], person[order], sent[order]
    first = np.flatnonzero(np.append(True, person[1:] != person[:-1])[: len(person)])
    closed = numbers(tables.applications, "closed")[rows[first]]
    _, end = tables.run.window
    hired = np.asarray(tables.applications["closed_reason"].iloc[rows[first]] == "hired")
    failed = ~hired & (closed < end)
    closing = np.full(len(tables.people.table), np.inf)
    closing[person[first[failed]]] = closed[failed]
    later = (sent > closing[person]) & (sent < end)
    who = person[first[failed]]
    events = np.bincount(person[later], minlength=len(closing))[who]
    return _mean(tables, events.astype(np.float64), who)


# ---- searches -----------------------------------------------------------------------------------------------------


def _searches(tables: Tables, role: str, weeks: int) -> tuple[pd.DataFrame, Ints]:
    """Return all the role's searches that count, whatever their end; some must be followed for this many weeks."""
    spells, person = _of(tables, role, "spells", "start", "end", "how")
    start = numbers(spells, "start")
    begins = tables.run.scenario.cast[role].searches_from if role in tables.run.scenario.cast else None
    counted = _in_window(tables, start) if begins is None else np.abs(start - begins) <= ROUNDING
    if counted.any() and not (start[counted] + WEEK * weeks <= tables.run.horizon + ROUNDING).any():
        raise AnalysisError(f"No search of {role} was followed for {weeks} weeks; simulate a longer follow-up.")
    return spells[counted], person[counted]


def _chance(tables: Tables, spells: pd.DataFrame, person: Ints, event: Floats, weeks: int) -> CumulativeIncidence:
    """Return the chance of an event in a search; one that ends without it can have it no more."""
    start, end = numbers(spells, "start"), numbers(spells, "end")
    ends = np.fmin(event, np.fmin(end, tables.run.horizon))
    status = np.where(event <= ends + ROUNDING, 1, np.where(end <= ends + ROUNDING, 2, 0))
    # Rounded, so that equal times are equal whatever day they began on.
    return CumulativeIncidence(np.round(ends - start, 6), status, WEEK * weeks, tables.people.codes(person))


def hired_in(weeks: int) -> Callable[[Tables, str], CumulativeIncidence]:
    """Return the measure of a job within some weeks of search."""

    def estimand(tables: Tables, role: str) -> CumulativeIncidence:
        spells, person = _searches(tables, role, weeks)
        return _chance(tables, spells, person, np.where(found_a_job(spells), numbers(spells, "end"), np.nan), weeks)

    return estimand


def interview_in(weeks: int) -> Callable[[Tables, str], CumulativeIncidence]:
    """Return the measure of an interview within some weeks of search."""

    def estimand(tables: Tables, role: str) -> CumulativeIncidence:
        spells, person = _searches(tables, role, weeks)
        rows = _sent(tables, role)
        held = numbers(tables.applications, "interviewed")[rows]
        rows, held = rows[~np.isnan(held)], held[~np.isnan(held)]
        first = first_from(tables.people.of_application[rows], held, person, numbers(spells, "start"))
        first = np.where(first <= np.fmin(numbers(spells, "end"), tables.run.horizon) + ROUNDING, first, np.nan)
        return _chance(tables, spells, person, first, weeks)

    return estimand


# ---- jobs ---------------------------------------------------------------------------------------------------------


def _taken(tables: Tables, role: str, *columns: str) -> tuple[pd.DataFrame, Ints]:
    jobs, person = _of(tables, role, "jobs", "start", *columns)
    counted = _in_window(tables, numbers(jobs, "start"))
    return jobs[counted], person[counted]


def _hires(tables: Tables, role: str) -> Estimand:
    return _per_person(tables, role, _taken(tables, role)[1])


def _found_by_referral(tables: Tables, role: str) -> Estimand:
    jobs, person = _taken(tables, role, "channel")
    return _mean(tables, np.asarray(jobs["channel"] == "referral", dtype=np.float64), person)


def _hidden(tables: Tables, role: str) -> Estimand:
    jobs, person = _taken(tables, role, "opening")
    if tables.openings is None:
        raise AnalysisError("This needs the openings table; give a run or a run folder, not applications only.")
    need_columns(tables.openings, ("replication", "opening", "posted"), "This measure")
    posted = tables.openings.set_index(["replication", "opening"])["posted"]
    posted_on = posted.reindex(pd.MultiIndex.from_arrays([jobs["replication"], jobs["opening"]]))
    return _mean(tables, posted_on.isna().to_numpy().astype(np.float64), person)


def _wage(tables: Tables, role: str) -> Estimand:
    jobs, person = _of(tables, role, "jobs", "start", "end", "match", "belief")
    held = np.isnan(numbers(jobs, "end")) & ~np.isnan(numbers(jobs, "belief"))
    jobs, person = jobs[held], person[held]
    unknown = np.exp2(-(tables.run.horizon - numbers(jobs, "start")) / tables.run.scenario.careers.learning)
    match, belief = numbers(jobs, "match"), numbers(jobs, "belief")
    return _mean(tables, match + (belief - match) * unknown, person)


# ---- people and ties at the end -----------------------------------------------------------------------------------


def _person(tables: Tables, role: str, *columns: str) -> tuple[pd.DataFrame, Ints]:
    who = np.flatnonzero(tables.people.in_role(role))
    return tables.run.table("persons", *columns).iloc[who], who


def _works(persons: pd.DataFrame) -> Bools:
    return persons["employer_end"].to_numpy(np.int64) >= 0


def _employed(tables: Tables, role: str) -> Estimand:
    persons, who = _person(tables, role, "employer_end")
    return _mean(tables, _works(persons).astype(np.float64), who)


def _manager(tables: Tables, role: str) -> Estimand:
    persons, who = _person(tables, role, "employer_end", "manager")
    return _mean(tables, (_works(persons) & persons["manager"].to_numpy(bool)).astype(np.float64), who)


def _match(tables: Tables, role: str) -> Estimand:
    persons, who = _person(tables, role, "employer_end", "job_match")
    works = _works(persons)
    return _mean(tables, numbers(persons, "job_match")[works], who[works])


def _hours_per_interview(tables: Tables, role: str) -> Estimand:
    persons, who = _person(tables, role, "hours_spent")
    rows = _sent(tables, role)
    rows = rows[~np.isnan(numbers(tables.applications, "interviewed")[rows])]
    held = np.bincount(tables.people.of_application[rows], minlength=len(tables.people.table))[who]
    return RatioOfTotals(numbers(persons, "hours_spent"), held.astype(np.float64), tables.people.codes(who))


def _tie_mean(column: str) -> Measure:
    def estimand(tables: Tables, role: str) -> Estimand:
        ties, person = _of(tables, role, "ties", column)
        value = numbers(ties, column)
        held = ~np.isnan(value)
        return _mean(tables, value[held], person[held])

    return estimand


def _tie_count(*, new: bool) -> Measure:
    def estimand(tables: Tables, role: str) -> Estimand:
        ties, person = _of(tables, role, "ties", "strength_start", "strength_end")
        alive = numbers(ties, "strength_end") >= tables.run.scenario.network.gone
        if new:
            alive &= np.isnan(numbers(ties, "strength_start"))
        return _per_person(tables, role, person[alive])

    return estimand


# ---- pathway ------------------------------------------------------------------------------------------------------


def _asks(tables: Tables, role: str) -> Estimand:
    path, person = _of(tables, role, "pathway", "step", "time", "initiated_by")
    asked = np.asarray((path["step"] == "reach_out") & (path["initiated_by"] == "seeker"))
    return _per_person(tables, role, person[asked & _in_window(tables, numbers(path, "time"))])


def _willing(tables: Tables, role: str) -> Estimand:
    path, person = _of(tables, role, "pathway", "step", "time", "reason")
    decided = np.asarray(path["step"] == "vouch") & _in_window(tables, numbers(path, "time"))
    refused: NDArray[np.bool_] = np.asarray(path["reason"] == "unwilling")[decided]
    return _mean(tables, (~refused).astype(np.float64), person[decided])


ESTIMANDS: dict[str, Measure] = {
    "response_rate": _rate("response", *OWN),
    "interview_rate": _rate("interview", *OWN),
    "offer_rate": _rate("offer", *OWN),
    "hire_rate": _rate("hire", *OWN),
    "direct_response": _rate("response", "direct"),
    "referral_response": _rate("response", "referral"),
    "recruiter_response": _rate("response", "recruiter"),
    "referral_interview": _rate("interview", "referral"),
    "direct_interview": _rate("interview", "direct"),
    "referrals_per_person": _events("sent", "referral"),
    "applications_per_person": _events("sent", "direct"),
    "asks_per_person": _asks,
    "interviews_per_person": _events("interviewed"),
    "hires_per_person": _hires,
    "approaches_per_person": _events("sent", "recruiter"),
    **{f"hired_in_{weeks}_weeks": hired_in(weeks) for weeks in WEEKS_OF_SEARCH},
    **{f"interview_in_{weeks}_weeks": interview_in(weeks) for weeks in WEEKS_OF_SEARCH},
    "hours_per_interview": _hours_per_interview,
    "found_by_referral": _found_by_referral,
    "days_to_answer_referral": _days_to_response("referral"),
    "days_to_answer_direct": _days_to_response("direct"),
    "interviews_in_30_applications": _interviews_in_30,
    "one_in_30": _one_in_30,
    "employed_at_end": _employed,
    "manager_at_end": _manager,
    "match_at_end": _match,
    "wage_at_end": _wage,
    "strength_at_end": _tie_mean("strength_end"),
    "goodwill_at_end": _tie_mean("goodwill_end"),
    "ties_at_end": _tie_count(new=False),
    "vouch_precision": _vouch_precision,
    "hidden_share": _hidden,
    "willing": _willing,
    "later_referrals": _later_referrals,
    "contacts_at_end_new": _tie_count(new=True),
}
"""How each measure of :data:`sim.scenario.quantities.MEASURES` is measured, for the people of a role."""
