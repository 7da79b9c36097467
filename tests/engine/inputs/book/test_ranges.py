from engine.inputs.book.ranges import column_ranges
from engine.instruments.registry import KINDS


def ranges(kind, currency, against=None):
    return {name: limits for name, limits, _ in column_ranges(KINDS[kind].rule, currency, against)}


def test_a_rate_of_exchange_has_the_range_of_its_pair():
    assert ranges("FX_SWAP", "USD") == {"rate": (50.0, 500.0), "far_rate": (50.0, 500.0)}
    assert ranges("FX_FORWARD", "EUR", "USD") == {"rate": (0.1, 10.0)}
    assert ranges("FX_STRANGLE", "USD") == {"strike": (10.0, 1000.0), "strike_2": (10.0, 1000.0)}
    assert ranges("FX_DIGITAL_CALL", "JPY") == {"strike": (10.0, 1000.0)}
    assert ranges("XCCY_MTM_SWAP", "USD") == {"rate": (50.0, 500.0), "reset_rate": (50.0, 500.0)}


def test_interest_has_the_range_of_its_currency():
    assert ranges("DEPOSIT", "JPY") == {"rate": (-0.1, 0.25)}
    assert ranges("OIS", "MXN") == {"rate": (-0.1, 0.6)}


def test_what_the_kind_does_not_take_has_the_kind_s_own_ranges_alone():
    assert ranges("JGB", "EUR") == ranges("JGB", None) == {"price": (5.0, 300.0)}
    assert ranges("FX_FORWARD", "EUR", "EUR") == ranges("FX_FORWARD", None) == {}
