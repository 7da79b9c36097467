"""The error of a law's table of past days: how much a figure would change had the past been another sample of them.

Days are resampled in blocks of ten dates: as they stand where every move of the law is valued, and by the
infinitesimal jackknife, which takes one block at a time for slightly more likely, where paths draw from the table.
"""

import math
from dataclasses import dataclass

import numpy as np

from kernels.lanes import RESIDUAL_ROW
from kernels.numpy.draws.philox import draw_words
from kernels.types import F64, I64, U64

BLOCK_DATES = 10  # consecutive joint dates that are resampled together: what the filter missed comes in runs
N_RESAMPLES = 500
WIDTH = 0.25  # of the tail's mass: ranks on either side of VaR whose losses tell the density there


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDraws:
    """By what the paths of a filtered law draw from its table."""

    n_table: int  # rows
    seed: int
    n_steps: int

    def blocks_of(self, paths: U64) -> I64:
        """Return the block of rows that each path draws from in each step: (n_steps, n_paths)."""
        blocks, n = blocks_of_rows(self.n_table), np.uint64(self.n_table)
        words = [draw_words(self.seed, paths, step, RESIDUAL_ROW)[0] for step in range(self.n_steps)]
        return np.stack([blocks[(word * n >> np.uint64(32)).astype(np.int64)] for word in words])


def jackknife_se(adds: F64, blocks: I64, draws: TableDraws, n_paths: int) -> float:
    """Return the table's error of a mean over `n_paths` paths, of which all but a few add nothing.

    The derivative of the mean by the weight of a block of rows is the covariance, over paths, of how often a path draws
    from the block and of what it adds; the error is the root of the sum of their squares, less what the paths' own
    noise adds to it. An error that this noise hides is given as what so many paths can tell of it: never 0. Efron
    (2014), "Estimation and accuracy after model selection", J. Amer. Statist. Assoc. 109, for the covariance form.

    Parameters
    ----------
    adds : (n,) float64
        What each of n of the paths adds, in the unit of the mean; the others add 0.
    blocks : (n_steps, n) int64
        The block of rows that each of these draws from in each step.
    draws : of all paths
    n_paths : of the mean
    """
    shares = np.bincount(blocks_of_rows(draws.n_table)) / draws.n_table
    visits = np.bincount(blocks.ravel(), np.tile(adds, len(blocks)), shares.size)
    slopes = (visits - draws.n_steps * shares * adds.sum()) / n_paths
    noise = draws.n_steps * (1.0 - float(shares @ shares)) * float(adds @ adds) / n_paths / n_paths
    return math.sqrt(max(float(slopes @ slopes) - noise, noise * math.sqrt(2.0 / shares.size)))


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
