"""The employers' desk: beliefs worked out again row by row, and no answer that knows how an application came."""

import inspect
import types
from functools import cache
from itertools import permutations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from small_markets import Tables, differing, frames, small, tables_of

from sim.market.codes import Channel
from sim.mechanisms import matching, screening, vouching
from sim.processes import applying, desk, employment, hiring, recruiters, schedule
from sim.processes.referral import hand_over, interview, news, weigh
from sim.records import tables
from sim.streams import Streams

# ---- beliefs -------------------------------------------------------------------------------------------------------

SEED = 5
OVERRIDES = {"population.people": 600, "openings.bar_spread": 0.0, "mechanisms.referrer_record": False}


@pytest.fixture(scope="module")
def made():
    scenario = small(OVERRIDES)
    finished = schedule.build(scenario, SEED, 0)
    schedule.run_market(finished)
    rows = pd.concat([batch.to_pandas() for batch in tables.applications(finished, 0)])
    return scenario, finished, rows[rows.read.notna()].reset_index(drop=True)


def test_every_belief_is_bayes_rule_on_what_lay_on_the_desk(made) -> None:
    scenario, finished, rows = made
    s, streams, people = scenario.signals, Streams(SEED, 0), finished.people
    person, key = rows.person.to_numpy(), finished.openings["draw_key"][rows.opening]
    match = rows.match.to_numpy(float)
    resume = match + s.resume * streams.normal("resume", person, key)
    precision, weighted = np.full(len(rows), 1 + s.resume**-2), resume * s.resume**-2
    # A referral: what the contact saw, the noise its form adds, and the favouritism of a strong tie.
    referral = (rows.channel == "referral").to_numpy()
    noise = vouching.contact_noise(rows.familiarity, s.contact_stranger, s.contact_close)
    forms = {"resume": s.vouch_resume, "letter": s.vouch_letter, "manager": s.vouch_manager}
    added = rows.vouch.map(forms).astype(float)
    contact = rows.referrer.clip(lower=0)
    report = (
        match
        + noise * streams.normal("contact", person, key, contact)
        + added * streams.normal("vouch", person, key, contact)
        + scenario.screening.favouritism * (2 * rows.tie_strength - 1)
    )
    weight = scenario.screening.trust / (noise**2 + added**2)
    precision[referral] += weight[referral]
    weighted[referral] += (weight * report)[referral]
    # A recruiter: what the profile showed, more clearly the more current it is.
    recruiter = (rows.channel == "recruiter").to_numpy()
    noise = s.profile_stale * (s.profile_current / s.profile_stale) ** people.currency[person].astype(float)
    precision[recruiter] += (scenario.screening.trust / noise**2)[recruiter]
    weighted[recruiter] += (
        scenario.screening.trust / noise**2 * (match + noise * streams.normal("profile", person, key))
    )[recruiter]
    assert min(referral.sum(), recruiter.sum(), (rows.channel == "direct").sum()) > 20
    np.testing.assert_allclose(rows.belief_mean, weighted / precision, atol=5e-6)
    np.testing.assert_allclose(rows.belief_variance, 1 / precision, rtol=2e-6)


def test_match_is_ability_fit_and_luck_of_the_pair(made) -> None:
    scenario, finished, rows = made
    person, weights = rows.person.to_numpy(), scenario.matching
    luck = Streams(SEED, 0).normal("match", person, finished.openings["draw_key"][rows.opening])
    fit = matching.fit(
        finished.people.skills[person], finished.openings["requirement"][rows.opening], scenario.population.fields
    )
    scale = np.sqrt(weights.ability**2 + weights.fit**2 + weights.luck**2)
    expected = (weights.ability * rows.ability + weights.fit * fit + weights.luck * luck) / scale
    np.testing.assert_allclose(rows.match, expected, atol=2e-6)


def test_who_was_invited_scored_above_the_bar_and_no_less_than_who_was_not(made) -> None:
    scenario, _, rows = made
    score = rows.belief_mean - scenario.screening.risk_aversion * rows.belief_variance
    invited = rows.responded.notna()
    # float32 beliefs: the last digit.
    assert (score[invited] > scenario.openings.bar - 1e-6).all()
    assert (rows.responded[invited] == rows.read[invited]).all()
    lowest = score[invited].groupby([rows.opening, rows.read]).min()
    highest = score[~invited].groupby([rows.opening, rows.read]).max()
    both = pd.concat([lowest, highest], axis=1, keys=["in", "out"]).dropna()
    assert len(both) > 20
    assert (both["in"] >= both["out"] - 1e-6).all()


