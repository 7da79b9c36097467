"""How likely a loss is and which mode it comes by, from draws around the modes: exact in the mean, however rare."""

import math

import numpy as np
from scipy.special import logsumexp

from engine.analysis.reverse.density_modes import Losses
from engine.analysis.reverse.law_density import LawDensity
from engine.analysis.reverse.results import Figure
from kernels.types import F64, Bools

N_DRAWS = 2**14  # around each mode, and as many of the law itself


def tail_probability(
    density: LawDensity, losses: Losses, target: float, modes: F64, random: np.random.Generator
) -> tuple[Figure, tuple[Figure, ...]]:
    """Return how likely a loss of `target` or more is, and the share of each mode in it.

    Draws are of the law itself and of the law moved to each mode, as many of each, weighed by the density over the
    mixture's (Veach & Guibas 1995, "Optimally combining sampling techniques", balance heuristic): no weight is above
    the number of laws. A draw belongs to the mode to which its whitened direction is nearest.

    Parameters
    ----------
    modes : (n_factors, n_modes) whitened markets
    """
    centres = np.concatenate([np.zeros((len(modes), 1)), modes], axis=1)
    n_laws = centres.shape[1]
    y = np.concatenate([centres[:, [c]] + density.draw(N_DRAWS, random) for c in range(n_laws)], axis=1)
    logs = np.stack([density.log_density(y - centres[:, [c]]) for c in range(n_laws)])
    weight = np.exp(logs[0] - (logsumexp(logs, axis=0) - math.log(n_laws)))
    hit = np.where(losses(y) >= target, weight, 0.0)
    nearest = np.argmax((modes / np.linalg.norm(modes, axis=0)).T @ y, axis=0)
    probability = _stratified(hit, n_laws)
    shares = [_share(hit, nearest == m, probability.value, n_laws) for m in range(n_laws - 1)]
    return probability, tuple(shares)


def _share(hit: F64, is_mine: Bools, probability: float, n_laws: int) -> Figure:
    if probability == 0.0:
        return Figure(value=math.nan, se=math.nan)
    share = _stratified(hit * is_mine, n_laws).value / probability
    error = _stratified(hit * (is_mine - share), n_laws).se / probability
    return Figure(value=share, se=error)


def _stratified(values: F64, n_laws: int) -> Figure:
    """Return the mean of draws, as many of each law, with its error between draws of the same law."""
    by_law = values.reshape(n_laws, -1)
    variance = by_law.var(axis=1, ddof=1).sum() / (by_law.shape[1] * n_laws**2)
    return Figure(value=float(by_law.mean()), se=math.sqrt(float(variance)))
