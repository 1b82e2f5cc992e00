"""Market quantities from ties, searches and jobs: their rows, numerators and denominators."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.estimation.estimands import Estimand, RatioOfRatios, RatioOfTotals, YearlyShare
from analysis.quantities.measurement import Measurement
from analysis.tables.clusters import Bools, Floats, Ints
from analysis.tables.events import WEEK, YEAR, count_between, found_a_job, numbers
from analysis.tables.rows import need_columns
from analysis.tables.tables import Tables
from sim.scenario.cast import hour_shares

DISTANT = ("acquaintance", "online")
"""Kinds of ties beyond a person's own circle."""
LEAVES = ("quit", "moved")
"""Ways to leave a job voluntarily: to quit, or to move to another job."""


def _known(tables: Tables, name: str, *columns: str) -> tuple[pd.DataFrame, Ints]:
    """Return a table, and for each of its rows the row of the person in the persons table."""
    table = tables.run.table(name, "person", *columns)
    person = tables.people.find(table)
    if (person < 0).any():
        raise AnalysisError(f"The {name} table names people whom the persons table does not have.")
    return table, person


def _contact_share(tables: Tables) -> Estimand:
    table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
    need_columns(table, ("accepted",), "The share of hires through a contact")
    hired = table["accepted"].notna().to_numpy()
    through = np.asarray(table["channel"] == "referral")
    if "heard_from" in table.columns:
        through = through | (table["heard_from"].to_numpy(np.float64, na_value=-1.0) >= 0)
    return RatioOfTotals(
        through[hired].astype(np.float64), np.ones(int(hired.sum())), tables.application_codes.take(keep[hired])
    )


# ---- ties ---------------------------------------------------------------------------------------------------------


def _idle_roles(tables: Tables) -> list[str]:
    """Return the roles whose plan gives no hours to ties: no upkeep, asks or habits."""
    scenario = tables.run.scenario
    idle = []
    for name, role in scenario.cast.items():
        plan = hour_shares(scenario.search, role)
        if not any(share for activity, share in plan.items() if activity != "applications"):
            idle.append(name)
    return idle


def _years(tables: Tables, least: float) -> float:
    if tables.run.horizon < least:
        raise AnalysisError(f"This needs a run of at least {least:g} days; it lasted {tables.run.horizon:g}.")
    return tables.run.horizon / YEAR


def _ties_gone(tables: Tables) -> Estimand:
    years = _years(tables, YEAR)
    roles = _idle_roles(tables)
    if not roles:
        raise AnalysisError("This needs a role in the cast whose plan gives no hour to upkeep, asks or habits.")
    ties, person = _known(tables, "ties", "kind", "strength_start", "strength_end")
    gone = tables.run.scenario.network.gone
    kind = ties["kind_start"] if "kind_start" in ties.columns else ties["kind"]
    idle = np.any([tables.people.in_role(role) for role in roles], axis=0)[person]
    counted = idle & kind.astype(str).isin(DISTANT).to_numpy() & (numbers(ties, "strength_start") >= gone)
    lost = ~(numbers(ties, "strength_end")[counted] >= gone)
    return YearlyShare(
        RatioOfTotals(lost.astype(np.float64), np.ones(len(lost)), tables.people.codes(person[counted])), years
    )


def _close_lost(tables: Tables) -> Estimand:
    years = _years(tables, YEAR / 2)
    ties, person = _known(tables, "ties", "strength_start", "strength_end")
    layer = tables.run.scenario.network.close_layer
    close = numbers(ties, "strength_start") >= layer
    lost = ~(numbers(ties, "strength_end")[close] >= layer / 2)
    return YearlyShare(
        RatioOfTotals(lost.astype(np.float64), np.ones(len(lost)), tables.people.codes(person[close])), years
    )


def _mention(tables: Tables) -> Estimand:
    if tables.openings is None:
        raise AnalysisError("This needs the openings table; give a run or a run folder, not applications only.")
    openings = tables.openings
    need_columns(openings, ("could_mention", "in_window", "field"), "The share of job news that is mentioned")
    path, person = _known(tables, "pathway", "opening", "step", "initiated_by")
    recalled = np.asarray((path["step"] == "recall") & (path["initiated_by"] == "contact"))
    path, person = path[recalled], person[recalled]
    place = pd.MultiIndex.from_frame(openings[["replication", "opening"]]).get_indexer(
        pd.MultiIndex.from_arrays([path["replication"], path["opening"]])
    )
    field = tables.run.table("persons", "field")["field"].to_numpy()[person]
    fits = (place >= 0) & (field == openings["field"].to_numpy()[place])
    mentioned = np.bincount(place[fits], minlength=len(openings)).astype(np.float64)
    rows = openings["in_window"].to_numpy(bool)
    return RatioOfTotals(mentioned[rows], numbers(openings, "could_mention")[rows], tables.opening_codes.take(rows))


# ---- searches -----------------------------------------------------------------------------------------------------


