import json
import math

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813  # as its own documentation does
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.market.bootstrap import bootstrap, bootstrap_days, par_yield
from engine.market.curve import ZeroCurve
from engine.market.factors import tenor_years
from engine.market.market import ParCurve

# MoF and Treasury par yields of 2025-05-28, percent
JGB = dict(zip([*range(1, 11), 15, 20, 25, 30, 40], [
    0.575, 0.753, 0.830, 0.955, 1.054, 1.108, 1.179, 1.286, 1.409, 1.531, 2.077, 2.406, 2.656, 2.796, 3.107,
], strict=True))  # fmt: skip
UST = dict(zip([1 / 12, 1.5 / 12, 2 / 12, 0.25, 4 / 12, 0.5, 1, 2, 3, 5, 7, 10, 20, 30], [
    4.35, 4.35, 4.35, 4.35, 4.38, 4.36, 4.16, 3.96, 3.95, 4.05, 4.27, 4.47, 4.99, 4.97,
], strict=True))  # fmt: skip


def par(yields_pct: dict[float, float], name: str = "JGB") -> ParCurve:
    return ParCurve(
        name=name,
        currency="JPY",
        times=np.array([float(t) for t in yields_pct]),
        par_yields=np.array([y / 100 for y in yields_pct.values()]),
    )


def bond_price(curve: ZeroCurve, tenor: float, coupon: float) -> float:
    """By hand: half the coupon each half year and par at the end; one payment up to half a year."""
    if tenor <= 0.5:
        return (1 + coupon * tenor) * math.exp(-tenor * float(curve.zero_rate(tenor)))
    dates = [k / 2 for k in range(1, round(2 * tenor) + 1)]
    discounts = [math.exp(-t * float(np.interp(t, curve.times, curve.zero_rates))) for t in dates]
    return math.fsum(coupon / 2 * d for d in discounts) + discounts[-1]


@pytest.mark.parametrize("yields", [JGB, UST], ids=["JGB", "UST"])
def test_every_par_input_is_repriced_to_1e_12(yields):
    published = par(yields)
    curve = bootstrap(published)
    assert np.array_equal(curve.times, published.times)
    for tenor, coupon in zip(published.times, published.par_yields, strict=True):
        assert abs(bond_price(curve, float(tenor), float(coupon)) - 1.0) < 1e-12
        assert abs(par_yield(curve, float(tenor)) - coupon) < 1e-12


def test_a_bill_has_one_payment():
    curve = bootstrap(par({0.25: 4.0}))
    assert curve.zero_rates[0] == pytest.approx(4 * math.log(1.01), abs=1e-15)


def test_a_flat_par_curve_is_flat_in_continuous_zeros():
    tenors = [0.5 * k for k in range(1, 81)]
    curve = bootstrap(par(dict.fromkeys(tenors, 3.0)))
    # 40 years x 1e-15 a node: rounding only
    assert curve.zero_rates == pytest.approx(np.full(80, 2 * math.log(1.015)), abs=1e-14)


@pytest.mark.parametrize("case", [0, 1])
def test_the_treasury_curves_match_the_reference(root, case):
    reference = json.loads((root / "tests/data/curves.json").read_text())["cases"][case]
    grid = np.arange(0.5, 30.25, 0.5)
    on_grid = np.interp(grid, reference["tenor_years"], reference["par_yield_pct"])
    curve = bootstrap(par(dict(zip(grid.tolist(), on_grid.tolist(), strict=True))))
    for point in reference["expected"]:
        assert curve.zero_rate(point["t"]) == pytest.approx(point["zero_continuous"], abs=1e-12)
        assert curve.discount(point["t"]) == pytest.approx(point["discount"], abs=1e-12)


