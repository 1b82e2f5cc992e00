"""What a run writes down: the columns it keeps while it goes, and the tables it leaves (`docs/tables.md`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import (
    NOBODY,
    Channel,
    ClosedReason,
    Kind,
    LeftBecause,
    Reason,
    SpellEnd,
    State,
    Step,
    Visibility,
)
from sim.market.tie_state import state_now
from sim.scenario.quantity_names import CROWD

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.market.market import Market

from sim.market.layout import DISPLACED, EXPOSURE, NAN
from sim.market.market import Market
from sim.records.arrow import as_batch, as_category, scattered

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1 << 17


class _Applications:
    """Lays the sparse candidacies and endorsements out beside the dense applications."""

    def __init__(self, market: Market) -> None:
        self.market = market
        candidacies, endorsements = market.candidacies, market.endorsements
        self.order = np.argsort(candidacies["row"], kind="stable")
        self.row = candidacies["row"][self.order]
        self.endorsement = np.full(len(candidacies), -1, np.int64)
        self.endorsement[endorsements["candidacy"]] = np.arange(len(endorsements))

    def batch(self, low: int, high: int, replication: int) -> pa.RecordBatch:

        market, n = self.market, high - low
        a, o, s = market.applications, market.openings, market.scenario
        person, opening, sent = a["person"][low:high], a["opening"][low:high], a["sent"][low:high]
        channel = a["channel"][low:high]
        candidacy = self.order[slice(*np.searchsorted(self.row, [low, high]))]
        where = market.candidacies["row"][candidacy] - low

        def of_candidacy(name: str, empty: Any = NAN) -> NDArray[Any]:
            return scattered(n, where, market.candidacies[name][candidacy], empty)

        endorsed = np.flatnonzero(self.endorsement[candidacy] >= 0)
        rows, there = self.endorsement[candidacy[endorsed]], where[endorsed]

        def of_endorsement(name: str, empty: Any = NAN) -> NDArray[Any]:
            return scattered(n, there, market.endorsements[name][rows], empty)

        def by_horizon(times: NDArray[Any]) -> NDArray[Any]:
            # A reply or a first day that lies after the end of the run has not happened.
            return np.where(times <= market.horizon, times, np.float32(NAN))

        arrived = np.where(channel == Channel.RECRUITER, of_candidacy("arrived"), sent)
        read, offered, accepted = of_candidacy("read"), of_candidacy("offered"), of_candidacy("accepted")
        withdrawn, interested = of_candidacy("withdrawn"), of_endorsement("interested")
        replied = by_horizon(of_endorsement("replied"))
        referrer = of_endorsement("referrer", NOBODY)
        closed = o["closed"][opening]
        notified = market.employers.notifies[o["employer"][opening]]
        away = channel == Channel.RECRUITER
        reason = np.select(
            [
                ~np.isnan(accepted),
                ~np.isnan(withdrawn),
                away & np.isnan(interested),
                away & np.isnan(arrived) & ~np.isnan(closed),
                np.isnan(closed),
                ~np.isnan(offered),
                notified,
            ],
            [0, 2, 6, 7, 5, 1, 3],
            4,
        )
        closed = np.where(reason == 2, withdrawn, closed)
        people = market.people
        columns = {
            "replication": np.full(n, replication, np.int16),
            "application": np.arange(low, high, dtype=np.int32),
            "person": person,
            "opening": opening,
            "employer": o["employer"][opening],
            "channel": as_category(channel, Channel.words),
            "sent": sent,
            "arrived": arrived,
            "read": read,
            "responded": of_candidacy("responded"),
            "interviewed": of_candidacy("interviewed"),
            "offered": offered,
            "accepted": accepted,
            "started": by_horizon(of_candidacy("started")),
            "closed": closed,
            "closed_reason": as_category(reason, ClosedReason.words),
            "censored": market.horizon - sent < s.time.response_window,
            "in_window": (sent >= s.time.warm_up) & (sent < s.time.warm_up + s.time.window),
            "replied": replied,
            "interested": by_horizon(interested),
            "referrer": referrer,
            "heard_from": of_endorsement("heard_from", NOBODY),
            "tie_kind": as_category(of_endorsement("tie_kind", -1) + 1, ("none", *Kind.words)),
            "tie_strength": of_endorsement("strength"),
            "familiarity": of_endorsement("familiarity"),
            "goodwill": of_endorsement("goodwill"),
            "mutual_contacts": of_endorsement("mutual_contacts", -1),
            "initiated_by": as_category(of_endorsement("initiated_by", 0), ("none", "contact", "seeker")),
            # What the referrer's report weighs with the employer; NaN where nobody vouched.
            "report_precision": np.where(referrer != NOBODY, of_candidacy("report_precision"), np.float32(NAN)),
            "ask": as_category(of_endorsement("ask", 0), ("none", "informed", "rushed")),
            "vouch": as_category(of_endorsement("vouch", 0), ("none", "resume", "letter", "manager")),
            "match": market.match(person, opening).astype(np.float32),
            "belief_mean": of_candidacy("mean"),
            "belief_variance": of_candidacy("variance"),
            "letter_response": of_candidacy("letter", -1),
            "ability": people.ability[person],
            "experience": people.experience[person],
        }
        return as_batch(columns)


def applications(market: Market, replication: int) -> Iterator[pa.RecordBatch]:
    """The applications table in batches of bounded size, in order of entry."""
    layout = _Applications(market)
    n = len(market.applications)
    for low in range(0, max(n, 1), _BATCH):
        yield layout.batch(low, min(low + _BATCH, n), replication)


def openings(market: Market, replication: int) -> pa.RecordBatch:
    """One row an opening, with what came in and who was hired how."""
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
            "hired_channel": as_category(scattered(n, hired, channel[row], 3), (*Channel.words, "none")),
            "in_window": (o["opened"] >= time.warm_up) & (o["opened"] < time.warm_up + time.window),
        }
    )


def persons(market: Market, replication: int) -> pa.RecordBatch:
    """One row a person: attributes, and where they stood at the start and at the end."""
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
    how = np.concatenate([done["how"], np.full(len(under_way), SpellEnd.GAVE_UP + 1, np.int8)])
    employed = market.people.employer[under_way] != NOBODY
    return as_batch(
        {
            "replication": np.full(len(how), replication, np.int16),
            "person": np.concatenate([done["person"], under_way.astype(np.int32)]),
            "start": np.concatenate([done["start"], market.people.search_start[under_way].astype(np.float32)]),
            "end": np.concatenate([done["end"], np.full(len(under_way), np.nan, np.float32)]),
            "employed": np.concatenate([done["employed"], employed]),
            "how": as_category(how, (*Channel.words, "gave_up", "none")),
            "censored": how == SpellEnd.GAVE_UP + 1,
        }
    )


def pathway(market: Market, replication: int) -> pa.RecordBatch:
    """Every step that every referral reached, with its time, and at its last step the reason it went no further."""
    p, n = market.paths, len(market.paths)
    candidacy = p["candidacy"]
    has = candidacy >= 0
    times = {name: p[name].astype(float) for name in ("recalled", "reached", "decided", "handed")}
    for name in ("read", "responded", "interviewed", "offered", "accepted", "withdrawn"):
        times[name] = scattered(n, has, market.candidacies[name][candidacy[has]].astype(float), NAN)
    closed = market.openings["closed"][p["opening"]].astype(float)
    reason = p["reason"].copy()
    on = reason == Reason.GOES_ON
    outcome = np.select(
        [
            ~np.isnan(times["accepted"]),
            ~np.isnan(times["withdrawn"]),
            np.isnan(closed) | ~has,
            ~np.isnan(times["offered"]),
            ~np.isnan(times["interviewed"]),
            ~np.isnan(times["read"]),
        ],
        [Reason.HIRED, Reason.WITHDREW, Reason.WAITING, Reason.DECLINED, Reason.NOT_OFFERED, Reason.BELOW_BAR],
        Reason.NOT_READ,
    )
    reason[on] = outcome[on]
    reason[times["reached"] > market.horizon] = Reason.WAITING
    end = np.where(np.isnan(times["accepted"]), closed, times["accepted"])
    # A contact begins by recalling the person, a seeker by reaching out.
    step_times = np.column_stack(
        [
            np.where(p["initiated_by"] != 2, times["recalled"], NAN),
            times["reached"],
            times["decided"],
            times["handed"],
            times["read"],
            times["interviewed"],
            np.where(np.isnan(times["interviewed"]), NAN, end),
        ]
    )
    step_times[step_times > market.horizon] = NAN
    reached = ~np.isnan(step_times)
    last = step_times.shape[1] - 1 - np.argmax(reached[:, ::-1], axis=1)
    path, step = np.nonzero(reached)
    ended = step == last[path]
    return as_batch(
        {
            "replication": np.full(len(path), replication, np.int16),
            "path": path.astype(np.int32),
            "person": p["person"][path],
            "opening": p["opening"][path],
            "referrer": p["referrer"][path],
            "initiated_by": as_category(p["initiated_by"][path], ("none", "contact", "seeker")),
            "step": as_category(step, Step.words),
            "time": step_times[path, step].astype(np.float32),
            "ended": ended,
            "reason": as_category(np.where(ended, reason[path], Reason.GOES_ON), Reason.words),
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
            "channel": as_category(j["channel"], Channel.words),
            "start": j["start"],
            "end": j["end"],
            "left_because": as_category(j["why"], LeftBecause.words),
            "match": j["match"],
            "belief": j["belief"],
        }
    )


def ties(market: Market, replication: int) -> pa.RecordBatch:
    """One row a tie of the people in the cast, held at the start, at the end or both (NaN where not)."""
    network, start = market.ties, market.ties_at_start
    row, _ = network.of(np.flatnonzero(market.people.role > 0))
    strength, familiarity, goodwill = (x.astype(np.float32) for x in state_now(market, row))
    kept = np.isin(row, start["row"][network.contact[start["row"]] == start["contact"]])
    # A row whose contact is the same as at the start is one tie; else the old one is gone and a new one in its place.
    before = np.full(len(row), -1, np.int64)
    before[kept] = np.searchsorted(start["row"], row[kept])
    lost = np.setdiff1d(np.arange(len(start["row"])), before[kept])
    old = np.concatenate([before, lost])
    n, held = len(old), len(row)

    def at_start(name: str) -> NDArray[Any]:
        return np.where(old >= 0, start[name][old] if len(start[name]) else NAN, NAN).astype(np.float32)

    def at_end(values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values, np.full(n - held, NAN, np.float32)])

    return as_batch(
        {
            "replication": np.full(n, replication, np.int16),
            "person": np.concatenate([network.person[row], network.person[start["row"][lost]]]),
            "contact": np.concatenate([network.contact[row], start["contact"][lost]]),
            "kind": as_category(np.concatenate([network.kind[row], start["kind"][lost]]), Kind.words),
            # A colleague at the start is a former one by the end where one of the two has left.
            "kind_start": as_category(
                np.where(old >= 0, start["kind"][old] if len(start["kind"]) else 0, -1) + 1, ("none", *Kind.words)
            ),
            "since": np.concatenate([network.since[row], np.full(n - held, -1.0, np.float32)]),
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
    """Ties of seekers to people employed elsewhere, sampled now and then; and (`job`) all those that led to a job."""
    e, n = market.exposure, len(market.exposure)
    columns = {name: e[name] for name in EXPOSURE}
    columns["kind"] = as_category(e["kind"], Kind.words)
    return as_batch({"replication": np.full(n, replication, np.int16), **columns})


TABLES = ("applications", "openings", "persons", "spells", "pathway", "jobs", "ties", "displaced", "exposure")
