"""What holds people in a job, who hears of its openings, and what is kept: ties, goodwill, people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_markets import finished, small, write_edges

from sim.market.codes import NOBODY, Kind, LeftBecause, State
from sim.market.market import Market
from sim.market.tie_state import state_now
from sim.processes import careers, employment, openings, settling_in
from sim.processes.referral import reach_out
from sim.processes.referral.insiders import insiders
from sim.processes.schedule import build
from sim.processes.tie_changes import touch


def still(tmp_path, rows: list[str], overrides: dict[str, object] | None = None) -> Market:
    """Twenty people of one field with the ties given, on day 0."""
    header = "person,contact,kind,strength,familiarity,goodwill,days_since_touch"
    edges = write_edges(tmp_path / "ties.csv", rows, header)
    return build(
        small(
            {
                "population.people": 20,
                "population.fields": 1,
                "network.edge_list": edges,
                "mechanisms.tie_decay": False,
                **(overrides or {}),
            }
        ),
        3,
        0,
    )


def test_attachment_by_hand(tmp_path) -> None:
    market = still(
        tmp_path,
        ["0,1,close_friend,0.8,0.5,0,0"],
        {"careers.quit_slope": 0.5, "careers.friend_at_work": 0.4, "careers.friend_half_life": 100},
    )
    people, who = market.people, np.array([0, 1])
    people.employer[who], people.job_match[who], people.hired_at[who] = 0, [1.2, -1.0], [-100.0, -300.0]
    people.friend[who] = [0.8, 0.0]
    # Half of the friend's worth is left after a half-life; without a friend the match alone counts.
    assert employment.attachment(market, who) == pytest.approx([0.5 * 1.2 + 0.4 * 0.8 / 2, -0.5])
    assert careers.quit_factor(market, who) == pytest.approx(np.exp([-0.76, 0.5]))
    people.employer[0] = NOBODY
    assert employment.attachment(market, who)[0] == 0


def test_a_newcomer_finds_the_strongest_of_the_ties_inside(tmp_path) -> None:
    market = still(
        tmp_path,
        [
            "0,1,acquaintance,0.3,0.5,0,0",
            "0,2,close_friend,0.9,0.5,0,0",
            "0,3,close_friend,0.99,0.5,0,0",
            "4,1,classmate,0.2,0.5,0,0",
        ],
    )
    people = market.people
    people.employer[[0, 1, 2, 4]], people.employer[3] = 0, NOBODY
    settling_in.greet(market, np.array([0, 4, 2]))
    assert people.friend[[0, 4, 2]] == pytest.approx([0.9, 0.2, 0.0], abs=1e-6)


def test_the_better_the_job_the_fewer_are_open_to_offers() -> None:
    market = build(small({"population.people": 4000, "careers.open": 0.4}), 1, 0)
    people = market.people
    who = np.flatnonzero((people.employer != NOBODY) & (people.state != State.SEARCHING))
    people.job_match[who], people.friend[who] = np.where(np.arange(len(who)) % 2, 2.0, 0.0), 0.0
    employment.settle(market, who)
    liking, rest = (np.mean(people.state[who[at::2]] == State.OPEN) for at in (1, 0))
    # About 1,700 people each; the chances are 0.4·exp(-1) and 0.4, a false alarm is a matter of 1 in 10,000.
    assert liking == pytest.approx(0.4 * np.exp(-1.0), abs=4 * (0.147 * 0.853 / len(who) * 2) ** 0.5)
    assert rest == pytest.approx(0.4, abs=4 * (0.24 / len(who) * 2) ** 0.5)


def test_a_better_present_job_is_left_for_less() -> None:
    market = finished(small({"hiring.reservation": -10}))
    candidacy = int(np.flatnonzero(np.isfinite(market.candidacies["final"]))[0])
    person = market.applications["person"][market.candidacies["row"][candidacy]]
    market.people.hired_at[person], market.people.employer[person] = -np.inf, 0
    market.people.job_match[person] = 0.0
    assert employment.wants(market, candidacy)
    market.people.job_match[person] = 100.0
    assert not employment.wants(market, candidacy)


def test_those_who_hire_hear_of_their_own_openings() -> None:
    market = build(
        small({"population.people": 600, "population.fields": 1, "employers.mean_size": 100, "referrals.team": 3}), 1, 0
    )
    at = int(np.argmax(np.bincount(market.people.employer[market.people.employer != NOBODY])))
    inside = np.flatnonzero(market.people.employer == at)
    market.people.manager[inside] = False
    market.people.manager[inside[7]] = True
    market.roster.renew()
    opened = np.array([openings.open_job(market, at, 0, key) for key in range(20)])
    opening, contact = insiders(market, opened)
    assert all(inside[7] in contact[opening == one] for one in opened)
    assert np.bincount(opening).max() <= 3


def test_a_leaver_keeps_the_ties_and_both_sides_call_them_former(tmp_path) -> None:
    market = still(
        tmp_path, ["0,1,colleague,0.6,0.5,0.4,0", "1,0,colleague,0.6,0.5,0.4,0", "1,2,colleague,0.6,0.5,0,0"]
    )
    held, goodwill = len(market.ties), market.ties.goodwill[market.ties.contact >= 0].sum()
    employment.leave(market, np.array([0]), LeftBecause.QUIT)
    ties = market.ties
    kinds = {(int(p), int(c)): int(k) for p, c, k in zip(ties.person, ties.contact, ties.kind, strict=True) if c >= 0}
    assert kinds == {(0, 1): Kind.FORMER_COLLEAGUE, (1, 0): Kind.FORMER_COLLEAGUE, (1, 2): Kind.COLLEAGUE}
    assert len(ties) == held
    assert ties.goodwill[ties.contact >= 0].sum() == pytest.approx(goodwill)


def test_no_tie_is_lost_and_no_row_holds_two() -> None:
    market = finished(small({"search.quiet_hours": 5, "search.habits.meetups": 0.5, "search.applications": 0.2}))
    ties = market.ties
    held = np.flatnonzero(ties.contact >= 0)
    pairs = ties.person[held].astype(np.int64) * len(market.people) + ties.contact[held]
    assert len(np.unique(pairs)) == len(pairs)
    assert (ties.person[held] != ties.contact[held]).all()
    # A row never changes hands: new ties take free rows or crowd out the weakest of the same person.
    assert (np.diff(ties.person[np.lexsort((np.arange(len(ties.person)), ties.person))]) >= 0).all()
    assert all(((ties.strength[held] >= 0) & (ties.strength[held] <= 1)).tolist())


@settings(max_examples=30, deadline=None)
@given(asks=st.integers(0, 5), gifts=st.integers(0, 5))
def test_goodwill_is_what_was_given_less_what_was_asked(tmp_path_factory, asks: int, gifts: int) -> None:
    market = still(tmp_path_factory.mktemp("ties"), ["0,1,mentor,0.5,0.5,0.2,0"])
    row, upkeep = np.flatnonzero(market.ties.contact >= 0), market.scenario.upkeep
    for _ in range(asks):
        reach_out.spend_goodwill(market, row)
    for _ in range(gifts):
        touch(market, row, gain=0.0, gift=upkeep.gift)
    assert state_now(market, row)[2] == pytest.approx([0.2 + gifts * upkeep.gift - asks * upkeep.ask_cost], abs=1e-5)
