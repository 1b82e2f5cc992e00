"""What a run writes down: the columns it keeps while it goes, and the tables it leaves (`docs/model.md`, section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.claims import CROWD
from sim.edge_list import KINDS
from sim.population import NOBODY, SEARCHING
from sim.relations import state_now

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.market import Market

CHANNELS = ("direct", "referral", "recruiter")
DIRECT, REFERRAL, RECRUITER = range(3)
GAVE_UP = 3
STILL_THERE, MOVED, LAID_OFF, QUIT = range(4)
LEFT_BECAUSE = ("none", "moved", "laid_off", "quit")
READ = 65535
"""The place in the pile of a résumé that has been read."""
NO_ASK, INFORMED, RUSHED = range(3)
NO_VOUCH, RESUME, LETTER, MANAGER = range(4)
(
    GOES_ON,
    UNWILLING,
    POOR_FIT,
    TOO_LATE,
    FOUND_JOB,
    ALREADY_IN,
    NOT_READ,
    BELOW_BAR,
    NOT_OFFERED,
    DECLINED,
    WITHDREW,
    HIRED,
    WAITING,
    NOT_HEARD,
    NOT_RECALLED,
) = range(15)
REASONS = (
    "goes_on",
    "unwilling",
    "poor_fit",
    "too_late",
    "found_job",
    "already_in",
    "not_read",
    "not_invited",
    "lost_after_interview",
    "declined",
    "withdrew",
    "hired",
    "still_waiting",
    "not_heard",
    "not_recalled",
)
STATES = ("not_looking", "open", "searching")
PUBLIC, INTERNAL_FIRST, HIDDEN = range(3)
VISIBILITY = ("public", "internal_first", "hidden")
CLOSED_REASONS = ("hired", "declined", "withdrawn", "rejected", "silence", "open", "not_interested", "too_late")
STEPS = ("recall", "reach_out", "vouch", "hand_over", "weigh", "interview", "outcome")

_NAN = np.nan
APPLICATIONS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "opening": (np.int32, 0),
    "sent": (np.float32, 0.0),
    "channel": (np.int8, DIRECT),
    "luck": (np.uint16, 0),
}
CASES: dict[str, tuple[Any, Any]] = {
    "row": (np.int64, 0),
    "arrived": (np.float32, _NAN),
    "report": (np.float32, 0.0),
    "report_precision": (np.float32, 0.0),
    "read": (np.float32, _NAN),
    "responded": (np.float32, _NAN),
    "interviewed": (np.float32, _NAN),
    "offered": (np.float32, _NAN),
    "accepted": (np.float32, _NAN),
    "started": (np.float32, _NAN),
    "withdrawn": (np.float32, _NAN),
    "mean": (np.float32, _NAN),
    "variance": (np.float32, _NAN),
    "letter": (np.int8, -1),
    "referrer": (np.int32, NOBODY),
    "seen": (np.float32, _NAN),
    "final": (np.float32, _NAN),
}
ENDORSEMENTS: dict[str, tuple[Any, Any]] = {
    "case": (np.int64, 0),
    "referrer": (np.int32, NOBODY),
    "tie_kind": (np.int8, -1),
    "strength": (np.float32, _NAN),
    "familiarity": (np.float32, _NAN),
    "goodwill": (np.float32, _NAN),
    "initiated_by": (np.int8, 0),
    "ask": (np.int8, NO_ASK),
    "vouch": (np.int8, NO_VOUCH),
    "replied": (np.float32, _NAN),
    "interested": (np.float32, _NAN),
    "heard_from": (np.int32, NOBODY),
    "mutual_contacts": (np.int16, -1),
}
OPENINGS: dict[str, tuple[Any, Any]] = {
    "employer": (np.int32, 0),
    "field": (np.int16, 0),
    "key": (np.int64, 0),
    "pile": (np.uint32, 0),
    "requirement": (np.float32, 0.0),
    "visibility": (np.int8, 0),
    "opened": (np.float32, _NAN),
    "posted": (np.float32, _NAN),
    "closed": (np.float32, _NAN),
    "filled": (np.float32, _NAN),
    "bar": (np.float32, 0.0),
    "slot": (np.int32, -1),
    "slots": (np.int16, 0),
    "read_since": (np.int32, 0),
    "invited": (np.int32, 0),
    "interviewed": (np.int32, 0),
    "hired_case": (np.int64, -1),
    "could_mention": (np.int32, 0),
}
PATHS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "opening": (np.int32, 0),
    "referrer": (np.int32, NOBODY),
    "tie": (np.int32, -1),
    "initiated_by": (np.int8, 0),
    "recalled": (np.float32, _NAN),
    "reached": (np.float32, _NAN),
    "decided": (np.float32, _NAN),
    "handed": (np.float32, _NAN),
    "case": (np.int64, -1),
    "reason": (np.int8, GOES_ON),
}
SPELLS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "start": (np.float32, _NAN),
    "end": (np.float32, _NAN),
    "employed": (np.bool_, False),
    "how": (np.int8, 0),
}
JOBS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "employer": (np.int32, 0),
    "opening": (np.int32, 0),
    "channel": (np.int8, 0),
    "start": (np.float32, _NAN),
    "end": (np.float32, _NAN),
    "why": (np.int8, STILL_THERE),
    "match": (np.float32, _NAN),
    "belief": (np.float32, _NAN),
}
DISPLACED: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "day": (np.float32, _NAN),
    "employer_left": (np.int32, 0),
    "contacts": (np.int16, 0),
    "employed_contacts": (np.int16, 0),
    "former": (np.int16, 0),
    "employer": (np.int32, NOBODY),
    "former_colleagues": (np.int16, 0),
}
EXPOSURE: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "contact": (np.int32, 0),
    "day": (np.float32, _NAN),
    "job": (np.bool_, False),
    "kind": (np.int8, 0),
    "strength": (np.float32, _NAN),
    "familiarity": (np.float32, _NAN),
    "mutual_contacts": (np.int16, 0),
    "stands_for": (np.float32, 1.0),
}
MONTH = 30.0
EXPOSURE_EVERY = 91.0
"""Days between two looks at the ties of all seekers."""
EXPOSURE_SAMPLE = 2000
"""Ties looked at each time, about; each stands for `stands_for` of them."""
_BATCH = 1 << 17


def _category(codes: NDArray[Any], names: tuple[str, ...]) -> pa.DictionaryArray:
    import pyarrow as pa

    ends = np.cumsum([0, *(len(name) for name in names)], dtype=np.int32)
    texts = pa.StringArray.from_buffers(len(names), pa.py_buffer(ends), pa.py_buffer("".join(names).encode("ascii")))
    return pa.DictionaryArray.from_arrays(_arrow(codes.astype(np.int8)), texts)


def _arrow(values: Any) -> pa.Array:
    """A column as Arrow, without copying; `pa.array` would load pandas: 50 MiB and a sixth of a second."""
    import pyarrow as pa

    if not isinstance(values, np.ndarray):
        return values
    n = len(values)
    if values.dtype == np.bool_:
        values = np.packbits(values, bitorder="little")
        return pa.Array.from_buffers(pa.bool_(), n, [None, pa.py_buffer(values)])
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), n, [None, pa.py_buffer(values)])


def _batch(columns: dict[str, Any]) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([_arrow(column) for column in columns.values()], names=list(columns))


def _scatter(n: int, where: NDArray[Any], values: NDArray[Any], empty: Any) -> NDArray[Any]:
    column = np.full(n, empty, values.dtype)
    column[where] = values
    return column


class _Applications:
    """Lays the sparse cases and endorsements out beside the dense applications."""

    def __init__(self, market: Market) -> None:
        self.market = market
        cases, endorsements = market.cases, market.endorsements
        self.order = np.argsort(cases["row"], kind="stable")
        self.row = cases["row"][self.order]
        self.endorsement = np.full(len(cases), -1, np.int64)
        self.endorsement[endorsements["case"]] = np.arange(len(endorsements))

    def batch(self, low: int, high: int, replication: int) -> pa.RecordBatch:

        market, n = self.market, high - low
        a, o, s = market.applications, market.openings, market.scenario
        person, opening, sent = a["person"][low:high], a["opening"][low:high], a["sent"][low:high]
        channel = a["channel"][low:high]
        case = self.order[slice(*np.searchsorted(self.row, [low, high]))]
        where = market.cases["row"][case] - low

        def of_case(name: str, empty: Any = _NAN) -> NDArray[Any]:
            return _scatter(n, where, market.cases[name][case], empty)

        endorsed = np.flatnonzero(self.endorsement[case] >= 0)
        rows, there = self.endorsement[case[endorsed]], where[endorsed]

        def of_endorsement(name: str, empty: Any = _NAN) -> NDArray[Any]:
            return _scatter(n, there, market.endorsements[name][rows], empty)

        def by_horizon(times: NDArray[Any]) -> NDArray[Any]:
            # A reply or a first day that lies after the end of the run has not happened.
            return np.where(times <= market.horizon, times, np.float32(_NAN))

        arrived = np.where(channel == RECRUITER, of_case("arrived"), sent)
        read, offered, accepted = of_case("read"), of_case("offered"), of_case("accepted")
        withdrawn, interested = of_case("withdrawn"), of_endorsement("interested")
        replied = by_horizon(of_endorsement("replied"))
        referrer = of_endorsement("referrer", NOBODY)
        closed = o["closed"][opening]
        notified = market.employers.notifies[o["employer"][opening]]
        away = channel == RECRUITER
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
            "channel": _category(channel, CHANNELS),
            "sent": sent,
            "arrived": arrived,
            "read": read,
            "responded": of_case("responded"),
            "interviewed": of_case("interviewed"),
            "offered": offered,
            "accepted": accepted,
            "started": by_horizon(of_case("started")),
            "closed": closed,
            "closed_reason": _category(reason, CLOSED_REASONS),
            "censored": market.horizon - sent < s.time.response_window,
            "in_window": (sent >= s.time.warm_up) & (sent < s.time.warm_up + s.time.window),
            "replied": replied,
            "interested": by_horizon(interested),
            "referrer": referrer,
            "heard_from": of_endorsement("heard_from", NOBODY),
            "tie_kind": _category(of_endorsement("tie_kind", -1) + 1, ("none", *KINDS)),
            "tie_strength": of_endorsement("strength"),
            "familiarity": of_endorsement("familiarity"),
            "goodwill": of_endorsement("goodwill"),
            "mutual_contacts": of_endorsement("mutual_contacts", -1),
            "initiated_by": _category(of_endorsement("initiated_by", 0), ("none", "contact", "seeker")),
            # What the referrer's report weighs with the employer; NaN where nobody vouched.
            "report_precision": np.where(referrer != NOBODY, of_case("report_precision"), np.float32(_NAN)),
            "ask": _category(of_endorsement("ask", 0), ("none", "informed", "rushed")),
            "vouch": _category(of_endorsement("vouch", 0), ("none", "resume", "letter", "manager")),
            "match": market.match(person, opening).astype(np.float32),
            "belief_mean": of_case("mean"),
            "belief_variance": of_case("variance"),
            "letter_response": of_case("letter", -1),
            "ability": people.ability[person],
            "experience": people.experience[person],
        }
        return _batch(columns)


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
    case = o["hired_case"]
    hired = case >= 0
    row = market.cases["row"][case[hired]]
    case_opening = opening[market.cases["row"][~np.isnan(market.cases["read"])]]
    arrived = np.ones(len(opening), dtype=bool)
    recruited = market.cases["row"][market.endorsements["case"]]
    arrived[recruited] = ~np.isnan(market.cases["arrived"][market.endorsements["case"]])
    return _batch(
        {
            "replication": np.full(n, replication, np.int16),
            "opening": np.arange(n, dtype=np.int32),
            "employer": o["employer"],
            "field": o["field"],
            "visibility": _category(o["visibility"], VISIBILITY),
            "opened": o["opened"],
            "posted": o["posted"],
            "closed": o["closed"],
            "filled": o["filled"],
            "applicants": np.bincount(opening[arrived], minlength=n).astype(np.int32),
            "direct_applicants": np.bincount(opening[channel == DIRECT], minlength=n).astype(np.int32),
            "read": np.bincount(case_opening, minlength=n).astype(np.int32),
            "invited": o["invited"],
            "interviewed": o["interviewed"],
            "could_mention": o["could_mention"],
            "hired_person": _scatter(n, hired, market.applications["person"][row], NOBODY),
            "hired_channel": _category(_scatter(n, hired, channel[row], 3), (*CHANNELS, "none")),
            "in_window": (o["opened"] >= time.warm_up) & (o["opened"] < time.warm_up + time.window),
        }
    )


def persons(market: Market, replication: int) -> pa.RecordBatch:
    """One row a person: attributes, and where they stood at the start and at the end."""
    people, n = market.people, len(market.people)
    return _batch(
        {
            "replication": np.full(n, replication, np.int16),
            "person": np.arange(n, dtype=np.int32),
            "role": _category(people.role, (CROWD, *market.scenario.cast)),
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
            "state_start": _category(market.state_start, STATES),
            "state_end": _category(people.state, STATES),
            "degree": market.ties.degree(),
        }
    )


def spells(market: Market, replication: int) -> pa.RecordBatch:
    """One row a spell of search; those under way at the end are censored."""
    done, under_way = market.spells, np.flatnonzero(~np.isnan(market.people.search_start))
    how = np.concatenate([done["how"], np.full(len(under_way), GAVE_UP + 1, np.int8)])
    employed = market.people.employer[under_way] != NOBODY
    return _batch(
        {
            "replication": np.full(len(how), replication, np.int16),
            "person": np.concatenate([done["person"], under_way.astype(np.int32)]),
            "start": np.concatenate([done["start"], market.people.search_start[under_way].astype(np.float32)]),
            "end": np.concatenate([done["end"], np.full(len(under_way), np.nan, np.float32)]),
            "employed": np.concatenate([done["employed"], employed]),
            "how": _category(how, (*CHANNELS, "gave_up", "none")),
            "censored": how == GAVE_UP + 1,
        }
    )


def pathway(market: Market, replication: int) -> pa.RecordBatch:
    """Every step that every referral reached, with its time, and at its last step the reason it went no further."""
    p, n = market.paths, len(market.paths)
    case = p["case"]
    has = case >= 0
    times = {name: p[name].astype(float) for name in ("recalled", "reached", "decided", "handed")}
    for name in ("read", "responded", "interviewed", "offered", "accepted", "withdrawn"):
        times[name] = _scatter(n, has, market.cases[name][case[has]].astype(float), _NAN)
    closed = market.openings["closed"][p["opening"]].astype(float)
    reason = p["reason"].copy()
    on = reason == GOES_ON
    outcome = np.select(
        [
            ~np.isnan(times["accepted"]),
            ~np.isnan(times["withdrawn"]),
            np.isnan(closed) | ~has,
            ~np.isnan(times["offered"]),
            ~np.isnan(times["interviewed"]),
            ~np.isnan(times["read"]),
        ],
        [HIRED, WITHDREW, WAITING, DECLINED, NOT_OFFERED, BELOW_BAR],
        NOT_READ,
    )
    reason[on] = outcome[on]
    reason[times["reached"] > market.horizon] = WAITING
    end = np.where(np.isnan(times["accepted"]), closed, times["accepted"])
    # A contact begins by recalling the person, a seeker by reaching out.
    step_times = np.column_stack(
        [
            np.where(p["initiated_by"] != 2, times["recalled"], _NAN),
            times["reached"],
            times["decided"],
            times["handed"],
            times["read"],
            times["interviewed"],
            np.where(np.isnan(times["interviewed"]), _NAN, end),
        ]
    )
    step_times[step_times > market.horizon] = _NAN
    reached = ~np.isnan(step_times)
    last = step_times.shape[1] - 1 - np.argmax(reached[:, ::-1], axis=1)
    path, step = np.nonzero(reached)
    ended = step == last[path]
    return _batch(
        {
            "replication": np.full(len(path), replication, np.int16),
            "path": path.astype(np.int32),
            "person": p["person"][path],
            "opening": p["opening"][path],
            "referrer": p["referrer"][path],
            "initiated_by": _category(p["initiated_by"][path], ("none", "contact", "seeker")),
            "step": _category(step, STEPS),
            "time": step_times[path, step].astype(np.float32),
            "ended": ended,
            "reason": _category(np.where(ended, reason[path], GOES_ON), REASONS),
        }
    )


def jobs(market: Market, replication: int) -> pa.RecordBatch:
    """One row a job taken during the run: how it was found, its match, what the employer believed, and how it ended."""
    j, n = market.jobs, len(market.jobs)
    return _batch(
        {
            "replication": np.full(n, replication, np.int16),
            "person": j["person"],
            "employer": j["employer"],
            "opening": j["opening"],
            "channel": _category(j["channel"], CHANNELS),
            "start": j["start"],
            "end": j["end"],
            "left_because": _category(j["why"], LEFT_BECAUSE),
            "match": j["match"],
            "belief": j["belief"],
        }
    )


def watch(market: Market) -> dict[str, NDArray[Any]]:
    """The ties of the cast as they stand at the start."""
    row, _ = market.ties.of(np.flatnonzero(market.people.role > 0))
    strength, familiarity, goodwill = state_now(market, row)
    return {
        "row": row,
        "contact": market.ties.contact[row].copy(),
        "kind": market.ties.kind[row].copy(),
        "strength": strength,
        "familiarity": familiarity,
        "goodwill": goodwill,
    }


def ties(market: Market, replication: int) -> pa.RecordBatch:
    """One row a tie of the people in the cast, held at the start, at the end or both (NaN where not)."""
    network, start = market.ties, market.watched
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
        return np.where(old >= 0, start[name][old] if len(start[name]) else _NAN, _NAN).astype(np.float32)

    def at_end(values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values, np.full(n - held, _NAN, np.float32)])

    return _batch(
        {
            "replication": np.full(n, replication, np.int16),
            "person": np.concatenate([network.person[row], network.person[start["row"][lost]]]),
            "contact": np.concatenate([network.contact[row], start["contact"][lost]]),
            "kind": _category(np.concatenate([network.kind[row], start["kind"][lost]]), KINDS),
            # A colleague at the start is a former one by the end where one of the two has left.
            "kind_start": _category(
                np.where(old >= 0, start["kind"][old] if len(start["kind"]) else 0, -1) + 1, ("none", *KINDS)
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


def note_displaced(market: Market, person: NDArray[Any]) -> None:
    """Note for people about to be laid off by a closure whom they know, and where former colleagues of theirs work."""
    network, people = market.ties, market.people
    row, group = network.of(person)
    employer = people.employer[network.contact[row]]
    # Who works where a plant closes loses the job on the same day: neither an employed contact nor a door.
    staying = ~np.isin(employer, people.employer[person])
    outside = (employer != NOBODY) & staying
    colleague = staying & (network.kind[row] == KINDS.index("former_colleague"))
    contacts = np.bincount(group, minlength=len(person))
    employed = np.bincount(group[outside], minlength=len(person))
    acquainted = np.bincount(group[colleague], minlength=len(person))
    former = outside & colleague
    pair, count = np.unique(group[former].astype(np.int64) << 32 | employer[former], return_counts=True)
    who, where = pair >> 32, (pair & 0xFFFFFFFF).astype(np.int32)
    nobody = np.setdiff1d(np.arange(len(person)), who)
    who = np.concatenate([who, nobody])
    market.displaced.add(
        len(who),
        person=person[who],
        day=market.env.now,
        employer_left=people.employer[person[who]],
        contacts=contacts[who],
        employed_contacts=employed[who],
        former=acquainted[who],
        employer=np.concatenate([where, np.full(len(nobody), NOBODY)]),
        former_colleagues=np.concatenate([count, np.zeros(len(nobody), np.int64)]),
    )


def displaced(market: Market, replication: int) -> pa.RecordBatch:
    """One row a displaced person and employer at which former colleagues of theirs work (-1 where there is none)."""
    d, n = market.displaced, len(market.displaced)
    return _batch({"replication": np.full(n, replication, np.int16), **{name: d[name] for name in DISPLACED}})


def note_ties_of_seekers(market: Market) -> None:
    """Look at a sample of the ties of all who search: the ground on which jobs found through ties are counted."""
    now, time = market.env.now, market.scenario.time
    since = now - time.warm_up
    if not 0 <= since < time.window or since % EXPOSURE_EVERY >= 1.0:
        return
    # Rows are drawn first and looked at then: what is not looked at costs nothing, however large the market.
    network, seekers = market.ties, np.flatnonzero(market.people.state == SEARCHING)
    ends = np.cumsum(network.start[seekers + 1] - network.start[seekers])
    rows = int(ends[-1]) if len(ends) else 0
    drawn = min(EXPOSURE_SAMPLE, rows)
    if not rows:
        return
    place = np.sort(market.streams.generator("exposure").choice(rows, drawn, replace=False, shuffle=False))
    who = np.searchsorted(ends, place, side="right")
    row = network.start[seekers[who] + 1] - (ends[who] - place)
    row = row[network.contact[row] >= 0]
    _note_ties(market, row[_leads_elsewhere(market, row)], job=False, stands_for=rows / drawn)


def note_insiders(market: Market, person: NDArray[Any]) -> None:
    """Note of people hired this week the ties they had to somebody who works there, before anything came of them.

    A tie made in the last month before the hire, as in an interview for this job, is none of them (Rajkumar et al.
    2022).
    """
    row, group = market.ties.of(person)
    employer = market.people.employer
    inside = employer[market.ties.contact[row]] == employer[person[group]]
    since = market.ties.since[row]
    older = (since < 0) | (since < market.people.hired_at[person[group]] - MONTH)
    _note_ties(market, row[inside & older], job=True, stands_for=1.0)


def _leads_elsewhere(market: Market, row: NDArray[Any]) -> NDArray[np.bool_]:
    there = market.people.employer[market.ties.contact[row]]
    return np.asarray((there != NOBODY) & (there != market.people.employer[market.ties.person[row]]))


def _note_ties(market: Market, row: NDArray[Any], *, job: bool, stands_for: float) -> None:
    if not len(row):
        return
    network = market.ties
    strength, familiarity, _ = state_now(market, row)
    market.exposure.add(
        len(row),
        person=network.person[row],
        contact=network.contact[row],
        day=market.env.now,
        job=job,
        kind=network.kind[row],
        strength=strength,
        familiarity=familiarity,
        stands_for=stands_for,
        mutual_contacts=network.shared_contacts(network.person[row], network.contact[row]),
    )


def exposure(market: Market, replication: int) -> pa.RecordBatch:
    """Ties of seekers to people employed elsewhere, sampled now and then; and (`job`) all those that led to a job."""
    e, n = market.exposure, len(market.exposure)
    columns = {name: e[name] for name in EXPOSURE}
    columns["kind"] = _category(e["kind"], KINDS)
    return _batch({"replication": np.full(n, replication, np.int16), **columns})
