import pytest

from engine.instruments.registry import KINDS
from engine.instruments.rows.ranges import column_ranges, other_pair_hint


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


@pytest.mark.parametrize(
    ("kind", "name", "value", "currency", "against", "hint"),
    [
        ("FX_FORWARD", "rate", 1.129, "EUR", None,
         ": yen for one euro, since `against` is empty; is EUR/USD meant? Then put USD in `against`"),
        ("FX_FORWARD", "rate", 163.0, "EUR", "USD",
         ": dollar for one euro, since `against` is 'USD'; is EUR/JPY meant? Then leave `against` empty"),
        ("FX_CALL", "strike", 1.15, "EUR", None,
         ": yen for one euro, since `against` is empty; is EUR/USD meant? Then put USD in `against`"),
        ("FX_FORWARD", "rate", 0.0061, "EUR", None, ""),  # sane for neither
        ("FX_FORWARD", "rate", 1.129, "USD", None, ""),
        ("FX_FORWARD", "rate", 163.0, "EUR", "AUD", ""),
    ],
)  # fmt: skip
def test_a_rate_of_another_pair_is_told_by_its_size(kind, name, value, currency, against, hint):
    assert other_pair_hint(KINDS[kind].rule.fx, name, value, currency, against) == hint
