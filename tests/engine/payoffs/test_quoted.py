"""Premiums that no vol gives."""

import pytest

from engine.book.fit import fit
from engine.errors import InputError
from tests.engine.hand_made import OPTION


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
