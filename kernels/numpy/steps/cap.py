"""A yield that a central bank holds under a cap: purchases that grow as it nears, and their end.

Both answer to the close before a step. Where the yield is l into the band below the cap, a step's purchases pull it by
cap_pull (l / band)^2, and beyond the cap by the whole of what is beyond more. At the end what they held back comes.
Twins in numba/ and cuda/.
"""

import numpy as np

from kernels.law_layout import Law, ModelArrays
from kernels.numpy.draws.parameters import uniform_of_word
from kernels.numpy.steps.rows import Carried
from kernels.types import F64, U64, Array


def pull_at(law: Law, shown: F64) -> F64:
    """Return by how much a step's purchases pull a yield whose deviation markets show as `shown`: (n_ids,)."""
    inside = shown - law.cap_begin
    share = np.clip(inside / law.cap_band, 0.0, 1.0)
    return np.asarray(law.cap_pull * share**2 + np.maximum(inside - law.cap_band, 0.0))


def hold_cap(model: ModelArrays, d: int, step: int, word: U64, carried: Carried, state: Array) -> None:
    """Let the cap end on the paths that the fourth word of lane EVENTS says, and buy on those where it stands.

    state (n_factors, n_ids) of law d at the close before the step, without impact, and carried, in and out.
    """
    law, bought = model.laws[d], carried.jgbs_bought
    shown = state[law.capped].astype(np.float64) + model.impact[d, law.capped] * carried.impact(law.long_run)
    likely = model.may_end[d, step] * (law.end_least + law.end_per_tn * bought)
    ends = ~carried.cap_ended & (uniform_of_word(word) < likely)
    carried.cap_ended = carried.cap_ended | ends
    pull = np.where(carried.cap_ended, 0.0, pull_at(law, shown))
    held = np.where(ends, law.pull_per_tn * bought, 0.0)
    state += model.cap_release[d][:, None] * held - model.cap_shape[d][:, None] * pull
    carried.jgbs_bought = bought + pull / law.pull_per_tn
