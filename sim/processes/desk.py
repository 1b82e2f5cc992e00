"""The employers' desk: reading, inviting and interviewing for all openings of a day at once.

An application on the desk is a résumé, perhaps a report with its precision, and a place in the pile; the desk does
not know the channel. Openings request work during the day (`review`, `interview`); it is done at the day's end
(`work`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from sim.arrays import Bools, Floats, Index
from sim.market.market import Market
from sim.mechanisms import screening, vouching
from sim.processes.clock import Process
from sim.streams import as_normal

Candidate = tuple[float, int]
"""Score after the interview, and the candidacy."""

# ---- requests -------------------------------------------------------------------------------------------------------


def review(market: Market, opening: int) -> Event:
    """Ask for a review of an opening's inbox; the event's value says whether anybody waits for an interview."""
    event: Event = market.env.event()
    market.inbox.reviews.append((opening, event))
    return event


def interview(market: Market, opening: int) -> Event:
    """Ask for interviews of those invited; the event's value lists (score, candidacy) of each."""
    event: Event = market.env.event()
    market.inbox.interviews.append((opening, event))
    return event


def interview_round(market: Market, opening: int, candidates: list[Candidate]) -> Process:
    """A round of interviews, with the time before and after it; those interviewed are added to `candidates`."""
    yield market.env.timeout(market.scenario.hiring.interview_lead)
    seen = yield interview(market, opening)
    candidates += seen
    yield market.env.timeout(market.scenario.hiring.decision_lag)


def receive(market: Market, candidacies: NDArray[Any], opening: NDArray[Any], arrived: NDArray[Any]) -> None:
    """Take in applications that come with a report, on the days `arrived`."""
    if market.scenario.mechanisms.priority_reading:
        market.inbox.vouched.add(arrived + market.scenario.screening.vouched_read_after, candidacy=candidacies)
    else:
        lay(market, candidacies, opening)


def lay(market: Market, candidacies: NDArray[Any], opening: NDArray[Any]) -> None:
    """Lay applications on the pile, to be read in turn."""
    for o, candidacy in zip(opening.tolist(), candidacies.tolist(), strict=True):
        market.inbox.pile.setdefault(o, []).append(candidacy)


def somebody_waits(market: Market, opening: int) -> bool:
    """Whether somebody is invited and not yet interviewed."""
    return bool(market.inbox.invited.get(opening))


# ---- the day's end --------------------------------------------------------------------------------------------------


def work(market: Market) -> None:
    """Read applications with a report, then review inboxes, then hold interviews."""
    vouched = market.inbox.vouched.pop(market.env.now)
    if vouched is not None:
        _read_vouched(market, vouched["candidacy"])
    if market.inbox.reviews:
        _review_all(market)
    if market.inbox.interviews:
        _interview_all(market)


def _read_vouched(market: Market, candidacies: NDArray[Any]) -> None:
    opening = market.applications["opening"][market.candidacies["row"][candidacies]]
    still_open = market.is_open(opening)
    candidacies, opening = candidacies[still_open], opening[still_open]
    if len(candidacies):
        np.add.at(market.openings["read_since"], opening, 1)
        _judge(market, candidacies, opening)


def _review_all(market: Market) -> None:
    applications, inbox = market.applications, market.inbox
    requests, inbox.reviews = inbox.reviews, []
    opening = np.array([o for o, _ in requests])
    rows, group = market.board.arrivals(market.openings["board_slot"][opening])
    piled = [np.array(inbox.pile.pop(o, ()), np.int64) for o in opening.tolist()]
    candidacies, pile_group = np.concatenate(piled), np.repeat(np.arange(len(piled)), [len(p) for p in piled])
    place = applications["pile_place"]
    place = np.concatenate([place[rows], place[market.candidacies["row"][candidacies]]])
    unread = np.concatenate([~applications["looked_at"][rows], np.ones(len(candidacies), dtype=bool)])
    room = market.scenario.screening.resumes_per_review - market.openings["read_since"][opening]
    chosen = _highest_in_pile(np.concatenate([group, pile_group]), place, unread, room)
    market.openings["read_since"][opening] = 0
    direct = chosen[chosen < len(rows)]
    carried = chosen[chosen >= len(rows)] - len(rows)
    fresh, fresh_group = rows[direct], group[direct]
    applications["looked_at"][fresh] = True
    first = market.candidacies.add(len(fresh), row=fresh, arrived=applications["sent"][fresh])
    left = np.ones(len(candidacies), dtype=bool)
    left[carried] = False
    lay(market, candidacies[left], opening[pile_group[left]])
    read = np.concatenate([np.arange(first, first + len(fresh)), candidacies[carried]])
    _judge(market, read, opening[np.concatenate([fresh_group, pile_group[carried]])])
    for o, event in requests:
        event.succeed(somebody_waits(market, o))


