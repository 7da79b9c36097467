"""Euros, Australian dollars and pesos against QuantLib's own instruments, in the base market and in moved ones.

A value is compared as a part of the position's gross value: sums of some 30 discounted payments round to 1e-15 of it.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813

from engine.book.check import clean_prices, market_yields
from engine.book.fit import fit
from engine.book.value import position_values
from engine.errors import InputError
from engine.market.moved_market import moved
from tests.engine.five_currencies import five_currencies, hand_curves

TODAY = ql.Date(28, 5, 2025)
TOLERANCE = 1e-12
N_MOVED = 20
SPOT_DATE = ql.Date(30, 5, 2025)  # of every pair here dealt on Wednesday 28 May
TARGET, TOKYO = ql.TARGET(), ql.Japan()
SYDNEY, MEXICO = ql.Australia(ql.Australia.Settlement), ql.Mexico()
A365, A360 = ql.Actual365Fixed(), ql.Actual360()
DOLLARS = ql.UnitedStates(ql.UnitedStates.FederalReserve)
CENTRES = {"JPY": TOKYO, "USD": DOLLARS, "EUR": TARGET, "AUD": SYDNEY, "MXN": MEXICO}
FX_CURVES = {"JPY": "XCCY_JPY", "USD": "SOFR", "EUR": "XCCY_EUR", "AUD": "XCCY_AUD", "MXN": "XCCY_MXN"}
BOND_CURVES = {"JPY": "JGB", "USD": "UST", "EUR": "BUND", "AUD": "ACGB", "MXN": "MBONO"}


class Quotes:
    """A market as QuantLib's curves."""

    def __init__(self) -> None:
        self.curves: dict[str, ql.RelinkableYieldTermStructureHandle] = {}

    def link(self, market):
        self.market = market
        for name, curve in market.curves.items():
            days, rates = np.rint(curve.times * 365.0).astype(int).tolist(), curve.zero_rates.tolist()
            dates = [TODAY, *(TODAY + day for day in days)]
            made = ql.ZeroCurve(dates, [rates[0], *rates], A365, ql.NullCalendar(), ql.Linear(), ql.Continuous)
            self.curves.setdefault(name, ql.RelinkableYieldTermStructureHandle()).linkTo(made)

    def rate(self, code):
        return 1.0 if code == "JPY" else self.market.fx[code]

    def df(self, name, day):
        return self.curves[name].discount(day)

    def today(self, code):
        """Yen for one unit that is there today: the rate is for the spot date."""
        factor = self.df("XCCY_JPY", SPOT_DATE) / self.df(FX_CURVES[code], SPOT_DATE)
        return self.rate(code) * (1.0 if code == "JPY" else factor)

    def npv(self, leg, name):
        return ql.CashFlows.npv(leg, self.curves[name], False, TODAY, TODAY)


@pytest.fixture(scope="module")
def market(make_market):
    return five_currencies(make_market(), hand_curves())


@pytest.fixture(scope="module")
def quotes(market):
    ql.Settings.instance().evaluationDate = TODAY
    quotes = Quotes()
    quotes.link(market)
    yield quotes
    ql.Settings.instance().evaluationDate = ql.Date()


def _iso(day):
    return f"{day.year()}-{day.month():02d}-{day.dayOfMonth():02d}"


def _bund(coupon, maturity, convention=ql.Following):
    periods = ql.Schedule(
        maturity - ql.Period(40, ql.Years), maturity, ql.Period(1, ql.Years), ql.NullCalendar(), ql.Unadjusted,
        ql.Unadjusted, ql.DateGeneration.Backward, False,
    )  # fmt: skip
    count = ql.ActualActual(ql.ActualActual.ISMA, periods)
    return ql.FixedRateBond(2, 1.0, periods, [coupon], count, convention, 100.0, ql.Date(), TARGET)


