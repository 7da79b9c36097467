import numpy as np
import pytest

from engine.calibration.given_laws import GivenLaw, with_given_laws
from engine.errors import InputError
from engine.market.correlation import check_correlation

KNOWN = np.array([[1.0, 0.6, 0.5], [0.6, 1.0, 0.3], [0.5, 0.3, 1.0]])


def law(**correlations: float) -> GivenLaw:
    return GivenLaw(vol=0.6, correlations=correlations, source="test")


def test_a_given_factor_moves_with_others_through_those_it_names():
    full = with_given_laws(KNOWN, ["A", "B", "C"], {"V": law(C=-0.4)}, ["A", "B", "C", "V"])
    assert full[3] == pytest.approx([-0.2, -0.12, -0.4, 1.0])  # by hand: -0.4 times the correlations with C
    np.testing.assert_array_equal(full[:3, :3], KNOWN)
    check_correlation(full, ["A", "B", "C", "V"])


def test_two_names_are_met_both_and_the_order_is_the_callers():
    full = with_given_laws(
        KNOWN, ["A", "B", "C"], {"V": law(A=0.1, C=-0.4), "W": law(V=0.9)}, ["W", "V", "A", "B", "C"]
    )
    assert (full[1, 2], full[1, 4], full[0, 1]) == pytest.approx((0.1, -0.4, 0.9))
    assert full[0, 4] == pytest.approx(-0.36)  # W knows C through V alone
    check_correlation(full, ["W", "V", "A", "B", "C"])


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="contradict those among A, B"):
        with_given_laws(KNOWN, ["A", "B", "C"], {"V": law(A=0.95, B=-0.95)}, ["V"])
    with pytest.raises(InputError, match="the law of V names Z; it may name A, B, C"):
        with_given_laws(KNOWN, ["A", "B", "C"], {"V": law(Z=0.5)}, ["V"])
