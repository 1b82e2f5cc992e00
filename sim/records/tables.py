"""The tables of a run; `docs/tables.md` describes their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import NOBODY, Channel, HiredThrough, Kind, LeftBecause, SpellEnd, State, Visibility
from sim.market.layout import DISPLACED, EXPOSURE, NAN
from sim.market.market import Market
from sim.market.tie_state import state_now
from sim.records.applications_table import applications
from sim.records.arrow import as_batch, as_category, scattered
from sim.records.pathway_table import pathway
from sim.scenario.quantity_names import CROWD

if TYPE_CHECKING:
    import pyarrow as pa


def openings(market: Market, replication: int) -> pa.RecordBatch:
    """One row an opening: how many applied, who was hired, and through which channel."""
    o, n, time = market.openings, len(market.openings), market.scenario.time
    opening, channel = market.applications["opening"], market.applications["channel"]
    candidacy = o["hired_candidacy"]
    hired = candidacy >= 0
    row = market.candidacies["row"][candidacy[hired]]
    candidacy_opening = opening[market.candidacies["row"][~np.isnan(market.candidacies["read"])]]
    arrived = np.ones(len(opening), dtype=bool)
    recruited = market.candidacies["row"][market.endorsements["candidacy"]]
    arrived[recruited] = ~np.isnan(market.candidacies["arrived"][market.endorsements["candidacy"]])
    return as_batch(
        {
            "replication": np.full(n, replication, np.int16),
            "opening": np.arange(n, dtype=np.int32),
            "opening_key": o["draw_key"],
            "employer": o["employer"],
            "field": o["field"],
            "visibility": as_category(o["visibility"], Visibility.words),
            "opened": o["opened"],
            "posted": o["posted"],
            "closed": o["closed"],
            "filled": o["filled"],
            "applicants": np.bincount(opening[arrived], minlength=n).astype(np.int32),
            "direct_applicants": np.bincount(opening[channel == Channel.DIRECT], minlength=n).astype(np.int32),
            "read": np.bincount(candidacy_opening, minlength=n).astype(np.int32),
            "invited": o["invited"],
            "interviewed": o["interviewed"],
            "could_mention": o["could_mention"],
            "hired_person": scattered(n, hired, market.applications["person"][row], NOBODY),
            "hired_channel": as_category(
                scattered(n, hired, channel[row], HiredThrough.NOT_FILLED), HiredThrough.words
            ),
            "in_window": (o["opened"] >= time.warm_up) & (o["opened"] < time.warm_up + time.window),
        }
    )


def persons(market: Market, replication: int) -> pa.RecordBatch:
    """One row a person: attributes, and job and search at the start and at the end."""
    people, n = market.people, len(market.people)
    return as_batch(
        {
            "replication": np.full(n, replication, np.int16),
            "person": np.arange(n, dtype=np.int32),
            "role": as_category(people.role, (CROWD, *market.scenario.cast)),
            "placed_contact": market.placed,
            "manager": people.manager,
            "record": people.record,
            "job_match": people.job_match,
            "hours_spent": people.spent,
            "asks": people.asked,
            "field": people.field,
            "skills": people.skills,
            "ability": people.ability,
            "experience": people.experience,
            "hours": people.hours,
            "currency": people.currency,
            "employer_start": market.employer_start,
            "employer_end": people.employer,
            "state_start": as_category(market.state_start, State.words),
            "state_end": as_category(people.state, State.words),
            "degree": market.ties.degree(),
        }
    )


def spells(market: Market, replication: int) -> pa.RecordBatch:
    """One row a spell of search; those under way at the end are censored."""
    done, under_way = market.spells, np.flatnonzero(~np.isnan(market.people.search_start))
    how = np.concatenate([done["how"], np.full(len(under_way), SpellEnd.UNDER_WAY, np.int8)])
    employed = market.people.employer[under_way] != NOBODY
    return as_batch(
        {
            "replication": np.full(len(how), replication, np.int16),
            "person": np.concatenate([done["person"], under_way.astype(np.int32)]),
            "start": np.concatenate([done["start"], market.people.search_start[under_way].astype(np.float32)]),
            "end": np.concatenate([done["end"], np.full(len(under_way), np.nan, np.float32)]),
            "employed": np.concatenate([done["employed"], employed]),
            "how": as_category(how, SpellEnd.words),
            "censored": how == SpellEnd.UNDER_WAY,
        }
    )


def jobs(market: Market, replication: int) -> pa.RecordBatch:
    """One row a job taken during the run: how it was found, its match, what the employer believed, and how it ended."""
    j, n = market.jobs, len(market.jobs)
    return as_batch(
        {
            "replication": np.full(n, replication, np.int16),
            "person": j["person"],
            "employer": j["employer"],
            "opening": j["opening"],
            "opening_key": market.openings["draw_key"][j["opening"]],
            "channel": as_category(j["channel"], Channel.words),
            "start": j["start"],
            "end": j["end"],
            "left_because": as_category(j["why"], LeftBecause.words),
            "match": j["match"],
            "belief": j["belief"],
        }
    )


def ties(market: Market, replication: int) -> pa.RecordBatch:
    """One row a tie of the people in the cast, held at the start, at the end or unchanged (NULL where not)."""
    ties, start = market.ties, market.ties_at_start
    row, _ = ties.of(np.flatnonzero(market.people.role > 0))
    strength, familiarity, goodwill = (x.astype(np.float32) for x in state_now(market, row))
    unchanged = np.isin(row, start["row"][ties.contact[start["row"]] == start["contact"]])
    # A row whose contact is the same as at the start is one tie; else the old tie is lost and a new one took its row.
    before = np.full(len(row), -1, np.int64)
    before[unchanged] = np.searchsorted(start["row"], row[unchanged])
    lost = np.setdiff1d(np.arange(len(start["row"])), before[unchanged])
    old = np.concatenate([before, lost])
    n, held = len(old), len(row)

    def at_start(name: str) -> NDArray[Any]:
        return np.where(old >= 0, start[name][old] if len(start[name]) else NAN, NAN).astype(np.float32)

    def at_end(values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values, np.full(n - held, NAN, np.float32)])

    return as_batch(
        {
            "replication": np.full(n, replication, np.int16),
            "person": np.concatenate([ties.person[row], ties.person[start["row"][lost]]]),
            "contact": np.concatenate([ties.contact[row], start["contact"][lost]]),
            "kind": as_category(np.concatenate([ties.kind[row], start["kind"][lost]]), Kind.words),
            # A colleague at the start is a former one by the end where one of the two has left.
            "kind_start": as_category(
                np.where(old >= 0, start["kind"][old] if len(start["kind"]) else 0, -1) + 1, ("none", *Kind.words)
            ),
            "since": np.concatenate([ties.since[row], np.full(n - held, -1.0, np.float32)]),
            "strength_start": at_start("strength"),
            "familiarity_start": at_start("familiarity"),
            "goodwill_start": at_start("goodwill"),
            "strength_end": at_end(strength),
            "familiarity_end": at_end(familiarity),
            "goodwill_end": at_end(goodwill),
        }
    )


def displaced(market: Market, replication: int) -> pa.RecordBatch:
    """One row a displaced person and employer at which former colleagues of theirs work (-1 where there is none)."""
    d, n = market.displaced, len(market.displaced)
    return as_batch({"replication": np.full(n, replication, np.int16), **{name: d[name] for name in DISPLACED}})


def exposure(market: Market, replication: int) -> pa.RecordBatch:
    """Ties of seekers to people employed elsewhere, sampled; and (`job`) all ties into the firm that hired somebody."""
    e, n = market.exposure, len(market.exposure)
    columns = {name: e[name] for name in EXPOSURE}
    columns["kind"] = as_category(e["kind"], Kind.words)
    return as_batch({"replication": np.full(n, replication, np.int16), **columns})


_SMALL: dict[str, Callable[[Market, int], pa.RecordBatch]] = {
    "openings": openings,
    "persons": persons,
    "spells": spells,
    "pathway": pathway,
    "jobs": jobs,
    "ties": ties,
    "displaced": displaced,
    "exposure": exposure,
}

TABLES = ("applications", *_SMALL)


def batches(market: Market, replication: int) -> Iterator[tuple[str, Iterable[pa.RecordBatch]]]:
    """Every table by name, in batches; the applications are too many for one."""
    yield "applications", applications(market, replication)
    for name, write in _SMALL.items():
        yield name, [write(market, replication)]
