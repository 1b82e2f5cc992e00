"""People as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market.codes import NOBODY, State
from sim.market.employers import Employers, draw_employers
from sim.scenario.scenario import Scenario
from sim.streams import Streams


@dataclass(slots=True)
class People:
    """People, one row each.

    Attributes
    ----------
    field, skills
        The field, and the position on the ring of fields, in field widths.
    ability, experience
        Standard normal.
    hours, spent
        Weekly hours of search when searching; hours spent on search, ties and habits so far.
    currency, profiled
        How current the public profile was, in [0, 1], and on which day.
    sociability
        Weight with which others meet this person.
    employer, state
        Present employer, -1 for none; one of `State`.
    search_start, hired_at
        Day the present spell of search began (NaN outside one); day of the last hire (-inf before the run).
    by_field
        The people of each field.
    manager
        Whether they have a say in hiring.
    record
        How well their referrals at the present employer turned out, in [-1, 1].
    job_match, friend
        Match quality of the job held; strength of the strongest tie there when hired.
    taught
        Whether an interview has taught them where to apply.
    role
        Number of the role in the cast, 0 for the crowd.
    asked
        How often they asked a contact for a referral.
    """

    field: NDArray[np.int16]
    skills: NDArray[np.float32]
    ability: NDArray[np.float32]
    experience: NDArray[np.float32]
    hours: NDArray[np.float32]
    currency: NDArray[np.float32]
    sociability: NDArray[np.float32]
    employer: NDArray[np.int32]
    state: NDArray[np.int8]
    search_start: NDArray[np.float64]
    hired_at: NDArray[np.float64]
    by_field: list[NDArray[np.int32]]
    manager: NDArray[np.bool_]
    record: NDArray[np.float32]
    job_match: NDArray[np.float32]
    friend: NDArray[np.float32]
    profiled: NDArray[np.float32]
    taught: NDArray[np.bool_]
    role: NDArray[np.int16]
    spent: NDArray[np.float32]
    asked: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.field)


def make_people(scenario: Scenario, employers: Employers, streams: Streams) -> tuple[People, NDArray[np.int32]]:
    """Make people with their jobs and searches on day 0, and the employer that each worked for before."""
    rng = streams.generator("people")
    parameters, careers = scenario.population, scenario.careers
    n, fields = parameters.people, parameters.fields
    field = rng.integers(0, fields, n).astype(np.int16)
    skills = (field + rng.random(n)).astype(np.float32)
    experience = rng.standard_normal(n)
    r = parameters.experience_correlation
    ability = r * experience + np.sqrt(1.0 - r * r) * rng.standard_normal(n)
    spread = scenario.search.hours_spread
    hours = scenario.search.hours_per_week * np.exp(spread * rng.standard_normal(n) - 0.5 * spread * spread)
    # The classical Pareto law: a degree tail of exponent g comes from sociability with tail exponent g - 1.
    sociability = np.minimum((1.0 - rng.random(n)) ** (-1.0 / (scenario.network.degree_tail - 1.0)), n**0.5)
    currency = rng.random(n)
    employer = draw_employers(employers, field, scenario.employers.own_field, fields, rng)
    former = draw_employers(employers, field, scenario.employers.own_field, fields, rng)
    employer[rng.random(n) >= parameters.employed] = NOBODY
    searching = (employer == NOBODY) | (rng.random(n) < careers.searching)
    state = np.where(
        searching, State.SEARCHING, np.where(rng.random(n) < careers.open, State.OPEN, State.NOT_LOOKING)
    ).astype(np.int8)
    # Spells under way on day 0 began in the past: in a stationary market without memory their ages are exponential.
    age = rng.exponential(4 * scenario.search.effort_half_life, n)
    # People with experience and ability are managers more often; the share of managers is as set.
    standing = np.argsort(np.argsort(experience + ability + rng.standard_normal(n)))
    manager = standing >= n * (1.0 - careers.managers)
    people = People(
        field=field,
        skills=skills,
        ability=ability.astype(np.float32),
        experience=experience.astype(np.float32),
        hours=hours.astype(np.float32),
        currency=currency.astype(np.float32),
        sociability=sociability.astype(np.float32),
        employer=employer,
        state=state,
        search_start=np.where(searching, -age, np.nan),
        hired_at=np.full(n, -np.inf),
        manager=manager,
        record=np.zeros(n, np.float32),
        # Jobs held on day 0 have lasted: better matches than a draw from the applicants.
        job_match=(0.5 + 0.8 * rng.standard_normal(n)).astype(np.float32),
        friend=np.zeros(n, np.float32),
        profiled=np.zeros(n, np.float32),
        taught=np.zeros(n, bool),
        role=np.zeros(n, np.int16),
        spent=np.zeros(n, np.float32),
        asked=np.zeros(n, np.int32),
        by_field=[np.flatnonzero(field == f).astype(np.int32) for f in range(fields)],
    )
    return people, former
