"""Swaptions, by Bachelier's formula on the forward swap rate; a vol or a premium fixes the normal vol."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.market.lookup import distinct, swaption_vol_level
from engine.market.market import Market
from engine.payoffs.black import bachelier, solve_rising
from engine.payoffs.column import are_ranges, joined, joined_days, row_ranges, rows_in
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, fx_rates, sums
from engine.payoffs.payoff import Book, Caution, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.quoted import FittedMarks, Limit, Premiums, check_reach, premiums_for
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import Columns, Stored, Type, as_columns
from kernels.types import F64, I64, Words

LOWEST_NORMAL, HIGHEST_NORMAL = 1e-7, 0.2  # normal vol, decimal per sqrt(year)
ODD_NORMAL = (1e-4, 0.03)  # beyond which a vol is pointed out: 1 bp, 300 bp; a mistaken unit is farther off
MISSED = Limit(
    part=0.002,  # as of FX options
    unit="notional",
    what="no normal vol gives the premium",
    column="premium",
    columns="`premium` (per unit of notional), `rate`, `maturity` and `tenor`",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwaptionPart:
    """A swaption of one position. Fields as in `Swaptions`."""

    currency: str
    curve: str
    expiry_day: int
    payer: int
    quantity: float
    strike: float
    market_vol: float
    days: I64  # (n,) start and end of the swap, then the fixed payments
    amounts: F64  # (n,) 1, -1, then accrual fractions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swaptions:
    """European swaptions, cash or physical alike: Bachelier on the forward swap rate."""

    position: I64  # (n_swaptions,) index into CompiledBook.position_ids
    currency: Words  # (n_swaptions,)
    curve: Words  # (n_swaptions,) projects and discounts: "TONA", "SOFR"
    expiry_day: I64  # (n_swaptions,) calendar days, >= 1
    payer: I64  # (n_swaptions,) 1: pays fixed, -1: receives fixed
    quantity: F64  # (n_swaptions,) notional, bought positive
    strike: F64  # (n_swaptions,) decimal
    market_vol: F64  # (n_swaptions,) normal vol, decimal per sqrt(year); NaN: the position has a premium
    float_range: I64  # (n_swaptions, 2) flows below: +1 at the start, -1 at the end
    annuity_range: I64  # (n_swaptions, 2) flows below: accrual fractions
    day: I64  # (n_swaption_flows,) calendar days
    amount: F64  # (n_swaption_flows,) per 1 of notional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NormalVols(FittedMarks):
    """What vols and premiums of swaptions fix, in the base market."""

    normal_vol: F64  # (n_swaptions,) decimal per sqrt(year)
    level: F64  # (n_swaptions,) of the vols of each one's currency, as `vol_levels`: vols move in proportion to it


def swaptions_of(rows: PartRows[SwaptionPart]) -> Swaptions:
    """Lay swaptions out as one table, in the order of the positions: (n_swaptions,), units as in `Swaptions`.

    Each one's flows are the swap's start and end, then its fixed payments.
    """
    floating, annuity = _leg_ranges(row_ranges(rows.whole(lambda part: part.days.size)))
    return Swaptions(
        position=rows.position,
        currency=rows.words(lambda part: part.currency),
        curve=rows.words(lambda part: part.curve),
        expiry_day=rows.whole(lambda part: part.expiry_day),
        payer=rows.whole(lambda part: part.payer),
        quantity=rows.real(lambda part: part.quantity),
        strike=rows.real(lambda part: part.strike),
        market_vol=rows.real(lambda part: part.market_vol),
        float_range=floating,
        annuity_range=annuity,
        day=joined_days(part.days for part in rows.parts),
        amount=joined(part.amounts for part in rows.parts),
    )


def float_and_annuity(swaptions: Swaptions, market: Market, day: int = 0) -> tuple[F64, F64]:
    """Return the value on `day` of each swap's floating leg and of a fixed rate of 1.

    Returns
    -------
    (n_swaptions,) each, per 1 of notional

    Raises
    ------
    InputError
        The market lacks a curve.
    """
    return _leg(swaptions, swaptions.float_range, market, day), _leg(swaptions, swaptions.annuity_range, market, day)


def vol_levels(currency: Words, market: Market) -> F64:
    """Return the level of the normal vols of each currency's swaptions: (n,) decimal; 1 where no factor moves them."""
    names, place = distinct(currency)
    return np.array([swaption_vol_level(market, name) for name in names], np.float64)[place]


