"""Every kind of position against QuantLib's own instruments, in the base market and in 50 randomly moved ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.book.fit import fit
from engine.book.value import position_values
from engine.inputs.book.load import bundled_book_path, load_book, read_positions
from engine.inputs.default_market import market_path_for
from engine.inputs.market.load import load_market
from engine.market.moved_market import moved

DATE = date(2025, 5, 28)
TODAY = ql.Date(28, 5, 2025)
N_MOVED = 50
TOLERANCE = 1e-10  # of the position's gross value: rounding is 1e-13 of it, or less
IN_DAYS = 1e-6  # likewise, on curves with pillars of weeks and months, which QuantLib's have at the nearest day
TOKYO, NEW_YORK = ql.Japan(), ql.UnitedStates(ql.UnitedStates.GovernmentBond)
JOINT = ql.JointCalendar(TOKYO, ql.UnitedStates(ql.UnitedStates.FederalReserve))  # where yen and dollars are paid
SPOT_DATE = ql.Date(30, 5, 2025)  # of USD/JPY dealt on Wednesday 28 May
A365, A360 = ql.Actual365Fixed(), ql.Actual360()
CURVES = ("JGB", "UST", "TONA", "SOFR", "JGB_REPO", "UST_REPO", "XCCY_JPY")


@dataclass
class Quotes:
    """A market as QuantLib's handles, relinked to each market."""

    curves: dict[str, ql.RelinkableYieldTermStructureHandle]
    market: object = None

    def link(self, market):
        self.market = market
        for name, handle in self.curves.items():
            curve = market.curves[name]
            days = np.rint(curve.times * 365.0).astype(int).tolist()
            rates = curve.zero_rates.tolist()
            dates = [TODAY, *(TODAY + day for day in days)]
            handle.linkTo(ql.ZeroCurve(dates, [rates[0], *rates], A365, ql.NullCalendar(), ql.Linear(), ql.Continuous))
        return self

    def df(self, name, day):
        return self.curves[name].discount(day)

    def npv(self, leg, name):
        return ql.CashFlows.npv(leg, self.curves[name], False, TODAY, TODAY)

    @property
    def spot(self):
        return self.market.usdjpy

    def today(self):
        """Yen for a dollar that is there today: the spot rate is for the spot date."""
        return self.spot * self.df("XCCY_JPY", SPOT_DATE) / self.df("SOFR", SPOT_DATE)

    def forward(self, day):
        """Of the spot rate for the spot date, on both curves from there on."""
        dollars, yen = (self.df(name, day) / self.df(name, SPOT_DATE) for name in ("SOFR", "XCCY_JPY"))
        return self.spot * dollars / yen

    def vol(self, strike, expiry, delivery):
        time = (expiry - TODAY) / 365.0
        return float(self.market.fx_vols["USDJPY"].vol(time, np.log(strike / self.forward(delivery))))


@pytest.fixture(scope="module")
def quotes():
    ql.Settings.instance().evaluationDate = TODAY
    yield Quotes(curves={name: ql.RelinkableYieldTermStructureHandle() for name in CURVES})
    ql.IndexManager.instance().clearHistories()
    ql.Settings.instance().evaluationDate = ql.Date()


def _index(quotes, name):
    currency, calendar, count = {
        "TONA": (ql.JPYCurrency(), TOKYO, A365),
        "SOFR": (ql.USDCurrency(), NEW_YORK, A360),
        "TONA_JOINT": (ql.JPYCurrency(), TOKYO, A365),
    }[name]
    return ql.OvernightIndex(name, 0, currency, calendar, count, quotes.curves[name.removesuffix("_JOINT")])


def _schedule(start, end, months, calendar):
    rule, backward = ql.ModifiedFollowing, ql.DateGeneration.Backward
    return ql.Schedule(start, end, ql.Period(months, ql.Months), calendar, rule, rule, backward, False)


