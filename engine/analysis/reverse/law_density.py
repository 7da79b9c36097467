"""The density of the states at the horizon, where a law has one that is known: normal, or a t."""

from dataclasses import dataclass

import numpy as np

from engine.law.law import law_of
from engine.market.market import Market
from engine.mechanisms.law import LAW_KINDS, Way, way_of
from engine.mechanisms.registry import is_daily
from engine.mechanisms.unwind import Unwind
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawDensity:
    """States at the horizon, x = mean + chol y; y is the whitened market, of mean 0 and covariance 1.

    y is normal; or, with `nu`, y = q z + tilt (q^2 - 1) with q^2 = (nu - 2) / chi2_nu and normal z: a multivariate t,
    skewed by what a price's drift loses to its variance.
    """

    mean: F64  # (n_factors,) in the states' units
    chol: F64  # (n_factors, n_factors) lower Cholesky factor of the covariance at the horizon
    tilt: F64  # (n_factors,) 0 where y is normal
    nu: float | None  # degrees of freedom; None: normal

    def states(self, y: F64) -> F64:
        """Return the states, deviations from the start, of whitened markets (n_factors, n): (n_factors, n)."""
        return np.asarray(self.mean[:, None] + self.chol @ y)

    def log_density(self, y: F64) -> F64:
        """Return the logarithm of the density of whitened markets (n_factors, n) over that at the mean: (n,)."""
        return np.asarray(self._log(y) - self._log(np.zeros((len(self.mean), 1))))

    def slope(self, y: F64) -> F64:
        """Return the derivative of `log_density` at one whitened market, (n_factors,): (n_factors,)."""
        if self.nu is None:
            return -y
        w, excess, k, beta = y + self.tilt, self.nu - 2.0, *self._orders()
        return np.asarray(-2.0 * w / excess * (k / (1.0 + w @ w / excess) + beta / (k - 1.0)) + self.tilt)

    def draw(self, n: int, random: np.random.Generator) -> F64:
        """Return n whitened markets: (n_factors, n)."""
        z = random.standard_normal((len(self.mean), n))
        if self.nu is None:
            return z
        square = (self.nu - 2.0) / (2.0 * random.standard_gamma(0.5 * self.nu, n))
        return np.asarray(np.sqrt(square) * z + self.tilt[:, None] * (square - 1.0))

    def _orders(self) -> tuple[float, float]:
        """Return the order k and the small rate beta of the Bessel integral over q^2, scalars."""
        nu = self.nu or 0.0
        return 0.5 * (nu + len(self.mean)), 0.25 * (nu - 2.0) * float(self.tilt @ self.tilt)

    def _log(self, y: F64) -> F64:
        """Return log densities up to a constant, (n,).

        With w = y + tilt: -k ln(1 + w'w / (nu - 2)) + tilt'w - beta (1 + w'w / (nu - 2)) / (k - 1), which is the skewed
        t of McNeil, Frey & Embrechts (2005), "Quantitative risk management", 3.2.4, to first order in beta: a squared
        drift correction, 1e-4 at most.
        """
        if self.nu is None:
            return np.asarray(-0.5 * (y * y).sum(axis=0))
        w, (k, beta) = y + self.tilt[:, None], self._orders()
        lam = 1.0 + (w * w).sum(axis=0) / (self.nu - 2.0)
        return np.asarray(-k * np.log(lam) + self.tilt @ w - beta * lam / (k - 1.0))


def density_of(shocked: Market, market: Market, unwind: Unwind | None, horizon_days: int) -> LawDensity | None:
    """Return the density of a scenario's states at the horizon; None where none is known in closed form.

    It is known of normals and t by a covariance, which take the horizon in one exact step: not of laws of past days,
    nor where regimes, jumps, interventions or sales come day by day.

    Parameters
    ----------
    shocked : the market in the scenario, where paths start
    market : before its shocks
    """
    if way_of(unwind) not in (Way.DIFFUSION, Way.COVARIANCE) or (unwind is not None and is_daily(unwind)):
        return None
    law = law_of(shocked, horizon_days, 1, unwind, market)
    nu = None
    if unwind is not None:
        nu = unwind.nu if unwind.law is None else LAW_KINDS[unwind.law].nu
    chol, convexity = law.chol[0], law.convexity[0]
    return LawDensity(
        mean=law.drift[0] + convexity,
        chol=chol,
        tilt=np.linalg.lstsq(chol, convexity)[0] if nu is not None else np.zeros_like(convexity),
        nu=nu,
    )
