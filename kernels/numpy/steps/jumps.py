"""Jumps of all factors, and interventions in USD/JPY. Twins in numba/ and cuda/."""

import numpy as np

from kernels.lanes import INTERVENTION_SIZE, JUMP_ARRIVALS, JUMP_SIZES
from kernels.law_layout import Law, ModelArrays
from kernels.numpy.draws.normal import box_muller_f64
from kernels.numpy.draws.parameters import uniform_of_word
from kernels.numpy.draws.philox import draw_words
from kernels.numpy.steps.rows import Carried
from kernels.types import F64, U64, Array


def two_normals(seed: int, path_ids: U64, step: int, lane: int) -> tuple[F64, F64]:
    """Return both standard normals of a lane, by its counter: (n_ids,) each."""
    return box_muller_f64(*draw_words(seed, path_ids, step, lane))


def add_jumps(
    model: ModelArrays, law: Law, seed: int, path_ids: U64, step: int, carried: Carried, state: Array
) -> None:
    """Add this step's jumps of every kind: n mean + sqrt(n) loadings @ xi; state (n_factors, n_ids), in and out."""
    for j in range(int(law.first_jump), int(law.last_jump)):
        if model.jump_step[j] not in (-1, step):
            continue
        kind = j - int(law.first_jump)
        u = uniform_of_word(draw_words(seed, path_ids, step, JUMP_ARRIVALS + kind // 4)[kind % 4])
        n = (u[:, None] < model.jump_tails[j][carried.regime]).sum(axis=1)
        lanes = (JUMP_SIZES + 2 * kind, JUMP_SIZES + 2 * kind + 1)
        xi = np.vstack([two_normals(seed, path_ids, step, lane) for lane in lanes])  # (4, n_ids)
        state += n * model.jump_mean[j][:, None] + np.sqrt(n) * (model.jump_loadings[j] @ xi)


def intervene(law: Law, seed: int, path_ids: U64, step: int, word: U64, move: F64, state: Array) -> F64:
    """Lean against the 5-day move, and return the Treasuries sold for it: (n_ids,) [USD bn]."""
    side = np.where(move < 0.0, law.rise_logit, law.fall_logit)
    arrives = uniform_of_word(word) < 1.0 / (1.0 + np.exp(-(side + law.logit_per_move * np.abs(move))))
    z = two_normals(seed, path_ids, step, INTERVENTION_SIZE)[0]
    size = np.where(arrives, np.exp(law.log_size + law.size_sd * z), 0.0)
    toward = np.where(move < 0.0, 1.0, -1.0)
    state[law.fx] += toward * law.fx_per_tn * size
    return np.asarray(-toward * law.ust_per_tn * size)
