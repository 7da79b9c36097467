"""A compiled book: every position as dated flows and currency units. Needs no QuantLib to load or value."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """Payments still to come after the valuation date, sorted by position, then date."""

    position: I64  # (n_flows,) index into CompiledBook.position_ids
    curve: npt.NDArray[np.str_]  # (n_flows,) "JGB", "SOFR": discounts the flow
    currency: npt.NDArray[np.str_]  # (n_flows,) in which `amount` is paid
    day: I64  # (n_flows,) calendar days from the valuation date, >= 0; 0: interest accrued so far
    amount: F64  # (n_flows,) in `currency`, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Amounts of currency held now: cash and settled FX."""

    position: I64  # (n_units,) index into CompiledBook.position_ids
    currency: npt.NDArray[np.str_]  # (n_units,)
    quantity: F64  # (n_units,) in `currency`, owned positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Floats:
    """Overnight interest compounded on one curve and discounted on another: the yen leg of a cross-currency swap.

    Paid on `day`: amount * P(start_day) / P(day), P the projection curve's discount factors (1 at `start_day` 0).
    """

    position: I64  # (n_floats,) index into CompiledBook.position_ids
    curve: npt.NDArray[np.str_]  # (n_floats,) "XCCY_JPY": discounts
    projection: npt.NDArray[np.str_]  # (n_floats,) "TONA"
    currency: npt.NDArray[np.str_]  # (n_floats,)
    start_day: I64  # (n_floats,) calendar days from the valuation date, >= 0
    day: I64  # (n_floats,) of payment, >= start_day
    amount: F64  # (n_floats,) notional with its interest up to `start_day`, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holdings:
    """Quantities of a PRICE factor's level: index positions, index futures, EM assets."""

    position: I64  # (n_holdings,) index into CompiledBook.position_ids
    factor: npt.NDArray[np.str_]  # (n_holdings,) "SPX"
    currency: npt.NDArray[np.str_]  # (n_holdings,) of the factor's level
    quantity: F64  # (n_holdings,) of the level, owned positive
    expiry_day: I64  # (n_holdings,) calendar days, of a future; 0: held outright
    market_price: F64  # (n_holdings,) of a future; NaN: none given, it trades at the level


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FxOptions:
    """European calls on USD against JPY. Puts, digitals and strangles are written as these and flows.

    The fixing of an NDF is a call on no dollars: from `expiry_day` on its flows are worth their difference.
    """

    position: I64  # (n_options,)
    expiry_day: I64  # (n_options,) calendar days from the valuation date, >= 1; vol and payoff
    delivery_day: I64  # (n_options,) calendar days, >= expiry_day; discounting
    strike: F64  # (n_options,) JPY per USD
    amount: F64  # (n_options,) USD, bought positive
    market_vol: F64  # (n_options,) given lognormal vol; NaN: none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Futures:
    """Bond futures: price = min over the basket of forward clean price / conversion factor, less the net basis.

    Daily settled: what a position is worth is its profit since the valuation date.
    """

    position: I64  # (n_futures,)
    currency: npt.NDArray[np.str_]  # (n_futures,)
    delivery_day: I64  # (n_futures,) calendar days
    last_trading_day: I64  # (n_futures,) calendar days
    repo_curve: npt.NDArray[np.str_]  # (n_futures,) carries a deliverable to delivery
    contract_value: F64  # (n_futures,) contracts * currency per unit of price (per 1, not per 100), bought positive
    market_price: F64  # (n_futures,) per 1; NaN: none given, the net basis is 0
    basket: I64  # (n_futures, 2) first and last + 1 of the deliverables; futures may share one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deliverables:
    """Bonds that may be delivered, per 1 of face; their flows after delivery."""

    factor: F64  # (n_deliverables,) conversion factor as the exchange rounds it
    accrued: F64  # (n_deliverables,) at delivery, per 1
    flow_range: I64  # (n_deliverables, 2) first and last + 1 below
    curve: npt.NDArray[np.str_]  # (n_deliverables,)
    day: I64  # (n_deliverable_flows,) calendar days
    amount: F64  # (n_deliverable_flows,) per 1 of face


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swaptions:
    """European swaptions, cash or physical alike: Bachelier on the forward swap rate."""

    position: I64  # (n_swaptions,)
    currency: npt.NDArray[np.str_]  # (n_swaptions,)
    curve: npt.NDArray[np.str_]  # (n_swaptions,) projects and discounts: "TONA", "SOFR"
    expiry_day: I64  # (n_swaptions,)
    payer: I64  # (n_swaptions,) 1: pays fixed, -1: receives fixed
    quantity: F64  # (n_swaptions,) notional, bought positive
    strike: F64  # (n_swaptions,) decimal
    market_vol: F64  # (n_swaptions,) given normal vol, decimal per sqrt(year); NaN: a premium is given
    float_range: I64  # (n_swaptions, 2) flows below: +1 at the start, -1 at the end
    annuity_range: I64  # (n_swaptions, 2) flows below: accrual fractions
    day: I64  # (n_swaption_flows,) calendar days
    amount: F64  # (n_swaption_flows,) per 1 of notional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Premiums:
    """Given market values of options: what their vols must reproduce on the valuation date."""

    position: I64  # (n_premiums,) index into CompiledBook.position_ids, each once
    value: F64  # (n_premiums,) of the whole position, bought positive, in the position's currency (JPY for FX)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """Given market prices: the value for settlement that a position's spread must reproduce."""

    position: I64  # (n_marks,) index into CompiledBook.position_ids
    settlement_day: I64  # (n_marks,) calendar days from the valuation date
    settlement_value: F64  # (n_marks,) dirty, for the whole position, in its currency, paid on settlement


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


def no_bonds() -> Bonds:
    """The terms of a book without bonds."""
    whole, real = np.empty(0, np.int64), np.empty(0)
    return Bonds(
        position=whole,
        face=real,
        coupon=real,
        settlement_day=whole,
        maturity_day=whole,
        accrued=real,
        period_fraction=real,
        coupons_left=whole,
        first_coupon=real,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledBook:
    """All positions of all books in one file, ready to value."""

    valuation_date: date
    position_ids: tuple[str, ...]  # unique
    books: tuple[str, ...]  # (n_positions,) the book each position belongs to
    kinds: tuple[str, ...]  # (n_positions,) "JGB", "UST_BILL", "FX_FORWARD", ...
    flows: Flows
    floats: Floats
    units: Units
    holdings: Holdings
    options: FxOptions
    futures: Futures
    deliverables: Deliverables
    swaptions: Swaptions
    marks: Marks
    premiums: Premiums
    business_days: I64  # (n,) days from the valuation date of the coming joint Tokyo and New York business days
    sha256: str  # of the source file's bytes
    bonds: Bonds = field(default_factory=no_bonds)
    warnings: tuple[str, ...] = ()  # what was accepted with a word of caution, for every result that uses the book