def _in_week(tables: Tables, week: int) -> tuple[pd.DataFrame, Ints, Floats]:
    """Return searches still on at the start of their n-th week, if that week lies in the window, and its start.

    Searches that began before the run are left out: their start was drawn, not simulated.
    """
    spells, person = _known(tables, "spells", "start", "end", "how")
    start, end = numbers(spells, "start"), numbers(spells, "end")
    begins = start + WEEK * (week - 1)
    low, high = tables.run.window
    rows = (start >= 0) & (begins >= low) & (begins + WEEK <= high) & ~(end <= begins)
    return spells[rows], person[rows], begins[rows]


def _applications_in_week(week: int) -> Callable[[Tables], Estimand]:
    def estimand(tables: Tables) -> Estimand:
        spells, person, begins = _in_week(tables, week)
        until = np.fmin(begins + WEEK, numbers(spells, "end"))
        direct = np.flatnonzero(np.asarray(tables.applications["channel"] == "direct"))
        sent = numbers(tables.applications, "sent")[direct]
        who = tables.people.of_application[direct]
        number = count_between(who[who >= 0], sent[who >= 0], person, begins, until)
        return RatioOfTotals(number.astype(np.float64), (until - begins) / WEEK, tables.people.codes(person))

    return estimand


def _hazard(week: int) -> Callable[[Tables], Estimand]:
    def estimand(tables: Tables) -> Estimand:
        spells, person, begins = _in_week(tables, week)
        hired = found_a_job(spells) & (numbers(spells, "end") <= begins + WEEK)
        return RatioOfTotals(hired.astype(np.float64), np.ones(len(spells)), tables.people.codes(person))

    return estimand


# ---- jobs ---------------------------------------------------------------------------------------------------------


def _inside(tables: Tables) -> Estimand:
    """Compare hires at the same firm of people displaced from one firm and field, with a former colleague there or not.

    A Mantel-Haenszel ratio over (replication, firm left, field, hiring firm): large firms hire more and have more
    former colleagues inside, so only a comparison within the hiring firm says anything.
    """
    table, person = _known(tables, "displaced", "day", "employer_left", "employer")
    persons = tables.run.table("persons", "field")
    rows = pd.DataFrame(
        {
            "person": person,
            "day": numbers(table, "day"),
            "employer": table["employer"].to_numpy(np.int64),
            "left": table["employer_left"].to_numpy(np.int64),
            "replication": table["replication"].to_numpy(np.int64),
            "field": persons["field"].to_numpy()[person],
        }
    )
    cell = ["replication", "left", "field"]
    people = rows.drop_duplicates("person").drop(columns="employer")
    jobs, worker = _known(tables, "jobs", "start", "employer")
    taken = pd.DataFrame(
        {"person": worker, "start": numbers(jobs, "start"), "employer": jobs["employer"].to_numpy(np.int64)}
    )
    hires = people.merge(taken, on="person")
    hires = hires[hires["start"] >= hires["day"]].sort_values("start", kind="stable").drop_duplicates("person")
    linked = rows[rows["employer"] >= 0].groupby([*cell, "employer"]).size().rename("with").reset_index()
    hires = hires.merge(linked, on=[*cell, "employer"], how="left").merge(
        people.groupby(cell).size().rename("all").reset_index(), on=cell
    )
    share = hires["with"].fillna(0).to_numpy(np.float64) / hires["all"].to_numpy(np.float64)
    pairs = pd.MultiIndex.from_frame(rows[["person", "employer"]])
    inside = pd.MultiIndex.from_frame(hires[["person", "employer"]]).isin(pairs)
    # Weight each hire by the other group's share of its cell: this gives the Mantel-Haenszel sums.
    top, bottom = np.where(inside, 1 - share, 0.0), np.where(inside, 0.0, share)
    return RatioOfTotals(top, bottom, tables.people.codes(hires["person"].to_numpy(np.int64)))


def _quits(tables: Tables) -> Estimand:
    jobs, person = _known(tables, "jobs", "start", "end", "left_because", "channel")
    until = np.where(np.isnan(numbers(jobs, "end")), tables.run.horizon, numbers(jobs, "end"))
    years = np.maximum(until - numbers(jobs, "start"), 0.0) / YEAR
    left = jobs["left_because"].astype(str).isin(LEAVES).to_numpy().astype(np.float64)
    referred = np.asarray(jobs["channel"] == "referral")

    def side(rows: Bools) -> RatioOfTotals:
        return RatioOfTotals(left[rows], years[rows], tables.people.codes(person[rows]))

    return RatioOfRatios(side(referred), side(~referred))


MEASUREMENTS: dict[str, Measurement] = {
    "contact_share_of_hires": Measurement(_contact_share, "share"),
    "ties_gone_after_a_year": Measurement(_ties_gone, "share"),
    "close_ties_lost_a_year": Measurement(_close_lost, "share"),
    "mention_given_news": Measurement(_mention, "share"),
    "applications_week_1": Measurement(_applications_in_week(1), "events"),
    "applications_week_25": Measurement(_applications_in_week(25), "events"),
    "weekly_hazard_week_4": Measurement(_hazard(4), "share"),
    "weekly_hazard_week_26": Measurement(_hazard(26), "share"),
    "hire_ratio_inside": Measurement(_inside, "ratio"),
    "quit_ratio_referred": Measurement(_quits, "ratio"),
}
"""How each of these market quantities is measured."""
