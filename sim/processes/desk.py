"""The employers' desk: reading, inviting and interviewing for all openings of a day at once.

The desk knows applications only as what lies on it: a résumé, perhaps a report with its precision, and the luck of the
pile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.market import codes
from sim.market.columns import Pending
from sim.mechanisms import screening, vouching
from sim.streams import as_normal

if TYPE_CHECKING:
    from simpy import Event

    from sim.market.market import Market


class Desk:
    """Collects what openings ask for during a day and answers it at the day's end."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._reviews: list[tuple[int, Event]] = []
        self._interviews: list[tuple[int, Event]] = []
        self._vouched = Pending()
        self._pile: dict[int, list[int]] = {}
        self._invited: dict[int, list[int]] = {}

    # ---- what processes call --------------------------------------------------------------------------------------

    def review(self, opening: int) -> Event:
        """Read the inbox of an opening; the event brings whether anybody waits for an interview."""
        event: Event = self._market.env.event()
        self._reviews.append((opening, event))
        return event

    def interview(self, opening: int) -> Event:
        """Interview those invited; the event brings (score, case) of each."""
        event: Event = self._market.env.event()
        self._interviews.append((opening, event))
        return event

    def receive(self, cases: NDArray[Any], opening: NDArray[Any], arrived: NDArray[Any]) -> None:
        """Take in applications that carry a vouching name."""
        if self._market.scenario.mechanisms.priority_reading:
            self._vouched.add(arrived + self._market.scenario.screening.vouched_read_after, case=cases)
        else:
            self.lay(cases, opening)

    def lay(self, cases: NDArray[Any], opening: NDArray[Any]) -> None:
        """Lay applications without a vouching name on the pile."""
        for o, case in zip(opening.tolist(), cases.tolist(), strict=True):
            self._pile.setdefault(o, []).append(case)

    def somebody_waits(self, opening: int) -> bool:
        """Whether somebody has been invited and not yet interviewed."""
        return bool(self._invited.get(opening))

    def forget(self, opening: int) -> None:
        """An opening has closed."""
        self._pile.pop(opening, None)
        self._invited.pop(opening, None)

    # ---- the day's end --------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Read what carries a name, then review inboxes, then hold interviews."""
        vouched = self._vouched.pop(self._market.env.now)
        if vouched is not None:
            self._read_vouched(vouched["case"])
        if self._reviews:
            self._review_all()
        if self._interviews:
            self._interview_all()

    def _read_vouched(self, cases: NDArray[Any]) -> None:
        market = self._market
        opening = market.applications["opening"][market.cases["row"][cases]]
        live = market.is_open(opening)
        cases, opening = cases[live], opening[live]
        if len(cases):
            np.add.at(market.openings["read_since"], opening, 1)
            self._judge(cases, opening)

    def _review_all(self) -> None:
        market = self._market
        requests, self._reviews = self._reviews, []
        opening = np.array([o for o, _ in requests])
        rows, group = market.board.arrivals(market.openings["slot"][opening])
        luck = market.applications["luck"][rows]
        piled = [np.array(self._pile.pop(o, ()), np.int64) for o in opening.tolist()]
        cases, case_group = np.concatenate(piled), np.repeat(np.arange(len(piled)), [len(p) for p in piled])
        luck = np.concatenate([luck, market.applications["luck"][market.cases["row"][cases]]])
        which = np.concatenate([group, case_group])
        room = market.scenario.screening.resumes_per_review - market.openings["read_since"][opening]
        chosen = _first_by_luck(which, luck, room, len(opening))
        market.openings["read_since"][opening] = 0
        direct = chosen[chosen < len(rows)]
        carried = chosen[chosen >= len(rows)] - len(rows)
        fresh, fresh_group = rows[direct], group[direct]
        market.applications["luck"][fresh] = codes.READ
        first = market.cases.add(len(fresh), row=fresh, arrived=market.applications["sent"][fresh])
        for left, g in zip(*_unread(cases, case_group, carried), strict=True):
            self._pile.setdefault(int(opening[g]), []).append(int(left))
        read = np.concatenate([np.arange(first, first + len(fresh)), cases[carried]])
        self._judge(read, opening[np.concatenate([fresh_group, case_group[carried]])])
        for o, event in requests:
            event.succeed(self.somebody_waits(o))

    def _judge(self, cases: NDArray[Any], opening: NDArray[Any]) -> None:
        """Read applications, form beliefs and invite the best while slots last."""
        if not len(cases):
            return
        market, s, now = self._market, self._market.scenario, self._market.env.now
        person, key = market.applications["person"][market.cases["row"][cases]], market.openings["key"][opening]
        luck = as_normal(market.streams.bits_of(("match", "resume", "audit letter"), person, key))
        match = market.match(person, opening, luck[0])
        resume = match + s.signals.resume * luck[1]
        mean, variance = screening.update(0.0, 1.0, resume, s.signals.resume**-2)
        if s.mechanisms.vouching:
            report, precision = market.cases["report"][cases], market.cases["report_precision"][cases]
            mean, variance = screening.update(mean, variance, report, precision)
        score = screening.score(mean, variance, self._risk_aversion)
        market.cases["read"][cases] = now
        market.cases["mean"][cases], market.cases["variance"][cases] = mean, variance
        members, group = np.unique(opening, return_inverse=True)
        slots, bar = market.openings["slots"][members], market.openings["bar"][members]
        invited = screening.shortlist(group, score, bar, slots)
        if s.audit.letter:
            self._audit(cases, match, luck[2], mean, variance, _cutoff(group, score, invited, bar, slots)[group])
        market.cases["responded"][cases[invited]] = now
        np.subtract.at(market.openings["slots"], opening[invited], 1)
        np.add.at(market.openings["invited"], opening[invited], 1)
        for o, case in zip(opening[invited].tolist(), cases[invited].tolist(), strict=True):
            self._invited.setdefault(o, []).append(case)

    @property
    def _risk_aversion(self) -> float:
        scenario = self._market.scenario
        return scenario.screening.risk_aversion if scenario.mechanisms.risk_aversion else 0.0

    def _audit(
        self,
        cases: NDArray[Any],
        match: NDArray[Any],
        luck: NDArray[Any],
        mean: NDArray[Any],
        variance: NDArray[Any],
        cutoff: NDArray[Any],
    ) -> None:
        """The answer the same résumés would have had with a third party's letter; nothing in the market moves."""
        market, s = self._market, self._market.scenario
        plain = market.cases["report_precision"][cases] == 0.0
        cases = cases[plain]
        noise = vouching.contact_noise(s.audit.letter_familiarity, s.signals.contact_stranger, s.signals.contact_close)
        noise = np.hypot(noise, s.signals.vouch_letter)
        letter = match[plain] + noise * luck[plain]
        mean, variance = screening.update(mean[plain], variance[plain], letter, s.screening.trust / noise**2)
        market.cases["letter"][cases] = screening.score(mean, variance, self._risk_aversion) > cutoff[plain]

    def _interview_all(self) -> None:
        market, s, now = self._market, self._market.scenario, self._market.env.now
        requests, self._interviews = self._interviews, []
        lead = s.hiring.interview_lead
        waiting = [(i, case) for i, (o, _) in enumerate(requests) for case in self._invited.pop(o, ())]
        group = np.array([i for i, _ in waiting], np.int64)
        cases = np.array([case for _, case in waiting], np.int64)
        opening = np.array([o for o, _ in requests])[group] if len(group) else group
        np.add.at(market.openings["slots"], opening, 1)
        free = market.still_free(cases)
        market.cases["withdrawn"][cases[~free]] = now
        cases, group, opening = cases[free], group[free], opening[free]
        # Who was invited earlier has been seen earlier; a late addition joins the round.
        market.cases["interviewed"][cases] = np.minimum(market.cases["responded"][cases] + lead, now)
        np.add.at(market.openings["interviewed"], opening, 1)
        person, key = market.applications["person"][market.cases["row"][cases]], market.openings["key"][opening]
        seen = market.match(person, opening) + s.signals.interview * market.streams.normal("interview", person, key)
        mean, variance = screening.update(
            market.cases["mean"][cases], market.cases["variance"][cases], seen, s.signals.interview**-2
        )
        score = screening.score(mean, variance, self._risk_aversion)
        market.cases["seen"][cases], market.cases["final"][cases] = seen, mean
        market.newly_seen += cases.tolist()
        seen_by: list[list[tuple[float, int]]] = [[] for _ in requests]
        for g, value, case in zip(group.tolist(), score.tolist(), cases.tolist(), strict=True):
            seen_by[g].append((value, case))
        for (_, event), candidates in zip(requests, seen_by, strict=True):
            event.succeed(candidates)


