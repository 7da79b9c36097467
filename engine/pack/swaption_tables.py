"""Tables of swaptions on one swap: their value per unit of annuity, interpolated in the forward swap rate.

Every scenario decides alone which of its swaps get a table, and of how many terms, as with `option_tables`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from engine.pack.chebyshev import MORE_NODES, REACHES, TERMS, WANTED, error_of, to_coefficients
from engine.pack.setting import Setting
from engine.payoffs.black import bachelier
from kernels.types import F64

WORTH_A_TABLE = 4  # swaptions on one swap below which pricing them one by one is cheaper
_NODES = chebyshev.chebpts1(int(MORE_NODES * max(TERMS)))
_TO_COEFFICIENTS = to_coefficients(_NODES)
_PRICED = 256  # swaptions at a time: memory stays small, and BLAS sums them in one order whatever its threads

Fields = dict[str, Any]  # of kernels.base.BookArrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RateTables:
    """Tables, and what they may cost."""

    fields: Fields
    errors: F64  # (n_scenarios, n_swaps) at most, per unit of annuity, in the currency; 0: priced one by one


def tabulate_swaptions(setting: Setting, fields: Fields, *, direct: bool) -> RateTables:
    """Tables of swaps that are worth one, where one within `WANTED` can be had; `fields` hold flows and swaptions.

    None where the run is `direct`: every swaption is priced by itself.
    """
    stds, ranges = fields["swaption_std"], fields["swaption_range"]
    sizes = np.diff(ranges, axis=1).ravel()
    alive = np.array([stds[first:last].min() > 0.0 for first, last in ranges.tolist()], bool)
    worth = [] if direct else np.flatnonzero((sizes >= WORTH_A_TABLE) & alive).tolist()
    scenarios = range(len(setting.shocked))
    rates = [_Rates(setting, fields, s) for s in scenarios]
    fits = [[_fit(fields, swap, *each.at(swap)) for swap in worth] for each in rates]
    used = [k for k in range(len(worth)) if any(row[k] is not None for row in fits)]
    tables = [[row[k] or NO_TABLE for k in used] for row in fits]
    errors = np.zeros((len(scenarios), sizes.size))
    for s, row in enumerate(tables):
        errors[s, [worth[k] for k in used]] = [fit.error for fit in row]
    return RateTables(fields=_fields([worth[k] for k in used], tables, errors.shape), errors=errors)


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

    def __init__(self, setting: Setting, fields: Fields, s: int) -> None:
        self._fields, self._law, self._steps = fields, setting.laws[s], setting.observed.steps
        self._values = fields["flow_value"][s]

    def at(self, swap: int) -> tuple[float, float, float]:
        """Rate in the middle, its standard deviation to first order, and the annuity."""
        fields = self._fields
        floating, annuity = int(fields["swap_float"][swap]), int(fields["swap_annuity"][swap])
        steps = int(self._steps[fields["leg_when"][floating]])
        mean = self._law.mean(steps)
        value, slope = self._leg(floating, mean)
        unit, unit_slope = self._leg(annuity, mean)
        rate = value / unit
        moved = (slope - rate * unit_slope) / unit
        variance = float(moved @ self._law.covariance(steps) @ moved)
        return rate, max(variance, 0.0) ** 0.5, unit

    def _leg(self, leg: int, deviations: F64) -> tuple[float, F64]:
        """A leg's value, and its slopes in the factors."""
        fields = self._fields
        first, last = fields["leg_range"][leg]
        flow_ranges = fields["flow_range"][first:last]
        flows = slice(flow_ranges[0, 0], flow_ranges[-1, 1])
        factors = np.repeat(fields["segment_factors"][first:last], np.diff(flow_ranges, axis=1).ravel(), axis=0)
        exponents = fields["flow_exponents"][flows]
        values = self._values[flows] * np.exp((exponents * deviations[factors]).sum(axis=1))
        slope = np.bincount(factors.ravel(), (exponents * values[:, None]).ravel(), deviations.size)
        return float(values.sum()), np.asarray(slope, np.float64)


def _fit(fields: Fields, swap: int, rate: float, std: float, annuity: float) -> _Fit | None:
    """Interpolate the swaptions on one swap; None: no table is good enough."""
    if not (std > 0.0 and annuity > 0.0 and np.isfinite(rate)):
        return None
    mine = slice(*fields["swaption_range"][swap])
    for reach in REACHES:
        half = reach * std
        if _is_hidden(fields, mine, rate, half):
            continue
        value, gross = _values(fields, mine, rate + half * _NODES)
        middle = float(_values(fields, mine, np.array([rate]))[1][0])
        coefficients = _TO_COEFFICIENTS @ value
        for n_x in TERMS:
            terms = coefficients[:n_x] + 0.0  # no -0.0
            error = error_of(
                float(np.abs(coefficients[n_x:]).sum()), n_x, float(np.abs(terms).sum()), float(gross.max())
            )
            if error <= WANTED * max(middle, 1.0 / annuity):
                return _Fit(rate=rate, inverse_width=1.0 / half, terms=terms, error=error)
    return None


def _is_hidden(fields: Fields, mine: slice, rate: float, half: float) -> bool:
    """Whether some swaption's bend is narrower than the nodes about it lie apart.

    What such swaptions make between two strikes may lie between two nodes, and leave no trace in the terms.
    """
    away = fields["swaption_strike"][mine] - rate
    apart = np.pi / _NODES.size * np.sqrt(np.maximum(half * half - away * away, 0.0))
    return bool(np.any(fields["swaption_std"][mine] < apart))


def _values(fields: Fields, mine: slice, rates: F64) -> tuple[F64, F64]:
    """Value per unit of annuity at forward rates (n,), and with the quantities' signs dropped."""
    value, gross = np.zeros(rates.size), np.zeros(rates.size)
    for first in range(mine.start, mine.stop, _PRICED):
        part = slice(first, min(first + _PRICED, mine.stop))
        quantity, strike = fields["swaption_quantity"][part], fields["swaption_strike"][part]
        gain = fields["swaption_payer"][part] * (rates[:, None] - strike)
        each = bachelier(gain, fields["swaption_std"][part])
        value += each @ quantity
        gross += each @ np.abs(quantity)
    return value, gross


def _fields(used: list[int], tables: list[list[_Fit]], shape: tuple[int, int]) -> Fields:
    n_x = max((fit.terms.size for row in tables for fit in row), default=1)
    terms = np.zeros((shape[0], len(used), n_x))
    for s, row in enumerate(tables):
        for t, fit in enumerate(row):
            terms[s, t, : fit.terms.size] = fit.terms
    index = np.full(shape[1], -1, np.int64)
    index[used] = np.arange(len(used))
    per_table = (shape[0], len(used))
    return {
        "swap_table": index,
        "swap_table_rate": np.array([[fit.rate for fit in row] for row in tables]).reshape(per_table),
        "swap_table_inverse_width": np.array([[fit.inverse_width for fit in row] for row in tables]).reshape(per_table),
        "swap_table_terms": terms,
    }
