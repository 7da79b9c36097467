"""Component VaR and expected shortfall of books: what each contributes to the total, with its Monte Carlo error.

By Euler's rule a book's component of VaR is the mean of its loss where the total loses VaR, and of ES the mean of its
loss in the total's tail. Both are read off lines: a book's losses on a set of paths are regressed on the total's
there, and the line is taken at the run's own VaR or ES. A regression of the total on itself has slope 1, so the books'
values add up to the total's figure whatever the set, up to rounding; and the paths may be a part of the run.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.risk.moments import tree_sum
from engine.risk.ranks import Confidence, rank_se, tail_mass
from engine.risk.results import Measure
from kernels.types import F64

WINDOW = 0.25  # of the tail's mass: ranks on either side of VaR whose paths tell its components
LEAST_PATHS = 20  # in the tail and around VaR, for an error to mean anything
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")  # lose more than VaR; VaR or more
_MARGIN_SE = 6.0  # standard errors of the tail's size that are kept beyond it


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What one book contributes to the total's VaR and ES at one confidence; losses positive."""

    value_at_risk: float
    value_at_risk_se: float
    expected_shortfall: float
    expected_shortfall_se: float
    tail_paths: int  # that it was read from


class WorstPaths:
    """The worst paths of a total, with every book's P&L on them. Of equal totals the earlier path is kept."""

    def __init__(self, n_books: int, confidence: Confidence, n_paths: int) -> None:
        """Start empty, for the components at `confidence` from the `n_paths` paths that will be added."""
        mass = float(tail_mass(confidence, n_paths))
        reach = math.ceil((1.0 + WINDOW) * mass + _MARGIN_SE * rank_se(confidence, n_paths)) + 4
        self.n_paths = n_paths
        self.keep = min(n_paths, reach)
        self.pnl: F64 = np.empty((1 + n_books, 0))  # by the total's, ascending; row 0 is the total

    def add(self, pnl: F64) -> None:
        """Take in the next paths of the run: (1 + n_books, n), row 0 the total's."""
        self.pnl = self._worst(np.concatenate([self.pnl, self._worst(pnl)], axis=1))

    def _worst(self, pnl: F64) -> F64:
        return pnl[:, np.argsort(pnl[0], kind="stable")[: self.keep]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lines:
    """Regressions of the books' losses on the total's, taken at one loss of the total."""

    values: F64  # (n_books,)
    slopes: F64  # (n_books,)
    variances: F64  # (n_books,) of the values, for a fixed loss of the total
    n: int  # paths


def components(worst: WorstPaths, measure: Measure, n_paths: int) -> tuple[Component, ...] | None:
    """Components of every book, which add up to the total's VaR and ES.

    Parameters
    ----------
    worst : of the paths looked at, all added, for the measure's confidence
    measure : the total's, of the run
    n_paths : of the run, from which `measure` is

    Returns
    -------
    One component a book; None where fewer than 20 paths lie in the tail or around VaR, or all of them lose the same
    and it is not the total's figure.

    Notes
    -----
    VaR is read from the paths whose rank is within a quarter of the tail's size of VaR's, ES from those that lose VaR
    or more. The error of VaR's component is that of the line at VaR, with the slope times VaR's own error. With c_b
    the component of VaR, e = (L_b - c_b) 1(L > v) / p is to first order what a path adds to the component of ES, as
    for the total (`engine.risk.tail.estimate_tail`, the case c_b = v): its variance is that of the residuals over the
    paths looked at, and over the run's that of the slope times the total's losses and of E[e], hence
    Var(r) / n + (slope^2 Var(L | tail) + c (ES_b - c_b)^2) / m, m = n_paths (1 - c).
    Tasche (1999), "Risk contributions and performance measurement", for both components as conditional means.
    """
    losses = -worst.pnl
    n_worse, n_tail = (int(np.searchsorted(worst.pnl[0], -measure.value_at_risk, side)) for side in _SIDES)
    mass = tail_mass(measure.confidence, worst.n_paths)
    middle, reach = min(max(math.floor(mass), n_worse), n_tail), math.ceil(WINDOW * mass)
    at_var = _lines(losses[:, max(0, middle - reach) : middle + reach + 1], measure.value_at_risk)
    at_es = _lines(losses[:, :n_tail], measure.expected_shortfall)
    if at_var is None or at_es is None:
        return None
    var_ses = _hypot(np.sqrt(at_var.variances), at_var.slopes, measure.value_at_risk_se)
    es_ses = _shortfall_ses(at_var, at_es, measure, n_paths)
    columns = (each.tolist() for each in (at_var.values, var_ses, at_es.values, es_ses))
    return tuple(
        Component(
            value_at_risk=var,
            value_at_risk_se=var_se,
            expected_shortfall=es,
            expected_shortfall_se=es_se,
            tail_paths=at_es.n,
        )
        for var, var_se, es, es_se in zip(*columns, strict=True)
    )


def _lines(losses: F64, at: float) -> _Lines | None:
    """Regress the rows from 1 on row 0, and take the lines at `at`; None as `components` says."""
    n = losses.shape[1]
    if n < LEAST_PATHS:
        return None
    means = tree_sum(losses) / n
    total, books = losses[0] - means[0], losses[1:] - means[1:, None]
    spread, distance = float(tree_sum(total * total)), at - float(means[0])
    if spread == 0.0:
        if abs(distance) > 1e-9 * abs(at):
            return None
        return _Lines(values=means[1:], slopes=np.zeros(len(books)), variances=_variances(books) / n, n=n)
    slopes = tree_sum(books * total) / spread
    variances = _variances(books - slopes[:, None] * total) * (1.0 / n + distance * distance / spread)
    return _Lines(values=means[1:] + slopes * distance, slopes=slopes, variances=variances, n=n)


def _variances(residuals: F64) -> F64:
    found: F64 = tree_sum(residuals * residuals) / (residuals.shape[1] - 2)
    return found


def _shortfall_ses(at_var: _Lines, at_es: _Lines, measure: Measure, n_paths: int) -> F64:
    mass, c = float(tail_mass(measure.confidence, n_paths)), measure.confidence
    beyond = measure.expected_shortfall - measure.value_at_risk
    total = math.sqrt(max(measure.expected_shortfall_se**2 - c * beyond * beyond / mass, 0.0))
    own = at_es.variances + c * (at_es.values - at_var.values) ** 2 / mass
    return _hypot(np.sqrt(own), at_es.slopes, total)


def _hypot(own: F64, slopes: F64, total: float) -> F64:
    """Errors of the books' own, with the total's carried over; infinite where the total's is."""
    if not math.isfinite(total):
        return np.full(own.shape, np.inf)
    found: F64 = np.hypot(own, slopes * total)
    return found
