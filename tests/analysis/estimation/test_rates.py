from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint, proportions_ztest
from synthetic_tables import Truth, counts, draw, staged

from analysis.errors import AnalysisError
from analysis.estimation.rates import RATE_COLUMNS, applications_per_interview, contrasts, per_replication_rates, rates

DRAWS = 400


def one(table: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_rates_of_a_table_counted_by_hand() -> None:
    table = staged([("direct", 0), ("direct", 1), ("direct", 2), ("direct", 5), ("referral", 3), ("referral", 2)])
    found = rates(table, total=True)
    assert list(found.columns) == list(RATE_COLUMNS)
    by_hand = {"direct": [3, 2, 1, 1, 1], "referral": [2, 2, 1, 0, 0], "all": [5, 4, 2, 1, 1]}
    for channel, expected in by_hand.items():
        rows = found[found["channel"] == channel]
        assert rows["stage"].tolist() == ["read", "response", "interview", "offer", "hire"]
        assert rows["count"].tolist() == expected
        assert (rows["rate"] == rows["count"] / rows["n"]).all()


def test_between_replications_the_interval_is_students_t_over_their_rates() -> None:
    hits = [40, 52, 61, 47]
    table = pd.concat([counts(direct=(hit, 500)).assign(replication=r) for r, hit in enumerate(hits)])
    row = rates(table).iloc[0]
    values = np.array(hits) / 500
    half = stats.t.ppf(0.975, 3) * values.std(ddof=1) / 2
    assert (row["rate"], row["low"], row["high"]) == pytest.approx(
        (values.mean(), values.mean() - half, values.mean() + half), rel=1e-12
    )
    assert row["between_sd"] == pytest.approx(values.std(ddof=1))
    assert row["replications"] == 4
    assert per_replication_rates(table)["rate"].tolist() == pytest.approx(values.tolist())


def test_the_rate_is_count_over_n_when_replications_differ_in_size() -> None:
    table = pd.concat(
        [counts(direct=(hit, n)).assign(replication=r) for r, (hit, n) in enumerate([(40, 500), (100, 900), (30, 400)])]
    )
    row = rates(table).iloc[0]
    assert row["rate"] == pytest.approx(170 / 1800)
    residuals = np.array([40 - 500 * row["rate"], 100 - 900 * row["rate"], 30 - 400 * row["rate"]]) / 1800
    half = stats.t.ppf(0.975, 2) * (3 / 2 * (residuals**2).sum()) ** 0.5
    assert row["high"] - row["rate"] == pytest.approx(half)


def test_rows_without_identifiers_get_the_wilson_interval() -> None:
    row = rates(counts(direct=(7, 120))).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx(proportion_confint(7, 120, method="wilson"))


@pytest.mark.parametrize("hit", [0, 120])
@pytest.mark.parametrize("replications", [1, 3])
def test_no_events_and_all_events_leave_room_by_the_number_of_clusters(hit: int, replications: int) -> None:
    parts = [
        counts(direct=(hit, 120)).assign(replication=r, person=np.arange(120) % 12, opening=np.arange(120) % 40)
        for r in range(replications)
    ]
    row = rates(pd.concat(parts)).iloc[0]
    effective = 12 * replications
    low, high = proportion_confint(effective * (hit > 0), effective, method="wilson")
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-12)
    assert row["wilson_high"] - row["wilson_low"] < high - low


def test_a_single_opening_says_nothing_about_others() -> None:
    table = counts(direct=(30, 100)).assign(person=np.arange(100), opening=1)
    row = rates(table).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx(inference_of_one(0.3))


def inference_of_one(rate: float) -> tuple[float, float]:
    low, high = proportion_confint(rate, 1, method="wilson")
    return float(low), float(high)


def test_a_channel_none_of_whose_rows_counts_is_shown_without_a_rate() -> None:
    table = counts(direct=(1, 10), referral=(1, 10))
    table["in_window"] = table["channel"] == "direct"
    row = one(rates(table), channel="referral", stage="response")
    assert (row["n"], row["count"], row["excluded"]) == (0, 0, 10)
    assert np.isnan([row["rate"], row["low"], row["high"]]).all()
    with pytest.raises(AnalysisError, match="nothing to compare"):
        contrasts(table, "response")


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_is_no_probability_is_refused(level: float) -> None:
    with pytest.raises(AnalysisError, match="0\\.95 is 95 %"):
        rates(counts(direct=(1, 10)), level=level)


