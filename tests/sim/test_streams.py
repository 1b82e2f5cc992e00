"""Randomness: keyed draws are functions of their ids alone, even and independent; generators do not disturb each other.

The statistical tests have fixed seeds, so that they never change from run to run; read as tests of a random seed each
rejects a perfect source with probability `ALPHA`.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.streams import Streams, _mix, as_normal, as_uniform, scramble

ALPHA = 1e-4
IDS = st.integers(0, 2**32 - 1)
DRAWS = ("bits", "uniform", "normal", "exponential")


def grid(persons: int, openings: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of consecutive persons and openings: the ids a market has, as structured as ids can be."""
    a, b = np.meshgrid(np.arange(first, first + persons), np.arange(openings), indexing="ij")
    return a.ravel(), b.ravel()


SPARSE = [1 << i | j for i in range(9, 32) for j in range(20)]
# Ids as they come: consecutive pairs, either order, high bits only, one side constant, and keys with a common stride.
STRUCTURED = {
    "persons x openings": grid(500, 400),
    "openings x persons": grid(500, 400)[::-1],
    "one person": (np.full(200_000, 7), np.arange(200_000)),
    "one opening": (np.arange(200_000), np.full(200_000, 3)),
    "high bits of the first": (np.arange(200_000) << 14, np.zeros(200_000, np.int64)),
    "high bits of the second": (np.zeros(200_000, np.int64), np.arange(200_000) << 14),
    "odd keys": (grid(500, 400)[0], 2 * grid(500, 400)[1] + 1),
    "single bits": tuple(np.array(list(itertools.product(SPARSE, SPARSE))).T),
    "a diagonal": (np.arange(200_000), np.arange(200_000)),
    "an antidiagonal": (np.arange(200_000), 200_000 - np.arange(200_000)),
}


def even(cells: np.ndarray, count: int) -> float:
    """The p-value of equal chances for `count` cells."""
    return float(stats.chisquare(np.bincount(cells, minlength=count)).pvalue)


# ---- known answers and identities ----------------------------------------------------------------------------------


@given(first=IDS, second=IDS, seed=st.integers(0, 2**63), name=st.text(max_size=20))
def test_one_draw_is_the_same_as_in_a_crowd(first: int, second: int, seed: int, name: str) -> None:
    streams = Streams(seed, 0)
    assert streams.one(name, first, second) == streams.uniform(name, first, second)[0]
    assert streams.one(name, first) == streams.uniform(name, first)[0]


def test_the_mixer_is_splitmix64() -> None:
    # The published first outputs of SplitMix64 from state 1234567: each is the mixer of a step further on.
    state = [(1234567 + (i + 1) * 0x9E3779B97F4A7C15) % 2**64 for i in range(5)]
    known = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert _mix(np.array(state, np.uint64)).tolist() == known


def test_several_purposes_at_once_are_each_alone() -> None:
    streams, (a, b) = Streams(4, 1), grid(30, 20)
    names = ("match", "resume", "audit letter")
    for third in ((), (a + b,), (5,)):
        rows = streams.bits_of(names, a, b, *third)
        assert rows.tolist() == [streams.bits(name, a, b, *third).tolist() for name in names]
    assert np.array_equal(as_normal(streams.bits_of(names, a, b))[1], streams.normal("resume", a, b))
    assert np.array_equal(as_uniform(streams.bits_of(names, a, b))[2], streams.uniform("audit letter", a, b))


@pytest.mark.parametrize("draw", DRAWS)
def test_a_draw_does_not_depend_on_order_batch_or_shape(draw: str) -> None:
    streams = Streams(5, 2)
    a, b = grid(40, 30)
    whole = getattr(streams, draw)("match", a, b)
    order = np.random.default_rng(1).permutation(len(a))
    assert np.array_equal(getattr(streams, draw)("match", a[order], b[order]), whole[order])
    pieces = [getattr(streams, draw)("match", a[i : i + 7], b[i : i + 7]) for i in range(0, len(a), 7)]
    assert np.array_equal(np.concatenate(pieces), whole)
    square = getattr(streams, draw)("match", a.reshape(40, 30), b.reshape(40, 30))
    assert np.array_equal(square.ravel(), whole)
    assert np.array_equal(getattr(streams, draw)("match", np.arange(40)[:, None], np.arange(30)), square)
    for dtype in (np.int32, np.uint32, np.int64):
        assert np.array_equal(getattr(streams, draw)("match", a.astype(dtype), b.astype(dtype)), whole)
    assert np.array_equal(getattr(streams, draw)("match", a, b), whole), "asked again it is the same"
    assert np.array_equal(getattr(Streams(5, 2), draw)("match", a, b), whole), "made again it is the same"


