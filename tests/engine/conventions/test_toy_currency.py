"""A currency that no file of the program names: registered here, quoted by a market, held, forwarded and simulated."""

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.value import position_values, values_on
from engine.conventions.currencies import CURRENCIES, registered
from engine.conventions.currencies_file import read_currencies
from engine.errors import FileFaults, InputError
from engine.inputs.book.load import load_book
from engine.inputs.market.load import bundled_market_path, load_market, market_warnings
from engine.market.moved_market import moved
from engine.pack.pack import pack
from kernels.base import PathRange
from kernels.select import select_backend

CODE = "XTS"  # ISO 4217 reserves it for tests
TOY = """
[currencies.XTS]
name = "Test crown"
unit = "crown"
written = []
year_days = 360
calendars = { bond = "TARGET", swap = "TARGET", fx = "TARGET" }
curves = { bond = "CROWN", repo = "CROWN_REPO", swap = "CROWN_ON", fx = "XCCY_XTS" }
swaps = { months = 12, accrual = "30/360" }
interest = { yields = [-0.05, 0.30], contract = [-0.1, 0.25] }
[currencies.XTS.bonds]
coupons_per_year = 4
accrual = "actual/actual-icma"
end_of_month = false
first_coupon = "full"
settlement_days = 3
[currencies.XTS.fx]
factor = "XTSJPY"
spot_days = 2
level_range = [1.0, 100.0]
contract_range = [2.0, 50.0]
small_move = 0.05
"""
LEVEL = 15.25
MARKET = """
[curves.CROWN]
currency = "XTS"
source = "by hand"
par_yields = { 3M = 0.03, 1Y = 0.031, 5Y = 0.034 }

[spreads.XCCY_XTS]
parent = "CROWN"
source = "by hand"
zero_spreads = { 1Y = -0.001 }

[fx]"""
RATE = """
[fx.rates.XTS]
level = 15.25
source = "by hand"

[fx_vols"""
BOOK = """position_id,kind,currency,notional,rate,maturity,against
cash,CASH,XTS,1000000,,,
to-yen,FX_FORWARD,XTS,2000000,15.1,2025-08-29,
to-dollars,FX_FORWARD,XTS,-3000000,0.105,2025-08-29,USD
"""
PATHS = np.arange(5, dtype=np.uint64)


@pytest.fixture
def crown():
    with registered(read_currencies(TOY)[CODE]):
        yield


@pytest.fixture
def files(tmp_path):
    """Market and book files that name the crown."""
    text = bundled_market_path().read_text("utf-8").replace("\n[fx]", MARKET, 1).replace("\n[fx_vols", RATE, 1)
    law = [("names = [", 'names = [\n    "CROWN_1Y", "XTSJPY",'), ("vols = [", "vols = [\n    0.006, 0.09,")]
    law += [(f"{key} = [", f"{key} = [\n    0.0, 0.0,") for key in ("kappas", "thetas")]
    for old, new in law:
        text = text.replace(f"\n{old}", f"\n{new}", 1)
    head, rows = text.split("correlation = [\n")
    rows = "\n".join(
        line.replace("    [", "    [0.1, 0.2, ", 1) if line.startswith("    [") else line for line in rows.split("\n")
    )
    market, book = tmp_path / "market.toml", tmp_path / "book.csv"
    market.write_text(f"{head}correlation = [\n    [1.0],\n    [0.05, 1.0],\n{rows}", "utf-8")
    book.write_text(BOOK, "utf-8")
    return market, book


def test_cash_and_forwards_are_worth_what_parity_says(crown, files):
    market = load_market(files[0])
    assert market_warnings(market) == ()
    cash, to_yen, to_dollars = position_values(load_book(files[1], market.valuation_date), market).tolist()
    time = 93 / 365  # to Friday 29 August, a business day everywhere
    curves = [market.curves[name] for name in ("XCCY_XTS", "XCCY_JPY", "SOFR")]
    crowns, yen, dollars = (float(curve.discount(time)) for curve in curves)
    crown_spot, yen_spot, dollar_spot = (float(curve.discount(2 / 365)) for curve in curves)  # Friday 30 May
    crowns, dollars = LEVEL * crowns * yen_spot / crown_spot, 145.04 * dollars * yen_spot / dollar_spot
    assert cash == 1e6 * LEVEL
    assert to_yen == pytest.approx(2e6 * (crowns - 15.1 * yen), rel=1e-12)
    assert to_dollars == pytest.approx(-3e6 * (crowns - 0.105 * dollars), rel=1e-12)


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_it_is_simulated_as_it_is_revalued(crown, files, backend):
    market = load_market(files[0])
    book = load_book(files[1], market.valuation_date)
    packed = pack(book, market, [market], horizon_days=10, n_steps=1, currency="JPY", instantaneous=False, direct=False)
    runner = select_backend(backend)
    program = runner.prepare(
        packed.model, packed.book, seed=9, n_steps=1, float32=False, centre=packed.shock_pnl.ravel()
    )
    pnl = np.array([runner.pnl(program, PathRange(first=int(path), n=1))[0, 0] for path in PATHS])
    deviations = runner.levels(program, PATHS)[0, -1]
    fits, day, n = fit(book, market), int(book.business_days[9]), len(market.factors)
    base = position_values(book, market, fits).sum()
    wanted = [
        values_on(book, moved(market, deviations[:n, i]), fits, day=day, before=market).sum() - base
        for i in range(PATHS.size)
    ]
    np.testing.assert_allclose(pnl, wanted, rtol=1e-12, atol=packed.bounds.pnl[0, 0] + 1e-13 * 8e7)
    assert np.abs(pnl).min() > 1e3  # it moves


def test_without_it_the_files_are_refused_with_the_way_out(files):
    assert CODE not in CURRENCIES
    with pytest.raises(FileFaults, match=r"curves.CROWN.currency: must be one of 'JPY', 'USD', .* got 'XTS'"):
        load_market(files[0])
    with pytest.raises(FileFaults, match=r"unknown currency 'XTS'.* known are JPY, USD, EUR"):
        load_book(files[1], load_market(bundled_market_path()).valuation_date)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("XTS", "EUR", r"currencies.EUR: the code or the factor 'EURJPY' is taken"),
        ('"XTSJPY"', '"USDJPY"', r"the factor 'USDJPY' is taken"),
        (TOY[TOY.index("[currencies.XTS.fx]") :], "", r"currencies.XTS: the key 'fx' is missing; JPY is the home"),
    ],
)
def test_a_currency_that_is_there_or_has_no_rate_is_not_registered(old, new, message):
    (currency,) = read_currencies(TOY.replace(old, new)).values()
    with pytest.raises(InputError, match=message), registered(currency):
        pass
