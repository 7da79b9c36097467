"""Draws from tables of past days, for tests: laws that do nothing else."""

import numpy as np

from engine.law.past.one_step import row_shares
from engine.risk.past_table import TableDraws
from tests.kernels.laws import random_filtered


def even_draws(n_rows, seed, n_steps):
    """Draws of rows that are all alike."""
    return _draws(n_rows, seed, n_steps, 0)


def tilted_draws(n_rows, seed, n_steps):
    """Draws by three regimes, each with rows of its own."""
    return _draws(n_rows, seed, n_steps, 1)


def _draws(n_rows, seed, n_steps, law):
    model = random_filtered(np.random.default_rng(3), n_factors=2, n_dynamics=2, n_steps=n_steps, n_rows=n_rows)
    return TableDraws(model=model, law=law, row_shares=row_shares(model, law), seed=seed, n_steps=n_steps)
