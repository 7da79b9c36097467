"""Plain history as a law by rows: path i takes the i-th of some joint changes, and those after it, as they were."""

import numpy as np

from engine.errors import InputError
from engine.law.past.filtered import RowLaw, RowSteps
from engine.market.factors import DAYS_PER_YEAR
from engine.market.filtered import FilteredState
from engine.market.market import Market
from engine.mechanisms.law import MOST_DAYS, LawKind, Way
from kernels.law_layout import N_SPEEDS
from kernels.types import F64


def windows_of(state: FilteredState, kind: LawKind) -> tuple[F64, int]:
    """Return the joint changes that a law of plain history is made of, oldest first, and how many windows it has.

    The changes are (n_moves, n_factors), in the states' units; windows end on each of the last ones.
    """
    if kind.way is Way.STRESS and state.stressed is not None:
        return state.stressed.moves, len(state.stressed.moves) - MOST_DAYS + 1
    return state.moves, kind.n_moves


def historical_law(state: FilteredState, market: Market, kind: LawKind, n_steps: int) -> tuple[RowLaw, RowSteps]:
    """Return the law of a kind's windows of `n_steps` joint changes, which overlap; nothing is drawn.

    Factors without a history stay where they are.

    Raises
    ------
    InputError
        Windows are longer than ten dates.
    """
    if n_steps > MOST_DAYS:
        raise InputError(f"plain history overlaps windows of {MOST_DAYS} days at most, got a horizon of {n_steps}")
    past, n_windows = windows_of(state, kind)
    names = [factor.name for factor in market.factors]
    moves = np.zeros((n_windows + n_steps - 1, len(names)))
    for f, name in enumerate(names):
        if name in state.factors:
            moves[:, f] = past[-len(moves) :, state.factors.index(name)]
    n = len(names)
    scale = np.sqrt((moves * moves).mean(axis=0))
    law = RowLaw(
        residuals=moves / np.where(scale > 0.0, scale, 1.0),
        root_span=np.ones(n_steps),
        weekday_move=scale,
        follows=np.zeros(n, np.int64),
        own_normal=np.zeros(n),
        least_variance=np.ones(n),
        variance=np.zeros((n, N_SPEEDS)),
        speed=np.zeros(N_SPEEDS),
        weight=np.zeros(N_SPEEDS),
        leader=np.zeros(1, np.int64),
        lead=np.zeros((n, 1)),
        last_residual=np.zeros(1),
        clip=1.0,
        is_enumerated=True,
    )
    return law, RowSteps(decay=np.ones(n), drift=np.zeros(n), years=1.0 / DAYS_PER_YEAR)
