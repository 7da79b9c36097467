"""Laws of factors that no history holds, as a user gives them: implied vols, derived curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLaw:
    """Law of one factor whose history is not at hand."""

    vol: float  # per sqrt(year), as `Market.vols`
    correlations: Mapping[str, float]  # with the factors that are named; with others, what these imply
    source: str  # whose figures, or "assumption: ..." with the reasoning
    kappa: float = 0.0  # mean reversion per year
    theta: float = 0.0  # long-run state, as `Market.thetas`


def with_given_laws(correlation: F64, known: Sequence[str], laws: Mapping[str, GivenLaw], names: Sequence[str]) -> F64:
    """Return the correlation of `names`, (n, n), from that of the `known` ones and what is given of the rest.

    A given factor moves with the others only through those that its law names: with S these, its correlations are
    R[:, S] R[S, S]^-1 rho_S, the regression on them. The matrix stays positive definite as long as the regression
    explains less than all of the factor's variance.

    Raises
    ------
    InputError
        A law names a factor that is neither known nor given before it, or its correlations explain the factor wholly.
    """
    order = list(known)
    for name, law in laws.items():
        row = _implied(correlation, order, name, law)
        correlation = np.block([[correlation, row[:, np.newaxis]], [row[np.newaxis, :], np.ones((1, 1))]])
        order.append(name)
    places = [order.index(name) for name in names]
    return correlation[np.ix_(places, places)]


def _implied(correlation: F64, order: Sequence[str], name: str, law: GivenLaw) -> F64:
    """Return (n,) correlations of a given factor with those before it."""
    missing = [other for other in law.correlations if other not in order]
    if missing:
        raise InputError(f"the law of {name} names {', '.join(missing)}; it may name {', '.join(order)}")
    through = [order.index(other) for other in law.correlations]
    wanted = np.array(list(law.correlations.values()), dtype=np.float64)
    weights = np.linalg.solve(correlation[np.ix_(through, through)], wanted)
    if not float(weights @ wanted) < 1.0:
        raise InputError(f"the correlations given for {name} contradict those among {', '.join(law.correlations)}")
    row: F64 = correlation[:, through] @ weights
    row[through] = wanted
    return row
