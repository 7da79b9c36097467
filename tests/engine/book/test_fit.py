"""What market prices fix: vols, net bases, carries; and identities that hold in any market."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.book.fit import fit, fit_warnings
from engine.book.value import position_values
from engine.errors import InputError
from engine.market.moved_market import moved
from engine.payoffs.futures import converted_prices, model_prices
from engine.payoffs.fx_options import VolRatios, option_forwards

OPTION = {"notional": 1e7, "maturity": "2025-08-27"}
BASKET = "0.005@2032-12-20 0.005@2033-03-20 0.004@2033-06-20 0.008@2033-09-20"
MOVES = st.lists(st.floats(-1.0, 1.0), min_size=10, max_size=10)
SIZES = np.array([0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.2, 0.5, 0.2, 0.2])


def _basket(text=BASKET):
    return tuple((float(c), date.fromisoformat(m)) for c, m in (word.split("@") for word in text.split()))


FUTURE = {"kind": "JGB_FUTURE", "notional": 10.0, "contract": "JGB10-2509", "deliverables": _basket()}


def _random(market, moves):
    return moved(market, np.array(moves) * SIZES)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(
    ("kind", "columns", "premium"),
    [
        ("FX_CALL", {"strike": 148.0}, 1.7),
        ("FX_PUT", {"strike": 139.0}, 1.3),
        ("FX_STRADDLE", {"strike": 144.0}, 6.9),
        ("FX_STRANGLE", {"strike": 138.0, "strike_2": 150.0}, 2.4),
    ],
)
def test_a_premium_is_given_back(kind, columns, premium, sign, make_book, make_market):
    row = OPTION | {"kind": kind, "premium": premium, "notional": sign * 1e7} | columns
    book, market = make_book(row), make_market()
    (value,) = position_values(book, market)
    assert value == pytest.approx(sign * 1e7 * premium, rel=1e-12)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("ratio", [1.0, 1.2, 0.85])
@pytest.mark.parametrize(("kind", "strike"), [("CALL", 152.0), ("CALL", 137.0), ("PUT", 135.0), ("PUT", 152.0)])
def test_a_digital_s_premium_is_given_back_by_the_vol_nearest_to_the_surface_s(
    kind, strike, ratio, sign, make_book, make_market
):
    market = make_market()
    row = OPTION | {"kind": f"FX_DIGITAL_{kind}", "strike": strike, "notional": sign * 1e8, "width": 0.5}
    book = make_book(row)
    plain = fit(book, market)
    higher = plain.replaced(VolRatios(vol_ratio=ratio * plain.vol_ratio))
    premium = position_values(book, market, higher)[0] / (sign * 1e8)
    assert 0.0 < premium < 1.0
    marked = make_book(row | {"premium": premium})
    assert fit(marked, market).vol_ratio == pytest.approx([ratio, ratio], rel=1e-9)
    assert position_values(marked, market)[0] == pytest.approx(sign * 1e8 * premium, rel=1e-11)


def test_a_digital_s_premium_that_no_vol_gives_is_refused(make_book, make_market):
    row = OPTION | {"kind": "FX_DIGITAL_CALL", "strike": 150.0, "width": 0.5, "premium": 0.6}
    with pytest.raises(InputError, match="no vols give the premium of position 'P0'"):
        fit(make_book(row), make_market())


def test_the_premium_of_nothing_fits_the_surface(make_book, make_market):
    book, market = (
        make_book(OPTION | {"kind": "FX_CALL", "strike": 148.0, "premium": 1.7, "notional": 0.0}),
        make_market(),
    )
    assert fit(book, market).vol_ratio.tolist() == [1.0]


def test_a_swaption_s_premium_is_given_back(make_book, make_market):
    row = {"kind": "SWAPTION_PAYER", "currency": "JPY", "rate": 0.014, "maturity": "2026-05-28", "tenor": "10Y"}
    book, market = make_book(row | {"premium": 0.03, "notional": -1e9}), make_market()
    assert position_values(book, market)[0] == pytest.approx(-1e9 * 0.03, rel=1e-12)
    again = make_book(row | {"vol": float(fit(book, market).normal_vol[0]), "notional": -1e9})
    assert position_values(again, market)[0] == pytest.approx(-1e9 * 0.03, rel=1e-12)


def test_a_given_vol_keeps_its_ratio_to_the_surface(make_book, make_market):
    row = OPTION | {"kind": "FX_CALL", "strike": 148.0}
    market = make_market()
    plain, rich = (make_book(row | extra) for extra in ({}, {"vol": 0.13}))
    ratio = fit(rich, market).vol_ratio[0]
    surface = 0.13 / ratio
    assert position_values(plain, market)[0] == pytest.approx(
        position_values(make_book(row | {"vol": surface}), market)[0], rel=1e-13
    )


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (OPTION | {"kind": "FX_CALL", "strike": 120.0, "premium": 1.0}, "no vols give the premium of position 'P0'"),
        (
            {"kind": "SWAPTION_PAYER", "currency": "JPY", "rate": 0.001, "maturity": "2026-05-28", "tenor": "10Y"}
            | {"premium": 0.001},
            "no normal vols give the premium of position 'P0'",
        ),
    ],
)
def test_a_premium_below_the_intrinsic_value_is_refused(row, wanted, make_book, make_market):
    with pytest.raises(InputError, match=wanted):
        fit(make_book(row), make_market())


@given(moves=MOVES, strike=st.floats(100.0, 200.0))
@settings(max_examples=40, deadline=None)
def test_put_call_parity_holds_in_any_market(make_book, make_market, moves, strike):
    rows = [OPTION | {"kind": kind, "strike": strike} for kind in ("FX_CALL", "FX_PUT")]
    forward = {"kind": "FX_FORWARD", "rate": strike, "maturity": "2025-08-29", "notional": 1e7}
    book = make_book(*rows, forward)
    call, put, owed = position_values(book, _random(make_market(), moves))
    assert call - put == pytest.approx(owed, abs=1e-12 * 1e7 * 200.0)  # of the notional in yen


@given(moves=MOVES)
@settings(max_examples=40, deadline=None)
def test_covered_interest_parity_holds_in_any_market(make_book, make_market, moves):
    market = _random(make_market(), moves)
    option = make_book(OPTION | {"kind": "FX_CALL", "strike": 145.0}).options
    forward = float(option_forwards(option, market, 0)[0][0])
    rows = [
        {"kind": kind, "rate": forward, "maturity": "2025-08-29", "notional": 1e7} for kind in ("FX_FORWARD", "NDF")
    ]
    near = {"kind": "FX_SWAP", "start_date": "2025-05-29", "maturity": "2025-08-29", "notional": -1e7}
    near |= {"rate": market.usdjpy, "far_rate": forward}
    outright = {"kind": "FX_FORWARD", "rate": market.usdjpy, "maturity": "2025-05-29", "notional": -1e7}
    at_forward, ndf, swap, first = position_values(make_book(*rows, near, outright), market)
    tolerance = 1e-12 * 1e7 * market.usdjpy
    assert at_forward == pytest.approx(0.0, abs=tolerance)
    assert ndf == pytest.approx(0.0, abs=tolerance)
    assert swap == pytest.approx(first, abs=tolerance)  # the far leg is at the market


@given(moves=MOVES)
@settings(max_examples=40, deadline=None)
def test_a_future_is_the_least_of_its_basket_less_its_basis(make_book, make_market, moves):
    base = make_market()
    book = make_book(FUTURE | {"price": 138.2})
    fits, market = fit(book, base), _random(make_market(), moves)
    each, _ = converted_prices(book.futures, book.deliverables, market)
    assert model_prices(book.futures, book.deliverables, market)[0] == each.min()
    (profit,) = position_values(book, market, fits)
    assert profit == pytest.approx(10.0 * 1e8 * (each.min() - fits.future_basis[0] - 1.382), rel=1e-12, abs=1e-3)
    assert position_values(book, base, fits).tolist() == [0.0]


def test_more_deliverables_never_raise_a_future(make_book, make_market):
    market = make_market()
    few, all_ = (make_book(FUTURE | {"deliverables": _basket(text)}) for text in (BASKET[16:], BASKET))
    lower, higher = (model_prices(b.futures, b.deliverables, market)[0] for b in (all_, few))
    assert lower <= higher


def test_futures_with_one_basket_share_it(make_book):
    book = make_book(FUTURE, FUTURE | {"notional": -3.0}, FUTURE | {"deliverables": _basket(BASKET[:33])})
    assert book.futures.basket.tolist() == [[0, 4], [0, 4], [4, 6]]
    assert book.deliverables.factor.size == 6


def test_index_futures_start_at_nothing_and_move_with_the_index(make_book, make_market):
    market = make_market()
    row = {"kind": "INDEX_FUTURE", "factor": "SPX", "notional": 2.0, "multiplier": 50.0, "maturity": "2025-09-19"}
    book = make_book(
        row | {"price": 5950.0}, row, {"kind": "ASSET", "currency": "JPY", "factor": "NKY", "notional": 3.0}
    )
    fits = fit(book, market)
    assert position_values(book, market, fits) == pytest.approx([0.0, 0.0, 3.0 * 37722.4], abs=1e-6)
    fallen = moved(market, [0.0] * 8 + [np.log(0.9), 0.0])
    profits = position_values(book, fallen, fits)[:2]
    assert profits == pytest.approx([-0.1 * 100 * 5950.0 * 145.04, -0.1 * 100 * 5888.55 * 145.04], rel=1e-12)


def test_an_asset_in_another_currency_or_unknown_is_refused(make_book, make_market):
    with pytest.raises(InputError, match="factor 'SPX' is quoted in USD, the book holds it in JPY"):
        fit(make_book({"kind": "ASSET", "factor": "SPX", "currency": "JPY"}), make_market())
    with pytest.raises(InputError, match="no price factor 'DAX', which the book needs; it has USDJPY, SPX, NKY"):
        fit(make_book({"kind": "ASSET", "factor": "DAX"}), make_market())


def test_prices_far_off_the_market_are_pointed_out(make_book, make_market):
    market = make_market()
    book = make_book(
        {"kind": "UST", "coupon": 0.04, "maturity": "2035-05-15", "price": 60.0, "position_id": "CHEAP"},
        OPTION | {"kind": "FX_CALL", "strike": 148.0, "vol": 0.4, "position_id": "RICH"},
        FUTURE | {"price": 120.0, "position_id": "FAR"},
    )
    said = fit_warnings(book, fit(book, market))
    assert [name for name in ("'CHEAP'", "'RICH'", "'FAR'") if any(name in text for text in said)] == [
        "'CHEAP'", "'RICH'", "'FAR'"
    ]  # fmt: skip