def _overnight_leg(index, schedule, notional, spread=0.0):
    return ql.OvernightLeg(
        nominals=[notional], schedule=schedule, index=index, paymentDayCounter=index.dayCounter(), spreads=[spread]
    )


def _fix(index, start, rate):
    """Give the index one fixing a business day since `start`; the rate compounded since then, simple."""
    day, grown = start, 1.0
    while day < TODAY:
        after = index.fixingCalendar().advance(day, 1, ql.Days)
        index.addFixing(day, rate, True)
        grown *= 1.0 + rate * index.dayCounter().yearFraction(day, min(after, TODAY))
        rate += 1e-6
        day = after
    return (grown - 1.0) / index.dayCounter().yearFraction(start, TODAY)


def _bond(quotes, kind, coupon, maturity, calendar):
    schedule = ql.Schedule(
        maturity - ql.Period(40, ql.Years), maturity, ql.Period(6, ql.Months), ql.NullCalendar(), ql.Unadjusted,
        ql.Unadjusted, ql.DateGeneration.Backward, kind == "UST" and ql.Date.isEndOfMonth(maturity),
    )  # fmt: skip
    count = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    return ql.FixedRateBond(0, 1.0, schedule, [coupon], count, ql.Following, 100.0, ql.Date(), calendar)


def _strip(kind, currency):
    calendar, maturity = (TOKYO, ql.Date(20, 3, 2040)) if currency == "JPY" else (NEW_YORK, ql.Date(15, 5, 2045))

    def make(quotes):
        bond = ql.ZeroCouponBond(0, calendar, 1e9, maturity, ql.Following, 100.0, ql.Date())
        name = "JGB" if currency == "JPY" else "UST"
        bond.setPricingEngine(ql.DiscountingBondEngine(quotes.curves[name]))
        return lambda: bond.NPV() * (1.0 if currency == "JPY" else quotes.spot)

    iso = f"{maturity.year()}-{maturity.month():02d}-{maturity.dayOfMonth():02d}"
    return {"kind": kind, "notional": 1e9, "maturity": iso}, make, 1e9


def _held_bond(kind, coupon, maturity):
    calendar, curve = (TOKYO, "JGB") if kind == "JGB" else (NEW_YORK, "UST")

    def make(quotes):
        bond = _bond(quotes, kind, coupon, maturity, calendar)
        bond.setPricingEngine(ql.DiscountingBondEngine(quotes.curves[curve]))
        return lambda: 1e9 * bond.NPV() * (1.0 if kind == "JGB" else quotes.spot)

    return {"kind": kind, "notional": 1e9, "coupon": coupon, "maturity": _iso(maturity)}, make, 1e9


def _bill(kind, maturity):
    calendar, curve = (TOKYO, "JGB") if kind == "JGB_BILL" else (NEW_YORK, "UST")

    def make(quotes):
        bill = ql.ZeroCouponBond(0, calendar, 1e9, maturity, ql.Following, 100.0, ql.Date())
        bill.setPricingEngine(ql.DiscountingBondEngine(quotes.curves[curve]))
        return lambda: bill.NPV() * (1.0 if curve == "JGB" else quotes.spot)

    return {"kind": kind, "notional": 1e9, "maturity": _iso(maturity)}, make, 1e9


def _loan(kind, currency, start, end):
    count, curve = (A365, "JGB") if currency == "JPY" else (A360, "UST")
    row = {"kind": kind, "currency": currency, "notional": 1e9, "rate": 0.02}
    row |= {"start_date": _iso(start), "maturity": _iso(end)}

    def make(quotes):
        interest = ql.FixedRateCoupon(end, 1e9, 0.02, count, start, end)
        flows = [ql.SimpleCashFlow(-1e9, start), interest, ql.SimpleCashFlow(1e9, end)]
        return lambda: quotes.npv(flows, curve) * (1.0 if currency == "JPY" else quotes.spot)

    return row, make, 1e9


