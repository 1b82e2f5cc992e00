"""Columns that grow and rows that wait: nothing is lost, moved or made up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.market.columns import Columns, Pending

SPEC = {"person": (np.int32, -1), "time": (np.float32, np.nan)}


@given(st.lists(st.integers(0, 60), max_size=20), st.integers(0, 100))
def test_columns_are_what_was_added(counts: list[int], capacity: int) -> None:
    columns, rows = Columns(SPEC, capacity), []
    for number, count in enumerate(counts):
        assert columns.add(count, person=np.arange(count) + 1000 * number) == len(rows)
        rows += [i + 1000 * number for i in range(count)]
    assert len(columns) == len(rows)
    assert columns["person"].tolist() == rows
    assert columns["person"].dtype == np.int32
    assert np.isnan(columns["time"]).all(), "what nobody wrote stays empty, also in room made later"


def test_a_single_value_fills_all_new_rows() -> None:
    columns = Columns(SPEC)
    columns.add(2, person=7, time=1.5)
    assert columns["person"].tolist() == [7, 7]
    assert columns["time"].tolist() == [1.5, 1.5]


def test_writing_into_a_column_writes_into_the_table_and_outlives_growth() -> None:
    columns = Columns(SPEC, 16)
    columns.add(3, person=[1, 2, 3])
    columns["time"][1] = 9.0
    columns.add(100, person=0)
    assert columns["time"][1] == 9.0
    assert columns["person"][:3].tolist() == [1, 2, 3]


def test_unknown_columns_and_wrong_lengths_are_refused() -> None:
    columns = Columns(SPEC)
    with pytest.raises(KeyError):
        columns.add(1, persn=1)
    with pytest.raises(ValueError, match="broadcast"):
        columns.add(3, person=[1, 2])


def naive(waiting: list[tuple[float, int]], now: float) -> tuple[list[int], list[tuple[float, int]]]:
    ready = sorted((row for row in waiting if row[0] <= now), key=lambda row: row[0])
    return [case for _, case in ready], [row for row in waiting if row[0] > now]


@given(st.lists(st.one_of(st.lists(st.floats(0, 20), max_size=5), st.floats(0, 25)), max_size=20))
def test_pending_rows_come_once_on_their_day_in_their_order(steps) -> None:
    # A list adds rows due on these days, a number asks for what is due by then.
    pending, waiting, case = Pending(), [], 0
    for step in [*steps, 1e9]:
        if isinstance(step, list):
            cases = list(range(case, case + len(step)))
            pending.add(np.array(step, float), case=np.array(cases, np.int64))
            waiting += list(zip(step, cases, strict=True))
            case += len(step)
            continue
        expected, waiting = naive(waiting, step)
        popped = pending.pop(step)
        if not expected:
            assert popped is None
        else:
            assert popped is not None
            assert popped["case"].tolist() == expected
            assert (np.diff(popped["due"]) >= 0).all()
            assert (popped["due"] <= step).all()
    assert not waiting


def test_rows_due_at_the_same_moment_keep_the_order_they_came_in() -> None:
    pending = Pending()
    pending.add(np.array([2.0, 1.0, 2.0]), case=np.array([0, 1, 2]))
    pending.add(np.array([1.0, 2.0]), case=np.array([3, 4]))
    popped = pending.pop(2.0)
    assert popped is not None
    assert popped["case"].tolist() == [1, 3, 0, 2, 4]