def _held_bund(coupon, maturity):
    def make(quotes):
        bond = _bund(coupon, maturity)
        flows = list(bond.cashflows())
        return lambda: 1e8 * quotes.npv(flows, "BUND") * quotes.rate("EUR")

    return {"kind": "BUND", "notional": 1e8, "coupon": coupon, "maturity": _iso(maturity)}, make, 1e8 * 163.75


def _cash(code):
    def make(quotes):
        """At its spot rate in the base market, where `make` is called; from there it moves with what it is worth."""
        amount = 1e8 * quotes.rate(code) / quotes.today(code)
        return lambda: amount * quotes.today(code)

    return {"kind": "CASH", "currency": code, "notional": 1e8}, make, 1e8


def _deposit(code, count):
    start, end = ql.Date(2, 6, 2025), ql.Date(2, 9, 2025)
    row = {"kind": "DEPOSIT", "currency": code, "notional": 1e8, "rate": 0.0213}

    def make(quotes):
        flows = [ql.SimpleCashFlow(-1e8, start), ql.FixedRateCoupon(end, 1e8, 0.0213, count, start, end)]
        flows.append(ql.SimpleCashFlow(1e8, end))
        return lambda: quotes.npv(flows, BOND_CURVES[code]) * quotes.rate(code)

    return row | {"start_date": _iso(start), "maturity": _iso(end)}, make, 1e8


def _forward(quotes, foreign, domestic, day):
    """Covered interest parity from the spot date on."""
    curves = [FX_CURVES[code] for code in (foreign, domestic)]
    held, paid = (quotes.df(curve, day) / quotes.df(curve, SPOT_DATE) for curve in curves)
    return quotes.rate(foreign) / quotes.rate(domestic) * held / paid


def _exchange(kind, foreign, domestic, rate):
    named = ql.Date(31, 8, 2025)  # a Sunday: 29 August is the last business day of the month
    day = ql.JointCalendar(CENTRES[foreign], CENTRES[domestic]).adjust(named, ql.ModifiedFollowing)
    row = {"kind": kind, "currency": foreign, "notional": 1e7, "rate": rate, "maturity": _iso(named)}

    def make(quotes):
        def value():
            worth = _forward(quotes, foreign, domestic, day) - rate
            return 1e7 * worth * quotes.df(FX_CURVES[domestic], day) * quotes.today(domestic)

        return value

    return row | ({} if domestic == "JPY" else {"against": domestic}), make, 1e7


def _fx_swap(foreign, domestic, near_rate, far_rate):
    joint = ql.JointCalendar(CENTRES[foreign], CENTRES[domestic])
    near, far = (joint.adjust(day) for day in (ql.Date(2, 6, 2025), ql.Date(2, 12, 2025)))
    row = {"kind": "FX_SWAP", "currency": foreign, "notional": 1e7, "rate": near_rate, "far_rate": far_rate}
    row |= {"start_date": _iso(near), "maturity": _iso(far), "against": domestic}

    def make(quotes):
        def one(day, at):
            worth = _forward(quotes, foreign, domestic, day) - at
            return 1e7 * worth * quotes.df(FX_CURVES[domestic], day) * quotes.today(domestic)

        return lambda: one(near, near_rate) - one(far, far_rate)

    return row, make, 1e7


def _option(kind, foreign, domestic, *legs, **columns):
    """legs: (option type, strike, amount of the foreign currency). Garman and Kohlhagen's formula."""
    joint = ql.JointCalendar(CENTRES[foreign], CENTRES[domestic])
    expiry = joint.adjust(ql.Date(28, 8, 2025), ql.ModifiedFollowing)
    delivery = ql.JointCalendar(joint, DOLLARS).adjust(joint.advance(expiry, 2, ql.Days))
    row = {"kind": kind, "currency": foreign, "notional": 1e7, "maturity": _iso(expiry), **columns}

    def make(quotes):
        time = (expiry - TODAY) / 365.0

        def value():
            forward, discount = _forward(quotes, foreign, domestic, delivery), quotes.df(FX_CURVES[domestic], delivery)
            surface = quotes.market.fx_vols[foreign + domestic]
            total = 0.0
            for side, strike, amount in legs:
                std = float(surface.vol(time, np.log(strike / forward))) * np.sqrt(time)
                total += amount * ql.blackFormula(side, strike, forward, std, discount)
            return total * quotes.today(domestic)

        return value

    return row | ({} if domestic == "JPY" else {"against": domestic}), make, 1e7 * 163.75


