"""The stripped-down rules, one person and one application at a time, in plain Python with `random.Random`.

Written from the meaning of the model (docs/model.md), not from its code: the project imports nothing from here, and
from the project only the people, employers and ties of day 0 are taken (`day_zero`), so that every engine starts from
the same market. What differs between the engines in this folder is who calls these rules, and when.

In force: direct applications and referrals that contacts begin. Out of it: recruiters, asks, upkeep of ties and habits,
new ties, goodwill, records of referrers, news beyond the firm, turnover and all else of careers, hidden and
internal-first openings, the audit, a cast; `check` refuses a scenario that has them on.
"""

from __future__ import annotations

from bisect import bisect
from heapq import heappop, heappush
from math import exp, exp2, floor, inf, log, nan
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import Scenario

NEVER = -inf
GOODWILL = 0.3
"""What everybody is owed where goodwill is switched off."""
Regard = tuple[float, float]
"""Strength and familiarity of a tie as of today."""
CHANNELS = ("direct", "referral")


class Person:
    __slots__ = (
        "ability",
        "employer",
        "field",
        "hired_at",
        "hours",
        "manager",
        "number",
        "search_start",
        "searching",
        "skills",
    )

    def __init__(
        self,
        number: int,
        field: int,
        skills: float,
        ability: float,
        hours: float,
        employer: int,
        search_start: float,
        manager: bool,
    ) -> None:
        self.number, self.field, self.skills, self.ability, self.hours = number, field, skills, ability, hours
        self.employer, self.search_start, self.manager = employer, search_start, manager
        self.searching, self.hired_at = True, NEVER


class Tie:
    """What a contact holds of a person."""

    __slots__ = ("contact", "familiarity", "goodwill", "half_life", "person", "strength", "touched")

    def __init__(
        self,
        person: Person,
        contact: Person,
        half_life: float,
        strength: float,
        touched: float,
        familiarity: float,
        goodwill: float,
    ) -> None:
        self.person, self.contact, self.half_life = person, contact, half_life
        self.strength, self.touched, self.familiarity, self.goodwill = strength, touched, familiarity, goodwill


class Application:
    __slots__ = (
        "interviewed",
        "mean",
        "opening",
        "person",
        "precision",
        "read",
        "report",
        "responded",
        "sent",
        "variance",
    )

    def __init__(
        self, person: Person, opening: Opening, sent: float, report: float = 0.0, precision: float = 0.0
    ) -> None:
        self.person, self.opening, self.sent = person, opening, sent
        self.report, self.precision = report, precision
        self.read = self.responded = self.interviewed = nan
        self.mean = self.variance = nan


class Opening:
    __slots__ = (
        "applicants",
        "closed",
        "employer",
        "entered",
        "field",
        "filled",
        "interviewed",
        "invited",
        "luck",
        "number",
        "pile",
        "posted",
        "read_since",
        "requirement",
        "slots",
        "vouched",
    )

    def __init__(self, number: int, employer: int, field: int, posted: float, requirement: float, slots: int) -> None:
        self.number, self.employer, self.field = number, employer, field
        self.posted, self.requirement = posted, requirement
        self.slots, self.read_since, self.applicants, self.interviewed = slots, 0, 0, 0
        self.entered: set[int] = set()
        self.luck: dict[int, float] = {}
        self.pile: list[tuple[float, int, Application]] = []
        self.invited: list[Application] = []
        self.vouched: dict[int, list[Application]] = {}
        self.closed = self.filled = nan


Candidate = tuple[float, int, Application]
"""Score after the interview, the person's number (to break ties), the application."""


def check(scenario: Scenario) -> None:
    """Refuse a scenario in which something is on that these rules do not know."""
    s = scenario
    off = {
        "mechanisms.recruiters": s.mechanisms.recruiters,
        "mechanisms.turnover": s.mechanisms.turnover,
        "audit.letter": s.audit.letter,
        "search.asks": s.search.asks,
        "search.upkeep": s.search.upkeep,
        "search.other_field": s.search.other_field,
        "openings.hidden": s.openings.hidden,
        "openings.internal_first": s.openings.internal_first,
        "openings.bar_spread": s.openings.bar_spread,
        "careers.open": s.careers.open,
        "time.warm_up": s.time.warm_up,
    }
    off |= {
        f"mechanisms.{name}": getattr(s.mechanisms, name)
        for name in ("news", "new_ties", "goodwill", "referrer_record", "promotions", "match_quits", "search_capital")
    }
    off |= {f"search.habits.{name}": value for name, value in s.search.habits}
    off |= {"search.quiet_hours": s.search.quiet_hours, "careers.closure_at": s.careers.closure_at, "cast": s.cast}
    on = [name for name, value in off.items() if value]
    needed = {
        name: getattr(s.mechanisms, name)
        for name in ("referrals", "vouching", "priority_reading", "referrer_selection", "risk_aversion", "tie_decay")
    }
    on += [name for name, value in needed.items() if not value]
    if on or s.careers.searching != 1:
        raise ValueError(f"the stripped-down rules do not cover {', '.join(on) or 'careers.searching below 1'}")


