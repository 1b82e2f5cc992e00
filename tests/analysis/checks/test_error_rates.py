"""False alarms and power of the check, end to end, on disjoint sets drawn from pools of real replications.

The markets are small and their values far from normal: skewed shares of few events. 384 replications of one, 256 of the
same market with employers who read ten résumés, and 192 of one with a cast take some 5 minutes of processor time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from replication_pool import TEN, market, pool_of
from scipy import stats

from analysis.checks import drift, power
from analysis.checks.drift import Finding, judge
from analysis.checks.held_quantities import Held, Values, choose_held, series

pytestmark = pytest.mark.slow
LEVEL = 0.05
FEW = {"cast.jill.count": 12}  # copies, in a market as small as this


@pytest.fixture(scope="module")
def usual() -> Sequence[Values]:
    return pool_of(384, {})


@pytest.fixture(scope="module")
def ten() -> Sequence[Values]:
    return pool_of(256, TEN)


@pytest.fixture(scope="module")
def cast() -> Sequence[Values]:
    return pool_of(192, FEW, name="jill")


def sets(pool: Sequence[Values], size: int) -> list[Sequence[Values]]:
    """Disjoint sets of replications."""
    return [pool[at : at + size] for at in range(0, len(pool) - size + 1, size)]


def compared(held: dict[str, Held], now: Sequence[Values], false_alarm: float) -> list[Finding]:
    """Every held quantity judged, as a check of one scenario does it."""
    planned = drift.plan(len(now), len(held), false_alarm=false_alarm, scenarios=1)
    return [judge(name, one.values, series(name, now), one.margin, planned) for name, one in held.items()]


MARKETS = {
    "usual": market,
    "ten": lambda: market(TEN),
    "cast": lambda: market(FEW, "jill"),
}


@pytest.mark.parametrize("which", MARKETS)
def test_false_alarms_are_no_more_than_the_level(which: str, request: pytest.FixtureRequest) -> None:
    """12, 8 and 6 pairs of sets of 16: nothing is called changed or moved in more than 5 %.

    5 of 12 pairs would be in 1 of 5,000, 4 of 8 in 1 of 2,500.
    """
    whole = sets(request.getfixturevalue(which), 16)
    alarms, scenario = 0, MARKETS[which]()
    for before, after in zip(whole[::2], whole[1::2], strict=True):
        held, _ = choose_held(scenario, before, {})
        assert len(held) > 2
        alarms += any(one.verdict in ("changed", "moved") for one in compared(held, after, LEVEL))
    assert stats.binomtest(alarms, len(whole) // 2, LEVEL, alternative="greater").pvalue > 1e-3, alarms


def test_power_is_as_stated(usual: Sequence[Values], ten: Sequence[Values]) -> None:
    """16 pairs of sets of 16, of other seeds: how often the response rate is called changed, against the formula."""
    name, size = "direct.response", 16
    before, after = series(name, usual), series(name, ten)
    spread = float(np.sqrt((np.nanvar(before, ddof=1) + np.nanvar(after, ddof=1)) / 2))
    shift, margin = abs(float(np.nanmean(after) - np.nanmean(before))), 0.1 * float(np.nanmean(before))
    planned = drift.Plan((size,), 1, LEVEL)
    stated = power.chance_of_changed(shift / spread, margin / spread, size, LEVEL)
    # The seeds of the two pools are the same, so each set meets one of other replications.
    pairs = list(zip(sets(before[-256:][::-1], size), sets(after[:256], size), strict=True))
    hits = sum(judge(name, old, new, margin, planned).verdict == "changed" for old, new in pairs)
    assert 0.2 < stated < 0.99
    assert stats.binomtest(hits, len(pairs), stated).pvalue > 1e-3, (hits, len(pairs), stated)


def test_employers_who_read_ten_resumes_are_a_change(usual: Sequence[Values], ten: Sequence[Values]) -> None:
    """8 checks of 32 replications against as many of the same seeds, at the usual 1 in 1,000."""
    scenario, hits = market(), 0
    pairs = list(zip(sets(usual[:256], 32), sets(ten, 32), strict=True))
    for before, after in pairs:
        held, _ = choose_held(scenario, before, {})
        hits += any(one.verdict == "changed" for one in compared(held, after, drift.FALSE_ALARM))
    assert stats.binomtest(hits, len(pairs), 0.9, alternative="less").pvalue > 1e-3, (hits, len(pairs))
