"""Interpolation at Chebyshev's nodes, and what cutting a series short costs."""

import numpy as np
from numpy.polynomial import chebyshev

from kernels.types import F64

WANTED = 1e-6  # of a group's gross premium: the fewest terms that keep the error below this are taken
REACHES = (5.0, 4.0)  # standard deviations that a table covers, the wider if it will do; beyond, options are priced
# one by one: at 5 some path of one block in 3,000, at 4 of one in 30
TERMS = (9, 13, 17, 21, 25, 33, 41, 49, 65, 81, 97, 129)  # of a series, odd, as the kernels want them
MORE_NODES = 1.5  # than terms
ROUNDING = 2.0**-53


def to_coefficients(nodes: F64) -> F64:
    """Return (n, n) from values at Chebyshev's nodes (n,) of the first kind to coefficients.

    By their discrete orthogonality; Trefethen (2013), Approximation Theory and Approximation Practice.
    """
    weights = np.where(np.arange(nodes.size) == 0, 1.0, 2.0) / nodes.size
    return np.asarray(weights[:, None] * chebyshev.chebvander(nodes, nodes.size - 1).T)


def error_of(dropped: float, n_x: int, size: float, largest: float) -> float:
    """Return the error at most of a table of `n_x` terms in x whose sizes add up to `size`.

    `largest` is the gross value, in the same unit.

    The terms dropped are known as far as there were nodes. Interpolation puts what lies beyond into the terms it has,
    at most twice its size (Trefethen 2013, Approximation Theory, 4.1); beyond is no more than what is dropped, if
    terms fall by a half at least over the nodes added. So three times what is dropped, and rounding.
    """
    return 3.0 * max(dropped, 0.0) + ROUNDING * (4.0 * n_x * size + 32.0 * largest)
