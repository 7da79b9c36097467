"""Coupons and yields of bonds that are far from their curve, and near to it if they were written in percent."""

from collections.abc import Iterator

import numpy as np

from engine.book.compiled import CompiledBook
from engine.instruments.registry import KINDS
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, zero_rates
from engine.payoffs.flows import ODD_SPREAD
from engine.payoffs.quoted import bonds_at, by_quotation
from kernels.types import F64, I64

PERCENT = 0.01
_NEARER = 3.0  # times as near to the curve as what is written: JGB of the 1990s with coupons of 5 % are not asked about
_NAMED = 5  # positions a warning names before it only counts


def odd_level_warnings(book: CompiledBook, market: Market) -> tuple[str, ...]:
    """Ask of each coupon, and each yield that a market price means, whether a hundredth of it is meant.

    Of those over 3 % a year beyond the zero rate of the curve at the bond's maturity, to which a hundredth is nearer.
    """
    found = book.bonds
    if not found.position.size:
        return ()
    flows = book.flows
    curve = flows.curve[np.searchsorted(flows.position, found.position)]  # bonds still to be bought have payments
    usual = zero_rates(curve, found.maturity_day / DAYS_PER_TIME_YEAR, market)
    levels = {"coupons": found.coupon, "market yields": _marked_yields(book)}
    return tuple(text for what, level in levels.items() for text in _asked(book, what, level, usual))


def _marked_yields(book: CompiledBook) -> F64:
    """Return the yield that each bond's market price means: (n_bonds,) decimal per year; NaN where it has none."""
    bonds, marks = book.bonds, book.marks
    row = np.searchsorted(bonds.position, marks.position)
    face = np.where(bonds.face[row] == 0.0, np.nan, bonds.face[row])
    clean, found = np.full(bonds.face.shape, np.nan), np.full(bonds.face.shape, np.nan)
    clean[row] = 100.0 * marks.settlement_value / face - bonds.accrued[row]
    kinds = [KINDS[book.kinds[i]] for i in bonds.position]
    for quotation, mine in by_quotation([kind.quotation for kind in kinds if kind.quotation is not None]):
        priced = mine[np.isfinite(clean[mine])]
        found[priced] = quotation.market_yield(bonds_at(bonds, priced), clean[priced], book.valuation_date)
    return found


def _asked(book: CompiledBook, what: str, level: F64, usual: F64) -> Iterator[str]:
    beyond = level - usual
    odd: I64 = np.flatnonzero((beyond > ODD_SPREAD) & (_NEARER * np.abs(PERCENT * level - usual) < beyond))
    if not odd.size:
        return
    named = ", ".join(
        f"{book.position_ids[book.bonds.position[i]]!r} {level[i]:.6g} where the curve has {usual[i]:.4f}"
        f" (is {PERCENT * level[i]:.6g} meant?)"
        for i in odd[:_NAMED].tolist()
    )
    more = f" and {odd.size - _NAMED:,} more" if odd.size > _NAMED else ""
    yield f"{what} far above their curve: {named}{more}; rates are decimals per year"