def _swap(kind, currency, start, end, months, fixed_so_far=None):
    calendar, count, name = (TOKYO, A365, "TONA") if currency == "JPY" else (NEW_YORK, A360, "SOFR")
    fixed_count = ql.Thirty360(ql.Thirty360.BondBasis) if (kind, currency) == ("SWAP", "USD") else count
    row = {"kind": kind, "currency": currency, "notional": -1e9, "rate": 0.0151}
    row |= {"start_date": _iso(start), "maturity": _iso(end)}

    def make(quotes):
        index, schedule = _index(quotes, name), _schedule(start, end, months, calendar)
        running = [day for day in schedule if day <= TODAY]
        if running and running[-1] < TODAY:
            row["fixed_so_far"] = _fix(index, running[-1], 0.0123)
        fixed = ql.FixedRateLeg(schedule, fixed_count, [1e9], [0.0151])
        floating = _overnight_leg(index, schedule, 1e9)
        fx = 1.0 if currency == "JPY" else None
        return lambda: (quotes.npv(floating, name) - quotes.npv(fixed, name)) * (fx or quotes.spot)

    return row, make, 1e9


def _xccy(kind, start, end, reset_rate=None):
    row = {"kind": kind, "notional": 1e7, "rate": 150.0, "spread": -0.0041}
    row |= {"start_date": _iso(start), "maturity": _iso(end)}
    if reset_rate:
        row["reset_rate"] = reset_rate

    def make(quotes):
        sofr, tona = _index(quotes, "SOFR"), _index(quotes, "TONA_JOINT")
        schedule = _schedule(start, end, 3, JOINT)
        days = list(schedule)
        running = [day for day in days if day <= TODAY]
        if running and running[-1] < TODAY:
            row["fixed_so_far"], row["fixed_so_far_jpy"] = (
                _fix(sofr, running[-1], 0.043),
                _fix(tona, running[-1], 0.005),
            )
        yen = _overnight_leg(tona, schedule, 1.5e9, -0.0041)

        def value():
            paid = quotes.npv(yen, "XCCY_JPY") + 1.5e9 * quotes.df("XCCY_JPY", days[-1])
            dollars = _dollar_leg(quotes, days, sofr, reset_rate)
            if days[0] > TODAY:
                paid -= 1.5e9 * quotes.df("XCCY_JPY", days[0])
            return dollars * quotes.today() - paid

        return value

    return row, make, 1.5e9


def _dollar_leg(quotes, days, sofr, reset_rate):
    """Dollars' notional and interest, period by period, each reset at its own forward where it resets."""
    total = 0.0
    for start, end in pairwise(days):
        if end <= TODAY:
            continue
        notional = 1e7 if reset_rate is None else 1.5e9 / (reset_rate if start <= TODAY else quotes.forward(start))
        leg = _overnight_leg(sofr, ql.Schedule([start, end]), notional)
        total += quotes.npv(leg, "SOFR") + notional * quotes.df("SOFR", end)
        if start > TODAY:
            total -= notional * quotes.df("SOFR", start)
    return total


def _exchange(kind, near, rate, far=None, far_rate=0.0):
    row = {"kind": kind, "notional": 1e7, "rate": rate, "maturity": _iso(far or near)}
    if far:
        row |= {"start_date": _iso(near), "far_rate": far_rate}

    def make(quotes):
        def one(day, at):
            return 1e7 * (quotes.forward(day) - at) * quotes.df("XCCY_JPY", day)

        return lambda: one(near, rate) - (one(far, far_rate) if far else 0.0)

    return row, make, 1.45e9


EXPIRY, DELIVERY = ql.Date(27, 8, 2025), ql.Date(29, 8, 2025)


