"""Which paths of a sample are kept, and what is refused."""

import numpy as np
import pytest

from engine.errors import InputError
from engine.risk.ordered_tail import SortedTail, worst_of
from engine.risk.ranks import order_statistics_needed


def test_the_worst_paths_are_kept_as_far_as_every_quantile_needs():
    pnl = np.random.default_rng(1).standard_normal(5_000)
    tail = worst_of(pnl, (0.99, 0.95))
    assert tail.n_paths == 5_000
    assert np.array_equal(tail.values, np.sort(pnl)[: order_statistics_needed(0.95, 5_000)])


def test_the_excess_is_of_the_paths_before_an_index():
    # 5 and 2 below the P&L of -1: sums of 7 and of 29
    assert SortedTail(np.array([-6.0, -3.0, -1.0, 4.0]), 4).excess(2) == (7.0, 29.0)


@pytest.mark.parametrize(
    ("pnl", "message"),
    [
        (np.empty(0), "at least one P&L"),
        (np.zeros((2, 2)), "vector"),
        (np.array([1.0, np.nan]), "1 of 2 are not, the first is path 1"),
        (np.array([-np.inf]), "finite"),
    ],
)
def test_pnl_that_is_no_sample_is_refused(pnl, message):
    with pytest.raises(InputError, match=message):
        worst_of(pnl, (0.99,))