def test_with_room_for_everybody_the_bar_alone_decides() -> None:
    scenario = small({**OVERRIDES, "screening.interview_slots": 1000, "screening.resumes_per_review": 100_000})
    a = frames(tables_of(scenario))["applications"]
    a = a[a.read.notna()]
    score = a.belief_mean - scenario.screening.risk_aversion * a.belief_variance
    clear = (score - scenario.openings.bar).abs() > 1e-5
    assert ((score > scenario.openings.bar) == a.responded.notna())[clear].all()
    o = frames(tables_of(scenario))["openings"]
    assert (a.channel == "direct").sum() > 100
    assert (o.read <= o.applicants).all()


def test_the_letter_audit_is_the_answer_with_one_more_report(made) -> None:
    scenario, finished, rows = made
    direct = rows[(rows.channel == "direct")]
    person, key = direct.person.to_numpy(), finished.openings["draw_key"][direct.opening]
    s = scenario.signals
    noise = np.hypot(
        vouching.contact_noise(scenario.audit.letter_familiarity, s.contact_stranger, s.contact_close), s.vouch_letter
    )
    letter = direct.match + noise * Streams(SEED, 0).normal("audit letter", person, key)
    weight = scenario.screening.trust / noise**2
    variance = 1 / (1 / direct.belief_variance + weight)
    mean = variance * (direct.belief_mean / direct.belief_variance + weight * letter)
    score = mean - scenario.screening.risk_aversion * variance
    answered = direct.letter_response == 1
    assert answered.any()
    assert (score[answered] > scenario.openings.bar - 1e-5).all()
    # Refused above the bar only where slots had run out, and then somebody was invited or none was left.
    refused = direct[~answered & (score > scenario.openings.bar + 1e-5)]
    full = rows[rows.responded.notna()].groupby("opening").size()
    assert refused.opening.isin(full.index).all()


# ---- the pile ------------------------------------------------------------------------------------------------------


def test_names_are_read_at_once_and_the_rest_at_reviews(made) -> None:
    scenario, finished, rows = made
    vouched = rows[rows.channel != "direct"]
    after = scenario.screening.vouched_read_after
    assert (vouched.read - vouched.arrived <= after + 1 + 1e-3).all(), "at the end of the day the wait is over"
    direct = rows[rows.channel == "direct"]
    opened = finished.openings["opened"][direct.opening]
    assert (direct.read - opened >= scenario.screening.first_review - 1e-3).all()


