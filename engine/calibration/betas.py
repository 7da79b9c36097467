"""Betas of equities on the 10-year Treasury yield, regime by regime."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.calibration.regimes import Episode, following_fix, one_day_moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Beta:
    """Log move of a price per 1.0 of a yield, by least squares."""

    value: float
    se: float
    n: int  # days


def estimate_beta(prices: pd.Series, yields: pd.Series, episode: Episode, *, is_tokyo: bool = False) -> Beta:
    """Regress one-business-day log moves of a price on those of a yield, over an episode's days.

    `prices` and `yields` (decimal) are by date, NaN without a value. Tokyo's close after New York's counts for a day.
    """
    logs = pd.concat([one_day_moves(np.log(prices.loc[str(w.start) : str(w.end)]), episode) for w in episode.windows])
    moves = pd.concat([one_day_moves(yields.loc[str(w.start) : str(w.end)], episode) for w in episode.windows])
    both = pd.concat([following_fix(logs) if is_tokyo else logs, moves], axis=1, sort=True).dropna().to_numpy()
    y, x = (both - both.mean(axis=0)).T
    value = float(x @ y / (x @ x))
    residual = y - value * x
    se = float(np.sqrt(residual @ residual / (len(both) - 2) / (x @ x)))
    return Beta(value=value, se=se, n=len(both))
