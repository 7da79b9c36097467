"""Importance sampling by a book's delta-gamma: normals, or a t, drawn where its loss comes near a threshold.

Under the tilt the density is that of the law times exp(theta Q - psi), Q = W (at - x) + sqrt(W) slopes . z + curves .
z^2 + bend, x the threshold; W = 1 for normals and chi2_nu / (nu - 2) for a t, whose loss is above x where Q is above 0.
psi is the logarithm of the mean of exp(theta Q), and theta makes it least: then the mean of Q under the tilt is 0.
Glasserman, Heidelberger & Shahabuddin (2000), "Variance reduction techniques for estimating value-at-risk", Management
Science 46(10); (2002), "Portfolio value-at-risk with heavy-tailed risk factors", Mathematical Finance 12(3).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaincinv

from engine.risk.sampling.quadratic import Quadratic
from kernels.types import F64

MOST = 0.98  # of the tilt at which the mean of exp(theta Q) ends to exist
THIRDS = 40  # cut off the range of theta: to 1e-7 of it
LONGEST = 20.0  # standard deviations that normals are moved at most, where nothing curves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tilt:
    """By how much a law is tilted; theta = 0: not at all."""

    quadratic: Quadratic
    nu: float | None  # degrees of freedom of a t; None: normals
    bend: float  # [currency] what the loss gains by the drift that goes with q^2
    threshold: float  # [currency] a loss
    theta: float  # per currency
    psi: float

    def none(self) -> "Tilt":
        """Return no tilt of the same law and loss."""
        return replace(self, theta=0.0, psi=0.0)

    def mixing(self, uniforms: F64) -> F64:
        """Return chi-square under the tilt (n,) of uniforms within (0, 1); of normals none is drawn, it is 1."""
        if self.nu is None:
            return np.ones(uniforms.size)
        shrunk = 1.0 - 2.0 * _exponent(self, self.theta)
        return np.asarray(2.0 * gammaincinv(0.5 * self.nu, uniforms) / shrunk)

    def normals(self, standard: F64, chi_square: F64) -> F64:
        """Return normals under the tilt, along the axes, from independent ones: (n_normals, n)."""
        variances = 1.0 / (1.0 - 2.0 * self.theta * self.quadratic.curves)
        means = (self.theta * self.quadratic.slopes * variances)[:, None] * np.sqrt(self._weight(chi_square))
        return np.asarray(means + np.sqrt(variances)[:, None] * standard)

    def likelihood(self, normals: F64, chi_square: F64) -> F64:
        """Return how much likelier the tilt makes normals along the axes (n_normals, n), and a chi-square (n,)."""
        q, weight = self.quadratic, self._weight(chi_square)
        sums = weight * (q.at - self.threshold) + self.bend + np.sqrt(weight) * _product(q.slopes, normals)
        return np.asarray(np.exp(self.theta * (sums + _product(q.curves, normals * normals)) - self.psi))

    def _weight(self, chi_square: F64) -> F64:
        return np.ones(chi_square.size) if self.nu is None else chi_square / (self.nu - 2.0)


def tilt_to(threshold: float, quadratic: Quadratic, nu: float | None = None, bend: float = 0.0) -> Tilt:
    """Return the tilt that makes a loss of `threshold` [currency] ordinary; none where that is ordinary already."""
    none = Tilt(quadratic=quadratic, nu=nu, bend=bend, threshold=threshold, theta=0.0, psi=0.0)
    length = float(np.linalg.norm(quadratic.slopes) + np.abs(quadratic.curves).max(initial=0.0))
    if length == 0.0 or not math.isfinite(threshold):
        return none
    steepest = float(quadratic.curves.max())
    most = min(LONGEST / length, MOST / (2.0 * steepest) if steepest > 0.0 else math.inf)
    theta = _least(lambda theta: _psi(none, theta), most)
    psi = _psi(none, theta)
    return replace(none, theta=theta, psi=psi) if psi < 0.0 else none  # without a tilt it is 0


def _exponent(tilt: Tilt, theta: float) -> float:
    """Return what multiplies chi-square in the logarithm of the density, or W = 1 of normals."""
    q = tilt.quadratic
    of_slopes = 0.5 * float((theta**2 * q.slopes**2 / (1.0 - 2.0 * theta * q.curves)).sum())
    return (theta * (q.at - tilt.threshold) + of_slopes) / (1.0 if tilt.nu is None else tilt.nu - 2.0)


def _psi(tilt: Tilt, theta: float) -> float:
    """Return the logarithm of the mean of exp(theta Q); infinite where there is none."""
    of_curves = -0.5 * float(np.log1p(-2.0 * theta * tilt.quadratic.curves).sum()) + theta * tilt.bend
    exponent = _exponent(tilt, theta)
    if tilt.nu is None:
        return exponent + of_curves
    shrunk = 1.0 - 2.0 * exponent
    return math.inf if shrunk <= 0.0 else of_curves - 0.5 * tilt.nu * math.log(shrunk)


def _product(weights: F64, rows: F64) -> F64:
    """Return weights (n,) times rows (n, n_paths), added row by row whatever the machine: (n_paths,)."""
    total = np.zeros(rows.shape[1])
    for weight, row in zip(weights, rows, strict=True):
        total += weight * row
    return total


def _least(convex: Callable[[float], float], most: float) -> float:
    """Return where a convex function is least between 0 and `most`, by thirds; it may be infinite beyond a point."""
    low, high = 0.0, most
    for _ in range(THIRDS):
        third = (high - low) / 3.0
        if convex(low + third) <= convex(high - third):
            high -= third
        else:
            low += third
    return 0.5 * (low + high)
