"""Correlations of one factor with others, as near to those wanted as a correlation matrix allows."""

import math

import numpy as np

from kernels.types import F64, I64

_HALVINGS = 200  # of the interval in which a multiplier is searched: to the last bit


def nearest_links(wanted: F64, correlation: F64, free: I64, at: int, least: float) -> F64:
    """Return the links of factor `at` with the factors `free` that lie nearest to `wanted`: (n_free,).

    All other entries stay. The matrix with these links has no eigenvalue below `least`, and of all links of which that
    holds they have the smallest sum of squared changes: the point of an ellipsoid nearest to one outside it.

    Parameters
    ----------
    wanted : (n_free,)
    correlation : (n_factors, n_factors), without row and column `at` above `least`
    free : (n_free,) places of the factors whose links are sought
    at : place of the factor that they are with
    least : smallest eigenvalue

    Notes
    -----
    With K the matrix less `least` on its diagonal, K is positive where (c - o)' R^-1 (c - o) <= v, with R, o and v the
    Schur complements over the factors that are not free. The nearest c has c - o = (I + mu R^-1)^-1 (wanted - o).
    """
    shifted = correlation - least * np.eye(len(correlation))
    others = np.setdiff1d(np.arange(len(correlation)), np.append(free, at))
    onto = np.linalg.solve(shifted[np.ix_(others, others)], shifted[np.ix_(others, np.append(free, at))])
    whole = shifted[np.ix_(np.append(free, at), np.append(free, at))]
    schur = whole - shifted[np.ix_(np.append(free, at), others)] @ onto
    offset = whole[:-1, -1] - schur[:-1, -1]
    widths, axes = np.linalg.eigh(schur[:-1, :-1])
    along, room = axes.T @ (wanted - offset), float(schur[-1, -1])
    if float((along**2 / widths).sum()) <= room:
        return wanted
    low, high = 0.0, math.sqrt(float((along**2 * widths).sum()) / room)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        is_out = float((along**2 * widths / (widths + middle) ** 2).sum()) > room
        low, high = (middle, high) if is_out else (low, middle)
    return np.asarray(offset + axes @ (along * widths / (widths + high)))
