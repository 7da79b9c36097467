"""The sets of what follows USD/JPY, and the estimates that they hold."""

import math

import pytest

from engine.calibration.betas import estimate_beta
from engine.calibration.regimes import CALM, EPISODES
from engine.inputs.history.load import load_history
from engine.mechanisms.betas import FOLLOWER_SETS

COLUMNS = {
    "SPX": "spx",
    "NASDAQ": "nasdaq",
    "NIKKEI225": "nikkei225",
    "XLK": "xlk_adj",
    "XLU": "xlu_adj",
    "XLP": "xlp_adj",
}


def test_every_set_says_its_source_and_moves_the_same_prices_and_the_vol():
    names = [tuple(name for name, _ in each.betas) for each in FOLLOWER_SETS.values()]
    assert len(set(names)) == 1
    assert {"NIKKEI225", "MXNJPY", "USDJPY_VOL"} <= set(names[0])
    assert all("estimated" in each.source and "assumption" in each.source for each in FOLLOWER_SETS.values())


def test_the_vols_rule_is_that_of_its_assumption_and_lies_between_the_two_unwinds():
    beta = dict(FOLLOWER_SETS["calm"].betas)["USDJPY_VOL"]
    assert beta == pytest.approx(math.log(1.6) / math.log(0.9), abs=0.05)  # -4.46, rounded to 0.1
    august, april = math.log(1.6) / math.log(1.0 - 0.0836), math.log(1.1) / math.log(1.0 - 0.0351)
    assert august < beta < april  # -5.4, -2.7: the vol multipliers of the two scenarios on their falls


@pytest.mark.parametrize(("name", "episode"), [
    ("calm", CALM), ("flight-2024", EPISODES["FLIGHT"]), ("repatriation-2025", EPISODES["REPATRIATION"]),
])  # fmt: skip
def test_betas_of_days_are_those_of_the_history(shared, name, episode):
    import numpy as np
    import pandas as pd

    path = shared / "data" / "history.csv"
    prices = pd.read_csv(path, index_col=0, parse_dates=True)
    usdjpy = np.log(load_history([path]).values["USDJPY"])
    for factor, column in COLUMNS.items():
        found = estimate_beta(prices[column], usdjpy, episode, is_tokyo=factor == "NIKKEI225")
        assert dict(FOLLOWER_SETS[name].betas)[factor] == pytest.approx(found.value, abs=0.005 + 1e-9)  # two decimals


def test_betas_of_the_window_are_its_moves_over_that_of_the_dollar(shared):
    import numpy as np
    import pandas as pd

    history = pd.read_csv(shared / "data" / "history.csv", index_col=0, parse_dates=True)
    moves = np.log(history.loc["2024-08-05"] / history.loc["2024-07-22"])
    betas = dict(FOLLOWER_SETS["window-2024"].betas)
    for factor, column in COLUMNS.items():
        assert betas[factor] == pytest.approx(moves[column] / moves["usdjpy"], abs=0.005 + 1e-9)
