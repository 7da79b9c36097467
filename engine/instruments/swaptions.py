"""Swaptions: the right to enter an OIS, as `swaps` has them, that starts two business days after expiry.

From its expiry to the start of its swap a swaption is worth its payoff at the valuation date's rates, as cash.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.conventions.currencies import DOLLAR, EVERY, HOME, currency_of
from engine.instruments.family import EXPIRED, Family, Part
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, number
from engine.instruments.rows.rule import KindRule
from engine.instruments.swaps import OIS_MONTHS
from engine.market.factors import tenor_years
from engine.payoffs.expired.swaptions import ExpiredSwaptionPart
from engine.payoffs.quoted import PremiumPart
from engine.payoffs.swaptions import SwaptionPart

if TYPE_CHECKING:
    from engine.instruments.days import Days

_SPOT_DAYS = 2  # business days from a swaption's expiry to the start of its swap

_RULE = KindRule(
    currencies=EVERY,
    required=("rate", "maturity", "tenor"),
    one_of=("vol", "premium"),
    interest=("rate",),
    ranges={"vol": (1e-6, 0.1), "premium": (0.0, 1.0)},
)
SWAPTION_PAYER = Kind(
    name="SWAPTION_PAYER",
    meaning="right to pay `rate` on a swap of `tenor` from `maturity`; needs `vol` (normal) or `premium`",
    rule=_RULE,
    example={
        "currency": HOME,
        "notional": "10000000000",
        "rate": "0.0125",
        "maturity": "2026-05-28",
        "tenor": "10Y",
        "vol": "0.0058",
    },
)
SWAPTION_RECEIVER = Kind(
    name="SWAPTION_RECEIVER",
    meaning="right to receive `rate` on a swap of `tenor`; needs `vol` (normal) or `premium`",
    rule=_RULE,
    example={
        "currency": DOLLAR,
        "notional": "50000000",
        "rate": "0.036",
        "maturity": "2025-11-28",
        "tenor": "5Y",
        "premium": "0.0118",
    },
)


def _parts(position: Position, days: "Days") -> list[Part]:
    assert position.tenor is not None
    assert position.rate is not None
    calendar, expiry = days.centre(position.currency, "swap"), _expiry(position, days)
    start = days.date_of(_last_day(position, days))
    end = days.after(start, round(12.0 * tenor_years(position.tenor)))
    ends = days.period_ends(calendar, start, end, OIS_MONTHS)
    kind = SwaptionPart if expiry > 0 else ExpiredSwaptionPart
    option = kind(
        currency=position.currency,
        curve=currency_of(position.currency).curves.swap,
        expiry_day=expiry,
        payer=1 if position.kind is SWAPTION_PAYER else -1,
        quantity=position.notional,
        strike=position.rate,
        market_vol=number(position.vol),
        days=np.concatenate([ends[[0, -1]], ends[1:]]),
        amounts=np.concatenate([[1.0, -1.0], np.diff(ends) / currency_of(position.currency).year_days]),
    )
    if position.premium is None or expiry < 1:
        return [option]
    return [option, PremiumPart(value=position.notional * position.premium)]


def _last_day(position: Position, days: "Days") -> int:
    """Return the day on which the swap starts."""
    return days.centre(position.currency, "swap").shifted(_expiry(position, days), _SPOT_DAYS)


def _cautions(position: Position, days: "Days") -> Iterator[str]:
    if _expiry(position, days) < 1:
        yield EXPIRED


def _expiry(position: Position, days: "Days") -> int:
    """Return the expiry, on a business day."""
    assert position.maturity is not None
    return days.centre(position.currency, "swap").modified_following(days.day(position.maturity))


SWAPTIONS = Family(
    name="swaptions",
    kinds=(SWAPTION_PAYER, SWAPTION_RECEIVER),
    parts=_parts,
    last_day=_last_day,
    cautions=_cautions,
)
