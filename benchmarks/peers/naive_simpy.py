"""The stripped-down rules in SimPy as its manual shows it: a process for everybody and an event for everything.

A seeker, an opening and a referral are each a process, and every application takes an event of its own. The order of a
day is the model's: contacts hear of new openings, seekers apply, names are handed in, and in the evening the desks read
what carries a name, review their piles and hold interviews.
"""

from __future__ import annotations

from collections.abc import Generator
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any

import simpy

from benchmarks.peers.rules import Application, Candidate, Opening, Person, Regard, Rules, Tie

if TYPE_CHECKING:
    from sim import Scenario

Process = Generator[simpy.Event, Any, Any]
# Hours of a day's end, in order; far smaller than anything measured.
HANDING_IN, READING, REVIEWING, INTERVIEWING = 1e-4, 2e-4, 3e-4, 4e-4
_SAME_DAY = 5e-4


class NaiveMarket(Rules):
    """A market of processes."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(scenario, seed)
        self.env = simpy.Environment()
        self.env.process(self.growth())
        for person in self.people:
            self.env.process(self.seeker(person))

    def run(self) -> None:
        self.env.run(until=self.horizon + 2 * _SAME_DAY)

    def until(self, hour: float, after: float = -inf) -> simpy.Event:
        """That hour of the day's end, of a later day than the one of `after`."""
        now = self.env.now
        day = max(ceil(now - _SAME_DAY), floor(after) + 1 if after > -inf else 0)
        return self.env.timeout(max(day + hour - now, 0.0))

    def growth(self) -> Process:
        while True:
            yield self.env.timeout(self.lag(1.0 / self.openings_per_day))
            opening = self.open(self.env.now)
            self.env.process(self.hiring(opening))
            self.env.process(self.news(opening))

    def seeker(self, person: Person) -> Process:
        """Once a week, while searching: one application after the other."""
        yield self.env.timeout(person.number % 7 or 7)
        while person.searching:
            for _ in range(self.times(person, self.env.now)):
                yield self.env.timeout(0.0)
                self.apply(person, self.env.now)
            yield self.env.timeout(7.0)

    def news(self, opening: Opening) -> Process:
        """At the day's end insiders hear of the opening and think of people they know."""
        yield self.until(0.0)
        for contact in self.insiders(opening):
            for tie in self.ties_to[contact.number]:
                regard = self.recalled(tie, opening, self.env.now)
                if regard is not None:
                    self.env.process(self.referral(tie, opening, regard))

    def referral(self, tie: Tie, opening: Opening, regard: Regard) -> Process:
        recalled, s = self.env.now, self.s
        report = self.vouch(tie, opening, regard)
        if report is None:
            return
        yield self.env.timeout(self.lag(s.referrals.mention_lag))
        yield self.env.timeout(self.lag(s.referrals.handover_lag))
        sent = self.env.now
        yield self.until(HANDING_IN)
        application = self.hand_over(tie.person, opening, recalled, sent, *report)
        if application is not None:
            self.env.process(self.early_reading(application))

    def early_reading(self, application: Application) -> Process:
        """The first of a day to be read takes the others of the day along: they are compared."""
        opening = application.opening
        due = ceil(application.sent + self.s.screening.vouched_read_after)
        batch = opening.vouched.setdefault(due, [])
        batch.append(application)
        if len(batch) == 1:
            yield self.env.timeout(due + READING - self.env.now)
            opening.vouched.pop(due, None)
            self.read_vouched(batch, opening, self.env.now)

    def hiring(self, opening: Opening) -> Process:
        env, s = self.env, self.s
        deadline, review_at = env.now + s.openings.expires, env.now + s.screening.first_review
        candidates: list[Candidate] = []
        reviewed = -inf
        yield env.timeout(s.screening.first_look)
        if opening.invited:
            yield from self.interviews(opening, candidates)
            yield from self.offers(candidates, s.openings.hire_bar + s.screening.early_margin)
        while env.now < deadline and opening.filled != opening.filled:
            yield env.timeout(max(review_at - env.now, 0.0))
            yield self.until(REVIEWING, after=reviewed)
            self.review(opening, env.now)
            reviewed = env.now
            if opening.invited:
                yield from self.interviews(opening, candidates)
            yield from self.offers(candidates, s.openings.hire_bar)
            review_at += s.screening.review_every
        if opening.filled != opening.filled:
            self.close(opening, env.now)

    def interviews(self, opening: Opening, candidates: list[Candidate]) -> Process:
        yield self.env.timeout(self.s.hiring.interview_lead)
        yield self.until(INTERVIEWING)
        candidates += self.interview(opening, self.env.now)
        yield self.env.timeout(self.s.hiring.decision_lag)

    def offers(self, candidates: list[Candidate], bar: float) -> Process:
        candidates.sort(reverse=True)
        while candidates and candidates[0][0] > bar:
            application = candidates.pop(0)[2]
            yield self.env.timeout(self.lag(self.s.hiring.answer_lag))
            if self.accepts(application):
                self.hire(application, self.env.now)
                return
