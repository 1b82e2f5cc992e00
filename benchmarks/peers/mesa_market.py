"""The stripped-down rules in Mesa 3: people and openings are agents, and a step is a day."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import mesa
from mesa.agent import AgentSet

from benchmarks.peers.rules import Application, Candidate, Opening, Person, Rules

if TYPE_CHECKING:
    from sim import Scenario


class Seeker(mesa.Agent):
    """Applies once a week."""

    def __init__(self, model: MesaMarket, person: Person) -> None:
        super().__init__(model)
        self.person = person

    def apply(self) -> None:
        market: Rules = self.model.rules
        for _ in range(market.times(self.person, self.model.now)):
            market.apply(self.person, self.model.now)


class Vacancy(mesa.Agent):
    """Hires for one opening; `stage` is what it does next, once `due` has come."""

    def __init__(self, model: MesaMarket, opening: Opening) -> None:
        super().__init__(model)
        s = model.rules.s
        self.opening = opening
        self.candidates: list[Candidate] = []
        self.bar = s.openings.hire_bar + s.screening.early_margin
        self.stage, self.due = "look", opening.posted + s.screening.first_look
        self.deadline, self.review_at = opening.posted + s.openings.expires, opening.posted + s.screening.first_review
        self.offered: Application | None = None

    # ---- during the day: each at its own time, in the order of stages

    def act(self) -> None:
        while self.stage in {"look", "offer", "answer"} and self.due <= self.model.now:
            getattr(self, self.stage)(self.due)

    def look(self, now: float) -> None:
        if self.opening.invited:
            self.stage, self.due = "meet", now + self.model.rules.s.hiring.interview_lead
        else:
            self.next_round(now)

    def offer(self, now: float) -> None:
        self.candidates.sort(reverse=True)
        if self.candidates and self.candidates[0][0] > self.bar:
            self.offered = self.candidates.pop(0)[2]
            self.stage, self.due = "answer", now + self.model.rules.lag(self.model.rules.s.hiring.answer_lag)
        else:
            self.next_round(now)

    def answer(self, now: float) -> None:
        application = self.offered
        if application is not None and self.model.rules.accepts(application):
            self.model.rules.hire(application, now)
            self.model.leave_search(application.person)
            self.finish()
        else:
            self.offer(now)

    def next_round(self, now: float) -> None:
        self.bar = self.model.rules.s.openings.hire_bar
        if now < self.deadline:
            self.stage, self.due = "review", max(self.review_at, now)
        else:
            self.model.rules.close(self.opening, now)
            self.finish()

    def finish(self) -> None:
        self.stage = "done"
        self.model.vacancies.discard(self)
        self.remove()

    # ---- in the evening

    def read(self) -> None:
        batch = self.opening.vouched.pop(self.model.now, None)
        if batch:
            self.model.rules.read_vouched(batch, self.opening, self.model.now)

    def desk(self) -> None:
        if self.stage in {"review", "meet"} and self.due <= self.model.now:
            getattr(self, self.stage)(self.model.now)

    def review(self, now: float) -> None:
        s = self.model.rules.s
        self.model.rules.review(self.opening, now)
        self.review_at += s.screening.review_every
        if self.opening.invited:
            self.stage, self.due = "meet", now + s.hiring.interview_lead
        else:
            self.next_round(now)

    def meet(self, now: float) -> None:
        self.candidates += self.model.rules.interview(self.opening, now)
        self.stage, self.due = "offer", now + self.model.rules.s.hiring.decision_lag


class MesaMarket(mesa.Model):
    """A market of agents that step once a day, in the order of the model's day."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        super().__init__(seed=seed)
        self.rules, self.now = Rules(scenario, seed), 0
        self.seekers = [Seeker(self, person) for person in self.rules.people]
        self.cohorts = [AgentSet(self.seekers[day::7], random=self.random) for day in range(7)]
        self.vacancies = AgentSet([], random=self.random)
        self.names: dict[int, list[tuple[Any, ...]]] = {}
        self.next_opening = self.rules.lag(1.0 / self.rules.openings_per_day)

    def run(self) -> None:
        for _ in range(int(self.rules.horizon)):
            self.step()

    def step(self) -> None:
        self.now += 1
        opened = self.open()
        self.vacancies.shuffle_do("act")
        for opening in opened:
            self.tell(opening)
        self.cohorts[self.now % 7].shuffle_do("apply")
        for row in self.names.pop(self.now, ()):
            application = self.rules.hand_over(*row)
            if application is not None:
                due = ceil(application.sent + self.rules.s.screening.vouched_read_after)
                application.opening.vouched.setdefault(due, []).append(application)
        self.vacancies.do("read")
        self.vacancies.shuffle_do("desk")

    def open(self) -> list[Opening]:
        opened = []
        while self.next_opening <= self.now:
            opened.append(self.rules.open(self.next_opening))
            self.vacancies.add(Vacancy(self, opened[-1]))
            self.next_opening += self.rules.lag(1.0 / self.rules.openings_per_day)
        return opened

    def tell(self, opening: Opening) -> None:
        """Insiders hear of an opening, think of people they know, and agree or not to hand their names in."""
        rules, now = self.rules, self.now
        for contact in rules.insiders(opening):
            for tie in rules.ties_to[contact.number]:
                regard = rules.recalled(tie, opening, now)
                report = rules.vouch(tie, opening, regard) if regard is not None else None
                if report is not None:
                    sent = now + rules.lag(rules.s.referrals.mention_lag) + rules.lag(rules.s.referrals.handover_lag)
                    self.names.setdefault(ceil(sent), []).append((tie.person, opening, now, sent, *report))

    def leave_search(self, person: Person) -> None:
        agent = self.seekers[person.number]
        self.cohorts[person.number % 7].discard(agent)
        agent.remove()
