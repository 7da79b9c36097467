"""Laws by the covariance of a weekday over the last joint changes: normals with exponential weights, and t.

The covariance is `engine.law.past.weekday_covariance`'s, and so that of runs. A t has one mixing variable a path,
scaled to unit variance: McNeil, Frey & Embrechts (2015), "Quantitative Risk Management", 6.2.
"""

import numpy as np
from scipy.special import gammaincinv

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, ForeseenMoves, normal_moves
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from engine.law.past.weekday_covariance import weekday_covariance
from engine.mechanisms.law import LawKind


def by_covariance(kind: LawKind) -> BacktestLaw:
    """Return the law of a kind by covariance."""
    return BacktestLaw(
        name=kind.name,
        meaning=kind.meaning,
        least_changes=kind.n_moves,
        prepare=lambda history: _forecast(history, kind),
    )


def _forecast(history: JointHistory, kind: LawKind) -> Forecast:
    def moves(place: int, horizon_days: int, draws: CommonDraws) -> ForeseenMoves:
        """Return moves over the weekdays of the steps to come: (n_factors, n_paths)."""
        last = slice(place + 1 - kind.n_moves, place + 1)
        covariance = weekday_covariance(history.changes[last], history.spans[last], kind)
        normals = normal_moves(float(history.spans_ahead(place, horizon_days).sum()) * covariance, draws)
        if kind.nu is None:
            return ForeseenMoves(moves=normals)
        chi_square = 2.0 * gammaincinv(0.5 * kind.nu, draws.uniforms())
        return ForeseenMoves(moves=np.asarray(normals * np.sqrt((kind.nu - 2.0) / chi_square)))

    return moves
