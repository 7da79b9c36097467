"""Normal moves whose variances and correlations forget at one speed: exponential weights on squares per weekday.

J.P. Morgan/Reuters (1996), "RiskMetrics Technical Document", chapter 5; a decay of 0.97 a joint date.
"""

import numpy as np

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, normal_moves
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from kernels.types import F64

DECAY = 0.97
MEMORY = 500  # joint dates: what lies before has 2e-7 of the weight


def _forecast(history: JointHistory) -> Forecast:
    daily = history.changes / np.sqrt(history.spans)[:, None]
    weights = DECAY ** np.arange(MEMORY)[::-1]
    weights /= weights.sum()

    def moves(place: int, horizon_days: int, draws: CommonDraws) -> F64:
        """Return normal moves over the weekdays of the steps to come: (n_factors, n_paths)."""
        last = daily[place + 1 - MEMORY : place + 1]
        covariance = (last * weights[:, None]).T @ last
        return normal_moves(float(history.spans_ahead(place, horizon_days).sum()) * covariance, draws)

    return moves


EWMA = BacktestLaw(
    name="ewma",
    meaning=f"normal; covariance per weekday with exponential weights, {DECAY} a joint date",
    least_changes=MEMORY,
    prepare=_forecast,
)
