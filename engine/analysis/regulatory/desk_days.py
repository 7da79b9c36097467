"""Each book as a trading desk over the last days' moves: what models of its P&L make of them, for MAR32's test."""

from collections.abc import Callable, Mapping

import numpy as np

from engine.analysis.regulatory.moves import law_part, moves_of, n_paths_of, pnl_of_moves
from engine.analysis.regulatory.pnl_attribution import DAYS, Attribution, attribution
from engine.inputs.run import RunConfig
from engine.market.factors import Factor, FactorKind
from engine.run.prepared import scopes_of
from kernels.types import F64

AS_RUN = "compressed, as `unwind run`"
_BUMP = {  # of a state
    FactorKind.RATE: 1e-4,
    FactorKind.SPREAD: 1e-4,
    FactorKind.PRICE: 0.01,
    FactorKind.VOL: 0.01,
    FactorKind.SKEW: 0.01,
}


def attributions(config: RunConfig, say: Callable[[str], None]) -> tuple[Attribution, ...]:
    """Hold what a run's revaluation and desks' short cuts make of the last days' moves to full revaluation.

    `config` is of shocks at once. Raises InputError where the market has no history of so many days.
    """
    direct, compressed = (
        law_part(config.model_copy(update={"horizon_days": 1, "revaluation": way}), f"historical-{DAYS}", say)
        for way in ("direct", "compressed")
    )

    def full(moves: F64) -> F64:
        return pnl_of_moves(direct, moves)

    moves = moves_of(direct, np.arange(n_paths_of(direct), dtype=np.uint64))
    models = {AS_RUN: pnl_of_moves(compressed, moves), **desk_models(direct.inputs.market.factors, moves, full)}
    exact = full(moves)
    return tuple(
        attribution(scope, model, exact[k], modelled[k])
        for k, scope in enumerate(scopes_of(direct))
        for model, modelled in models.items()
    )


def desk_models(factors: tuple[Factor, ...], moves: F64, full: Callable[[F64], F64]) -> Mapping[str, F64]:
    """Return what desks' usual short cuts make of moves: (n_scopes, n_days) [currency] each, by the model's name.

    Parameters
    ----------
    factors : of the market
    moves : (n_factors, n_days) of the states
    full : revaluation in full: (n_factors, n) -> (n_scopes, n) [currency]
    """
    bumps = np.array([_BUMP[factor.kind] for factor in factors])
    still = full(np.zeros((len(factors), 1)))
    up, down = full(np.diag(bumps)) - still, full(np.diag(-bumps)) - still
    delta, gamma = (up - down) / (2.0 * bumps), (up + down) / bumps**2
    first = delta @ moves
    return {
        "delta and gamma by pillar": first + 0.5 * gamma @ moves**2,
        "delta by pillar": first,
        "delta, one shift a curve": delta @ parallel(factors, moves),
    }


def parallel(factors: tuple[Factor, ...], moves: F64) -> F64:
    """Return the moves (n_factors, n_days) with each pillar of a curve moving by the mean of the curve's pillars."""
    shifted = moves.copy()
    for curve in {factor.curve for factor in factors if factor.kind is FactorKind.RATE}:
        mine = [f for f, factor in enumerate(factors) if factor.kind is FactorKind.RATE and factor.curve == curve]
        shifted[mine] = moves[mine].mean(axis=0)
    return shifted
