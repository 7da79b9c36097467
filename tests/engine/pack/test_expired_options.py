"""Puts among the options that expire before the horizon; nothing else changes."""

import numpy as np
import pytest

from engine.conventions.currencies import HOME
from engine.pack.expired_options import settle
from engine.payoffs.exchanges import Exchanges
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


def beside(table, rows):
    """(position, currency, amount)"""
    position, currency, amount = (np.array([row[place] for row in rows]) for place in range(3))
    position, currency = position.astype(np.int64), currency.astype("<U3")
    return table(position=position, curve=currency, currency=currency, day=position, amount=amount.astype(float))


def book_of(hand_book, calls, *paid):
    """A book of three positions: options, and what is exchanged beside them."""
    yen, dollars = ([row for row in paid if (row[1] == HOME) is home] for home in (True, False))
    return hand_book(books=("main",) * 3).with_tables(calls, beside(Flows, yen), beside(Exchanges, dollars))


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


@pytest.mark.parametrize(("calls", "others", "wanted"), [PUT, STRANGLE, DIGITAL], ids=["put", "strangle", "digital"])
@pytest.mark.parametrize("pair", [("USD", "JPY"), ("EUR", "USD")], ids="/".join)
def test_an_expired_package_pays_as_its_terms_say(calls, others, wanted, pair, hand_book):
    own = dict(zip(("USD", "JPY"), pair, strict=True))
    paid = [(position, own[currency], amount) for position, currency, amount in others]
    settled = settle(book_of(hand_book, options(*calls, pair=pair), *paid), np.full(len(calls), 1.5), horizon=6)
    found, ratio = settled.options, settled.ratio
    assert {(foreign, domestic) for foreign, domestic in zip(found.foreign, found.domestic, strict=True)} == {pair}
    assert not settled.flows_stand.any()
    assert not settled.exchanges_stand.any()
    assert ratio.tolist() == [1.5] * found.strike.size
    for forward in (100.0, 134.75, 134.9, 135.25, 138.0, 139.0, 140.0, 149.0, 151.0):
        assert payoff(found, forward) == pytest.approx(wanted(forward), abs=1e-9)


def test_what_is_alive_or_no_option_stays(hand_book):
    held = options((1, 6, 140.0, 2.0), (2, 5, 148.0, 1.0))
    book = book_of(hand_book, held, (0, "USD", 7.0), (1, "USD", -2.0), (1, "JPY", 280.0))
    settled = settle(book, np.ones(2), horizon=6)
    found = settled.options
    assert (settled.flows_stand.tolist(), settled.exchanges_stand.tolist()) == ([True], [True, True])
    assert (found.strike.tolist(), found.amount.tolist()) == ([140.0, 148.0], [2.0, 1.0])


def test_a_book_of_a_live_option_and_a_payment_stays(hand_book):
    settled = settle(book_of(hand_book, options((0, 6, 140.0, 2.0)), (0, "JPY", 1.0)), np.ones(1), horizon=0)
    assert (settled.options.strike.size, settled.flows_stand.tolist()) == (1, [True])
