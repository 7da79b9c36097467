"""The error of a law's table of past days: how much a figure would change had the past been another sample of them.

Days are resampled in blocks of ten dates: as they stand where every move of the law is valued, and by the
infinitesimal jackknife, which takes one block at a time for slightly more likely, where paths draw from the table.
"""

import math
from dataclasses import dataclass

import numpy as np

from kernels.lanes import RESIDUAL_ROW
from kernels.law_layout import ModelArrays
from kernels.numpy.draws.philox import draw_words
from kernels.numpy.steps.filtered import picked_row
from kernels.numpy.steps.row_regimes import next_regimes, start_regimes, tilted_row
from kernels.types import F64, I64, U64

BLOCK_DATES = 10  # consecutive joint dates that are resampled together: what the filter missed comes in runs
N_RESAMPLES = 500
WIDTH = 0.25  # of the tail's mass: ranks on either side of VaR whose losses tell the density there


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableDraws:
    """By what the paths of a filtered law draw from its table."""

    model: ModelArrays
    law: int  # its number
    row_shares: F64  # (n_regimes + 1, n_rows) of each row in the draws of each regime, 0 first
    seed: int
    n_steps: int

    @property
    def shares(self) -> F64:
        """Return the share of each block of rows in the draws of each regime: (n_regimes + 1, n_blocks)."""
        blocks = blocks_of_rows(self.row_shares.shape[1])
        return np.stack([np.bincount(blocks, each) for each in self.row_shares])

    def drawn_by(self, paths: U64) -> "DrawnBlocks":
        """Return what each path draws in each step."""
        law, blocks = self.model.laws[self.law], blocks_of_rows(self.row_shares.shape[1])
        regime, found = start_regimes(law, paths.size), []
        for step in range(self.n_steps):
            words = draw_words(self.seed, paths, step, RESIDUAL_ROW)
            row = picked_row(law, paths, step, words[0])
            if law.n_row_regimes:
                regime = next_regimes(self.model, law, regime, words[1])
                row = tilted_row(self.model, law, regime, words[0])
            found.append((blocks[row.astype(np.int64) - law.first_row], regime.astype(np.int64)))
        of_block, of_regime = zip(*found, strict=True)
        return DrawnBlocks(blocks=np.stack(of_block), regimes=np.stack(of_regime), shares=self.shares)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnBlocks:
    """What some paths draw from a law's table."""

    blocks: I64  # (n_steps, n) block of rows that a path draws from
    regimes: I64  # (n_steps, n) regime by which it draws; 0: all rows alike
    shares: F64  # (n_regimes + 1, n_blocks) of each block in the draws of each regime


def jackknife_se(adds: F64, drawn: DrawnBlocks, n_paths: int) -> float:
    """Return the table's error of a mean over `n_paths` paths, of which all but a few add nothing.

    The derivative of the mean by the weight of a block of rows is the covariance, over paths, of how often a path draws
    from the block and of what it adds; the error is the root of the sum of their squares, less what the paths' own
    noise adds to it. An error that this noise hides is given as what so many paths can tell of it: never 0. Efron
    (2014), "Estimation and accuracy after model selection", J. Amer. Statist. Assoc. 109, for the covariance form.

    Parameters
    ----------
    adds : (n,) float64
        What each of n of the paths adds, in the unit of the mean; the others add 0.
    drawn : by these
    n_paths : of the mean
    """
    n_regimes, n_blocks = drawn.shares.shape
    each = np.tile(adds, len(drawn.blocks))
    visits = np.bincount(drawn.blocks.ravel(), each, n_blocks)
    expected = np.bincount(drawn.regimes.ravel(), each, n_regimes) @ drawn.shares
    slopes = (visits - expected) / n_paths
    own = 1.0 - (drawn.shares * drawn.shares).sum(axis=1)
    noise = float((own[drawn.regimes] * (adds * adds)).sum()) / n_paths / n_paths
    return math.sqrt(max(float(slopes @ slopes) - noise, noise * math.sqrt(2.0 / n_blocks)))


def jackknife_ses(adds: F64, drawn: DrawnBlocks, n_paths: int) -> F64:
    """Return the table's errors of many means at once, each as `jackknife_se` has it: adds (n_means, n), (n_means,)."""
    n_blocks, n = drawn.shares.shape[1], adds.shape[1]
    own, visits, of_path = 1.0 - (drawn.shares * drawn.shares).sum(axis=1), np.zeros((n, n_blocks)), np.arange(n)
    for blocks, regimes in zip(drawn.blocks, drawn.regimes, strict=True):
        visits[of_path, blocks] += 1.0
        visits -= drawn.shares[regimes]
    slopes = adds @ visits / n_paths
    noise = (adds * adds) @ own[drawn.regimes].sum(axis=0) / n_paths / n_paths
    variances: F64 = np.maximum((slopes * slopes).sum(axis=1) - noise, noise * math.sqrt(2.0 / n_blocks))
    return np.sqrt(variances)


def loss_per_rank(losses: F64, mass: float) -> tuple[float, float]:
    """Return VaR, and by how much a loss there changes as the paths beyond it become one more in n, times n.

    losses   (n_kept,) [currency] descending, the worst of a sample
    mass     of the tail, in paths
    """
    at, reach = math.floor(mass), max(math.ceil(WIDTH * mass), 1)
    high, low = losses[max(at - reach, 0)], losses[min(at + reach, losses.size - 1)]
    return float(losses[at]), float(high - low) / (2.0 * reach)


def blocks_of_rows(n_table: int, block: int = BLOCK_DATES) -> I64:
    """Return the block of each row, the last one full: (n_table,)."""
    return np.minimum(np.arange(n_table) // block, max(n_table // block, 1) - 1)


def resampled_counts(n_table: int, block: int) -> F64:
    """Return how often each row is in the table when its blocks are drawn anew: (N_RESAMPLES, n_table)."""
    blocks = blocks_of_rows(n_table, block)
    n_blocks = int(blocks[-1]) + 1
    words = draw_words(0, np.arange(N_RESAMPLES * n_blocks, dtype=np.uint64), 0, RESIDUAL_ROW)[0]
    picked = (words * np.uint64(n_blocks) >> np.uint64(32)).astype(np.int64).reshape(N_RESAMPLES, n_blocks)
    counts = np.stack([np.bincount(each, minlength=n_blocks) for each in picked])[:, blocks].astype(np.float64)
    return np.asarray(counts * (n_table / counts.sum(axis=1, keepdims=True)))
