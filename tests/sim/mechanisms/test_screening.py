"""What an employer believes and decides: closed forms, brute force, and what must only ever go one way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from sim.mechanisms import matching, screening
from sim.processes.applying import LAST_PLACE
from sim.processes.desk import _cutoff, _highest_in_pile

NUMBERS = st.floats(-50, 50)
VARIANCES = st.floats(1e-3, 1e3)
PRECISIONS = st.floats(0, 1e3)
ALPHA = 1e-4


# ---- match ---------------------------------------------------------------------------------------------------------


def test_fit_has_mean_0_and_variance_1_inside_a_field() -> None:
    # The distance d of two uniform points of a unit interval has density 2(1 - d): integrate over it on a fine grid.
    d = (np.arange(200_000) + 0.5) / 200_000
    weight = 2 * (1 - d) / 200_000
    fit = matching.fit(d, 0.0, 8)
    assert weight.sum() == pytest.approx(1)
    assert (weight * fit).sum() == pytest.approx(0, abs=1e-9)
    assert (weight * fit**2).sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("skills", "requirement", "fields", "distance"),
    [
        (0.5, 0.5, 4, 0.0),
        (0.25, 1.0, 4, 0.75),
        (3.9, 0.1, 4, 0.2),
        (0.1, 3.9, 4, 0.2),
        (0.0, 2.0, 4, 2.0),
        (0.2, 0.9, 1, 0.3),
    ],
)
def test_distance_goes_the_short_way_round(skills: float, requirement: float, fields: int, distance: float) -> None:
    assert matching.skill_distance(skills, requirement, fields) == pytest.approx(distance)


@given(st.floats(0, 7.999), st.floats(0, 7.999), st.floats(0, 7.999))
def test_fit_falls_with_distance_and_no_further_than_a_field(requirement: float, one: float, other: float) -> None:
    distance = matching.skill_distance([one, other], requirement, 8)
    fit = matching.fit([one, other], requirement, 8)
    assert (fit[0] - fit[1]) * (distance[0] - distance[1]) <= 0
    assert fit[distance >= 1].tolist() == [matching.fit(requirement + 3, requirement, 8)] * int((distance >= 1).sum())


@given(st.tuples(*[st.floats(0, 10)] * 3).filter(lambda w: max(w) > 1e-6))
def test_match_weights_give_unit_variance(weights: tuple[float, float, float]) -> None:
    # The parts are independent with unit variance, so the variance is the sum of squared effects of one unit of each.
    effects = matching.match_quality([1, 0, 0], [0, 1, 0], [0, 0, 1], weights)
    assert (effects**2).sum() == pytest.approx(1)
    assert effects * np.linalg.norm(weights) == pytest.approx(np.array(weights))
    assert matching.match_quality(0, 0, 0, weights) == 0


# ---- belief --------------------------------------------------------------------------------------------------------


def test_updating_by_hand() -> None:
    # Prior N(0, 1), a résumé of 2 with noise 1: half way. Then a report of 3 with noise 1/2: (2 * 1 + 4 * 3) / 6.
    mean, variance = screening.update(0.0, 1.0, 2.0, 1.0)
    assert (mean, variance) == (1.0, 0.5)
    mean, variance = screening.update(mean, variance, 3.0, 4.0)
    assert (mean, variance) == (pytest.approx(14 / 6), pytest.approx(1 / 6))


@given(NUMBERS, VARIANCES, st.lists(st.tuples(NUMBERS, PRECISIONS), min_size=1, max_size=5), st.randoms())
def test_signals_one_by_one_in_any_order_are_signals_at_once(mean, variance, signals, random) -> None:
    precision = 1 / variance + sum(p for _, p in signals)
    together = (mean / variance + sum(s * p for s, p in signals)) / precision
    random.shuffle(signals)
    for signal, weight in signals:
        mean, variance = screening.update(mean, variance, signal, weight)
    assert variance == pytest.approx(1 / precision)
    assert mean == pytest.approx(together, abs=1e-9)


@given(NUMBERS, VARIANCES, NUMBERS)
def test_a_signal_without_precision_changes_nothing(mean: float, variance: float, signal: float) -> None:
    after = screening.update(mean, variance, signal, 0.0)
    assert after[0] == pytest.approx(mean)
    assert after[1] == pytest.approx(variance)


@given(NUMBERS, VARIANCES, NUMBERS, PRECISIONS, PRECISIONS)
def test_more_precision_never_leaves_more_doubt(mean, variance, signal, less, more) -> None:
    less, more = sorted([less, more])
    before, after = screening.update(mean, variance, signal, [less, more])[1]
    assert after <= before <= variance * (1 + 1e-12)


@given(NUMBERS, VARIANCES, NUMBERS, NUMBERS, PRECISIONS, st.floats(0, 10))
def test_a_better_report_never_hurts(mean, variance, one, other, precision, aversion) -> None:
    worse, better = sorted([one, other])
    low, high = screening.score(*screening.update(mean, variance, [worse, better], precision), aversion)
    assert low <= high + 1e-9


def test_belief_is_calibrated() -> None:
    # Who believes by Bayes' rule is right on average at every belief, and as uncertain as they say. 200,000 draws.
    rng = np.random.default_rng(1)
    match = rng.standard_normal(200_000)
    mean, variance = screening.update(0.0, 1.0, match + 1.5 * rng.standard_normal(200_000), 1.5**-2)
    mean, variance = screening.update(mean, variance, match + 0.7 * rng.standard_normal(200_000), 0.7**-2)
    error = (match - mean) / np.sqrt(variance)
    assert stats.kstest(error, "norm").pvalue > ALPHA
    assert abs(np.corrcoef(error, mean)[0, 1]) < stats.norm.isf(ALPHA / 2) / 200_000**0.5


def test_score_by_hand() -> None:
    assert screening.score([1.0, 1.0], [0.5, 0.0], 0.4).tolist() == [0.8, 1.0]
    assert screening.score(1.0, 0.5, 0.0) == 1.0


# ---- ranking -------------------------------------------------------------------------------------------------------


@st.composite
def ranked(draw):
    """Groups with values among which ties are common, sizes from below zero to too many, and bars."""
    groups, rows = draw(st.integers(1, 5)), draw(st.integers(0, 25))
    group = draw(arrays.arrays(np.int64, rows, elements=st.integers(0, groups - 1)))
    value = draw(arrays.arrays(float, rows, elements=st.sampled_from([-1.0, 0.0, 0.5, 0.5000001, 2.0])))
    size = draw(arrays.arrays(np.int64, groups, elements=st.integers(-1, 6)))
    bar = draw(arrays.arrays(float, groups, elements=st.sampled_from([-2.0, 0.0, 0.5, 3.0])))
    return group, value, size, bar


def best(group, value, size) -> list[bool]:
    """The definition, word by word: by value, then by row, the first `size` of the group."""
    marked = [False] * len(group)
    for g, room in enumerate(size):
        rows = sorted((row for row in range(len(group)) if group[row] == g), key=lambda row: (-value[row], row))
        for row in rows[: max(room, 0)]:
            marked[row] = True
    return marked


@given(ranked())
def test_top_by_group_is_its_definition(case) -> None:
    group, value, size, _ = case
    assert screening.top_by_group(group, value, size).tolist() == best(group, value, size)


@given(ranked())
def test_shortlist_is_its_definition(case) -> None:
    group, value, slots, bar = case
    above = [value[row] > bar[group[row]] for row in range(len(group))]
    ranked_value = np.where(above, value, -np.inf)
    expected = [chosen and passes for chosen, passes in zip(best(group, ranked_value, slots), above, strict=True)]
    assert screening.shortlist(group, value, bar, slots).tolist() == expected


def test_equal_scores_go_to_the_earlier_row() -> None:
    assert screening.top_by_group([0, 0, 0], [1.0, 1.0, 1.0], [2]).tolist() == [True, True, False]


def test_at_the_bar_is_not_above_it() -> None:
    assert screening.shortlist([0, 0], [0.4, 0.4000001], [0.4], [6]).tolist() == [False, True]


def test_an_empty_desk_decides_nothing() -> None:
    nothing = np.zeros(0)
    assert screening.top_by_group(np.zeros(0, int), nothing, [3]).tolist() == []
    assert screening.shortlist(np.zeros(0, int), nothing, [0.0], [3]).tolist() == []
    assert screening.update(nothing, 1.0, nothing, nothing)[0].shape == (0,)


@given(ranked(), st.integers(0, 24), st.floats(0, 5))
def test_a_better_score_never_loses_the_invitation(case, row, gain) -> None:
    group, value, slots, bar = case
    if row >= len(value) or not screening.shortlist(group, value, bar, slots)[row]:
        return
    better = value.copy()
    better[row] += gain
    assert screening.shortlist(group, better, bar, slots)[row]


@given(ranked(), st.integers(0, 4))
def test_another_slot_takes_no_invitation_away(case, g) -> None:
    group, value, slots, bar = case
    more = slots.copy()
    more[g % len(slots)] += 1
    assert (screening.shortlist(group, value, bar, slots) <= screening.shortlist(group, value, bar, more)).all()


@given(ranked())
def test_one_opening_does_not_see_another(case) -> None:
    group, value, slots, bar = case
    whole = screening.shortlist(group, value, bar, slots)
    for g in range(len(slots)):
        own = group == g
        alone = screening.shortlist(np.zeros(own.sum(), int), value[own], bar[[g]], slots[[g]])
        assert alone.tolist() == whole[own].tolist()


@given(ranked())
def test_cutoff_is_the_score_one_more_would_have_had_to_pass(case) -> None:
    group, value, slots, bar = case
    invited = screening.shortlist(group, value, bar, slots)
    cutoff = _cutoff(group, value, invited, bar, slots)
    for g in range(len(slots)):
        for extra in (-3.0, 0.0, 0.25, 0.5, 1.0, 5.0):
            # A newcomer stands in the last row; the later of equals loses, as whoever only equals the cutoff does.
            newcomer = screening.shortlist(np.append(group, g), np.append(value, extra), bar, slots)[-1]
            assert newcomer == (extra > cutoff[g])


# ---- the pile ------------------------------------------------------------------------------------------------------


@given(st.data())
def test_the_pile_is_read_from_the_top_without_what_has_been_read(data) -> None:
    groups, rows = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 30))
    group = data.draw(arrays.arrays(np.int64, rows, elements=st.integers(0, groups - 1)))
    place = data.draw(arrays.arrays(np.uint16, rows, elements=st.sampled_from([0, 1, 5, 6, 40_000, LAST_PLACE])))
    is_unread = data.draw(arrays.arrays(np.bool_, rows))
    room = data.draw(arrays.arrays(np.int64, groups, elements=st.integers(-2, 6)))
    unread = np.flatnonzero(is_unread)
    marked = np.array(best(group[unread], -place[unread].astype(float), room), bool)
    assert sorted(_highest_in_pile(group, place, is_unread, room).tolist()) == unread[marked].tolist()


def test_each_unread_application_has_an_equal_chance() -> None:
    # 4,000 piles of 30 résumés, 8 read of each: K/n at every place, whoever came first.
    rng, piles, n, k = np.random.default_rng(6), 4000, 30, 8
    pile_place = rng.integers(0, LAST_PLACE + 1, piles * n).astype(np.uint16)
    unread = np.ones(piles * n, dtype=bool)
    chosen = _highest_in_pile(np.repeat(np.arange(piles), n), pile_place, unread, np.full(piles, k))
    assert len(chosen) == piles * k
    place = np.bincount(chosen % n, minlength=n)
    # Draws without replacement: places of a pile are negatively correlated, which only shrinks the chi-square.
    statistic = ((place - piles * k / n) ** 2 / (piles * k / n * (1 - k / n))).sum() * (n - 1) / n
    assert ALPHA < stats.chi2.sf(statistic, n - 1) < 1 - ALPHA


@pytest.mark.parametrize(("n", "k"), [(1, 1), (5, 5), (40, 8), (40, 40)])
def test_the_best_of_those_read_is_the_expected_order_statistic(n: int, k: int) -> None:
    # Reading k of n in the order of luck alone is a random sample: its best match is the largest of k normal draws.
    rng, piles = np.random.default_rng(17), 4000
    place, match = rng.integers(0, LAST_PLACE + 1, piles * n).astype(np.uint16), rng.standard_normal(piles * n)
    unread = np.ones(piles * n, dtype=bool)
    chosen = _highest_in_pile(np.repeat(np.arange(piles), n), place, unread, np.full(piles, k))
    top = chosen[screening.top_by_group(chosen // n, match[chosen], np.ones(piles, int))]
    assert len(top) == piles
    x = np.linspace(-9, 9, 40_001)
    density = k * stats.norm.pdf(x) * stats.norm.cdf(x) ** (k - 1)
    mean = np.trapezoid(x * density, x)
    sd = (np.trapezoid(x * x * density, x) - mean**2) ** 0.5
    assert abs(match[top].mean() - mean) < stats.norm.isf(ALPHA / 2) * sd / piles**0.5
