"""Spreads and vols without a factor are named, with what a basis point of each is worth."""

from dataclasses import replace

import pytest

from engine.book.fit import fit
from engine.book.static_inputs import static_input_warnings
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor
from tests.engine.basis_market import basis_market

XCCY = {"kind": "XCCY_SWAP", "notional": 5e8, "rate": 145.04, "spread": -0.0052, "start_date": "2025-05-30"}
XCCY |= {"maturity": "2030-05-30"}
ASSET_SWAP = [
    {"kind": "JGB", "coupon": 0.024, "maturity": "2055-03-20", "notional": 1e10},
    {"kind": "OIS", "currency": "JPY", "rate": 0.024, "start_date": "2025-05-30", "maturity": "2055-05-30"}
    | {"notional": -1e10},
]
PAYER = {"kind": "SWAPTION_PAYER", "currency": "JPY", "rate": 0.0125, "maturity": "2026-05-28", "tenor": "10Y"}


def said(make_book, market, *rows):
    book = make_book(*rows)
    return {text.split(":")[0]: text for text in static_input_warnings(book, market, fit(book, market))}


def test_a_basis_without_a_factor_is_named_with_what_a_basis_point_is_worth(make_book, make_market):
    text = said(make_book, make_market(), XCCY)["spreads of XCCY_JPY over TONA"]
    gained = float(text.split("+1 bp is worth ")[1].split(" JPY")[0].replace(",", ""))
    # A yen leg paid over five years: 72.5 bn yen x 4.95 years x 1 bp, discounted at some 1 %
    assert gained == pytest.approx(5e8 * 145.04 * 4.95e-4, rel=0.03)


def test_a_hedged_asset_swap_says_its_swap_spread(make_book, make_market):
    text = said(make_book, make_market(), *ASSET_SWAP)["spreads of TONA over JGB"]
    gained = float(text.split("+1 bp is worth ")[1].split(" JPY")[0].replace(",", ""))
    assert 1.5e7 < gained < 2.5e7  # 10 bn x some 20 years x 1 bp: fixed is paid


def test_vols_of_swaptions_are_named(make_book, make_market):
    found = said(make_book, make_market(), PAYER | {"vol": 0.0058, "notional": 1e10})
    assert "+1 bp is worth +" in found["normal vols of swaptions"]


FX_SWAP = {"kind": "FX_SWAP", "notional": 1e9, "rate": 145.04, "far_rate": 143.6, "start_date": "2025-05-30"}


def test_an_fx_swap_says_the_basis_that_its_points_are_made_of(make_book, make_market):
    market = make_market()
    found = said(make_book, market, FX_SWAP | {"maturity": "2025-08-29"})
    gained = float(found["spreads of XCCY_JPY over TONA"].split("+1 bp is worth ")[1].split(" JPY")[0].replace(",", ""))
    # Yen are received 91 days after they are paid: 143.6 bn x 91 / 365 x 1 bp less
    assert gained == pytest.approx(-1e9 * 143.6 * 91 / 365 * 1e-4, rel=0.01)
    booked_apart = [
        {"kind": "FX_SPOT", "notional": 1e9, "rate": 145.04},
        {"kind": "FX_FORWARD", "notional": -1e9, "rate": 143.6, "maturity": "2025-08-29"},
    ]
    assert said(make_book, market, *booked_apart) == found
    assert said(make_book, market, FX_SWAP | {"maturity": "2025-06-06"}) == {}  # a week: half a part in a million
    assert said(make_book, market, booked_apart[0]) == {}
    over = {"kind": "FX_FORWARD", "rate": 143.6, "maturity": "2025-05-28"}
    assert said(make_book, market, over, {"kind": "FX_CALL", "strike": 140.0, "maturity": "2025-05-28"}) == {}


def test_vols_that_are_worth_nothing_are_not_named(make_book, make_market):
    fixed = {"notional": 1e10, "rate": 0.001, "maturity": "2025-05-29", "vol": 0.0058}  # far in the money, a day left
    assert "normal vols of swaptions" not in said(make_book, make_market(), PAYER | fixed)