def coverage(truth: Truth, columns: tuple[str, str], seed: int, draws: int = DRAWS) -> float:
    rng = np.random.default_rng(seed)
    inside = 0
    for _ in range(draws):
        row = rates(draw(truth, rng)).iloc[0]
        inside += row[columns[0]] <= truth.rates["direct"] <= row[columns[1]]
    return inside / draws


def binomial_error(draws: int = DRAWS) -> float:
    # Four standard errors: a right interval misses by chance less than once in 10,000 runs.
    return 4 * (0.95 * 0.05 / draws) ** 0.5


CLUSTERED = Truth({"direct": 0.12}, person_share=0.15, opening_share=0.25, rows=1500, people=80, openings=80)


@pytest.mark.slow
def test_the_clustered_interval_covers_as_it_says_and_plain_wilson_does_not() -> None:
    clustered = coverage(CLUSTERED, ("low", "high"), 11)
    wilson = coverage(CLUSTERED, ("wilson_low", "wilson_high"), 11)
    assert clustered == pytest.approx(0.95, abs=binomial_error())
    assert wilson < 0.95 - 3 * binomial_error()


@pytest.mark.slow
def test_the_interval_over_replications_covers_when_markets_differ_and_sampling_error_does_not() -> None:
    truth = Truth(
        {"direct": 0.10}, person_share=0.05, opening_share=0.05, replication_share=0.02, rows=400, replications=8
    )
    assert coverage(truth, ("low", "high"), 12) == pytest.approx(0.95, abs=binomial_error())
    assert coverage(truth, ("cluster_low", "cluster_high"), 12) < 0.95 - 2 * binomial_error()


@pytest.mark.slow
def test_with_few_events_the_interval_is_not_too_narrow() -> None:
    truth = Truth({"direct": 0.01}, person_share=0.05, opening_share=0.05, rows=100, replications=10)
    assert coverage(truth, ("low", "high"), 13) > 0.95 - binomial_error()


# --- contrasts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "white",
    [
        235,  # the micro-data and Table 1 of Bertrand and Mullainathan (2004): 9.65 %, ratio 1.50, 3.20 points
        246,  # the count in the project's first note, kept as plain arithmetic
    ],
)
def test_bertrand_and_mullainathan_callbacks(white: int) -> None:
    table = counts(direct=(157, 2435), referral=(white, 2435))
    found = rates(table)
    assert one(found, channel="direct")["rate"] == pytest.approx(0.0645, abs=5e-5)
    pair = contrasts(table, "response").set_index("measure")
    p1, p0 = white / 2435, 157 / 2435
    assert pair.loc["difference", "estimate"] == pytest.approx(p1 - p0)
    assert pair.loc["risk_ratio", "estimate"] == pytest.approx(white / 157)
    assert pair.loc["odds_ratio", "estimate"] == pytest.approx(p1 / (1 - p1) / (p0 / (1 - p0)))
    if white == 235:
        assert round(100 * p1, 2) == 9.65
        assert round(pair.loc["risk_ratio", "estimate"], 2) == 1.50
        assert round(100 * pair.loc["difference", "estimate"], 2) == 3.20
        assert pair.loc["difference", "p"] < 0.0001
    # Katz's interval for a ratio and Woolf's for odds, by the textbook.
    error = (1 / white - 1 / 2435 + 1 / 157 - 1 / 2435) ** 0.5
    assert np.log(pair.loc["risk_ratio", "high"] / pair.loc["risk_ratio", "estimate"]) == pytest.approx(
        1.96 * error, rel=2e-3
    )
    woolf = (1 / white + 1 / (2435 - white) + 1 / 157 + 1 / (2435 - 157)) ** 0.5
    assert np.log(pair.loc["odds_ratio", "high"] / pair.loc["odds_ratio", "estimate"]) == pytest.approx(
        1.96 * woolf, rel=2e-3
    )
    _, p = proportions_ztest([white, 157], [2435, 2435], prop_var=False)
    assert np.log(pair.loc["difference", "p"]) == pytest.approx(np.log(p), rel=0.03)


