"""Quantities of price factors, held outright or as index futures; a future's price fixes its carry."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.factors import FactorKind
from engine.market.market import Market
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, fx_rates
from engine.payoffs.payoff import Book, Caution, Moment, PartRows, Payoff, Worth
from engine.payoffs.quoted import Limit, check_reach
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words

MISSED = Limit(
    part=0.5,  # half the index: no carry to an expiry comes near it, and another index or unit is farther off
    unit="the index",
    what="the price is far from the factor's level",
    column="price",
    columns="`price` (in points) and `factor`",
)
ODD_PRICE = 0.1  # from the level, as a part of it, beyond which a future's price is pointed out


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingPart:
    """A quantity of a factor's level that one position holds. Fields as in `Holdings`."""

    factor: str
    currency: str
    quantity: float
    expiry_day: int
    market_price: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holdings:
    """Quantities of a PRICE factor's level: index positions, index futures, EM assets."""

    position: I64  # (n_holdings,) index into CompiledBook.position_ids
    factor: Words  # (n_holdings,) "SPX"
    currency: Words  # (n_holdings,) of the factor's level
    quantity: F64  # (n_holdings,) of the level, owned positive
    expiry_day: I64  # (n_holdings,) calendar days, of a future; 0: held outright
    market_price: F64  # (n_holdings,) of a future; NaN: no price, it trades at the level


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carries:
    """What market prices of index futures fix."""

    carry: F64  # (n_holdings,) of futures: ln(future / level) per year to expiry; 0 outright
    reference: F64  # (n_holdings,) of futures: price in the base market, from which profit counts; 0 outright


def holdings_of(rows: PartRows[HoldingPart]) -> Holdings:
    """Lay quantities of price factors out as one table, in the order of the positions: (n_holdings,)."""
    return Holdings(
        position=rows.position,
        factor=rows.words(lambda part: part.factor),
        currency=rows.words(lambda part: part.currency),
        quantity=rows.real(lambda part: part.quantity),
        expiry_day=rows.whole(lambda part: part.expiry_day),
        market_price=rows.real(lambda part: part.market_price),
    )


def factor_levels(holdings: Holdings, market: Market) -> F64:
    """Return the level of each holding's factor, which the market has: (n_holdings,) in its currency."""
    prices = {factor.name: market.level(factor) for factor in market.factors if factor.kind is FactorKind.PRICE}
    return np.array([prices[name] for name in holdings.factor.tolist()], np.float64)


def holding_values(holdings: Holdings, market: Market, carry: F64, reference: F64, day: int = 0) -> F64:
    """Return the value on `day`: quantity * (level * exp(carry * years to expiry) - reference).

    Parameters
    ----------
    carry, reference : (n_holdings,) as in `Carries`

    Returns
    -------
    (n_holdings,) in each one's currency
    """
    tau = np.maximum(holdings.expiry_day - day, 0) / DAYS_PER_TIME_YEAR
    return np.asarray(holdings.quantity * (factor_levels(holdings, market) * np.exp(carry * tau) - reference))


def fit_carries(holdings: Holdings, market: Market) -> Carries:
    """Return the carries that give back the prices of index futures, and what their profit counts from."""
    levels, expiry = factor_levels(holdings, market), holdings.expiry_day / DAYS_PER_TIME_YEAR
    priced = (expiry > 0.0) & ~np.isnan(holdings.market_price)
    prices = np.where(priced, holdings.market_price, levels)
    carry = np.where(priced, np.log(prices / levels) / np.where(priced, expiry, 1.0), 0.0)
    return Carries(carry=carry, reference=np.where(expiry > 0.0, prices, 0.0))


def _worth(book: Book, at: Moment) -> Worth:
    holdings, fixed = book.table(Holdings), at.constants.of(Carries)
    values = holding_values(holdings, at.market, fixed.carry, fixed.reference, at.day)
    return holdings.position, holdings.currency, values


def _fit(book: Book, market: Market, _: Shelf) -> Carries:
    holdings = book.table(Holdings)
    fixed = fit_carries(holdings, market)
    future = np.flatnonzero(holdings.expiry_day > 0)
    home = (holdings.quantity * fx_rates(holdings.currency, market))[future]
    level = factor_levels(holdings, market)[future] * home
    check_reach(book, holdings.position[future], (fixed.reference[future] * home, level), np.abs(level), MISSED)
    return fixed


def _fit_cautions(book: Book, constants: Shelf) -> Iterator[Caution]:
    holdings, carry = book.table(Holdings), constants.of(Carries).carry
    odd = np.abs(np.expm1(carry * holdings.expiry_day / DAYS_PER_TIME_YEAR)) > ODD_PRICE
    yield f"a future over {ODD_PRICE:.0%} from its index", holdings.position[odd]


HOLDINGS = Payoff(
    part=HoldingPart,
    table=Holdings,
    tabulate=holdings_of,
    stored=plain("holdings", Holdings),
    value=_worth,
    expiry="expiry_day",
    fit=_fit,
    fit_cautions=_fit_cautions,
    quotes=("market_price",),
)
