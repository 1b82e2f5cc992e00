"""The market: the clock, who and what is on it, and the few things that can happen to a person or an opening."""

from __future__ import annotations

from collections.abc import Generator
from math import log
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.market import codes, layout, placement
from sim.market.board import Board
from sim.market.codes import HIDDEN, INTERNAL_FIRST, NOBODY, NOT_LOOKING, OPEN, PUBLIC, SEARCHING
from sim.market.columns import Columns, Pending
from sim.market.employers import make_employers
from sim.market.network import make_ties
from sim.market.people import make_people
from sim.market.plans import make_plans
from sim.mechanisms import matching, ties
from sim.processes import tie_changes
from sim.processes.desk import Desk
from sim.records import observe
from sim.scenario.scenario import Scenario
from sim.streams import Streams, scramble, standard_normal

Process = Generator[simpy.Event, Any, None]
"""What `env.process` runs."""


class Market:
    """One labour market on one SimPy clock (days).

    Parameters
    ----------
    scenario : Scenario
    streams : Streams
        All randomness of this replication.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self.scenario, self.streams = scenario, streams
        self.env = simpy.Environment()
        self.employers = make_employers(scenario, streams)
        self.people, former = make_people(scenario, self.employers, streams)
        self.ties = make_ties(scenario, self.people, former, streams)
        self.plans, self.cast_size = make_plans(scenario), len(scenario.cast)
        self.searches_from = placement.scripted(scenario)
        self.placed = np.full(len(self.people), NOBODY, np.int32)
        placement.place(self)
        self.employer_start, self.state_start = self.people.employer.copy(), self.people.state.copy()
        people, time = scenario.population.people, scenario.time
        self.horizon = time.warm_up + time.window + time.follow_up
        self.board = Board(people, scenario.population.fields, self._longest_stay())
        weekly = people * scenario.careers.searching * scenario.search.hours_per_week
        expected = weekly * scenario.search.applications / scenario.search.hours_per_application * self.horizon / 7.0
        self.applications = Columns(layout.APPLICATIONS, int(2 * expected))
        self.cases = Columns(layout.CASES, 4096)
        self.endorsements = Columns(layout.ENDORSEMENTS, 4096)
        self.openings = Columns(layout.OPENINGS, 1024)
        self.paths = Columns(layout.PATHS, 4096)
        self.spells = Columns(layout.SPELLS, 1024)
        self.jobs = Columns(layout.JOBS, 1024)
        self.displaced = Columns(layout.DISPLACED, 16)
        self.exposure = Columns(layout.EXPOSURE, 4096)
        self.job_row = np.full(people, -1, np.int64)
        self.watched = observe.watch(self)
        self.newly_seen: list[int] = []
        self.newly_hired: list[int] = []
        self.handovers, self.replies, self.sourcing = Pending(), Pending(), Pending()
        self.desk = Desk(self)
        self.untold: list[int] = []
        self._departures = np.zeros(people, np.int64)
        self._grown = 0
        self._roster_week = -1
        self.refresh_roster()
        high = streams.bits("reading order, person", np.arange(people)) >> np.uint64(32)
        self._pile_person = high.astype(np.uint32)

    def _longest_stay(self) -> int:
        """Days an opening can stay at most: its last round may begin just before it expires."""
        s = self.scenario
        last_review = max(s.screening.review_every, s.screening.first_review, s.screening.first_look)
        last_round = last_review + s.hiring.interview_lead + s.hiring.decision_lag
        answers = s.screening.interview_slots * 8.0 * s.hiring.answer_lag
        return int(s.openings.expires + s.openings.internal_lead + last_round + answers) + 10

    # ---- openings -------------------------------------------------------------------------------------------------

    def open_job(self, employer: int, field: int, key: int) -> int:
        """A job to fill, not yet known to anybody. What is particular to it is keyed by `key`, not by its number."""
        s, draw, now = self.scenario.openings, self.streams.one, self.env.now
        u = draw("opening visibility", key)
        visibility = HIDDEN if u < s.hidden else INTERNAL_FIRST if u < s.hidden + s.internal_first else PUBLIC
        opening = self.openings.add(
            1,
            employer=employer,
            field=field,
            key=key,
            visibility=visibility,
            opened=now,
            pile=int(draw("reading order, opening", key) * 2**32),
            requirement=field + draw("opening requirement", key),
            bar=s.bar + s.bar_spread * standard_normal(draw("opening bar", key)),
            slots=self.scenario.screening.interview_slots,
            slot=self.board.open(self.openings.rows, field, employer),
        )
        self.untold.append(opening)
        if draw("opening sourced", key) < self.scenario.recruiters.sourced:
            self.sourcing.add(np.array([now + self.scenario.recruiters.search_after]), opening=np.array([opening]))
        return opening

    def grow(self) -> int:
        """A new job at an employer drawn by size."""
        rng = self.streams.generator("growth")
        employer = int(np.searchsorted(self._size_ladder, rng.random() * self._size_ladder[-1], side="right"))
        field = int(self.employers.field[employer])
        if rng.random() >= self.scenario.employers.own_field:
            field = int(rng.integers(self.scenario.population.fields))
        self._grown += 1
        return self.open_job(min(employer, len(self.employers) - 1), field, 2 * self._grown)

    def replace(self, person: int, employer: int) -> int | None:
        """Open the job a person leaves, if the employer wants it filled."""
        self._departures[person] += 1
        departure = int(self._departures[person])
        if self.streams.one("departure", person, departure) >= self.scenario.openings.replacement:
            return None
        key = int(self.streams.one("replacement", person, departure) * 2**31)
        return self.open_job(employer, int(self.people.field[person]), 2 * key + 1)

    def post(self, opening: int) -> None:
        """Put an opening on the public board."""
        self.openings["posted"][opening] = self.env.now
        self.board.post(int(self.openings["slot"][opening]), self.env.now)

    def close(self, opening: int) -> None:
        """Take an opening off the market, filled or not."""
        self.openings["closed"][opening] = self.env.now
        self.board.close(int(self.openings["slot"][opening]))
        self.desk.forget(opening)

    def is_open(self, opening: NDArray[Any]) -> NDArray[np.bool_]:
        """Which openings are still open."""
        return np.asarray(np.isnan(self.openings["closed"][opening]))

    # ---- people ---------------------------------------------------------------------------------------------------

    def start_search(self, person: NDArray[Any]) -> None:
        """People begin to search."""
        self.people.state[person] = SEARCHING
        self.people.search_start[person] = self.env.now

    def end_search(self, person: NDArray[Any], how: int) -> None:
        """Spells of search end: by a job through a channel, or given up (`records.GAVE_UP`)."""
        if not len(person):
            return
        person = person[self.people.state[person] == SEARCHING]
        if len(person):
            self.spells.add(
                len(person),
                person=person,
                start=self.people.search_start[person],
                end=self.env.now,
                employed=self.people.employer[person] != NOBODY,
                how=how,
            )
            self.people.search_start[person] = np.nan
        self.settle(person)

    def settle(self, person: NDArray[Any]) -> None:
        """Who does not search is open to offers or not: the less they like where they are, the more likely."""
        likely = self.scenario.careers.open * np.exp(-self.attachment(person))
        content = self.streams.uniform("open to offers", person) >= likely
        self.people.state[person] = np.where(content, NOT_LOOKING, OPEN)

    def hire(self, case: int) -> int | None:
        """The person of a case takes the job; the opening it leaves behind, if any, is returned."""
        row = int(self.cases["row"][case])
        person, opening = int(self.applications["person"][row]), int(self.applications["opening"][row])
        now, people = self.env.now, self.people
        key = self.openings["key"][opening]
        self.cases["accepted"][case] = now
        notice = -self.scenario.hiring.notice * log(self.streams.one("notice", person, key))
        self.cases["started"][case] = now + notice
        self.openings["filled"][opening], self.openings["hired_case"][opening] = now, case
        if people.state[person] == SEARCHING:
            self.spells.add(
                1,
                person=person,
                start=people.search_start[person],
                end=now,
                employed=people.employer[person] != NOBODY,
                how=self.applications["channel"][row],
            )
            people.search_start[person] = np.nan
        left = int(people.employer[person])
        self.leave(np.array([person]), codes.MOVED)
        people.employer[person] = self.openings["employer"][opening]
        people.hired_at[person] = now
        match = self.match_one(person, opening)
        people.job_match[person] = match
        people.friend[person] = 0.0  # until the week's end shows whom they know there
        self.settle(np.array([person]))
        self.job_row[person] = self.jobs.add(
            1,
            person=person,
            employer=people.employer[person],
            opening=opening,
            start=now,
            match=match,
            channel=self.applications["channel"][row],
            belief=self.cases["final"][case],
        )
        self.newly_hired.append(person)
        self.close(opening)
        return self.replace(person, left) if left != NOBODY and self.scenario.mechanisms.turnover else None

    def leave(self, person: NDArray[Any], why: int) -> None:
        """People leave their employer, and their colleagues become former ones."""
        tie_changes.part(self, person)
        self.people.employer[person] = NOBODY
        # A new employer does not know how somebody's referrals turned out elsewhere.
        self.people.record[person] = 0.0
        row = self.job_row[person]
        row = row[row >= 0]
        self.jobs["end"][row], self.jobs["why"][row] = self.env.now, why
        self.job_row[person] = -1

    def somebody_at(self, employer: NDArray[Any], luck: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """An employee of each employer by chance (`luck` uniform in [0, 1)), and where there is one."""
        fields = self.scenario.population.fields
        employer = employer.astype(np.int64)
        low, high = self.roster_start[employer * fields], self.roster_start[(employer + 1) * fields]
        there = high > low
        place = np.where(there, low + np.floor(np.minimum(luck, 1 - 1e-9) * (high - low)).astype(np.int64), 0)
        contact = self.roster[place].astype(np.int64) if len(self.roster) else place
        return contact, there & (self.people.employer[contact] == employer)

    def still_free(self, case: NDArray[Any] | int) -> NDArray[np.bool_]:
        """Which candidates have taken no job since they came in."""
        row = self.cases["row"][case]
        return np.asarray(self.people.hired_at[self.applications["person"][row]] <= self.applications["sent"][row])

    def wants(self, case: int) -> bool:
        """Whether a candidate takes an offer: still free, and the job is worth more to them than what they have."""
        row = self.cases["row"][case]
        person, key = self.applications["person"][row], self.openings["key"][self.applications["opening"][row]]
        worth = standard_normal(self.streams.one("worth of a job", person, key))
        if self.scenario.mechanisms.match_quits:
            worth += self.scenario.careers.quit_slope * float(self.cases["final"][case])
            worth -= float(self.attachment(np.array([person]))[0])
        return bool(self.still_free(case)) and worth > self.scenario.hiring.reservation

    def attachment(self, person: NDArray[Any]) -> NDArray[np.float64]:
        """What holds people in their job: how well it matches, and a friend they had among the colleagues when hired.

        `slope · match + friend_at_work · strength · 2^(-tenure / half-life)`; 0 for people without a job.
        """
        careers, people = self.scenario.careers, self.people
        if not self.scenario.mechanisms.match_quits:
            return np.zeros(len(person))
        friend = ties.decayed(people.friend[person], self.env.now - people.hired_at[person], careers.friend_half_life)
        held = careers.quit_slope * people.job_match[person] + careers.friend_at_work * friend
        return np.where(people.employer[person] == NOBODY, 0.0, held)

    # ---- what is looked up ----------------------------------------------------------------------------------------

    def refresh_roster(self) -> None:
        """Who works where, sorted by employer and field; renewed once a week, checked where it is used."""
        week = int(self.env.now // 7)
        if week == self._roster_week:
            return
        if self._roster_week < 0:
            self._size_ladder = np.cumsum(self.employers.size)
        self._roster_week = week
        fields = self.scenario.population.fields
        working = np.flatnonzero(self.people.employer != NOBODY).astype(np.int32)
        desk = self.people.employer[working].astype(np.int64) * fields + self.people.field[working]
        cells = len(self.employers) * fields
        # Of each field of an employer those with a say in hiring stand first.
        manager = self.people.manager[working]
        rank = 2 * desk + ~manager
        order = np.argsort(rank.astype(np.uint16) if 2 * cells < 2**16 else rank, kind="stable")
        self.roster = working[order]
        self.roster_start = np.searchsorted(desk[order], np.arange(cells + 1))
        self.roster_managers = np.bincount(desk[manager], minlength=cells)

    def match(
        self, person: NDArray[Any], opening: NDArray[Any], luck: NDArray[Any] | None = None
    ) -> NDArray[np.float64]:
        """Match quality of pairs of person and opening; `luck` is its draw where the caller has it at hand."""
        p, s = self.people, self.scenario
        if luck is None:
            luck = self.streams.normal("match", person, self.openings["key"][opening])
        fit = matching.fit(p.skills[person], self.openings["requirement"][opening], s.population.fields)
        weights = (s.matching.ability, s.matching.fit, s.matching.luck)
        return matching.match_quality(p.ability[person], fit, luck, weights)

    def match_one(self, person: int, opening: int) -> float:
        """`match` of one pair, at a tenth of the cost."""
        s, p = self.scenario, self.people
        gap = abs(float(p.skills[person]) - float(self.openings["requirement"][opening]))
        a, b, c = matching.scaled(s.matching.ability, s.matching.fit, s.matching.luck)
        luck = self.streams.one_normal("match", person, int(self.openings["key"][opening]))
        return a * float(p.ability[person]) + b * matching.fit_one(gap, s.population.fields) + c * luck

    def enter(self, person: NDArray[Any], opening: NDArray[Any], **columns: Any) -> int:
        """Write applications down, with the luck that decides how early each is read; returns the first row."""
        words = self._pile_person.take(person)
        words += self.openings["pile"].take(opening)
        luck = scramble(words)
        luck >>= np.uint32(16)
        luck = np.minimum(luck, np.uint32(codes.READ - 1)).astype(np.uint16)
        return self.applications.add(len(person), person=person, opening=opening, luck=luck, **columns)


def cohort(market: Market) -> NDArray[np.int64]:
    """The seventh of the people whose week is planned today."""
    return np.arange(int(market.env.now) % 7, len(market.people), 7)
