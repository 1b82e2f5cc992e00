"""The market: its clock, its state, and look-ups in it.

The functions in `sim/processes` change it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.arrays import Bools, Floats
from sim.market import layout, placement
from sim.market.board import Board
from sim.market.columns import Columns, Pending
from sim.market.employers import make_employers
from sim.market.inbox import Inbox
from sim.market.network import make_ties
from sim.market.people import make_people
from sim.market.plans import make_plans
from sim.market.roster import Roster
from sim.mechanisms import matching
from sim.scenario.scenario import Scenario
from sim.streams import Streams


class Market:
    """One labour market on one SimPy clock (days).

    Parameters
    ----------
    scenario : Scenario
    streams : Streams
        All randomness of this replication.

    Attributes
    ----------
    env : simpy.Environment
        The clock; `env.now` is the day.
    horizon : float
        The day on which the run ends.
    employers, people, ties : Employers, People, Ties
        Employers, people, and who knows whom.
    plans, cast_size : Plans, int
        How people divide their hours, and the number of roles in the cast.
    searches_from : ndarray, shape (roles + 1,)
        The day on which each role begins to search; infinite where none is set, as for the crowd at index 0.
    placed, growing : ndarray, list of Growing
        The contact placed beside each person (-1 for none), and the employers that a role makes grow.
    employer_start, state_start, ties_at_start : ndarray, ndarray, dict
        Employer and state of each person, and the ties of the cast, on day 0.
    board, roster, inbox : Board, Roster, Inbox
        Open openings and who has entered them; who works where; what waits for the employers to read.
    applications, candidacies, endorsements, openings, paths, spells, jobs, displaced, exposure : Columns
        What is recorded; `layout` declares the columns. A candidacy is an application that an employer has read or
        that came with a report or by news; an endorsement describes the person behind it.
    job_row : ndarray
        Each person's row in `jobs`, -1 for people who still hold the job of day 0 or none.
    unannounced, newly_seen, newly_hired : list of int
        Openings nobody has heard of yet; candidacies interviewed and people hired since the last week's end.
    handovers, replies, sourcing : Pending
        Names on their way to an employer, replies on their way to a recruiter, openings a recruiter will search for.
    departures, grown : ndarray, int
        How often each person has left a job, and how many openings growth has brought; they key random draws.
    pile_person : ndarray
        Each person's part of the draw of a place in the pile.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self.scenario, self.streams = scenario, streams
        self.env = simpy.Environment()
        people, time = scenario.population.people, scenario.time
        self.horizon = time.warm_up + time.window + time.follow_up
        self.employers = make_employers(scenario, streams)
        self.people, former = make_people(scenario, self.employers, streams)
        self.ties = make_ties(scenario, self.people, former, streams)
        self.plans, self.cast_size = make_plans(scenario), len(scenario.cast)
        self.searches_from = placement.first_search_days(scenario)
        self.placed, self.growing = placement.place_cast(scenario, streams, self.people, self.ties)
        self.employer_start, self.state_start = self.people.employer.copy(), self.people.state.copy()
        self.ties_at_start: dict[str, NDArray[Any]] = {}
        self.board = Board(people, scenario.population.fields, _longest_stay(scenario))
        self.roster = Roster(self.people, len(self.employers), scenario.population.fields)
        self.inbox = Inbox()
        self.applications = Columns(layout.APPLICATIONS, int(2 * _expected_applications(scenario)))
        self.candidacies = Columns(layout.CANDIDACIES, 4096)
        self.endorsements = Columns(layout.ENDORSEMENTS, 4096)
        self.openings = Columns(layout.OPENINGS, 1024)
        self.paths = Columns(layout.PATHS, 4096)
        self.spells = Columns(layout.SPELLS, 1024)
        self.jobs = Columns(layout.JOBS, 1024)
        self.displaced = Columns(layout.DISPLACED, 16)
        self.exposure = Columns(layout.EXPOSURE, 4096)
        self.job_row = np.full(people, -1, np.int64)
        self.unannounced: list[int] = []
        self.newly_seen: list[int] = []
        self.newly_hired: list[int] = []
        self.handovers, self.replies, self.sourcing = Pending(), Pending(), Pending()
        self.departures = np.zeros(people, np.int64)
        self.grown = 0
        high = streams.bits("reading order, person", np.arange(people)) >> np.uint64(32)
        self.pile_person = high.astype(np.uint32)

    def is_open(self, opening: NDArray[Any]) -> Bools:
        """Which openings are still open."""
        return np.asarray(np.isnan(self.openings["closed"][opening]))

    def still_free(self, candidacy: NDArray[Any] | int) -> Bools:
        """Which candidates have taken no job since they came in."""
        row = self.candidacies["row"][candidacy]
        return np.asarray(self.people.hired_at[self.applications["person"][row]] <= self.applications["sent"][row])

    def match(self, person: NDArray[Any], opening: NDArray[Any], luck: NDArray[Any] | None = None) -> Floats:
        """Match quality (SD) of pairs of person and opening; pass `luck` where its draw is known already."""
        p, s = self.people, self.scenario
        if luck is None:
            luck = self.streams.normal("match", person, self.openings["draw_key"][opening])
        fit = matching.fit(p.skills[person], self.openings["requirement"][opening], s.population.fields)
        weights = (s.matching.ability, s.matching.fit, s.matching.luck)
        return matching.match_quality(p.ability[person], fit, luck, weights)

    def match_one(self, person: int, opening: int) -> float:
        """`match` of one pair, at a tenth of the cost."""
        s, p = self.scenario, self.people
        gap = abs(float(p.skills[person]) - float(self.openings["requirement"][opening]))
        a, b, c = matching.scaled(s.matching.ability, s.matching.fit, s.matching.luck)
        luck = self.streams.one_normal("match", person, int(self.openings["draw_key"][opening]))
        return a * float(p.ability[person]) + b * matching.fit_one(gap, s.population.fields) + c * luck


def _longest_stay(scenario: Scenario) -> int:
    """Most days that an opening can stay open: its last round may begin just before it expires."""
    s = scenario
    last_review = max(s.screening.review_every, s.screening.first_review, s.screening.first_look)
    last_round = last_review + s.hiring.interview_lead + s.hiring.decision_lag
    answers = s.screening.interview_slots * 8.0 * s.hiring.answer_lag
    return int(s.openings.expires + s.openings.internal_lead + last_round + answers) + 10


def _expected_applications(scenario: Scenario) -> float:
    """Rough number of applications in a run, to make room for them at once."""
    s = scenario
    days = s.time.warm_up + s.time.window + s.time.follow_up
    weekly = s.population.people * s.careers.searching * s.search.hours_per_week
    return weekly * s.search.applications / s.search.hours_per_application * days / 7.0
