"""Audit designs and other tables in which rows share groups in one way only, held against statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from synthetic_tables import Truth, draw

from analysis.errors import AnalysisError
from analysis.estimation.clustering import clustering
from analysis.estimation.logit import fit_stage
from analysis.estimation.rates import contrasts, rates


def audit(openings: int = 300, share: float = 0.4, seed: int = 5) -> pd.DataFrame:
    """Two applications of each of two channels to every opening; nobody is named, so each row is its own person."""
    rng = np.random.default_rng(seed)
    opening = np.repeat(np.arange(openings), 4)
    channel = np.tile(["direct", "direct", "referral", "referral"], openings)
    latent = rng.normal(size=openings)[opening] * share**0.5 + rng.normal(size=len(opening)) * (1 - share) ** 0.5
    hit = latent < np.where(channel == "direct", stats.norm.ppf(0.2), stats.norm.ppf(0.28))
    return pd.DataFrame({"opening": opening, "channel": channel, "sent": 1.0, "responded": np.where(hit, 5.0, np.nan)})


def by_statsmodels(table: pd.DataFrame, way: str) -> tuple[float, float]:
    """The difference of the two rates and its error, clustered one way; with our correction for few clusters."""
    hit = table["responded"].notna().to_numpy(float)
    design = sm.add_constant((table["channel"] == "referral").to_numpy(float))
    fit = sm.OLS(hit, design).fit(cov_type="cluster", cov_kwds={"groups": table[way].to_numpy()})
    n = len(table)
    return float(fit.params[1]), float(fit.bse[1] / ((n - 1) / (n - 2)) ** 0.5)


def difference(table: pd.DataFrame, **how: object) -> pd.Series:
    found = contrasts(table, "response", **how)  # type: ignore[arg-type]
    return found[found["measure"] == "difference"].iloc[0]


def error(row: pd.Series, groups: int) -> float:
    return float((row["high"] - row["low"]) / 2 / stats.t.ppf(0.975, groups - 1))


def test_in_an_audit_without_people_the_openings_are_the_clusters() -> None:
    table = audit()
    row, (known, own) = difference(table), by_statsmodels(table, "opening")
    assert row["estimate"] == pytest.approx(known, rel=1e-12)
    assert error(row, 300) == pytest.approx(own, rel=1e-9)
    assert row["method"] == "clustered by opening"
    independent = (sum(p * (1 - p) / 600 for p in rates(table).query("stage == 'response'")["rate"])) ** 0.5
    assert own < 0.9 * independent, "this table could not tell the two apart"


def test_each_arm_of_an_audit_is_wider_than_independent_rows() -> None:
    row = rates(audit()).query("channel == 'direct' and stage == 'response'").iloc[0]
    assert row["high"] - row["low"] > 1.1 * (row["wilson_high"] - row["wilson_low"])


def test_people_with_one_row_each_do_not_count_as_a_way() -> None:
    table = audit()
    named = table.assign(person=np.arange(len(table)))
    assert difference(named).equals(difference(table))


def test_two_ways_stay_two_where_both_are_shared() -> None:
    table = draw(Truth({"direct": 0.2, "referral": 0.3}, person_share=0.2, opening_share=0.2), np.random.default_rng(1))
    assert difference(table)["method"] == "two-way clusters"
    ends = [by_statsmodels(table, way)[1] for way in ("person", "opening")]
    assert error(difference(table), 60) >= max(ends) * (1 - 1e-9)


@pytest.mark.parametrize("way", ["person", "opening"])
def test_a_way_can_be_chosen(way: str) -> None:
    table = draw(Truth({"direct": 0.2, "referral": 0.3}, person_share=0.2, opening_share=0.2), np.random.default_rng(1))
    row = difference(table, cluster=way)
    assert row["method"] == f"clustered by {way}"
    assert error(row, table[way].nunique()) == pytest.approx(by_statsmodels(table, way)[1], rel=1e-9)


def test_the_main_interval_of_a_rate_follows_the_chosen_way() -> None:
    table = pd.concat(
        [
            draw(Truth({"direct": 0.2}, opening_share=0.5), np.random.default_rng(r)).assign(replication=r)
            for r in range(3)
        ]
    )
    by_default, chosen = (
        rates(table, **how).query("stage == 'response'").iloc[0] for how in ({}, {"cluster": "clusters"})
    )
    assert "replications" in by_default["method"]
    assert (chosen["low"], chosen["high"]) == (by_default["cluster_low"], by_default["cluster_high"])


def test_an_unknown_way_is_refused_in_one_line() -> None:
    for call in (rates, contrasts, fit_stage):
        with pytest.raises(AnalysisError, match=r"cluster: found 'persons'; expected one of .*did you mean 'person'"):
            call(audit(), cluster="persons")  # type: ignore[arg-type]


def test_what_rows_of_a_group_share_is_told() -> None:
    # By hand: three openings of two rows, answered 2, 1 and 0 times. Between: 1 over 2, within: 0.5 over 3.
    table = pd.DataFrame(
        {
            "opening": [0, 0, 1, 1, 2, 2],
            "channel": "direct",
            "sent": 1.0,
            "responded": [3.0, 3.0, 3.0, np.nan, np.nan, np.nan],
        }
    )
    found = clustering(table, "response").set_index("way")
    assert found.loc["opening", "icc"] == pytest.approx((1 / 2 - 1 / 6) / (1 / 2 + 1 / 6))
    # Sums of residuals 1, 0 and -1: (3 / 2) * 2 / 36 over 0.25 / 6.
    assert found.loc["opening", "design_effect"] == pytest.approx(2.0)
    assert found.loc["opening", ["n", "groups", "largest"]].tolist() == [6, 3, 2]
    assert np.isnan(found.loc["person", "icc"])
    assert found.loc["person", "design_effect"] == 1


def test_the_correlation_within_openings_is_found() -> None:
    # Rows of one opening in one channel: the correlation of two dichotomised normals with correlation 0.4.
    p, cut = 0.2, stats.norm.ppf(0.2)
    both = stats.multivariate_normal(cov=[[1, 0.4], [0.4, 1]]).cdf([cut, cut])
    found = clustering(audit(openings=4000), "response").query("way == 'opening' and channel == 'direct'").iloc[0]
    assert found["icc"] == pytest.approx((both - p * p) / (p * (1 - p)), abs=0.05)
    assert found["design_effect"] == pytest.approx(1 + found["icc"], rel=0.02)
