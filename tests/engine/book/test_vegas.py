"""Vega by expiry beside Black's closed form, worked out here from forward, discount and vol alone."""

import math

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.vegas import fx_vegas
from engine.inputs.market.load import bundled_market_path, load_market

CALL = {"kind": "FX_CALL", "currency": "USD", "notional": 1e8}
ROWS = (
    CALL | {"strike": 136.0, "maturity": "2027-05-28", "position_id": "two years"},  # near the forward
    CALL | {"strike": 150.0, "maturity": "2027-05-28", "position_id": "out of the money"},
    CALL | {"strike": 143.0, "maturity": "2026-02-26", "position_id": "between 6M and 1Y"},
    CALL | {"strike": 143.6, "maturity": "2025-05-30", "position_id": "before 1W"},
    CALL | {"strike": 140.0, "maturity": "2028-05-26", "position_id": "beyond 2Y", "vol": 0.10},
    {"kind": "FX_RISK_REVERSAL", "currency": "USD", "notional": 1e8, "strike": 138.0, "strike_2": 150.0}
    | {"maturity": "2025-08-27", "position_id": "reversal"},
    {"kind": "CASH", "currency": "JPY", "notional": 1e6, "position_id": "cash"},
)


@pytest.fixture(scope="module")
def found(make_book):
    book, market = make_book(*ROWS), load_market(bundled_market_path())
    fits = fit(book, market)
    return book, market, fits, fx_vegas(book, market, fits)["USDJPY"]


def black_vega(market, option, book, ratio) -> float:
    """Return dV/dsigma times a point, in yen: D F n(d1) sqrt(T), of the table's row `option`."""
    options = book.options
    time, settled = options.expiry_day[option] / 365.0, options.delivery_day[option] / 365.0
    yen, dollar = (float(market.curves[name].discount(settled)) for name in ("XCCY_JPY", "SOFR"))
    forward, strike = market.usdjpy * dollar / yen, options.strike[option]
    vol = ratio * float(market.fx_vols["USDJPY"].vol(time, math.log(strike / forward)))
    d1 = math.log(forward / strike) / (vol * math.sqrt(time)) + 0.5 * vol * math.sqrt(time)
    density = math.exp(-0.5 * d1 * d1) / math.sqrt(2.0 * math.pi)
    return float(options.amount[option] * yen * forward * density * math.sqrt(time) * 0.01)


def test_parallel_vega_is_black_s(found):
    book, market, fits, vegas = found
    wanted = np.zeros(len(ROWS))
    for option, position in enumerate(book.options.position.tolist()):
        wanted[position] += black_vega(market, option, book, fits.vol_ratio[option])
    # A whole point is revalued, not its limit: half the volga, d1 d2 / sigma x half a point, some 5 % of a vega at most
    # here; at the money d1 d2 is nearly 0 and so is the difference. A reversal is the difference of two vegas of 20 mn.
    assert vegas.parallel == pytest.approx(wanted, rel=0.06, abs=0.3e6)
    assert vegas.parallel[0] == pytest.approx(wanted[0], rel=2e-3)
    assert vegas.parallel[-1] == 0.0


def test_a_two_year_call_at_the_money_gains_what_a_desk_computes_by_hand(found):
    *_, vegas = found
    # USD 100 mn at the forward: D F n(0.09) sqrt(2) 0.01, with D F = 145.04 e^(-0.039 x 2) = 134 yen: 75 mn.
    assert vegas.parallel[0] == pytest.approx(75.3e6, rel=0.01)
    assert vegas.by_expiry["2Y"][0] == pytest.approx(vegas.parallel[0], rel=1e-12)  # its own expiry, and no other


def test_expiries_add_up_to_all(found):
    *_, vegas = found
    assert list(vegas.by_expiry) == ["1W", "1M", "3M", "6M", "1Y", "2Y"]
    assert sum(vegas.by_expiry.values()) == pytest.approx(vegas.parallel, rel=1e-12)


def test_an_option_stands_at_the_expiries_around_it(found):
    book, market, _, vegas = found
    assert np.flatnonzero([part[2] for part in vegas.by_expiry.values()]).tolist() == [3, 4]
    assert np.flatnonzero([part[3] for part in vegas.by_expiry.values()]).tolist() == [0]
    assert np.flatnonzero([part[4] for part in vegas.by_expiry.values()]).tolist() == [5]
    # The share of 1Y by moving its vol: sigma^2 t is linear between the quotes, so a point more moves the vol by
    # (sigma(t | 12.8 %) - sigma(t | 11.8 %)); of the sum of both, to a half of a percent for the curvature.
    surface, time = market.fx_vols["USDJPY"], float(book.options.expiry_day[2]) / 365.0
    moves = []
    for i in (3, 4):
        atm = surface.atm.copy()
        atm[i] += 1e-5
        higher = np.sqrt(np.interp(time, surface.times, atm**2 * surface.times) / time)
        moves.append(float(higher - surface.atm_vol(time)))
    share = vegas.by_expiry["1Y"][2] / vegas.parallel[2]
    assert share == pytest.approx(moves[1] / sum(moves), rel=1e-3)