def normal_vols_in(market: Market, swaptions: Swaptions, vols: NormalVols) -> F64:
    """Return swaptions' vols in any market: (n_swaptions,) decimal per sqrt(year)."""
    return np.asarray(vols.normal_vol * (vol_levels(swaptions.currency, market) / vols.level))


def swaption_values(swaptions: Swaptions, market: Market, normal_vol: F64, day: int = 0) -> F64:
    """Return the value on `day`: quantity * annuity * Bachelier(forward rate, strike, vol * sqrt(time)).

    Parameters
    ----------
    normal_vol : (n_swaptions,) decimal per sqrt(year), as `normal_vols_in` has it

    Returns
    -------
    (n_swaptions,) in each one's currency
    """
    floating, annuity = float_and_annuity(swaptions, market, day)
    time = np.maximum(swaptions.expiry_day - day, 0) / DAYS_PER_TIME_YEAR
    moneyness = swaptions.payer * (floating / annuity - swaptions.strike)
    return np.asarray(swaptions.quantity * annuity * bachelier(moneyness, normal_vol * np.sqrt(time)))


def fit_normal_vols(book: Book, market: Market) -> NormalVols:
    """Return the normal vols that the file states, or that its premiums mean.

    A premium that no vol gives, and that is within `MISSED` of one that some vol does, is kept as an offset to the
    value with the least vol.

    Raises
    ------
    InputError
        No vol comes near a premium: the positions are named.
    """
    swaptions = book.table(Swaptions)
    vols, offset = swaptions.market_vol.copy(), np.zeros(len(book.position_ids))
    row, wanted, position = premiums_for(book, swaptions.position)
    if row.size:
        quantity = np.where(swaptions.quantity[row] == 0.0, 1.0, swaptions.quantity[row])

        def value(trial: F64) -> F64:
            """Return the value of swaptions at trial vols (n,), decimal per sqrt(year), per 1 of notional: (n,)."""
            every = np.where(np.isnan(vols), 1.0, vols)
            every[row] = trial
            return np.asarray(swaption_values(swaptions, market, every)[row] / quantity)

        found = solve_rising(value, wanted / quantity, LOWEST_NORMAL, HIGHEST_NORMAL)
        found = np.where(swaptions.quantity[row] == 0.0, LOWEST_NORMAL, found)
        lost = np.isnan(found)
        if lost.any():
            home = quantity * fx_rates(swaptions.currency[row], market)
            ends = [value(np.full(row.size, vol)) * home for vol in (LOWEST_NORMAL, HIGHEST_NORMAL)]
            given = wanted / quantity * home
            nearest = np.where(np.abs(given - ends[0]) < np.abs(given - ends[1]), *ends)
            check_reach(book, position[lost], (given[lost], nearest[lost]), np.abs(home[lost]), MISSED)
            found = np.where(lost, LOWEST_NORMAL, found)
            left = given - ends[0]
            offset[position] = np.where(lost, left, 0.0)
        vols[row] = found
    return NormalVols(normal_vol=vols, level=vol_levels(swaptions.currency, market), offset=offset)


def _leg(swaptions: Swaptions, ranges: I64, market: Market, day: int) -> F64:
    row, owner = rows_in(ranges)
    tau = np.maximum(swaptions.day[row] - day, 0) / DAYS_PER_TIME_YEAR
    values = swaptions.amount[row] * discounts(swaptions.curve[owner], tau, market)
    return sums(owner, values, ranges.shape[0])


