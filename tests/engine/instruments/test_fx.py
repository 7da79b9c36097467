"""Spot, forwards and NDFs: days and amounts worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.book.fit import fit
from engine.book.value import position_values
from engine.payoffs.exchanges import ExchangeLeg
from engine.payoffs.flows import Leg
from tests.engine.hand_made import parts_of


def test_a_forward_exchanges_dollars_for_yen(make_positions):
    (forward,) = make_positions({"kind": "FX_FORWARD", "notional": 2e6, "maturity": "2025-08-29", "rate": 143.5})
    (yen,), (dollars,) = (parts_of(forward, date(2025, 5, 28), part) for part in (Leg, ExchangeLeg))
    assert (yen.currency, yen.days.tolist(), yen.amounts.tolist()) == ("JPY", [93], [-2e6 * 143.5])
    assert (dollars.currency, dollars.days.tolist(), dollars.amounts.tolist()) == ("USD", [93], [2e6])


@pytest.mark.parametrize(
    ("settled", "fixed"),
    [
        ("2025-07-10", date(2025, 7, 8)),
        ("2025-07-07", date(2025, 7, 3)),  # Friday 4 July, a holiday of dollars, does not delay what is dealt before it
        ("2025-07-23", date(2025, 7, 18)),  # Monday 21 July, a holiday of yen, does
    ],
)
def test_an_ndf_is_a_forward_that_is_fixed_where_its_settlement_is_the_spot_date(settled, fixed, make_book):
    book = make_book({"kind": "NDF", "notional": 2e6, "maturity": settled, "rate": 143.5})
    (fixing,) = book.options.expiry_day.tolist()
    assert date(2025, 5, 28) + timedelta(days=fixing) == fixed
    assert book.options.amount.tolist() == [0.0]
    assert [*book.flows.amount.tolist(), *book.exchanges.amount.tolist()] == [-2e6 * 143.5, 2e6]


@pytest.mark.parametrize(("maturity", "day"), [("2025-05-29", 1), ("2025-05-30", 2)])
def test_an_ndf_that_has_been_fixed_is_worth_its_difference_in_yen(maturity, day, make_book, make_market):
    book, market = make_book({"kind": "NDF", "notional": 2e6, "maturity": maturity, "rate": 143.5}), make_market()
    yen, dollars = market.curves["XCCY_JPY"].discount, market.curves["SOFR"].discount
    spot = 145.04 * yen(2 / 365) / dollars(2 / 365)  # what a dollar is worth today
    fits, wanted = fit(book, market), 2e6 * (spot * dollars(day / 365) - 143.5 * yen(day / 365))
    moved = replace(market, fx={"USD": 120.0})
    assert position_values(book, market, fits) == pytest.approx([wanted], rel=1e-12)
    assert position_values(book, moved, fits) == pytest.approx([wanted], rel=1e-12)  # no dollars are left
    assert "an expiry or fixing that is past" in book.warnings[0]


def test_a_forward_for_a_holiday_in_either_centre_pays_within_the_month(make_positions):
    rows = [
        {"kind": "FX_FORWARD", "maturity": "2025-07-04", "rate": 143.5},  # Independence Day, a Friday
        {"kind": "FX_FORWARD", "maturity": "2025-08-31", "rate": 143.5},  # Sunday; 1 Sep is Labor Day and another month
    ]
    days = [int(parts_of(forward, date(2025, 5, 28), Leg)[0].days[0]) for forward in make_positions(*rows)]
    wanted = [(day - date(2025, 5, 28)).days for day in (date(2025, 7, 7), date(2025, 8, 29))]
    assert days == wanted


def test_spot_is_two_payments_on_its_value_date(make_positions):
    spot = {"kind": "FX_SPOT", "notional": 10.0, "rate": 145.0}
    paid = [
        [
            (leg.currency, leg.days.tolist(), leg.amounts.tolist())
            for part in (Leg, ExchangeLeg)
            for leg in parts_of(position, date(2025, 5, 28), part)
        ]
        for position in make_positions(spot, spot | {"maturity": "2025-05-29"})
    ]
    assert paid == [
        [("JPY", [2], [-1450.0]), ("USD", [2], [10.0])],
        [("JPY", [1], [-1450.0]), ("USD", [1], [10.0])],
    ]
