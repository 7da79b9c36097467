"""A book as it would have stood on any date: every payment as many days ahead as on the date of its file.

Positions are compiled once, on the date of their file. On another date each has the same amount, the same days to
every payment and the same days since its issue, so that nothing has matured and no date is invalid. What depends on
levels follows them: a coupon keeps its spread over the zero rate of its maturity, never below 0; the rate of a loan
likewise, also below 0; a rate of exchange keeps its ratio to spot. Market prices are of their date and are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from engine.book.compile import compile_book, rows_of
from engine.book.compiled import CompiledBook
from engine.book.join import join_books
from engine.conventions.currencies import currency_of
from engine.errors import InputError
from engine.instruments.pairs import pair_of
from engine.instruments.rows.position import Position
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, zero_curve
from kernels.types import F64


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a position's figure on a date is made of."""

    kind: str
    given: float  # coupon or rate in the file, decimal per year; 0 without one
    curve: str  # of the position's currency
    foreign: str  # currency dealt, and the one it is dealt against; both the position's own where it is no FX
    domestic: str
    years: float  # to the last payment; 0 of what is held


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRule:
    """How positions of some kinds are laid on another date. What they pay is linear in one figure, here called x."""

    kinds: tuple[str, ...]
    known: tuple[float, float]  # two figures with which any position of these kinds is a valid one
    at: Callable[[Position, float], Position]  # the position with a given x
    figure: Callable[[Terms, Market, Market], float]  # x on a date, from the market of the file and that of the date


def _as_it_is(position: Position, _: float) -> Position:
    return position


def _with_coupon(position: Position, x: float) -> Position:
    return replace(position, coupon=x)


def _with_rate(position: Position, x: float) -> Position:
    return replace(position, rate=x)


def _with_scaled_rates(position: Position, x: float) -> Position:
    far = None if position.far_rate is None else x * position.far_rate
    return replace(position, rate=x * (position.rate or 0.0), far_rate=far)


def _rate(terms: Terms, base: Market, market: Market) -> float:
    """Return the rate with the spread over the zero rate of its term that it had in the file."""
    before, now = (float(zero_curve(terms.curve, each).zero_rate(terms.years)) for each in (base, market))
    return terms.given + now - before


def _coupon(terms: Terms, base: Market, market: Market) -> float:
    return max(0.0, _rate(terms, base, market))


def _spot_ratio(terms: Terms, base: Market, market: Market) -> float:
    before, now = (each.cross_rate(terms.foreign, terms.domestic) for each in (base, market))
    return now / before


def _nothing(*_: object) -> float:
    return 0.0


ROLL_RULES = (
    RollRule(kinds=("JGB", "UST", "BUND"), known=(0.0, 0.05), at=_with_coupon, figure=_coupon),
    RollRule(
        kinds=("JGB_BILL", "UST_BILL", "JGB_STRIP", "UST_STRIP", "CASH", "CASHFLOW"),
        known=(0.0, 1.0),
        at=_as_it_is,
        figure=_nothing,
    ),
    RollRule(kinds=("REPO", "DEPOSIT"), known=(0.0, 0.01), at=_with_rate, figure=_rate),
    RollRule(
        kinds=("FX_SPOT", "FX_FORWARD", "FX_SWAP"),
        known=(1.0, 1.001),  # of the rates in the file: far ones would be refused
        at=_with_scaled_rates,
        figure=_spot_ratio,
    ),
)
_RULE_OF: Mapping[str, RollRule] = {kind: rule for rule in ROLL_RULES for kind in rule.kinds}
_EXCHANGED = ROLL_RULES[-1].kinds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RolledBook:
    """Positions compiled on the date of their file with two known figures, and the market of that date."""

    terms: tuple[Terms, ...]  # (n_positions,)
    base: Market  # of the date of the file
    one: CompiledBook  # with the first of the known figures
    other: CompiledBook  # with the second

    @property
    def has_total(self) -> bool:
        """Return whether a total stands beside the books: where there are several."""
        return len(set(self.one.books)) > 1

    def has(self, _: date) -> bool:
        """Return whether there is a book on a date: on every one."""
        return True

    def on(self, day: date, market: Market) -> CompiledBook:
        """Return the book as of a date, with the levels of its market."""
        rules = [_RULE_OF[each.kind] for each in self.terms]
        x = np.array([rule.figure(each, self.base, market) for rule, each in zip(rules, self.terms, strict=True)])
        low, high = np.array([rule.known for rule in rules]).T
        part = (x - low) / (high - low)
        tables = [_between(own, self.other.table(type(own)), part) for own in self.one.tables.by_class.values()]
        return replace(self.one.with_tables(*tables), valuation_date=day)


