"""Betas of equities on the 10-year Treasury yield, regime by regime."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.calibration.regimes import CALM, EPISODES, Episode, following_fix, one_day_moves
from engine.errors import InputError, did_you_mean
from engine.mechanisms.factor_names import TEN_YEARS


@dataclass(frozen=True, slots=True, kw_only=True)
class Beta:
    """Log move of a price per 1.0 of a yield, by least squares."""

    value: float
    se: float
    n: int  # days


def estimate_beta(prices: pd.Series, yields: pd.Series, episode: Episode, *, is_tokyo: bool = False) -> Beta:
    """Regress one-business-day log moves of a price on those of a yield, over an episode's days.

    `prices` and `yields` (decimal) are by date, NaN without a value. Tokyo's close after New York's counts for a day.
    Raises InputError where fewer than three days have both.
    """
    logs = pd.concat([one_day_moves(np.log(prices.loc[str(w.start) : str(w.end)]), episode) for w in episode.windows])
    moves = pd.concat([one_day_moves(yields.loc[str(w.start) : str(w.end)], episode) for w in episode.windows])
    both = pd.concat([following_fix(logs) if is_tokyo else logs, moves], axis=1, sort=True).dropna().to_numpy()
    if len(both) < 3:
        raise InputError(
            f"{len(both)} days of {prices.name} and the yield lie in the episode; a beta takes three or more"
        )
    y, x = (both - both.mean(axis=0)).T
    value = float(x @ y / (x @ x))
    residual = y - value * x
    se = float(np.sqrt(residual @ residual / (len(both) - 2) / (x @ x)))
    return Beta(value=value, se=se, n=len(both))


def betas_by_regime(
    prices: pd.DataFrame, history: pd.DataFrame, tokyo: Sequence[str] = ()
) -> dict[tuple[str, str], Beta]:
    """Estimate every price's beta on the 10-year Treasury yield, by (price, regime).

    Parameters
    ----------
    prices : by date, a column a price, as `engine.inputs.history.prices.load_prices` has it
    history : as `engine.inputs.history.load.read_history` returns it
    tokyo : names of prices that close in Tokyo

    Raises
    ------
    InputError
        The history has no such yield, a name in `tokyo` is no price, or a regime has fewer than three days.
    """
    names = [str(name) for name in prices.columns]
    if TEN_YEARS not in history.columns:
        raise InputError(f"the history has no {TEN_YEARS}, on which betas are taken")
    for name in tokyo:
        if name not in names:
            raise InputError(f"no price is called {name!r}{did_you_mean(name, names)}; there are {', '.join(names)}")
    return {
        (name, regime): estimate_beta(prices[name], history[TEN_YEARS], episode, is_tokyo=name in tokyo)
        for name in names
        for regime, episode in {"CALM": CALM, **EPISODES}.items()
    }
