"""Assets and index futures as quantities of a factor."""

from datetime import date

from engine.payoffs.holdings import HoldingPart
from tests.engine.hand_made import parts_of

DATE = date(2025, 5, 28)


def test_a_future_is_its_contracts_times_the_multiplier_and_an_asset_its_units(make_positions):
    rows = [
        {"kind": "INDEX_FUTURE", "factor": "SPX", "notional": -40.0, "multiplier": 50.0, "maturity": "2025-09-19"},
        {"kind": "ASSET", "factor": "SPX", "notional": 2500.0},
    ]
    (future,), (asset,) = (parts_of(position, DATE, HoldingPart) for position in make_positions(*rows))
    assert (future.quantity, future.expiry_day) == (-2000.0, 114)  # 28 May to 19 September
    assert (asset.quantity, asset.expiry_day) == (2500.0, 0)
