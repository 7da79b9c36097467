"""The Basel zones and multipliers as MAR32 and MAR99 print them."""

import pytest

from engine.backtest.statistics.traffic_light import AMBER, is_desk_eligible, multiplier, traffic_light
from engine.errors import InputError
from tests.engine.backtest.statistics.cases import case

ZONES = {"green": "green", "yellow": AMBER, "red": "red"}  # the Committee's word and the engine's


def test_zones_and_multipliers_of_250_days():
    inputs, expected = case(16)
    for row in expected["rows"]:
        found = traffic_light(inputs["days"], row["exceptions"], inputs["level"])
        assert found.zone == ZONES[row["zone"]]
        assert found.cumulative_probability == pytest.approx(row["cumulative_probability"], abs=1e-10)
        assert multiplier(row["exceptions"]) == row["multiplier_2019_standard"]


def test_zones_of_other_samples():
    for row in case(17)[1]["rows"]:
        found = traffic_light(row["days"], row["exceptions"], row["level"])
        assert found.zone == ZONES[row["zone"]]
        assert found.cumulative_probability == pytest.approx(row["cumulative_probability"], abs=1e-10)


def test_a_desk_loses_its_model_beyond_12_or_30_exceptions():
    inputs, expected = case(39)
    assert [is_desk_eligible(*counts) for counts in inputs["exceptions_99_and_97.5"]] == expected["eligible"]


def test_the_greater_of_two_counts_decides():
    inputs, expected = case(41)
    most = max(inputs["exceptions_actual_pnl"], inputs["exceptions_hypothetical_pnl"])
    assert most == expected["overall"]
    assert traffic_light(inputs["days"], most, 0.99).zone == ZONES[expected["zone"]]
    assert multiplier(most) == expected["multiplier"]


def test_counts_that_are_none_are_refused():
    with pytest.raises(InputError):
        traffic_light(250, 251, 0.99)
    with pytest.raises(InputError):
        multiplier(-1)