def test_a_curve_with_factors_of_its_own_and_a_book_without_swaps_or_forwards_are_not_named(make_book, make_market):
    market = make_market()
    assert said(make_book, market, ASSET_SWAP[0], {"kind": "CASH"}) == {}
    names = [factor.name for factor in market.factors]
    factors = tuple(
        parse_factor("XCCY_JPY_5Y") if name == "JGB_30Y" else factor
        for name, factor in zip(names, market.factors, strict=True)
    )
    assert "spreads of XCCY_JPY over TONA" not in said(make_book, replace(market, factors=factors), XCCY)


def test_a_book_says_how_much_of_its_gross_dv01_stands_still(make_book, make_market):
    """An asset swap: bond, swap and the swap's own spread are each a third of the gross, and the last stands still."""
    text = said(make_book, make_market(), *ASSET_SWAP)
    spread = text["spreads of TONA over JGB"].split("+1 bp is worth ")[1].split(" JPY")[0].lstrip("+")
    gross = float(text["main"].split("gross DV01 of ")[1].split(" JPY")[0].replace(",", ""))
    share = float(spread.replace(",", "")) / gross
    assert share == pytest.approx(1.0 / 3.0, abs=0.02)  # a bond of 30 years beside its swap
    assert text["main"].startswith("main: of a gross DV01 of ")
    assert text["main"].endswith(f"spreads no factor moves hold TONA {spread} ({share:.0%})")


def test_no_share_of_a_gross_is_above_the_whole_and_a_book_has_one_text(make_book, make_market):
    """A basis swap moves with its own spread above all: more than with the curves, and no more than with everything."""
    payer = PAYER | {"vol": 0.0058, "notional": 1e10}
    book, market = make_book(XCCY, payer), make_market()
    (text,) = (each for each in static_input_warnings(book, market, fit(book, market)) if each.startswith("main:"))
    shares = [float(part.split("%)")[0]) for part in text.split("(")[1:]]
    assert "XCCY_JPY" in text
    assert "of a gross vega of" in text
    assert all(0.0 < share <= 100.0 for share in shares)


def test_a_book_that_hardly_rests_on_static_inputs_says_nothing_of_its_own(make_book, make_market):
    assert "main" not in said(make_book, make_market(), ASSET_SWAP[0], XCCY | {"notional": 1e5})


def test_swaptions_say_their_share_of_the_gross_vega(make_book, make_market):
    payer = PAYER | {"vol": 0.0058, "notional": 1e10}
    call = {"kind": "FX_CALL", "strike": 145.0, "notional": 1e8, "maturity": "2025-11-28"}

    def warning(*rows):
        book = make_book(*rows)
        market = make_market()
        (text,) = (each for each in static_input_warnings(book, market, fit(book, market)) if "gross vega" in each)
        return text

    assert warning(payer).endswith("(100%)")
    held = warning(payer).split("normal vols of swaptions ")[1].split(" (")[0]
    assert f"normal vols of swaptions {held} (" in warning(payer, call)
    assert "swaptions" not in warning(call)


def test_a_book_of_risk_reversals_says_what_its_skew_is_worth(make_book, make_market):
    """A call bought and a put sold, both some 25 delta at a forward of 143: each gains half of the reversal."""
    whole = {"kind": "FX_RISK_REVERSAL", "strike": 135.0, "strike_2": 151.0, "notional": 1e8, "maturity": "2025-11-28"}
    reversal = [
        {"kind": "FX_CALL", "strike": 151.0, "notional": 1e8, "maturity": "2025-11-28"},
        {"kind": "FX_PUT", "strike": 135.0, "notional": -1e8, "maturity": "2025-11-28"},
    ]
    text = said(make_book, make_market(), *reversal)["main"]
    assert "risk reversals of USDJPY " in text
    share = float(text.rsplit("(", 1)[1].rstrip("%)"))
    assert share == pytest.approx(33.0, abs=7.0)
    assert said(make_book, make_market(), whole)["main"] == text  # a position of both options is no smaller in gross
    assert "main" not in said(make_book, basis_market(load_market(bundled_market_path())), whole)


def test_a_spread_with_a_factor_is_no_longer_named(make_book):
    bare = load_market(bundled_market_path())
    rows = (XCCY, *ASSET_SWAP)
    assert "spreads of TONA over JGB" in said(make_book, bare, *rows)
    assert said(make_book, basis_market(bare), *rows) == {}
    payer = PAYER | {"vol": 0.0058, "notional": 1e10}
    assert "SWAPTION_JPY_VOL" in said(make_book, bare, payer)["normal vols of swaptions"]
    assert said(make_book, basis_market(bare), payer) == {}