@given(first=st.lists(IDS, min_size=1, max_size=5), second=IDS, third=IDS)
def test_the_ids_given_are_not_written_into(first: list[int], second: int, third: int) -> None:
    ids, more = np.array(first, np.uint64), np.array([third], np.uint64)
    Streams(1, 0).normal("match", ids, second, more)
    assert ids.tolist() == first
    assert more.tolist() == [third]


def test_no_ids_give_no_draws() -> None:
    assert Streams(1, 0).normal("match", np.zeros(0, np.int64), np.zeros(0, np.int64)).shape == (0,)


def test_uniform_draws_are_inside_the_open_interval() -> None:
    # The extremes of the 32 bits behind a draw; the logarithm of an exponential draw must not meet 0.
    lowest, highest = as_uniform(np.array([0, 2**64 - 1], np.uint64))
    assert 0.0 < lowest < highest < 1.0
    assert np.isfinite(as_normal(np.array([0, 2**64 - 1], np.uint64))).all()
    draws = Streams(1, 0).exponential("lag", np.arange(1_000_000))
    assert np.isfinite(draws).all()
    assert draws.min() > 0


def test_third_ids_are_told_apart_from_none() -> None:
    streams = Streams(1, 0)
    plain, zero, one = (streams.bits("team", 3, 4, third)[0] for third in (None, 0, 1))
    assert len({int(plain), int(zero), int(one)}) == 3


# ---- the small scrambler ---------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_the_small_scrambler_is_its_formula(words: list[int]) -> None:
    expected = []
    for word in words:
        mixed = (word ^ word >> 16) * 0x7FEB352D % 2**32
        mixed = (mixed ^ mixed >> 15) * 0x846CA68B % 2**32
        expected.append(mixed ^ mixed >> 16)
    assert scramble(np.array(words, np.uint32)).tolist() == expected


def test_the_small_scrambler_loses_nothing_and_is_even_on_consecutive_words() -> None:
    words = scramble(np.arange(3_000_000, 3_400_000, dtype=np.uint32))
    assert len(np.unique(words)) == 400_000
    upper = words >> np.uint32(16)
    assert even(upper.astype(int) >> 8, 256) > ALPHA
    assert even(upper.astype(int) & 0xFF, 256) > ALPHA
    for lag in (1, 2, 64, 1000):
        independent((upper[:-lag] + 0.5) / 2**16, (upper[lag:] + 0.5) / 2**16)


# ---- evenness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", STRUCTURED)
def test_uniform_draws_are_even_over_structured_ids(ids: str) -> None:
    a, b = STRUCTURED[ids]
    draws = Streams(2024, 0).uniform("match", a, b)
    assert stats.kstest(draws, "uniform").pvalue > ALPHA
    bits = Streams(2024, 0).bits("match", a, b)
    low, high = (bits & np.uint64(0xFF)).astype(int), (bits >> np.uint64(56)).astype(int)
    middle = (bits >> np.uint64(28) & np.uint64(0xFF)).astype(int)
    for byte in (low, middle, high):
        assert even(byte, 256) > ALPHA
    ones = np.array([int((bits >> np.uint64(i) & np.uint64(1)).sum()) for i in range(64)])
    # Each bit is a fair coin: 64 of them at once, so the bound is for the largest of 64.
    z = np.abs(ones - len(bits) / 2) / (len(bits) / 4) ** 0.5
    assert z.max() < stats.norm.isf(ALPHA / 64 / 2)
    # A function of the ids that met itself more often than chance would lose luck: birthdays in 32 bits.
    upper = np.unique(bits >> np.uint64(32))
    expected = len(bits) ** 2 / 2 / 2**32
    assert len(bits) - len(upper) <= stats.poisson.isf(ALPHA, expected)


