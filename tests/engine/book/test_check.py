"""Every bond against QuantLib's own objects, and the totals of the bundled books."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.book.check import check_book, clean_prices, market_yields
from engine.book.compile import compile_book
from engine.book.fit import fit
from engine.book.value import position_values
from engine.inputs.book.load import bundled_book_path, load_book, read_positions
from engine.inputs.market.load import bundled_market_path, load_market
from engine.instruments.registry import KINDS

DATE = date(2025, 5, 28)
EXACT = 1e-10  # relative: QuantLib's own solvers and time arithmetic stay below 1e-12


def positions_of(name):
    path = bundled_book_path(name)
    return read_positions(path, DATE)


@pytest.fixture(scope="module")
def sample_positions():
    return positions_of("sample")


@pytest.fixture(scope="module")
def sample_check():
    return check_book(load_book(bundled_book_path(), DATE), load_market(bundled_market_path()))


@pytest.fixture
def evaluation_date():
    before = ql.Settings.instance().evaluationDate
    ql.Settings.instance().evaluationDate = _ql(DATE)
    yield
    ql.Settings.instance().evaluationDate = before


def _ql(day):
    return ql.Date(day.day, day.month, day.year)


def _ql_curve(curve):
    days = np.rint(curve.times * 365).astype(int)
    dates = [_ql(DATE), *(_ql(DATE + timedelta(days=int(day))) for day in days)]
    rates = [float(curve.zero_rates[0]), *map(float, curve.zero_rates)]
    zeros = ql.ZeroCurve(dates, rates, ql.Actual365Fixed(), ql.NullCalendar(), ql.Linear(), ql.Continuous, ql.Annual)
    return ql.YieldTermStructureHandle(zeros)


def _ql_bond(position, calendar, payment):
    """The bond as QuantLib builds it: regular half-years, Act/Act ICMA, so that a coupon is half the annual rate."""
    end_of_month = position.kind is KINDS["UST"]
    maturity = _ql(position.maturity)
    eom = end_of_month and ql.Date.isEndOfMonth(maturity)
    start = ql.NullCalendar().advance(maturity, -6 * 100, ql.Months, ql.Unadjusted, eom)
    schedule = ql.Schedule(
        start, maturity, ql.Period(ql.Semiannual), ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted,
        ql.DateGeneration.Backward, eom,
    )  # fmt: skip
    icma = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    return ql.FixedRateBond(1, 100.0, schedule, [position.coupon], icma, payment, 100.0, start, calendar), icma


def _calendar(kind):
    return ql.Japan() if kind.startswith("JGB") else ql.UnitedStates(ql.UnitedStates.GovernmentBond)


def _random_bonds(make_positions):
    draw = np.random.default_rng(20250528)
    rows = []
    for i in range(50):
        kind = "JGB" if i % 2 else "UST"
        maturity = DATE + timedelta(days=int(draw.integers(3, 40 * 365)))
        if kind == "UST":  # Treasuries mature on the 15th or on the last day of a month
            first = maturity.replace(day=1) + timedelta(days=62)
            maturity = first.replace(day=15) if i % 4 else first.replace(day=1) - timedelta(days=1)
        coupon = round(float(draw.uniform(0.0, 0.08)), 4)
        rows.append(
            {"kind": kind, "coupon": coupon, "maturity": maturity, "notional": float(draw.choice([-1e9, 100.0]))}
        )
    return make_positions(*rows)


def _sample_bonds(sample_positions, make_positions):
    """All bonds of the sample books, without their prices, and seasoned, so that they pay full coupons."""
    return make_positions(
        *(
            {"kind": p.kind.name, "coupon": p.coupon, "maturity": p.maturity, "notional": p.notional}
            for p in sample_positions
            if p.kind in (KINDS["JGB"], KINDS["UST"])
        )
    )


def test_values_prices_and_yields_are_quantlib_s(sample_positions, make_positions, make_market, evaluation_date):
    market = make_market()
    bonds = _sample_bonds(sample_positions, make_positions) + _random_bonds(make_positions)
    bonds = [replace(bond, position_id=f"P{i}") for i, bond in enumerate(bonds)]
    book = compile_book(bonds, DATE, sha256="")
    assert len(bonds) > 80
    values = position_values(book, market)
    clean = clean_prices(book, market, np.zeros(len(bonds)))
    yields = market_yields(book, clean)
    engines = {name: ql.DiscountingBondEngine(_ql_curve(curve)) for name, curve in market.curves.items()}
    fx = {"JGB": 1.0, "UST": market.usdjpy}
    for i, position in enumerate(bonds):
        bond, _ = _ql_bond(position, _calendar(position.kind.name), ql.Following)
        bond.setPricingEngine(engines[position.kind.name])
        assert values[i] == pytest.approx(bond.NPV() * position.notional / 100.0 * fx[position.kind.name], rel=EXACT)
        accrued = book.bonds.accrued[i]
        assert clean[i] + accrued == pytest.approx(bond.dirtyPrice(), rel=EXACT)
        if position.kind is KINDS["UST"]:
            assert accrued == pytest.approx(bond.accruedAmount(), abs=1e-12)
            assert yields[i] == pytest.approx(_street(position, clean[i], book.bonds.coupons_left[i]), abs=1e-11)
        else:
            assert accrued == pytest.approx(_jgb_accrued(position, bond), abs=1e-12)
            assert yields[i] == pytest.approx(_simple(position, clean[i], bond), rel=EXACT)


def _street(position, clean, coupons_left):
    bond, icma = _ql_bond(position, ql.NullCalendar(), ql.Unadjusted)  # quotes ignore holidays
    settlement = _calendar(position.kind.name).advance(_ql(DATE), 1, ql.Days)
    compounding = ql.Simple if coupons_left == 1 else ql.Compounded
    price = ql.BondPrice(float(clean), ql.BondPrice.Clean)
    return bond.bondYield(price, icma, compounding, ql.Semiannual, settlement, 1e-14, 500)


def _jgb_accrued(position, bond):
    settlement = bond.settlementDate()
    days = ql.Actual365Fixed().yearFraction(ql.BondFunctions.previousCashFlowDate(_unadjusted(position)), settlement)
    return 100.0 * position.coupon * min(days, 0.5)


def _unadjusted(position):
    return _ql_bond(position, ql.NullCalendar(), ql.Unadjusted)[0]


def _simple(position, clean, bond):
    settlement, maturity = bond.settlementDate(), _ql(position.maturity)
    years = ql.Actual365Fixed(ql.Actual365Fixed.NoLeap).yearFraction(settlement, maturity)
    if years < 1.0:
        years = ql.Actual365Fixed().yearFraction(settlement, maturity)
    return (100.0 * position.coupon + (100.0 - clean) / years) / clean


def test_given_prices_are_shown_again(sample_positions, sample_check):
    prices = {position.position_id: position.price for position in sample_positions if position.price is not None}
    shown = {row.position_id: row.clean_price for row in sample_check.rows if row.spread_bp is not None}
    assert len(prices) > 10
    assert shown == pytest.approx(prices, rel=1e-12)
    assert all(abs(row.spread_bp) < 20.0 for row in sample_check.rows if row.spread_bp is not None)


def test_totals_add_up(sample_check):
    assert [total.book for total in sample_check.books] == ["carry-fund", "life-insurer"]
    assert sample_check.total.n_positions == len(sample_check.rows)
    assert sample_check.total.value == pytest.approx(sum(row.value for row in sample_check.rows), rel=1e-12)
    for curve in ("JGB", "UST"):
        by_book = sum(total.dv01[curve] for total in sample_check.books)
        assert sample_check.total.dv01[curve] == pytest.approx(by_book, rel=1e-12)


def test_the_sample_books_are_what_they_claim_to_be(sample_check):
    fund, insurer = sample_check.books
    assert 0.05 < fund.value / fund.gross_value < 0.15  # leveraged
    assert fund.dv01["UST"] > 0 > fund.dv01["JGB"]  # long Treasuries, short JGBs, funded in yen
    assert insurer.dv01["JGB"] / insurer.value * 1e4 > 10.0  # a duration of more than ten years
    assert sample_check.warnings == ()


def test_the_sample_file_is_both_books(sample_positions):
    apart = [positions_of(name) for name in ("carry-fund", "life-insurer")]
    together = [(p.position_id, p.book, p.notional, p.price) for p in sample_positions]
    assert together == [(p.position_id, p.book, p.notional, p.price) for book in apart for p in book]
    assert all(20 <= len(book) <= 40 for book in apart)


def test_what_has_no_quote_shows_none(make_book, make_market):
    book = make_book(
        {"kind": "CASH"},
        {"kind": "UST", "coupon": 0.04, "maturity": "2034-11-15", "notional": 0.0},
        {"kind": "UST_BILL", "maturity": "2025-08-28"},
    )
    cash, empty, bill = check_book(book, make_market()).rows
    assert (cash.clean_price, cash.market_yield, cash.yield_kind, cash.spread_bp) == (None, None, None, None)
    assert (empty.clean_price, empty.market_yield, empty.value) == (None, None, 0.0)
    assert bill.yield_kind == "bond-equivalent"


def test_bills_are_worth_their_discounted_face(make_book, make_market):
    book, market = make_book({"kind": "JGB_BILL", "maturity": "2025-08-20", "notional": 1e9}), make_market()
    assert position_values(book, market, fit(book, market)) == pytest.approx(
        [1e9 * float(market.curves["JGB"].discount(84 / 365))], rel=1e-15
    )
    (row,) = check_book(book, market).rows
    assert row.market_yield == pytest.approx((100 - row.clean_price) / row.clean_price * 365 / 83, rel=1e-12)


def test_a_spread_wider_than_two_percent_is_warned_of_by_name(make_book, make_market):
    bond = {"kind": "UST", "coupon": 0.04, "maturity": "2034-11-15"}
    warnings = check_book(make_book(bond | {"price": 97.0}, bond | {"price": 79.0}, bond), make_market()).warnings
    # At a modified duration of some 7.5, 79 for 97 is about -2.7 % per year; 97 is near the curve's own price.
    assert len(warnings) == 1
    assert warnings[0].startswith("spreads beyond +-200 bp: 'P1' +2")
    assert warnings[0].endswith(" bp; check price, coupon and maturity")
