"""What each factor's moves did on a path: its P&L parted by factor, exactly, by the rule of Aumann and Shapley.

A path's state at the horizon lies at deviations x from the scenario's start. Along the straight line t x, t from 0 to
1, P&L changes by the integral of sum over factors of x_f dV/dx_f (t x), of which each factor has its own term: what two
factors do together falls to both by what each adds along the way. Aumann & Shapley (1974), "Values of non-atomic
games", chapter 3; for risk capital Denault (2001), "Coherent allocation of risk capital", J. Risk 4(1).

The integral is Gauss and Legendre's on four nodes, the slopes central differences. What it misses, at kinks of payoffs
mostly, is a part of its own, "remainder"; so is what happens with no move at all: the scenario's shock, and what ageing
the book to the horizon brings. Of a payoff that looks at several days, the days' deviations move along the line
together.
"""

from collections.abc import Sequence

import numpy as np

from engine.market.factors import Factor, FactorKind, is_exchange_rate
from engine.run.position_pnl import replayed
from engine.run.prepared import Prepared
from engine.run.total_pnl import TotalPnl, total_pnl
from kernels.types import F64, I64, U64

NODES, WEIGHTS = (
    0.5 * (1.0 + each) if i == 0 else 0.5 * each for i, each in enumerate(np.polynomial.legendre.leggauss(4))
)
STEP = 1e-3  # of a factor's own deviation: central differences are off by the third derivative times 1e-6
COLUMNS = 2**16  # of deviations valued at once

ROUNDING = 1e-12  # of a book's value: a P&L below is none

SHOCK, AGEING, REMAINDER = "shock", "ageing", "remainder"


def factor_parts(part: Prepared, scenario: int, paths: U64, total: F64, scope: int = 0) -> tuple[list[str], F64]:
    """Part the P&L of paths by factor.

    Parameters
    ----------
    paths : (n,) numbers of paths, or of moves
    total : (n,) float64 [currency] P&L of the scope on them
    scope : 0: the sum over books; 1 + b: the b-th of the run's books alone

    Returns
    -------
    Names of the factors that move it, then `SHOCK` and `AGEING` where there are any, and `REMAINDER`; and the P&L of
    each, (n_parts, n) float64 [currency], which add up to `total`.
    """
    value = total_pnl(part, scenario, _positions(part, scope))
    observed = replayed(part, scenario, paths)[value.steps - 1]
    moving = _moving(value, observed)
    parts = np.zeros((moving.size, paths.size))
    for node, weight in zip(NODES.tolist(), WEIGHTS.tolist(), strict=True):
        parts += weight * _slopes(value, observed, moving, node)
    names, still = [part.inputs.market.factors[f].name for f in moving.tolist()], _still(part, scenario, scope, value)
    beside = np.array([*still.values()])[:, None] * np.ones(paths.size)
    remainder = total - parts.sum(axis=0) - beside.sum(axis=0)
    return [*names, *still, REMAINDER], np.concatenate([parts, beside, remainder[None]])


def _positions(part: Prepared, scope: int) -> I64 | None:
    """Return the positions of a scope; None: all."""
    if not scope:
        return None
    return np.flatnonzero(np.array(part.inputs.book.books) == part.packed.books[scope - 1])


def _still(part: Prepared, scenario: int, scope: int, value: TotalPnl) -> dict[str, float]:
    """Return what happens with no move at all, where anything does: [currency] of the shock, and of ageing."""
    n_factors = len(part.inputs.market.factors)
    shock = float(part.packed.shock_pnl[scenario, scope])
    ageing = float(value.of(np.zeros((value.steps.size, n_factors, 1)))[0]) - shock
    least = float(part.packed.bounds.pnl[scenario, scope]) + ROUNDING * abs(float(part.packed.base_values[scope]))
    return {name: pnl for name, pnl in ((SHOCK, shock), (AGEING, ageing)) if abs(pnl) > least}


def factor_classes(names: Sequence[str], factors: Sequence[Factor]) -> list[str]:
    """Return the class of each part by name: a curve, exchange rates, prices, vols; of others their own names."""
    by_name = {factor.name: factor for factor in factors}
    return [_class(by_name[name]) if name in by_name else name for name in names]


def _class(factor: Factor) -> str:
    match factor.kind:
        case FactorKind.RATE:
            return f"{factor.curve} curve"
        case FactorKind.SPREAD:
            return "spreads"
        case FactorKind.VOL | FactorKind.SKEW:
            return "vols"
        case FactorKind.PRICE:
            return "exchange rates" if is_exchange_rate(factor) else "prices"


def _moving(value: TotalPnl, observed: F64) -> I64:
    """Return the factors without whose move some path would have another P&L: (n_moving,)."""
    whole, n = value.of(observed), observed.shape[2]
    found = []
    for factors in _some(np.arange(observed.shape[1]), n):
        at = np.tile(observed, factors.size)
        for k, f in enumerate(factors.tolist()):
            at[:, f, k * n : (k + 1) * n] = 0.0
        differs = (value.of(at).reshape(factors.size, n) != whole).any(axis=1)
        found.append(factors[differs])
    return np.concatenate(found)


def _slopes(value: TotalPnl, observed: F64, moving: I64, node: float) -> F64:
    """Return x_f dV/dx_f at `node` times the deviations: (n_moving, n) [currency]."""
    n, found = observed.shape[2], []
    for factors in _some(moving, 2 * n):
        at = np.tile(node * observed, 2 * factors.size)
        for k, f in enumerate(factors.tolist()):
            for sign, first in ((1.0, 2 * k * n), (-1.0, (2 * k + 1) * n)):
                at[:, f, first : first + n] += sign * STEP * observed[:, f]
        up, down = value.of(at).reshape(factors.size, 2, n).transpose(1, 0, 2)
        found.append((up - down) / (2.0 * STEP))
    return np.concatenate(found) if found else np.zeros((0, n))


def _some(factors: I64, n: int) -> list[I64]:
    """Part factors so that `n` deviations of each are held at once."""
    at_once = max(1, COLUMNS // n)
    return [factors[first : first + at_once] for first in range(0, factors.size, at_once)]
