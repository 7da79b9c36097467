"""Jumps of all factors, and interventions in USD/JPY: drawn for the few paths that have one. Twin in cuda/."""

import numpy as np
from numba import njit

from kernels.lanes import INTERVENTION_SIZE, JUMP_SIZES
from kernels.law_layout import Law, ModelArrays
from kernels.numba.draws.normal import box_muller_f64, exp_f64
from kernels.numba.draws.parameters import uniform_of_word
from kernels.numba.draws.philox import HALF, LOW, join, philox
from kernels.numba.intrinsics import fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.numba.steps.rows import LIKELY, MOVE, OFFICIAL, REGIME
from kernels.types import F64, U32, U64, Array, u32, u64

ROOT_2, ROOT_3 = 1.4142135623730951, 1.7320508075688772
CHUNK = 16  # paths that are looked through together for one that something happens to
FARTHEST = 40.0  # logits: beyond, a probability is 0 or 1 to the last bit that counts


@njit(**INLINE)
def two_normals(seed: u64, path: u64, step: u64, lane: u64) -> tuple[float, float]:
    """Return both normals of a lane, for one path."""
    w = philox((path, path >> HALF, step, lane), seed & LOW, seed >> HALF)
    return box_muller_f64(join(w[0], w[1]), join(w[2], w[3]))


@njit(**PART)
def jump_one(
    mean: F64, loadings: F64, n: int, seed: u64, path: u64, step: u64, kind: int, state: Array, i: int
) -> None:
    """Add n jumps of a kind to path i of the block, in the state's units: n mean + sqrt(n) loadings @ xi."""
    root = 1.0 if n == 1 else (ROOT_2 if n == 2 else ROOT_3)
    lane = u64(JUMP_SIZES + 2 * kind)
    first, second = two_normals(seed, path, step, lane)
    third, fourth = two_normals(seed, path, step, lane + u64(1))
    a, b, c, d = root * first, root * second, root * third, root * fourth
    for f in range(mean.size):
        jump = fma(loadings[f, 0], a, np.float64(n) * mean[f])
        jump = fma(loadings[f, 3], d, fma(loadings[f, 2], c, fma(loadings[f, 1], b, jump)))
        state[f * STRIDE + i] = np.float64(state[f * STRIDE + i]) + jump


@njit(**PART)
def add_jumps(
    model: ModelArrays, law: Law, seed: u64, paths: U64, step: u64, words: U32, rows: F64, state: Array
) -> None:
    """Add this step's jumps of every kind; words ((4 + n_kinds) * STRIDE,) from lane EVENTS on."""
    for j in range(law.first_jump, law.last_jump):
        if model.jump_step[j] >= 0 and u64(model.jump_step[j]) != step:
            continue
        kind, tails = j - law.first_jump, model.jump_tails[j]
        arrivals = words[(4 + kind) * STRIDE : (5 + kind) * STRIDE]
        likeliest = 0.0
        for r in range(tails.shape[0]):
            likeliest = max(likeliest, tails[r, 0])
        near = u32(min(likeliest * 4294967296.0 + 1.0, 4294967295.0))  # no word above it has a jump
        n_near = 0
        for i in range(BLOCK):
            n_near += arrivals[i] <= near
        if n_near == 0:
            continue
        for i in range(BLOCK):
            if arrivals[i] <= near:
                u, tail = uniform_of_word(arrivals[i]), tails[int(rows[REGIME + i])]
                n = int(u < tail[0]) + int(u < tail[1]) + int(u < tail[2])
                if n > 0:
                    jump_one(model.jump_mean[j], model.jump_loadings[j], n, seed, paths[i], step, kind, state, i)


@njit(**PART)
def intervene_on(law: Law, seed: u64, path: u64, step: u64, rows: F64, spot: Array, i: int) -> None:
    """Make one intervention on path i of the block: spot (STRIDE,) of ln USD/JPY, rows as in `rows`."""
    z = two_normals(seed, path, step, u64(INTERVENTION_SIZE))[0]
    size = exp_f64(fma(law.size_sd, z, law.log_size))
    toward = 1.0 if rows[MOVE + i] < 0.0 else -1.0
    spot[i] = fma(toward * law.fx_per_tn, size, np.float64(spot[i]))
    rows[OFFICIAL + i] = fma((0.0 - toward) * law.ust_per_tn, size, rows[OFFICIAL + i])


@njit(**PART)
def intervene(law: Law, seed: u64, paths: U64, step: u64, words: U32, rows: F64, spot: Array) -> None:
    """Lean against the 5-day move: push ln USD/JPY, spot (STRIDE,), and let Treasuries be sold (or bought) for it."""
    rise, fall, per_move = law.rise_logit, law.fall_logit, law.logit_per_move
    for i in range(BLOCK):
        move = rows[MOVE + i]
        logit = fma(per_move, abs(move), rise if move < 0.0 else fall)
        logit = FARTHEST if logit > FARTHEST else logit
        logit = 0.0 - FARTHEST if logit < 0.0 - FARTHEST else logit
        likely = 1.0 / (1.0 + exp_f64(0.0 - logit))
        rows[LIKELY + i] = likely
    for start in range(0, BLOCK, CHUNK):
        n_hits = 0
        for i in range(start, start + CHUNK):
            n_hits += uniform_of_word(words[2 * STRIDE + i]) < rows[LIKELY + i]
        if n_hits > 0:
            for i in range(start, start + CHUNK):
                if uniform_of_word(words[2 * STRIDE + i]) < rows[LIKELY + i]:
                    intervene_on(law, seed, paths[i], step, rows, spot, i)
