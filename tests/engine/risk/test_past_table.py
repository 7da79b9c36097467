"""The table's error: rows in blocks of ten, and a jackknife against a mean whose answer is known."""

import math

import numpy as np
import pytest

from engine.risk.past_table import jackknife_se, jackknife_ses, loss_per_rank, resampled_counts
from tests.engine.risk.drawn_rows import even_draws, tilted_draws


def test_rows_are_resampled_in_whole_blocks_of_ten():
    counts = resampled_counts(1000, 10)
    assert counts.shape == (500, 1000)
    blocks = counts.reshape(500, 100, 10)
    assert (blocks == blocks[:, :, :1]).all()
    assert counts.sum(axis=1).tolist() == [1000.0] * 500
    odd = resampled_counts(37, 10)  # the last block takes the rest
    assert odd.sum(axis=1) == pytest.approx(37.0, rel=1e-12)


def test_a_mean_of_sums_of_rows_has_the_error_of_the_mean_of_the_table():
    """Paths that add up ten rows: their mean is ten times that of the table, whose blocks are independent."""
    draws, n = even_draws(1000, seed=5, n_steps=10), 2**17
    of_block = np.random.default_rng(6).standard_normal(100)  # one figure for all rows of a block
    drawn = draws.drawn_by(np.arange(n, dtype=np.uint64))
    adds = of_block[drawn.blocks].sum(axis=0)
    wanted = 10.0 * of_block.std() / math.sqrt(100)
    # 131,072 paths tell each of 100 slopes to one part in sqrt(131,072 x 10 / 100) = 115; the sum of squares to 1 %
    assert jackknife_se(adds - adds.mean(), drawn, n) == pytest.approx(wanted, rel=0.03)


def test_regimes_that_draw_some_rows_more_often_are_allowed_for():
    """What a regime expects of a block is taken off its visits: a figure of the regime alone comes from no row."""
    draws, n = tilted_draws(1000, seed=5, n_steps=4), 2**17
    drawn = draws.drawn_by(np.arange(n, dtype=np.uint64))
    for regime in np.unique(drawn.regimes):
        found = np.bincount(drawn.blocks[drawn.regimes == regime], minlength=100) / (drawn.regimes == regime).sum()
        # of n visits a block's share is off by sqrt(share / n): five of these
        assert np.abs(found - drawn.shares[regime]).max() < 5.0 * math.sqrt(0.05 / (drawn.regimes == regime).sum())
    adds = (drawn.regimes == 2).sum(axis=0).astype(float)
    by_row = np.random.default_rng(6).standard_normal(100)[drawn.blocks].sum(axis=0)
    assert jackknife_se(adds - adds.mean(), drawn, n) < 0.1 * jackknife_se(by_row - by_row.mean(), drawn, n)


def test_an_error_that_the_paths_noise_hides_is_given_as_what_they_can_tell():
    draws, n = even_draws(1000, seed=5, n_steps=1), 2**14
    adds = np.random.default_rng(7).standard_normal(n)  # nothing of it comes from the table
    found = jackknife_se(adds, draws.drawn_by(np.arange(n, dtype=np.uint64)), n)
    noise = 1.0 / math.sqrt(n)  # of the mean
    assert noise * (2.0 / 100.0) ** 0.25 * 0.99 < found < noise


def test_a_loss_per_rank_is_the_inverse_of_the_density():
    losses = np.arange(1000.0, 0.0, -1.0) / 1000.0  # uniform on (0, 1]: density 1
    var, per_rank = loss_per_rank(losses, 10.0)
    assert var == 0.99
    assert 1000.0 * per_rank == pytest.approx(1.0, rel=1e-12)


def test_errors_of_many_means_are_those_of_each():
    draws, n = tilted_draws(300, seed=3, n_steps=3), 2**12
    drawn, adds = draws.drawn_by(np.arange(n, dtype=np.uint64)), np.random.default_rng(8).standard_normal((4, n))
    wanted = [jackknife_se(each, drawn, n) for each in adds]
    assert jackknife_ses(adds, drawn, n) == pytest.approx(wanted, rel=1e-9)  # sums of 4096 in another order
