"""Mean and covariance of the states at the horizon: distances, leading components, and what one state says of all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kernels.types import F64

LEADING = 0.95  # of the variance of standardised factors that the leading components make up
NOISE = 1e-10  # of the largest eigenvalue: below it a direction does not move


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateMoments:
    """Mean and covariance of the states, deviations from the start."""

    mean: F64  # (n_factors,)
    covariance: F64  # (n_factors, n_factors)

    @property
    def std(self) -> F64:
        """Return the standard deviations: (n_factors,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def distance(self, states: F64) -> F64:
        """Return how many standard deviations markets are from the mean, by Mahalanobis: (n,); states (n_factors, n).

        Directions that do not move count for nothing.
        """
        values, vectors = self._eigen()
        kept = values > NOISE * values[-1]
        scores = vectors[:, kept].T @ self._standardised(states) / np.sqrt(values[kept])[:, None]
        return np.asarray(np.sqrt((scores * scores).sum(axis=0)))

    def leading(self, states: F64) -> F64:
        """Return whitened scores of the principal components that make up `LEADING`: (n_components, n).

        states   (n_factors, n). Components are of standardised factors, so that no unit counts; those left out are
        noise between neighbouring tenors, in which no two markets are alike.
        """
        values, vectors = self._eigen()
        share = np.cumsum(values[::-1]) / values.sum()
        n = int(np.searchsorted(share, LEADING)) + 1
        kept = slice(None, -n - 1, -1)
        return np.asarray(vectors[:, kept].T @ self._standardised(states) / np.sqrt(values[kept])[:, None])

    def slope_on(self, factors: Sequence[int]) -> F64:
        """Return the regression of all states on those of some factors: (n_factors, n_given)."""
        given = list(factors)
        inner = self.covariance[np.ix_(given, given)]
        return np.asarray(self.covariance[:, given] @ np.linalg.pinv(inner, hermitian=True))

    def given(self, factors: Sequence[int], states: F64) -> F64:
        """Return the mean of all states where those of some factors are (n_given, n): (n_factors, n)."""
        found = self.mean[:, None] + self.slope_on(factors) @ (states - self.mean[list(factors)][:, None])
        found[list(factors)] = states
        return found

    def std_given(self, factors: Sequence[int]) -> F64:
        """Return the standard deviations that are left where the states of some factors are known: (n_factors,)."""
        explained = (self.slope_on(factors) * self.covariance[:, list(factors)]).sum(axis=1)
        left = np.maximum(np.diag(self.covariance) - explained, 0.0)
        left[list(factors)] = 0.0
        return np.asarray(np.sqrt(left))

    def _standardised(self, states: F64) -> F64:
        std = self.std
        return np.asarray((states - self.mean[:, None]) / np.where(std > 0.0, std, 1.0)[:, None])

    def _eigen(self) -> tuple[F64, F64]:
        """Return eigenvalues, ascending, and vectors of the correlation; a factor that stands still has a row of 0."""
        scale = np.where(self.std > 0.0, self.std, 1.0)
        values, vectors = np.linalg.eigh(self.covariance / np.outer(scale, scale))
        return values, vectors


def sample_moments(states: F64, weights: F64) -> StateMoments:
    """Return the moments of paths, states (n_factors, n) by weights (n,)."""
    mean = states @ weights / weights.sum()
    centred = states - mean[:, None]
    return StateMoments(mean=mean, covariance=np.asarray((centred * weights) @ centred.T / weights.sum()))
