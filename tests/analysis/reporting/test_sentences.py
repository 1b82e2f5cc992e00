"""Titles and alternative texts of charts: computed from the numbers, in plain words."""

from __future__ import annotations

import pandas as pd
import pytest
from chart_tables import curve, days, effects, funnel, response

from analysis.presentation import wording
from analysis.reporting import sentences


def contrasts(estimate: float, low: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "stage": "response",
                "channel": "referral",
                "reference": "direct",
                "measure": "risk_ratio",
                "estimate": estimate,
                "low": low,
                "high": estimate * 1.2,
            }
        ]
    )


@pytest.mark.parametrize(
    ("estimate", "low", "said"),
    [
        (7.72, 7.0, "Referrals are answered 7.7 times as often as direct applications"),
        (12.3, 9.0, "Referrals are answered 12 times as often as direct applications"),
        (1.4, 0.9, "Whether referrals are answered more often than direct applications is undecided in this run"),
        (float("inf"), 3.0, "Referrals are answered, direct applications never"),
    ],
)
def test_the_title_is_computed_from_the_numbers(estimate: float, low: float, said: str) -> None:
    rates = response().assign(stage="response")
    assert sentences.comparison(contrasts(estimate, low), rates, "response", "are answered") == said


def test_the_title_turns_round_where_direct_applications_do_better() -> None:
    rates = response().assign(stage="response", rate=[0.3, 0.1, 0.2])
    table = contrasts(3.0, 2.0).assign(channel="direct", reference="referral")
    assert sentences.comparison(table, rates, "response", "are answered").startswith(
        "Direct applications are answered 3.0"
    )


def test_effects_title_says_what_remains() -> None:
    assert sentences.effects_finding(effects()) == (
        "Referrals are answered 21.9 points more often than direct applications; "
        "among equal candidates 12.2 points remain"
    )
    unsure = effects().assign(low=-0.1)
    assert "this run is too small to tell" in sentences.effects_finding(unsure)


def test_time_title_names_the_quicker_first() -> None:
    assert sentences.time_finding(days()) == (
        "Half of the responses to referrals come within 1.5 days; to direct applications, within 13 days"
    )


def test_alternative_text_holds_the_numbers() -> None:
    text = sentences.response_alt(response())
    for part in (
        "Referral: 25.1 % answered",
        "23.7–26.6 %",
        "n = 16,160",
        "published band 20–40 %, fails",
        "undecided",
    ):
        assert part in text
    assert "Direct application, 10,000 sent: read 64.5 %, answered 3.26 %" in sentences.funnel_alt(funnel())
    text = sentences.time_alt(curve(), days())
    assert "by day 14" in text
    assert "half within 1.50" in text
    assert "+12.2 percentage points, 95 % interval +11.7 to +12.7" in sentences.effects_alt(effects())


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.2515, "25 of 100 x"),
        (0.0326, "3 of 100 x"),
        (0.0062, "6 of 1,000 x"),
        (0.00004, "4 of 100,000 x"),
        (0, "none of the x"),
        (1, "100 of 100 x"),
    ],
)
def test_shares_in_words(share: float, said: str) -> None:
    assert wording.out_of(share, "x") == said