def test_holm_corrects_over_all_pairs_and_stages() -> None:
    table = counts(direct=(40, 1000), referral=(70, 1000), recruiter=(55, 1000))
    found = contrasts(table, "response")
    assert len(found) == 3 * 3
    tests = found.drop_duplicates(["channel", "reference"]).sort_values("p")
    by_hand = np.maximum.accumulate(np.minimum(1, tests["p"].to_numpy() * [3, 2, 1]))
    assert tests["p_holm"].tolist() == pytest.approx(by_hand.tolist())
    assert (found["channel"] + found["reference"]).iloc[0] == "referralrecruiter"


def test_contrasts_pair_channels_by_replication() -> None:
    # Both channels rise and fall together, so the difference is known better than either rate.
    base = [30, 60, 90, 120]
    table = pd.concat(
        [
            counts(direct=(b, 1000), referral=(b + 100 + e, 1000)).assign(replication=r)
            for r, (b, e) in enumerate(zip(base, (2, -2, 1, -1), strict=True))
        ]
    )
    pair = contrasts(table, "response").set_index("measure").loc["difference"]
    differences = np.array([102, 98, 101, 99]) / 1000
    half = stats.t.ppf(0.975, 3) * differences.std(ddof=1) / 2
    assert (pair["estimate"], pair["high"] - pair["estimate"]) == pytest.approx((0.1, half))
    spread = rates(table).set_index("channel")
    assert half < 0.1 * (spread.loc["direct", "high"] - spread.loc["direct", "low"])


def test_no_events_on_one_side_leaves_one_sided_ratios_and_no_false_certainty() -> None:
    found = contrasts(counts(direct=(0, 200), referral=(40, 200)), "response").set_index("measure")
    assert found.loc["risk_ratio", "estimate"] == np.inf
    assert 1 < found.loc["risk_ratio", "low"] < np.inf
    assert found.loc["risk_ratio", "high"] == np.inf
    assert found.loc["difference", "low"] < 0.2 < found.loc["difference", "high"]
    nothing = contrasts(counts(direct=(0, 5), referral=(0, 5)), "response").set_index("measure")
    assert np.isnan(nothing.loc["risk_ratio", "estimate"])
    assert nothing.loc["difference", "low"] < 0 < nothing.loc["difference", "high"]
    assert nothing.loc["difference", "p"] == 1.0


def test_applications_per_interview_is_the_inverse_of_the_rate() -> None:
    table = staged([("direct", 3)] * 5 + [("direct", 0)] * 195 + [("referral", 0)] * 20)
    found = applications_per_interview(table).set_index("channel")
    share = rates(table).query("channel == 'direct' and stage == 'interview'").iloc[0]
    assert found.loc["direct", "applications"] == 40
    assert (found.loc["direct", "low"], found.loc["direct", "high"]) == pytest.approx(
        (1 / share["high"], 1 / share["low"])
    )
    assert found.loc["referral", "applications"] == np.inf
    assert 1 < found.loc["referral", "low"] < 20


@pytest.mark.slow
@pytest.mark.parametrize("replications", [1, 6])
def test_intervals_of_differences_and_ratios_cover(replications: int) -> None:
    truth = Truth(
        {"direct": 0.08, "referral": 0.20},
        person_share=0.15,
        opening_share=0.15,
        rows=900,
        replications=replications,
    )
    expected = {"difference": 0.12, "risk_ratio": 2.5, "odds_ratio": 0.25 / (0.08 / 0.92)}
    rng = np.random.default_rng(14)
    inside = dict.fromkeys(expected, 0)
    for _ in range(DRAWS):
        found = contrasts(draw(truth, rng), "response").set_index("measure")
        for measure, value in expected.items():
            inside[measure] += found.loc[measure, "low"] <= value <= found.loc[measure, "high"]
    for measure, hits in inside.items():
        assert hits / DRAWS == pytest.approx(0.95, abs=binomial_error()), measure
