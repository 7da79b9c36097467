"""What every position looks like in one market: price, yield, spread, value, DV01. For `unwind book check`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import Fits, fit
from engine.book.fx_terms import FxTerms, fx_terms
from engine.book.fx_terms import as_json as terms_as_json
from engine.book.greeks import curve_dv01
from engine.book.value import position_values
from engine.book.warnings.valued import valued_book_warnings
from engine.conventions.currencies import HOME
from engine.instruments.registry import KINDS
from engine.market.market import Market
from engine.payoffs.flows import settlement_values
from engine.payoffs.quoted import Bonds, bonds_at, by_quotation
from engine.payoffs.registry import PAYOFFS
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One position. None where the kind has no such number (or the notional is 0)."""

    position_id: str
    book: str
    kind: str
    clean_price: float | None  # per 100 of face, for settlement
    market_yield: float | None  # decimal per year
    yield_kind: str | None  # name of the kind's quotation
    spread_bp: float | None  # over the curve, fitted to the market price; None without one
    break_even: float | None  # inflation of a linked bond, decimal per year
    value: float  # JPY
    dv01: Mapping[str, float]  # by curve, JPY lost for +1 bp; positive when long


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Quotes:
    """What every position is quoted at, (n_positions,) each."""

    clean_price: F64
    market_yield: F64
    spread: F64
    break_even: F64


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTotal:
    """A book, or all of them."""

    book: str | None  # None: all books
    n_positions: int
    value: float  # JPY, net
    gross_value: float  # JPY, sum of the positions' absolute values
    dv01: Mapping[str, float]  # by curve, JPY


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCheck:
    """Every position, FX deliveries, the books in order of appearance, the whole, and what to be warned of."""

    valuation_date: date
    rows: tuple[CheckRow, ...]
    fx: tuple[FxTerms, ...]
    books: tuple[CheckTotal, ...]
    total: CheckTotal
    warnings: tuple[str, ...]


def check_book(book: CompiledBook, market: Market) -> BookCheck:
    """Price every position in the market.

    Raises
    ------
    InputError
        Book and market have different dates, the market lacks a curve, or a price cannot be fitted.
    """
    fits = fit(book, market)
    values = position_values(book, market, fits)
    sensitivities = curve_dv01(book, market, fits)
    return BookCheck(
        valuation_date=book.valuation_date,
        rows=_rows(book, market, fits, values, sensitivities),
        fx=fx_terms(book, market, fits, values),
        books=tuple(_total(name, book, values, sensitivities) for name in dict.fromkeys(book.books)),
        total=_total(None, book, values, sensitivities),
        warnings=valued_book_warnings(book, market, fits),
    )


def as_json(checked: BookCheck) -> dict[str, Any]:
    """Return everything that is checked, as JSON's types: amounts in JPY, DV01 lost for +1 bp."""
    return {
        "schema": 1,
        "valuation_date": checked.valuation_date.isoformat(),
        "currency": HOME,
        "positions": [asdict(row) for row in checked.rows],
        "fx": [terms_as_json(terms) for terms in checked.fx],
        "books": [asdict(total) for total in checked.books],
        "total": asdict(checked.total),
        "warnings": list(checked.warnings),
    }


def clean_prices(book: CompiledBook, market: Market, spreads: F64) -> F64:
    """Return the clean price for settlement of every bond and bill.

    Parameters
    ----------
    spreads : (n_positions,) decimal per year, over the zero curves

    Returns
    -------
    (n_bonds,) per 100 of face; NaN where the face is 0
    """
    bonds = book.bonds
    dirty = settlement_values(book, market, spreads, bonds.position, bonds.settlement_day)
    face = np.where(bonds.face == 0.0, np.nan, bonds.face)
    return np.asarray(100.0 * dirty / face - bonds.accrued)


def market_yields(book: CompiledBook, clean: F64) -> F64:
    """Return the yield of every bond and bill at its clean price, as its market quotes it.

    Parameters
    ----------
    clean : (n_bonds,) per 100 of face; NaN: none

    Returns
    -------
    (n_bonds,) decimal per year; NaN without a price
    """
    return _yields(book, book.bonds, clean)


def _yields(book: CompiledBook, bonds: Bonds, clean: F64) -> F64:
    yields = np.full(clean.shape, np.nan)
    kinds = [KINDS[book.kinds[i]] for i in bonds.position]
    for quotation, mine in by_quotation([kind.quotation for kind in kinds if kind.quotation is not None]):
        priced = mine[np.isfinite(clean[mine])]
        yields[priced] = quotation.market_yield(bonds_at(bonds, priced), clean[priced], book.valuation_date)
    return yields


def _as_marked(book: CompiledBook, clean: F64, offset: F64 | float) -> F64:
    """Return clean prices (n_bonds,) per 100, those of the file where an offset (n_positions,) makes them true."""
    bonds, marks = book.bonds, book.marks
    kept = np.flatnonzero(np.broadcast_to(offset, len(book.position_ids))[marks.position])
    row = np.searchsorted(bonds.position, marks.position[kept])
    prices = clean.copy()
    prices[row] = 100.0 * marks.settlement_value[kept] / bonds.face[row] - bonds.accrued[row]
    return prices


def _yield_kind(kind: str) -> str | None:
    quotation = KINDS[kind].quotation
    return None if quotation is None else quotation.name


def _rows(
    book: CompiledBook, market: Market, fits: Fits, values: F64, sensitivities: Mapping[str, F64]
) -> tuple[CheckRow, ...]:
    quotes, n = _quotes(book, market, fits), len(book.position_ids)
    return tuple(
        CheckRow(
            position_id=book.position_ids[i],
            book=book.books[i],
            kind=book.kinds[i],
            clean_price=_or_none(quotes.clean_price[i]),
            market_yield=_or_none(quotes.market_yield[i]),
            yield_kind=_yield_kind(book.kinds[i]),
            spread_bp=_or_none(1e4 * quotes.spread[i]),
            break_even=_or_none(quotes.break_even[i]),
            value=float(values[i]),
            dv01={curve: float(lost[i]) for curve, lost in sensitivities.items()},
        )
        for i in range(n)
    )


def _quotes(book: CompiledBook, market: Market, fits: Fits) -> _Quotes:
    """Return what every position is quoted at; NaN where it has no such figure."""
    n, spreads = len(book.position_ids), fits.spreads
    every = _Quotes(**{name: np.full(n, np.nan) for name in _Quotes.__dataclass_fields__})
    own = _as_marked(book, clean_prices(book, market, spreads), fits.offset)
    every.clean_price[book.bonds.position] = own
    every.market_yield[book.bonds.position] = market_yields(book, own)
    every.spread[book.marks.position] = spreads[book.marks.position]
    for payoff in PAYOFFS:
        if payoff.market_quotes is not None:
            found = payoff.market_quotes(book, market, fits.constants)
            every.clean_price[found.position] = found.clean_price
            every.spread[found.position] = found.spread
            every.break_even[found.position] = found.break_even
            if found.bonds is not None:
                every.market_yield[found.position] = _yields(book, found.bonds, found.clean_price)
    return every


def _total(name: str | None, book: CompiledBook, values: F64, sensitivities: Mapping[str, F64]) -> CheckTotal:
    inside = np.ones(values.size, dtype=bool) if name is None else np.array(book.books) == name
    return CheckTotal(
        book=name,
        n_positions=int(inside.sum()),
        value=float(values[inside].sum()),
        gross_value=float(np.abs(values[inside]).sum()),
        dv01={curve: float(lost[inside].sum()) for curve, lost in sensitivities.items()},
    )


def _or_none(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
