"""Positions -> a compiled book. The only step that needs QuantLib."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from engine.book import tables
from engine.book.compiled import CompiledBook
from engine.conventions.quotes import (
    bond_equivalent_price,
    days_in_year_after,
    remaining_years,
    simple_price,
    street_price,
)
from engine.errors import Fault, FileFaults
from engine.instruments.families import Instruments
from engine.instruments.fx_options import DIGITAL_KINDS, OPTION_KINDS
from engine.instruments.position import Kind, Position
from engine.instruments.swaps import SWAP_KINDS, SWAPTION_KINDS, XCCY_KINDS
from engine.payoffs.quoted import Bonds, Marks, Premiums
from kernels.types import F64, Words

N_BUSINESS_DAYS = 400  # compiled into the book; the longest horizon is shorter
ODD_NOTIONAL = 1000.0  # times the median of its kind, from which a notional is pointed out
_NAMED = 5  # positions a warning names before it only counts
_FEW = 3  # positions of a kind below which a median says nothing
_NEEDS_FUTURE = (*OPTION_KINDS, *SWAPTION_KINDS, Kind.JGB_FUTURE, Kind.UST_FUTURE, Kind.INDEX_FUTURE)


def position_faults(positions: Sequence[Position], valuation_date: date) -> list[Fault]:
    """What the calendar says against positions: matured ones, prices with nothing to fit to, fixings left out."""
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
    """Turn positions into dated flows, units, holdings, options, futures, market prices and bond terms.

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
        A position has matured or expired, a bond has a price although it pays nothing after settlement, or a swap
        lacks what has been fixed of its running period.
    """
    instruments = Instruments(valuation_date)
    faults = [fault for position in positions for fault in _faults_of(position, instruments)]
    if faults:
        raise FileFaults(source, faults)
    terms = [instruments.bond_terms(position) for position in positions]
    parts = [instruments.parts(position) for position in positions]
    bonds = tables.bonds_of(positions, terms)
    futures, deliverables = tables.futures_of(parts)
    return CompiledBook(
        valuation_date=valuation_date,
        position_ids=tuple(position.position_id for position in positions),
        books=tuple(position.book for position in positions),
        kinds=tuple(position.kind.value for position in positions),
        flows=tables.flows_of(parts),
        floats=tables.floats_of(parts),
        units=tables.units_of(parts),
        holdings=tables.holdings_of(parts),
        options=tables.options_of(parts),
        futures=futures,
        deliverables=deliverables,
        swaptions=tables.swaptions_of(parts),
        marks=_marks(positions, bonds, valuation_date),
        premiums=_premiums(positions),
        business_days=instruments.calendars.steps.coming(N_BUSINESS_DAYS),
        sha256=sha256,
        bonds=bonds,
        warnings=(*warnings, *_warnings(positions, instruments)),
    )


def _faults_of(position: Position, instruments: Instruments) -> list[Fault]:
    last = instruments.last_day(position)
    if last is None:
        return []
    where = "contract" if position.maturity is None else "maturity"
    on = position.contract if position.maturity is None else position.maturity
    if last < 0 or (last == 0 and position.kind in _NEEDS_FUTURE):
        has = "expired" if position.kind in _NEEDS_FUTURE else "matured"
        remedy = "remove it" if last < 0 else "remove it, and enter what it pays as CASH or FX_FORWARD"
        before = "before" if last < 0 else "on"
        message = (
            f"position {position.position_id!r} {has} on {on}, {before} the valuation date"
            f" {instruments.valuation_date}; {remedy}"
        )
        return [Fault(message=message, line=position.line, where=where)]
    if position.kind is Kind.NDF and (fixed := instruments.fixing_day(position)) < 1:
        message = (
            f"position {position.position_id!r} was fixed on {instruments.valuation_date + timedelta(days=fixed)}, not"
            f" after the valuation date {instruments.valuation_date}; remove it, and enter its difference as CASH"
        )
        return [Fault(message=message, line=position.line, where="maturity")]
    marked = next((name for name in ("price", "market_yield") if getattr(position, name) is not None), None)
    if marked and instruments.is_bond(position) and instruments.bond_terms(position) is None:
        message = (
            f"position {position.position_id!r} pays nothing after settlement, so no price can be fitted to it;"
            f" it matures on {position.maturity}; leave the price empty"
        )
        return [Fault(message=message, line=position.line, where=marked)]
    return _fixing_faults(position, instruments) if position.kind in SWAP_KINDS else []


def _fixing_faults(position: Position, instruments: Instruments) -> list[Fault]:
    running = instruments.running_days(position)
    needed = ("fixed_so_far", "fixed_so_far_jpy") if position.kind in XCCY_KINDS else ("fixed_so_far",)
    faults = []
    for name in needed:
        if running and getattr(position, name) is None:
            message = (
                f"position {position.position_id!r} is {running} days into an interest period; give the overnight rate"
                " compounded since then, decimal per year"
            )
            faults.append(Fault(message=message, line=position.line, where=name))
    if position.kind is Kind.XCCY_MTM_SWAP and position.reset_rate is None and instruments.swaps.has_reset(position):
        message = f"position {position.position_id!r} has reset its dollars; give the rate of the last reset"
        faults.append(Fault(message=message, line=position.line, where="reset_rate"))
    return faults


def _marks(positions: Sequence[Position], bonds: Bonds, valuation_date: date) -> Marks:
    place, price = bonds.position.tolist(), np.full(bonds.position.size, np.nan)
    yields = np.array([_number(positions[i].market_yield) for i in place])
    prices = np.array([_number(positions[i].price) for i in place])
    if place:
        kinds = np.array([positions[i].kind.value for i in place])
        price = np.where(np.isnan(prices), _prices_of(yields, kinds, bonds, valuation_date), prices)
    given = ~np.isnan(price)
    return Marks(
        position=bonds.position[given],
        settlement_day=bonds.settlement_day[given],
        settlement_value=(bonds.face * (price + bonds.accrued) / 100.0)[given],
    )


def _prices_of(yields: F64, kinds: Words, bonds: Bonds, valuation_date: date) -> F64:
    """Clean price of every bond at its given yield, NaN where none is given."""
    years = remaining_years(valuation_date, bonds.settlement_day, bonds.maturity_day)
    days = (bonds.maturity_day - bonds.settlement_day).astype(np.float64)
    year_days = days_in_year_after(valuation_date, bonds.settlement_day).astype(np.float64)
    prices = np.full(yields.shape, np.nan)
    for kind, found in (
        ("JGB", simple_price(yields, bonds.coupon, years)),
        ("JGB_BILL", simple_price(yields, bonds.coupon, days / 365.0)),
        ("UST_BILL", bond_equivalent_price(yields, days, year_days)),
    ):
        prices[kinds == kind] = found[kinds == kind]
    street = np.isin(kinds, ("UST", "UST_STRIP", "JGB_STRIP")) & ~np.isnan(yields)
    dirty = street_price(
        yields[street],
        bonds.coupon[street],
        bonds.period_fraction[street],
        bonds.coupons_left[street],
        bonds.first_coupon[street],
    )
    prices[street] = dirty - bonds.accrued[street]
    return prices


def _premiums(positions: Sequence[Position]) -> Premiums:
    given = [(i, position) for i, position in enumerate(positions) if position.premium is not None]
    return Premiums(
        position=tables.whole(i for i, _ in given),
        value=tables.real(position.notional * _number(position.premium) for _, position in given),
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _warnings(positions: Sequence[Position], instruments: Instruments) -> list[str]:
    due = [position for position in positions if instruments.last_day(position) == 0]
    empty = [position for position in positions if position.notional == 0.0]
    moved = [position for position in positions if instruments.is_moved(position)]
    digital = [position for position in positions if position.kind in DIGITAL_KINDS and position.width is None]
    unused = [
        position
        for position in positions
        if (position.fixed_so_far or position.fixed_so_far_jpy) and not instruments.running_days(position)
    ]
    said = (
        (unused, "`fixed_so_far` although no interest period runs: not used"),
        (empty, "a notional of 0: worth exactly 0"),
        (due, f"its last payment on the valuation date {instruments.valuation_date}: counts as paid, worth 0"),
        (moved, "a date that is no business day: paid on the next one, or the one before where the month would end"),
        (digital, "no `width`: call spreads of 0.5 yen stand for the digitals"),
        (_odd(positions), f"a notional over {ODD_NOTIONAL:,.0f} times the median of its kind: check its unit"),
    )
    return [f"{_named(which)} {what}" for which, what in said if which]


def _odd(positions: Sequence[Position]) -> list[Position]:
    """Positions whose notional is far from what its kind and currency usually has here."""
    groups: dict[tuple[Kind, str], list[Position]] = {}
    for position in positions:
        groups.setdefault((position.kind, position.currency), []).append(position)
    found = []
    for members in groups.values():
        sizes = np.abs([member.notional for member in members])
        median = 2.0 * float(np.median(0.5 * sizes))  # the largest numbers would overflow in the mean of two
        if len(members) >= _FEW and median > 0.0:
            found += [member for member, size in zip(members, sizes, strict=True) if size > ODD_NOTIONAL * median]
    return found


def _named(positions: Sequence[Position]) -> str:
    names = ", ".join(repr(position.position_id) for position in positions[:_NAMED])
    more = f" and {len(positions) - _NAMED:,} more" if len(positions) > _NAMED else ""
    return f"{len(positions):,} position{'s' if len(positions) > 1 else ''} ({names}{more}) with"
