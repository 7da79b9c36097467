"""Multivariate t moves of a window's covariance: one mixing variable a path, scaled to unit variance.

McNeil, Frey & Embrechts (2015), "Quantitative Risk Management", 6.2; four degrees of freedom.
"""

import numpy as np
from scipy.special import gammaincinv

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, normal_moves
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from kernels.types import F64

NU = 4.0  # degrees of freedom
WINDOW = 500  # joint dates


def _forecast(history: JointHistory) -> Forecast:
    daily = history.changes / np.sqrt(history.spans)[:, None]

    def moves(place: int, horizon_days: int, draws: CommonDraws) -> F64:
        """Return t moves over the weekdays of the steps to come: (n_factors, n_paths)."""
        last = daily[place + 1 - WINDOW : place + 1]
        covariance = float(history.spans_ahead(place, horizon_days).sum()) * (last.T @ last) / WINDOW
        chi_square = 2.0 * gammaincinv(0.5 * NU, draws.uniforms())
        return np.asarray(normal_moves(covariance, draws) * np.sqrt((NU - 2.0) / chi_square))

    return moves


STUDENT = BacktestLaw(
    name="t",
    meaning=f"multivariate t with {NU:g} degrees of freedom; covariance per weekday of {WINDOW} joint dates",
    least_changes=WINDOW,
    prepare=_forecast,
)
