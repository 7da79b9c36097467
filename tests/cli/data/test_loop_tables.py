"""What `unwind calibrate --loop` shows, from the bundled market's record."""

import json

import numpy as np
import pytest

from cli.data.loop_tables import loop_tables
from engine.calibration.loop_record import AfterFalls, loop_json
from engine.inputs.market.load import bundled_market_path, load_market

FALLS = AfterFalls(
    n_dates=395,
    n_episodes=140,
    mean=np.array([5.3e-4, 5.7e-4, 5.4e-4, 5.5e-4, -1.3e-4]),
    se=np.full(5, 3.5e-4),
    total=20.6e-4,
    total_se=11.2e-4,
)


@pytest.fixture(scope="module")
def market():
    return load_market(bundled_market_path())


def test_tables_say_the_strength_its_limits_moves_after_falls_and_where_carry_trades_are(market):
    strength, limits, falls, cohorts = loop_tables(market, FALLS)
    values = dict(strength.rows)
    assert values["G, fall of ln USD/JPY that a sale of the whole stock makes"] == "-0.0012 ±0.0362"
    assert values["t against 0.225, the strength of unwind-loop"] == "-6.25"
    assert values["largest G that is not rejected, one-sided 97.5 %"] == "0.070"
    assert ("0.03", "3", "0.136 (0.41)", "0.070 (0.21)", "0.063 (0.19)") in limits.rows
    assert len(limits.rows) == 9
    assert falls.rows == (
        ("+5.3 ±3.5", "+5.7 ±3.5", "+5.4 ±3.5", "+5.5 ±3.5", "-1.3 ±3.5", "+20.6 ±11.2"),
    )  # fmt: skip
    assert "395 dates, 140 episodes" in falls.title
    assert dict(cohorts.rows)["cohorts"] == "60"


def test_json_has_the_same(market):
    found = json.loads(json.dumps(loop_json(market, FALLS), allow_nan=False))["loop"]
    assert found["strength"]["upper"] == pytest.approx(0.0697, abs=5e-5)
    assert found["shape"]["limit"] == 0.05
    assert len(found["upper_limits"]) == 27
    assert (len(found["cohorts"]["losses"]), len(found["cohorts"]["worst"])) == (60, 60)
    assert found["after_falls"]["n_dates"] == 395
