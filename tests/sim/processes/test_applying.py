"""What seekers send: as much as their hours allow, to postings that are new to them, in a market of any size."""

import numpy as np
import pytest
from small_markets import small

from sim.market.codes import Channel
from sim.processes.schedule import build, run_market

WEEKS = 12
# Everybody searches all the time for five applications a week, and nobody is invited.
FIVE_A_WEEK = {
    "population.fields": 1,
    "careers.searching": 1,
    "population.employed": 1,
    "mechanisms.turnover": False,
    "careers.stop_search": 0,
    "search.hours_per_week": 10,
    "search.hours_spread": 0,
    "search.applications": 1,
    "search.asks": 0,
    "search.upkeep": 0,
    "search.hours_per_application": 2,
    "search.effort_floor": 1,
    "openings.bar": 9,
    "openings.hidden": 0,
    "openings.internal_first": 0,
    "openings.expires": 28,
    "mechanisms.referrals": False,
    "mechanisms.recruiters": False,
    "time.warm_up": 0,
    "time.window": 7 * WEEKS,
    "time.follow_up": 0,
}


def lived(**overrides: object):
    market = build(small(FIVE_A_WEEK | {key.replace("__", "."): value for key, value in overrides.items()}), 5, 0)
    run_market(market)
    return market


def sent_a_week(market) -> float:
    """Direct applications a person sent in a week, after a first month in which the board fills."""
    a = market.applications
    direct = (np.asarray(a["channel"]) == Channel.DIRECT) & (np.asarray(a["sent"]) >= 28)
    return float(direct.sum()) / len(market.people) / (WEEKS - 4)


@pytest.mark.parametrize("people", [100, 400])
def test_hours_decide_how_much_is_sent_and_not_the_size_of_the_market(people: int) -> None:
    # About fifteen new postings a week in the smaller market, of which everybody answers five.
    market = lived(population__people=people, openings__growth=0.15, search__looks=100)
    assert sent_a_week(market) == pytest.approx(5, rel=0.01)


def test_with_one_look_the_time_for_a_second_application_is_lost() -> None:
    few, many = (
        sent_a_week(lived(population__people=people, openings__growth=0.15, search__looks=1)) for people in (100, 400)
    )
    assert few < 0.8 * many
    assert few < many < 5


def test_who_has_time_applies_once_to_all_there_is_but_not_at_home() -> None:
    market = lived(population__people=60, openings__growth=0.02, search__looks=100)
    a, openings = market.applications, market.openings
    person, opening = np.asarray(a["person"]), np.asarray(a["opening"])
    # Posted long enough before the end that everybody has had a week.
    for one in np.flatnonzero(np.asarray(openings["posted"]) < 7 * WEEKS - 8).tolist():
        others = np.flatnonzero(market.people.employer != openings["employer"][one])
        assert np.sort(person[opening == one]).tolist() == others.tolist()


def test_a_field_without_postings_gets_none() -> None:
    market = lived(population__people=60, openings__growth=0, search__looks=100)
    assert len(market.applications) == 0
