"""What a backtest asks of a law: moves of all factors from a date, made of what was known on it and of common draws."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.backtest.walk.common_draws import CommonDraws
from engine.backtest.walk.joint_history import JointHistory
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForeseenMoves:
    """What a law foresees from a date, in the states' units."""

    moves: F64  # (n_factors, n_moves)
    weights: F64 | None = None  # (n_moves,) how much each counts, 1 on average; None: all alike


Forecast = Callable[[int, int, CommonDraws], ForeseenMoves]  # place, horizon in joint dates, draws


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestLaw:
    """A law by name. `prepare` may run over the whole history; a forecast at a place sees changes up to it alone."""

    name: str
    meaning: str  # one line, with its window and its constants
    least_changes: int  # joint changes before the first date of a walk, the longest horizon's included
    prepare: Callable[[JointHistory], Forecast]


def normal_moves(covariance: F64, draws: CommonDraws) -> F64:
    """Return normal moves of a covariance (n_factors, n_factors): (n_factors, n_paths) in the states' units."""
    return np.asarray(square_root(covariance) @ draws.normals(covariance.shape[0]))


def square_root(covariance: F64) -> F64:
    """Return the symmetric square root of a covariance (n, n), of any rank: few dates may span fewer directions."""
    values, axes = np.linalg.eigh(covariance)
    return np.asarray((axes * np.sqrt(np.maximum(values, 0.0))) @ axes.T)
