"""The law of market files: normal moves, vols of one-day changes, correlations of five-day ones, over a long window.

The rules are those of `engine.calibration.diffusion`: changes over one weekday alone give vols, overlapping changes
over five dates correlations, and a horizon of n days n daily variances. The window is as long as that of the bundled
market, 2022-01-01 to 2025-05-28, and ends on the date.
"""

import numpy as np

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, ForeseenMoves, normal_moves
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from engine.calibration.diffusion import CORRELATION_DAYS, LONGEST_SPAN
from kernels.types import F64

WINDOW = 815  # joint dates


def _forecast(history: JointHistory) -> Forecast:
    def moves(place: int, horizon_days: int, draws: CommonDraws) -> ForeseenMoves:
        """Return normal moves: (n_factors, n_paths)."""
        last = slice(place + 1 - WINDOW, place + 1)
        covariance = horizon_days * window_covariance(history.changes[last], history.spans[last])
        return ForeseenMoves(moves=normal_moves(covariance, draws))

    return moves


def window_covariance(changes: F64, spans: F64) -> F64:
    """Return the daily covariance of changes (n, n_factors) over weekdays (n,): (n_factors, n_factors)."""
    vols = changes[spans == 1.0].std(axis=0, ddof=1)
    windows = np.lib.stride_tricks.sliding_window_view(changes, CORRELATION_DAYS, axis=0).sum(axis=-1)
    lengths = np.lib.stride_tricks.sliding_window_view(spans, CORRELATION_DAYS).sum(axis=-1)
    correlation = np.corrcoef(windows[lengths <= LONGEST_SPAN], rowvar=False)
    return np.asarray(correlation * np.outer(vols, vols))


GAUSSIAN = BacktestLaw(
    name="gaussian",
    meaning=f"normal; vols of one-day changes, correlations of five-day ones, over {WINDOW} joint dates",
    least_changes=WINDOW,
    prepare=_forecast,
)
