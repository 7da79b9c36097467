"""Runs of uncertain scenarios: bands and tornadoes that have closed forms, and the bits of the run without them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from engine.errors import InputError
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import as_json
from engine.run.parameter_sets import AT_ONCE

USD_CASH = json.loads((Path(__file__).parents[2] / "data" / "linear_gaussian.json").read_text(encoding="utf-8"))[
    "usd_cash"
]
HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'
VOL = '"vol_multipliers.USDJPY" = { prior = "lognormal", log_sd = 0.3, source = "assumption" }\n'
REGIME = """
[[regimes]]
name = "ONE"
source = "s"
initial = 1.0
vol_multipliers = [{ factor = "USDJPY", multiplier = 1.0 }]
"""
LATE = '[[jumps]]\nname = "late"\nsource = "s"\nday = 50\nmean = { USDJPY = -0.2 }\n'
N = 64


@pytest.fixture
def uncertain(bundled_with, hand_book, run_files, tmp_path):
    """Run dollars held in yen in a scenario of a given text; the result."""

    def uncertain(text, **settings):
        path = tmp_path / "mine.toml"
        path.write_text(HEAD + text)
        market = bundled_with(fx={"USD": USD_CASH["spot"]}, usdjpy_vol=USD_CASH["vol"])
        book = hand_book(units=[(0, "USD", USD_CASH["usd"])], books=("dollars",))
        given = {"scenarios": [str(path)], "n_paths": 2**16, "confidences": [0.99], "parameters": N, **settings}
        return run_files(market, book, **given)

    return uncertain


def figures(study, measure=VALUE_AT_RISK.key):
    return next(each for each in study.figures if (each.scope, each.measure) == ("total", measure))


def test_the_band_of_a_vol_is_the_closed_forms_at_the_vols_quantiles(uncertain):
    result = uncertain(f"[uncertainty]\n{VOL}")
    study, run = result.parameters[0], result.results[0]
    band = next(each for each in study.bands if each.scope == "total" and each.measure == VALUE_AT_RISK.key)
    sd, grown = USD_CASH["vol"] * math.sqrt(10 / 252), (run.mean + USD_CASH["value_now"]) / USD_CASH["value_now"]
    for found, z in ((band.low, -1.644854), (band.middle, 0.0), (band.high, 1.644854)):
        moved = sd * math.exp(0.3 * z)
        end = grown * math.exp(moved * float(ndtri(0.01)) - moved**2 / 2.0)  # no drift of the forward
        expected = USD_CASH["value_now"] * (1.0 - end)
        # the simulation's error, and 0.2 % of the loss by lines between the middles of 64 equal parts
        assert abs(found.value - expected) <= 4.0 * found.se + 0.002 * expected
    assert band.low.se < found.se  # a smaller vol has a smaller error
    assert study.tornadoes[0].bars[0].share == pytest.approx(1.0, abs=1e-12)  # a larger vol loses more


def test_shares_of_two_independent_priors_are_those_of_their_variances(uncertain):
    inner = '"regimes.ONE.vol_multipliers.USDJPY" = { prior = "lognormal", log_sd = 0.15, source = "assumption" }\n'
    result = uncertain(f"{REGIME}[uncertainty]\n{VOL}{inner}", n_paths=2**13)
    tornado = result.parameters[0].tornadoes[0]
    shares = {bar.parameter: bar for bar in tornado.bars}
    outer, within = shares["vol_multipliers.USDJPY"], shares["regimes.ONE.vol_multipliers.USDJPY"]
    # losses go with the product of the two, whose logarithm has the variances 0.09 and 0.0225 of 0.1125; 2 % for the
    # normal scores of 64 sums, which are those of a normal only about
    assert abs(outer.share - 0.8) <= 3.0 * outer.share_se + 0.02
    assert abs(within.share - 0.2) <= 3.0 * within.share_se + 0.02
    assert tornado.together == pytest.approx(tornado.r2, abs=0.01)
    assert tornado.r2 > 0.95


def test_a_parameter_without_effect_gives_a_width_of_exactly_nothing_and_no_share(uncertain):
    prior = '"jumps.late.probability" = { prior = "uniform", low = 0.1, high = 0.9, source = "assumption" }\n'
    result = uncertain(f"{LATE}[uncertainty]\n{prior}", n_paths=2**13)
    study = result.parameters[0]
    for band in study.bands:
        assert band.low.value == band.middle.value == band.high.value
        assert (band.low.sets_se, band.high.sets_se) == (0.0, 0.0)
    assert {(bar.share, bar.share_se) for each in study.tornadoes for bar in each.bars} == {(0.0, 0.0)}


@pytest.mark.parametrize(("n", "log_sd"), [(1, 0.3), (AT_ONCE + 1, 0.0)], ids=["the medians", "no width"])
def test_one_set_and_priors_without_width_have_the_bits_of_the_plain_run(uncertain, n, log_sd):
    result = uncertain(f"[uncertainty]\n{VOL.replace('0.3', str(log_sd))}", parameters=n, n_paths=2**13)
    row = result.results[0].measures[0]
    for key, estimate in row.estimates.items():
        found = figures(result.parameters[0], key)
        assert (set(found.values), set(found.ses)) == ({estimate.value}, {estimate.se})
    plain = uncertain("", parameters=None, n_paths=2**13)
    assert [each.pnl_sha256 for each in plain.results] == [each.pnl_sha256 for each in result.results]


def test_sets_have_a_seed_of_their_own(uncertain):
    one, same, other, walked = (
        uncertain(f"[uncertainty]\n{VOL}", n_paths=2**12, parameters=12, **settings).parameters[0]
        for settings in ({}, {}, {"parameters_seed": 2}, {"seed": 2})
    )
    assert (one.sets, one.figures) == (same.sets, same.figures)
    assert one.sets != other.sets
    assert sorted(one.sets) == sorted(other.sets)  # a hypercube of one parameter in another order
    assert one.sets == walked.sets
    assert one.figures != walked.figures


def test_what_is_exact_is_exact_in_every_set(uncertain):
    text = f'law = "filtered"\n[uncertainty]\n{VOL}'
    result = uncertain(text, horizon_days=1, parameters=20)
    found = figures(result.parameters[0])
    assert result.results[0].n_moves is not None
    assert set(found.ses) == {0.0}
    # one day of dollars in yen is linear in the day's vol but for its curve: by 5 % at most over these vols
    ratios = np.array(found.values) / np.array([values[0] for values in result.parameters[0].sets])
    assert np.ptp(ratios) / ratios.mean() < 0.05


def test_the_json_has_sets_seed_priors_and_their_sources(uncertain):
    result = uncertain(f"{LATE}[uncertainty]\n{VOL}", parameters=20, n_paths=2**12)
    found = json.loads(json.dumps(as_json(result), allow_nan=False))["parameters"][0]
    assert (found["scenario"], found["n_sets"], found["seed"], found["n_paths"]) == ("mine", 20, 1, 2**12)
    assert found["priors"] == [
        {
            "parameter": "vol_multipliers.USDJPY",
            "value": 1.0,
            "prior": "lognormal",
            "source": "assumption",
            "figures": {"log_sd": 0.3},
        }
    ]
    assert len(found["sets"]) == 20
    assert found["bands"][0]["low"].keys() == {"value", "se", "sets_se"}
    assert found["gain"] is None


def test_sets_of_what_has_no_priors_and_sets_that_are_no_scenario_are_refused(uncertain):
    with pytest.raises(InputError, match=r"parameters: no scenario has an \[uncertainty\]: mine; give one priors"):
        uncertain("")
    start = (
        '[uncertainty]\n"regimes.ONE.initial" = { prior = "uniform", low = 0.2, high = 0.8, source = "assumption" }\n'
    )
    with pytest.raises(InputError, match=r"a set of mine's \[uncertainty\] is no scenario: .*narrow its priors"):
        uncertain(REGIME + start)


@pytest.mark.parametrize("n", [0, 1025, "many", 2.5])
def test_a_number_of_sets_that_is_none_is_refused(uncertain, n):
    with pytest.raises(InputError, match="--parameters"):
        uncertain(f"[uncertainty]\n{VOL}", parameters=n)
