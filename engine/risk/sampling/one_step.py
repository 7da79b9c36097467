"""One step of a normal or t law as sampled points move its factors: at random, or tilted towards a book's losses."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammainc, ndtri

from engine.risk.sampling.quadratic import gradient_first, quadratic_of
from engine.risk.sampling.sobol import sobol_points
from engine.risk.sampling.tilt import Tilt, tilt_to
from kernels.law_layout import ModelArrays
from kernels.mixing import quantile_nodes
from kernels.types import F64

TAIL = 0.99  # confidence of the loss that paths are drawn to
PILOT_LOG2 = 13  # of points that tell this loss
PILOT = 2**63  # number of the pilot among scramblings, far from the replicates'
PLAIN_PART = 2  # halvings of a replicate's tilted paths that make the number of its plain ones


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OneStep:
    """A law of one step: x = drift + q chol z + q^2 convexity, q = 1 where nothing mixes."""

    drift: F64  # (n_factors,) in the states' units
    chol: F64  # (n_factors, n_factors)
    convexity: F64  # (n_factors,)
    quantiles: F64  # of q at the nodes of kernels.mixing
    nu: float | None  # degrees of freedom of a t; None: normals

    def moves(self, loads: F64, normals: F64, chi_square: F64) -> F64:
        """Return the factors' moves, (n_factors, n) in the states' units.

        loads    (n_factors, n_factors) what a normal does to the factors: `chol`, or `chol` times other axes
        normals  (n_factors, n) along these axes; chi_square (n,) of a t
        """
        moved = _product(loads, normals)
        if self.nu is None:
            return self.drift[:, None] + moved
        q = np.interp(gammainc(0.5 * self.nu, 0.5 * chi_square), quantile_nodes(), self.quantiles)
        return np.asarray(self.drift[:, None] + q * moved + q * q * self.convexity[:, None])


def one_step_of(model: ModelArrays, nu: float | None) -> OneStep:
    """Return the only law of a model, of one regime and without events; `nu` degrees of freedom, None: normals."""
    return OneStep(
        drift=model.drift[0, 0],
        chol=model.chol[0, 0],
        convexity=np.zeros_like(model.drift[0, 0]) if nu is None else model.convexity[0, 0],
        quantiles=model.quantiles[0],
        nu=nu,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampler:
    """How paths of a law are drawn for one book: replicate after replicate, path after path."""

    law: OneStep
    seed: int
    tilt: Tilt  # of the weighted paths; theta = 0: all count alike
    loads: F64  # (n_factors, n_factors) what a normal along the tilt's axes does to the factors
    turned: F64  # (n_factors, n_factors) the axes of the other paths, in those of the tilt

    def n_paths(self, log2_points: int) -> int:
        """Return the paths of a replicate with 2**log2_points of them tilted, or of all where none is."""
        tilted = 1 << log2_points
        return tilted if self.tilt.theta == 0.0 else tilted + (tilted >> PLAIN_PART)

    def replicate(self, number: int, log2_points: int) -> tuple[F64, F64]:
        """Return the moves of a replicate's paths, (n_factors, n), and their weights, (n,), 1 on average.

        Where paths are tilted, a fifth is not: a weight is then below 5 whatever the book, since it counts a path by
        the law's density over that of the two parts together. Owen & Zhou (2000), "Safe and effective importance
        sampling", J. American Statistical Association 95(449).
        """
        if self.tilt.theta == 0.0:
            normals, chi_square = self._plain(2 * number, log2_points)
            return self._moves(normals, chi_square), np.ones(chi_square.size)
        parts = self._tilted(2 * number + 1, log2_points), self._plain(2 * number, log2_points - PLAIN_PART)
        normals, chi_square = (np.concatenate(each, axis=-1) for each in zip(*parts, strict=True))
        share = 1.0 / (1.0 + 2.0**-PLAIN_PART)
        weights = 1.0 / (share * self.tilt.likelihood(normals, chi_square) + (1.0 - share))
        return self._moves(normals, chi_square), weights

    def _moves(self, normals: F64, chi_square: F64) -> F64:
        return self.law.moves(self.loads, normals, chi_square)

    def _points(self, scrambling: int, log2_points: int) -> tuple[F64, F64]:
        """Return independent normals (n_factors, n), and the uniforms of chi-square (n,), the first coordinate."""
        has_mixing = self.law.nu is not None
        points = sobol_points(self.law.drift.size + has_mixing, log2_points, (self.seed, scrambling))
        return np.asarray(ndtri(points[int(has_mixing) :])), points[0]

    def _tilted(self, scrambling: int, log2_points: int) -> tuple[F64, F64]:
        standard, uniforms = self._points(scrambling, log2_points)
        chi_square = self.tilt.mixing(uniforms)
        return self.tilt.normals(standard, chi_square), chi_square

    def _plain(self, scrambling: int, log2_points: int) -> tuple[F64, F64]:
        standard, uniforms = self._points(scrambling, log2_points)
        return _product(self.turned, standard), self.tilt.none().mixing(uniforms)


def sampler_for(law: OneStep, losses: Callable[[F64], F64], seed: int) -> Sampler:
    """Return how paths are drawn for a book: towards the loss that a first few exceed with a probability of 1 %.

    losses   of moves (n_factors, n): the book's, (n,) [currency]
    """
    drift = law.drift[:, None]
    quadratic = quadratic_of(lambda normals: losses(drift + _product(law.chol, normals)), law.drift.size)
    bend = 0.0 if law.nu is None else float(losses(drift + law.convexity[:, None])[0]) - quadratic.at
    none = tilt_to(quadratic.at, quadratic, law.nu, bend).none()
    loads = law.chol @ quadratic.axes
    plain = Sampler(law=law, seed=seed, tilt=none, loads=loads, turned=gradient_first(quadratic))
    normals, chi_square = plain._plain(PILOT, PILOT_LOG2)
    threshold = float(np.quantile(losses(plain._moves(normals, chi_square)), TAIL))
    return replace(plain, tilt=tilt_to(threshold, quadratic, law.nu, bend))


def _product(matrix: F64, rows: F64) -> F64:
    """Return a matrix (n, n) times rows (n, n_paths), whose sums go row by row whatever the machine."""
    found = np.zeros((matrix.shape[0], rows.shape[1]))
    for out, weights in zip(found, matrix, strict=True):
        for weight, row in zip(weights, rows, strict=True):
            if weight != 0.0:
                out += weight * row
    return found
