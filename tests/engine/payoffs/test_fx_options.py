"""FX options: premiums and vols given back, and parities that hold in any market."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.book.fit import fit
from engine.book.value import position_values
from engine.errors import InputError
from engine.payoffs.fx_options import VolRatios, option_forwards
from engine.payoffs.spot_days import SpotDays
from tests.engine.hand_made import MOVES, OPTION, randomly_moved


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
    higher = plain.replaced(VolRatios(vol_ratio=ratio * plain.vol_ratio, offset=np.zeros(1)))
    premium = position_values(book, market, higher)[0] / (sign * 1e8)
    assert 0.0 < premium < 1.0
    marked = make_book(row | {"premium": premium})
    assert fit(marked, market).vol_ratio == pytest.approx([ratio, ratio], rel=1e-9)
    assert position_values(marked, market)[0] == pytest.approx(sign * 1e8 * premium, rel=1e-11)


def test_a_digital_s_premium_that_no_vol_gives_is_refused(make_book, make_market):
    row = OPTION | {"kind": "FX_DIGITAL_CALL", "strike": 150.0, "width": 0.5, "premium": 0.6}
    with pytest.raises(
        InputError, match=r"'P0': no vols give the premium: .* bp of spot, or of a digital's payout away"
    ):
        fit(make_book(row), make_market())


def test_the_premium_of_nothing_fits_the_surface(make_book, make_market):
    book, market = (
        make_book(OPTION | {"kind": "FX_CALL", "strike": 148.0, "premium": 1.7, "notional": 0.0}),
        make_market(),
    )
    assert fit(book, market).vol_ratio.tolist() == [1.0]


def test_a_given_vol_keeps_its_ratio_to_the_surface(make_book, make_market):
    row = OPTION | {"kind": "FX_CALL", "strike": 148.0}
    market = make_market()
    plain, rich = (make_book(row | extra) for extra in ({}, {"vol": 0.13}))
    ratio = fit(rich, market).vol_ratio[0]
    surface = 0.13 / ratio
    assert position_values(plain, market)[0] == pytest.approx(
        position_values(make_book(row | {"vol": surface}), market)[0], rel=1e-13
    )


@given(moves=MOVES, strike=st.floats(100.0, 200.0))
@settings(max_examples=40, deadline=None)
def test_put_call_parity_holds_in_any_market(make_book, make_market, moves, strike):
    rows = [OPTION | {"kind": kind, "strike": strike} for kind in ("FX_CALL", "FX_PUT")]
    forward = {"kind": "FX_FORWARD", "rate": strike, "maturity": "2025-08-29", "notional": 1e7}
    book = make_book(*rows, forward)
    call, put, owed = position_values(book, randomly_moved(make_market(), moves))
    assert call - put == pytest.approx(owed, abs=1e-12 * 1e7 * 200.0)  # of the notional in yen


@given(moves=MOVES)
@settings(max_examples=40, deadline=None)
def test_covered_interest_parity_holds_in_any_market(make_book, make_market, moves):
    market = randomly_moved(make_market(), moves)
    book = make_book(OPTION | {"kind": "FX_CALL", "strike": 145.0})
    forward = float(option_forwards(book.options, book.table(SpotDays), market, 0)[0][0])
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
