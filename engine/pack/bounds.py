"""How far compressed P&L can be from the direct sum: a bound in money for every row of the result.

What polynomials and tables leave out is known where they are used. It reaches P&L through futures, swaptions, discount
factors and exchange rates, which are bounded on every path whose factors lie within `SURE` standard deviations: all
that are ever drawn. Where a law has an unwind, they are those of its range (`engine.law.envelope`), which a path in a
hundred may leave. Rounding is counted for both sums.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.law.law import Law
from engine.pack.futures import spans
from engine.pack.setting import Setting
from kernels.types import F64, I64

SURE = 8.5  # standard deviations: beyond lies one path of 10^16
ROUNDING = 2.0**-53
_OPERATIONS = 64.0  # roundings of one row of a table, at most: an exponential or two, Black's formula

Fields = dict[str, Any]  # of kernels.base.BookArrays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lost:
    """What compression leaves out, each in its currency."""

    flows: float  # as in Bounds
    options: float
    segments: F64  # (n_scenarios, n_segments) error at most
    most: F64  # (n_scenarios, n_segments) gross value at most
    groups: F64  # (n_scenarios, n_groups) error of the undiscounted value at most
    swaps: F64  # (n_scenarios, n_swaps) error of the swaptions on a swap at most, per unit of annuity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """How far compressed P&L can be from the direct sum; all 0 where the run is direct."""

    flows: float  # of any flows between two pillars, as a fraction of their gross value
    options: float  # of any tabulated group, as a fraction of its gross premium
    futures: float  # of any bond future, as a fraction of its contracts' value
    swaptions: float  # of any swaption, as a fraction of its notional
    pnl: F64  # (n_scenarios, 1 + n_books) |compressed - direct| at most, total first, in the reporting currency


def bounds_of(setting: Setting, fields: Fields, lost: Lost) -> Bounds:
    """Bounds of all rows, from the packed arrays."""
    found = [_Scenario(setting, fields, lost, s) for s in range(len(setting.shocked))]
    books = np.stack([each.books() for each in found])  # (n_scenarios, n_books)
    total = books.sum(axis=1, keepdims=True) * (1.0 + ROUNDING * books.shape[1])
    return Bounds(
        flows=lost.flows,
        options=lost.options,
        futures=max((float(each.future_parts().max(initial=0.0)) for each in found), default=0.0),
        swaptions=max((float(each.swaption_parts().max(initial=0.0)) for each in found), default=0.0),
        pnl=np.concatenate([total, books], axis=1),
    )


def no_bounds(setting: Setting) -> Bounds:
    """Of a direct run."""
    pnl = np.zeros((len(setting.shocked), 1 + len(setting.names)))
    return Bounds(flows=0.0, options=0.0, futures=0.0, swaptions=0.0, pnl=pnl)


class _Scenario:
    """Bounds in one scenario. Of each table: error, and size, at most, on any path."""

    def __init__(self, setting: Setting, fields: Fields, lost: Lost, s: int) -> None:
        self._fields, self._s = fields, s
        self._shape = (len(setting.names), len(setting.currencies))
        self._law, self._steps = setting.laws[s], setting.observed.steps
        self._leg_error, self._leg_size = (_sums(fields["leg_range"], each[s]) for each in (lost.segments, lost.most))
        flows = np.diff(fields["flow_range"], axis=1).ravel() + _OPERATIONS
        self._leg_error = self._leg_error + ROUNDING * _sums(fields["leg_range"], flows * lost.most[s])
        self._group_error, self._swap_error = lost.groups[s], lost.swaps[s]
        self._points = fields["point_start"][s] * self._highest(
            fields["point_when"], fields["point_factors"], fields["point_exponents"]
        )

    def books(self) -> F64:
        """Error of each book's P&L at most, in the reporting currency: (n_books,)."""
        fields, n_books = self._fields, self._shape[0]
        horizon = np.full(self._shape[1], self._steps.size - 1)
        one = np.where(np.arange(self._shape[1]) > 0, 1.0, 0.0)[:, None] * np.array([1.0, 0.0])
        pairs = np.repeat(fields["fx_factor"][:, None], 2, axis=1)
        dearest = fields["fx_start"][self._s] * self._highest(horizon, pairs, one)  # JPY per unit at most
        cheapest = fields["fx_start"][self._s] / self._highest(horizon, pairs, -one)
        error, size = self._cells()
        in_jpy, gross = error @ dearest, size @ dearest
        option_error, option_size = self._options()
        in_jpy += _sums(fields["group_range"], option_error)
        gross += _sums(fields["group_range"], option_size)
        rounded = ROUNDING * (self._rows() + _OPERATIONS) * gross
        reporting = cheapest[fields["reporting"]]
        base = ROUNDING * _OPERATIONS * np.abs(fields["base_value"][:n_books])
        return np.asarray((in_jpy + rounded) / reporting + base)

    def future_parts(self) -> F64:
        """Error of each future as a fraction of its contracts' value: (n_futures,)."""
        error, _ = self._futures()
        value = np.abs(self._fields["future_quantity"] * self._fields["future_reference"])
        return np.asarray(error / np.maximum(value, np.finfo(np.float64).tiny))

    def swaption_parts(self) -> F64:
        """Error of the swaptions on each swap as a fraction of their notional: (n_swaps,)."""
        error, _ = self._swaptions()
        notional = _sums(self._fields["swaption_range"], np.abs(self._fields["swaption_quantity"]))
        return np.asarray(error / np.maximum(notional, np.finfo(np.float64).tiny))

    def _cells(self) -> tuple[F64, F64]:
        """Error and size of what each book holds in each currency, options apart: (n_books, n_currencies)."""
        fields, n = self._fields, self._shape[0] * self._shape[1]
        units = np.abs(fields["unit_value"][self._s]) * self._highest(
            fields["unit_when"], np.repeat(fields["unit_factor"][:, None], 2, axis=1), np.array([[1.0, 0.0]])
        )
        error = self._leg_error[:n].reshape(self._shape)
        size = self._leg_size[:n].reshape(self._shape) + np.abs(fields["cash"][self._s])
        size = size + _sums(fields["unit_range"], units)
        for name, (lost, most) in (("future_range", self._futures()), ("swap_range", self._swaptions())):
            error, size = error + _sums(fields[name], lost), size + _sums(fields[name], most)
        return error, size

    def _futures(self) -> tuple[F64, F64]:
        """A price is as far off as the worst deliverable's: quantity * growth * error / factor; (n_futures,) each."""
        fields = self._fields
        legs, factor, growth = fields["deliverable_leg"], fields["deliverable_factor"], fields["future_growth"]
        error = _largest(fields["basket_range"], self._leg_error[legs] / factor) * self._points[growth]
        size = _largest(fields["basket_range"], self._leg_size[legs] / factor) * self._points[growth]
        size = size + np.abs(fields["future_reference"]) + np.abs(fields["future_basis"])
        quantity = np.abs(fields["future_quantity"])
        return quantity * (error + ROUNDING * _OPERATIONS * size), quantity * size

    def _swaptions(self) -> tuple[F64, F64]:
        """Error and size of the swaptions on each swap: (n_swaps,) each.

        In the legs, annuity * bachelier(floating / annuity - strike) has slopes N(d) <= 1 in the floating leg, and
        std n(d) - strike N(d) (payer) in the annuity, which is within 0.4 std + |strike|. A table's error is one per
        unit of annuity.
        """
        fields = self._fields
        quantity = np.abs(fields["swaption_quantity"])
        slope = quantity * (np.abs(fields["swaption_strike"]) + 0.4 * fields["swaption_std"])
        of_floating, of_annuity = (_sums(fields["swaption_range"], each) for each in (quantity, slope))
        legs = fields["swap_float"], fields["swap_annuity"]
        error, size = (
            of_floating * each[legs[0]] + of_annuity * each[legs[1]] for each in (self._leg_error, self._leg_size)
        )
        swaptions = np.diff(fields["swaption_range"], axis=1).ravel()
        tabulated = (self._leg_size + self._leg_error)[legs[1]] * self._swap_error
        return error + tabulated + ROUNDING * (swaptions + _OPERATIONS) * size, size

    def _options(self) -> tuple[F64, F64]:
        """Error and size of each group [JPY at the horizon]; a call is worth less than its forward: (n_groups,)."""
        fields = self._fields
        paid = self._points[fields["group_domestic"]] * fields["group_growth"]
        if not paid.size:
            return paid, paid
        factors = np.full((paid.size, 2), fields["fx_factor"][1])
        spot = fields["fx_start"][self._s, 1] * self._highest(fields["group_when"], factors, np.array([[1.0, 0.0]]))
        dollars = _sums(fields["option_range"], np.abs(fields["option_amount"]))
        most = dollars * spot * self._points[fields["group_foreign"]] * fields["group_growth"]
        return paid * self._group_error + ROUNDING * _OPERATIONS * np.where(self._group_error > 0.0, most, 0.0), most

    def _rows(self) -> int:
        """Sums that go into a book, at most."""
        names = ("segment_factors", "unit_factor", "future_growth", "group_when", "swap_float")
        return int(sum(self._fields[name].shape[0] for name in names))

    def _highest(self, when: I64, factors: I64, exponents: F64) -> F64:
        """exp(exponents . deviations) on the path where it is largest: (n,); factors, exponents (n, 2)."""
        log = np.zeros(when.size)
        exponents = np.broadcast_to(exponents, (when.size, 2))
        for k in np.unique(when).tolist():
            mine = when == k
            log[mine] = _highest_log(self._law, int(self._steps[k]), factors[mine], exponents[mine])
        return np.exp(log)


def _highest_log(law: Law, steps: int, factors: I64, exponents: F64) -> F64:
    mean, covariance = law.mean(steps), law.covariance(steps)
    variance = np.einsum("ni,nij,nj->n", exponents, covariance[factors[:, :, None], factors[:, None, :]], exponents)
    return np.asarray((exponents * mean[factors]).sum(axis=1) + SURE * np.sqrt(np.maximum(variance, 0.0)))


def _sums(bounds: I64, values: F64) -> F64:
    """Sum of `values` over each range (..., 2); the shape of the ranges."""
    flat = bounds.reshape(-1, 2)
    owner = np.repeat(np.arange(flat.shape[0]), np.diff(flat, axis=1).ravel())
    sums = np.bincount(owner, values[spans(flat)], flat.shape[0])
    return np.asarray(sums, np.float64).reshape(bounds.shape[:-1])


def _largest(bounds: I64, values: F64) -> F64:
    """Largest of `values` in each range (n, 2)."""
    return np.array([values[first:last].max(initial=0.0) for first, last in bounds.tolist()])