def _ois(start, end):
    row = {"kind": "OIS", "currency": "EUR", "notional": -1e8, "rate": 0.0221}
    row |= {"start_date": _iso(start), "maturity": _iso(end)}

    def make(quotes):
        index = ql.OvernightIndex("ESTR", 0, ql.EURCurrency(), TARGET, A360, quotes.curves["ESTR"])
        rule, backward = ql.ModifiedFollowing, ql.DateGeneration.Backward
        periods = ql.Schedule(start, end, ql.Period(12, ql.Months), TARGET, rule, rule, backward, False)
        swap = ql.OvernightIndexedSwap(ql.Swap.Payer, 1e8, periods, 0.0221, A360, index)
        swap.setPricingEngine(ql.DiscountingSwapEngine(quotes.curves["ESTR"]))
        return lambda: swap.NPV() * quotes.rate("EUR")

    return row, make, 1e8 * 163.75


CALL, PUT = ql.Option.Call, ql.Option.Put
CASES: dict[str, tuple[dict[str, object], Callable, float]] = {
    "cash EUR": _cash("EUR"),
    "cash AUD": _cash("AUD"),
    "cash MXN": _cash("MXN"),
    "deposit EUR": _deposit("EUR", A360),
    "deposit AUD": _deposit("AUD", A365),
    "forward EUR/JPY": _exchange("FX_FORWARD", "EUR", "JPY", 161.2),
    "forward EUR/USD": _exchange("FX_FORWARD", "EUR", "USD", 1.142),
    "forward AUD/JPY": _exchange("FX_FORWARD", "AUD", "JPY", 92.4),
    "forward AUD/USD": _exchange("FX_FORWARD", "AUD", "USD", 0.651),
    "forward MXN/JPY": _exchange("FX_FORWARD", "MXN", "JPY", 7.31),
    "NDF MXN/JPY": _exchange("NDF", "MXN", "JPY", 7.31),
    "NDF USD/MXN": _exchange("NDF", "USD", "MXN", 19.9),
    "FX swap EUR/USD": _fx_swap("EUR", "USD", 1.129, 1.144),
    "call EUR/JPY": _option("FX_CALL", "EUR", "JPY", (CALL, 165.0, 1e7), strike=165.0),
    "put EUR/JPY": _option("FX_PUT", "EUR", "JPY", (PUT, 158.0, 1e7), strike=158.0),
    "call EUR/USD": _option("FX_CALL", "EUR", "USD", (CALL, 1.15, 1e7), strike=1.15),
    "put EUR/USD": _option("FX_PUT", "EUR", "USD", (PUT, 1.10, 1e7), strike=1.10),
    "straddle EUR/USD": _option("FX_STRADDLE", "EUR", "USD", (CALL, 1.13, 1e7), (PUT, 1.13, 1e7), strike=1.13),
    "strangle EUR/JPY": _option(
        "FX_STRANGLE", "EUR", "JPY", (PUT, 156.0, 1e7), (CALL, 170.0, 1e7), strike=156.0, strike_2=170.0
    ),
    "Bund": _held_bund(0.025, ql.Date(15, 2, 2035)),
    "Bund that matures on a Saturday": _held_bund(0.0, ql.Date(15, 8, 2026)),
    "ESTR OIS": _ois(ql.Date(2, 6, 2025), ql.Date(2, 6, 2035)),
    "ESTR OIS with a short first period": _ois(ql.Date(30, 5, 2025), ql.Date(30, 11, 2030)),
}


