"""Shapley's shares of a change, and figures that add up to the last bit."""

import math
from collections.abc import Sequence

import numpy as np

from kernels.types import F64


def shapley(values: F64) -> F64:
    """Return what each mover adds to a figure, averaged over all orders in which the movers may move.

    Parameters
    ----------
    values : (2^n, ...) the figure where those movers have moved whose bit is set in the index: mover i has bit 2^i

    Returns
    -------
    (n, ...) in the figure's unit; they add up to values[-1] - values[0], but for rounding

    Notes
    -----
    Shapley (1953), "A value for n-person games", Contributions to the Theory of Games II: mover i gets the mean over
    sets S without it of v(S and i) - v(S), a set of s others having the weight s! (n - 1 - s)! / n!.
    """
    n = int(values.shape[0]).bit_length() - 1
    if values.shape[0] != 2**n:
        raise ValueError(f"{n} movers have {2**n} sets, got {values.shape[0]}")
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
    """Return parts whose exact sum is a whole: `math.fsum` of them is it to the last bit, in any order.

    Parts are rounded to one grid, the spacing of numbers at the size of all of them, or finer where `whole` needs it.
    What is left, some spacings, goes to the largest part that can hold it. Parts many times larger than all `beside`,
    which cancel, have no spacing so fine: they then add up to the nearest that they can.

    Parameters
    ----------
    parts : [any unit] whose sum is nearly `whole`; none: nothing is to be shared out, and `whole` must be 0
    whole : of the same unit
    beside : other figures in whose size a spacing is nothing, such as those that `whole` is the difference of

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
    if left:
        fine = [i for i, part in enumerate(rounded) if part and math.ulp(part) <= grid]
        finest = min(range(len(rounded)), key=lambda i: math.ulp(rounded[i]) if rounded[i] else math.inf)
        largest = max(fine or [finest], key=lambda i: abs(rounded[i]))
        rounded[largest] += left
    return tuple(0.0 + part for part in rounded)


def _last_bit(value: float) -> float:
    """Return the largest power of two that a number is a multiple of; infinite for 0."""
    if value == 0.0:
        return math.inf
    numerator, denominator = value.as_integer_ratio()
    return float((numerator & -numerator) / denominator)