@pytest.mark.parametrize("third", [np.arange(200_000), np.arange(200_000) << 14])
def test_uniform_draws_are_even_over_third_ids(third: np.ndarray) -> None:
    draws = Streams(3, 0).uniform("recall", 12, 5, third)
    assert stats.kstest(draws, "uniform").pvalue > ALPHA
    assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < stats.norm.isf(ALPHA / 2) / 200_000**0.5


def test_flipping_one_bit_of_an_id_flips_half_the_bits() -> None:
    streams, rng, n = Streams(9, 0), np.random.default_rng(4), 4000
    a, b = rng.integers(0, 2**32, n), rng.integers(0, 2**32, n)
    base = streams.bits("match", a, b)
    bound = stats.norm.isf(ALPHA / (64 * 64) / 2) * 0.5 / n**0.5
    for side, bit in itertools.product((0, 1), range(32)):
        flipped = streams.bits("match", a ^ (1 << bit), b) if side == 0 else streams.bits("match", a, b ^ (1 << bit))
        change = base ^ flipped
        share = np.array([(change >> np.uint64(i) & np.uint64(1)).mean() for i in range(64)])
        assert np.abs(share - 0.5).max() < bound


# ---- independence --------------------------------------------------------------------------------------------------


def independent(first: np.ndarray, second: np.ndarray) -> None:
    """Hold two columns of uniform draws to have neither correlation nor any pattern in a 16 x 16 table."""
    limit = stats.norm.isf(ALPHA / 2) / len(first) ** 0.5
    assert abs(np.corrcoef(first, second)[0, 1]) < limit
    normal = stats.norm.ppf(np.vstack([first, second]))
    assert abs(np.corrcoef(normal**2)[0, 1]) < limit, "the sizes go together"
    cells = np.floor(first * 16).astype(int) * 16 + np.floor(second * 16).astype(int)
    assert even(cells, 256) > ALPHA


