"""How sure a ratio of two medians is: a bootstrap over the rounds of each side."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from kernels.types import F64

# With five rounds a side the chance that all of one lie on one side of all of the other, by luck, is 2 in 252.
LEAST_ROUNDS = 5
CONFIDENCE = 0.99  # of the band: a result has some hundred rows, and each is a chance to be wrong
RESAMPLES = 4000
SEED = 1


class Verdict(Enum):
    """What the rounds allow to say of a row."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    UNKNOWN = "too few rounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioBand:
    """Seconds a unit of work after over those before, and where 99 % of resampled ratios lie."""

    ratio: float  # above 1 it is slower
    low: float | None  # None: a side has fewer rounds than say anything of noise
    high: float | None

    @property
    def verdict(self) -> Verdict:
        """Return what it says: another speed only where the band leaves out 1."""
        if self.low is None or self.high is None:
            return Verdict.UNKNOWN
        if self.low > 1.0:
            return Verdict.SLOWER
        return Verdict.FASTER if self.high < 1.0 else Verdict.SAME


def ratio_band(before: Sequence[float], after: Sequence[float]) -> RatioBand:
    """Return the ratio of the medians of rounds [seconds a unit of work], and its band.

    A band is of the rounds that there are: what changed on the machine between two results is not in it.
    """
    ratio = float(np.median(after) / np.median(before))
    if min(len(before), len(after)) < LEAST_ROUNDS:
        return RatioBand(ratio=ratio, low=None, high=None)
    rng = np.random.default_rng(SEED)
    ratios = _medians(rng, after) / _medians(rng, before)
    low, high = np.quantile(ratios, [(1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0])
    return RatioBand(ratio=ratio, low=float(low), high=float(high))


def _medians(rng: np.random.Generator, rounds: Sequence[float]) -> F64:
    """Return medians of rounds drawn with replacement: (RESAMPLES,)."""
    drawn = rng.choice(np.asarray(rounds, np.float64), (RESAMPLES, len(rounds)))
    return np.asarray(np.median(drawn, axis=1))
