"""Parts of positions -> the tables of a compiled book."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from engine.instruments.position import Position
from engine.payoffs.flows import Floats, Flows
from engine.payoffs.futures import Deliverables, Futures
from engine.payoffs.fx_options import FxOptions
from engine.payoffs.parts import Basket, BondTerms, FuturePart, Parts, SwaptionPart
from engine.payoffs.quoted import Bonds, no_bonds
from engine.payoffs.swaptions import Swaptions
from engine.payoffs.units import Holdings, Units
from kernels.types import F64, I64, Array, Words

T = TypeVar("T")


def flows_of(parts: Sequence[Parts]) -> Flows:
    """Payments, sorted by position, then date."""
    flat = [(i, leg) for i, of_position in enumerate(parts) for leg in of_position.legs]
    sizes = whole(leg.days.size for _, leg in flat)
    position, day = np.repeat(whole(i for i, _ in flat), sizes), joined(leg.days for _, leg in flat).astype(np.int64)
    order = np.lexsort((day, position))
    return Flows(
        position=position[order],
        curve=np.repeat(words(leg.curve for _, leg in flat), sizes)[order],
        currency=np.repeat(words(leg.currency for _, leg in flat), sizes)[order],
        day=day[order],
        amount=joined(leg.amounts for _, leg in flat)[order],
    )


def floats_of(parts: Sequence[Parts]) -> Floats:
    """Interest projected on another curve than it is discounted on."""
    flat = [(i, leg) for i, of_position in enumerate(parts) for leg in of_position.floats]
    sizes = whole(leg.days.size for _, leg in flat)
    return Floats(
        position=np.repeat(whole(i for i, _ in flat), sizes),
        curve=np.repeat(words(leg.curve for _, leg in flat), sizes),
        projection=np.repeat(words(leg.projection for _, leg in flat), sizes),
        currency=np.repeat(words(leg.currency for _, leg in flat), sizes),
        start_day=joined(leg.start_days for _, leg in flat).astype(np.int64),
        day=joined(leg.days for _, leg in flat).astype(np.int64),
        amount=joined(leg.amounts for _, leg in flat),
    )


def units_of(parts: Sequence[Parts]) -> Units:
    """Currency held."""
    flat = _flat(parts, lambda of_position: of_position.units)
    return Units(
        position=whole(i for i, _ in flat),
        currency=words(currency for _, (currency, _) in flat),
        quantity=real(quantity for _, (_, quantity) in flat),
    )


def holdings_of(parts: Sequence[Parts]) -> Holdings:
    """Quantities of price factors."""
    flat = _flat(parts, lambda of_position: of_position.holdings)
    return Holdings(
        position=whole(i for i, _ in flat),
        factor=words(part.factor for _, part in flat),
        currency=words(part.currency for _, part in flat),
        quantity=real(part.quantity for _, part in flat),
        expiry_day=whole(part.expiry_day for _, part in flat),
        market_price=real(part.market_price for _, part in flat),
    )


def options_of(parts: Sequence[Parts]) -> FxOptions:
    """Calls on dollars."""
    flat = _flat(parts, lambda of_position: of_position.options)
    return FxOptions(
        position=whole(i for i, _ in flat),
        expiry_day=whole(part.expiry_day for _, part in flat),
        delivery_day=whole(part.delivery_day for _, part in flat),
        strike=real(part.strike for _, part in flat),
        amount=real(part.amount for _, part in flat),
        market_vol=real(part.market_vol for _, part in flat),
    )


def futures_of(parts: Sequence[Parts]) -> tuple[Futures, Deliverables]:
    """Bond futures, and the baskets that they share."""
    flat: list[tuple[int, FuturePart]] = _flat(parts, lambda of_position: of_position.futures)
    baskets = list({id(part.basket): part.basket for _, part in flat}.values())
    ends = np.cumsum([0, *(basket.factors.size for basket in baskets)])
    place = {id(basket): (ends[k], ends[k + 1]) for k, basket in enumerate(baskets)}
    futures = Futures(
        position=whole(i for i, _ in flat),
        currency=words(part.currency for _, part in flat),
        delivery_day=whole(part.basket.delivery_day for _, part in flat),
        last_trading_day=whole(part.basket.last_trading_day for _, part in flat),
        repo_curve=words(part.basket.repo_curve for _, part in flat),
        contract_value=real(part.contract_value for _, part in flat),
        market_price=real(part.market_price for _, part in flat),
        basket=np.array([place[id(part.basket)] for _, part in flat], np.int64).reshape(-1, 2),
    )
    return futures, _deliverables(baskets)


def _deliverables(baskets: Sequence[Basket]) -> Deliverables:
    days = [days for basket in baskets for days in basket.days]
    ends = np.cumsum([0, *(of_bond.size for of_bond in days)]).astype(np.int64)
    return Deliverables(
        factor=joined(basket.factors for basket in baskets),
        accrued=joined(basket.accrued for basket in baskets),
        flow_range=np.column_stack([ends[:-1], ends[1:]]),
        curve=np.repeat(words(basket.curve for basket in baskets), whole(basket.factors.size for basket in baskets)),
        day=joined(days).astype(np.int64),
        amount=joined(amounts for basket in baskets for amounts in basket.amounts),
    )


def swaptions_of(parts: Sequence[Parts]) -> Swaptions:
    """Options on swaps; each one's flows are the swap's start and end, then its fixed payments."""
    flat: list[tuple[int, SwaptionPart]] = _flat(parts, lambda of_position: of_position.swaptions)
    ends = np.cumsum([0, *(part.days.size for _, part in flat)]).astype(np.int64)
    return Swaptions(
        position=whole(i for i, _ in flat),
        currency=words(part.currency for _, part in flat),
        curve=words(part.curve for _, part in flat),
        expiry_day=whole(part.expiry_day for _, part in flat),
        payer=whole(part.payer for _, part in flat),
        quantity=real(part.quantity for _, part in flat),
        strike=real(part.strike for _, part in flat),
        market_vol=real(part.market_vol for _, part in flat),
        float_range=np.column_stack([ends[:-1], ends[:-1] + 2]),
        annuity_range=np.column_stack([ends[:-1] + 2, ends[1:]]),
        day=joined(part.days for _, part in flat).astype(np.int64),
        amount=joined(part.amounts for _, part in flat),
    )


def bonds_of(positions: Sequence[Position], terms: Sequence[BondTerms | None]) -> Bonds:
    """Terms of the bonds and bills that can still be bought."""
    kept = [(i, positions[i], bond) for i, bond in enumerate(terms) if bond is not None]
    if not kept:
        return no_bonds()
    return Bonds(
        position=whole(i for i, _, _ in kept),
        face=real(position.notional for _, position, _ in kept),
        coupon=real(position.coupon or 0.0 for _, position, _ in kept),
        settlement_day=whole(bond.settlement_day for _, _, bond in kept),
        maturity_day=whole(bond.maturity_day for _, _, bond in kept),
        accrued=real(bond.accrued for _, _, bond in kept),
        period_fraction=real(bond.period_fraction for _, _, bond in kept),
        coupons_left=whole(bond.coupons_left for _, _, bond in kept),
        first_coupon=real(bond.first_coupon for _, _, bond in kept),
    )


def whole(values: Iterable[int]) -> I64:
    """As an integer column."""
    return np.fromiter(values, np.int64)


def real(values: Iterable[float]) -> F64:
    """As a column of numbers."""
    return np.fromiter(values, np.float64)


def words(values: Iterable[str]) -> Words:
    """As a text column."""
    found = list(values)
    return np.array(found, dtype=f"<U{max([3, *map(len, set(found))])}")


def joined(parts: Iterable[Array]) -> Array:
    """Columns one after the other."""
    return np.concatenate([np.empty(0), *parts])


def _flat(parts: Sequence[Parts], pick: Callable[[Parts], list[T]]) -> list[tuple[int, T]]:
    """(position, part) of every part of one sort."""
    return [(i, part) for i, of_position in enumerate(parts) for part in pick(of_position)]