def day_zero(
    scenario: Scenario, seed: int
) -> tuple[list[Person], list[list[Tie]], list[list[Tie]], list[int], list[float]]:
    """People, their ties by person and by contact, and the field and size of each employer: the project's own day 0."""
    from sim.market.employers import make_employers
    from sim.market.network import make_ties
    from sim.market.people import make_people
    from sim.streams import Streams

    streams = Streams(seed, 0)
    firms = make_employers(scenario, streams)
    folk, former = make_people(scenario, firms, streams)
    made = make_ties(scenario, folk, former, streams)
    columns = (folk.field, folk.skills, folk.ability, folk.hours, folk.employer, folk.search_start, folk.manager)
    people = [Person(i, *row) for i, row in enumerate(zip(*(c.tolist() for c in columns), strict=True))]
    by_person: list[list[Tie]] = [[] for _ in people]
    by_contact: list[list[Tie]] = [[] for _ in people]
    of_ties = (
        made.person,
        made.contact,
        made.half_life[made.kind],
        made.strength,
        made.touched,
        made.familiarity,
        made.goodwill,
    )
    for i, j, *rest in zip(*(c.tolist() for c in of_ties), strict=True):
        if j < 0:
            continue  # room for a tie to come
        tie = Tie(people[i], people[j], *rest)
        by_person[i].append(tie)
        by_contact[j].append(tie)
    return people, by_person, by_contact, firms.field.tolist(), firms.size.tolist()


