"""Sensitivities of books, added up, and of their largest positions. For `unwind book show`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.book.compiled import CompiledBook
from engine.book.fit import fit
from engine.book.fx_terms import FxTerms, fx_terms
from engine.book.fx_terms import as_json as terms_as_json
from engine.book.greeks import Greeks, greeks
from engine.book.warnings.valued import valued_book_warnings
from engine.conventions.currencies import HOME
from engine.market.factors import tenor_label
from engine.market.market import Market
from kernels.types import F64, Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRow:
    """A position, a book, or all of them. Amounts in JPY; signs as in `Greeks`."""

    name: str
    kind: str  # "" of a book
    value: float
    dv01: Mapping[str, float]  # by RATE factor
    price_delta: Mapping[str, float]  # by PRICE factor, for +1 %
    price_fall: Mapping[str, float]  # by PRICE factor, for -1 %
    vega: Mapping[str, float]  # by pair, of all expiries
    vega_by_expiry: Mapping[str, Mapping[str, float]]  # by pair and quoted expiry
    factor_vega: Mapping[str, float]  # by VOL factor of a pair
    rega: Mapping[str, float]  # by SKEW factor
    normal_vega: float
    normal_factor_vega: Mapping[str, float]  # by VOL factor of swaptions
    carry: float
    roll_down: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BookShow:
    """Books in order of appearance, the whole, the positions of the largest value, and what to be warned of."""

    valuation_date: date
    books: tuple[ShowRow, ...]
    total: ShowRow
    largest: tuple[ShowRow, ...]
    references: Mapping[str, str]  # by VOL factor: the expiry whose vol is its level, "1M"
    fx: tuple[FxTerms, ...]  # of the largest
    warnings: tuple[str, ...]


def show_book(book: CompiledBook, market: Market, n_largest: int) -> BookShow:
    """Revalue a book for its sensitivities; `n_largest` positions by absolute value and DV01 come with theirs.

    Raises
    ------
    InputError
        As `engine.book.fit.fit`.
    """
    fits = fit(book, market)
    found = greeks(book, market, fits)
    books = np.array(book.books)
    rates = np.sum([np.abs(lost) for lost in found.dv01.values()], axis=0) if found.dv01 else 0.0
    size = np.abs(found.values) + 100.0 * rates  # a future is worth nothing and still moves
    largest = np.argsort(-size, kind="stable")[:n_largest].tolist()
    listed = {book.position_ids[i] for i in largest}
    return BookShow(
        valuation_date=book.valuation_date,
        books=tuple(_row(name, "", found, books == name) for name in dict.fromkeys(book.books)),
        total=_row("total", "", found, np.ones(books.size, dtype=bool)),
        largest=tuple(_row(book.position_ids[i], book.kinds[i], found, np.arange(books.size) == i) for i in largest),
        references={f"{pair}_VOL": tenor_label(vols.reference) for pair, vols in market.fx_vols.items()},
        fx=tuple(terms for terms in fx_terms(book, market, fits, found.values) if terms.position_id in listed),
        warnings=valued_book_warnings(book, market, fits),
    )


def as_json(shown: BookShow) -> dict[str, Any]:
    """Return everything that is shown, as JSON's types: amounts in JPY, of moves whose sizes the keys name."""
    return {
        "schema": 2,
        "valuation_date": shown.valuation_date.isoformat(),
        "currency": HOME,
        "books": [_json_row(row) for row in shown.books],
        "total": _json_row(shown.total),
        "largest": [_json_row(row) for row in shown.largest],
        "fx": [terms_as_json(terms) for terms in shown.fx],
        "warnings": list(shown.warnings),
    }


def _json_row(row: ShowRow) -> dict[str, Any]:
    names = {
        "dv01": "lost_per_bp_up",
        "price_delta": "gained_per_percent_up",
        "price_fall": "gained_per_percent_down",
        "vega": "gained_per_vol_point_up",
        "vega_by_expiry": "gained_per_vol_point_up_by_expiry",
        "factor_vega": "gained_per_factor_vol_point_up",
        "rega": "gained_per_risk_reversal_point_up",
        "normal_vega": "gained_per_normal_vol_bp_up",
        "normal_factor_vega": "gained_per_factor_normal_vol_bp_up",
        "carry": "carry_per_day",
        "roll_down": "roll_down_per_day",
    }
    return {names.get(key, key): value for key, value in asdict(row).items()}


def _row(name: str, kind: str, found: Greeks, inside: Bools) -> ShowRow:
    def added(amounts: F64) -> float:
        """Return the sum over the positions inside, of amounts (n_positions,) [JPY]."""
        return float(amounts[inside].sum())

    def each(by_factor: Mapping[str, F64]) -> dict[str, float]:
        """Return the sums by factor, of amounts (n_positions,) [JPY]."""
        return {factor: added(amounts) for factor, amounts in by_factor.items()}

    return ShowRow(
        name=name,
        kind=kind,
        value=added(found.values),
        dv01=each(found.dv01),
        price_delta=each(found.price_delta),
        price_fall=each(found.price_fall),
        vega=each({pair: vegas.parallel for pair, vegas in found.vega.items()}),
        vega_by_expiry={pair: each(vegas.by_expiry) for pair, vegas in found.vega.items()},
        factor_vega=each(found.factor_vega),
        rega=each(found.rega),
        normal_vega=added(found.normal_vega),
        normal_factor_vega=each(found.normal_factor_vega),
        carry=added(found.carry),
        roll_down=added(found.roll_down),
    )