def _between(one: Any, other: Any, part: F64) -> object:
    """Return a table whose amounts lie between those of two, or beyond: `part` (n_positions,) of the way."""
    if not hasattr(one, "position"):
        return one
    if not np.array_equal(one.position, other.position):
        raise ValueError(f"a roll rule changes which rows of {type(one).__name__} there are")
    columns = {each.name: (getattr(one, each.name), getattr(other, each.name)) for each in fields(one)}
    amounts = {
        name: own + part[one.position] * (its - own)
        for name, (own, its) in columns.items()
        if own.dtype == np.float64 and own.shape == one.position.shape
    }
    return replace(one, **amounts)


def rolled_book(positions: Sequence[Position], base: Market, sha256: str, source: str = "book") -> RolledBook:
    """Compile positions for any date.

    Parameters
    ----------
    positions : checked against the date of `base`
    base : the market of the date of the file
    sha256 : of the file
    source : name of the file in an error

    Raises
    ------
    InputError
        A position is of a kind that no rule rolls: futures and options, whose contracts, vols and premiums are of
        their date, and swaps, whose curves no history holds.
    """
    _refuse_others(positions)
    bare = [replace(position, price=None, market_yield=None) for position in positions]
    rules = [_RULE_OF[each.kind.name] for each in bare]
    at_x = ([rule.at(each, rule.known[k]) for rule, each in zip(rules, bare, strict=True)] for k in (0, 1))
    one, other = (compile_book(each, base.valuation_date, sha256=sha256, source=source) for each in at_x)
    last = np.zeros(len(one.position_ids))
    np.maximum.at(last, one.flows.position, one.flows.day / DAYS_PER_TIME_YEAR)
    heads = [members[0] for members in rows_of(positions)]
    terms = tuple(_terms(position, years) for position, years in zip(heads, last.tolist(), strict=True))
    return RolledBook(terms=terms, base=base, one=one, other=other)


def joined_rolled(books: Sequence[tuple[str, RolledBook]]) -> RolledBook:
    """Join the books of several files, each with its file's name, all rolled from one market.

    Raises InputError where two files hold a book of the same name.
    """
    return RolledBook(
        terms=tuple(terms for _, book in books for terms in book.terms),
        base=books[0][1].base,
        one=join_books([(name, book.one) for name, book in books]),
        other=join_books([(name, book.other) for name, book in books]),
    )


def _terms(position: Position, years: float) -> Terms:
    is_fx = position.kind.name in _EXCHANGED
    pair = pair_of(position) if is_fx else None
    return Terms(
        kind=position.kind.name,
        given=(position.coupon if position.coupon is not None else position.rate) or 0.0,
        curve=currency_of(position.currency).curves.bond,
        foreign=pair.foreign if pair else position.currency,
        domestic=pair.domestic if pair else position.currency,
        years=years,
    )


def _refuse_others(positions: Sequence[Position]) -> None:
    others = [position for position in positions if position.kind.name not in _RULE_OF]
    if others:
        kinds = ", ".join(dict.fromkeys(position.kind.name for position in others))
        names = ", ".join(repr(position.position_id) for position in others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        raise InputError(
            f"positions {names}{more} cannot be rolled to other dates: {kinds} depend on contracts, vols, prices or"
            f" curves that no history holds; take them out of the book. Rolled are {', '.join(_RULE_OF)}"
        )
