"""The life of a tie, by hand and by what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.mechanisms import ties, vouching

SHARE = st.floats(0, 1)
DAYS = st.floats(0, 4000)
HALF_LIFE = st.floats(1, 4000)


@pytest.mark.parametrize(("elapsed", "left"), [(0, 0.8), (100, 0.4), (200, 0.2), (50, 0.8 / 2**0.5), (1e9, 0)])
def test_strength_halves_every_half_life(elapsed: float, left: float) -> None:
    assert ties.decayed(0.8, elapsed, 100.0) == pytest.approx(left)


@given(SHARE, DAYS, DAYS, HALF_LIFE)
def test_decay_in_two_steps_is_decay_in_one(value, first, second, half_life) -> None:
    twice = ties.decayed(ties.decayed(value, first, half_life), second, half_life)
    assert twice == pytest.approx(ties.decayed(value, first + second, half_life), abs=1e-12)


@given(SHARE, DAYS, DAYS, HALF_LIFE, HALF_LIFE)
def test_more_time_leaves_less_and_a_longer_half_life_more(value, one, other, short, long) -> None:
    (one, other), (short, long) = sorted([one, other]), sorted([short, long])
    assert 0 <= ties.decayed(value, other, short) <= ties.decayed(value, one, short) <= value
    assert ties.decayed(value, one, short) <= ties.decayed(value, one, long) + 1e-12


def test_touch_by_hand() -> None:
    assert ties.raised([0.0, 0.2, 1.0], 0.25) == pytest.approx([0.25, 0.4, 1.0])
    assert ties.touched(0.6, 0.0, 0.25, 0.3) == pytest.approx(0.6 + 0.25 * 0.4)
    assert ties.touched(0.0, 0.5, 0.25, 0.3) == pytest.approx(0.4), "who is still known wakes the faster"
    assert ties.touched(0.0, 1.0, 0.9, 0.9) == 1.0


@given(SHARE, SHARE, SHARE, SHARE, st.integers(1, 50))
def test_touches_strengthen_and_never_pass_1(strength, familiarity, gain, waking, times) -> None:
    before = strength
    for _ in range(times):
        after = float(ties.touched(before, familiarity, gain, waking))
        assert before - 1e-12 <= after <= 1 + 1e-12
        before = after
    assert before == pytest.approx(1 - (1 - strength) * (1 - min(gain + waking * familiarity, 1)) ** times)


@given(SHARE, SHARE, SHARE, DAYS, st.integers(0, 20), st.integers(0, 20))
def test_more_touches_in_the_same_time_never_leave_less(strength, familiarity, gain, days, few, more) -> None:
    # Comparative statics of upkeep: the same stretch of time with more touches in it.
    def at_end(touches: int) -> float:
        now = strength
        for _ in range(touches):
            now = float(ties.touched(ties.decayed(now, days / max(touches, 1), 200.0), familiarity, gain, 0.0))
        return now if touches else float(ties.decayed(now, days, 200.0))

    few, more = sorted([few, more])
    if few == 0:
        assert at_end(more) >= at_end(few) - 1e-9


def test_the_bar_of_a_referrer_and_the_weight_of_the_word_by_hand() -> None:
    assert vouching.referral_bar(0.1, 0.15, [0.0, 1.0, -1.0], 0.12, 1.0) == pytest.approx([0.13, 0.28, -0.02])
    assert vouching.trust(0.5, [0.0, -1.0, 1.0]) == pytest.approx([0.5, 0.5 / np.e, 1.0])


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 5), st.floats(0, 5))
def test_a_good_name_is_guarded_and_a_bonus_lowers_the_guard(one, other, small, large) -> None:
    (one, other), (small, large) = sorted([one, other]), sorted([small, large])
    assert vouching.referral_bar(0.1, 0.2, one, 0.1, small) <= vouching.referral_bar(0.1, 0.2, other, 0.1, small)
    assert vouching.referral_bar(0.1, 0.2, one, 0.1, large) <= vouching.referral_bar(0.1, 0.2, one, 0.1, small)
    assert 0 <= vouching.trust(0.6, one) <= vouching.trust(0.6, other) <= 1


def test_recall_by_hand() -> None:
    assert vouching.recall_chance([1, 0.5, 0], [1, 0.1, 0], 0.6) == pytest.approx([0.6, 0.18, 0])
    assert vouching.recall_chance([0.05, 0.049], [1, 1], 0.6, gone=0.05) == pytest.approx([0.315, 0])


@given(SHARE, SHARE, SHARE, SHARE)
def test_recall_is_a_chance_that_rises_with_both(strength, familiarity, more, scale) -> None:
    chance = vouching.recall_chance(strength, familiarity, scale)
    assert 0 <= chance <= scale
    assert vouching.recall_chance(max(strength, more), familiarity, scale) >= chance
    assert vouching.recall_chance(strength, max(familiarity, more), scale) >= chance


def test_willingness_by_hand() -> None:
    assert vouching.willingness(0.5, 0.25, 2.0) == pytest.approx(1 - np.exp(-1.5))
    assert vouching.willingness([0, 0.5, 0.5], [0, -1, -0.2], 2.0) == pytest.approx([0, 0, 1 - np.exp(-0.6)])


@given(SHARE, st.floats(-5, 5), st.floats(0, 20), st.floats(0, 5))
def test_willingness_is_a_chance_that_rises_with_goodwill(strength, goodwill, steepness, more) -> None:
    chance = vouching.willingness(strength, goodwill, steepness)
    assert 0 <= chance <= 1
    assert vouching.willingness(strength, goodwill + more, steepness) >= chance


def test_contact_noise_by_hand() -> None:
    assert vouching.contact_noise([0, 0.5, 1], 1.8, 0.2) == pytest.approx([1.8, 0.6, 0.2])


@given(SHARE, SHARE, st.floats(0.01, 5), st.floats(0.01, 5))
def test_the_better_known_is_seen_more_clearly(one, other, first, second) -> None:
    close, stranger = sorted([first, second])
    one, other = sorted([one, other])
    noise = vouching.contact_noise([one, other], stranger, close)
    assert close * (1 - 1e-9) <= noise[1] <= noise[0] * (1 + 1e-9) <= stranger * (1 + 1e-8)
