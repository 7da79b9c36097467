"""A market that declares the euro: read, written and refused."""

import re
from pathlib import Path

import numpy as np
import pytest

from engine.errors import FileFaults
from engine.inputs.market.load import (
    bundled_market_names,
    bundled_market_path,
    load_market,
    market_warnings,
    write_market,
)
from engine.inputs.market.text import market_text
from engine.market.bootstrap import par_yield

EURO = """schema = 1
valuation_date = 2025-05-28
[curves]
JGB = { currency = "JPY", source = "by hand", par_yields = { 2Y = 0.00753, 10Y = 0.01531 } }
UST = { currency = "USD", source = "by hand", par_yields = { 2Y = 0.0396, 10Y = 0.0447 } }
BUND = { currency = "EUR", source = "by hand", par_yields = { 6M = 0.0195, 1Y = 0.0185, 2Y = 0.0178, 10Y = 0.0255 } }
[spreads]
XCCY_JPY = { parent = "JGB", source = "by hand", zero_spreads = { 1Y = -0.003 } }
SOFR = { parent = "UST", source = "by hand", zero_spreads = { 1Y = -0.002 } }
ESTR = { parent = "BUND", source = "by hand", zero_spreads = { 1Y = 0.001 } }
XCCY_EUR = { parent = "ESTR", source = "by hand", zero_spreads = { 1Y = -0.0005 } }
[fx]
usdjpy = 145.04
source = "by hand"
[fx.rates]
EUR = { level = 163.75, source = "the bank's" }
[fx_vols.EURUSD]
delta = "spot"
domestic = "SOFR"
foreign = "XCCY_EUR"
reference = "1M"
source = "by hand"
[fx_vols.EURUSD.quotes]
1M = { atm = 0.08, risk_reversal_25d = 0.002, butterfly_25d = 0.002 }
1Y = { strikes = [1.1], vols = [0.08] }
[factors]
names = ["JGB_10Y", "BUND_10Y", "USDJPY", "EURJPY", "EURUSD_VOL"]
vols = [0.004, 0.006, 0.11, 0.1, 0.7]
correlation = [[1.0], [0.2, 1.0], [0.1, 0.1, 1.0], [0.1, 0.1, 0.7, 1.0], [0.0, 0.0, 0.0, 0.0, 1.0]]
[calibration]
description = "by hand"
"""


@pytest.fixture
def euro(tmp_path):
    def write(old: str = "", new: str = "") -> Path:
        assert old in EURO
        path = tmp_path / "euro.toml"
        path.write_text(EURO.replace(old, new) if old else EURO, encoding="utf-8")
        return path

    return write


def test_a_market_may_quote_other_currencies(euro):
    market = load_market(euro())
    assert (market.fx, market.rate("EUR")) == ({"USD": 145.04, "EUR": 163.75}, 163.75)
    assert [market.exchanged(factor) for factor in market.factors] == [None, None, "USD", "EUR", None]
    assert market.sources["EURJPY"] == "the bank's"
    assert market_warnings(market) == (
        "curve 'UST' has no factor: it does not move",
        "curve 'SOFR' has no factor: it does not move",
    )
    surface = market.fx_vols["EURUSD"]
    assert (surface.level, market.level(market.factors[4])) == (0.08, 0.08)


def test_bunds_at_par_pay_once_a_year(euro):
    curve = load_market(euro()).curves["BUND"]
    discounts = curve.discount(np.arange(1.0, 11.0))
    assert 0.0255 * discounts.sum() + discounts[-1] == pytest.approx(1.0, abs=1e-12)  # as `bootstrap` promises
    assert par_yield(curve, 10.0) == pytest.approx(0.0255, abs=1e-12)
    assert float(curve.discount(0.5)) == pytest.approx(1.0 / (1.0 + 0.0195 / 2), abs=1e-14)  # below a year: one payment


