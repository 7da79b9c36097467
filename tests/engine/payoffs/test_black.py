"""Option formulas against reference answers, and the solver that inverts them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.payoffs.black import bachelier, black_call, solve_rising

CASES = json.loads((Path(__file__).parents[2] / "data" / "derivatives.json").read_text())["fx"]
BY_ID = {case["id"]: case for case in CASES}
BACHELIER = ("FXO-S037", "FXO-S038", "FXO-S039")
VOLS = ("FXO-S024", "FXO-S025")


def _discounted(spot, strike, time, domestic, foreign, vol, sign):
    """Garman-Kohlhagen from Black's call: a put by parity."""
    forward = spot * math.exp((domestic - foreign) * time)
    call = float(black_call(forward, strike, vol * math.sqrt(time)))
    return math.exp(-domestic * time) * (call if sign == 1 else call - forward + strike)


def test_call_and_put_of_the_reference():
    given_, wanted = BY_ID["FXO-S023"]["inputs"], BY_ID["FXO-S023"]["expected"]
    terms = [given_[name] for name in ("spot", "strike", "T", "r_jpy_cc", "r_usd_cc", "vol")]
    assert _discounted(*terms, 1) == pytest.approx(wanted["call"], rel=1e-12)
    assert _discounted(*terms, -1) == pytest.approx(wanted["put"], rel=1e-12)


@pytest.mark.parametrize("case", BACHELIER)
def test_bachelier_matches_the_reference(case):
    given_ = BY_ID[case]["inputs"]
    sign = 1.0 if given_["type"] == "call" else -1.0
    moneyness, std = sign * (given_["forward"] - given_["strike"]), given_["normal_vol"] * math.sqrt(given_["T"])
    found = given_["discount_or_annuity"] * float(bachelier(moneyness, std))
    assert found == pytest.approx(BY_ID[case]["expected"]["price"], rel=1e-10)


@pytest.mark.parametrize("case", VOLS)
def test_vols_are_found_from_prices(case):
    g = BY_ID[case]["inputs"]
    sign = 1 if g["type"] == "call" else -1

    def price(vol):
        return np.array(
            [_discounted(g["spot"], g["strike"], g["T"], g["r_jpy_cc"], g["r_usd_cc"], float(vol[0]), sign)]
        )

    (vol,) = solve_rising(price, np.array([g["price"]]), 1e-4, 5.0)
    assert vol == pytest.approx(BY_ID[case]["expected"]["vol"], abs=1e-9)


def test_the_unwind_of_the_reference_is_revalued_whole():
    g, wanted = BY_ID["FXO-S040"]["inputs"], BY_ID["FXO-S040"]["expected"]

    def book(when, elapsed):
        spot, domestic, foreign, vol = (g[f"{name}_{when}"] for name in ("spot", "r_jpy", "r_usd", "vol"))
        total = 0.0
        for option in g["options"]:
            sign = 1 if option["type"] == "call" else -1
            time = option["T"] - elapsed
            total += option["notional_usd"] * _discounted(spot, option["strike"], time, domestic, foreign, vol, sign)
        time = g["forward"]["T"] - elapsed
        carried = spot * math.exp(-foreign * time) - g["forward"]["rate"] * math.exp(-domestic * time)
        return total + g["forward"]["usd_bought"] * carried

    before, after = book("before", 0.0), book("after", g["elapsed_years"])
    assert before == pytest.approx(wanted["value_before_jpy"], rel=1e-9)
    assert after == pytest.approx(wanted["value_after_jpy"], rel=1e-9)


def test_without_time_an_option_is_its_payoff():
    assert black_call(np.array([150.0, 140.0]), 145.0, 0.0).tolist() == [5.0, 0.0]
    assert bachelier(np.array([0.01, -0.01]), 0.0).tolist() == [0.01, 0.0]


@given(target=st.floats(-50.0, 50.0), power=st.sampled_from([1, 3, 5]))
def test_a_rising_function_is_inverted_to_the_last_digits(target, power):
    (found,) = solve_rising(lambda x: (x - 3.0) ** power, np.array([target]), 0.0, 10.0)
    if (-3.0) ** power <= target <= 7.0**power:
        exact = 3.0 + math.copysign(abs(target) ** (1.0 / power), target)
        # near a flat root the function itself is 0 to rounding over a width of 1e-16 ** (1 / power)
        assert found == pytest.approx(exact, abs=1e-9 if power == 1 else 1e-3)
    else:
        assert np.isnan(found)
