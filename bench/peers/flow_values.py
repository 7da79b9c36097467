"""The value of a book's flows on given paths, by numpy and by QuantLib."""

from collections.abc import Callable
from typing import Any

import numpy as np
import QuantLib as ql  # noqa: N813

from engine.book.compiled import CompiledBook
from engine.market.curve import ZeroCurve
from engine.market.market import Market
from kernels.layout import Book
from kernels.types import F64

CHUNK = 128  # paths whose exponentials of one segment fit a core's cache


def numpy_values(book: Book, deviations: F64) -> Callable[[], F64]:
    """Return a call for the value of all flows on each path, (n_paths,) [JPY]: exponentials by segment, in chunks.

    deviations (n_factors, n_paths); one scenario, one book, two currencies.
    """
    n_paths = deviations.shape[1]
    run, flows = book.run, book.flows
    widest = int((flows.segments["last"] - flows.segments["first"]).max())
    growth, second = np.empty((widest, CHUNK)), np.empty((widest, CHUNK))
    values = np.empty(n_paths)
    segments = [
        (c, segment) for c in range(2) for segment in flows.segments[flows.own[0, c].first : flows.own[0, c].last]
    ]

    def value() -> F64:
        """Return the value of all flows on each path: (n_paths,) [JPY]."""
        for start in range(0, n_paths, CHUNK):
            x = deviations[:, start : start + CHUNK]
            fx = np.stack([np.ones(x.shape[1]), run.fx_start[0, 1] * np.exp(x[run.fx_factor[1]])])
            totals = np.zeros_like(fx)
            for c, segment in segments:
                first, last = segment.first, segment.last
                below, above = x[segment.below], x[segment.above]
                grown, other = growth[: last - first, : x.shape[1]], second[: last - first, : x.shape[1]]
                np.multiply(flows.exponents[first:last, :1], below, out=grown)
                np.multiply(flows.exponents[first:last, 1:], above, out=other)
                np.add(grown, other, out=grown)
                np.exp(grown, out=grown)
                totals[c] += flows.value[0, first:last] @ grown
            values[start : start + CHUNK] = (fx * totals).sum(axis=0)
        return values

    return value


def quantlib_values(book: CompiledBook, market: Market, deviations: F64) -> Callable[[], F64]:
    """Return a call for the value on each path, (n_paths,) [JPY]: a bond a position, curves relinked on every path."""
    today = ql.Date(market.valuation_date.day, market.valuation_date.month, market.valuation_date.year)
    ql.Settings.instance().evaluationDate = today
    names = list(market.curves)
    handles = {name: ql.RelinkableYieldTermStructureHandle() for name in names}
    curve_of = dict(zip(book.flows.position.tolist(), book.flows.curve.tolist(), strict=True))
    bonds = {name: [_bond(book, i, today, handles[name]) for i, c in curve_of.items() if c == name] for name in names}
    moves = {name: _moves(market, curve, deviations) for name, curve in market.curves.items()}
    rates = {"JGB": np.ones(deviations.shape[1]), "UST": market.usdjpy * np.exp(deviations[-1])}

    def value() -> F64:
        """Return the sum of the bonds' values on each path: (n_paths,) [JPY]."""
        values = np.empty(deviations.shape[1])
        for path in range(values.size):
            for name, handle in handles.items():
                handle.linkTo(_curve(today, *moves[name], path))
            values[path] = sum(rates[name][path] * sum(bond.NPV() for bond in bonds[name]) for name in names)
        return values

    return value


def _bond(book: CompiledBook, position: int, today: Any, handle: Any) -> Any:
    mine = book.flows.position == position
    pairs = zip(book.flows.amount[mine].tolist(), book.flows.day[mine].tolist(), strict=True)
    leg = [ql.SimpleCashFlow(amount, today + day) for amount, day in pairs]
    bond = ql.Bond(0, ql.NullCalendar(), 1.0, leg[-1].date(), today - 1, leg)
    bond.setPricingEngine(ql.DiscountingBondEngine(handle))
    return bond


def _moves(market: Market, curve: ZeroCurve, deviations: F64) -> tuple[F64, F64]:
    """Return the node times, and zero rates on them on every path (n_nodes, n_paths)."""
    mine = [(f.pillar, i) for i, f in enumerate(market.factors) if f.curve == curve.name and f.pillar is not None]
    pillars, numbers = [pillar for pillar, _ in mine], [i for _, i in mine]
    times = np.unique(np.concatenate([curve.times, pillars]))
    moved = [np.interp(times, pillars, deviations[numbers, path]) for path in range(deviations.shape[1])]
    return times, curve.zero_rate(times)[:, None] + np.stack(moved, axis=1)


def _curve(today: Any, times: F64, zero_rates: F64, path: int) -> Any:
    dates = [today, *(today + round(365 * time) for time in times.tolist())]
    rates = zero_rates[:, path].tolist()
    return ql.ZeroCurve(dates, [rates[0], *rates], ql.Actual365Fixed())
