"""Sensitivities against closed forms."""

from datetime import date

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.greeks import curve_dv01, greeks
from engine.book.show import show_book
from engine.book.value import position_values, values_on
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.moved_market import moved, slid
from tests.engine.basis_market import basis_market

ROWS = (
    {"kind": "JGB", "coupon": 0.014, "maturity": "2035-03-20", "notional": 1e9},
    {"kind": "FX_SPOT", "notional": 1e6, "rate": 145.04},
    {"kind": "FX_CALL", "notional": 1e7, "strike": 143.0, "maturity": "2025-08-27"},
    {"kind": "ASSET", "factor": "SPX", "notional": 10.0},
    {
        "kind": "SWAPTION_PAYER",
        "currency": "JPY",
        "rate": 0.014,
        "maturity": "2026-05-28",
        "tenor": "10Y",
        "vol": 0.006,
    },
    {"kind": "UST_BILL", "notional": 1e6, "maturity": "2025-05-30"},
    {"kind": "DEPOSIT", "currency": "JPY", "notional": 1e9, "rate": 0.005, "start_date": "2025-05-01"}
    | {"maturity": "2026-05-28"},
)


@pytest.fixture(scope="module")
def found(make_book, make_market):
    book, market = make_book(*ROWS), make_market()
    fits = fit(book, market)
    return book, market, fits, greeks(book, market, fits)


def test_pillars_add_up_to_the_curve(found):
    book, market, fits, shown = found
    whole = curve_dv01(book, market, fits)
    for curve in ("JGB", "UST"):
        parts = sum(lost for name, lost in shown.dv01.items() if name.startswith(curve))
        # a move of all pillars at once differs from the sum of each by the convexity: 1 bp x 10 years, of the DV01
        assert parts == pytest.approx(whole[curve], rel=5e-3, abs=1e-4)


def test_a_zero_coupon_bond_on_a_pillar_loses_its_time(found):
    book, market, _, shown = found
    flows = book.flows
    only = (flows.position == 6) & (flows.day > 0)
    value = float((flows.amount * market.curves["JGB"].discount(flows.day / 365.0))[only].sum())
    lost = sum(shown.dv01[name][6] for name in ("JGB_2Y", "JGB_10Y"))
    assert lost == pytest.approx(value * -np.expm1(-1e-4), rel=1e-9)  # one year: flat below the 2-year pillar


def test_prices_move_what_is_held(found):
    _, market, _, shown = found
    spot = 1.4504e6 * market.curves["XCCY_JPY"].discount(2 / 365)  # due on the spot date, whose rate it is
    assert shown.price_delta["USDJPY"][[0, 1, 3]] == pytest.approx([0.0, spot, 0.01 * 58885.5 * 145.04], rel=1e-9)
    assert shown.price_delta["SPX"][3] == pytest.approx(0.01 * 58885.5 * 145.04, rel=1e-9)


def test_a_fall_loses_what_a_rise_gains_and_an_option_less(found):
    book, market, fits, shown = found
    up, down = shown.price_delta["USDJPY"], shown.price_fall["USDJPY"]
    assert down[[1, 3]] == pytest.approx(-up[[1, 3]], rel=1e-9)
    assert down[2] + up[2] > 0.0  # the gamma of a call that is owned
    fallen = moved(market, [0.0] * 6 + [np.log(0.99), 0.0, 0.0, 0.0])
    assert fallen.usdjpy == pytest.approx(0.99 * market.usdjpy, rel=1e-14)
    assert down == pytest.approx(position_values(book, fallen, fits) - shown.values, abs=1e-6)


