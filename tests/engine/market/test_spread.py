import json

import numpy as np
import pytest

from engine.errors import InputError
from engine.market.curve import ZeroCurve
from engine.market.spread import SpreadCurve, parents_first, with_derived


def spread(name: str, parent: str, times: list[float], spreads: list[float]) -> SpreadCurve:
    return SpreadCurve(
        name=name, parent=parent, currency="JPY", times=np.array(times), spreads=np.array(spreads), source="test"
    )


@pytest.fixture(scope="module")
def cases(root):
    return json.loads((root / "tests" / "data" / "derived_curves.json").read_text(encoding="utf-8"))


def zero_curve(name: str, currency: str, inputs: dict, key: str) -> ZeroCurve:
    times = np.array(inputs["zero_node_days"]) / 365.0
    return ZeroCurve(name=name, currency=currency, times=times, zero_rates=np.array(inputs[key]))


def test_a_published_tona_swap_is_worth_the_same_on_a_derived_curve(cases):
    inputs, expected = cases["tona_ois"]["inputs"], cases["tona_ois"]["expected"]
    tona = zero_curve("TONA", "JPY", inputs, "zero_rates_cc")
    jgb = ZeroCurve(name="JGB", currency="JPY", times=tona.times, zero_rates=tona.zero_rates + 0.002)
    derived = with_derived({"JGB": jgb}, {"TONA": spread("TONA", "JGB", [1.0], [-0.002])})["TONA"]
    start = np.datetime64("2026-11-26")
    ends = np.array([np.datetime64(f"{2026 + k}-11-26") for k in range(11)])
    days = (ends - np.datetime64("2026-11-24")).astype(float)
    discounts = derived.discount(days / 365.0)
    annuity = float((np.diff((ends - start).astype(float)) / 365.0 * discounts[1:]).sum())
    # the case fixes 1e-10 of the notional; its par rate, 1e-11
    assert annuity == pytest.approx(expected["annuity"], abs=1e-10)
    assert (discounts[0] - discounts[-1]) / annuity == pytest.approx(expected["par_rate"], abs=1e-11)


def test_a_published_cross_currency_swap_is_discounted_by_the_basis(cases):
    inputs, expected = cases["cross_currency"]["inputs"], cases["cross_currency"]["expected"]
    tona = zero_curve("TONA", "JPY", inputs, "zero_jpy_cc")
    basis = inputs["basis_spread_on_tona"]
    xccy = with_derived({"TONA": tona}, {"XCCY_JPY": spread("XCCY_JPY", "TONA", [5.0], [basis])})["XCCY_JPY"]
    dates = np.datetime64("2026-11") + 3 * np.arange(21).astype("timedelta64[M]")
    days = (dates.astype("datetime64[D]") + np.timedelta64(23, "D") - np.datetime64("2026-11-24")).astype(float)
    times, fraction = days / 365.0, np.diff(days) / 365.0
    forward = tona.discount(times[:-1]) / tona.discount(times[1:]) - 1.0
    flows = inputs["jpy_notional"] * (forward + basis * fraction)
    leg = float((flows * xccy.discount(times[1:])).sum() + inputs["jpy_notional"] * xccy.discount(times[-1]))
    assert leg == pytest.approx(expected["jpy_leg_jpy"], abs=1e-10 * inputs["jpy_notional"])


def test_a_derived_curve_is_exact_between_nodes_of_either_curve():
    parent = ZeroCurve(
        name="JGB", currency="JPY", times=np.array([1.0, 5.0, 10.0]), zero_rates=np.array([0.005, 0.01, 0.015])
    )
    over = spread("TONA", "JGB", [0.5, 3.0, 20.0], [-0.001, 0.002, -0.004])
    times = np.array([0.1, 0.7, 2.0, 4.0, 7.0, 15.0, 40.0])
    expected = parent.zero_rate(times) + np.interp(times, over.times, over.spreads)
    np.testing.assert_allclose(over.over(parent).zero_rate(times), expected, rtol=0, atol=1e-17)


def test_parents_come_first_and_circles_are_refused():
    chain = {"XCCY_JPY": spread("XCCY_JPY", "TONA", [1.0], [0.0]), "TONA": spread("TONA", "JGB", [1.0], [0.0])}
    assert parents_first(chain) == ("TONA", "XCCY_JPY")
    with pytest.raises(InputError, match="each other's parents: A, B"):
        parents_first({"A": spread("A", "B", [1.0], [0.0]), "B": spread("B", "A", [1.0], [0.0])})
    with pytest.raises(InputError, match="'TONA' is derived from 'JGB', which is no curve"):
        with_derived({}, {"TONA": chain["TONA"]})
