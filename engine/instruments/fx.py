"""Spot, forwards, swaps and NDFs: one currency against another, dollars against yen, at `rate`.

Dates are those of `engine.conventions.fx_calendar`: modified following, on days on which both currencies are paid. A
spot trade is a forward for its value date, `maturity`; without one it was dealt on the valuation date and is due on its
spot date. An NDF is worth what the forward is worth until it is fixed, on the last day whose spot date is no later than
its settlement, and its difference in the domestic currency from then on: an option on no dollars stands for the fixing.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import DOLLAR, FOREIGN, HOME, currency_of
from engine.instruments.family import EXPIRED, MOVED, Family, Part, Values
from engine.instruments.pairs import Pair, pair_of, quoted_pair
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import LOAN_RUN, SWAP_RUN, FxColumns, KindRule, Run
from engine.market.market import Market
from engine.payoffs.curves import sums
from engine.payoffs.exchanges import ExchangeLeg, delivered
from engine.payoffs.expired.fx_options import ExpiredOptionPart
from engine.payoffs.flows import Leg
from engine.payoffs.fx_options import OptionPart
from engine.payoffs.payoff import Book, Caution
from kernels.types import F64, I64

if TYPE_CHECKING:
    from engine.conventions.calendars import Calendar
    from engine.instruments.days import Days

ODD_RATE = 0.3  # from spot, beyond which an exchange rate or a strike is pointed out


def _rule(*required: str, optional: tuple[str, ...] = (), run: Run = SWAP_RUN) -> KindRule:
    rates = tuple(name for name in ("rate", "far_rate") if name in (*required, "rate"))
    return KindRule(
        currencies=FOREIGN, required=(*required, "rate"), optional=optional, fx=FxColumns(rates=rates), run=run
    )


FX_SPOT = Kind(
    name="FX_SPOT",
    meaning="currency bought (positive) or sold at `rate` for yen, or for that in `against`, due on `maturity`; left"
    " empty: on the spot date",
    rule=_rule(optional=("maturity",)),
    example={"currency": DOLLAR, "notional": "10000000", "rate": "144.6"},
)
FX_FORWARD = Kind(
    name="FX_FORWARD",
    meaning="currency bought (positive) or sold at `rate` for yen, or for that in `against`, on `maturity`",
    rule=_rule("maturity"),
    example={"currency": DOLLAR, "notional": "-100000000", "rate": "143.5", "maturity": "2025-08-29"},
)
FX_SWAP = Kind(
    name="FX_SWAP",
    meaning="currency bought on `start_date` at `rate` and sold back on `maturity` at `far_rate`",
    rule=_rule("start_date", "maturity", "far_rate", run=LOAN_RUN),
    example={
        "currency": DOLLAR,
        "notional": "-50000000",
        "rate": "145.04",
        "far_rate": "143.6",
        "start_date": "2025-05-30",
        "maturity": "2025-08-29",
    },
)
NDF = Kind(
    name="NDF",
    meaning="a forward whose difference is fixed where `maturity` is the spot date, and kept in yen from then on",
    rule=_rule("maturity"),
    example={"currency": DOLLAR, "notional": "25000000", "rate": "143.9", "maturity": "2025-07-30"},
)


def _parts(position: Position, days: "Days") -> list[Part]:
    spots = days.spot_parts(pair_of(position))
    if position.kind is not NDF:
        return [*_exchanges(position, days), *spots]
    if _fixing_day(position, days) > 0:
        return [*_exchanges(position, days), _fixing(position, days), *spots]
    assert position.rate is not None
    pair, bought = pair_of(position), position.notional
    return [*expired_parts(pair, _due(position, days), [(0.0, bought)], -bought * position.rate), *spots]


def expired_parts(pair: Pair, delivery: int, calls: Sequence[tuple[float, float]], cash: float) -> list[Part]:
    """Return what is left of an option that has expired, or of an NDF that is fixed, until it is paid.

    Parameters
    ----------
    calls : strike and foreign amount of each; a strike of 0 is the currency itself
    cash : domestic, received on the delivery day
    """
    parts: list[Part] = [
        ExpiredOptionPart(
            foreign=pair.foreign, domestic=pair.domestic, delivery_day=delivery, strike=strike, amount=amount
        )
        for strike, amount in calls
        if amount
    ]
    if cash:
        parts.append(exchange_leg(pair.domestic, np.array([delivery]), np.array([cash])))
    return parts


def exchange_leg(currency: str, days: I64, amounts: F64) -> Leg | ExchangeLeg:
    """Return what a contract exchanges in one currency, (n,) days and amounts received: yen are as any other yen."""
    curve = currency_of(currency).curves.fx
    if currency == HOME:
        return Leg(curve=curve, currency=currency, days=days, amounts=amounts)
    return ExchangeLeg(curve=curve, currency=currency, days=days, amounts=amounts)


def _exchanges(position: Position, days: "Days") -> list[Part]:
    """Return the foreign currency against the domestic one, once or there and back."""
    assert position.rate is not None
    due, rates, amounts = [_due(position, days)], [position.rate], [position.notional]
    if position.kind is FX_SWAP:
        assert position.start_date is not None
        assert position.far_rate is not None
        due.insert(0, days.payment_day(_payable(position, days), position.start_date))
        rates, amounts = [position.rate, position.far_rate], [position.notional, -position.notional]
    pair, paid, bought = pair_of(position), np.array(due), np.array(amounts)
    ahead = paid >= 1
    if not ahead.any():
        return []
    return [
        exchange_leg(currency, paid[ahead], received[ahead])
        for currency, received in ((pair.domestic, -bought * np.array(rates)), (pair.foreign, bought))
    ]


def _fixing(position: Position, days: "Days") -> OptionPart:
    assert position.maturity is not None
    assert position.rate is not None
    pair = pair_of(position)
    return OptionPart(
        foreign=pair.foreign,
        domestic=pair.domestic,
        expiry_day=_fixing_day(position, days),
        delivery_day=_due(position, days),
        strike=position.rate,
        amount=0.0,
        market_vol=np.nan,
    )


def _due(position: Position, days: "Days") -> int:
    """Return the day of the last exchange: of `maturity`, or of a spot trade without one the spot date."""
    if position.maturity is None:
        return days.pair(pair_of(position)).spot_day(0)
    return days.payment_day(_payable(position, days), position.maturity)


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    if position.kind is NDF and _fixing_day(position, days) < 1:
        yield EXPIRED
    if days.is_moved(_payable(position, days), position.start_date, position.maturity):
        yield MOVED


def _market_cautions(book: Book, position: I64, market: Market, _: Values) -> Iterator[Caution]:
    owner, currency, amount = delivered(book)
    mine, n = np.isin(owner, position), len(book.position_ids)
    held = np.unique(np.column_stack([owner[mine], currency[mine]]), axis=0)  # (n, 2) as text
    codes: dict[int, list[str]] = {}
    for who, code in held.tolist():
        codes.setdefault(int(who), []).append(code)
    pairs = {who: quoted_pair(*two) for who, two in codes.items() if len(two) == 2}
    for pair in dict.fromkeys(pairs.values()):
        of_pair = np.array([who for who in position.tolist() if pairs.get(who) == pair], np.int64)
        bought, paid = (
            sums(owner, np.where(currency == code, amount, 0.0), n)[of_pair] for code in (pair.foreign, pair.domestic)
        )
        outright = bought != 0.0  # a swap's dollars come and go, until its near leg is paid
        yield from far_from_spot(of_pair[outright], -paid[outright] / bought[outright], pair, market)


def far_from_spot(position: I64, rates: F64, pair: Pair, market: Market) -> Iterator[Caution]:
    """Yield positions (n,) whose exchange rate or strike (n,) [domestic per foreign] is far from today's."""
    today = market.cross_rate(pair.foreign, pair.domestic)
    far = np.maximum(rates / today, today / rates) > 1.0 + ODD_RATE  # the same whichever way a pair is quoted
    yield f"the rate or strike is over {ODD_RATE:.0%} from {pair.label} at {today:g}; check it", position[far]


def _fixing_day(position: Position, days: "Days") -> int:
    return days.pair(pair_of(position)).fixing_day(_due(position, days))


def _payable(position: Position, days: "Days") -> "Calendar":
    return days.pair(pair_of(position)).payable


FX = Family(
    name="fx",
    kinds=(FX_SPOT, FX_FORWARD, FX_SWAP, NDF),
    parts=_parts,
    last_day=_due,
    cautions=_cautions,
    market_cautions=_market_cautions,
)
