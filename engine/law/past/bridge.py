"""A bridge under a law by rows: a median that has no closed form, and what a led price says of the other factors."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.law.diffusion import mean_after
from engine.law.part import LawSetting
from engine.law.past.filtered import RowLaw, RowSteps
from engine.law.past.row_arrays import with_rows
from engine.law.past.row_regimes import drawn_weights
from engine.law.regimes import ordered_product
from engine.mechanisms.unwind import Unwind
from kernels.base import PathRange
from kernels.law_layout import plain_model
from kernels.layout import Book, Holding, Holdings, Owned
from kernels.payoffs import empty_book
from kernels.select import select_backend
from kernels.types import F64

SEED = 20_250_528  # of the paths that tell the median: never a run's, so that figures of a run are apart from it
PATHS, MOST_PATHS = 2**18, 2**19  # for each ten steps, and in all: a median's standard error is 1.25 std / sqrt(paths)


def bridged_rows(unwind: Unwind, setting: LawSetting, rows: RowLaw, steps: RowSteps) -> RowSteps:
    """Return steps by rows under which the median of the bridge's price goes to its level at the horizon.

    It is the median of the rows' own moves and drifts that does: jumps, sales and interventions come on top. The other
    factors are led by their regression on the price.
    """
    bridge, market = unwind.bridge, setting.market
    if bridge is None:
        return steps
    f = setting.names.index(bridge.factor)
    wanted = math.log(bridge.level / market.level(market.factors[f]))
    missing = wanted - median_deviation(rows, steps, f, setting.n_steps)
    kept = mean_after(steps.decay, np.ones(len(setting.names)), setting.n_steps)[f]
    return replace(steps, drift=steps.drift + missing / kept * regression_on(rows, f, setting.n_steps))


def median_deviation(rows: RowLaw, steps: RowSteps, factor: int, n_steps: int) -> float:
    """Return the median of a factor's deviation after `n_steps`, in the state's units.

    It is that of some 262,144 paths for each ten steps, of a seed of their own, always in binary64 and by numba: the
    same for every run. Only the factor and those that lead it are walked.
    """
    among = list(dict.fromkeys([factor, *rows.leader.tolist()]))
    n = len(among)
    plain = plain_model(steps.decay[None, among], steps.drift[None, among], np.zeros((1, n, n)))
    backend, paths = select_backend("numba"), min(PATHS * -(-n_steps // 10), MOST_PATHS)
    program = backend.prepare(
        with_rows(plain, [_of_factors(rows, among)]),
        _one_unit(n, n_steps),
        seed=SEED,
        n_steps=n_steps,
        float32=False,
        centre=np.zeros(2),
    )
    return math.log(float(np.median(backend.pnl(program, PathRange(first=0, n=paths))[0])))


def regression_on(rows: RowLaw, f: int, n_steps: int) -> F64:
    """Return each factor's move over `n_steps` per unit of factor f's, at the variances of the start: (n_factors,).

    Covariances of the moves to the horizon over f's variance. With residuals z = eta + G z' of the step before, the row
    of step u is in the moves by H_u = s_u I + H_u+1 G, s the root of a step's weekdays: Cov = sum_u H_u Cov(eta) H_u'.
    G is the lead times the slope of a clipped residual on the residual. Sums have one order on every machine.
    """
    n = rows.weekday_move.size
    weights = _weights(rows, n_steps)[:, None]
    centred = rows.residuals - (weights * rows.residuals).sum(axis=0)
    covariance = np.stack([(weights * centred * centred[:, [k]]).sum(axis=0) for k in range(n)])
    covariance[np.arange(n), np.arange(n)] += rows.own_normal**2
    leaders = centred[:, rows.leader]
    clipped = (weights * np.clip(rows.residuals[:, rows.leader], -rows.clip, rows.clip) * leaders).sum(axis=0)
    squares = (weights * leaders * leaders).sum(axis=0)
    follows = np.zeros((n, n))
    for r, leader in enumerate(rows.leader.tolist()):
        follows[:, leader] += rows.lead[:, r] * (clipped[r] / squares[r] if squares[r] > 0.0 else 0.0)
    whole, moved = np.zeros(n), np.zeros((n, n))
    for root in rows.root_span[:n_steps][::-1].tolist():
        moved = root * np.eye(n) + ordered_product(moved, follows)
        whole += ordered_product(ordered_product(moved, covariance), moved[f][:, None])[:, 0]
    whole = rows.weekday_move * whole
    return np.asarray(whole / whole[f]) if whole[f] != 0.0 else (np.arange(n) == f).astype(np.float64)


def _weights(rows: RowLaw, n_steps: int) -> F64:
    """Return how likely each row is in a step, on the average of the horizon: (n_rows,)."""
    if rows.edges.size:
        return np.asarray(drawn_weights(rows.edges, rows.aliases, n_steps).mean(axis=0))
    return np.full(len(rows.residuals), 1.0 / len(rows.residuals))


def _of_factors(rows: RowLaw, among: Sequence[int]) -> RowLaw:
    """Return the law of some factors alone, leaders among them, in this order, without jumps beyond its cap."""
    return replace(
        rows,
        residuals=rows.residuals[:, among],
        beyond=None,
        leader=np.array([among.index(leader) for leader in rows.leader.tolist()], np.int64),
        **{name: getattr(rows, name)[among] for name in ("weekday_move", "follows", "own_normal", "least_variance")},
        **{name: getattr(rows, name)[among] for name in ("variance", "lead")},
    )


def _one_unit(n_factors: int, n_steps: int) -> Book:
    """Return a book of one unit of the first factor, a price that starts at 1: its P&L is the price itself."""
    book = empty_book(n_scenarios=1, n_books=1, n_currencies=1, n_factors=n_factors, n_steps=n_steps)
    held = Holdings(
        owned=Owned.rows(first=[[0]], last=[[1]]),
        holdings=Holding.rows(factor=[0], when=[0]),
        value=np.ones((1, 1)),
    )
    payoffs = tuple(held if isinstance(each, Holdings) else each for each in book.payoffs)
    return book._replace(payoffs=payoffs)
