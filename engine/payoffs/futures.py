"""Bond futures: the cheapest of a basket, carried to delivery; a market price fixes the net basis."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.market.market import Market
from engine.payoffs.column import are_ranges, joined, joined_days, row_ranges, rows_in, words
from engine.payoffs.curves import DAYS_PER_TIME_YEAR, discounts, fx_rates, sums
from engine.payoffs.payoff import Book, Caution, Claim, Dated, Moment, PartRows, Payoff, Worth
from engine.payoffs.quoted import Limit, check_reach
from engine.payoffs.shelf import Shelf
from engine.payoffs.stored import Columns, Stored, Type, as_columns
from kernels.types import F64, I64, Words

MISSED = Limit(
    part=0.5,  # fifty points: no switch of the cheapest bond explains it, and another unit is farther off
    unit="face",
    what="the price is far from what its deliverables are worth",
    column="price",
    columns="`price` (per 100, in decimals), `contract` and `deliverables`",
)
ODD_BASIS = 0.02  # per 1, either side, beyond which a price is pointed out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basket:
    """Deliverable bonds of one contract. Fields as in `Deliverables`."""

    delivery_day: int
    last_trading_day: int
    curve: str
    repo_curve: str
    conversion_factors: F64  # (n,)
    accrued: F64  # (n,)
    days: tuple[I64, ...]  # (n,) of arrays
    amounts: tuple[F64, ...]  # (n,) of arrays, per 1 of face


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FuturePart:
    """A bond future of one position. Fields as in `Futures`; positions may share a basket."""

    basket: Basket
    currency: str
    contract_value: float
    market_price: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Futures:
    """Bond futures: price = min over the basket of forward clean price / conversion factor, less the net basis.

    Daily settled: what a position is worth is its profit since the valuation date.
    """

    position: I64  # (n_futures,) index into CompiledBook.position_ids
    currency: Words  # (n_futures,)
    delivery_day: I64  # (n_futures,) calendar days
    last_trading_day: I64  # (n_futures,) calendar days
    repo_curve: Words  # (n_futures,) carries a deliverable to delivery
    contract_value: F64  # (n_futures,) contracts * currency per unit of price (per 1, not per 100), bought positive
    market_price: F64  # (n_futures,) per 1; NaN: no price, the net basis is 0
    basket: I64  # (n_futures, 2) first and last + 1 of the deliverables; futures may share one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deliverables:
    """Bonds that may be delivered, per 1 of face; their flows after delivery."""

    conversion_factor: F64  # (n_deliverables,) as the exchange rounds it
    accrued: F64  # (n_deliverables,) at delivery, per 1
    flow_range: I64  # (n_deliverables, 2) first and last + 1 below
    curve: Words  # (n_deliverables,)
    day: I64  # (n_deliverable_flows,) calendar days
    amount: F64  # (n_deliverable_flows,) per 1 of face


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetBases:
    """What market prices of bond futures fix."""

    basis: F64  # (n_futures,) net basis: model price less market price, per 1
    reference: F64  # (n_futures,) price in the base market, from which profit counts, per 1


def futures_of(rows: PartRows[FuturePart]) -> Futures:
    """Lay bond futures out as one table, in the order of the positions: (n_futures,), units as in `Futures`.

    Its ranges count the rows of `deliverables_of`.
    """
    baskets = _baskets(rows)
    ranges = row_ranges(np.array([basket.conversion_factors.size for basket in baskets], np.int64)).tolist()
    place = {id(basket): ends for basket, ends in zip(baskets, ranges, strict=True)}
    return Futures(
        position=rows.position,
        currency=rows.words(lambda part: part.currency),
        delivery_day=rows.whole(lambda part: part.basket.delivery_day),
        last_trading_day=rows.whole(lambda part: part.basket.last_trading_day),
        repo_curve=rows.words(lambda part: part.basket.repo_curve),
        contract_value=rows.real(lambda part: part.contract_value),
        market_price=rows.real(lambda part: part.market_price),
        basket=np.array([place[id(part.basket)] for part in rows.parts], np.int64).reshape(-1, 2),
    )


def deliverables_of(rows: PartRows[FuturePart]) -> Deliverables:
    """Lay the bonds of the futures' baskets out as one table, each basket once: (n_deliverables,) rows."""
    baskets = _baskets(rows)
    sizes = np.array([basket.conversion_factors.size for basket in baskets], np.int64)
    days = [days for basket in baskets for days in basket.days]
    return Deliverables(
        conversion_factor=joined(basket.conversion_factors for basket in baskets),
        accrued=joined(basket.accrued for basket in baskets),
        flow_range=row_ranges(np.array([of_bond.size for of_bond in days], np.int64)),
        curve=np.repeat(words(basket.curve for basket in baskets), sizes),
        day=joined_days(days),
        amount=joined(amounts for basket in baskets for amounts in basket.amounts),
    )