def _first_by_luck(group: NDArray[Any], luck: NDArray[Any], room: NDArray[Any], groups: int) -> NDArray[np.int64]:
    """Indices of the `room[g]` unread items of each group that lie highest in the pile."""
    unread = np.flatnonzero(luck < codes.READ)
    # Group, luck and position in one 64-bit word: numpy sorts plain words several times faster than it ranks them.
    words = (group[unread].astype(np.uint64) << np.uint64(48)) | (luck[unread].astype(np.uint64) << np.uint64(32))
    words |= unread.astype(np.uint64)
    words.sort()
    chosen = (words & np.uint64(0xFFFFFFFF)).astype(np.int64)
    sorted_group = (words >> np.uint64(48)).astype(np.int64)
    start = np.searchsorted(sorted_group, np.arange(groups))
    rank = np.arange(len(chosen)) - start[sorted_group]
    return chosen[rank < room[sorted_group]]


def _unread(cases: NDArray[Any], group: NDArray[Any], carried: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    left = np.ones(len(cases), dtype=bool)
    left[carried] = False
    return cases[left], group[left]


def _cutoff(
    group: NDArray[Any], score: NDArray[Any], invited: NDArray[Any], bar: NDArray[Any], slots: NDArray[Any]
) -> NDArray[np.float64]:
    """The score one more candidate would have had to pass at this review: the bar, or the last one invited."""
    cutoff = bar.astype(float)
    count = np.bincount(group[invited], minlength=len(bar))
    worst = np.full(len(bar), np.inf)
    np.minimum.at(worst, group[invited], score[invited])
    full = (count >= slots) & (count > 0)
    cutoff[full] = worst[full]
    cutoff[slots <= 0] = np.inf
    return cutoff
