"""Plain historical simulation: the joint moves of the last dates as they came, in windows that may overlap."""

import numpy as np

from engine.backtest.laws.backtest_law import BacktestLaw, Forecast, ForeseenMoves
from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from engine.mechanisms.law import MOST_DAYS, LawKind


def historical(kind: LawKind) -> BacktestLaw:
    """Return the law of a kind's last joint moves, each equally likely."""
    return BacktestLaw(
        name=kind.name,
        meaning=kind.meaning,
        least_changes=kind.n_moves + MOST_DAYS - 1,
        prepare=lambda history: _forecast(history, kind.n_moves),
    )


def _forecast(history: JointHistory, size: int) -> Forecast:
    levels = np.concatenate([np.zeros((1, len(history.factors))), np.cumsum(history.changes, axis=0)])

    def moves(place: int, horizon_days: int, _: CommonDraws) -> ForeseenMoves:
        """Return the moves over the windows that ended on or before the date: (n_factors, size)."""
        ends = np.arange(place + 2 - size, place + 2)  # into `levels`, which has the start in front
        return ForeseenMoves(moves=np.ascontiguousarray((levels[ends] - levels[ends - horizon_days]).T))

    return moves
