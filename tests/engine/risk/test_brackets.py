import numpy as np
import pytest

from engine.risk.brackets import fix_brackets, row_brackets

NEXT = np.nextafter


def test_a_bracket_runs_between_two_order_statistics():
    pilot = np.arange(100.0)
    assert row_brackets(pilot, [(3, 7), (20, 30)]) == [(3.0, 7.0), (20.0, 30.0)]


def test_a_bracket_without_a_lower_end_begins_at_minus_infinity():
    assert row_brackets(np.arange(100.0), [(-1, 7)]) == [(-np.inf, 7.0)]


@pytest.mark.parametrize("second", [(7, 30), (5, 30), (3, 30)])
def test_brackets_that_overlap_become_one(second):
    assert row_brackets(np.arange(100.0), [(3, 7), second]) == [(3.0, 30.0)]


def test_an_atom_is_cut_out_so_that_its_gap_holds_one_value():
    pilot = np.sort(np.concatenate([np.arange(100.0), np.full(500, 50.5)]))
    below, above = row_brackets(pilot, [(40, 580)])
    assert below == (40.0, NEXT(50.5, -np.inf))
    assert above == (NEXT(50.5, np.inf), 80.0)


def test_a_constant_row_keeps_nothing():
    (low, high), (low2, high2) = row_brackets(np.full(1000, 7.0), [(100, 200)])
    assert low == high == NEXT(7.0, -np.inf)
    assert low2 == high2 == NEXT(7.0, np.inf)


def test_rows_with_fewer_brackets_end_in_empty_ones():
    brackets = fix_brackets([np.arange(100.0), np.zeros(100)], [(3, 7), (20, 30), (50, 60)])
    assert brackets.shape == (2, 3, 2)
    assert np.array_equal(brackets[0], [[3, 7], [20, 30], [50, 60]])
    assert np.array_equal(brackets[1, 2], [np.inf, np.inf])