def _option(kind, *legs, notional=1e7, **columns):
    """legs: (option type, strike, dollars)."""
    row = {"kind": kind, "notional": notional, "maturity": _iso(EXPIRY), **columns}

    def make(quotes):
        root = np.sqrt((EXPIRY - TODAY) / 365.0)

        def value():
            forward, discount = quotes.forward(DELIVERY), quotes.df("XCCY_JPY", DELIVERY)
            return sum(
                dollars * ql.blackFormula(side, strike, forward, quotes.vol(strike, EXPIRY, DELIVERY) * root, discount)
                for side, strike, dollars in legs
            )

        return value

    return row, make, max(1.45e9, max(abs(dollars) * 150.0 for _, _, dollars in legs))


def _swaption(kind, currency):
    calendar, name, count = (TOKYO, "TONA", A365) if currency == "JPY" else (NEW_YORK, "SOFR", A360)
    expiry, side = ql.Date(28, 5, 2026), ql.Option.Call if kind == "SWAPTION_PAYER" else ql.Option.Put
    row = {"kind": kind, "currency": currency, "notional": 1e9, "rate": 0.0171, "vol": 0.0061, "tenor": "10Y"}
    row["maturity"] = _iso(expiry)

    def make(quotes):
        start = calendar.advance(expiry, 2, ql.Days)
        schedule = _schedule(start, start + ql.Period(10, ql.Years), 12, calendar)
        swap = ql.OvernightIndexedSwap(ql.Swap.Payer, 1.0, schedule, 0.01, count, _index(quotes, name))
        swap.setPricingEngine(ql.DiscountingSwapEngine(quotes.curves[name]))

        def value():
            annuity, std = abs(swap.fixedLegBPS()) / 1e-4, 0.0061 * np.sqrt((expiry - TODAY) / 365.0)
            one = ql.bachelierBlackFormula(side, 0.0171, swap.fairRate(), std, annuity)
            return 1e9 * one * (1.0 if currency == "JPY" else quotes.spot)

        return value

    return row, make, 1e9


def _factor_at_6_percent(coupon, months):
    """Clean price at 6 % of a bond with whole months left: what both exchanges' formulas come to."""
    paid = np.arange(months, 0, -6)
    value = np.sum(coupon / 2 * 1.03 ** (-paid / 6)) + 1.03 ** (-months / 6)
    return value - coupon / 2 * (6 - paid[-1]) / 6


def _future(kind, contract, delivery, bonds, months):
    is_ust = kind == "UST_FUTURE"
    calendar, curve, repo = (NEW_YORK, "UST", "UST_REPO") if is_ust else (TOKYO, "JGB", "JGB_REPO")
    cells = tuple((coupon, date(day.year(), day.month(), day.dayOfMonth())) for coupon, day in bonds)
    exact = [_factor_at_6_percent(coupon, left) for (coupon, _), left in zip(bonds, months, strict=True)]
    factors = [round(factor, 4) if is_ust else np.floor(factor * 1e6) / 1e6 for factor in exact]
    row = {"kind": kind, "contract": contract, "deliverables": cells, "notional": 100.0, "price": 112.5}

    def make(quotes):
        made = [_bond(quotes, "UST" if is_ust else "JGB", coupon, day, calendar) for coupon, day in bonds]

        def price():
            found = []
            for bond, (coupon, _), factor in zip(made, bonds, factors, strict=True):
                later = [flow for flow in bond.cashflows() if flow.date() > delivery]
                value = sum(flow.amount() * quotes.df(curve, flow.date()) for flow in later)
                accrued = bond.accruedAmount(delivery) / 100.0 if is_ust else coupon * _days_accrued(bond, delivery)
                found.append((value / quotes.df(repo, delivery) - accrued) / factor)
            return min(found)

        reference = []

        def profit():
            reference.append(price())  # the first call is in the base market
            face = 1e5 if is_ust else 1e8
            return 100.0 * face * (reference[-1] - reference[0]) * (quotes.spot if is_ust else 1.0)

        return profit

    return row, make, 1e10


