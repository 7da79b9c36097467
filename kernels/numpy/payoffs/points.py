"""Points: discount factors and their inverses. Twins in numba/ and cuda/."""

import numpy as np

from kernels.layout import Points
from kernels.types import F64


def log_point(points: Points, number: int, observed: F64) -> F64:
    """Return the logarithm of a point over its start: (n,); observed (n_observations, n_factors, n)."""
    point = points.points[number]
    seen = observed[point.when]
    own = point.a * seen[point.below] + point.b * seen[point.above]
    return np.asarray(own if point.then < 0 else own + log_point(points, point.then, observed))


def point_value(points: Points, scenario: int, number: int, observed: F64) -> F64:
    """Return a discount factor, or its inverse: (n,)."""
    return np.asarray(points.start[scenario, number] * np.exp(log_point(points, number, observed)))
