"""The fast loop and a slow one agree: the same rules, written twice, must give the same market.

`benchmarks/peers/naive_simpy.py` is an independent, scalar writing of the stripped-down rules: a process per seeker,
an event per application, its own random numbers. A batch worked in the wrong order, a day too many or a weight lost in
the vectorised loop shows here as a difference between the two, which no test of a part would notice.

Each quantity is one number per replication; replications are independent, so Welch's t test applies to their means.
All comparisons together call a difference by mistake once in 1,000 choices of seeds (Holm 1979); with the seeds fixed
they pass or fail for good. How small a difference would be found is worked out from the spread seen, and checked.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paths import ROOT
from scipy import stats

from sim import Scenario, load_scenario, simulate

pytestmark = pytest.mark.slow

REPLICATIONS = 120
FALSE_ALARM = 0.001
POWER = 0.9
# A market in which all that the rules know of binds: two fields, part of an application a week, piles longer than can
# be read, openings that run out of interview slots, of candidates, and of time.
MARKET: dict[str, object] = {
    "population.people": 600,
    "population.fields": 2,
    "openings.growth": 0.006,
    "search.hours_per_week": 3,
    "search.hours_spread": 0.5,
    "search.effort_floor": 0.5,
    "screening.resumes_per_review": 40,
    "screening.interview_slots": 4,
    "openings.expires": 35,
    "time.window": 210,
}
# The largest relative difference that may go unnoticed (at the power above), by quantity.
NOTICED = {
    "direct response": 0.12,
    "referral response": 0.05,
    "referrals per opening": 0.05,
    "applicants per opening": 0.07,
    "read per opening": 0.04,
    "interviewed per opening": 0.03,
    "share filled": 0.02,
    "days to fill": 0.02,
    "arrived within 48 hours": 0.03,
    "response time of referrals": 0.02,
}


def measure(applications: pd.DataFrame, openings: pd.DataFrame, horizon: float) -> dict[str, float]:
    """The quantities of one replication, from the columns both sides have."""
    a = applications.merge(openings[["opening", "posted", "closed"]], on="opening", suffixes=("", "_opening"))
    followed = a[a["sent"] < horizon - 60.0]
    answered = followed["responded"].notna()
    referred = followed["channel"] == "referral"
    done = openings[openings["closed"].notna()]
    filled = done["filled"].notna()
    of_done = a[a["opening"].isin(done["opening"])]
    waited = (followed["responded"] - followed["sent"])[referred & answered]
    return {
        "direct response": float(answered[~referred].mean()),
        "referral response": float(answered[referred].mean()),
        "referrals per opening": float((of_done["channel"] == "referral").sum() / len(done)),
        "applicants per opening": float(len(of_done) / len(done)),
        "read per opening": float(of_done["read"].notna().sum() / len(done)),
        "interviewed per opening": float(of_done["interviewed"].notna().sum() / len(done)),
        "share filled": float(filled.mean()),
        "days to fill": float((done["filled"] - done["posted"])[filled].mean()),
        "arrived within 48 hours": float((a["sent"] - a["posted"] <= 2.0)[a["channel"] == "direct"].mean()),
        "response time of referrals": float(waited.mean()),
    }


def of_the_loop(scenario: Scenario) -> pd.DataFrame:
    """One row a replication of the project's own simulation."""
    rows = []
    for seed in range(REPLICATIONS):
        result = simulate(scenario, replications=1, seed=seed)
        rows.append(measure(result.applications, result.openings, scenario.time.window))
    return pd.DataFrame(rows)


def of_the_twin(scenario: Scenario, market: Any) -> pd.DataFrame:
    """One row a replication of a scalar twin; other seeds, so that not even day 0 is shared."""
    rows = []
    for seed in range(REPLICATIONS):
        twin = market(scenario, 10_000 + seed)
        twin.run()
        applications, openings = getattr(twin, "rules", twin).tables()
        openings = pd.DataFrame(openings).rename_axis("opening").reset_index()
        rows.append(measure(pd.DataFrame(applications), openings, scenario.time.window))
    return pd.DataFrame(rows)


def compare(loop: pd.DataFrame, twin: pd.DataFrame) -> pd.DataFrame:
    """Means, Welch's p values adjusted by Holm's method, and the difference that would be found with stated power."""
    test = stats.ttest_ind(loop, twin, equal_var=False)
    p = pd.Series(test.pvalue, loop.columns)
    order = p.sort_values()
    adjusted = (order * np.arange(len(order), 0, -1)).cummax().clip(upper=1.0)
    error = np.sqrt(loop.var() / len(loop) + twin.var() / len(twin))
    needed = stats.norm.isf(FALSE_ALARM / 2 / len(p)) + stats.norm.ppf(POWER)
    return pd.DataFrame(
        {
            "loop": loop.mean(),
            "twin": twin.mean(),
            "p": p,
            "adjusted": adjusted.reindex(p.index),
            "noticed": needed * error / twin.mean(),
        }
    )


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(str(ROOT / "benchmarks" / "stripped.yaml"), MARKET)


@pytest.fixture(scope="module")
def peers() -> Any:
    sys.path.insert(0, str(ROOT))
    try:
        yield importlib.import_module("benchmarks.peers.naive_simpy")
    finally:
        sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def loop(scenario: Scenario) -> pd.DataFrame:
    return of_the_loop(scenario)


def test_the_loop_agrees_with_its_slow_twin(scenario: Scenario, loop: pd.DataFrame, peers: Any) -> None:
    found = compare(loop, of_the_twin(scenario, peers.NaiveMarket))
    print(found.to_string())
    assert not loop.isna().any(axis=None)
    blind = found.index[found["noticed"] > pd.Series(NOTICED)[found.index]]
    assert blind.empty, f"too few replications to see a difference that matters:\n{found.loc[blind].to_string()}"
    different = found.index[found["adjusted"] < FALSE_ALARM]
    assert different.empty, f"the loop and its twin differ:\n{found.loc[different].to_string()}"


def test_the_comparison_sees_a_review_put_off_by_two_days(scenario: Scenario, loop: pd.DataFrame, peers: Any) -> None:
    """The proof that the comparison can fail: a twin whose first review comes two days late is told apart."""
    later = scenario.with_overrides({"screening.first_review": scenario.screening.first_review + 2.0})
    found = compare(loop, of_the_twin(later, peers.NaiveMarket))
    assert found.loc["days to fill", "adjusted"] < FALSE_ALARM
