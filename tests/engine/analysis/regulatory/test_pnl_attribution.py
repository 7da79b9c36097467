import numpy as np
import pytest

from engine.analysis.regulatory.pnl_attribution import attribution, zone_of


@pytest.mark.parametrize(
    ("correlation", "distance", "zone"),
    [
        (0.81, 0.08, "green"),
        (0.80, 0.08, "amber"),  # green is beyond the bounds, not on them
        (0.81, 0.09, "amber"),
        (0.70, 0.12, "amber"),
        (0.69, 0.01, "red"),
        (0.99, 0.121, "red"),
        (None, 0.0, "red"),
    ],
)
def test_zones_are_those_of_the_standards_table(correlation, distance, zone):
    assert zone_of(correlation, distance) == zone


def test_the_same_series_is_green_and_a_reversed_one_red():
    pnl = np.random.default_rng(1).standard_normal(250)
    same, turned = attribution("total", "m", pnl, pnl), attribution("total", "m", pnl, -pnl)
    assert (same.correlation, same.distance, same.zone) == (1.0, 0.0, "green")
    assert (turned.correlation, turned.zone) == (pytest.approx(-1.0), "red")


def test_a_model_that_sees_nothing_has_no_correlation():
    pnl = np.random.default_rng(2).standard_normal(250)
    assert attribution("total", "m", pnl, np.zeros(250)).correlation is None


def test_half_the_size_keeps_ranks_and_shows_in_the_distance():
    """KS of N(0, 1) against N(0, 1/4): the largest gap of the normal cdfs at x and 2 x, 0.161."""
    pnl = np.random.default_rng(3).standard_normal(20_000)
    found = attribution("total", "m", pnl, 0.5 * pnl)
    assert found.correlation == pytest.approx(1.0)
    assert found.distance == pytest.approx(0.161, abs=0.012)  # 1.6 standard errors of 20,000 days' two samples
    assert found.zone == "red"
