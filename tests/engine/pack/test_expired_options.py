"""Puts among the options that expire before the horizon; nothing else changes."""

import numpy as np
import pytest

from engine.pack.expired_options import settle
from engine.payoffs.flows import Flows
from engine.payoffs.fx_options import FxOptions


def options(*rows, pair=("USD", "JPY")):
    """(position, expiry_day, strike, amount)"""
    position, expiry, strike, amount = (np.array(column) for column in zip(*rows, strict=True))
    return FxOptions(
        position=position,
        foreign=np.full(position.size, pair[0]),
        domestic=np.full(position.size, pair[1]),
        expiry_day=expiry,
        delivery_day=expiry + 2,
        strike=strike.astype(float),
        amount=amount.astype(float),
        market_vol=np.full(position.size, np.nan),
    )


def flows(*rows):
    """(position, currency, amount)"""
    position, currency, amount = (np.array(column) for column in zip(*rows, strict=True))
    return Flows(position=position, curve=currency, currency=currency, day=position, amount=amount.astype(float))


def payoff(found, forward):
    """Of all rows at once, a strike below 0 a put's."""
    gains = np.copysign(forward, found.strike) - found.strike
    return float(found.amount @ np.maximum(gains, 0.0))


PUT = [(1, 5, 140.0, 2.0)], [(1, "USD", -2.0), (1, "JPY", 280.0)], lambda f: 2.0 * max(140.0 - f, 0.0)
STRANGLE = (
    [(1, 5, 138.0, 3.0), (1, 5, 150.0, 3.0)],
    [(1, "USD", -3.0), (1, "JPY", 414.0)],
    lambda f: 3.0 * (max(138.0 - f, 0.0) + max(f - 150.0, 0.0)),
)
DIGITAL = (
    [(1, 5, 134.75, -200.0), (1, 5, 135.25, 200.0)],
    [(1, "JPY", 100.0)],
    lambda f: 100.0 * min(max((135.25 - f) / 0.5, 0.0), 1.0),
)


@pytest.mark.parametrize(("calls", "beside", "wanted"), [PUT, STRANGLE, DIGITAL], ids=["put", "strangle", "digital"])
@pytest.mark.parametrize("pair", [("USD", "JPY"), ("EUR", "USD")], ids="/".join)
def test_an_expired_package_pays_as_its_terms_say(calls, beside, wanted, pair):
    own = dict(zip(("USD", "JPY"), pair, strict=True))
    paid = [(position, own[currency], amount) for position, currency, amount in beside]
    found, ratio, stands = settle(options(*calls, pair=pair), np.full(len(calls), 1.5), flows(*paid), horizon=6)
    assert {(foreign, domestic) for foreign, domestic in zip(found.foreign, found.domestic, strict=True)} == {pair}
    assert not stands.any()
    assert ratio.tolist() == [1.5] * found.strike.size
    for forward in (100.0, 134.75, 134.9, 135.25, 138.0, 139.0, 140.0, 149.0, 151.0):
        assert payoff(found, forward) == pytest.approx(wanted(forward), abs=1e-9)


def test_what_is_alive_or_no_option_stays():
    held = options((1, 6, 140.0, 2.0), (2, 5, 148.0, 1.0))
    beside = flows((0, "USD", 7.0), (1, "USD", -2.0), (1, "JPY", 280.0))
    found, _, stands = settle(held, np.ones(2), beside, horizon=6)
    assert stands.all()
    assert (found.strike.tolist(), found.amount.tolist()) == ([140.0, 148.0], [2.0, 1.0])


def test_a_book_without_options_or_flows_stays():
    found, _, stands = settle(options((0, 6, 140.0, 2.0)), np.ones(1), flows((0, "JPY", 1.0)), horizon=0)
    assert (found.strike.size, stands.tolist()) == (1, [True])
