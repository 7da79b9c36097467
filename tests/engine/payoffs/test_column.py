"""Columns, and the ranges of rows that they count."""

import numpy as np

from engine.payoffs.column import are_ranges, joined, joined_days, row_ranges, rows_in, words


def test_ranges_name_rows_group_by_group_and_back():
    ranges = row_ranges(np.array([2, 0, 3]))
    assert ranges.tolist() == [[0, 2], [2, 2], [2, 5]]
    rows, owner = rows_in(np.array([[3, 5], [0, 2]]))  # two groups that stand the other way round
    assert rows.tolist() == [3, 4, 0, 1]
    assert owner.tolist() == [0, 0, 1, 1]
    assert row_ranges(np.empty(0, np.int64)).shape == (0, 2)


def test_ranges_that_are_empty_or_end_beyond_the_rows_are_none():
    assert are_ranges(np.array([[0, 1], [1, 3]]), 3)
    assert not are_ranges(np.array([[0, 1], [1, 1]]), 3)
    assert not are_ranges(np.array([[0, 4]]), 3)
    assert not are_ranges(np.array([[-1, 2]]), 3)


def test_columns_of_nothing_keep_their_types():
    assert (words([]).dtype, joined([]).dtype, joined_days([]).dtype) == ("<U3", np.float64, np.int64)
    assert words(["JGB", "XCCY_JPY"]).dtype == "<U8"
