import pytest

from engine.analysis.regulatory.liquidity_horizons import RiskClass, horizons_of, liquidity_horizon, risk_class
from engine.errors import InputError
from engine.market.factors import parse_factor

PRICES = {"NIKKEI225": "JPY", "MXNJPY": "JPY", "NASDAQ": "USD"}


@pytest.mark.parametrize(
    ("name", "its_class", "days"),
    [
        ("JGB_10Y", RiskClass.RATES, 10),
        ("SPREAD_TONA", RiskClass.RATES, 10),
        ("SPREAD_XCCY_JPY", RiskClass.RATES, 60),
        ("USDJPY", RiskClass.FX, 10),
        ("MXNJPY", RiskClass.FX, 10),
        ("NIKKEI225", RiskClass.EQUITY, 10),
        ("NASDAQ", RiskClass.EQUITY, 10),  # six letters that end in no currency
        ("USDJPY_VOL", RiskClass.FX, 40),
        ("USDJPY_SKEW", RiskClass.FX, 40),
        ("SWAPTION_JPY_VOL", RiskClass.RATES, 60),
    ],
)
def test_classes_and_horizons_of_the_standard(name, its_class, days):
    factor = parse_factor(name, PRICES)
    assert (risk_class(factor), liquidity_horizon(factor)) == (its_class, days)


def test_a_given_horizon_stands_in_place_of_the_standards():
    factors = [parse_factor(name, PRICES) for name in ("JGB_10Y", "NIKKEI225")]
    assert horizons_of(factors, {"NIKKEI225": 20}) == {"JGB_10Y": 10, "NIKKEI225": 20}


def test_faults_of_given_horizons_are_named():
    factors = [parse_factor("NIKKEI225", PRICES)]
    with pytest.raises(InputError, match="no factor 'NIKKEI22'; did you mean 'NIKKEI225'"):
        horizons_of(factors, {"NIKKEI22": 20})
    with pytest.raises(InputError, match=r"must be one of 10, 20, 40, 60, 120 business days \(MAR33\.4\), got 30"):
        horizons_of(factors, {"NIKKEI225": 30})
