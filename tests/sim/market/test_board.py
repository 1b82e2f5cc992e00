"""The board: who is in once, which posting a seeker finds, and every arrival handed out exactly once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from sim.market.board import GUIDE, Board, interest


def board_with(*fields: int, people: int = 50, kinds: int = 4, days: int = 10) -> tuple[Board, list[int]]:
    board = Board(people, kinds, days)
    return board, [board.open(100 + i, field, 7) for i, field in enumerate(fields)]


# ---- interest ------------------------------------------------------------------------------------------------------


@given(st.floats(0.001, 400), st.floats(0.01, 300))
def test_interest_is_the_integral_over_the_day(age: float, freshness: float) -> None:
    start = max(age - 1, 0)
    bend = [start + freshness] if freshness < age - start else None
    value, _ = integrate.quad(lambda a: 1 / (1 + a / freshness), start, age, points=bend)
    assert freshness * interest(np.array([age]), freshness)[0] == pytest.approx(value, rel=1e-6)


@given(st.floats(1, 300), st.floats(0, 300), st.floats(0.01, 300))
def test_interest_flags_with_age(age: float, later: float, freshness: float) -> None:
    first, second = interest(np.array([age, age + later]), freshness)
    assert second <= first


# ---- claims --------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 49)), unique=True, max_size=30), max_size=8))
def test_nobody_enters_an_opening_twice(batches) -> None:
    board, slots = board_with(0, 0, 1)
    inside = set()
    for batch in batches:
        new = board.claim(np.array([slots[s] for s, _ in batch], np.int64), np.array([p for _, p in batch], np.int64))
        assert new.tolist() == [pair not in inside for pair in batch]
        inside |= set(batch)


def test_a_slot_used_again_remembers_nobody() -> None:
    board, (slot,) = board_with(0)
    board.claim(np.array([slot]), np.array([5]))
    board.record(1, 0, np.array([slot, slot]))
    board.post(slot, 0.0)
    board.close(slot)
    assert not (board.guide(5.0, 1.0, 0.5) >= 0).any(), "a closed opening is found by nobody"
    again = board.open(101, 2, 8)
    assert again == slot
    assert board.arrivals(np.array([again]))[0].tolist() == []
    assert board.claim(np.array([again]), np.array([5])).tolist() == [True]
    assert (board.opening[again], board.field[again], board.employer[again]) == (101, 2, 8)
    assert not (board.guide(5.0, 1.0, 0.5) >= 0).any(), "what is open is not yet posted"


def test_more_slots_than_there_was_room_for_keep_what_was_there() -> None:
    board, slots = board_with(*[i % 4 for i in range(60)])
    board.claim(np.array(slots), np.full(60, 3))
    board.post(slots[10], 2.0)
    board.record(2, 0, np.repeat(slots, 2))
    more = [board.open(200 + i, 1, 9) for i in range(200)]
    assert len({*slots, *more}) == 260, "no slot is given out twice"
    assert not board.claim(np.array(slots), np.full(60, 3)).any()
    assert board.claim(np.array(more), np.full(200, 3)).all()
    assert board.opening[slots].tolist() == list(range(100, 160))
    assert board.posted[slots[10]] == 2.0
    assert board.arrivals(np.array([slots[7]]))[0].tolist() == [14, 15]


# ---- the guide -----------------------------------------------------------------------------------------------------


def shares(board: Board, now: float, freshness: float, jitter: float, field: int) -> dict[int, float]:
    cells = board.guide(now, freshness, jitter)[field]
    return {int(slot): float((cells == slot).mean()) for slot in np.unique(cells)}


POSTINGS = st.lists(st.tuples(st.integers(0, 3), st.floats(0, 60)), min_size=1, max_size=15)


@given(POSTINGS, st.floats(0.02, 30), st.floats(0, 0.999))
def test_postings_are_found_in_proportion_to_interest(postings, freshness: float, jitter: float) -> None:
    board, slots = board_with(*[field for field, _ in postings])
    for slot, (_, posted) in zip(slots, postings, strict=True):
        board.post(slot, posted)
    now = 60.5
    for field in range(4):
        mine = [(slot, posted) for slot, (f, posted) in zip(slots, postings, strict=True) if f == field]
        found = shares(board, now, freshness, jitter, field)
        if not mine:
            assert found == {-1: 1.0}
            continue
        weight = interest(now - np.array([posted for _, posted in mine]), freshness)
        for (slot, _), share in zip(mine, weight / weight.sum(), strict=True):
            # Both edges of a posting's cells are rounded, each by less than one cell.
            assert abs(found.get(slot, 0.0) - share) <= 1 / GUIDE + 1e-9
        assert set(found) <= {slot for slot, _ in mine}


def test_rounding_favours_no_posting() -> None:
    # Over evenly spread jitter a posting's mean share is its exact share, to the step of the jitter.
    board, slots = board_with(*[2] * 9)
    for i, slot in enumerate(slots):
        board.post(slot, 3.0 * i)
    steps = 400
    mean = np.zeros(9)
    for jitter in (np.arange(steps) + 0.5) / steps:
        found = shares(board, 40.0, 2.0, float(jitter), 2)
        mean += [found.get(slot, 0.0) / steps for slot in slots]
    weight = interest(40.0 - 3.0 * np.arange(9), 2.0)
    assert np.abs(mean - weight / weight.sum()).max() <= 2 / GUIDE / steps


def test_what_is_posted_now_is_found_from_tomorrow() -> None:
    board, (slot,) = board_with(1)
    board.post(slot, 5.0)
    assert not (board.guide(5.0, 1.0, 0.5) >= 0).any()
    assert (board.guide(6.0, 1.0, 0.5)[1] == slot).all()


# ---- arrivals ------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.integers(0, 4), max_size=12), min_size=1, max_size=10), st.permutations(range(5)))
def test_arrivals_give_every_row_once_to_its_opening(days, order) -> None:
    board, slots = board_with(0, 0, 1, 2, 3)
    owner: list[int] = []
    for day, arrivals in enumerate(days):
        first = len(owner)
        owner += sorted(slots[i] for i in arrivals)
        board.record(day, first, np.array(owner[first:], np.int64))
    asked = np.array([slots[i] for i in order])
    rows, group = board.arrivals(asked)
    assert sorted(rows.tolist()) == list(range(len(owner)))
    assert all(asked[g] == owner[row] for row, g in zip(rows.tolist(), group.tolist(), strict=True))
    assert board.arrivals(asked[:0])[0].tolist() == []


def test_a_ring_of_days_forgets_only_the_oldest() -> None:
    board, (slot,) = board_with(0, days=3)
    for day in range(5):
        board.record(day, 10 * day, np.array([slot]))
    assert sorted(board.arrivals(np.array([slot]))[0].tolist()) == [20, 30, 40]


# ---- a cohort's claims ---------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6), st.booleans()), max_size=25)
        ),
        max_size=10,
    )
)
def test_a_cohort_claims_as_its_pairs_would_one_by_one(days) -> None:
    # People of one weekday at a time, pairs sorted and perhaps repeated, some of them not to be entered at all.
    board, slots = board_with(0, 0, 1)
    inside: set[tuple[int, int]] = set()
    for weekday, batch in days:
        rows = sorted(((slots[s], weekday + 7 * p, fine) for s, p, fine in batch), key=lambda row: row[:2])
        # The same pair is at home or not, however often it stands there.
        rows = [(s, p, next(fine for a, b, fine in rows if (a, b) == (s, p))) for s, p, _ in rows]
        expected = []
        for i, (s, p, fine) in enumerate(rows):
            if fine and (s, p) not in inside:
                expected.append(i)
                inside.add((s, p))
        slot, person, among = (
            np.array(column, dtype)
            for column, dtype in zip(
                zip(*rows, strict=True) if rows else ([], [], []), (np.int32, np.int32, bool), strict=True
            )
        )
        assert board.claim_cohort(slot, person, among).tolist() == expected
    everybody = [(s, p) for s in slots for p in range(49)]
    left = board.claim(np.array([s for s, _ in everybody]), np.array([p for _, p in everybody]))
    assert [pair for pair, new in zip(everybody, left.tolist(), strict=True) if not new] == sorted(inside)
