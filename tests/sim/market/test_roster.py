"""Who works where: sorted by employer and field, managers first, and renewed once a week."""

import numpy as np
from small_markets import small

from sim.market.codes import NOBODY
from sim.market.market import Market
from sim.streams import Streams


def market() -> Market:
    return Market(small(), Streams(4, 0))


def test_everybody_in_work_stands_in_the_cell_of_their_employer_and_field() -> None:
    m = market()
    roster, people, fields = m.roster, m.people, m.scenario.population.fields
    assert sorted(roster.person.tolist()) == np.flatnonzero(people.employer != NOBODY).tolist()
    for cell in range(len(m.employers) * fields):
        inside = roster.person[roster.start[cell] : roster.start[cell + 1]]
        assert (people.employer[inside] * fields + people.field[inside] == cell).all()
        assert people.manager[inside].tolist() == sorted(people.manager[inside].tolist(), reverse=True)
        assert people.manager[inside].sum() == roster.managers[cell]


def test_the_roster_is_renewed_in_a_new_week_only() -> None:
    m = market()
    gone = int(m.roster.person[0])
    m.people.employer[gone] = NOBODY
    m.roster.refresh(6.9)
    assert gone in m.roster.person
    m.roster.refresh(7.0)
    assert gone not in m.roster.person


def test_somebody_at_an_employer_works_there_still() -> None:
    m = market()
    employer = np.repeat(np.arange(len(m.employers)), 50)
    luck = np.tile(np.linspace(0, 1, 50), len(m.employers))
    contact, there = m.roster.somebody_at(employer, luck)
    assert (m.people.employer[contact[there]] == employer[there]).all()
    staff = np.bincount(m.people.employer[m.people.employer != NOBODY], minlength=len(m.employers))
    assert (there == (staff[employer] > 0)).all()
    m.people.employer[contact[there][0]] = NOBODY
    assert not m.roster.somebody_at(employer, luck)[1][np.flatnonzero(there)[0]]