class Rules:
    """The market of one run and all that can happen in it; the clock is the engine's."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        check(scenario)
        self.s, self.random = scenario, Random(seed)
        self.people, self.ties, self.ties_to, self.employer_field, sizes = day_zero(scenario, seed)
        self.staff: list[list[Person]] = [[] for _ in sizes]
        for person in self.people:
            if person.employer >= 0:
                self.staff[person.employer].append(person)
        self.size_ladder, total = [], 0.0
        for size in sizes:
            total += size
            self.size_ladder.append(total)
        self.horizon = scenario.time.window + scenario.time.follow_up
        self.openings: list[Opening] = []
        self.applications: list[Application] = []
        self.board: list[list[Opening]] = [[] for _ in range(scenario.population.fields)]
        self._ladder: dict[int, tuple[float, list[Opening], list[float]]] = {}
        weights = scenario.matching
        scale = (weights.ability**2 + weights.fit**2 + weights.luck**2) ** 0.5
        self._weights = weights.ability / scale, weights.fit / scale, weights.luck / scale

    # ---- openings ---------------------------------------------------------------------------------------------------

    @property
    def openings_per_day(self) -> float:
        s = self.s
        return s.openings.growth * s.population.people * s.population.employed / 7.0

    def open(self, now: float) -> Opening:
        """A new job at an employer drawn by size, posted at once."""
        r, s = self.random, self.s
        employer = min(bisect(self.size_ladder, r.random() * self.size_ladder[-1]), len(self.staff) - 1)
        field = self.employer_field[employer]
        if r.random() >= s.employers.own_field:
            field = r.randrange(s.population.fields)
        opening = Opening(len(self.openings), employer, field, now, field + r.random(), s.screening.interview_slots)
        self.openings.append(opening)
        self.board[field].append(opening)
        return opening

    def close(self, opening: Opening, now: float) -> None:
        opening.closed = now
        self.board[opening.field].remove(opening)
        opening.pile, opening.invited, opening.vouched = [], [], {}
        opening.entered, opening.luck = set(), {}

    # ---- direct applications ----------------------------------------------------------------------------------------

    def times(self, person: Person, now: float) -> int:
        """How many applications this week: a whole number, right on average."""
        s = self.s.search
        effort = s.effort_floor + (1.0 - s.effort_floor) * exp2((person.search_start - now) / s.effort_half_life)
        rate = person.hours * s.applications / s.hours_per_application * effort
        return int(rate + self.random.random())

    def pick(self, field: int, now: float) -> Opening | None:
        """A posting of the field, in proportion to interest in it over the day that ends now."""
        day, postings, ladder = self._ladder.get(field, (NEVER, [], []))
        if day != now:
            fresh, total, ladder = self.s.search.freshness, 0.0, []
            postings = [o for o in self.board[field] if o.posted < now]
            for opening in postings:
                age = now - opening.posted
                total += log((fresh + age) / (fresh + max(age - 1.0, 0.0)))
                ladder.append(total)
            self._ladder[field] = now, postings, ladder
        if not postings:
            return None
        return postings[min(bisect(ladder, self.random.random() * ladder[-1]), len(postings) - 1)]

    def apply(self, person: Person, now: float) -> Application | None:
        """One application, unless it would be the second to the opening or go to the person's own employer."""
        opening = self.pick(person.field, now)
        if opening is None or person.number in opening.entered or opening.employer == person.employer:
            return None
        sent = now - self.random.random() * min(now - opening.posted, 1.0)
        application = self.enter(Application(person, opening, sent))
        heappush(opening.pile, (self.random.random(), person.number, application))
        return application

    def enter(self, application: Application) -> Application:
        opening = application.opening
        opening.entered.add(application.person.number)
        opening.applicants += 1
        self.applications.append(application)
        return application

    # ---- referrals --------------------------------------------------------------------------------------------------

    def insiders(self, opening: Opening) -> list[Person]:
        """Who hears of an opening first: colleagues of its field where there are some, else anybody there."""
        staff, team = self.staff[opening.employer], self.s.referrals.team
        circle = [p for p in staff if p.field == opening.field] or staff
        if len(circle) <= team:
            return list(circle)
        chosen = {floor(self.random.random() * len(circle)) for _ in range(team)}
        return [circle[i] for i in chosen]

    def regard(self, tie: Tie, now: float) -> Regard:
        """Strength and familiarity as of today; everyday life touches a tie now and then."""
        elapsed = min(now - tie.touched, self.random.expovariate(1.0) * self.s.network.dormancy)
        familiarity = tie.familiarity * exp2(-elapsed / self.s.upkeep.familiarity_half_life)
        return tie.strength * exp2(-elapsed / tie.half_life), familiarity

    def recalled(self, tie: Tie, opening: Opening, now: float) -> Regard | None:
        """What the contact holds of the person, if they come to mind when the contact hears of the opening."""
        person = tie.person
        if not person.searching or person.employer == opening.employer:
            return None
        s, regard = self.s, self.regard(tie, now)
        if regard[0] < s.network.gone:
            return None
        chance = s.referrals.recall * 0.5 * sum(regard) * (1.0 + s.referrals.bonus_effort * s.employers.bonus)
        if person.field != opening.field:
            chance *= s.referrals.other_field_recall
        return regard if self.random.random() < chance else None

    def match(self, person: Person, opening: Opening) -> float:
        """How well a person would do; what is particular to the pair is drawn once and kept."""
        luck = opening.luck.get(person.number)
        if luck is None:
            luck = opening.luck[person.number] = self.random.gauss(0.0, 1.0)
        gap = abs(person.skills - opening.requirement)
        gap = min(gap, self.s.population.fields - gap, 1.0)
        a, b, c = self._weights
        return a * person.ability + b * (1.0 / 3.0 - gap) / (1.0 / 18.0) ** 0.5 + c * luck

    def vouch(self, tie: Tie, opening: Opening, regard: Regard) -> tuple[float, float] | None:
        """The contact's report and its precision; None from one who is unwilling or does not believe in the person."""
        s, gauss = self.s, self.random.gauss
        strength, familiarity = regard
        far, near = s.signals.contact_stranger, s.signals.contact_close
        noise = far * exp(familiarity * log(near / far))
        seen = self.match(tie.person, opening) + noise * gauss(0.0, 1.0)
        willing = 1.0 - exp(-s.referrals.willingness * (strength + GOODWILL))
        bar = s.referrals.contact_bar + s.referrals.stake - s.referrals.bonus_pull * s.employers.bonus
        if self.random.random() >= willing or seen / (1.0 + noise * noise) <= bar:
            return None
        added = s.signals.vouch_resume
        if familiarity >= s.referrals.letter_familiarity:
            speaks = tie.contact.manager or strength >= s.referrals.manager_strength
            added = s.signals.vouch_manager if speaks else s.signals.vouch_letter
        report = seen + added * gauss(0.0, 1.0) + s.screening.favouritism * (2.0 * strength - 1.0)
        return report, s.screening.trust / (noise * noise + added * added)

    def lag(self, mean: float) -> float:
        return self.random.expovariate(1.0) * mean

    def hand_over(
        self, person: Person, opening: Opening, recalled: float, sent: float, report: float, precision: float
    ) -> Application | None:
        """The name is handed in, unless opening or person are gone or the person is in already."""
        if opening.closed == opening.closed or person.hired_at > recalled or person.number in opening.entered:
            return None
        return self.enter(Application(person, opening, sent, report, precision))

    # ---- the employer's desk ----------------------------------------------------------------------------------------

    def judge(self, batch: list[Application], opening: Opening, now: float) -> None:
        """Read a batch, and invite the best of it above the bar while interview slots last."""
        s, scored = self.s, []
        for application in batch:
            noise = s.signals.resume
            precision = noise**-2
            total = 1.0 + precision
            mean = precision * (self.match(application.person, opening) + noise * self.random.gauss(0.0, 1.0)) / total
            if application.precision:
                mean = (total * mean + application.precision * application.report) / (total + application.precision)
                total += application.precision
            application.read, application.mean, application.variance = now, mean, 1.0 / total
            scored.append((mean - s.screening.risk_aversion / total, application.person.number, application))
        scored.sort(reverse=True)
        for score, _, application in scored:
            if score <= s.openings.bar or opening.slots <= 0:
                break
            application.responded = now
            opening.slots -= 1
            opening.invited.append(application)

    def read_vouched(self, batch: list[Application], opening: Opening, now: float) -> None:
        """Applications that carry a name are read before the pile, and count towards what can be read at the review."""
        if opening.closed != opening.closed:
            opening.read_since += len(batch)
            self.judge(batch, opening, now)

    def review(self, opening: Opening, now: float) -> None:
        """Read the pile as far as there is time, from the top, where luck has put them."""
        room, opening.read_since = self.s.screening.resumes_per_review - opening.read_since, 0
        self.judge([heappop(opening.pile)[2] for _ in range(min(room, len(opening.pile)))], opening, now)

    def interview(self, opening: Opening, now: float) -> list[Candidate]:
        """Meet those invited who are still free; (score, person's number, application) of each."""
        s, noise = self.s, self.s.signals.interview
        met: list[Candidate] = []
        waiting, opening.invited = opening.invited, []
        for application in waiting:
            opening.slots += 1
            if not self.still_free(application):
                continue
            application.interviewed = min(application.responded + s.hiring.interview_lead, now)
            opening.interviewed += 1
            seen = self.match(application.person, opening) + noise * self.random.gauss(0.0, 1.0)
            before, precision = 1.0 / application.variance, noise**-2
            total = before + precision
            mean = (before * application.mean + precision * seen) / total
            met.append((mean - s.screening.risk_aversion / total, application.person.number, application))
        return met

    @staticmethod
    def still_free(application: Application) -> bool:
        return application.person.hired_at <= application.sent

    def accepts(self, application: Application) -> bool:
        return self.still_free(application) and self.random.gauss(0.0, 1.0) > self.s.hiring.reservation

    def hire(self, application: Application, now: float) -> None:
        """The person takes the job and leaves search; colleagues left behind become former ones."""
        person, opening = application.person, application.opening
        opening.filled = now
        if person.employer >= 0:
            self.staff[person.employer].remove(person)
            colleague, former = self.s.network.colleague.half_life, self.s.network.former_colleague.half_life
            for tie in (*self.ties[person.number], *self.ties_to[person.number]):
                if tie.half_life == colleague:
                    tie.half_life = former
        person.searching, person.hired_at, person.employer = False, now, opening.employer
        self.staff[opening.employer].append(person)
        self.close(opening, now)

    # ---- what is left at the end ------------------------------------------------------------------------------------

    def tables(self) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        """Columns of applications and openings, as far as the comparison needs them."""
        applications: dict[str, list[Any]] = {
            "channel": [CHANNELS[a.precision > 0] for a in self.applications],
            "opening": [a.opening.number for a in self.applications],
            **{
                name: [getattr(a, name) for a in self.applications]
                for name in ("sent", "read", "responded", "interviewed")
            },
        }
        names = ("posted", "closed", "filled", "applicants", "interviewed")
        return applications, {name: [getattr(o, name) for o in self.openings] for name in names}
