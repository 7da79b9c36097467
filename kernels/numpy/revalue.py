"""Value every book by the formulas of its payoffs, and subtract the base. Twins: numba/revalue.py, cuda/revalue.cuh."""

import numpy as np

from kernels.layout import Book, Run
from kernels.numpy.payoffs.all_payoffs import add_payoffs
from kernels.numpy.payoffs.flows import add_leg
from kernels.types import F64


def revalue(book: Book, scenario: int, observed: F64) -> F64:
    """Return the P&L of each book on each path, (n_books, n) [reporting currency].

    observed (n_observations, n_factors, n) deviations from the scenario's start.
    """
    run, flows, n = book.run, book.flows, observed.shape[2]
    observed = _with_sums(run, observed)
    fx = np.ones((run.fx_factor.size, n))
    for c in range(1, run.fx_factor.size):
        fx[c] = run.fx_start[scenario, c] * np.exp(observed[-1, run.fx_factor[c]])
    legs = [np.zeros(n) for _ in flows.shared]
    for leg, value in zip(flows.shared, legs, strict=True):
        add_leg(flows, leg, scenario, observed, value)
    values = np.zeros((run.base_value.size, n))
    for (b, c), cash in np.ndenumerate(run.cash[scenario]):
        total = np.full(n, cash)
        add_leg(flows, flows.own[b, c], scenario, observed, total)
        add_payoffs(book.payoffs, run, book.points, scenario, b, c, observed, legs, total)
        values[b] += fx[c] * total
    return np.asarray(values / fx[run.reporting] - run.base_value[:, None])


def _with_sums(run: Run, observed: F64) -> F64:
    """Return deviations (n_observations, n_factors, n) with those of the run's sums behind."""
    rows = [sum(observed[:, factor] for factor in run.sum_terms[each.first : each.last]) for each in run.sums]
    return np.concatenate([observed, np.stack(rows, axis=1)], axis=1) if rows else observed