def converted_prices(futures: Futures, deliverables: Deliverables, market: Market, day: int = 0) -> tuple[F64, I64]:
    """Return the forward clean price over conversion factor of every bond of every future's basket, on `day`.

    (sum of a bond's flows after delivery, discounted on its curve) / (repo discount factor to delivery), less the
    interest accrued at delivery, over the conversion factor.

    Returns
    -------
    (n_rows,) prices per 1, and (n_rows,) the future that each belongs to, ascending

    Raises
    ------
    InputError
        The market lacks a curve.
    """
    bond, future = rows_in(futures.basket)
    tau = np.maximum(futures.delivery_day - day, 0) / DAYS_PER_TIME_YEAR
    growth = 1.0 / discounts(futures.repo_curve, tau, market)
    dirty = _present_values(deliverables, market, day)[bond] * growth[future]
    return (dirty - deliverables.accrued[bond]) / deliverables.conversion_factor[bond], future


def model_prices(futures: Futures, deliverables: Deliverables, market: Market, day: int = 0) -> F64:
    """Return the least of the basket's converted prices, on `day`, before any net basis: (n_futures,) per 1."""
    prices, _ = converted_prices(futures, deliverables, market, day)
    if not prices.size:
        return np.empty(0)
    sizes = futures.basket[:, 1] - futures.basket[:, 0]
    return np.asarray(np.minimum.reduceat(prices, np.cumsum(sizes) - sizes))


def fit_bases(futures: Futures, deliverables: Deliverables, market: Market) -> NetBases:
    """Return the net bases that give back the futures' market prices, and what their profit counts from."""
    model = model_prices(futures, deliverables, market)
    basis = np.where(np.isnan(futures.market_price), 0.0, model - futures.market_price)
    return NetBases(basis=basis, reference=model - basis)


def _baskets(rows: PartRows[FuturePart]) -> Sequence[Basket]:
    """Return each basket once, in the order of the futures."""
    return list({id(part.basket): part.basket for part in rows.parts}.values())


def _present_values(deliverables: Deliverables, market: Market, day: int) -> F64:
    """Return the value on `day` of each bond's flows after delivery: (n_deliverables,) per 1 of face."""
    sizes = deliverables.flow_range[:, 1] - deliverables.flow_range[:, 0]
    bond = np.repeat(np.arange(sizes.size), sizes)
    tau = (deliverables.day - day) / DAYS_PER_TIME_YEAR
    values = deliverables.amount * discounts(deliverables.curve[bond], tau, market)
    return sums(bond, values, sizes.size)


def _worth(book: Book, at: Moment) -> Worth:
    futures, fixed = book.table(Futures), at.constants.of(NetBases)
    prices = model_prices(futures, book.table(Deliverables), at.market, at.day) - fixed.basis
    return futures.position, futures.currency, futures.contract_value * (prices - fixed.reference)


def _fit(book: Book, market: Market, _: Shelf) -> NetBases:
    futures = book.table(Futures)
    fixed = fit_bases(futures, book.table(Deliverables), market)
    home = futures.contract_value * fx_rates(futures.currency, market)
    model = (fixed.reference + fixed.basis) * home
    check_reach(book, futures.position, (fixed.reference * home, model), np.abs(home), MISSED)
    return fixed