def _judge(market: Market, candidacies: NDArray[Any], opening: NDArray[Any]) -> None:
    """Read applications, form beliefs and invite the best while there are free interviews."""
    if not len(candidacies):
        return
    s, now, columns = market.scenario, market.env.now, market.candidacies
    person, key = market.applications["person"][columns["row"][candidacies]], market.openings["draw_key"][opening]
    luck = as_normal(market.streams.bits_of(("match", "resume", "audit letter"), person, key))
    match = market.match(person, opening, luck[0])
    resume = match + s.signals.resume * luck[1]
    mean, variance = screening.update(0.0, 1.0, resume, s.signals.resume**-2)
    if s.mechanisms.vouching:
        report, precision = columns["report"][candidacies], columns["report_precision"][candidacies]
        mean, variance = screening.update(mean, variance, report, precision)
    score = screening.score(mean, variance, _risk_aversion(market))
    columns["read"][candidacies] = now
    columns["mean"][candidacies], columns["variance"][candidacies] = mean, variance
    members, group = np.unique(opening, return_inverse=True)
    free, bar = market.openings["free_interviews"][members], market.openings["bar"][members]
    invited = screening.shortlist(group, score, bar, free)
    if s.audit.letter:
        _audit(market, candidacies, match, luck[2], mean, variance, _cutoff(group, score, invited, bar, free)[group])
    columns["responded"][candidacies[invited]] = now
    np.subtract.at(market.openings["free_interviews"], opening[invited], 1)
    np.add.at(market.openings["invited"], opening[invited], 1)
    for o, candidacy in zip(opening[invited].tolist(), candidacies[invited].tolist(), strict=True):
        market.inbox.invited.setdefault(o, []).append(candidacy)


def _risk_aversion(market: Market) -> float:
    scenario = market.scenario
    return scenario.screening.risk_aversion if scenario.mechanisms.risk_aversion else 0.0


def _audit(
    market: Market,
    candidacies: NDArray[Any],
    match: NDArray[Any],
    luck: NDArray[Any],
    mean: NDArray[Any],
    variance: NDArray[Any],
    cutoff: NDArray[Any],
) -> None:
    """Record the response that the same résumés would have had with a third party's letter; changes no outcome."""
    s = market.scenario
    unreported = market.candidacies["report_precision"][candidacies] == 0.0
    candidacies = candidacies[unreported]
    noise = vouching.contact_noise(s.audit.letter_familiarity, s.signals.contact_stranger, s.signals.contact_close)
    noise = np.hypot(noise, s.signals.vouch_letter)
    letter = match[unreported] + noise * luck[unreported]
    mean, variance = screening.update(mean[unreported], variance[unreported], letter, s.screening.trust / noise**2)
    score = screening.score(mean, variance, _risk_aversion(market))
    market.candidacies["letter"][candidacies] = score > cutoff[unreported]


def _interview_all(market: Market) -> None:
    s, now, columns = market.scenario, market.env.now, market.candidacies
    requests, market.inbox.interviews = market.inbox.interviews, []
    lead = s.hiring.interview_lead
    waiting = [(i, candidacy) for i, (o, _) in enumerate(requests) for candidacy in market.inbox.invited.pop(o, ())]
    group = np.array([i for i, _ in waiting], np.int64)
    candidacies = np.array([candidacy for _, candidacy in waiting], np.int64)
    opening = np.array([o for o, _ in requests])[group] if len(group) else group
    np.add.at(market.openings["free_interviews"], opening, 1)
    free = market.still_free(candidacies)
    columns["withdrawn"][candidacies[~free]] = now
    candidacies, group, opening = candidacies[free], group[free], opening[free]
    # People invited earlier were interviewed earlier; a late addition joins the round.
    columns["interviewed"][candidacies] = np.minimum(columns["responded"][candidacies] + lead, now)
    np.add.at(market.openings["interviewed"], opening, 1)
    person, key = market.applications["person"][columns["row"][candidacies]], market.openings["draw_key"][opening]
    seen = market.match(person, opening) + s.signals.interview * market.streams.normal("interview", person, key)
    mean, variance = screening.update(
        columns["mean"][candidacies],
        columns["variance"][candidacies],
        seen,
        s.signals.interview**-2,
    )
    score = screening.score(mean, variance, _risk_aversion(market))
    columns["seen"][candidacies], columns["final"][candidacies] = seen, mean
    market.newly_seen += candidacies.tolist()
    seen_by: list[list[tuple[float, int]]] = [[] for _ in requests]
    for g, value, candidacy in zip(group.tolist(), score.tolist(), candidacies.tolist(), strict=True):
        seen_by[g].append((value, candidacy))
    for (_, event), candidates in zip(requests, seen_by, strict=True):
        event.succeed(candidates)


def _highest_in_pile(group: NDArray[Any], place: NDArray[np.uint16], unread: Bools, room: NDArray[Any]) -> Index:
    """Indices of the `room[g]` unread items of each group that lie highest in the pile, at the lowest places."""
    rows = np.flatnonzero(unread)
    # Group, place and position in one 64-bit word: NumPy sorts plain words several times faster than it ranks them.
    words = (group[rows].astype(np.uint64) << np.uint64(48)) | (place[rows].astype(np.uint64) << np.uint64(32))
    words |= rows.astype(np.uint64)
    words.sort()
    chosen = (words & np.uint64(0xFFFFFFFF)).astype(np.int64)
    sorted_group = (words >> np.uint64(48)).astype(np.int64)
    start = np.searchsorted(sorted_group, np.arange(len(room)))
    rank = np.arange(len(chosen)) - start[sorted_group]
    return chosen[rank < room[sorted_group]]


def _cutoff(
    group: NDArray[Any], score: NDArray[Any], invited: NDArray[Any], bar: NDArray[Any], free: NDArray[Any]
) -> Floats:
    """The score that one more candidate would have had to pass at this review: the bar, or the lowest score invited."""
    cutoff = bar.astype(float)
    count = np.bincount(group[invited], minlength=len(bar))
    worst = np.full(len(bar), np.inf)
    np.minimum.at(worst, group[invited], score[invited])
    full = (count >= free) & (count > 0)
    cutoff[full] = worst[full]
    cutoff[free <= 0] = np.inf
    return cutoff