@pytest.mark.parametrize("yields", [JGB, UST], ids=["JGB", "UST"])
def test_zero_rates_match_quantlibs_linear_zero_bootstrap(yields):
    today, exact = ql.Date(15, 1, 2025), ql.SimpleDayCounter()  # counts whole months as twelfths
    saved = ql.SavedSettings()  # restored when it goes out of scope
    ql.Settings.instance().evaluationDate = today
    helpers = []
    for tenor, percent in yields.items():
        months = ql.Period(round(tenor * 12), ql.Months)
        if abs(tenor * 12 - round(tenor * 12)) > 1e-9:
            continue  # 1.5 months: no such period in QuantLib, and it moves no other node
        quote = ql.QuoteHandle(ql.SimpleQuote(percent / 100 if tenor <= 0.5 else 100.0))
        if tenor <= 0.5:
            helpers.append(ql.DepositRateHelper(quote, months, 0, ql.NullCalendar(), ql.Unadjusted, False, exact))
            continue
        schedule = ql.Schedule(
            today, today + months, ql.Period(6, ql.Months), ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted,
            ql.DateGeneration.Backward, False,
        )  # fmt: skip
        helpers.append(ql.FixedRateBondHelper(quote, 0, 100.0, schedule, [percent / 100], exact, ql.Unadjusted))
    theirs = ql.PiecewiseLinearZero(today, helpers, exact)
    ours = bootstrap(par(yields))
    for time in [0.25, 0.5, 0.75, 1.5, 4.5, 8.5, 12.0, 17.5, 23.0, 30.0]:
        # QuantLib stops its solver at 1e-12 in price
        assert theirs.zeroRate(time, ql.Continuous).rate() == pytest.approx(float(ours.zero_rate(time)), abs=1e-11)
    del saved


def test_negative_rates_give_discount_factors_above_one():
    curve = bootstrap(par({1: -0.1, 2: -0.12, 5: -0.05, 10: 0.2}))
    assert (curve.discount(np.array([1.0, 2.0, 5.0])) > 1.0).all()
    assert bond_price(curve, 10.0, 0.002) == pytest.approx(1.0, abs=1e-12)


def test_many_days_at_once_give_each_days_own_bits():
    times = np.array([0.25, 0.5, 1.0, 2.0, 5.0, 10.0])
    days = 0.03 + 0.02 * np.random.default_rng(3).random((6, 4))
    together = bootstrap_days(times, days, "UST", 2)
    for day in range(4):
        alone = bootstrap_days(times, days[:, [day]], "UST", 2)
        # the iteration stops when all days have settled: a settled day may take one step more, of 1e-15 at most
        assert together[:, day] == pytest.approx(alone[:, 0], abs=2e-15)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-0.01, 0.12), min_size=5, max_size=5))
def test_par_yields_survive_the_way_there_and_back(yields):
    times = np.array([0.25, 1.0, 2.0, 3.0, 5.0])
    published = ParCurve(name="UST", currency="USD", times=times, par_yields=np.array(yields))
    curve = bootstrap(published)
    assert [par_yield(curve, float(t)) for t in times] == pytest.approx(yields, abs=1e-12)


@pytest.mark.parametrize(
    ("yields", "message"),
    [
        ({1: 1.0, 3: 1.0, 2: 1.0, 5: 1.0}, "tenors of curve 'JGB' must increase, got 2Y after 3Y"),
        ({1: 1.0, 1.25: 1.0}, "must be a multiple of it, got 15M"),
        ({1: float("nan")}, r"par yield of curve 'JGB' at 1Y must be finite.*got nan"),
        ({1: float("inf")}, r"at 1Y must be finite.*got inf"),
        ({1: -250.0}, r"at 1Y must be finite, and a payment of yield and par positive, got -2.5"),
        ({-1.0: 1.0}, "must be a positive number of years, got -1.0"),
        ({1: 1.0, 30: 1.0, 40: 60.0}, "no positive discount factor gives the 40Y par yield"),
        ({}, "needs one par yield per tenor"),
    ],
)
def test_a_par_curve_that_has_no_zero_curve_is_refused(yields, message):
    with pytest.raises(InputError, match=message):
        bootstrap(par(yields))


def test_a_par_yield_needs_whole_half_years():
    curve = bootstrap(par(JGB))
    with pytest.raises(InputError, match="multiple of it"):
        par_yield(curve, 1.3)
    assert par_yield(curve, tenor_years("18M")) > 0.0
