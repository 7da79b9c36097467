"""Shapley's shares of a change, and figures that add up to the last bit."""

import math
from collections.abc import Sequence

import numpy as np

from kernels.types import F64


def shapley(values: F64) -> F64:
    """Return what each block adds to a figure, averaged over all orders in which the blocks may move.

    Parameters
    ----------
    values : (2^n, ...) the figure where those blocks have moved whose bit is set in the index: block i has bit 2^i

    Returns
    -------
    (n, ...) in the figure's unit; they add up to values[-1] - values[0], but for rounding

    Notes
    -----
    Shapley (1953), "A value for n-person games", Contributions to the Theory of Games II: block i gets the mean over
    sets S without it of v(S and i) - v(S), a set of s others having the weight s! (n - 1 - s)! / n!.
    """
    n = int(values.shape[0]).bit_length() - 1
    if values.shape[0] != 2**n:
        raise ValueError(f"{n} blocks have {2**n} sets, got {values.shape[0]}")
    index = np.arange(2**n)
    size = np.array([int(each).bit_count() for each in index])
    weight = [math.factorial(s) * math.factorial(n - 1 - s) / math.factorial(n) for s in range(n)]
    shares = np.zeros((n, *values.shape[1:]))
    for i in range(n):
        without = index[(index >> i) & 1 == 0]
        for s in range(n):
            sets = without[size[without] == s]
            shares[i] += weight[s] * (values[sets | (1 << i)] - values[sets]).sum(axis=0)
    return shares


def adding_up(parts: Sequence[float], whole: float, beside: Sequence[float] = ()) -> tuple[float, ...]:
    """Return parts that add up to a whole to the last bit: rounded to one grid, what is left with the largest.

    The grid is the spacing of numbers at the size of all of them, or finer where `whole` needs it: sums of its
    multiples are exact in any order.

    Parameters
    ----------
    parts : [any unit] whose sum is nearly `whole`; none: nothing is to be shared out, and `whole` must be 0
    whole : of the same unit
    beside : other figures that the sums must be exact with

    Raises
    ------
    ValueError
        The parts are further from the whole than rounding takes them.
    """
    size = max(math.fsum(map(abs, parts)), abs(whole), *map(abs, beside), 0.0)
    grid = min(math.ulp(size), _last_bit(whole))
    rounded = [round(part / grid) * grid for part in parts]
    left = whole - math.fsum(rounded)
    if abs(left) > 64.0 * math.ulp(size) * (1 + len(parts)):
        raise ValueError(f"parts that add up to {math.fsum(parts)!r} are not those of {whole!r}")
    if not rounded:
        return ()
    largest = int(np.argmax(np.abs(rounded)))
    rounded[largest] += left
    return tuple(0.0 + part for part in rounded)


def _last_bit(value: float) -> float:
    """Return the largest power of two that a number is a multiple of; infinite for 0."""
    if value == 0.0:
        return math.inf
    numerator, denominator = value.as_integer_ratio()
    return float((numerator & -numerator) / denominator)
