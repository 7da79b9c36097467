"""Ranks of order statistics in exact decimals: the tail's size, VaR's rank, its interval, what a run keeps.

P&L is sorted ascending, so the worst outcomes come first; indices count from 0. With tail mass m = n (1 - c), an
exact rational, VaR is the loss at index floor(m). That is the left inverse inf{x : F(x) >= c} of the losses'
empirical distribution, the loss of ascending rank ceil(n c): the smallest loss exceeded by at most 1 - c of the paths.

It is the one rule of the house, of drawn paths and of moves that are all valued, weighted or alike. Of the losses that
are quantiles where m is whole it is the smallest, VaR as Acerbi & Tasche (2002), "On the coherence of expected
shortfall", J. Banking & Finance 26(7), define it, minus the upper 1 - c quantile of the P&L; and sample quantile 1 of
Hyndman & Fan (1996), "Sample quantiles in statistical packages", The American Statistician 50(4). ES is the same by
either end.
"""

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from scipy.special import betainc

from engine.errors import InputError

Confidence = float | str | Decimal  # a float stands for the shortest decimal that names it: 0.99 is 99/100

INTERVAL_CONFIDENCE = 0.95  # of every interval in a result
MARGIN_SE = 6.0  # standard errors of a rank kept beyond it
ROUGH_BELOW = 500  # paths in the tail under which intervals are called rough


@lru_cache(maxsize=256)
def exact_confidence(confidence: Confidence) -> Fraction:
    """Return `confidence` as the decimal that the user wrote.

    Raises
    ------
    InputError
        Not a number in [0.5, 1).
    """
    wanted = f"`confidence` must lie in [0.5, 1), got {confidence}"
    text = str(confidence) if isinstance(confidence, str | Decimal) else repr(float(confidence))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InputError(f"{wanted}; write 99 % as 0.99") from None
    if not number.is_finite() or not Decimal("0.5") <= number < 1:
        percent = number.normalize() if number.is_finite() and 50 <= number < 100 else Decimal(99)
        raise InputError(f"{wanted}; {percent:f} % is {percent / 100}")
    return Fraction(number)


def check_n_paths(n_paths: int, *, least: int = 1) -> None:
    """Raise InputError unless there are `least` paths."""
    if n_paths < least:
        raise InputError(f"`n_paths` must be at least {least}, got {n_paths}")


@lru_cache(maxsize=256)
def tail_mass(confidence: Confidence, n_paths: int) -> Fraction:
    """Return how many of `n_paths` are the worst `1 - confidence`, exact and perhaps not whole."""
    check_n_paths(n_paths)
    return (1 - exact_confidence(confidence)) * n_paths


@lru_cache(maxsize=256)
def tail_count(confidence: Confidence, n_paths: int) -> tuple[int, float]:
    """Split the tail's mass into whole paths and the part of one more.

    Returns
    -------
    (whole, part)
        `whole` is also the index of VaR in ascending P&L; 0 <= part < 1. 0.99 of 250 paths: (2, 0.5).

    Raises
    ------
    InputError
        `confidence` outside [0.5, 1), or no paths.
    """
    mass = tail_mass(confidence, n_paths)
    whole = math.floor(mass)
    return whole, float(mass - whole)


@lru_cache(maxsize=256)
def interval_indices(
    confidence: Confidence, n_paths: int, interval_confidence: float = INTERVAL_CONFIDENCE
) -> tuple[int | None, int | None]:
    """Find the order statistics that enclose the P&L quantile at `1 - confidence`.

    The number of paths below the quantile is binomial, whatever the law of the P&L; each end leaves out at most half
    of `1 - interval_confidence`, so the interval covers with at least that probability.

    Returns
    -------
    (worst, mildest)
        Indices into ascending P&L: VaR lies between the losses at `mildest` and at `worst`. None: the sample has no
        order statistic that far out, and that side is unbounded.

    Notes
    -----
    David & Nagaraja (2003), "Order Statistics", 3rd ed., section 7.1.
    """
    mass = tail_mass(confidence, n_paths)
    p = float(mass / n_paths)
    miss = (1.0 - interval_confidence) / 2.0
    reach = 10 * math.isqrt(math.ceil(mass)) + 40  # well over 6 standard errors on either side
    first, last = max(0, math.floor(mass) - reach), min(n_paths, math.ceil(mass) + reach)

    def at_least(k: int) -> float:  # P(k or more paths below the quantile)
        return float(betainc(k, n_paths - k + 1, p)) if k > 0 else 1.0

    # worst: the largest k with P(k or fewer) <= miss; mildest: the smallest k with P(k + 1 or more) <= miss
    worst = _first_true(first, last, lambda k: 1.0 - at_least(k + 1) > miss) - 1
    mildest = _first_true(first, last, lambda k: at_least(k + 1) <= miss)
    return (worst if worst >= 0 else None), (mildest if mildest < n_paths else None)


def _first_true(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest k in [low, high) where a monotone condition holds, else `high`."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def rank_se(confidence: Confidence, n_paths: int) -> float:
    """Return the standard deviation of the number of paths below the true quantile: sqrt(n p (1 - p))."""
    p = 1 - exact_confidence(confidence)
    return math.sqrt(n_paths * p * (1 - p))


@lru_cache(maxsize=256)
def order_statistics_needed(confidence: Confidence, n_paths: int, margin_se: float = MARGIN_SE) -> int:
    """Return how many of the worst paths to keep: tail, interval, and `margin_se` standard errors of its rank."""
    mass = tail_mass(confidence, n_paths)
    return min(n_paths, math.ceil(mass) + math.ceil(margin_se * rank_se(confidence, n_paths)) + 4)
