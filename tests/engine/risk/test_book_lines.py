"""Lines through books' losses: by hand, and where there is none."""

import math

import numpy as np
import pytest

from engine.risk.book_lines import LEAST_PATHS, BookTail, book_lines, with_total_se

TOTAL = np.arange(40.0, 0.0, -1.0)  # losses, descending


def test_a_book_that_follows_the_total_is_read_off_its_line_without_error():
    found = book_lines(np.stack([TOTAL, 0.25 * TOTAL + 3.0]), 100.0)  # far from the paths: 28 on the line
    assert found.values == pytest.approx([28.0])
    assert found.slopes == pytest.approx([0.25])
    assert found.variances == pytest.approx([0.0], abs=1e-20)


def test_the_variance_is_that_of_a_regressions_prediction():
    noise = np.tile([1.0, -1.0, -1.0, 1.0], 10)  # of mean 0, and uncorrelated with a straight line
    found = book_lines(np.stack([TOTAL, noise]), 30.5)
    spread = ((TOTAL - 20.5) ** 2).sum()
    assert found.slopes == pytest.approx([0.0], abs=1e-15)
    # residuals' variance 40 / 38, at a distance of 10 from the mean of 40 paths
    assert found.variances == pytest.approx([40.0 / 38.0 * (1.0 / 40.0 + 100.0 / spread)], rel=1e-12)


def test_too_few_paths_or_one_loss_only_give_no_line_elsewhere():
    few, same = np.zeros((2, LEAST_PATHS - 1)), np.full((2, LEAST_PATHS), 5.0)
    assert book_lines(few, 0.0) is None
    assert book_lines(same, 6.0) is None
    assert book_lines(same, 5.0).values == pytest.approx([5.0])


def test_the_totals_error_is_carried_by_the_slope_and_an_open_one_leaves_none_bounded():
    own, slopes = np.array([3.0, 5.0]), np.array([2.0, 0.0])
    assert with_total_se(own, slopes, 2.0) == pytest.approx([5.0, 5.0])  # hypot(3, 4), and the own error alone
    assert np.isinf(with_total_se(own, slopes, math.inf)).all()


def test_paths_at_the_loss_itself_are_counted_apart():
    losses = np.array([[5.0, 4.0, 4.0, 2.0]])
    tail = BookTail(losses=losses, n_paths=4, n_run_paths=4, confidence=0.5, total={})
    assert tail.paths_losing(4.0) == (1, 3)
