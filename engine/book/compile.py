"""Positions -> a compiled book. The only step that needs QuantLib."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine.book.compiled import Bonds, CompiledBook, Flows, Marks, Units, no_bonds
from engine.book.instruments import BondTerms, Instruments, Leg
from engine.book.position import CURVES, Position
from engine.errors import Fault, FileFaults

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
T = TypeVar("T", bound=np.generic)

N_BUSINESS_DAYS = 400  # compiled into the book; the longest horizon is shorter
_NAMED = 5  # positions a warning names before it only counts


def position_faults(positions: Sequence[Position], valuation_date: date) -> list[Fault]:
    """What the calendar says against positions: matured ones, and prices that nothing is left to fit to."""
    instruments = Instruments(valuation_date)
    return [fault for position in positions for fault in _faults_of(position, instruments)]


def compile_book(
    positions: Sequence[Position],
    valuation_date: date,
    *,
    sha256: str,
    warnings: Sequence[str] = (),
    source: str = "book",
) -> CompiledBook:
    """Turn positions into dated flows, currency units, market prices and bond terms.

    Parameters
    ----------
    positions : each one checked against the rule of its kind; ids unique
    valuation_date : days of the result are counted from it
    sha256 : of the source file
    warnings : said of the file so far; those found here are added
    source : name of the source in an error

    Raises
    ------
    FileFaults
        A position has matured, or has a price although it pays nothing after settlement.
    """
    instruments = Instruments(valuation_date)
    faults = [fault for position in positions for fault in _faults_of(position, instruments)]
    if faults:
        raise FileFaults(source, faults)
    terms = [instruments.bond_terms(position) for position in positions]
    return CompiledBook(
        valuation_date=valuation_date,
        position_ids=tuple(position.position_id for position in positions),
        books=tuple(position.book for position in positions),
        kinds=tuple(position.kind.value for position in positions),
        flows=_flows([instruments.legs(position) for position in positions]),
        units=_units([instruments.units(position) for position in positions]),
        marks=_marks(positions, terms),
        business_days=instruments.calendars.joint.coming(N_BUSINESS_DAYS),
        sha256=sha256,
        bonds=_bonds(positions, terms),
        warnings=(*warnings, *_warnings(positions, instruments)),
    )


def _faults_of(position: Position, instruments: Instruments) -> list[Fault]:
    last = instruments.last_payment_day(position)
    if last is None:
        return []
    if last < 0:
        message = (
            f"position {position.position_id!r} matured on {position.maturity}, before the valuation date"
            f" {instruments.valuation_date}; remove it"
        )
        return [Fault(message=message, line=position.line, where="maturity")]
    if position.price is not None and instruments.bond_terms(position) is None:
        message = (
            f"position {position.position_id!r} pays nothing after settlement, so no price can be fitted to it;"
            f" it matures on {position.maturity}; leave the price empty"
        )
        return [Fault(message=message, line=position.line, where="price")]
    return []


def _flows(legs: Sequence[Sequence[Leg]]) -> Flows:
    flat = [(i, leg) for i, of_position in enumerate(legs) for leg in of_position]
    sizes = np.array([leg.days.size for _, leg in flat], dtype=np.int64)
    currency = np.repeat(np.array([leg.currency for _, leg in flat], dtype="<U3"), sizes)
    return Flows(
        position=np.repeat(np.array([i for i, _ in flat], dtype=np.int64), sizes),
        curve=np.where(currency == "JPY", CURVES["JPY"], CURVES["USD"]),
        currency=currency,
        day=_joined([leg.days for _, leg in flat], np.empty(0, np.int64)),
        amount=_joined([leg.amounts for _, leg in flat], np.empty(0)),
    )


def _joined(parts: list[npt.NDArray[T]], empty: npt.NDArray[T]) -> npt.NDArray[T]:
    return np.concatenate(parts) if parts else empty


def _units(units: Sequence[Sequence[tuple[str, float]]]) -> Units:
    flat = [(i, currency, quantity) for i, held in enumerate(units) for currency, quantity in held]
    return Units(
        position=np.array([i for i, _, _ in flat], dtype=np.int64),
        currency=np.array([currency for _, currency, _ in flat], dtype="<U3"),
        quantity=np.array([quantity for _, _, quantity in flat], dtype=np.float64),
    )


def _marks(positions: Sequence[Position], terms: Sequence[BondTerms | None]) -> Marks:
    marked = [
        (i, bond.settlement_day, position.notional * (position.price + bond.accrued) / 100.0)
        for i, (position, bond) in enumerate(zip(positions, terms, strict=True))
        if bond is not None and position.price is not None
    ]
    return Marks(
        position=np.array([i for i, _, _ in marked], dtype=np.int64),
        settlement_day=np.array([day for _, day, _ in marked], dtype=np.int64),
        settlement_value=np.array([value for _, _, value in marked], dtype=np.float64),
    )


def _bonds(positions: Sequence[Position], terms: Sequence[BondTerms | None]) -> Bonds:
    kept = [(i, positions[i], bond) for i, bond in enumerate(terms) if bond is not None]
    if not kept:
        return no_bonds()

    def whole(pick: Callable[[BondTerms], int]) -> I64:
        return np.array([pick(bond) for _, _, bond in kept], dtype=np.int64)

    def real(pick: Callable[[BondTerms], float]) -> F64:
        return np.array([pick(bond) for _, _, bond in kept], dtype=np.float64)

    return Bonds(
        position=np.array([i for i, _, _ in kept], dtype=np.int64),
        face=np.array([position.notional for _, position, _ in kept], dtype=np.float64),
        coupon=np.array([position.coupon or 0.0 for _, position, _ in kept], dtype=np.float64),
        settlement_day=whole(lambda bond: bond.settlement_day),
        maturity_day=whole(lambda bond: bond.maturity_day),
        accrued=real(lambda bond: bond.accrued),
        period_fraction=real(lambda bond: bond.period_fraction),
        coupons_left=whole(lambda bond: bond.coupons_left),
        first_coupon=real(lambda bond: bond.first_coupon),
    )


def _warnings(positions: Sequence[Position], instruments: Instruments) -> list[str]:
    due = [position for position in positions if instruments.last_payment_day(position) == 0]
    empty = [position for position in positions if position.notional == 0.0]
    moved = [position for position in positions if instruments.is_moved(position)]
    said = (
        (empty, "a notional of 0: worth exactly 0"),
        (due, f"its last payment on the valuation date {instruments.valuation_date}: counts as paid, worth 0"),
        (moved, "a date that is no business day: paid on the next one, or the one before where the month would end"),
    )
    return [f"{_named(which)} {what}" for which, what in said if which]


def _named(positions: Sequence[Position]) -> str:
    names = ", ".join(repr(position.position_id) for position in positions[:_NAMED])
    more = f" and {len(positions) - _NAMED:,} more" if len(positions) > _NAMED else ""
    return f"{len(positions):,} position{'s' if len(positions) > 1 else ''} ({names}{more}) with"