A, B = grid(400, 300)
PAIRS = {
    "two purposes": lambda: (Streams(1, 0).uniform("resume", A, B), Streams(1, 0).uniform("match", A, B)),
    "purposes one letter apart": lambda: (Streams(1, 0).uniform("a", A, B), Streams(1, 0).uniform("b", A, B)),
    "neighbouring persons": lambda: (Streams(1, 0).uniform("match", A, B), Streams(1, 0).uniform("match", A + 400, B)),
    "the next person": lambda: (
        Streams(1, 0).uniform("match", A[A % 2 == 0], B[A % 2 == 0]),
        Streams(1, 0).uniform("match", A[A % 2 == 0] + 1, B[A % 2 == 0]),
    ),
    "the next opening": lambda: (
        Streams(1, 0).uniform("match", A[B % 2 == 0], B[B % 2 == 0]),
        Streams(1, 0).uniform("match", A[B % 2 == 0], B[B % 2 == 0] + 1),
    ),
    "the pair turned round": lambda: (
        Streams(1, 0).uniform("match", A[A > B], B[A > B]),
        Streams(1, 0).uniform("match", B[A > B], A[A > B]),
    ),
    "seeds": lambda: (Streams(1, 0).uniform("match", A, B), Streams(2, 0).uniform("match", A, B)),
    "replications": lambda: (Streams(1, 0).uniform("match", A, B), Streams(1, 1).uniform("match", A, B)),
    "seed and replication exchanged": lambda: (
        Streams(1, 2).uniform("match", A, B),
        Streams(2, 1).uniform("match", A, B),
    ),
    "a third id": lambda: (Streams(1, 0).uniform("match", A, B, 0), Streams(1, 0).uniform("match", A, B, 1)),
    "a third id and none": lambda: (Streams(1, 0).uniform("match", A, B), Streams(1, 0).uniform("match", A, B, 0)),
    "upper and lower halves": lambda: tuple(
        (half.astype(float) + 0.5) / 2**32
        for half in (
            Streams(1, 0).bits("match", A, B) >> np.uint64(32),
            Streams(1, 0).bits("match", A, B) & np.uint64(0xFFFFFFFF),
        )
    ),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_draws_are_independent(pair: str) -> None:
    independent(*PAIRS[pair]())


def test_the_average_over_one_person_or_opening_is_no_further_off_than_chance() -> None:
    # A row or column of the table with luck of its own would give a person or an opening an advantage in everything.
    table = Streams(8, 0).normal("match", *grid(1000, 900)).reshape(1000, 900)
    for axis, n in ((1, 900), (0, 1000)):
        mean, count = table.mean(axis=axis) * n**0.5, table.shape[1 - axis]
        assert stats.kstest(mean, "norm").pvalue > ALPHA
        assert stats.chi2.sf((mean**2).sum(), count) > ALPHA
        assert stats.chi2.cdf((mean**2).sum(), count) > ALPHA


# ---- shapes of the other laws --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", ["persons x openings", "one person", "odd keys"])
def test_normal_draws_are_standard_normal(ids: str) -> None:
    draws = Streams(77, 3).normal("contact", *STRUCTURED[ids])
    n, z = len(draws), stats.norm.isf(ALPHA / 2)
    assert stats.kstest(draws, "norm").pvalue > ALPHA
    # Moments 1 to 4 against 0, 1, 0, 3, each with the standard deviation its own law gives it.
    for power, mean, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((draws**power).mean() - mean) < z * (variance / n) ** 0.5
    for cut in (2.0, 3.0, 3.8):
        expected = n * stats.norm.sf(cut)
        for tail in ((draws > cut).sum(), (draws < -cut).sum()):
            assert stats.poisson.ppf(ALPHA, expected) <= tail <= stats.poisson.isf(ALPHA, expected)


def test_exponential_draws_have_the_exponential_law() -> None:
    draws = Streams(77, 3).exponential("lag", *STRUCTURED["persons x openings"])
    assert stats.kstest(draws, "expon").pvalue > ALPHA
    assert abs(draws.mean() - 1) < stats.norm.isf(ALPHA / 2) / len(draws) ** 0.5


def test_draws_are_what_their_bits_say() -> None:
    streams = Streams(3, 1)
    a, b = grid(20, 20)
    bits = streams.bits("match", a, b)
    upper, lower = ((bits >> np.uint64(32)) + 0.5) / 2**32, (bits & np.uint64(0xFFFFFFFF)) / 2**32
    assert np.array_equal(streams.uniform("match", a, b), upper)
    np.testing.assert_allclose(
        streams.normal("match", a, b), np.sqrt(-2 * np.log(upper)) * np.cos(2 * np.pi * lower), rtol=1e-12
    )
    assert np.array_equal(streams.exponential("match", a, b), -np.log(upper))


# ---- generators ----------------------------------------------------------------------------------------------------


def test_another_purpose_moves_no_draw() -> None:
    alone = Streams(1, 0).generator("people").random(100)
    streams = Streams(1, 0)
    streams.generator("a mechanism to come").random(1000)
    streams.normal("another", np.arange(10))
    first = streams.generator("people").random(50)
    streams.generator("network").random(7)
    assert np.array_equal(np.concatenate([first, streams.generator("people").random(50)]), alone)


def test_a_purpose_has_one_generator() -> None:
    streams = Streams(1, 0)
    assert streams.generator("people") is streams.generator("people")
    assert streams.generator("people") is not streams.generator("network")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, 0, "people"), (1, 0, "network")),
        ((1, 0, "people"), (2, 0, "people")),
        ((1, 0, "people"), (1, 1, "people")),
        ((1, 2, "people"), (2, 1, "people")),
        ((0, 0, "people"), (2**32, 0, "people")),
    ],
)
def test_generators_are_independent(one: tuple[int, int, str], other: tuple[int, int, str]) -> None:
    draws = [Streams(seed, replication).generator(name).random(100_000) for seed, replication, name in (one, other)]
    for column in draws:
        assert stats.kstest(column, "uniform").pvalue > ALPHA
    independent(*draws)


def test_many_seeds_and_replications_give_as_many_beginnings() -> None:
    first = {
        Streams(seed, replication).generator("people").random() for seed in range(100) for replication in range(30)
    }
    keyed = {Streams(seed, replication).one("match", 0) for seed in range(100) for replication in range(30)}
    assert len(first) == 3000  # 53 bits: a chance meeting has odds of 5e-10
    assert len(keyed) >= 2998  # 32 bits: one meeting in 1,000 seeds, three in 10 million


def test_seed_zero_is_a_seed() -> None:
    assert Streams(0, 0).generator("people").random() == Streams(0, 0).generator("people").random()
    assert Streams(0, 0).one("match", 1) != Streams(1, 0).one("match", 1)
