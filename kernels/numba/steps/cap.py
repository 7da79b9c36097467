"""A yield that a central bank holds under a cap: purchases that grow as it nears, and their end. Twin in cuda/.

Both answer to the close before a step. Where the yield is l into the band below the cap, a step's purchases pull it by
cap_pull (l / band)^2, and beyond the cap by the whole of what is beyond more. At the end what they held back comes.
"""

import numpy as np
from numba import njit

from kernels.law_layout import Law, ModelArrays
from kernels.numba.draws.parameters import uniform_of_word
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.numba.steps.rows import CAP_ENDED, IMPACT, JGBS_BOUGHT, PULL, RELEASED
from kernels.types import F64, U32, Array, u64


@njit(**INLINE)
def pull_at(law: Law, shown: float) -> float:
    """Return by how much a step's purchases pull a yield whose deviation markets show as `shown`."""
    inside = shown - law.cap_begin
    share = inside / law.cap_band
    share = share if share > 0.0 else 0.0
    share = 1.0 if share > 1.0 else share
    beyond = inside - law.cap_band
    beyond = beyond if beyond > 0.0 else 0.0
    return fma(law.cap_pull * share, share, beyond)


@njit(**PART)
def end_cap(model: ModelArrays, d: int, may_end: float, words: U32, rows: F64, state: Array) -> None:
    """End the cap on the paths that the fourth word of lane EVENTS says: what was held back comes at once.

    may_end is 1 in a step in which it may. words (4 * STRIDE,), rows (n_rows * STRIDE,) of the unwind and state
    (n_factors * STRIDE,), in and out.
    """
    law, n_ends = model.laws[d], 0
    least, per_tn, per_pull = law.end_least, law.end_per_tn, law.pull_per_tn
    for i in range(BLOCK):
        bought = rows[JGBS_BOUGHT + i]
        likely = may_end * fma(per_tn, bought, least)
        ends = rows[CAP_ENDED + i] == 0.0 and uniform_of_word(words[3 * STRIDE + i]) < likely
        rows[RELEASED + i] = per_pull * bought if ends else 0.0
        rows[CAP_ENDED + i] = 1.0 if ends else rows[CAP_ENDED + i]
        n_ends += ends
    if n_ends == 0:
        return
    for f in range(model.decay.shape[1]):
        per_held = model.cap_release[d, f]
        if per_held != 0.0:
            for i in range(BLOCK):
                x = np.float64(state[f * STRIDE + i])
                state[f * STRIDE + i] = x if rows[RELEASED + i] == 0.0 else fma(per_held, rows[RELEASED + i], x)


@njit(**PART)
def hold_cap(model: ModelArrays, d: int, step: u64, words: U32, rows: F64, state: Array) -> None:
    """Let the cap end on some paths of a block, and buy on those where it stands.

    words (4 * STRIDE,) of lane EVENTS; rows of the unwind and state (n_factors * STRIDE,) at the close before the step,
    without impact, in and out.
    """
    law, at = model.laws[d], model.laws[d].capped * STRIDE
    on_capped, per_tn = model.impact[d, law.capped], law.pull_per_tn
    for i in range(BLOCK):
        shown = fma(on_capped, rows[IMPACT + i], np.float64(state[at + i]))
        rows[PULL + i] = pull_at(law, shown)
    may_end = model.may_end[d, step]
    if may_end != 0.0:
        end_cap(model, d, may_end, words, rows, state)
    highest = 0.0
    for i in range(BLOCK):
        pull = 0.0 if rows[CAP_ENDED + i] != 0.0 else rows[PULL + i]
        rows[PULL + i] = pull
        highest = pull if pull > highest else highest
    if highest == 0.0:
        return
    for i in range(BLOCK):
        rows[JGBS_BOUGHT + i] = rows[JGBS_BOUGHT + i] + rows[PULL + i] / per_tn
    for f in range(model.decay.shape[1]):
        per_pull = 0.0 - model.cap_shape[d, f]
        if per_pull != 0.0:
            for i in range(BLOCK):
                x = np.float64(state[f * STRIDE + i])
                state[f * STRIDE + i] = x if rows[PULL + i] == 0.0 else fma(per_pull, rows[PULL + i], x)
