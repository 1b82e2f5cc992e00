from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight
from synthetic_tables import Truth, counts, draw, staged

from analysis.errors import AnalysisError
from analysis.estimation.funnel import funnel, response_curve, time_to_response


def test_a_funnel_counted_by_hand() -> None:
    table = staged([("direct", 0), ("direct", 1), ("direct", 2), ("direct", 2), ("direct", 5)])
    table.loc[5] = table.loc[4].copy()
    table.loc[5, "responded"] = 100.0  # answered too late to count, interviewed all the same
    table.loc[5, ["interviewed", "offered", "accepted"]] = [101.0, np.nan, np.nan]
    found = funnel(table).set_index("stage")
    assert found["count"].to_dict() == {"sent": 6, "read": 5, "response": 3, "interview": 2, "offer": 1, "hire": 1}
    assert found["went_on"].to_dict() == {
        "sent": 6,
        "read": 5,
        "response": 3,
        "interview": 1,
        "offer": 1,
        "hire": 1,
    }
    assert found.loc["interview", "n"] == 3
    assert found.loc["interview", "conditional"] == pytest.approx(1 / 3)
    assert found.loc["interview", "low"] < 1 / 3 < found.loc["interview", "high"]
    assert found.loc["response", "share_of_sent"] == 0.5


def test_quantiles_of_days_to_an_answer_by_hand() -> None:
    lags = np.arange(1.0, 101.0) / 2
    table = pd.DataFrame({"channel": "direct", "sent": 3.0, "responded": np.append(3 + lags, [np.nan] * 20)})
    found = time_to_response(table, quantiles=[0.5, 0.9]).set_index("quantile")
    assert found["days"].tolist() == [25.0, 45.0]
    assert found["n"].tolist() == [100, 100]
    # The 95 % interval of a median of 100 lies near the order statistics 40 and 60 (binomial).
    assert found.loc[0.5, "low"] == pytest.approx(20, abs=1)
    assert found.loc[0.5, "high"] == pytest.approx(30, abs=1)


@pytest.mark.parametrize("draws", [100, pytest.param(300, marks=pytest.mark.slow)])
def test_the_interval_of_a_median_covers(draws: int) -> None:
    # The fewer still see an interval that is a third too narrow (coverage 0.80 instead of 0.95).
    rng, truth = np.random.default_rng(31), Truth({"direct": 0.4}, rows=300)
    true = 8 * np.log(2)
    inside = 0
    for _ in range(draws):
        table = draw(truth, rng)
        row = time_to_response(table, quantiles=[0.5]).iloc[0]
        inside += row["low"] <= true <= row["high"]
    assert inside / draws == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / draws) ** 0.5)


def test_without_closing_the_curve_is_one_minus_kaplan_meier() -> None:
    rng = np.random.default_rng(2)
    sent = rng.uniform(0, 100, 300)
    lag = np.ceil(rng.exponential(20, 300))
    end = 100.0
    answered = (sent + lag <= end) & (lag <= 60)
    table = pd.DataFrame({"channel": "direct", "sent": sent, "responded": np.where(answered, sent + lag, np.nan)})
    table.loc[300] = [
        "direct",
        0.0,
        end,
    ]  # an answer on the last day marks the end of observation (too late to count)
    table["censored"] = table["sent"] + 60 > end
    found = response_curve(table).set_index("days")
    time = np.where(answered, lag, np.minimum(np.ceil(end - sent), 60))
    curve = SurvfuncRight(np.append(time, 60), np.append(answered, 0))
    for day in (5, 20, 40, 60):
        at = np.searchsorted(curve.surv_times, day, side="right") - 1
        assert found.loc[day, "incidence"] == pytest.approx(1 - curve.surv_prob[at], abs=1e-9)
    # Counting only the answers seen would call the censored unanswered.
    assert found.loc[60, "incidence"] > answered.mean() + 0.05


def test_closing_competes_with_the_answer() -> None:
    # Ten rows: four answered on day 2, four closed on day 1, two silent; without censoring the incidence is the share.
    table = pd.DataFrame(
        {
            "channel": "direct",
            "sent": 0.0,
            "responded": [2.0] * 4 + [np.nan] * 6,
            "closed": [np.nan] * 4 + [1.0] * 4 + [np.nan] * 2,
        }
    )
    found = response_curve(table).set_index("days")
    assert found.loc[1, "incidence"] == 0
    assert found.loc[2, "incidence"] == pytest.approx(0.4)
    assert found.loc[60, "incidence"] == pytest.approx(0.4)


def test_closing_competes_also_where_others_are_censored() -> None:
    # Two of four closed on day 1, one censored on day 2, one answered on day 3: half of the rest, not a third of all.
    table = pd.DataFrame(
        {
            "channel": "direct",
            "sent": [0.0, 0.0, 3.0, 0.0],
            "responded": [np.nan, np.nan, np.nan, 3.0],
            "closed": [1.0, 1.0, np.nan, 5.0],
            "censored": [False, False, True, False],
        }
    )
    found = response_curve(table).set_index("days")
    assert found.loc[2, "incidence"] == 0
    assert found.loc[3, "incidence"] == pytest.approx(0.5)
    assert found[["low", "high"]].notna().all(axis=None)


def test_when_everybody_is_answered_the_curve_ends_at_one() -> None:
    found = response_curve(counts(direct=(4, 4))).set_index("days")
    assert (found.loc[2, "incidence"], found.loc[3, "incidence"]) == (0, 1)
    assert found[["low", "high"]].notna().all(axis=None)


def test_answers_without_a_time_have_no_time_to_response() -> None:
    table = counts(direct=(3, 9))
    table["responded"] = table["responded"].notna()
    with pytest.raises(AnalysisError, match="whether, not when"):
        time_to_response(table)
    with pytest.raises(AnalysisError, match="whether, not when"):
        response_curve(table)


def test_a_channel_without_answers_has_a_flat_curve_and_no_quantile() -> None:
    table = counts(direct=(3, 9), referral=(0, 4))
    assert time_to_response(table, [0.5]).set_index("channel").loc["referral"].isna()["days"]
    curve = response_curve(table)
    assert (curve[curve["channel"] == "referral"]["incidence"] == 0).all()
