"""The chance of an event by a time, held against statsmodels, plain shares and its own derivative."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from analysis.estimation import intervals
from analysis.estimation.estimands import CumulativeIncidence
from analysis.tables.clusters import Codes, Floats, Ints


def codes(n: int, replication: Ints | None = None) -> Codes:
    rows = np.arange(n)
    own = np.zeros(n, dtype=np.int64) if replication is None else replication
    size = int(own.max(initial=0)) + 1
    return Codes(own, rows, rows, rows, (size, n, n, n), np.arange(size))


def incidence(times: Floats, status: Ints, by: float, weights: Floats | None = None) -> float:
    """Aalen and Johansen as the book has it, moment by moment."""
    weights = np.ones(len(times)) if weights is None else weights
    left, chance = 1.0, 0.0
    for moment in np.unique(times[(status > 0) & (times <= by)]):
        at_risk = weights[times >= moment].sum()
        chance += left * weights[(times == moment) & (status == 1)].sum() / at_risk
        left *= 1 - weights[(times == moment) & (status > 0)].sum() / at_risk
    return chance


def searches(rng: np.random.Generator, n: int) -> tuple[Floats, Ints]:
    job, gives_up, followed = rng.exponential(15, n), rng.exponential(40, n), rng.uniform(5, 60, n)
    times = np.ceil(np.minimum(np.minimum(job, gives_up), followed))
    return times, np.where(job <= np.minimum(gives_up, followed), 1, np.where(gives_up <= followed, 2, 0))


@pytest.mark.parametrize("by", [4.0, 12.0, 26.0])
def test_it_is_what_statsmodels_has(by: float) -> None:
    times, status = searches(np.random.default_rng(1), 400)
    with np.errstate(divide="ignore", invalid="ignore"):  # in its errors, where the last rows end at once
        curve = CumIncidenceRight(times, status)
    found = CumulativeIncidence(times, status, by, codes(400)).influence()
    assert found.value == pytest.approx(curve.cinc[0][curve.times <= by][-1], rel=1e-12)
    assert found.n == 400


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=12), st.integers(0, 12))
def test_influences_are_derivatives_and_chances_never_fall(rows: list[tuple[int, int]], by: int) -> None:
    times, status = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    n = len(rows)
    found = CumulativeIncidence(times, status, float(by), codes(n)).influence()
    assert found.value == pytest.approx(incidence(times, status, by), abs=1e-12)
    assert found.rows.sum() == pytest.approx(0, abs=1e-9)
    for row in range(n):
        up, down = (incidence(times, status, by, np.ones(n) + step * (np.arange(n) == row)) for step in (1e-6, -1e-6))
        assert found.rows[row] == pytest.approx((up - down) / 2e-6, abs=1e-5)
    later = CumulativeIncidence(times, status, by + 1.0, codes(n)).influence()
    assert later.value >= found.value


def test_where_all_are_followed_it_is_the_plain_share() -> None:
    rng = np.random.default_rng(2)
    times, status = np.ceil(rng.exponential(20, 200)), rng.integers(1, 3, 200)
    found = CumulativeIncidence(times, status, 12.0, codes(200))
    hit = (times <= 12) & (status == 1)
    assert found.influence().value == pytest.approx(hit.mean())
    assert found.influence().rows == pytest.approx((hit - hit.mean()) / 200)
    assert found.at_risk() == int((times >= 12).sum())


def test_nobody_and_nothing() -> None:
    assert np.isnan(CumulativeIncidence(np.zeros(0), np.zeros(0, int), 4.0, codes(0)).influence().value)
    assert CumulativeIncidence(np.array([3.0]), np.array([0]), 4.0, codes(1)).influence().value == 0


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """300 sets of 250 searches at 95 %: fewer than 270 or more than 297 inside has a chance of about 1 in 1,000.

    The truth: a job at rate 1/15 a week, giving up at rate 1/40.
    """
    rng = np.random.default_rng(3)
    rate = 1 / 15 + 1 / 40
    # Times are rounded up to whole weeks, so the chance by week 12 is that by time 12.
    truth = (1 / 15) / rate * (1 - np.exp(-12 * rate))
    inside = 0
    for _ in range(300):
        found = CumulativeIncidence(*searches(rng, 250), 12.0, codes(250, np.arange(250) % 10)).influence()
        ends = intervals.share_interval(found, 0.95, "replication")
        inside += ends.low <= truth <= ends.high
    assert 270 <= inside <= 297


def test_each_replication_has_its_own() -> None:
    times, status = searches(np.random.default_rng(4), 90)
    group = np.arange(90) % 3
    n, values = CumulativeIncidence(times, status, 12.0, codes(90, group)).per_replication()
    assert n.tolist() == [30, 30, 30]
    assert values == pytest.approx([incidence(times[group == r], status[group == r], 12.0) for r in range(3)])
