"""The applications table: one row an application, with its course and who vouched for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Index
from sim.market.codes import NOBODY, Ask, Channel, ClosedReason, InitiatedBy, Kind, Vouch
from sim.market.layout import NAN
from sim.market.market import Market
from sim.records.arrow import as_batch, as_category, scattered

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1 << 17


def applications(market: Market, replication: int) -> Iterator[pa.RecordBatch]:
    """The applications table in batches of bounded size, in order of entry."""
    links = _Links(market)
    n = len(market.applications)
    for low in range(0, max(n, 1), _BATCH):
        yield as_batch(_Rows(links, low, min(low + _BATCH, n)).columns(replication))


class _Links:
    """From each application to its candidacy and endorsement, which most applications do not have."""

    def __init__(self, market: Market) -> None:
        self.market = market
        candidacies, endorsements = market.candidacies, market.endorsements
        self.order = np.argsort(candidacies["row"], kind="stable")
        self.row = candidacies["row"][self.order]
        self.endorsement = np.full(len(candidacies), -1, np.int64)
        self.endorsement[endorsements["candidacy"]] = np.arange(len(endorsements))


class _Rows:
    """The applications from row `low` up to `high`."""

    def __init__(self, links: _Links, low: int, high: int) -> None:
        self._market, self._low, self._high = links.market, low, high
        self._candidacy: Index = links.order[slice(*np.searchsorted(links.row, [low, high]))]
        self._where = self._market.candidacies["row"][self._candidacy] - low
        endorsement = links.endorsement[self._candidacy]
        self._endorsement, self._endorsed = endorsement[endorsement >= 0], self._where[endorsement >= 0]

    def columns(self, replication: int) -> dict[str, Any]:
        """The columns of the table, in order."""
        market, s, n = self._market, self._market.scenario, self._high - self._low
        person, opening, sent = (self._own(name) for name in ("person", "opening", "sent"))
        reason, closed = self._end()
        return {
            "replication": np.full(n, replication, np.int16),
            "application": np.arange(self._low, self._high, dtype=np.int32),
            "person": person,
            "opening": opening,
            "opening_key": market.openings["draw_key"][opening],
            "employer": market.openings["employer"][opening],
            "channel": as_category(self._own("channel"), Channel.words),
            "sent": sent,
            "arrived": self._arrived(),
            "read": self._of_candidacy("read"),
            "responded": self._of_candidacy("responded"),
            "interviewed": self._of_candidacy("interviewed"),
            "offered": self._of_candidacy("offered"),
            "accepted": self._of_candidacy("accepted"),
            "started": self._by_horizon(self._of_candidacy("started")),
            "closed": closed,
            "closed_reason": as_category(reason, ClosedReason.words),
            "censored": market.horizon - sent < s.time.response_window,
            "in_window": (sent >= s.time.warm_up) & (sent < s.time.warm_up + s.time.window),
            **self._endorsed_by(),
            "match": market.match(person, opening).astype(np.float32),
            "belief_mean": self._of_candidacy("mean"),
            "belief_variance": self._of_candidacy("variance"),
            "letter_response": self._of_candidacy("letter", -1),
            "ability": market.people.ability[person],
            "experience": market.people.experience[person],
        }

    def _endorsed_by(self) -> dict[str, Any]:
        """Columns about the person behind an application: a referrer, a recruiter, or a contact who passed news on."""
        of, referrer = self._of_endorsement, self._of_endorsement("referrer", NOBODY)
        return {
            "replied": self._by_horizon(of("replied")),
            "interested": self._by_horizon(of("interested")),
            "referrer": referrer,
            "heard_from": of("heard_from", NOBODY),
            "tie_kind": as_category(of("tie_kind", -1) + 1, ("none", *Kind.words)),
            "tie_strength": of("strength"),
            "familiarity": of("familiarity"),
            "goodwill": of("goodwill"),
            "mutual_contacts": of("mutual_contacts", -1),
            "initiated_by": as_category(of("initiated_by", InitiatedBy.NOBODY), InitiatedBy.words),
            # The weight of the referrer's report with the employer; NULL where nobody vouched.
            "report_precision": np.where(referrer != NOBODY, self._of_candidacy("report_precision"), np.float32(NAN)),
            "ask": as_category(of("ask", Ask.NO_ASK), Ask.words),
            "vouch": as_category(of("vouch", Vouch.NO_VOUCH), Vouch.words),
        }

    def _end(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """How and when each application ended; the first of these that holds."""
        openings, opening = self._market.openings, self._own("opening")
        accepted, withdrawn, offered = (self._of_candidacy(name) for name in ("accepted", "withdrawn", "offered"))
        closed, approached = openings["closed"][opening], self._own("channel") == Channel.RECRUITER
        ends = [
            (~np.isnan(accepted), ClosedReason.HIRED),
            (~np.isnan(withdrawn), ClosedReason.WITHDRAWN),
            (approached & np.isnan(self._of_endorsement("interested")), ClosedReason.NOT_INTERESTED),
            (approached & np.isnan(self._arrived()) & ~np.isnan(closed), ClosedReason.TOO_LATE),
            (np.isnan(closed), ClosedReason.OPEN),
            (~np.isnan(offered), ClosedReason.DECLINED),
            (self._market.employers.notifies[openings["employer"][opening]], ClosedReason.REJECTED),
        ]
        reason = np.select([holds for holds, _ in ends], [code for _, code in ends], ClosedReason.SILENCE)
        return reason, np.where(reason == ClosedReason.WITHDRAWN, withdrawn, closed)

    def _arrived(self) -> NDArray[Any]:
        """Day on which the employer could first read each application; for a recruiter's it is after the approach."""
        return np.where(self._own("channel") == Channel.RECRUITER, self._of_candidacy("arrived"), self._own("sent"))

    def _own(self, name: str) -> NDArray[Any]:
        return self._market.applications[name][self._low : self._high]

    def _of_candidacy(self, name: str, empty: Any = NAN) -> NDArray[Any]:
        values = self._market.candidacies[name][self._candidacy]
        return scattered(self._high - self._low, self._where, values, empty)

    def _of_endorsement(self, name: str, empty: Any = NAN) -> NDArray[Any]:
        values = self._market.endorsements[name][self._endorsement]
        return scattered(self._high - self._low, self._endorsed, values, empty)

    def _by_horizon(self, times: NDArray[Any]) -> NDArray[Any]:
        # A reply or a first day at work after the end of the run has not happened.
        return np.where(times <= self._market.horizon, times, np.float32(NAN))
