import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.market.delta import delta, delta_log_moneyness, straddle_log_moneyness
from engine.market.fx_vols import DeltaKind


@pytest.fixture(scope="module")
def case(root):
    return json.loads((root / "tests" / "data" / "fx_delta.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "kind", "sign"),
    [
        ("strike_call_spot_delta", DeltaKind.SPOT, 1),
        ("strike_put_spot_delta", DeltaKind.SPOT, -1),
        ("strike_call_premium_adjusted", DeltaKind.SPOT_PREMIUM_ADJUSTED, 1),
        ("strike_put_premium_adjusted", DeltaKind.SPOT_PREMIUM_ADJUSTED, -1),
        ("atm_delta_neutral", DeltaKind.SPOT, 0),
        ("atm_delta_neutral_premium_adjusted", DeltaKind.SPOT_PREMIUM_ADJUSTED, 0),
    ],
)
def test_strikes_have_the_published_deltas(case, name, kind, sign):
    given_, expected = case["inputs"], case["expected"]
    forward = given_["spot"] * math.exp((given_["r_jpy_cc"] - given_["r_usd_cc"]) * given_["T"])
    assert forward == pytest.approx(expected["atm_forward"], rel=1e-14)
    std, discount = given_["vol"] * math.sqrt(given_["T"]), math.exp(-given_["r_usd_cc"] * given_["T"])
    log = (
        delta_log_moneyness(kind, given_["abs_delta"], std, discount, sign)
        if sign
        else straddle_log_moneyness(kind, std)
    )
    assert forward * math.exp(log) == pytest.approx(expected[name], rel=1e-13)  # both to the last bits


@settings(deadline=None, max_examples=200)
@given(
    kind=st.sampled_from(list(DeltaKind)),
    sign=st.sampled_from([1, -1]),
    wanted=st.floats(0.01, 0.4),
    std=st.floats(0.005, 0.4),
    discount=st.floats(0.8, 1.02),
)
def test_the_strike_found_has_the_delta_wanted(kind, sign, wanted, std, discount):
    log = delta_log_moneyness(kind, wanted, std, discount, sign)
    # a strike's last bit, 1e-16, moves a delta by at most 1e-16 / std
    assert delta(kind, log, std, discount, sign) == pytest.approx(sign * wanted, abs=1e-13)


def test_a_straddle_is_delta_neutral_in_each_convention():
    for kind in DeltaKind:
        log = straddle_log_moneyness(kind, 0.3)
        assert delta(kind, log, 0.3, 0.9, 1) == pytest.approx(-delta(kind, log, 0.3, 0.9, -1), abs=1e-15)


def test_of_two_adjusted_call_strikes_the_larger_is_taken_and_none_is_refused():
    std = 0.6
    log = delta_log_moneyness(DeltaKind.FORWARD_PREMIUM_ADJUSTED, 0.25, std, 1.0, 1)
    higher = delta(DeltaKind.FORWARD_PREMIUM_ADJUSTED, log - 0.01, std, 1.0, 1)
    assert higher > 0.25  # deltas fall with the strike on this branch
    with pytest.raises(InputError, match=r"no strike of a call has a forward-premium-adjusted delta of 0.6"):
        delta_log_moneyness(DeltaKind.FORWARD_PREMIUM_ADJUSTED, 0.6, std, 1.0, 1)
