"""A bridge under a law by rows: a median that has no closed form, and what a led price says of the other factors."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.law.diffusion import mean_after
from engine.law.part import LawSetting
from engine.law.past.filtered import RowLaw, RowSteps
from engine.law.past.row_arrays import with_rows
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

    Covariances of the moves to the horizon over f's variance: of one row, and of what leaders add to the next step,
    whose residuals are taken as their rows'. Sums run row by row, in one order on every machine.
    """
    centred = rows.residuals - rows.residuals.mean(axis=0)
    led = np.clip(rows.residuals[:, rows.leader], -rows.clip, rows.clip)
    led = led - led.mean(axis=0)
    adds = (led * rows.lead[f]).sum(axis=1)  # (n_rows,) what leaders add to factor f
    same = _covariances(centred, centred[:, f]) + (rows.lead * _covariances(led, adds)).sum(axis=1)
    same[f] += rows.own_normal[f] ** 2
    next_day = (rows.lead * _covariances(led, centred[:, f])).sum(axis=1) + _covariances(centred, adds)
    roots = rows.root_span[:n_steps]
    whole = rows.weekday_move * ((roots * roots).sum() * same + (roots[1:] * roots[:-1]).sum() * next_day)
    return np.asarray(whole / whole[f]) if whole[f] != 0.0 else (np.arange(whole.size) == f).astype(np.float64)


def _covariances(columns: F64, one: F64) -> F64:
    """Return the covariance of centred columns (n_rows, n) with a centred one (n_rows,): (n,)."""
    return np.asarray((columns * one[:, None]).sum(axis=0) / one.size)


def _of_factors(rows: RowLaw, among: Sequence[int]) -> RowLaw:
    """Return the law of some factors alone, leaders among them, in this order."""
    return replace(
        rows,
        residuals=rows.residuals[:, among],
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