def _leg_ranges(ranges: I64) -> tuple[I64, I64]:
    """Return the two ranges of a swaption's flows: its swap's start and end, then the fixed payments."""
    floating = np.column_stack([ranges[:, 0], ranges[:, 0] + 2])
    return floating, np.column_stack([ranges[:, 0] + 2, ranges[:, 1]])


def _worth(book: Book, at: Moment) -> Worth:
    swaptions = book.table(Swaptions)
    vols = normal_vols_in(at.market, swaptions, at.constants.of(NormalVols))
    return swaptions.position, swaptions.currency, swaption_values(swaptions, at.market, vols, at.day)


def _fit(book: Book, market: Market, _: Shelf) -> NormalVols:
    return fit_normal_vols(book, market)


def _fit_cautions(book: Book, constants: Shelf) -> Iterator[Caution]:
    position, vols = book.table(Swaptions).position, constants.of(NormalVols)
    low, high = ODD_NORMAL
    odd = ((vols.normal_vol < low) | (vols.normal_vol > high)) & (vols.offset[position] == 0.0)
    yield f"a normal vol under {1e4 * low:g} or over {1e4 * high:g} bp", position[odd]


def _dated(book: Book) -> Iterator[Dated]:
    swaptions = book.table(Swaptions)
    yield swaptions.curve, swaptions.position, swaptions.day[swaptions.annuity_range[:, 1] - 1]


def _claims(book: Book) -> Iterator[Claim]:
    swaptions = book.table(Swaptions)
    ahead = bool((swaptions.expiry_day >= 1).all() and (swaptions.day >= 1).all())
    yield ahead, "an expiry is not after the valuation date"
    yield bool(np.isin(swaptions.payer, (-1, 1)).all()), "a swaption neither pays nor receives"
    unpriced = swaptions.position[np.isnan(swaptions.market_vol)]
    yield bool(np.isin(unpriced, book.table(Premiums).position).all()), "a swaption has neither vol nor premium"
    yield are_ranges(swaptions.annuity_range, swaptions.day.size), "a swaption has no payments"


_TYPES: dict[str, Type] = {
    **dict.fromkeys(("currency", "curve"), "text"),
    **dict.fromkeys(("expiry_day", "payer", "n_flows"), "whole"),
    **dict.fromkeys(("quantity", "strike", "market_vol"), "real"),
}
_FLOW_TYPES: dict[str, Type] = {"day": "whole", "amount": "real"}


def _written(swaptions: Swaptions) -> dict[str, Columns]:
    n_flows = swaptions.annuity_range[:, 1] - swaptions.float_range[:, 0]
    flows = {
        "position": np.repeat(swaptions.position, n_flows),
        "day": swaptions.day,
        "amount": swaptions.amount,
    }
    return {"swaptions": as_columns(swaptions) | {"n_flows": n_flows}, "swaption_flows": flows}


def read_rows(lists: Mapping[str, Columns]) -> Swaptions:
    """Return the table of the lists `swaptions`, (n_swaptions,) rows, and `swaption_flows`. Raises ValueError."""
    rows, flows = dict(lists["swaptions"]), lists["swaption_flows"]
    ranges = row_ranges(rows.pop("n_flows"))
    if ranges[-1:, 1].sum() != flows["day"].size:
        raise ValueError("swaptions' payments are not as many as they state")
    floating, annuity = _leg_ranges(ranges)
    return Swaptions(**rows, float_range=floating, annuity_range=annuity, day=flows["day"], amount=flows["amount"])


SWAPTIONS = Payoff(
    part=SwaptionPart,
    table=Swaptions,
    tabulate=swaptions_of,
    stored=Stored(
        lists={"swaptions": _TYPES, "swaption_flows": _FLOW_TYPES},
        columns=_written,
        table=read_rows,
    ),
    value=_worth,
    expiry="expiry_day",
    fit=_fit,
    fit_cautions=_fit_cautions,
    dated=_dated,
    claims=_claims,
    quotes=("market_vol",),
    ranges=dict.fromkeys(("float_range", "annuity_range"), (Swaptions, "day")),
)
