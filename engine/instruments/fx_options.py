"""Currency options as calls and flows. A put is a call less the forward, exactly; a digital is a tight call spread.

An option expires on the day that it names, any weekday but 1 January, holidays too, and delivers on the spot date of
its expiry: `engine.conventions.fx_calendar`. A digital on yen N struck at K is N / width calls at K - width / 2 less as
many at K + width / 2: on expiry it pays in full beyond the upper strike, in part between the two.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import DOLLAR, FOREIGN, HOME
from engine.instruments.family import EXPIRED, Family, Part, Values
from engine.instruments.fx import exchange_leg, expired_parts, far_from_spot
from engine.instruments.pairs import Pair, pair_of
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, number
from engine.instruments.rows.rule import FxColumns, KindRule
from engine.market.market import Market
from engine.payoffs.black import black_call
from engine.payoffs.curves import DAYS_PER_TIME_YEAR
from engine.payoffs.fx_options import FxOptions, OptionPart, option_forwards, option_vols, pairs_of
from engine.payoffs.payoff import Book, Caution
from engine.payoffs.quoted import PremiumPart
from engine.payoffs.spot_days import SpotDays
from kernels.types import I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

OUTSIDE = (
    "a digital whose call spread is worth less than nothing, or more than its payout: the vol smile bends too much at"
    " its strike; check the quotes, or state a `premium`"
)
_ROUNDING = 1e-9  # of a payout
NO_EXPIRY = (
    "an expiry on a weekend or 1 January: moved to the next other day, or the one before where the month would end"
)
DEFAULT_WIDTH = 0.5  # yen between the strikes of a digital's call spread

_ONE, _TWO = FxColumns(strikes=("strike",)), FxColumns(strikes=("strike", "strike_2"))
_OPTION = KindRule(currencies=FOREIGN, required=("strike", "maturity"), at_most_one=("vol", "premium"), fx=_ONE)
_STRANGLE = KindRule(currencies=FOREIGN, required=("strike", "strike_2", "maturity"), optional=("premium",), fx=_TWO)
_REVERSAL = KindRule(currencies=FOREIGN, required=("strike", "strike_2", "maturity"), fx=_TWO)
_DIGITAL = KindRule(
    currencies=(HOME,),
    required=("strike", "maturity"),
    optional=("width", "premium"),
    fx=FxColumns(strikes=("strike",), pays_domestic=True),
)
_TERMS = {"currency": DOLLAR, "notional": "20000000", "maturity": "2025-08-27"}

FX_CALL = Kind(
    name="FX_CALL",
    meaning="option to buy a currency at `strike`, in yen or that in `against`, on `maturity`",
    rule=_OPTION,
    example={**_TERMS, "strike": "148", "premium": "1.62"},
)
FX_PUT = Kind(
    name="FX_PUT",
    meaning="option to sell a currency at `strike` on `maturity`",
    rule=_OPTION,
    example={**_TERMS, "strike": "140", "vol": "0.121"},
)
FX_STRADDLE = Kind(
    name="FX_STRADDLE",
    meaning="call and put at one strike",
    rule=_OPTION,
    example={**_TERMS, "strike": "143.6"},
)
FX_STRANGLE = Kind(
    name="FX_STRANGLE",
    meaning="put at `strike` and call at `strike_2`",
    rule=_STRANGLE,
    example={**_TERMS, "strike": "138", "strike_2": "150"},
)
FX_RISK_REVERSAL = Kind(
    name="FX_RISK_REVERSAL",
    meaning="call at `strike_2` bought, put at `strike` sold",
    rule=_REVERSAL,
    example={**_TERMS, "notional": "-20000000", "strike": "138", "strike_2": "150"},
)
FX_DIGITAL_CALL = Kind(
    name="FX_DIGITAL_CALL",
    meaning="pays the yen of `notional` if the dollar, or `against`, ends above `strike`: a call spread of `width`",
    rule=_DIGITAL,
    example={**_TERMS, "currency": HOME, "notional": "500000000", "strike": "150", "width": "0.5"},
)
FX_DIGITAL_PUT = Kind(
    name="FX_DIGITAL_PUT",
    meaning="pays the yen of `notional` if the dollar, or `against`, ends below `strike`: a call spread of `width`",
    rule=_DIGITAL,
    example={**_TERMS, "currency": HOME, "notional": "500000000", "strike": "135", "width": "0.5"},
)
_DIGITALS = (FX_DIGITAL_CALL, FX_DIGITAL_PUT)


def _parts(position: Position, days: "Days") -> list[Part]:
    """Return calls bought (positive), the dollars and yen, or another pair's, that make puts, and the premium."""
    calls, dollars, yen = _calls(position)
    expiry, delivery = _expiry_and_delivery(position, days)
    pair = pair_of(position)
    if expiry < 1:
        return [*expired_parts(pair, delivery, [*calls, (0.0, dollars)], yen), *days.spot_parts(pair)]
    parts: list[Part] = [
        OptionPart(
            foreign=pair.foreign,
            domestic=pair.domestic,
            expiry_day=expiry,
            delivery_day=delivery,
            strike=strike,
            amount=amount,
            market_vol=number(position.vol),
        )
        for strike, amount in calls
    ]
    parts += [
        exchange_leg(currency, np.array([delivery]), np.array([amount]))
        for currency, amount in ((pair.domestic, yen), (pair.foreign, dollars))
        if amount
    ]
    parts += days.spot_parts(pair)
    if position.premium is not None:
        parts.append(PremiumPart(value=position.notional * position.premium))
    return parts


