"""The pathway of one referral by hand: a seeker, a contact and an opening, every number worked out from their draws."""

from math import log

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_markets import small, write_edges

from sim.market.codes import NOBODY, State
from sim.market.market import Market
from sim.processes import openings
from sim.processes.hiring import hiring
from sim.processes.schedule import build, run_market
from sim.records import tables

SEEKER, CONTACT = 0, 1
# Twenty people in one field who sit still but for a seeker whose only tie is a contact with everything to give.
STILL = {
    "population.people": 20,
    "population.fields": 1,
    "population.employed": 1.0,
    "openings.growth": 0,
    "openings.hidden": 0,
    "openings.internal_first": 0,
    "openings.bar": -5,
    "openings.bar_spread": 0,
    "openings.hire_bar": -5,
    "screening.early_margin": 0,
    "screening.first_look": 3,
    "screening.first_review": 15,
    "screening.vouched_read_after": 1,
    "screening.resumes_per_review": 10,
    "screening.interview_slots": 2,
    "screening.risk_aversion": 0.5,
    "screening.trust": 0.6,
    "screening.favouritism": 0.2,
    "signals.resume": 1.5,
    "signals.contact_close": 0.8,
    "signals.vouch_manager": 0.6,
    "signals.interview": 0.9,
    "matching.ability": 0.6,
    "matching.fit": 0.0,
    "matching.luck": 0.8,
    "search.applications": 0,
    "search.asks": 0,
    "search.upkeep": 0,
    "referrals.recall": 1,
    "referrals.willingness": 20,
    "referrals.contact_bar": -5,
    "referrals.team": 20,
    "referrals.mention_lag": 0,
    "referrals.handover_lag": 0,
    "recruiters.sourced": 0,
    "hiring.interview_lead": 11,
    "hiring.decision_lag": 8,
    "hiring.answer_lag": 5,
    "hiring.notice": 3,
    "hiring.reservation": -10,
    "careers.layoff": 0,
    "careers.start_search": 0,
    "careers.searching": 0,
    "careers.open": 0,
    "referrals.stake": 0,
    "referrals.bonus_pull": 0,
    "mechanisms.turnover": False,
    "mechanisms.tie_decay": False,
    "time.warm_up": 0,
    "time.window": 84,
    "time.follow_up": 60,
}


def two_people(tmp_path, overrides: dict[str, object] | None = None) -> tuple[Market, int]:
    """A market at its horizon in which the contact's employer had one opening from day 0."""
    edges = write_edges(
        tmp_path / "ties.csv",
        [f"{SEEKER},{CONTACT},mentor,1,1,50,0"],
        "person,contact,kind,strength,familiarity,goodwill,days_since_touch",
    )
    market = build(small({**STILL, "network.edge_list": edges, **(overrides or {})}), 7, 0)
    market.people.state[SEEKER], market.people.search_start[SEEKER] = State.SEARCHING, 0.0
    market.people.employer[SEEKER] = NOBODY
    opening = openings.open_job(market, int(market.people.employer[CONTACT]), 0, 12)
    market.env.process(hiring(market, opening))
    run_market(market)
    return market, opening


def by_hand(market: Market, opening: int) -> tuple[float, float, float]:
    """Match, résumé and report of the seeker, from the draws that belong to them."""
    key, draw = 12, market.streams.normal
    match = 0.6 * float(market.people.ability[SEEKER]) + 0.8 * draw("match", SEEKER, key)[0]
    resume = match + 1.5 * draw("resume", SEEKER, key)[0]
    # Strength 1 overstates by favouritism in full.
    report = match + 0.8 * draw("contact", SEEKER, key, CONTACT)[0] + 0.6 * draw("vouch", SEEKER, key, CONTACT)[0] + 0.2
    return match, resume, report


def test_a_referral_by_hand(tmp_path) -> None:
    market, opening = two_people(tmp_path)
    row = only_row(market)
    assert (row.channel, row.person, row.opening, row.referrer) == ("referral", SEEKER, opening, CONTACT)
    assert (row.initiated_by, row.ask, row.vouch, row.tie_kind) == ("contact", "none", "manager", "mentor")
    # Heard of and handed in on the first day, read a day later, interviewed 11 days after the early look of day 3;
    # who was invited on day 2 has been seen by day 13. The offer comes 8 days after the round.
    assert (row.sent, row.read, row.responded, row.interviewed, row.offered) == (1, 2, 2, 13, 22)
    answer = -5 * log(market.streams.one("answer to an offer", SEEKER, 12))
    assert row.accepted == pytest.approx(22 + answer)
    assert row.started == pytest.approx(22 + answer - 3 * log(market.streams.one("notice", SEEKER, 12)))
    match, resume, report = by_hand(market, opening)
    assert row.match == pytest.approx(match, abs=1e-6)
    weights = [1, 1 / 1.5**2, 0.6 / (0.8**2 + 0.6**2)]
    assert row.belief_mean == pytest.approx((weights[1] * resume + weights[2] * report) / sum(weights), abs=1e-6)
    assert row.belief_variance == pytest.approx(1 / sum(weights), abs=1e-6)
    assert market.people.employer[SEEKER] == market.openings["employer"][opening]
    assert market.people.state[SEEKER] != State.SEARCHING
    assert market.spells["end"][0] == row.accepted


