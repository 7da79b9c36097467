"""Covariances of a weekday from past joint changes: the estimator of laws `ewma` and `t`, in runs and in backtests.

Weights fall by a decay from one joint date to the one before; with a decay of 1 they are equal. J.P. Morgan/Reuters
(1996), "RiskMetrics Technical Document", chapter 5; means are taken to be 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from engine.law.past.filtered import WEEKDAYS_PER_YEAR
from engine.market.filtered import FilteredState
from engine.market.market import Market
from engine.mechanisms.law import LawKind
from kernels.types import F64, Bools


def weekday_covariance(changes: F64, spans: F64, kind: LawKind) -> F64:
    """Return the covariance of a weekday by the last changes of a law, (n_factors, n_factors), in the states' units.

    changes (n, n_factors) between joint dates, oldest first; spans (n,) their weekdays; at least `kind.n_moves`

    Sums go date by date, so that the bits are the same on every machine.
    """
    daily = changes[-kind.n_moves :] / np.sqrt(spans[-kind.n_moves :])[:, None]
    weights = np.cumprod(np.full(kind.n_moves, kind.decay))[::-1]
    weights = weights / np.cumsum(weights)[-1]
    weighted = daily * weights[:, None]
    return np.asarray((weighted[:, :, None] * daily[:, None, :]).sum(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeekdayMoves:
    """How all factors of a market move in a weekday, those without a history among them."""

    vols: F64  # (n_factors,) per sqrt(year of 261 weekdays), in the states' units
    correlation: F64  # (n_factors, n_factors)
    held: Bools  # (n_factors,) factors that have a history: they neither drift nor revert


def weekday_moves(state: FilteredState, market: Market, kind: LawKind) -> WeekdayMoves:
    """Return the moves of a market's factors by the covariance of its last joint changes.

    A factor without a history keeps its vol; it moves with the others by its loadings, and for the rest by a normal of
    its own.

    Raises
    ------
    InputError
        The loadings of a factor without a history explain more than all of its variance.
    """
    covariance = weekday_covariance(state.moves, state.move_spans, kind)
    names = [factor.name for factor in market.factors]
    sd = np.sqrt(np.diag(covariance))
    scale = np.where(sd > 0.0, sd, 1.0)
    own = covariance / scale[:, None] / scale[None, :]
    np.fill_diagonal(own, 1.0)
    weights = _weights(state, names)  # (n_factors, n_columns)
    correlation = _product(_product(weights, own), weights.T)
    held = np.array([name in state.factors for name in names])
    explained = np.diag(correlation)
    if (explained[~held] > 1.0).any():
        worst = int(np.where(held, 0.0, explained).argmax())
        raise InputError(
            f"the loadings of {names[worst]} explain {explained[worst]:.3g} of its variance; they may explain 1"
        )
    np.fill_diagonal(correlation, 1.0)
    columns = [state.factors.index(name) if name in state.factors else 0 for name in names]
    vols = np.where(held, sd[columns] * np.sqrt(float(WEEKDAYS_PER_YEAR)), market.vols)
    return WeekdayMoves(vols=vols, correlation=correlation, held=held)


def _weights(state: FilteredState, names: Sequence[str]) -> F64:
    """Return each factor's weights on the standardised changes of those with a history: (n_factors, n_columns)."""
    found = np.zeros((len(names), len(state.factors)))
    for i, name in enumerate(names):
        loadings = {name: 1.0} if name in state.factors else state.given[name].loadings
        for other, weight in loadings.items():
            found[i, state.factors.index(other)] = weight
    return found


def _product(one: F64, other: F64) -> F64:
    """Return a matrix product whose sums go column by column, whatever the machine."""
    return np.asarray((one.T[:, :, None] * other[:, None, :]).sum(axis=0))