def test_at_a_review_the_unread_lie_below_the_read(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = small({"population.people": 600, "screening.resumes_per_review": 6})
    finished = schedule.build(scenario, 2, 0)
    luck: list[np.ndarray] = []
    real = applying.enter

    def enter(market, person, opening, **columns):
        first = real(market, person, opening, **columns)
        luck.append(finished.applications["pile_place"][first:].copy())
        return first

    monkeypatch.setattr(applying, "enter", enter)
    schedule.run_market(finished)
    rows = pd.concat([batch.to_pandas() for batch in tables.applications(finished, 0)])
    rows["luck"] = np.concatenate(luck)
    checked = 0
    for (opening, at), read in rows[(rows.channel == "direct") & rows.read.notna()].groupby(["opening", "read"]):
        left = rows[
            (rows.opening == opening) & (rows.channel == "direct") & (np.ceil(rows.sent) < at) & ~(rows.read <= at)
        ]
        if len(left):
            assert read.luck.max() <= left.luck.min()
            checked += 1
    assert checked > 20


# ---- no answer that knows the channel ------------------------------------------------------------------------------


def test_the_deciding_functions_are_not_told_how_an_application_came() -> None:
    decisions = [
        matching.fit,
        matching.match_quality,
        screening.update,
        screening.score,
        screening.top_by_group,
        screening.shortlist,
        desk._highest_in_pile,
        desk._cutoff,
        desk._judge,
        desk.review,
        weigh.weigh,
        interview.interview_early,
    ]
    words = {"channel", "direct", "referral", "recruiter", "referrer", "source"}
    for decision in decisions:
        assert not words & set(inspect.signature(decision).parameters), decision.__name__


def scrambled(codes: tuple[int, int, int]) -> types.SimpleNamespace:
    """Other codes for the three ways in."""
    return types.SimpleNamespace(DIRECT=codes[0], REFERRAL=codes[1], RECRUITER=codes[2])


def with_other_labels(codes: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch, scenario) -> Tables:
    """Tables of a market whose applications carry other channel codes all the time it runs.

    Only who writes an application down knows the new codes. The old ones are put back when the last day is over,
    before the tables are laid out, so that every column can be compared.
    """
    back = np.zeros(3, np.int8)
    back[list(codes)] = [Channel.DIRECT, Channel.REFERRAL, Channel.RECRUITER]
    with monkeypatch.context() as patch:
        for writer in (applying, news, hand_over, recruiters):
            patch.setattr(writer, "Channel", scrambled(codes))
        finished = schedule.build(scenario, 1, 0)
        schedule.run_market(finished)
    finished.applications["channel"][:] = back[finished.applications["channel"]]
    how = finished.spells["how"]
    how[how < 3] = back[how[how < 3]]
    finished.jobs["channel"][:] = back[finished.jobs["channel"]]
    return {name: pa.Table.from_batches(list(table)) for name, table in tables.batches(finished, 0)}


SETTINGS = {
    "baseline": {},
    "no vouching": {"mechanisms.vouching": False},
    "nothing on": {
        "mechanisms.vouching": False,
        "mechanisms.priority_reading": False,
        "mechanisms.referrer_selection": False,
        "mechanisms.risk_aversion": False,
    },
}


@cache
def plain(setting: str) -> Tables:
    """Tables of a market with the labels as they are."""
    return tables_of(small(SETTINGS[setting]))


@pytest.mark.parametrize("codes", [codes for codes in permutations(range(3)) if codes != (0, 1, 2)])
def test_no_decision_in_the_market_reads_the_channel(codes, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = small(SETTINGS["baseline"])
    assert differing(with_other_labels(codes, monkeypatch, scenario), plain("baseline")) == []


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting != "baseline"])
def test_no_decision_reads_the_channel_with_mechanisms_off(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert differing(with_other_labels((2, 0, 1), monkeypatch, small(SETTINGS[setting])), plain(setting)) == []


@pytest.mark.parametrize("setting", SETTINGS)
def test_all_three_labels_are_there_to_be_read(setting: str) -> None:
    assert len(set(frames(plain(setting))["applications"].channel)) == 3


def test_a_decision_that_did_read_the_channel_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    # The proof that the test above can fail: an employer who likes one label a little better.
    real = screening.score

    def partial(market, candidacies, opening):
        channel = market.applications["channel"][market.candidacies["row"][candidacies]]
        liking = 0.1 * (channel == Channel.REFERRAL)
        monkeypatch.setattr(screening, "score", lambda *belief: real(*belief) + liking[: len(np.atleast_1d(belief[0]))])
        judge(market, candidacies, opening)
        monkeypatch.setattr(screening, "score", real)

    judge = desk._judge
    monkeypatch.setattr(desk, "_judge", partial)
    scenario = small({**SETTINGS["baseline"], "audit.letter": False})
    before = tables_of(scenario)
    assert "applications.responded" in differing(with_other_labels((1, 0, 2), monkeypatch, scenario), before)


def test_identical_beliefs_and_reading_times_get_the_identical_answer() -> None:
    # Two applications on one desk, alike but for the label they carry: whichever label stands first wins the last slot.
    group, score = np.zeros(2, np.int64), np.full(2, 0.7)
    assert screening.shortlist(group, score, [0.4], [1]).tolist() == [True, False]
    assert screening.shortlist(group, score, [0.4], [2]).tolist() == [True, True]
    assert screening.shortlist(group, score, [0.8], [2]).tolist() == [False, False]


def test_nothing_but_the_writers_and_the_tables_names_a_channel() -> None:
    for module in (desk, hiring, screening, weigh, interview):
        source = inspect.getsource(module)
        for name in ("DIRECT", "REFERRAL", "RECRUITER", '"channel"', "referrer"):
            assert name not in source.replace("referrer_selection", ""), f"{module.__name__} names {name}"
    # Employment notes how a spell of search ended and how a job was found, and no more.
    assert inspect.getsource(employment).count('["channel"]') == 1
