"""What `unwind book` finds, as frames: a row a figure of a position, a book, or all of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cli.output.frames import day, number, of_rows, text
from engine.conventions.currencies import HOME

if TYPE_CHECKING:
    from engine.book.check import BookCheck, CheckRow, CheckTotal
    from engine.book.fx_terms import FxTerms
    from engine.book.show import BookShow, ShowRow

FIGURES = pa.schema(
    [
        day("valuation_date", "of the market that the book is priced in"),
        text("level", "position, book or total"),
        text("name", "of the position or the book; total"),
        text("kind", "of the position; null of a book"),
        text("measure", "an amount, a price, a gain of the move that its name holds, or dv01, a loss"),
        text("of", "curve, factor, pair or strike that it is by; null where it is by none"),
        text("expiry", "of a vega by expiry; null of all together"),
        number("value", "owned positive, owed negative; dv01 positive when long"),
        text("unit", "of the value"),
    ]
)
_SENSITIVITIES = {  # field of a row -> measure, and what its amounts are per
    "dv01": ("dv01", "/bp"),
    "price_delta": ("gain_price_up_1pct", ""),
    "price_fall": ("gain_price_down_1pct", ""),
    "vega": ("gain_vol_up_1pt", ""),
    "factor_vega": ("gain_factor_vol_up_1pt", ""),
    "rega": ("gain_risk_reversal_up_1pt", ""),
    "normal_factor_vega": ("gain_factor_normal_vol_up_1bp", ""),
}
_AMOUNTS = {  # field of a row -> measure
    "value": "value",
    "normal_vega": "gain_normal_vol_up_1bp",
    "carry": "carry_per_day",
    "roll_down": "roll_down_per_day",
}


def check_frame(checked: "BookCheck") -> pa.Table:
    """Return price, yield, spread, value and DV01 of every position, the terms of FX ones, and the books' totals."""
    rows = [row for each in checked.rows for row in _checked(each)]
    rows += [row for terms in checked.fx for row in _terms(terms)]
    rows += [row for each in (*checked.books, checked.total) for row in _total(each)]
    return of_rows(FIGURES, ((checked.valuation_date, *row) for row in rows))


def show_frame(shown: "BookShow") -> pa.Table:
    """Return every sensitivity of every book, of the total, and of the largest positions."""
    levels = [("book", each) for each in shown.books]
    levels += [("total", shown.total), *(("position", each) for each in shown.largest)]
    rows = [row for level, each in levels for row in _shown(level, each)]
    rows += [row for terms in shown.fx for row in _terms(terms)]
    return of_rows(FIGURES, ((shown.valuation_date, *row) for row in rows))


def _checked(each: "CheckRow") -> Iterator[tuple[Any, ...]]:
    def figure(measure: str, value: float | None, unit: str, of: str | None = None) -> tuple[Any, ...]:
        return "position", each.position_id, each.kind, measure, of, None, value, unit

    if each.clean_price is not None:
        yield figure("clean_price", each.clean_price, "per 100 of face")
    if each.market_yield is not None:
        yield figure("market_yield", each.market_yield, "decimal per year", each.yield_kind)
    if each.spread_bp is not None:
        yield figure("spread", each.spread_bp, "bp")
    yield figure("value", each.value, HOME)
    yield from (figure("dv01", lost, f"{HOME}/bp", curve) for curve, lost in each.dv01.items())


def _total(each: "CheckTotal") -> Iterator[tuple[Any, ...]]:
    level, name = ("total", "total") if each.book is None else ("book", each.book)

    def figure(measure: str, value: float, unit: str, of: str | None = None) -> tuple[Any, ...]:
        return level, name, None, measure, of, None, value, unit

    yield figure("positions", float(each.n_positions), "positions")
    yield figure("value", each.value, HOME)
    yield figure("gross_value", each.gross_value, HOME)
    yield from (figure("dv01", lost, f"{HOME}/bp", curve) for curve, lost in each.dv01.items())


def _terms(terms: "FxTerms") -> Iterator[tuple[Any, ...]]:
    def figure(measure: str, value: float, unit: str, of: str) -> tuple[Any, ...]:
        return "position", terms.position_id, None, measure, of, None, value, unit

    rate = f"{terms.pair[4:]} for one {terms.currency}"
    for measure in ("spot", "forward", "points"):
        yield figure(f"fx_{measure}", getattr(terms, measure), rate, terms.pair)
    yield from (figure("fx_vol", vol, "decimal per square root of a year", f"{strike:g}") for strike, vol in terms.vols)
    yield figure("fx_delta", terms.delta, terms.currency, terms.pair)
    if terms.premium_adjusted_delta is not None:
        yield figure("fx_premium_adjusted_delta", terms.premium_adjusted_delta, terms.currency, terms.pair)


def _shown(level: str, row: "ShowRow") -> Iterator[tuple[Any, ...]]:
    head = (level, row.name, row.kind or None)
    yield from ((*head, measure, None, None, getattr(row, name), HOME) for name, measure in _AMOUNTS.items())
    for name, (measure, per) in _SENSITIVITIES.items():
        yield from ((*head, measure, of, None, value, f"{HOME}{per}") for of, value in getattr(row, name).items())
    for pair, by_expiry in row.vega_by_expiry.items():
        yield from ((*head, "gain_vol_up_1pt", pair, expiry, value, HOME) for expiry, value in by_expiry.items())
