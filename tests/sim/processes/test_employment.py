"""What happens to a person's job and search, by hand: taking an offer, being hired, ceasing to search."""

import numpy as np
import pytest
from small_markets import small

from sim.market.codes import NOBODY, Channel, LeftBecause, SpellEnd, State
from sim.market.market import Market
from sim.processes import applying, employment, openings
from sim.processes.schedule import build

WORTHLESS, PRICELESS = -10, 10  # SD: reservations that every draw, or none, exceeds


def with_candidate(overrides: dict[str, object] | None = None) -> tuple[Market, int, int, int]:
    """A market on day 0 in which one employed seeker is a candidate for an opening elsewhere."""
    market = build(small(overrides), 1, 0)
    people = market.people
    person = int(np.flatnonzero((people.employer != NOBODY) & (people.state == State.SEARCHING))[0])
    employer = int((people.employer[person] + 1) % len(market.employers))
    opening = openings.open_job(market, employer, int(people.field[person]), 12345)
    sent = np.zeros(1, np.float32)
    row = applying.enter(market, np.array([person]), np.array([opening]), channel=Channel.REFERRAL, sent=sent)
    return market, person, opening, market.candidacies.add(1, row=row, arrived=sent, final=0.4)


@pytest.mark.parametrize(("reservation", "taken"), [(WORTHLESS, True), (PRICELESS, False)])
def test_an_offer_is_taken_if_the_job_is_worth_more_than_the_reservation(reservation: int, taken: bool) -> None:
    market, _, _, candidacy = with_candidate({"hiring.reservation": reservation, "mechanisms.match_quits": False})
    assert employment.wants(market, candidacy) is taken


def test_somebody_hired_since_they_applied_takes_no_offer() -> None:
    market, person, _, candidacy = with_candidate({"hiring.reservation": WORTHLESS, "mechanisms.match_quits": False})
    market.people.hired_at[person] = 1.0
    assert not employment.wants(market, candidacy)


def test_a_hire_fills_and_closes_the_opening_ends_the_search_and_leaves_the_old_job() -> None:
    market, person, opening, candidacy = with_candidate({"openings.replacement": 1.0})
    people, old = market.people, int(market.people.employer[person])
    former = market.jobs.add(1, person=person, employer=old, start=0.0)
    market.job_row[person] = former
    people.record[person] = 0.5
    begun, before = people.search_start[person], len(market.openings)
    left_behind = employment.hire(market, candidacy)

    o = market.openings
    assert (o["filled"][opening], o["closed"][opening], o["hired_candidacy"][opening]) == (0.0, 0.0, candidacy)
    assert not market.is_open(np.array([opening]))[0]
    assert market.candidacies["accepted"][candidacy] == 0.0
    assert market.candidacies["started"][candidacy] > 0.0

    spells = market.spells
    assert len(spells) == 1
    assert (spells["person"][0], spells["end"][0], spells["how"][0]) == (person, 0.0, SpellEnd.REFERRAL)
    assert spells["start"][0] == np.float32(begun)
    assert spells["employed"][0]
    assert np.isnan(people.search_start[person])
    assert people.state[person] != State.SEARCHING

    assert people.employer[person] == o["employer"][opening] != old
    assert people.hired_at[person] == 0.0
    assert people.record[person] == 0.0, "a record does not follow a referrer to the next employer"
    jobs = market.jobs
    assert (jobs["end"][former], jobs["why"][former]) == (0.0, LeftBecause.MOVED)
    now = market.job_row[person]
    assert now != former
    assert (jobs["opening"][now], jobs["channel"][now]) == (opening, Channel.REFERRAL)
    assert jobs["belief"][now] == np.float32(0.4)
    assert np.isnan(jobs["end"][now])
    assert market.newly_hired == [person]

    assert left_behind == before
    assert o["employer"][left_behind] == old


@pytest.mark.parametrize("overrides", [{"openings.replacement": 0.0}, {"mechanisms.turnover": False}])
def test_a_job_left_is_not_always_opened_again(overrides: dict[str, object]) -> None:
    market, _, _, candidacy = with_candidate(overrides)
    assert employment.hire(market, candidacy) is None


def test_only_those_who_search_can_cease_to() -> None:
    market, person, _, _ = with_candidate()
    content = int(np.flatnonzero(market.people.state == State.NOT_LOOKING)[0])
    employment.end_search(market, np.array([person, content]), SpellEnd.GAVE_UP)
    assert market.spells["person"].tolist() == [person]
    assert market.spells["how"].tolist() == [SpellEnd.GAVE_UP]
    assert market.people.state[person] != State.SEARCHING
