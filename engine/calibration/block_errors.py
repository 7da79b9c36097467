"""Standard errors of what is estimated from days of a history, by blocks of dates: what is near in time is not
independent.

A statistic is worked out again without each block of consecutive dates; its error is the delete-a-block jackknife's,
the root of (n - 1) / n times the sum of squares of these about their mean. Künsch (1989), "The jackknife and the
bootstrap for general stationary observations", Annals of Statistics 17(3). Leads are a regression: their error is the
sandwich of Liang and Zeger (1986), Biometrika 73(1), with blocks of dates as clusters.
"""

import numpy as np

from kernels.types import F64, I64

BLOCK_DATES = 10  # as the table's rows are resampled in a run
LONG_BLOCK_DATES = 20  # of changes over five dates that overlap
FEWEST_BLOCKS = 5


def sd_errors(values: F64, block: int = BLOCK_DATES) -> F64:
    """Return the standard errors of standard deviations about the mean of values (n, n_series): (n_series,)."""
    count, one, two = (_without_each(values**power, block) for power in (0, 1, 2))
    return _jackknife(np.sqrt(np.maximum(two - one * one / count, 0.0) / (count - 1.0)))


def mean_errors(values: F64, block: int = BLOCK_DATES) -> F64:
    """Return the standard errors of means of values (n, n_series): (n_series,)."""
    count, total = _without_each(values**0, block), _without_each(values, block)
    return _jackknife(total / count)


def kurtosis_errors(values: F64, block: int = BLOCK_DATES) -> F64:
    """Return the standard errors of `kurtosis` of values (n, n_series): (n_series,)."""
    count, two, four = (_without_each(values**power, block) for power in (0, 2, 4))
    return _jackknife(_over(four * count, two * two))


def kurtosis(values: F64) -> F64:
    """Return the mean fourth power over the square of the mean square of values (n, n_series): (n_series,)."""
    return _over((values**4).mean(axis=0), (values**2).mean(axis=0) ** 2)


def correlation_errors(values: F64, block: int = BLOCK_DATES) -> F64:
    """Return the standard errors of correlations of values (n, n_series): (n_series, n_series)."""
    centred = values - values.mean(axis=0)  # so that no digits are lost where a mean is large
    count, one = _without_each(np.ones((len(values), 1)), block)[:, :, None], _without_each(centred, block)
    products = _without_each(centred[:, :, None] * centred[:, None, :], block)
    covariance = products - one[:, :, None] * one[:, None, :] / count
    scale = np.sqrt(np.einsum("bii->bi", covariance))
    return _jackknife(_over(covariance, scale[:, :, None] * scale[:, None, :]))


def lead_errors(before: F64, after: F64, gamma: F64, square: F64) -> F64:
    """Return the standard errors of a ridge regression's leads: (n_leaders, n_led).

    before  (n, n_leaders) regressors
    after   (n, n_led) what follows
    gamma   (n_leaders, n_led) the estimate: square^-1 before' after
    square  (n_leaders, n_leaders) before' before with the penalty on its diagonal
    """
    scores = before[:, :, None] * (after - before @ gamma)[:, None, :]  # (n, n_leaders, n_led)
    starts = _starts(len(before), BLOCK_DATES)
    blocks = np.add.reduceat(scores, starts, axis=0)
    middle = np.einsum("bif,bjf->fij", blocks, blocks) * (starts.size / (starts.size - 1.0))
    outer = np.linalg.inv(square)
    return np.asarray(np.sqrt(np.einsum("ij,fjk,ki->if", outer, middle, outer)))


def _without_each(values: F64, block: int) -> F64:
    """Return sums of values (n, ...) without each block of dates: (n_blocks, ...)."""
    sums = np.add.reduceat(values, _starts(len(values), block), axis=0)
    return np.asarray(sums.sum(axis=0) - sums)


def _starts(n: int, block: int) -> I64:
    """Return the first place of each block, the last of which takes what is left; of few dates blocks are smaller."""
    n_blocks = max(n // block, min(n, FEWEST_BLOCKS), 1)
    return np.arange(n_blocks) * (n // n_blocks)


def _jackknife(without: F64) -> F64:
    """Return the error of a statistic from its values without each block: (n_blocks, ...) -> (...)."""
    n = len(without)
    return np.asarray(np.sqrt((n - 1.0) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0)))


def _over(a: F64, b: F64) -> F64:
    """Return a / b, 0 where b is 0: any shapes that are equal."""
    return np.asarray(np.where(b > 0.0, a / np.where(b > 0.0, b, 1.0), 0.0))
