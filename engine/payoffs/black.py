"""Undiscounted European options on arrays: Black's formula on a lognormal forward, Bachelier's on a normal one."""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from kernels.types import F64

_MAX_STEPS = 200
_TOLERANCE = 1e-15  # relative width of the bracket at the end


def black_call(forward: F64, strike: F64, std: F64) -> F64:
    """Return the value at expiry of the right to buy at `strike`: F N(d1) - K N(d2); the payoff where `std` is 0.

    Parameters
    ----------
    forward, strike : any shapes that broadcast, > 0, in one unit
    std : vol * sqrt(time), >= 0

    Returns
    -------
    of the common shape, in the unit of `forward`

    Notes
    -----
    Black (1976), "The pricing of commodity contracts", J. Financial Economics 3.
    """
    spread = np.where(std > 0.0, std, 1.0)
    d1 = np.log(forward / strike) / spread + 0.5 * spread  # a logarithm for each pair of forward and strike, not of std
    value = forward * ndtr(d1) - strike * ndtr(d1 - spread)
    return np.asarray(np.where(std > 0.0, value, np.maximum(forward - strike, 0.0)))


def bachelier(moneyness: F64, std: F64) -> F64:
    """Return the value at expiry of max(x, 0), x normal with mean `moneyness` and standard deviation `std` >= 0.

    Any shapes that broadcast, in the unit of `moneyness`.
    x N(x / s) + s n(x / s). `moneyness` is forward - strike of a call, strike - forward of a put. Bachelier (1900),
    "Theorie de la speculation".
    """
    moneyness, std = np.broadcast_arrays(moneyness, std)
    spread = np.where(std > 0.0, std, 1.0)
    d = moneyness / spread
    value = moneyness * ndtr(d) + spread * np.exp(-0.5 * d * d) / np.sqrt(2.0 * np.pi)
    return np.asarray(np.where(std > 0.0, value, np.maximum(moneyness, 0.0)))


def solve_rising(value: Callable[[F64], F64], target: F64, low: float, high: float) -> F64:
    """Return where functions that rise reach `target`: (n,), NaN where that is outside [value(low), value(high)].

    `value` takes (n,) arguments to (n,) values. Regula falsi (Illinois) with a bisection where it stalls.
    """
    return _crossing(lambda x: value(x) - target, np.full(target.shape, low), np.full(target.shape, high))


def solve_nearest(value: Callable[[F64], F64], target: F64, grid: F64) -> F64:
    """Return where functions that may turn reach `target`, nearest to 1 by ratio: (n,), NaN where they nowhere do.

    Arguments as in `solve_rising`, in any unit; grid (n_points,) ascending, > 0: two crossings between neighbours are
    not seen.
    """
    errors = np.stack([value(np.full(target.shape, point)) - target for point in grid])  # (n_points, n)
    crossed = (errors[:-1] <= 0.0) != (errors[1:] <= 0.0)
    distance = np.maximum(0.0, np.maximum(np.log(grid[:-1]), -np.log(grid[1:])))[:, None]
    place = np.where(crossed, distance, np.inf).argmin(axis=0)
    column = np.arange(target.size)
    sign = np.where(errors[place + 1, column] > errors[place, column], 1.0, -1.0)
    found = _crossing(lambda x: sign * (value(x) - target), grid[place], grid[place + 1])
    return np.where(crossed.any(axis=0), found, np.nan)


def _crossing(error: Callable[[F64], F64], left: F64, right: F64) -> F64:
    """Return where functions rise through 0 between `left` and `right`: (n,), NaN where they do not."""
    below, above = error(left), error(right)
    possible = (below <= 0.0) & (above >= 0.0)
    for step in range(_MAX_STEPS):
        width = right - left
        if (width <= _TOLERANCE * right).all():
            break
        rise = np.where(above > below, above - below, 1.0)
        guess = left - below * width / rise
        middle = 0.5 * (left + right)
        guess = np.where((guess > left) & (guess < right) & (step % 3 != 0), guess, middle)
        found = error(guess)
        under = found < 0.0
        left, below = np.where(under, guess, left), np.where(under, found, 0.5 * below)
        right, above = np.where(under, right, guess), np.where(under, 0.5 * above, found)
        below, above = np.minimum(below, 0.0), np.maximum(above, 0.0)
        done = found == 0.0
        left, right = np.where(done, guess, left), np.where(done, guess, right)
    return np.where(possible, 0.5 * (left + right), np.nan)
