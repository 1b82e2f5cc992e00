from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint
from synthetic_tables import Truth, draw

from analysis.estimation import influence_functions, intervals
from analysis.tables import clusters
from analysis.tables.tables import load


def two_way() -> tuple[pd.DataFrame, clusters.Codes]:
    table = draw(Truth({"direct": 0.3}, person_share=0.2, opening_share=0.3, rows=900), np.random.default_rng(5))
    return table, load(table).application_codes


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 40), (10, 10)])
def test_wilson_by_hand_equals_statsmodels(count: int, n: int) -> None:
    by_hand = intervals.wilson(count, n, 0.95, quantile=intervals.student(0.95, np.inf))
    assert by_hand == pytest.approx(proportion_confint(count, n, method="wilson"), abs=1e-12)


@pytest.mark.parametrize("way", ["person", "opening"])
def test_one_way_errors_equal_statsmodels_clustered_errors_of_a_mean(way: str) -> None:
    table, codes = two_way()
    answered = table["responded"].notna().to_numpy(float)
    mine = influence_functions.covariance([influence_functions.ratio(answered, np.ones(len(answered)), codes)], way)  # type: ignore[arg-type]
    groups = table[way].to_numpy()
    fit = sm.OLS(answered, np.ones(len(answered))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert mine.variance([1.0]) ** 0.5 == pytest.approx(float(fit.bse[0]), rel=1e-9)
    assert mine.df == len(np.unique(groups)) - 1


def test_two_way_variance_adds_both_ways_and_takes_off_what_both_count() -> None:
    table, codes = two_way()
    answered = table["responded"].notna().to_numpy(float)
    influence = influence_functions.ratio(answered, np.ones(len(answered)), codes)
    both = influence_functions.covariance([influence], "clusters")
    fit = sm.OLS(answered, np.ones(len(answered))).fit(
        cov_type="cluster", cov_kwds={"groups": table[["person", "opening"]].to_numpy()}
    )
    assert both.parts[0][0, 0] ** 0.5 == pytest.approx(float(fit.bse[0]), rel=1e-9)
    assert both.variance([1.0]) >= max(part[0, 0] for part in both.parts[1:])


def test_people_of_different_replications_are_different_people() -> None:
    table = draw(Truth({"direct": 0.3}, rows=50, people=5, openings=4, replications=3), np.random.default_rng(1))
    codes = load(table).application_codes
    assert (codes.groups("person"), codes.groups("opening"), codes.groups("replication")) == (15, 12, 3)


def test_influences_in_different_tables_share_their_clusters() -> None:
    applications = pd.DataFrame(
        {"channel": "direct", "sent": 0.0, "responded": np.nan, "person": [1, 2, 3], "opening": [7, 8, 8]}
    )
    openings = pd.DataFrame({"replication": 0, "opening": [8, 7, 9]})
    tables = load(applications, openings=openings)
    assert tables.opening_codes.opening[0] == tables.application_codes.opening[1]
    assert tables.opening_codes.opening[1] == tables.application_codes.opening[0]
    assert not set(tables.opening_codes.person) & set(tables.application_codes.person)