def only_row(market: Market) -> pd.Series:
    """The one application there is."""
    (batch,) = tables.applications(market, 0)
    assert batch.num_rows == 1
    return batch.to_pandas().iloc[0]


@pytest.mark.parametrize(
    ("override", "value", "read"),
    [
        ("mechanisms.vouching", False, 2),
        ("screening.trust", 0, 2),
        ("mechanisms.priority_reading", False, 15),
    ],
)
def test_without_a_mechanism_by_hand(tmp_path, override: str, value: object, read: int) -> None:
    market, opening = two_people(tmp_path, {override: value})
    row = only_row(market)
    _, resume, report = by_hand(market, opening)
    weights = [1, 1 / 1.5**2, 0.6 / (0.8**2 + 0.6**2) if override == "mechanisms.priority_reading" else 0]
    assert (row.sent, row.read) == (1, read)
    assert row.belief_mean == pytest.approx((weights[1] * resume + weights[2] * report) / sum(weights), abs=1e-6)
    assert row.belief_variance == pytest.approx(1 / sum(weights), abs=1e-6)


def test_the_bar_is_where_the_score_says(tmp_path) -> None:
    market, _ = two_people(tmp_path)
    row = only_row(market)
    score = row.belief_mean - 0.5 * row.belief_variance
    for margin, invited in ((-1e-4, True), (1e-4, False)):
        market, _ = two_people(tmp_path, {"openings.bar": float(score + margin)})
        assert (market.candidacies["responded"][0] == 2) == invited


def test_the_offer_is_made_on_what_the_interview_added(tmp_path) -> None:
    market, _ = two_people(tmp_path)
    match, *_ = by_hand(market, 0)
    row = only_row(market)
    seen = match + 0.9 * market.streams.normal("interview", SEEKER, 12)[0]
    precision = 1 / row.belief_variance + 0.9**-2
    score = (row.belief_mean / row.belief_variance + seen * 0.9**-2) / precision - 0.5 / precision
    for margin, offered in ((-1e-4, True), (1e-4, False)):
        market, _ = two_people(tmp_path, {"openings.hire_bar": float(score + margin)})
        assert np.isfinite(market.candidacies["offered"][0]) == offered
        bars = {"openings.hire_bar": float(score + margin - 0.3), "screening.early_margin": 0.3}
        early, _ = two_people(tmp_path, bars)
        # Who passes the bar but not by the margin waits for the review, and then gets the offer all the same.
        assert early.candidacies["offered"][0] == 22 if offered else early.candidacies["offered"][0] > 22


def test_a_contact_who_doubts_lends_no_name_unless_selection_is_off(tmp_path) -> None:
    market, opening = two_people(tmp_path)
    match, *_ = by_hand(market, opening)
    belief = (match + 0.8 * market.streams.normal("contact", SEEKER, 12, CONTACT)[0]) / (1 + 0.8**2)
    for margin, handed in ((-1e-4, True), (1e-4, False)):
        market, _ = two_people(tmp_path, {"referrals.contact_bar": float(belief + margin)})
        assert (len(market.applications) == 1) == handed
    bar = {"referrals.contact_bar": float(belief + 1e-4)}
    market, _ = two_people(tmp_path, {**bar, "mechanisms.referrer_selection": False})
    assert len(market.applications) == 1


def test_a_job_worth_too_little_is_declined_and_the_opening_expires(tmp_path) -> None:
    offered, _ = two_people(tmp_path)
    worth = stats.norm.ppf(offered.streams.one("worth of a job", SEEKER, 12))
    # What the interview showed of the match counts for the candidate as it does when people quit.
    worth += offered.scenario.careers.quit_slope * float(offered.candidacies["final"][0])
    taken, _ = two_people(tmp_path, {"hiring.reservation": float(worth - 1e-6)})
    left, opening = two_people(tmp_path, {"hiring.reservation": float(worth + 1e-6), "openings.expires": 50})
    assert np.isfinite(taken.candidacies["accepted"][0])
    assert left.candidacies["offered"][0] == 22
    assert np.isnan(left.candidacies["accepted"][0])
    assert np.isnan(left.openings["filled"][opening])
    # Reviews come every 7 days from day 15, whenever the answer to the offer came; the last one begins before day 50.
    assert 50 <= left.openings["closed"][opening] <= 57
    assert left.people.state[SEEKER] == State.SEARCHING
