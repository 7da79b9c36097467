"""Tables of swaptions on one swap: their value per unit of annuity, interpolated in the forward swap rate.

Every scenario decides alone which of its swaps get a table, and of how many terms, as with `option_tables`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

from engine.pack.compression.chebyshev import MORE_NODES, REACHES, TERMS, WANTED, error_of, to_coefficients
from engine.pack.draft import Ground
from engine.pack.setting import Setting
from engine.payoffs.black import bachelier
from kernels.layout import Flows, Leg, RateTable, Swap, Swaption
from kernels.records import Rows
from kernels.tables import rate_tables
from kernels.types import F64, I64

WORTH_A_TABLE = 4  # swaptions on one swap below which pricing them one by one is cheaper
_NODES = chebyshev.chebpts1(int(MORE_NODES * max(TERMS)))
_TO_COEFFICIENTS = to_coefficients(_NODES)
_PRICED = 256  # swaptions at a time: memory stays small, and BLAS sums them in one order whatever its threads


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RateTables:
    """Tables of a book's swaps, and what they may cost."""

    table: I64  # (n_swaps,) row of the tables; -1: priced swaption by swaption
    tables: Rows[RateTable]  # (n_scenarios, n_tables)
    terms: F64  # (n_scenarios, n_tables, n_terms)
    errors: F64  # (n_scenarios, n_swaps) at most, per unit of annuity, in the currency; 0: priced one by one


def tabulate_swaptions(setting: Setting, ground: Ground, swaps: Rows[Swap], swaptions: Rows[Swaption]) -> RateTables:
    """Return tables of the swaps (n_swaps,) that are worth one, where one within `WANTED` can be had.

    None where a factor moves their vols, or the run is direct: every swaption is priced by itself.
    """
    sizes = swaps["last"] - swaps["first"]
    on_each = [swaptions[swap.first : swap.last] for swap in swaps]
    alive = np.array([own["spread"].min() > 0.0 for own in on_each], bool) & (swaps["vol_factor"] < 0)
    worth = [] if ground.direct else np.flatnonzero((sizes >= WORTH_A_TABLE) & alive).tolist()
    scenarios = range(len(setting.shocked))
    rates = [_Rates(setting, ground.flows, s) for s in scenarios]
    fits = [[_fit(on_each[k], *each.at(swaps[k])) for k in worth] for each in rates]
    used = [k for k in range(len(worth)) if any(row[k] is not None for row in fits)]
    tables = [[row[k] or NO_TABLE for k in used] for row in fits]
    errors = np.zeros((len(scenarios), sizes.size))
    for s, row in enumerate(tables):
        errors[s, [worth[k] for k in used]] = [fit.error for fit in row]
    index = np.full(sizes.size, -1, np.int64)
    index[[worth[k] for k in used]] = np.arange(len(used))
    laid, terms = _laid(tables, (len(scenarios), len(used)))
    return RateTables(table=index, tables=laid, terms=terms, errors=errors)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """One swap's table in one scenario."""

    rate: float
    inverse_width: float
    terms: F64  # (n_x,) of T_k(x)
    error: float  # at most, per unit of annuity


NO_TABLE = _Fit(rate=0.0, inverse_width=np.nan, terms=np.zeros(1), error=0.0)


class _Rates:
    """Forward swap rates in one scenario: in the middle, and how far they spread."""

    def __init__(self, setting: Setting, flows: Flows, s: int) -> None:
        self._flows, self._law, self._steps = flows, setting.laws[s], setting.observed.steps
        self._values = flows.value[s]

    def at(self, swap: Swap) -> tuple[float, float, float]:
        """Return the rate in the middle, its standard deviation to first order, and the annuity."""
        floating, annuity = self._flows.shared[swap.floating], self._flows.shared[swap.annuity]
        steps = int(self._steps[floating.when])
        mean = self._law.mean(steps)
        value, slope = self._leg(floating, mean)
        unit, unit_slope = self._leg(annuity, mean)
        rate = value / unit
        moved = (slope - rate * unit_slope) / unit
        variance = float(moved @ self._law.covariance(steps) @ moved)
        return rate, max(variance, 0.0) ** 0.5, unit

    def _leg(self, leg: Leg, deviations: F64) -> tuple[float, F64]:
        """Return a leg's value, and its slopes in every row of deviations: (n_moves,)."""
        segments = self._flows.segments[leg.first : leg.last]
        flows = slice(segments["first"][0], segments["last"][-1])
        pairs = np.column_stack([segments["below"], segments["above"]])
        factors = np.repeat(pairs, segments["last"] - segments["first"], axis=0)
        exponents = self._flows.exponents[flows]
        values = self._values[flows] * np.exp((exponents * deviations[factors]).sum(axis=1))
        slope = np.bincount(factors.ravel(), (exponents * values[:, None]).ravel(), deviations.size)
        return float(values.sum()), np.asarray(slope, np.float64)


def _fit(swaptions: Rows[Swaption], rate: float, std: float, annuity: float) -> _Fit | None:
    """Interpolate the swaptions on one swap; None: no table is good enough."""
    if not (std > 0.0 and annuity > 0.0 and np.isfinite(rate)):
        return None
    for reach in REACHES:
        half = reach * std
        if _is_hidden(swaptions, rate, half):
            continue
        value, gross = _values(swaptions, rate + half * _NODES)
        middle = float(_values(swaptions, np.array([rate]))[1][0])
        coefficients = _TO_COEFFICIENTS @ value
        for n_x in TERMS:
            terms = coefficients[:n_x] + 0.0  # no -0.0
            error = error_of(
                float(np.abs(coefficients[n_x:]).sum()), n_x, float(np.abs(terms).sum()), float(gross.max())
            )
            if error <= WANTED * max(middle, 1.0 / annuity):
                return _Fit(rate=rate, inverse_width=1.0 / half, terms=terms, error=error)
    return None


def _is_hidden(swaptions: Rows[Swaption], rate: float, half: float) -> bool:
    """Return whether some swaption's bend is narrower than the nodes about it lie apart.

    What such swaptions make between two strikes may lie between two nodes, and leave no trace in the terms.
    """
    away = swaptions["strike"] - rate
    apart = np.pi / _NODES.size * np.sqrt(np.maximum(half * half - away * away, 0.0))
    return bool(np.any(swaptions["spread"] < apart))


def _values(swaptions: Rows[Swaption], rates: F64) -> tuple[F64, F64]:
    """Return the value per unit of annuity at forward rates (n,), and with the quantities' signs dropped."""
    value, gross = np.zeros(rates.size), np.zeros(rates.size)
    for first in range(0, swaptions.size, _PRICED):
        part = swaptions[first : first + _PRICED]
        quantity = np.ascontiguousarray(part["quantity"])
        gain = part["payer"] * (rates[:, None] - part["strike"])
        each = bachelier(gain, part["spread"])
        value += each @ quantity
        gross += each @ np.abs(quantity)
    return value, gross


def _laid(tables: list[list[_Fit]], shape: tuple[int, int]) -> tuple[Rows[RateTable], F64]:
    n_x = max((fit.terms.size for row in tables for fit in row), default=1)
    terms = np.zeros((*shape, n_x))
    for s, row in enumerate(tables):
        for t, fit in enumerate(row):
            terms[s, t, : fit.terms.size] = fit.terms
    rates = np.array([[fit.rate for fit in row] for row in tables]).reshape(shape)
    return rate_tables(rates, np.array([[fit.inverse_width for fit in row] for row in tables]).reshape(shape), terms)
