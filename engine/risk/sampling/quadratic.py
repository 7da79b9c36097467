"""A book's loss to second order in the normals that move its market: its delta-gamma, in axes that make it diagonal."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kernels.types import F64

STEP = 0.05  # standard deviations, of the differences: far above rounding, and where a third order adds 1e-3 of a slope
NOTHING = 1e-12  # a slope or curve below this share of the largest loss that was looked at is rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quadratic:
    """at + slopes . z + curves . z^2 [currency], losses positive, where z are independent normals along the axes."""

    at: float
    axes: F64  # (n, n) a unit vector a column, by |slope|, the largest first
    slopes: F64  # (n,)
    curves: F64  # (n,) half the second derivatives

    @property
    def is_flat(self) -> bool:
        """Return whether nothing moves the loss."""
        return not (self.slopes.any() or self.curves.any())


def quadratic_of(losses: Callable[[F64], F64], n_normals: int) -> Quadratic:
    """Return the loss to second order around no move, by central differences.

    losses   of normals (n_normals, n): the loss of each column, (n,) [currency]
    """
    points, pairs = _points(n_normals)
    values = losses(points)
    at, up, down = float(values[0]), values[1 : 2 * n_normals + 1 : 2], values[2 : 2 * n_normals + 2 : 2]
    gradient, second = (up - down) / (2.0 * STEP), (up + down - 2.0 * at) / STEP**2
    matrix = np.diag(second)
    for k, (i, j) in enumerate(pairs):
        plus, minus = values[2 * n_normals + 1 + 2 * k], values[2 * n_normals + 2 + 2 * k]
        matrix[i, j] = matrix[j, i] = ((plus + minus - 2.0 * at) / STEP**2 - second[i] - second[j]) / 2.0
    least = NOTHING * float(np.abs(values).max(initial=0.0))
    gradient = np.where(np.abs(gradient) > least / STEP, gradient, 0.0)
    matrix = np.where(np.abs(matrix) > 4.0 * least / STEP**2, matrix, 0.0)
    return _diagonal(at, gradient, matrix)


def gradient_first(quadratic: Quadratic) -> F64:
    """Return other axes of the same normals, in those of the quadratic: the gradient, then what curves most, (n, n)."""
    n, length = quadratic.slopes.size, float(np.linalg.norm(quadratic.slopes))
    if length == 0.0:
        return np.eye(n)[:, np.argsort(-np.abs(quadratic.curves), kind="stable")]
    first = quadratic.slopes / length
    whole, _ = np.linalg.qr(np.column_stack([first, np.eye(n)[:, : n - 1]]))
    rest = whole[:, 1:]
    curves, turned = np.linalg.eigh(rest.T @ (quadratic.curves[:, None] * rest))
    return np.column_stack([first, rest @ turned[:, np.argsort(-np.abs(curves), kind="stable")]])


def _points(n: int) -> tuple[F64, list[tuple[int, int]]]:
    """Return the normals that are looked at, (n, n_points), and which two each pair of the last of them moves."""
    ones, pairs = STEP * np.eye(n), [(i, j) for i in range(n) for j in range(i)]
    points = [np.zeros(n)]
    for one in ones:
        points += [one, -one]
    for i, j in pairs:
        points += [ones[i] + ones[j], -ones[i] - ones[j]]
    return np.array(points).T, pairs


def _diagonal(at: float, gradient: F64, matrix: F64) -> Quadratic:
    curves, axes = np.linalg.eigh(matrix)
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0.0, -1.0, 1.0)
    slopes = axes.T @ gradient
    order = np.argsort(-np.abs(slopes), kind="stable")
    return Quadratic(at=at, axes=axes[:, order], slopes=slopes[order], curves=0.5 * curves[order])
