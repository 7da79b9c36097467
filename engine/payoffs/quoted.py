"""What positions are quoted at: terms of bonds with the prices that fix their spreads, and premiums of options."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from engine.conventions.currencies import HOME
from engine.errors import Fault, FileFaults, InputError
from engine.payoffs.payoff import Book, Claim, PartRows, Payoff
from engine.payoffs.stored import plain
from kernels.types import F64, I64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bonds:
    """Terms of the bonds and bills that can still be bought: what their market quotes need beside the flows."""

    position: I64  # (n_bonds,) index into CompiledBook.position_ids
    face: F64  # (n_bonds,) in the position's currency, owned positive
    coupon: F64  # (n_bonds,) decimal per year; 0 for a bill
    settlement_day: I64  # (n_bonds,) calendar days from the valuation date
    maturity_day: I64  # (n_bonds,) the same, not moved for holidays
    accrued: F64  # (n_bonds,) interest accrued at settlement, per 100 of face
    period_fraction: F64  # (n_bonds,) part of the coupon period left at settlement, in (0, 1]; 0 for a bill
    coupons_left: I64  # (n_bonds,) paid after settlement; 0 for a bill
    first_coupon: F64  # (n_bonds,) the next coupon as a part of a full one; below 1 in a short first period


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """Market prices of bonds: the value for settlement that a position's spread must reproduce."""

    position: I64  # (n_marks,) index into CompiledBook.position_ids
    settlement_day: I64  # (n_marks,) calendar days from the valuation date
    settlement_value: F64  # (n_marks,) dirty, for the whole position, in its currency, paid on settlement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Premiums:
    """Market values of options: what their vols must reproduce on the valuation date."""

    position: I64  # (n_premiums,) index into CompiledBook.position_ids, each once
    value: F64  # (n_premiums,) of the whole position, bought positive, in the position's currency (JPY for FX)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedMarks:
    """Constants that market prices of positions fix, with what they leave of prices that they cannot give."""

    offset: F64  # (n_positions,) market value less model value in the base market [home]; 0 where the price is met


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How far a market price may lie beyond all that its payoff can be worth, and what to say where it does."""

    part: float  # of the unit
    unit: str  # "face"
    what: str  # "no vols give the premium"
    column: str  # in which the price mostly stands
    columns: str  # that may be wrong, for a message


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quotation:
    """How a market quotes the yield of its bonds. `engine.payoffs.quotations` has them."""

    name: str  # as `unwind book check` prints it
    clean_price: Callable[[Bonds, F64, date], F64]  # of bonds, yields (n_bonds,) decimal, valuation date: per 100
    market_yield: Callable[[Bonds, F64, date], F64]  # of bonds, clean prices (n_bonds,) per 100, valuation date


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarketQuotes:
    """What positions of a table are quoted at in a market, as fitted. NaN: there is no such figure."""

    position: I64  # (n_rows,)
    bonds: Bonds | None  # (n_rows,) terms by which a clean price has a yield; None: it has none
    clean_price: F64  # (n_rows,) per 100 of face
    spread: F64  # (n_rows,) decimal per year, over the curve, where a price fixes one
    break_even: F64  # (n_rows,) inflation, decimal per year


@dataclass(frozen=True, slots=True, kw_only=True)
class BondTerms:
    """A bond or bill of one position, as bought for settlement. Fields as in `Bonds`; NaN: no such quote."""

    face: float
    coupon: float
    settlement_day: int
    maturity_day: int
    accrued: float
    period_fraction: float
    coupons_left: int
    first_coupon: float
    market_price: float  # clean, per 100 of face
    market_yield: float  # by `quotation`, decimal per year
    quotation: Quotation


Bond = TypeVar("Bond", bound=BondTerms)


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumPart:
    """Market value of a position of options. Field as in `Premiums`."""

    value: float


def bonds_of(rows: PartRows[Bond]) -> Bonds:
    """Lay terms out as one table, in the order of the positions: (n_bonds,), units as in `Bonds`."""
    return Bonds(
        position=rows.position,
        face=rows.real(lambda bond: bond.face),
        coupon=rows.real(lambda bond: bond.coupon),
        settlement_day=rows.whole(lambda bond: bond.settlement_day),
        maturity_day=rows.whole(lambda bond: bond.maturity_day),
        accrued=rows.real(lambda bond: bond.accrued),
        period_fraction=rows.real(lambda bond: bond.period_fraction),
        coupons_left=rows.whole(lambda bond: bond.coupons_left),
        first_coupon=rows.real(lambda bond: bond.first_coupon),
    )


def marks_of(rows: PartRows[BondTerms]) -> Marks:
    """Lay prices out as one table: (n_marks,) of the bonds with a price, or with a yield that is turned into one."""
    bonds, prices = bonds_of(rows), clean_prices_of(rows)
    kept = ~np.isnan(prices)
    return Marks(
        position=bonds.position[kept],
        settlement_day=bonds.settlement_day[kept],
        settlement_value=(bonds.face * (prices + bonds.accrued) / 100.0)[kept],
    )


def clean_prices_of(rows: PartRows[Bond]) -> F64:
    """Return the clean prices of bonds, those quoted by a yield among them: (n_bonds,) per 100; NaN without a quote."""
    bonds = bonds_of(rows)
    prices, yields = rows.real(lambda bond: bond.market_price), rows.real(lambda bond: bond.market_yield)
    for quotation, mine in by_quotation([bond.quotation for bond in rows.parts]):
        quoted = mine[np.isnan(prices[mine]) & ~np.isnan(yields[mine])]
        prices[quoted] = quotation.clean_price(bonds_at(bonds, quoted), yields[quoted], rows.valuation_date)
    return prices


def by_quotation(quotations: list[Quotation]) -> Iterator[tuple[Quotation, I64]]:
    """Yield each quotation with the rows that are quoted so: (n_rows,)."""
    for each in dict.fromkeys(quotations):
        yield each, np.flatnonzero([quotation is each for quotation in quotations])


def bonds_at(bonds: Bonds, row: I64) -> Bonds:
    """Return the terms of some of the bonds: those of `row` (n_rows,)."""
    return Bonds(**{name: getattr(bonds, name)[row] for name in Bonds.__dataclass_fields__})


def premiums_of(rows: PartRows[PremiumPart]) -> Premiums:
    """Lay premiums out as one table, in the order of the positions: (n_premiums,), units as in `Premiums`."""
    return Premiums(position=rows.position, value=rows.real(lambda part: part.value))


def premiums_for(book: Book, position: I64) -> tuple[I64, F64, I64]:
    """Return what premiums say of a table of options.

    Parameters
    ----------
    position : (n_rows,) of the table

    Returns
    -------
    (n,) rows whose position has a premium; (n_positions,) premiums in the positions' currencies, and (n_positions,)
    their positions, each once
    """
    premiums = book.table(Premiums)
    mine = np.isin(premiums.position, position)
    owners = premiums.position[mine]
    return np.flatnonzero(np.isin(position, owners)), premiums.value[mine], owners


def check_reach(book: Book, position: I64, values: tuple[F64, F64], size: F64, limit: Limit) -> None:
    """Refuse market prices that no constant of a payoff comes near.

    Parameters
    ----------
    position : (n,)
    values : (n,) each, what the market prices say and the nearest that the payoff can be worth [home]
    size : (n,) of `limit`'s unit [home]

    Raises
    ------
    InputError
        One is beyond the limit: all are named, with file and line where these are known.
    """
    given, nearest = values
    missed = np.abs(given - nearest) / np.maximum(size, np.finfo(np.float64).tiny)
    faults = [
        Fault(
            message=f"position {book.position_ids[i]!r}: {limit.what}: the market value is {given[k]:,.0f} {HOME}, the"
            f" nearest of the model {nearest[k]:,.0f}, {1e4 * missed[k]:,.0f} bp of {limit.unit} away; up to"
            f" {1e4 * limit.part:,.0f} bp it is kept as it is; check {limit.columns}, or leave the market"
            " price empty",
            line=None if book.labels or not book.lines else book.lines[i] or None,
            where=f"row {book.labels[i]!r}, {limit.column}" if book.labels else limit.column,
        )
        for k, i in enumerate(position.tolist())
        if not missed[k] <= limit.part
    ]
    if faults:
        raise FileFaults(book.source, faults) if book.source else InputError("\n".join(map(str, faults)))


def _mark_claims(book: Book) -> Iterator[Claim]:
    marks = book.table(Marks)
    yield bool((np.diff(marks.position) > 0).all()), "a position has two market prices"
    yield bool((marks.settlement_day >= 1).all()), "a settlement is not after the valuation date"


def _premium_claims(book: Book) -> Iterator[Claim]:
    yield bool((np.diff(book.table(Premiums).position) > 0).all()), "a position has two premiums"


MARKS = Payoff(part=BondTerms, table=Marks, tabulate=marks_of, stored=plain("marks", Marks), claims=_mark_claims)
PREMIUMS = Payoff(
    part=PremiumPart,
    table=Premiums,
    tabulate=premiums_of,
    stored=plain("premiums", Premiums),
    claims=_premium_claims,
)
BONDS = Payoff(part=BondTerms, table=Bonds, tabulate=bonds_of, stored=plain("bonds", Bonds))