def _days_accrued(bond, delivery):
    last = max(ql.as_coupon(flow).accrualStartDate() for flow in bond.cashflows() if ql.as_coupon(flow) and
               ql.as_coupon(flow).accrualStartDate() <= delivery)  # fmt: skip
    return (delivery - last) / 365.0


def _iso(day):
    return f"{day.year()}-{day.month():02d}-{day.dayOfMonth():02d}"


JGBS = [(0.005, ql.Date(20, 12, 2032)), (0.005, ql.Date(20, 3, 2033)), (0.008, ql.Date(20, 9, 2033))]
USTS = [(0.04125, ql.Date(31, 3, 2032)), (0.02875, ql.Date(15, 5, 2032)), (0.045, ql.Date(15, 11, 2033))]
CALL, PUT = ql.Option.Call, ql.Option.Put
CASES: dict[str, tuple[dict[str, object], Callable, float]] = {
    "JGB": _held_bond("JGB", 0.014, ql.Date(20, 3, 2035)),
    "UST": _held_bond("UST", 0.0425, ql.Date(15, 5, 2035)),
    "UST at month's end": _held_bond("UST", 0.04, ql.Date(28, 2, 2031)),
    "JGB_BILL": _bill("JGB_BILL", ql.Date(25, 8, 2025)),
    "UST_BILL": _bill("UST_BILL", ql.Date(28, 8, 2025)),
    "REPO": _loan("REPO", "USD", ql.Date(30, 5, 2025), ql.Date(30, 6, 2025)),
    "DEPOSIT": _loan("DEPOSIT", "JPY", ql.Date(30, 5, 2025), ql.Date(29, 8, 2025)),
    "JGB_STRIP": _strip("JGB_STRIP", "JPY"),
    "UST_STRIP": _strip("UST_STRIP", "USD"),
    "OIS TONA ahead": _swap("OIS", "JPY", ql.Date(2, 6, 2025), ql.Date(2, 6, 2045), 12),
    "OIS SOFR ahead": _swap("OIS", "USD", ql.Date(30, 5, 2025), ql.Date(30, 11, 2030), 12),  # a short first period
    "OIS TONA seasoned": _swap("OIS", "JPY", ql.Date(14, 8, 2023), ql.Date(14, 8, 2033), 12),
    "OIS SOFR today": _swap("OIS", "USD", ql.Date(28, 5, 2025), ql.Date(28, 5, 2032), 12),
    "SWAP TONA": _swap("SWAP", "JPY", ql.Date(20, 6, 2025), ql.Date(20, 6, 2035), 6),
    "SWAP SOFR seasoned": _swap("SWAP", "USD", ql.Date(31, 3, 2025), ql.Date(30, 9, 2031), 6),
    "XCCY_SWAP ahead": _xccy("XCCY_SWAP", ql.Date(30, 5, 2025), ql.Date(30, 5, 2030)),
    "XCCY_SWAP seasoned": _xccy("XCCY_SWAP", ql.Date(18, 11, 2024), ql.Date(18, 11, 2031)),
    "XCCY_MTM_SWAP ahead": _xccy("XCCY_MTM_SWAP", ql.Date(30, 5, 2025), ql.Date(30, 5, 2030), 150.0),
    "XCCY_MTM_SWAP seasoned": _xccy("XCCY_MTM_SWAP", ql.Date(18, 11, 2024), ql.Date(18, 11, 2029), 146.3),
    "FX_FORWARD": _exchange("FX_FORWARD", ql.Date(29, 8, 2025), 143.0),
    "FX_SWAP": _exchange("FX_SWAP", ql.Date(30, 5, 2025), 145.0, ql.Date(28, 11, 2025), 142.0),
    "NDF": _exchange("NDF", ql.Date(30, 7, 2025), 144.0),
    "FX_CALL": _option("FX_CALL", (CALL, 148.0, 1e7), strike=148.0),
    "FX_PUT": _option("FX_PUT", (PUT, 139.0, 1e7), strike=139.0),
    "FX_STRADDLE": _option("FX_STRADDLE", (CALL, 144.0, 1e7), (PUT, 144.0, 1e7), strike=144.0),
    "FX_STRANGLE": _option("FX_STRANGLE", (PUT, 138.0, 1e7), (CALL, 151.0, 1e7), strike=138.0, strike_2=151.0),
    "FX_RISK_REVERSAL": _option(
        "FX_RISK_REVERSAL", (PUT, 138.0, -1e7), (CALL, 151.0, 1e7), strike=138.0, strike_2=151.0
    ),
    "FX_DIGITAL_CALL": _option(
        "FX_DIGITAL_CALL", (CALL, 147.75, 2e8), (CALL, 148.25, -2e8), notional=1e8, strike=148.0, width=0.5
    ),
    "FX_DIGITAL_PUT": _option(
        "FX_DIGITAL_PUT", (PUT, 148.25, 2e8), (PUT, 147.75, -2e8), notional=1e8, strike=148.0, width=0.5
    ),
    "SWAPTION_PAYER": _swaption("SWAPTION_PAYER", "JPY"),
    "SWAPTION_RECEIVER": _swaption("SWAPTION_RECEIVER", "USD"),
    "JGB_FUTURE": _future("JGB_FUTURE", "JGB10-2509", ql.Date(22, 9, 2025), JGBS, (87, 90, 96)),
    "UST_FUTURE": _future("UST_FUTURE", "TY-2509", ql.Date(30, 9, 2025), USTS, (78, 78, 96)),  # cut to quarters
}
FUTURES = ("JGB_FUTURE", "UST_FUTURE")