def _calls(position: Position) -> tuple[list[tuple[float, float]], float, float]:
    """Return (strike, dollars) of each call, and dollars and yen received at delivery."""
    kind, amount, low = position.kind, position.notional, position.strike or 0.0
    high = position.strike_2 or low
    if kind is FX_CALL:
        return [(low, amount)], 0.0, 0.0
    if kind is FX_PUT:
        return [(low, amount)], -amount, amount * low
    if kind is FX_STRADDLE:
        return [(low, 2.0 * amount)], -amount, amount * low
    if kind is FX_STRANGLE:
        return [(low, amount), (high, amount)], -amount, amount * low
    if kind is FX_RISK_REVERSAL:
        return [(low, -amount), (high, amount)], amount, -amount * low
    width = position.width or DEFAULT_WIDTH
    sign = 1.0 if kind is FX_DIGITAL_CALL else -1.0
    dollars = sign * amount / width
    spread = [(low - width / 2.0, dollars), (low + width / 2.0, -dollars)]
    return spread, 0.0, 0.0 if sign > 0.0 else amount


def _expiry_and_delivery(position: Position, days: "Days") -> tuple[int, int]:
    assert position.maturity is not None
    pair, maturity = pair_of(position), position.maturity

    def made() -> tuple[int, int]:
        calendar = days.pair(pair)
        expiry = calendar.expiry_day(days.day(maturity))
        return expiry, calendar.delivery_day(expiry)

    return days.kept(("fx_options", pair, maturity), made)


def _last_day(position: Position, days: "Days") -> int:
    return _expiry_and_delivery(position, days)[1]


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    expiry = _expiry_and_delivery(position, days)[0]
    assert position.maturity is not None
    if expiry != days.day(position.maturity):
        yield NO_EXPIRY
    if expiry < 1:
        yield EXPIRED
    if position.kind in _DIGITALS and position.width is None:
        yield f"no `width`: call spreads of {DEFAULT_WIDTH:g} yen stand for the digitals"


def _market_cautions(book: Book, position: I64, market: Market, _: Values) -> Iterator[Caution]:
    options = book.table(FxOptions)
    mine = np.isin(options.position, position)
    for (foreign, domestic), of_pair in pairs_of(options):
        row, pair = of_pair[mine[of_pair]], Pair(foreign=foreign, domestic=domestic)
        yield from far_from_spot(options.position[row], options.strike[row], pair, market)
    digitals = np.isin(np.array(book.kinds)[options.position[mine]], [kind.name for kind in _DIGITALS])
    yield from _beyond_payout(options, book.table(SpotDays), np.flatnonzero(mine)[digitals], market)


def _beyond_payout(options: FxOptions, spots: SpotDays, row: I64, market: Market) -> Iterator[Caution]:
    """Yield positions of digitals, table rows (n,), whose call spread the market's vols take out of [0, its payout]."""
    position, first, n_calls = np.unique(options.position[row], return_index=True, return_counts=True)
    position, first = position[n_calls == 2], first[n_calls == 2]  # what has expired has other rows
    low, high = row[first], row[first + 1]
    forwards, _ = option_forwards(options, spots, market, 0)
    std = option_vols(options, market, forwards, 0) * np.sqrt(options.expiry_day / DAYS_PER_TIME_YEAR)
    calls = black_call(forwards, options.strike, std)
    share = (calls[low] - calls[high]) / (options.strike[high] - options.strike[low])
    outside = (share < -_ROUNDING) | (share > 1.0 + _ROUNDING)
    yield OUTSIDE, position[outside]


FX_OPTIONS = Family(
    name="fx_options",
    kinds=(FX_CALL, FX_PUT, FX_STRADDLE, FX_STRANGLE, FX_RISK_REVERSAL, *_DIGITALS),
    parts=_parts,
    last_day=_last_day,
    cautions=_cautions,
    market_cautions=_market_cautions,
)
