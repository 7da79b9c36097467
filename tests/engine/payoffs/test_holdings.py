"""Assets and index futures."""

import numpy as np
import pytest

from engine.book.fit import fit
from engine.book.value import position_values
from engine.errors import InputError
from engine.market.moved_market import moved


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
    with pytest.raises(InputError, match="factor 'SPX' is quoted in USD, position 'P0' holds it in JPY"):
        fit(make_book({"kind": "ASSET", "factor": "SPX", "currency": "JPY"}), make_market())
    with pytest.raises(InputError, match="no price factor 'DAX', needed by position 'P0'; it has USDJPY, SPX, NKY"):
        fit(make_book({"kind": "ASSET", "factor": "DAX"}), make_market())