def test_what_is_written_reads_back_and_is_written_the_same(euro, tmp_path):
    market, path = load_market(euro()), tmp_path / "again.toml"
    write_market(market, path)
    again = load_market(path)
    assert (again.fx, again.factors, again.sources, again.levels) == (
        market.fx,
        market.factors,
        market.sources,
        market.levels,
    )
    assert all(np.array_equal(again.curves[name].zero_rates, market.curves[name].zero_rates) for name in market.curves)
    text = path.read_text("utf-8")
    assert market_text(again) == text
    assert '[fx.rates.EUR]\nlevel = 163.75 # yen for one euro\nsource = "the bank\'s"\n' in text
    assert "[curves.BUND.par_yields] # annual; below 1Y one payment of 1 + yield * tenor" in text
    assert "risk reversals are calls on EUR less puts" in text


@pytest.mark.parametrize("name", bundled_market_names())
def test_a_market_without_other_currencies_is_written_as_it_was(name):
    path = bundled_market_path(name)
    written = [line for line in market_text(load_market(path)).splitlines() if line]
    assert written == [line for line in path.read_text("utf-8").splitlines() if line]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"EURJPY", "EURUSD_VOL"',
            '"MXNJPY", "EURUSD_VOL"',
            r"line 27, factors.names\[4\]: MXNJPY has no level; give the market an \[fx.rates.MXN\] table",
        ),
        ("163.75", "1.15", r"EUR.level: must be yen .* in \[20, 1000\]; got 1.15; dollars for one euro\? Then 166.80"),
        ("163.75", "0.0061", r"got 0.0061; euros for one yen\? Then 163.93"),
        ("\nEUR = { level", "\nXXX = { level", r"fx.rates.XXX: a rate is of one of EUR, AUD.*, got 'XXX'"),
        ("\nEUR = { level", "\nUSD = { level", r"fx.rates.USD: the rate of USD is `usdjpy` of \[fx\]; leave"),
        ("\nEUR = { level", "\nJPY = { level", r"fx.rates.JPY: the rate of JPY is 1; leave this table out"),
        ('"USDJPY", "EURJPY"', '"USDJPY", "AUDJPY"', r"factors.names: EURJPY must be one of the factors; a vol of 0"),
        ("[factors]", '[levels.EURJPY]\nlevel = 1.0\ncurrency = "JPY"\nsource = "x"\n[factors]',
         r"levels.EURJPY: 'EURJPY' has its level in \[fx.rates\]; leave one of the two out"),
        ('currency = "EUR"', 'currency = "XXX"', r"must be one of 'JPY', 'USD', 'EUR', .*, got 'XXX'"),
        ("2Y = 0.0178", "18M = 0.0178", r"curve 'BUND': a tenor over a year must be a multiple of it, got 18M"),
        ("fx_vols.EURUSD", "fx_vols.USDEUR", r"fx_vols.USDEUR.domestic: must be a curve in EUR, got 'SOFR', which"),
        ("fx_vols.EURUSD", "fx_vols.AUDUSD", r"fx_vols.AUDUSD: a pair is two currencies that the market has a rate of"),
        ('foreign = "XCCY_EUR"', 'foreign = "ESTR"', r"foreign: must be 'XCCY_EUR', whose forwards options and"),
        ("strikes = [1.1]", "strikes = [110.0]", r"strike must be dollar for one euro, in \[0.02, 50\]; got 110.0"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(euro, old, new, message):
    with pytest.raises(FileFaults) as caught:
        load_market(euro(old, new))
    assert any(re.search(message, str(fault)) for fault in caught.value.faults), str(caught.value)


def test_two_things_that_are_wrong_with_one_key_are_two_faults(euro):
    audjpy = '\nAUD = { level = 93.2, source = "x" }\nEUR = { level'
    path = euro("\nEUR = { level", audjpy)
    path.write_text(path.read_text("utf-8").replace('"EURJPY", ', "").replace('"USDJPY"', '"USDJPY", "JGB_2Y"'))
    with pytest.raises(FileFaults) as caught:
        load_market(path)
    said = [fault.message for fault in caught.value.faults if fault.where == "factors.names"]
    assert [message.split()[0] for message in said] == ["AUDJPY", "EURJPY"]
    assert not any(", or " in message for message in said)
