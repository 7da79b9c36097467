"""Floating-rate bonds: QuantLib's own, and the same by hand; what a linear form leaves out of a ten-year yield."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.book.check import check_book
from engine.book.fit import fit
from engine.book.value import book_warnings, position_values
from engine.errors import FileFaults, InputError
from engine.market.curve import ZeroCurve
from engine.payoffs.flows import flow_amounts
from engine.payoffs.notes.constant_maturity import (
    CmtCoupons,
    cmt_amounts,
    cmt_flows,
    cmt_values,
    convexity,
    forward_yields,
)
from engine.payoffs.notes.margins import Margins
from engine.payoffs.shelf import shelf

TODAY = ql.Date(28, 5, 2025)
FRN = {"kind": "FRN", "currency": "USD", "start_date": "2025-06-02", "maturity": "2028-06-02", "spread": 0.005}
FLOATER = {
    **{"kind": "JGB_FLOATER", "coupon": 0.008, "issue_date": "2023-11-20", "maturity": "2038-11-20"},
    **{"spread": -0.004, "notional": 100.0},
}


@pytest.fixture
def quantlib(make_market):
    """The zero curve of a name as a handle, on the valuation date."""
    ql.Settings.instance().evaluationDate = TODAY

    def handle(name):
        curve = make_market().curves[name]
        dates = [TODAY, *(TODAY + round(365 * time) for time in curve.times.tolist())]
        rates = [curve.zero_rates[0], *curve.zero_rates.tolist()]
        zero = ql.ZeroCurve(dates, rates, ql.Actual365Fixed(), ql.NullCalendar(), ql.Linear(), ql.Continuous)
        return ql.YieldTermStructureHandle(zero)

    yield handle
    ql.Settings.instance().evaluationDate = ql.Date()


def test_a_note_on_overnight_interest_is_worth_what_quantlib_says(make_book, make_market, quantlib):
    curve, calendar = quantlib("SOFR"), ql.UnitedStates(ql.UnitedStates.GovernmentBond)
    index = ql.OvernightIndex("SOFR", 0, ql.USDCurrency(), calendar, ql.Actual360(), curve)
    rule = ql.ModifiedFollowing, ql.ModifiedFollowing, ql.DateGeneration.Backward, False
    schedule = ql.Schedule(ql.Date(2, 6, 2025), ql.Date(2, 6, 2028), ql.Period(3, ql.Months), calendar, *rule)
    paid = ql.OvernightLeg([100.0], schedule, index, ql.Actual360(), spreads=[0.005])
    end = schedule.dates()[-1]
    worth = ql.CashFlows.npv(paid, curve, False, TODAY, TODAY) + 100.0 * curve.discount(end)
    assert position_values(make_book(FRN), make_market()) == pytest.approx([145.04 * worth], rel=1e-12)


def test_a_price_fixes_a_margin_and_is_given_back(make_book, make_market):
    market = make_market()
    book = make_book(FRN | {"price": 99.0}, FLOATER | {"price": 97.0}, FRN | {"price": 100.0, "notional": -5.0})
    rows = check_book(book, market).rows
    assert [row.clean_price for row in rows] == pytest.approx([99.0, 97.0, 100.0], rel=1e-13)
    # By hand: a note at par has a discount margin of its own margin; at 99 some 1 / (3 years' annuity) more.
    assert rows[2].spread_bp == pytest.approx(50.0, abs=1.0)
    assert rows[0].spread_bp - rows[2].spread_bp == pytest.approx(1e4 * 0.01 / (3 * 365 / 360 * 0.945), rel=0.02)
    margins = fit(book, market).constants.of(Margins).margin
    assert (-1e4 * margins).tolist() == pytest.approx([row.spread_bp for row in rows])


def test_a_running_note_accrues_and_a_coupon_before_settlement_is_no_buyer_s(make_book, make_market):
    market = make_market()
    overnight = float(market.curves["SOFR"].zero_rate(0.0))
    runs = FRN | {"start_date": "2025-02-28", "maturity": "2028-02-28", "fixed_so_far": overnight}
    ends = FRN | {"start_date": "2025-02-28", "maturity": "2028-05-29", "fixed_so_far": overnight}
    row = check_book(make_book(runs, ends), market)
    for each in row.rows:  # three years of 50 bp over par, the rest of the period too
        assert each.clean_price == pytest.approx(101.4, abs=0.15)
    with pytest.raises(FileFaults, match="give the overnight rate compounded since then"):
        make_book(ends | {"fixed_so_far": None})


def coupons(starts, vol=np.nan, margin=0.0):
    n, starts = len(starts), np.array(starts)
    return CmtCoupons(
        position=np.zeros(n, np.int64), curve=np.full(n, "JGB"), currency=np.full(n, "JPY"), start_day=starts,
        day=starts + 183, amount=np.full(n, 50.0), margin=np.full(n, margin), market_vol=np.full(n, vol),
    )  # fmt: skip


def test_a_forward_ten_year_yield_is_quantlib_s(make_market, quantlib):
    curve = quantlib("JGB")
    start = TODAY + 1826
    days = [start, *(start + round(k * 365.25 / 2) for k in range(1, 21))]
    p = [curve.discount(day) for day in days]
    yields, annuity = forward_yields(coupons([1826]), make_market())
    assert annuity == pytest.approx([sum(p[1:]) / 2], rel=1e-12)
    assert yields == pytest.approx([(p[0] - p[-1]) / (sum(p[1:]) / 2)], rel=1e-12)


def test_convexity_is_that_of_quantlib_s_replication(quantlib):
    """Linear terminal swap rate model, normal vol of 50 bp, reset in 5 years and paid half a year later."""
    curve, vol = quantlib("JGB"), 0.005
    index = ql.SwapIndex(
        "CMT", ql.Period(10, ql.Years), 0, ql.JPYCurrency(), ql.NullCalendar(), ql.Period(6, ql.Months),
        ql.Unadjusted, ql.Thirty360(ql.Thirty360.BondBasis), ql.IborIndex(
            "flat", ql.Period(6, ql.Months), 0, ql.JPYCurrency(), ql.NullCalendar(), ql.Unadjusted, False,
            ql.Thirty360(ql.Thirty360.BondBasis), curve), curve,
    )  # fmt: skip
    start = ql.Date(28, 5, 2030)
    coupon = ql.CmsCoupon(ql.Date(28, 11, 2030), 1.0, start, ql.Date(28, 11, 2030), 0, index)
    flat = ql.ConstantSwaptionVolatility(
        0, ql.NullCalendar(), ql.Unadjusted, vol, ql.Actual365Fixed(), ql.Normal
    )  # fmt: skip
    bounds = ql.LinearTsrPricerSettings()
    bounds.withRateBound(-0.2, 0.5)
    vols, no_reversion = ql.SwaptionVolatilityStructureHandle(flat), ql.QuoteHandle(ql.SimpleQuote(0.0))
    pricer = ql.LinearTsrPricer(vols, no_reversion, curve, bounds)
    coupon.setPricer(pricer)
    replicated = coupon.rate() - index.fixing(start)
    by_formula = convexity(np.array([index.fixing(start)]), np.array([vol]), np.array([5.0]))
    # The model's payment half a year after the reset takes back a twentieth; Hull's formula pays on the reset day.
    assert by_formula == pytest.approx([replicated], rel=0.12)
    assert 5e-4 < by_formula[0] < 8e-4  # some 6 bp


@pytest.mark.parametrize(("move", "most_bp"), [(0.0, 1e-9), (0.0001, 7e-4), (0.005, 1.7), (-0.005, 1.7)])
def test_flows_are_worth_the_coupons_and_a_little_less_where_yields_have_moved(make_market, move, most_bp):
    base, there, each = make_market(), make_market(jgb_move=move), coupons([200, 1826, 4000], 0.005, margin=-0.004)
    made = cmt_amounts(each, base)
    book = SimpleNamespace(table=lambda _: each)
    linear = flow_amounts(cmt_flows(book, shelf(made)), there, np.zeros(1), 0, there).sum()
    gap = 1e4 * (linear - cmt_values(each, there, made.adjustment).sum()) / 100.0  # bp of the notional, three coupons
    # By hand: amount x move x the change of D / B, some 5 years less 10 of duration: 0.5 x 0.005 x 0.025 = 0.6 bp each.
    assert -most_bp < gap <= 1e-9


def test_a_floater_hardly_moves_with_all_yields_and_gains_when_the_curve_steepens(make_book, make_market):
    market = make_market()
    row = check_book(make_book(FLOATER), market).rows[0]
    assert abs(row.dv01["JGB"]) / row.value < 2e-4  # an effective duration under two years, at 13 years' life
    book, curve = make_book(FLOATER), market.curves["JGB"]
    steeper = curve.zero_rates + 0.002 * np.clip((curve.times - 5.0) / 10.0, -0.5, 1.0)
    moved = ZeroCurve(name="JGB", currency="JPY", times=curve.times, zero_rates=steeper)
    there = replace(market, curves={**market.curves, "JGB": moved})
    assert position_values(book, there, fit(book, market))[0] > row.value


def test_coupons_end_at_zero_and_a_running_one_must_be_given(make_book, make_market):
    market = make_market()
    worthless = make_book(FLOATER | {"spread": -0.09})
    fixed = make_book({"kind": "JGB", "coupon": 0.0, "maturity": "2038-11-20", "notional": 100.0})
    first = 0.4 * market.curves["JGB"].discount(np.array([(ql.Date(20, 11, 2025) - TODAY) / 365]))
    assert position_values(worthless, market) == pytest.approx(position_values(fixed, market) + first, rel=1e-12)
    assert "coupons that are 0 at least" in book_warnings(worthless, market)[0]
    with pytest.raises(FileFaults, match="is inside an interest period; give its coupon"):
        make_book(FLOATER | {"coupon": None})
    with pytest.raises(InputError, match=r"no margin within \+-20% gives the price"):
        position_values(make_book(FRN | {"price": 250.0}), market)