@pytest.mark.parametrize("name", [name for name in CASES if name not in FUTURES])
def test_values_match_quantlib_in_moved_markets(name, quotes, make_book, make_market):
    row, make, scale = CASES[name]
    base = make_market()
    value = make(quotes)  # before the book: it may fill in what has been fixed so far
    _compare(make_book(row), base, quotes, value, scale)


@pytest.mark.parametrize("name", FUTURES)
def test_futures_are_the_cheapest_of_quantlib_s_bonds(name, quotes, make_book, make_market):
    row, make, scale = CASES[name]
    _compare(make_book(row), make_market(), quotes, make(quotes), scale)


def test_the_general_account_s_bonds_are_worth_what_quantlib_s_are(quotes):
    path = bundled_book_path("general-account")
    market = load_market(market_path_for([path]))
    quotes.link(market)
    book = load_book(path, DATE)
    values = position_values(book, market, fit(book, market))
    n_compared = 0
    for held, value in zip(read_positions(path, DATE), values, strict=True):
        if (kind := str(held.kind)) in ("JGB", "UST") and held.price is None and held.market_yield is None:
            day = held.maturity
            _, make, scale = _held_bond(kind, held.coupon, ql.Date(day.day, day.month, day.year))
            expected = make(quotes)() / scale * held.notional
            assert value == pytest.approx(expected, rel=TOLERANCE if kind == "JGB" else IN_DAYS)
            n_compared += 1
    assert n_compared == 16  # the other kinds are among CASES, but for the fund: its level times its number


def _compare(book, base, quotes, value, scale):
    fits, rng = fit(book, base), np.random.default_rng(4)
    sizes = np.array([0.006, 0.008, 0.009, 0.01, 0.01, 0.01, 0.08, 0.3, 0.1, 0.1])
    moves = [np.zeros(sizes.size), *(rng.normal(size=(N_MOVED, sizes.size)) * sizes)]
    worst = 0.0
    for move in moves:
        market = moved(base, move)
        quotes.link(market)
        (found,) = position_values(book, market, fits)
        worst = max(worst, abs(found - value()) / scale)
    assert worst < TOLERANCE
