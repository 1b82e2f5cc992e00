"""Worlds that differ in one thing: what it cannot reach is the same to the byte, and what it carries is gone."""

from collections.abc import Mapping

import numpy as np
import pytest
import small_markets
from small_markets import Tables, differing, frames, tables_of

from sim import Scenario
from sim.market.market import Market
from sim.processes import week

TIMES = ["sent", "arrived", "read", "responded", "interviewed", "offered", "accepted", "started"]


# Nothing is estimated here, so fewer days will do than where rates are.
DAYS = {"time.warm_up": 7, "time.window": 42, "time.follow_up": 32}


def small(overrides: Mapping[str, object] | None = None) -> Scenario:
    return small_markets.small({**DAYS, **(overrides or {})})


@pytest.fixture(scope="module")
def base() -> Tables:
    return tables_of(small())


def test_an_unused_stream_and_another_purpose_move_nothing(base, monkeypatch: pytest.MonkeyPatch) -> None:
    real = week.plan_week

    def with_more_luck(market: Market):
        market.streams.generator("a mechanism to come").random(100)
        market.streams.normal("a keyed draw to come", np.arange(10), 3)
        market.streams.one("a single draw to come", 1)
        return real(market)

    monkeypatch.setattr(week, "plan_week", with_more_luck)
    assert differing(tables_of(small()), base) == []


def test_a_stream_that_is_used_does_move_something(base, monkeypatch: pytest.MonkeyPatch) -> None:
    real = week.plan_week

    def one_draw_more(market: Market):
        market.streams.generator("applications").random()
        return real(market)

    monkeypatch.setattr(week, "plan_week", one_draw_more)
    assert "applications.sent" in differing(tables_of(small()), base)


@pytest.mark.parametrize(("switch", "channel"), [("referrals", "referral"), ("recruiters", "recruiter")])
def test_a_channel_switched_off_leaves_a_market_without_it(base, switch: str, channel: str) -> None:
    off = tables_of(small({f"mechanisms.{switch}": False}))
    made, before = frames(off), frames(base)
    assert (before["applications"].channel == channel).any()
    assert not (made["applications"].channel == channel).any()
    assert not (made["openings"].hired_channel == channel).any()
    assert not (made["spells"].how == channel).any()
    if switch == "referrals":
        assert not len(made["pathway"])
    for column in ("field", "ability", "experience", "employer_start", "state_start"):
        assert (made["persons"][column] == before["persons"][column]).all(), column
    # Nobody has been hired or laid off by another's luck before the first referral or approach can have told: the
    # direct applications of the first two days are the same.
    first = [
        t[(t.channel == "direct") & (t.sent < 2) & (t.heard_from < 0)][["person", "sent", "match"]].to_numpy().tolist()
        for t in (made["applications"], before["applications"])
    ]
    assert first[0] == first[1]


def test_with_both_off_only_direct_applications_are_left() -> None:
    a = frames(tables_of(small({"mechanisms.referrals": False, "mechanisms.recruiters": False})))["applications"]
    assert set(a.channel) == {"direct"}
    assert a.accepted.notna().any()


def test_an_impossible_channel_is_the_same_as_one_switched_off() -> None:
    # A switch and a parameter at its zero end are two ways to say the same; nothing else may hang on the switch.
    for switch, zero in (
        ("recruiters", {"recruiters.sourced": 0}),
        ("referrals", {"referrals.team": 0, "search.asks": 0}),
    ):
        off = tables_of(small({f"mechanisms.{switch}": False}))
        assert differing(off, tables_of(small(zero))) == [], switch


@pytest.mark.parametrize(
    ("override", "value", "columns"),
    [
        ("audit.letter", False, {"applications.letter_response"}),
        ("audit.letter_familiarity", 0.9, {"applications.letter_response"}),
        ("time.response_window", 30, {"applications.censored"}),
        ("employers.notify", 0.9, {"applications.closed_reason"}),
        ("recruiters.reply", 0.1, {"applications.replied"}),
        ("title", "Another name for the same", set()),
        ("seed", 99, set()),
        ("replications", 3, set()),
    ],
)
def test_what_only_measures_moves_nothing_in_the_market(base, override: str, value: object, columns: set[str]) -> None:
    assert set(differing(tables_of(small({override: value})), base)) == columns


def test_what_comes_later_does_not_change_what_was(base) -> None:
    # A longer follow-up begins with the same days: every time up to the old horizon is the same.
    longer = frames(tables_of(small({"time.follow_up": 60})))
    short = frames(base)
    horizon = float(sum(DAYS.values()))
    a, b = short["applications"], longer["applications"].iloc[: len(short["applications"])]
    assert len(longer["applications"]) > len(a)
    for column in ("person", "opening", "channel", "match", "sent", "referrer", "ability", "vouch"):
        assert a[column].tolist() == b[column].tolist() or a[column].equals(b[column]), column
    for column in TIMES:
        then = b[column].where(b[column] <= horizon)
        # Interviews are written down when their round ends: of a round still under way none is known yet.
        known = a[column].notna() if column == "interviewed" else slice(None)
        assert a[column][known].equals(then[known]), column
    o, p = short["openings"], longer["openings"].iloc[: len(short["openings"])]
    for column in ("posted", "filled"):
        assert o[column].equals(p[column].where(p[column] <= horizon)), column
