import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.errors import RiskError
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.moments import Moments
from engine.risk.results import Revaluation, RunFacts, RunResult, Timing, as_json, scope_result, tail_result
from engine.risk.tail import estimate_sample

FACTS = RunFacts(
    seed=2**64 - 1,
    n_paths=500,
    horizon_days=10,
    steps="one",
    backend="numba",
    device="2 cores",
    precision="float64",
    valuation_date=date(2025, 5, 28),
    currency="JPY",
    interval_confidence=0.95,
    versions={"numpy": "2.4.6"},
    revaluation=Revaluation(
        method="compressed",
        degree=8,
        flow_bound=1e-12,
        option_bound=0.0,
        future_bound=0.0,
        swaption_bound=0.0,
        instantaneous=False,
    ),
    inputs={"book": "00"},
    until_se=None,
)
TIMING = Timing(compile_s=0.0, simulate_s=1.0, total_s=1.5, paths_per_s=500.0)
PNL = np.random.default_rng(1).standard_normal(500)


def make_result(confidence=0.95, shock_pnl=-2.0):
    scope = scope_result(
        scenario="base",
        scope="book:carry",
        base_value=100.0,
        shock_pnl=shock_pnl,
        pnl_bound=0.5,
        moments=Moments(mean=0.1, mean_se=0.01, std=1.0),
        estimates=(estimate_sample(PNL, confidence),),
        pnl_sha256="00",
    )
    return RunResult(run=FACTS, results=(scope,), timing=TIMING, warnings=())


def starts_with(mapping, keys):
    return list(mapping)[: len(keys.split())] == keys.split()


def test_the_json_has_the_documented_keys_in_their_order():
    found = as_json(make_result())
    assert list(found) == ["schema", "run", "results", "timing", "warnings", "parameters", "far_paths"]
    assert found["schema"] == 1
    assert starts_with(
        found["run"],
        "seed n_paths horizon_days steps backend device precision valuation_date currency interval_confidence versions",
    )
    row = found["results"][0]
    assert starts_with(row, "scenario scope base_value shock_pnl mean mean_se std measures pnl_sha256 pnl_bound")
    assert starts_with(
        row["measures"][0],
        "confidence value_at_risk value_at_risk_se value_at_risk_low value_at_risk_high "
        "expected_shortfall expected_shortfall_se",
    )
    assert starts_with(found["timing"], "compile_s simulate_s total_s paths_per_s")


def test_the_json_is_strict_and_loses_nothing():
    found = as_json(make_result())
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again == found
    assert again["run"]["seed"] == 2**64 - 1
    assert again["run"]["valuation_date"] == "2025-05-28"
    assert again["run"]["versions"] == {"numpy": "2.4.6"}


def test_losses_are_also_measured_from_the_shocked_state():
    # P&L of -10 from the base, of which the shock alone makes -7, is -3 from the shocked state
    pnl = np.full(1000, -10.0)
    found = tail_result(estimate_sample(pnl, 0.95), shock_pnl=-7.0)
    assert (found.of(VALUE_AT_RISK).value, found.of(EXPECTED_SHORTFALL).value) == (10.0, 10.0)
    assert found.around_shock == {"value_at_risk": 3.0, "expected_shortfall": 3.0}


def test_an_error_that_the_sample_does_not_bound_is_null_and_said():
    result = make_result(confidence=0.999)
    found = as_json(result)["results"][0]["measures"][0]
    assert found["value_at_risk_high"] is None
    assert found["value_at_risk_se"] is None
    assert found["expected_shortfall_se"] is None
    assert found["rough"] is True
    assert found["tail_paths"] == 1
    assert "only one path lies in the 0.999 tail" in result.results[0].measures[0].warning()
    assert "does not bound VaR" in result.results[0].measures[0].warning()


def test_a_rough_measure_says_why_and_a_sound_one_is_silent():
    rough, sound = estimate_sample(PNL, 0.95), estimate_sample(np.tile(PNL, 20), 0.95)
    said = tail_result(rough, 0.0).warning()
    assert said == "only 25 paths lie in the 0.95 tail, 500 are wanted: its errors are rough"
    assert tail_result(sound, 0.0).warning() is None


def test_a_figure_that_is_not_a_number_is_never_reported():
    result = make_result()
    broken = replace(result, results=(replace(result.results[0], std=math.nan),))
    with pytest.raises(RiskError, match=r"results\[0\]\.std is not a number"):
        as_json(broken)
