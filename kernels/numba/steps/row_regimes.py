"""Regimes that tilt which row of the past a step takes. Twin in cuda/.

What a path carries of them is the number of its regime, a small whole number in the precision of the run. Words of 32
bits are compared with whole numbers, so that each precision takes the same row.
"""

import numpy as np
from numba import njit

from kernels.law_layout import ALIAS_BITS, Law, ModelArrays
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.types import U32, Array, u64


@njit(**PART)
def start_regimes(law: Law, regimes: Array) -> None:
    """Set the number from which the first step's regime is drawn: regimes (STRIDE,), out."""
    for i in range(BLOCK):
        regimes[i] = law.n_row_regimes + 1 if law.n_row_regimes > 0 else 0


@njit(**PART)
def next_regimes(model: ModelArrays, law: Law, words: U32, regimes: Array) -> None:
    """Draw the regime of this step, as many edges as the second word reaches: regimes (STRIDE,), in and out.

    words  (4 * STRIDE,)  of lane RESIDUAL_ROW
    """
    n, edges = law.n_row_regimes, model.regime_edges[law.first_edge :]
    for i in range(BLOCK):
        before, word, regime = np.int64(regimes[i]) * n, np.int64(words[STRIDE + i]), 0
        for k in range(n):
            regime += word >= edges[before + k]
        regimes[i] = regime


@njit(**INLINE)
def tilted_row(model: ModelArrays, law: Law, regime: int, word: u64) -> u64:
    """Return the row that a path takes: the high half of word times their number, or the one that stands in for it."""
    n_rows = u64(law.last_row - law.first_row)
    product = word * n_rows
    row = product >> u64(32)
    alias = u64(model.row_aliases[law.first_alias + regime * np.int64(n_rows) + np.int64(row)])
    other = alias & u64((1 << ALIAS_BITS) - 1)
    return u64(law.first_row) + (row if (product & u64(0xFFFFFFFF)) < (alias >> u64(ALIAS_BITS)) else other)
