"""Do exceptions come one by one? Christoffersen's tests of independence and of conditional coverage."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from engine.backtest.statistics.coverage import kupiec_statistic
from engine.backtest.statistics.outcome import Outcome, log_ratio
from engine.errors import InputError
from kernels.types import F64, Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """Pairs of neighbouring days by whether the first and the second had an exception."""

    n00: int
    n01: int
    n10: int
    n11: int


def transitions(failed: Bools) -> Transitions:
    """Count pairs of neighbouring days in a series of exceptions: (n_days,)."""
    before, after = failed[:-1], failed[1:]
    return Transitions(
        n00=int((~before & ~after).sum()),
        n01=int((~before & after).sum()),
        n10=int((before & ~after).sum()),
        n11=int((before & after).sum()),
    )


def independence_statistic(n00: F64, n01: F64, n10: F64, n11: F64) -> F64:
    """Return the likelihood ratio of independence for counts of pairs of days: any shape, that of the counts.

    Christoffersen (1998), "Evaluating interval forecasts", International Economic Review 39(4). 0 log 0 is 0, so that
    it is finite for any counts.
    """
    counts = np.stack([np.stack([n00, n01], axis=-1), np.stack([n10, n11], axis=-1)], axis=-2).astype(np.float64)
    rows = np.maximum(counts.sum(axis=-1, keepdims=True), 1.0)
    columns = counts.sum(axis=-2)
    both = columns / np.maximum(columns.sum(axis=-1, keepdims=True), 1.0)
    return np.asarray(2.0 * np.maximum(log_ratio(counts, counts / rows).sum(axis=-1) - log_ratio(columns, both), 0.0))


def independence(pairs: Transitions) -> Outcome:
    """Test that an exception is no likelier the day after another: chi-square with one degree."""
    counts = (np.array(float(n)) for n in (pairs.n00, pairs.n01, pairs.n10, pairs.n11))
    statistic = float(independence_statistic(*counts))
    return Outcome(statistic=statistic, p_value=float(chdtrc(1.0, statistic)))


def conditional_coverage_statistic(failed: Bools, chance: float) -> F64:
    """Return coverage by all days plus independence by their pairs, of series of any shape along the last axis."""
    before, after = failed[..., :-1], failed[..., 1:]
    n11, n01 = (before & after).sum(axis=-1), (~before & after).sum(axis=-1)
    n10 = (before & ~after).sum(axis=-1)
    n00 = failed.shape[-1] - 1 - n01 - n10 - n11
    own = independence_statistic(n00, n01, n10, n11)
    return np.asarray(kupiec_statistic(failed.shape[-1], failed.sum(axis=-1), chance) + own)


def conditional_coverage(failed: Bools, chance: float) -> Outcome:
    """Test number and independence of exceptions, (n_days,), together: chi-square with two degrees.

    Coverage counts all days, independence their pairs; the statistic is the sum. Raises InputError for under two days.
    """
    if failed.size < 2:
        raise InputError(f"conditional coverage needs two days at least, got {failed.size}")
    statistic = float(conditional_coverage_statistic(failed, chance))
    return Outcome(statistic=statistic, p_value=float(chdtrc(2.0, statistic)))