def _fit_cautions(book: Book, constants: Shelf) -> Iterator[Caution]:
    odd = np.abs(constants.of(NetBases).basis) > ODD_BASIS
    yield f"a net basis beyond {100.0 * ODD_BASIS:g} points, or other `deliverables`", book.table(Futures).position[odd]


def _dated(book: Book) -> Iterator[Dated]:
    futures, bonds = book.table(Futures), book.table(Deliverables)
    last = bonds.day[bonds.flow_range[:, 1] - 1] if bonds.conversion_factor.size else bonds.day
    longest = np.array([last[first:end].max() for first, end in futures.basket.tolist()], np.int64)
    yield bonds.curve[futures.basket[:, 0]], futures.position, longest


def _future_claims(book: Book) -> Iterator[Claim]:
    futures, bonds = book.table(Futures), book.table(Deliverables)
    yield bool((futures.last_trading_day >= 1).all()), "an expiry is not after the valuation date"
    yield bool((futures.delivery_day >= futures.last_trading_day).all()), "a future delivers before trading ends"
    yield are_ranges(futures.basket, bonds.conversion_factor.size), "a basket is empty or not stored"


def _bond_claims(book: Book) -> Iterator[Claim]:
    bonds = book.table(Deliverables)
    yield bool((bonds.conversion_factor > 0.0).all()), "a conversion factor is not positive"
    yield bool((bonds.day >= 1).all()), "a deliverable's payment is not after the valuation date"
    yield are_ranges(bonds.flow_range, bonds.day.size), "a deliverable has no payments"


_TYPES: dict[str, Type] = {
    **dict.fromkeys(("currency", "repo_curve"), "text"),
    **dict.fromkeys(("delivery_day", "last_trading_day", "first_deliverable", "end_deliverable"), "whole"),
    **dict.fromkeys(("contract_value", "market_price"), "real"),
}
_BOND_TYPES: dict[str, Type] = {
    **dict.fromkeys(("factor", "accrued"), "real"),
    "flow_range": "whole",
    "curve": "text",
    "day": "whole",
    "amount": "real",
}


def _written(futures: Futures) -> dict[str, Columns]:
    ends = {"first_deliverable": futures.basket[:, 0], "end_deliverable": futures.basket[:, 1]}
    return {"futures": as_columns(futures) | ends}


def _read(lists: Mapping[str, Columns]) -> Futures:
    rows = dict(lists["futures"])
    basket = np.column_stack([rows.pop("first_deliverable"), rows.pop("end_deliverable")])
    return Futures(**rows, basket=basket)


def _bonds_written(bonds: Deliverables) -> dict[str, Columns]:
    rows = as_columns(bonds)
    return {"deliverables": {"factor": rows.pop("conversion_factor"), **rows}}  # "factor": the file's older name for it


def _bonds_read(lists: Mapping[str, Columns]) -> Deliverables:
    rows = dict(lists["deliverables"])
    ranges = rows.pop("flow_range").reshape(-1, 2)
    return Deliverables(conversion_factor=rows.pop("factor"), flow_range=ranges, **rows)


FUTURES = Payoff(
    part=FuturePart,
    table=Futures,
    tabulate=futures_of,
    stored=Stored(lists={"futures": _TYPES}, columns=_written, table=_read),
    value=_worth,
    expiry="last_trading_day",
    fit=_fit,
    fit_cautions=_fit_cautions,
    dated=_dated,
    claims=_future_claims,
    quotes=("market_price",),
    ranges={"basket": (Deliverables, "conversion_factor")},
)
DELIVERABLES = Payoff(
    part=FuturePart,
    table=Deliverables,
    tabulate=deliverables_of,
    stored=Stored(
        lists={"deliverables": _BOND_TYPES},
        columns=_bonds_written,
        table=_bonds_read,
        is_beside=True,
    ),
    claims=_bond_claims,
    ranges={"flow_range": (Deliverables, "day")},
)
