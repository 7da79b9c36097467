"""What a path draws once: mixing variable, first regime, impact. Twins in numba/ and cuda/."""

import numpy as np

from kernels.lanes import IMPACT_SIZE, PARAMETER_STEP, PARAMETERS
from kernels.law_layout import Law
from kernels.mixing import quantile_nodes
from kernels.numpy.draws.philox import draw_words, join
from kernels.numpy.steps.rows import Carried
from kernels.types import F64, U64


def uniform(bits: U64) -> F64:
    """Return numbers in (0, 1], the middles of intervals of 2^-64, from 64 bits: (n,)."""
    return np.asarray(bits.astype(np.float64) * 2.0**-64 + 2.0**-65)


def uniform_of_word(word: U64) -> F64:
    """Return numbers in (0, 1), the middles of intervals of 2^-32, from 32 bits: (n,)."""
    return np.asarray(word.astype(np.float64) * 2.0**-32 + 2.0**-33)


def mixing(quantiles: F64, u: F64) -> F64:
    """Return q (n,) at probabilities u (n,), linear between the nodes of kernels.mixing."""
    return np.asarray(np.interp(u, quantile_nodes(), quantiles))


def drawn_impact(law: Law, which: F64, within: F64) -> F64:
    """Return short-run impacts on the 5-year yield per USD bn, (n,): of a study by its probability, even in its range.

    which, within (n,) in (0, 1)
    """
    study = (which[:, None] >= [law.study_1, law.study_2, law.study_3]).sum(axis=1)
    low = np.array([law.low_1, law.low_2, law.low_3, law.low_4])[study]
    high = np.array([law.high_1, law.high_2, law.high_3, law.high_4])[study]
    return np.asarray(low + within * (high - low))


def draw_parameters(law: Law, quantiles: F64, initial: F64, seed: int, path_ids: U64) -> Carried:
    """Draw what paths keep for good: (n_ids,) each.

    quantiles  (n_quantiles,)  of the mixing variable
    initial    (n_regimes,)    probability that a path starts in one of the first
    """
    n, n_regimes = path_ids.size, max(1, int(law.n_regimes))
    w = draw_words(seed, path_ids, PARAMETER_STEP, PARAMETERS)
    which, within, fx, _ = map(uniform_of_word, draw_words(seed, path_ids, PARAMETER_STEP, IMPACT_SIZE))
    lags = [law.lag_1, law.lag_2, law.lag_3, law.lag_4, law.lag_5]
    return Carried(
        q=mixing(quantiles, uniform(join(w[0], w[1]))) if law.mixes else np.ones(n),
        regime=(uniform(join(w[2], w[3]))[:, None] >= initial[: n_regimes - 1]).sum(axis=1),
        short_run=drawn_impact(law, which, within),
        fx_run=np.interp(fx, [0.0, 0.5, 1.0], [law.fx_low, law.fx_per_bn, law.fx_high]),
        per_cap=float(law.per_cap),
        closes=np.repeat(np.array(lags)[:, None], n, axis=1),
    )
