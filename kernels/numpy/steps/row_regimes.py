"""Regimes that tilt which row of the past a step takes. Twins in numba/ and cuda/.

A path is in one of n_row_regimes regimes, or in none, number 0: it has forgotten the evening, and takes rows as a law
without regimes does. Words of 32 bits are compared with whole numbers, so that each precision takes the same row.
"""

import numpy as np

from kernels.law_layout import ALIAS_BITS, Law, ModelArrays
from kernels.numpy.draws.philox import MASK
from kernels.types import U64


def start_regimes(law: Law, n_ids: int) -> U64:
    """Return the number from which the first step's regime is drawn, (n_ids,): 0 of a law without regimes."""
    return np.full(n_ids, law.n_row_regimes + 1 if law.n_row_regimes else 0, np.uint64)


def next_regimes(model: ModelArrays, law: Law, regimes: U64, word: U64) -> U64:
    """Return the regime of this step, (n_ids,): as many edges as the word reaches, by the regime before."""
    n = int(law.n_row_regimes)
    edges = model.regime_edges[law.first_edge : law.first_edge + (n + 2) * n].reshape(n + 2, n)
    return np.asarray((word.astype(np.int64)[:, None] >= edges[regimes]).sum(axis=1), np.uint64)


def tilted_row(model: ModelArrays, law: Law, regimes: U64, word: U64) -> U64:
    """Return the row that each path takes, (n_ids,), by the alias method.

    The high half of word times the rows is one of them, as without regimes. The low half tells it from the row that
    stands in for it: where a regime weighs all rows alike each stands in for itself. Walker (1977), "An efficient
    method for generating discrete random variables with general distributions", ACM Trans. Math. Softw. 3(3).
    """
    n = np.uint64(law.last_row - law.first_row)
    product = word.astype(np.uint64) * n
    row = product >> np.uint64(32)
    alias = model.row_aliases[np.uint64(law.first_alias) + regimes * n + row].astype(np.uint64)
    other = alias & np.uint64((1 << ALIAS_BITS) - 1)
    return np.asarray(np.uint64(law.first_row) + np.where(product & MASK < alias >> np.uint64(ALIAS_BITS), row, other))
