"""Is a loss beyond VaR as frequent as it should be? Kupiec's tests and the exact binomial probabilities."""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, bdtrc, chdtrc, gammaln, xlog1py, xlogy

from engine.backtest.statistics.outcome import Outcome, log_ratio
from engine.errors import InputError
from kernels.types import F64, I64

CHI_SQUARE_95 = 3.841458820694124  # 95 % quantile with one degree of freedom
_EQUAL = 1e-9  # likelihood ratios nearer than this are one: they come from logarithms of the same counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactCoverage:
    """Binomial probabilities of a number of exceptions, without any approximation."""

    p_value: float  # of all numbers that are at least as unlikely by the likelihood ratio
    at_most: float  # P(X <= failures)
    at_least: float  # P(X >= failures)


def kupiec_statistic(n_days: int, failures: I64 | F64, chance: float) -> F64:
    """Return Kupiec's likelihood ratio for numbers of exceptions: any shape, as `failures`; 0 log 0 is 0.

    Kupiec (1995), "Techniques for verifying the accuracy of risk measurement models", J. Derivatives 3(2).
    """
    count = np.asarray(failures, dtype=np.float64)
    counts = np.stack([n_days - count, count], axis=-1)
    observed = counts / n_days
    expected = np.broadcast_to(np.array([1.0 - chance, chance]), counts.shape)
    return np.asarray(2.0 * np.maximum(log_ratio(counts, observed) - log_ratio(counts, expected), 0.0))


def kupiec(n_days: int, failures: int, chance: float) -> Outcome:
    """Test whether `failures` of `n_days` is what a probability of `chance` a day gives: chi-square, one degree.

    Raises InputError where the counts are none of days, or the chance is none.
    """
    _check(n_days, failures, chance)
    statistic = float(kupiec_statistic(n_days, np.array(failures), chance))
    return Outcome(statistic=statistic, p_value=float(chdtrc(1.0, statistic)))


def exact_coverage(n_days: int, failures: int, chance: float) -> ExactCoverage:
    """Return the binomial probabilities of a number of exceptions. Raises InputError as `kupiec`."""
    _check(n_days, failures, chance)
    every = np.arange(n_days + 1)
    ratios = kupiec_statistic(n_days, every, chance)
    log_odds = gammaln(n_days + 1) - gammaln(every + 1) - gammaln(n_days - every + 1)
    weights = np.exp(log_odds + xlogy(every, chance) + xlog1py(n_days - every, -chance))
    unlikely = ratios >= ratios[failures] * (1.0 - _EQUAL) - _EQUAL
    return ExactCoverage(
        p_value=min(float(weights[unlikely].sum()), 1.0),
        at_most=float(bdtr(failures, n_days, chance)),
        at_least=1.0 if failures == 0 else float(bdtrc(failures - 1, n_days, chance)),
    )


def accepted_failures(n_days: int, chance: float, critical: float = CHI_SQUARE_95) -> tuple[int, int]:
    """Return the least and the largest number of exceptions that Kupiec's test does not reject."""
    _check(n_days, 0, chance)
    accepted = np.flatnonzero(kupiec_statistic(n_days, np.arange(n_days + 1), chance) <= critical)
    return int(accepted[0]), int(accepted[-1])


def first_failure(first_day: int, chance: float) -> Outcome:
    """Test the day of the first exception, counted from 1: Kupiec (1995), chi-square with one degree.

    Raises InputError for a day before the first, or a chance that is none.
    """
    _check(first_day, 1, chance)
    counts = np.array([first_day - 1.0, 1.0])
    observed, expected = counts / first_day, np.array([1.0 - chance, chance])
    statistic = float(2.0 * np.maximum(log_ratio(counts, observed) - log_ratio(counts, expected), 0.0))
    return Outcome(statistic=statistic, p_value=float(chdtrc(1.0, statistic)))


def _check(n_days: int, failures: int, chance: float) -> None:
    if not 0.0 < chance < 1.0:
        raise InputError(f"the chance of an exception must lie between 0 and 1, got {chance!r}; 99 % VaR has 0.01")
    if not (n_days >= 1 and 0 <= failures <= n_days):
        raise InputError(f"exceptions must be 0 to the number of days, at least 1 day; got {failures} of {n_days}")