def test_the_vega_of_a_vol_factor_is_the_value_of_its_point(found):
    book, market, fits, shown = found
    level = market.levels["USDJPY_VOL"]
    up = moved(market, [0.0] * 7 + [np.log((level + 0.01) / level), 0.0, 0.0])
    assert up.fx_vols["USDJPY"].level == pytest.approx(level + 0.01, rel=1e-14)
    gained = position_values(book, up, fits) - shown.values
    assert shown.factor_vega["USDJPY_VOL"] == pytest.approx(gained, abs=1e-6)
    assert shown.factor_vega["USDJPY_VOL"][2] > 0.0
    assert np.count_nonzero(shown.factor_vega["USDJPY_VOL"]) == 1
    assert shown.normal_vega[4] > 0.0
    assert np.count_nonzero(shown.normal_vega) == 1


def test_a_flow_carries_its_own_zero_rate_and_rolls_down_the_slope(found):
    _, market, _, shown = found
    tau = 364 / 365.0
    value = 1e9 * (1.0 + 0.005 * 392 / 365) * float(market.curves["JGB"].discount(1.0))
    curve = market.curves["JGB"]
    rate, shorter = float(curve.zero_rate(1.0)), float(curve.zero_rate(tau))
    assert shown.carry[6] == pytest.approx(value * np.expm1(rate / 365.0), rel=1e-6)  # of 1e9 yen, to 1e-7 yen
    wanted = value * np.exp(rate / 365.0) * np.expm1((rate - shorter) * tau)
    assert shown.roll_down[6] == pytest.approx(wanted, rel=1e-6)


def test_what_is_paid_by_tomorrow_is_cash(found, make_market):
    book, market, fits, _ = found
    later = values_on(book, market, fits, day=5, before=market)
    paid = 1e6 * float(market.curves["UST"].discount(2 / 365.0) / market.curves["UST"].discount(5 / 365.0)) * 145.04
    assert later[5] == pytest.approx(paid, rel=1e-12)


def test_a_slid_curve_keeps_every_payment_s_rate(make_market):
    curve = make_market().curves["UST"]
    later = slid(make_market(), 10 / 365.0).curves["UST"]
    times = np.linspace(0.1, 45.0, 300)
    assert later.zero_rate(times) == pytest.approx(curve.zero_rate(times + 10 / 365.0), abs=1e-16)


def test_largest_positions_include_futures_which_are_worth_nothing(make_book, make_market):
    basket = ((0.005, date(2032, 12, 20)), (0.008, date(2033, 9, 20)))
    future = {"kind": "JGB_FUTURE", "notional": -500.0, "contract": "JGB10-2509", "deliverables": basket}
    book = make_book({"kind": "CASH", "currency": "JPY", "notional": 1e6}, future | {"position_id": "F", "book": "b"})
    shown = show_book(book, make_market(), 1)
    assert [row.name for row in shown.largest] == ["F"]
    assert [row.name for row in shown.books] == ["main", "b"]
    assert shown.total.value == pytest.approx(1e6)
    assert shown.total.dv01["JGB_10Y"] < 0.0


def test_vols_and_skews_with_factors_have_sensitivities_of_their_own(make_book):
    """A swaption at the level of its factor gains with it what it gains with its own vol; a skew tilts a call's vol."""
    market = basis_market(load_market(bundled_market_path()))  # JPY normal vols at 60 bp
    book = make_book(ROWS[4] | {"notional": 1e9}, ROWS[2] | {"strike": 155.0})
    shown = greeks(book, market, fit(book, market))
    assert set(shown.normal_factor_vega) == {"SWAPTION_JPY_VOL", "SWAPTION_USD_VOL"}
    assert shown.normal_factor_vega["SWAPTION_JPY_VOL"][0] == pytest.approx(shown.normal_vega[0], rel=1e-9)
    assert shown.normal_factor_vega["SWAPTION_USD_VOL"][0] == 0.0
    assert set(shown.factor_vega) == {"USDJPY_VOL"}
    # some 1.1 standard deviations out of the money: 1.1 / 0.674 of half a risk reversal, at vols near the reference's
    tilt = shown.rega["USDJPY_SKEW"][1] / shown.vega["USDJPY"].parallel[1]
    assert tilt == pytest.approx(0.5 * 1.1 / 0.674, rel=0.25)
    assert shown.rega["USDJPY_SKEW"][0] == 0.0
