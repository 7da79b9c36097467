"""The exact law of the factors' moves over a step: what the kernels draw from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import InputError
from engine.market.correlation import cholesky
from engine.market.factors import DAYS_PER_YEAR, FactorKind
from engine.market.market import Market

F64 = npt.NDArray[np.float64]

LARGEST_MOVES = {
    FactorKind.RATE: 5.0,
    FactorKind.PRICE: 300.0,
    FactorKind.VOL: 300.0,
}  # of a state over the horizon; exp(700) overflows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """One step of the deviations from the start: x <- decay x + drift + chol z."""

    decay: F64  # (n_factors,) exp(-kappa dt)
    drift: F64  # (n_factors,) per step, in the state's units
    chol: F64  # (n_factors, n_factors) lower Cholesky factor of the step's covariance

    def mean(self, steps: int) -> F64:
        """Mean of the deviations after `steps`: (n_factors,)."""
        return np.asarray(self.drift * (self.decay[:, None] ** np.arange(steps)).sum(axis=1))

    def covariance(self, steps: int) -> F64:
        """Covariance of the deviations after `steps`: (n_factors, n_factors)."""
        powers = self.decay[:, None] ** np.arange(steps)  # (n_factors, steps)
        return np.asarray((self.chol @ self.chol.T) * (powers @ powers.T))

    def std(self, steps: int) -> F64:
        """Standard deviations after `steps`: (n_factors,)."""
        return np.sqrt(np.diag(self.covariance(steps)))


def law_of(market: Market, horizon_days: int, n_steps: int) -> Law:
    """Law of `n_steps` equal steps to the horizon.

    A RATE moves as dx = kappa (theta - x) dt + sigma dW, a VOL likewise in its logarithm, a PRICE as
    d ln(x) = (mu - sigma^2 / 2) dt + sigma dW; all steps are exact: over dt the covariance of factors i and j is
    rho s_i s_j (1 - exp(-(k_i + k_j) dt)) / (k_i + k_j).
    """
    dt = horizon_days / DAYS_PER_YEAR / n_steps
    kappas = market.kappas
    times = _mean_reverting_time(kappas[:, None] + kappas[None, :], dt)  # (n_factors, n_factors)
    scale = np.sqrt(np.diag(times))
    chol = market.vols[:, None] * scale[:, None] * cholesky(market.correlation * times / np.outer(scale, scale))
    drift = np.array([_drift(market, f, dt) for f in range(kappas.size)])
    law = Law(decay=np.exp(-kappas * dt), drift=drift, chol=chol)
    std = np.sqrt(np.diagonal(law.covariance(n_steps)))
    _check_moves(market, np.abs(law.mean(n_steps)) + 10.0 * std)
    return law


def _check_moves(market: Market, largest: F64) -> None:
    """Refuse a law whose moves no exponential can hold; 10 standard deviations are never drawn."""
    for factor, move, vol in zip(market.factors, largest.tolist(), market.vols.tolist(), strict=True):
        if move > LARGEST_MOVES[factor.kind]:
            raise InputError(
                f"{factor.name} has a vol of {vol:g} per year in this scenario: over this horizon that is no move of a"
                f" market (its {'level' if factor.kind is FactorKind.RATE else 'logarithm'} by up to {move:.3g});"
                " vols are decimals, 0.10 is 10 %; check vols and vol multipliers"
            )


def _mean_reverting_time(kappa: F64, dt: float) -> F64:
    """(1 - exp(-kappa dt)) / kappa, and dt where kappa is 0."""
    safe = np.where(kappa > 0.0, kappa, 1.0)
    return np.where(kappa > 0.0, -np.expm1(-safe * dt) / safe, dt)


def _drift(market: Market, f: int, dt: float) -> float:
    factor = market.factors[f]
    if factor.kind is FactorKind.PRICE:
        return float((market.mus[f] - 0.5 * market.vols[f] ** 2) * dt)
    if market.kappas[f] == 0.0:
        return 0.0
    return float(-np.expm1(-market.kappas[f] * dt) * (market.thetas[f] - market.state(factor)))
