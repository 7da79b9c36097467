"""Where the tabulated law of the mixing variable has its nodes. Twins read the table without them, by the bits of u."""

import numpy as np

from kernels.law_layout import N_QUANTILES
from kernels.types import F64

HALVINGS = 20
PER_HALVING = (N_QUANTILES - 1) // HALVINGS


def quantile_nodes() -> F64:
    """Probabilities (N_QUANTILES,) of the nodes: 64 to each halving from 2^-20 to 1, evenly; q is linear between."""
    starts = 2.0 ** np.arange(-HALVINGS, 0)
    within = 1.0 + np.arange(PER_HALVING) / PER_HALVING
    return np.append(np.outer(starts, within).ravel(), 1.0)
