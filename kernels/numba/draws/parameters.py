"""What a path draws once: its mixing variable, its regime at the start, its price impact. Twin in cuda/."""

import numpy as np
from numba import njit

from kernels.lanes import IMPACT_SIZE, PARAMETER_STEP, PARAMETERS
from kernels.law_layout import N_QUANTILES, Law
from kernels.numba.draws.normal import FRACTION_F64, ONE_F64
from kernels.numba.draws.philox import HALF, LOW, join, philox
from kernels.numba.intrinsics import bits_of_f64, f64_of_bits, fma
from kernels.numba.settings import BLOCK, INLINE, PART, STRIDE
from kernels.numba.steps.rows import CLOSES, FX_RUN, MIX, N_CLOSES, N_ROWS, REGIME, SHORT_RUN, UNIFORM
from kernels.types import F64, U64, i64, u32, u64

LOWEST_INTERVAL = i64((1023 - 20) << 6)  # of u = 2^-20: its exponent and six bits of its fraction
N_INTERVALS = i64(N_QUANTILES - 1)


@njit(**INLINE)
def uniform(bits: u64) -> float:
    """Return a number in (0, 1], from 64 bits."""
    return fma(np.float64(bits), 2.0**-64, 2.0**-65)


@njit(**INLINE)
def uniform_of_word(word: u32) -> float:
    """Return a number in (0, 1), from 32 bits."""
    return fma(np.float64(word), 2.0**-32, 2.0**-33)


@njit(**INLINE)
def mixing(quantiles: F64, u: float) -> float:
    """Return q at probability u, linear between the nodes of quantiles (n_quantiles,); below the first the first."""
    bits = bits_of_f64(u)
    interval = i64(bits >> u64(46)) - LOWEST_INTERVAL
    within = f64_of_bits(((bits << u64(6)) & FRACTION_F64) | ONE_F64) - 1.0
    if interval < 0:
        return quantiles[0]
    if interval >= N_INTERVALS:
        return quantiles[N_INTERVALS]
    return fma(within, quantiles[interval + 1] - quantiles[interval], quantiles[interval])


@njit(**INLINE)
def drawn_impact(law: Law, which: float, within: float) -> float:
    """Return a short-run impact on the 5-year yield per USD bn: of a study by its probability, even in its range."""
    low, high = law.low_1, law.high_1
    if which >= law.study_1:
        low, high = law.low_2, law.high_2
    if which >= law.study_2:
        low, high = law.low_3, law.high_3
    if which >= law.study_3:
        low, high = law.low_4, law.high_4
    return fma(within, high - low, low)


@njit(**INLINE)
def drawn_fx_impact(law: Law, u: float) -> float:
    """Return a fall of ln USD/JPY per USD bn: below the median as often as above, even on either side."""
    if u < 0.5:
        return fma(2.0 * u, law.fx_per_bn - law.fx_low, law.fx_low)
    return fma(2.0 * u - 1.0, law.fx_high - law.fx_per_bn, law.fx_per_bn)


@njit(**PART)
def draw_parameters(law: Law, quantiles: F64, initial: F64, seed: u64, paths: U64, rows: F64) -> None:
    """Start a block of paths: rows (N_ROWS * STRIDE,), out."""
    k0, k1, step = seed & LOW, seed >> HALF, u64(PARAMETER_STEP)
    oldest_first = (law.lag_5, law.lag_4, law.lag_3, law.lag_2, law.lag_1)
    rows[: N_ROWS * STRIDE] = 0.0
    for k in range(N_CLOSES):
        for i in range(BLOCK):
            rows[CLOSES + k * STRIDE + i] = oldest_first[k]
    for i in range(BLOCK):
        w = philox((paths[i], paths[i] >> HALF, step, u64(PARAMETERS)), k0, k1)
        rows[MIX + i] = uniform(join(w[0], w[1]))
        rows[UNIFORM + i] = uniform(join(w[2], w[3]))
    for r in range(law.n_regimes - 1):
        for i in range(BLOCK):
            rows[REGIME + i] += 1.0 if rows[UNIFORM + i] >= initial[r] else 0.0
    for i in range(BLOCK):
        rows[MIX + i] = mixing(quantiles, rows[MIX + i]) if law.mixes else 1.0
    for i in range(BLOCK):
        w = philox((paths[i], paths[i] >> HALF, step, u64(IMPACT_SIZE)), k0, k1)
        rows[SHORT_RUN + i] = drawn_impact(law, uniform_of_word(u32(w[0])), uniform_of_word(u32(w[1])))
        rows[FX_RUN + i] = drawn_fx_impact(law, uniform_of_word(u32(w[2])))