@pytest.mark.parametrize("name", CASES)
def test_values_match_quantlib_in_moved_markets(name, quotes, make_book, market):
    row, make, scale = CASES[name]
    quotes.link(market)
    value, book, rng = make(quotes), make_book(row), np.random.default_rng(4)
    fits = fit(book, market)
    sizes = np.where(market.vols > 0.05, 0.1, 0.008)
    moves = [np.zeros(sizes.size), *(rng.normal(size=(N_MOVED, sizes.size)) * sizes)]
    worst = 0.0
    for move in moves:
        there = moved(market, move)
        quotes.link(there)
        (found,) = position_values(book, there, fits)
        worst = max(worst, abs(found - value()) / scale)
    assert worst < TOLERANCE


@pytest.mark.parametrize("coupon", [0.0, 0.025, 0.0475])
@pytest.mark.parametrize("maturity", [ql.Date(15, 2, 2035), ql.Date(4, 7, 2044), ql.Date(15, 8, 2025)])
def test_bunds_are_quoted_as_quantlib_does(coupon, maturity, make_book, market, quotes):
    """Settlement T+2 on TARGET days, Act/Act (ICMA), compounding yearly; simple interest before the last coupon."""
    found_yield = 0.0262
    book = make_book(
        {"kind": "BUND", "notional": 1e8, "coupon": coupon, "maturity": _iso(maturity), "market_yield": found_yield}
    )
    bond = _bund(coupon, maturity, ql.Unadjusted)  # a yield counts from coupon days, not from when they are paid
    settlement = bond.settlementDate(TODAY)
    assert settlement == ql.Date(30, 5, 2025)  # Ascension Day, the 29th, is a holiday in Germany but not in TARGET
    assert book.bonds.settlement_day.tolist() == [2]
    spreads = fit(book, market).spreads
    (clean,), (again,) = clean_prices(book, market, spreads), market_yields(book, clean_prices(book, market, spreads))
    assert book.bonds.accrued[0] == pytest.approx(bond.accruedAmount(settlement), abs=1e-12)
    interest = ql.Simple if maturity < ql.Date(30, 5, 2026) else ql.Compounded
    wanted = bond.cleanPrice(found_yield, bond.dayCounter(), interest, ql.Annual, settlement)
    assert clean == pytest.approx(wanted, abs=1e-10)  # per 100; the spread is fitted to 1e-13 of the price
    assert again == pytest.approx(found_yield, abs=1e-12)


def test_a_position_in_a_currency_that_the_market_lacks_is_refused_by_name(make_book, make_market):
    book = make_book({"kind": "CASH", "currency": "JPY", "notional": 1.0}, {"kind": "CASH", "currency": "EUR"})
    with pytest.raises(
        InputError, match=r"no exchange rate of EUR, the currency of position 'P1'; .* \[fx.rates.EUR\] table"
    ):
        position_values(book, make_market())


def test_a_pair_without_vols_is_refused_by_name(make_book, market):
    book = make_book({"kind": "FX_CALL", "currency": "AUD", "strike": 95.0, "maturity": date(2025, 8, 28)})
    with pytest.raises(InputError, match=r"no vols of 'AUDJPY'.* \[fx_vols.AUDJPY\]"):
        position_values(book, market)


def test_a_premium_of_a_cross_is_in_its_second_currency(make_book, market):
    """A vol, and the premium that it means, give one value: EUR/USD in dollars, EUR/JPY in yen."""
    for row in (
        {"kind": "FX_CALL", "currency": "EUR", "strike": 1.15, "against": "USD"},
        {"kind": "FX_STRADDLE", "currency": "EUR", "strike": 164.0},
    ):
        row = {**row, "notional": -1e7, "maturity": date(2025, 8, 28)}
        (worth,) = position_values(make_book(row | {"vol": 0.093}), market)
        premium = worth / -1e7 / market.rate(row.get("against", "JPY"))
        (again,) = position_values(make_book(row | {"premium": premium}), market)
        assert again == pytest.approx(worth, rel=1e-12)  # vols are solved to 1e-15 of the premium's scale
