"""Patterns of how long a search lasts: employed contacts (P9), the chance of a job by week (P10)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.claims.evidence import evidence
from analysis.claims.pattern_results import PatternResult, band_of, nothing, pattern_result, replication_sums
from analysis.claims.verdicts import verdict
from analysis.estimation.jackknife import jackknife, ratio_interval
from analysis.tables.clusters import Floats
from analysis.tables.events import WEEK, YEAR, found_a_job, numbers
from analysis.tables.tables import Tables

EARLY, LATE = (9, 26), (27, 44)
"""First and last weeks of search of the two periods compared."""


def employed_contacts(tables: Tables, level: float) -> PatternResult:
    """P9: re-employment within a year by the share of former co-workers in work (Glitz 2017).

    Denominator: displaced workers who have former co-workers outside the closing firms. Linear probability of a job
    within a year on that share, with the logarithm of how many they are, ability, experience and field as controls;
    the number is the slope for ten points of the share.
    """
    left = tables.run.table("displaced", "person", "day", "former", "former_colleagues")
    people = left.groupby(["replication", "person"], as_index=False).agg(
        day=("day", "first"), former=("former", "first"), employed=("former_colleagues", "sum")
    )
    people = people[people["former"] > 0]
    if len(people) < 50:
        return nothing("P9", level, tables, "Fewer than 50 displaced people with former co-workers.")
    taken = tables.run.table("jobs", "person", "start").merge(people[["replication", "person", "day"]])
    again = taken[(taken["start"] >= taken["day"]) & (taken["start"] <= taken["day"] + YEAR)]
    key = ["replication", "person"]
    people = people.merge(again[key].drop_duplicates().assign(again=1.0), on=key, how="left").merge(
        tables.run.table("persons", "ability", "experience", "field")[[*key, "ability", "experience", "field"]],
        on=key,
    )
    y = people["again"].fillna(0.0).to_numpy(np.float64)
    field = people["field"].to_numpy(np.int64)
    x = np.column_stack(
        [
            numbers(people, "employed") / numbers(people, "former"),
            np.log(numbers(people, "former")),
            numbers(people, "ability"),
            numbers(people, "experience"),
            field[:, None] == np.arange(int(field.max()) + 1),
        ]
    )
    k = x.shape[1]
    moments = np.hstack([(x[:, :, None] * x[:, None, :]).reshape(len(x), -1), x * y[:, None]])

    def slope(total: Floats) -> float:
        return 0.1 * float(np.linalg.lstsq(total[: k * k].reshape(k, k), total[k * k :], rcond=None)[0][0])

    interval = jackknife(replication_sums(tables, people["replication"], moments), slope, level)
    detail = (
        f"{y.mean():.0%} were re-employed within a year; the share of former co-workers in work has SD "
        f"{x[:, 0].std():.3f}"
    )
    decided = verdict(*interval[1:], band_of(evidence("P9")))
    return pattern_result("P9", interval, decided, level, len(y), tables, detail)


def duration(tables: Tables, level: float) -> PatternResult:
    """P10: chance a week to find a job, weeks 27-44 of a search over weeks 9-26 (Calvó-Armengol and Jackson 2004).

    Denominator: person-weeks of jobless searches that began in the run, inside the window. Effort is held constant
    in this setting and no employer minds long searches. The first eight weeks are left out, because
    jobs found then can come from before the search was under way. Mantel-Haenszel over fifths of ability and fields
    removes the effect of able people leaving first. The published sign holds if the ratio is below one.
    """
    spells = tables.run.table("spells", "person", "start", "end", "how", "employed")
    key = ["replication", "person"]
    spells = spells.merge(tables.run.table("persons", "ability", "field")[[*key, "ability", "field"]], on=key)
    spells = spells[~spells["employed"].to_numpy(bool) & (spells["start"] >= 0)]
    start, end = numbers(spells, "start"), numbers(spells, "end")
    until = np.where(np.isnan(end), tables.run.horizon, end)
    low, high = tables.run.window
    hired = found_a_job(spells)
    counts = []
    for first, last in (EARLY, LATE):
        opens = np.maximum(start + WEEK * (first - 1), low)
        closes = np.minimum(start + WEEK * last, high)
        time = np.clip(np.minimum(until, closes) - opens, 0.0, None)
        counts += [(hired & (end > opens) & (end <= closes)).astype(np.float64), time / WEEK]
    fifth = np.searchsorted(np.quantile(numbers(spells, "ability"), [0.2, 0.4, 0.6, 0.8]), numbers(spells, "ability"))
    cell = (
        pd.DataFrame(
            {
                "replication": spells["replication"].to_numpy(),
                "fifth": fifth,
                "field": spells["field"].to_numpy(),
                "early": counts[0],
                "early_weeks": counts[1],
                "late": counts[2],
                "late_weeks": counts[3],
            }
        )
        .groupby(["replication", "fifth", "field"], as_index=False)
        .sum()
    )
    weeks = (cell["early_weeks"] + cell["late_weeks"]).clip(lower=1e-9)
    columns = np.column_stack(
        [
            cell["late"] * cell["early_weeks"] / weeks,
            cell["early"] * cell["late_weeks"] / weeks,
            cell["late"],
            cell["late_weeks"],
            cell["early"],
            cell["early_weeks"],
        ]
    ).astype(np.float64)
    sums = replication_sums(tables, cell["replication"], columns)
    total = sums.sum(axis=0)
    if not (total > 0).all():
        return nothing("P10", level, tables, "No jobs found early and late; simulate more.")
    interval = ratio_interval(sums, lambda s: float(s[0] / s[1]), level)
    detail = (
        f"weekly chance {total[4] / total[5]:.4f} in weeks {EARLY[0]}-{EARLY[1]}, "
        f"{total[2] / total[3]:.4f} in weeks {LATE[0]}-{LATE[1]}"
    )
    decided = verdict(interval[1], interval[2], (0.0, 1.0))
    return pattern_result("P10", interval, decided, level, float(total[3]), tables, detail)
