"""One exact step of the factors' diffusion in a regime: what they keep, their drift, their covariance."""

from dataclasses import dataclass

import numpy as np

from engine.market.correlation import cholesky
from engine.market.factors import FactorKind
from engine.market.market import Market
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Diffusion:
    """x <- decay x + drift + chol (q z) + convexity q^2; decay is exp(-kappa dt)."""

    drift: F64  # (n_factors,) per step, in the state's units
    chol: F64  # (n_factors, n_factors) lower Cholesky factor of the step's covariance
    convexity: F64  # (n_factors,) per step: what a price's drift loses to its variance; 0 where `drift` holds it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """The diffusions of all regimes, one on the other: what mechanisms may change of a step."""

    drift: F64  # (n_regimes, n_factors) per step, in the states' units
    chol: F64  # (n_regimes, n_factors, n_factors)
    convexity: F64  # (n_regimes, n_factors) per step


def diffusion_of(market: Market, vols: F64, correlation: F64, dt: float, *, mixes: bool = False) -> Diffusion:
    """Return a step of `dt` years of a market with these vols (n_factors,) and correlation, in place of its own.

    A RATE moves as dx = kappa (theta - x) dt + sigma dW, a VOL likewise in its logarithm, a PRICE as
    d ln(x) = (mu - sigma^2 / 2) dt + sigma dW; all steps are exact: over dt the covariance of factors i and j is
    rho s_i s_j (1 - exp(-(k_i + k_j) dt)) / (k_i + k_j).
    """
    kappas = market.kappas
    times = reverting_time(kappas[:, None] + kappas[None, :], dt)  # (n_factors, n_factors)
    scale = np.sqrt(np.diag(times))
    chol = vols[:, None] * scale[:, None] * cholesky(correlation * times / np.outer(scale, scale))
    is_price = np.array([factor.kind is FactorKind.PRICE for factor in market.factors])
    convexity = np.where(is_price & mixes, -0.5 * vols**2 * dt, 0.0)
    kept = vols if not mixes else np.zeros_like(vols)
    drift = np.array([_drift(market, f, float(kept[f]), dt) for f in range(kappas.size)])
    return Diffusion(drift=drift, chol=chol, convexity=convexity)


def mean_after(decay: F64, drift: F64, steps: int) -> F64:
    """Return the mean of the deviations after `steps` of `drift` (n_factors,), in the states' units: (n_factors,)."""
    return np.asarray(drift * (decay[:, None] ** np.arange(steps)).sum(axis=1))


def covariance_after(decay: F64, chol: F64, steps: int) -> F64:
    """Return the covariance of the deviations after `steps` steps with factor `chol`: (n_factors, n_factors)."""
    powers = decay[:, None] ** np.arange(steps)  # (n_factors, steps)
    return np.asarray((chol @ chol.T) * (powers @ powers.T))


def reverting_time(kappa: F64, dt: float) -> F64:
    """Return (1 - exp(-kappa dt)) / kappa, and dt where kappa is 0, in years: the shape of `kappa`, per year.

    kappa  (n_factors,) or (n_factors, n_factors) of pairs
    """
    safe = np.where(kappa > 0.0, kappa, 1.0)
    return np.where(kappa > 0.0, -np.expm1(-safe * dt) / safe, dt)


def _drift(market: Market, f: int, vol: float, dt: float) -> float:
    factor = market.factors[f]
    if factor.kind is FactorKind.PRICE:
        return float((market.mus[f] - 0.5 * vol**2) * dt)
    if market.kappas[f] == 0.0:
        return 0.0
    return float(-np.expm1(-market.kappas[f] * dt) * (market.thetas[f] - market.state(factor)))
