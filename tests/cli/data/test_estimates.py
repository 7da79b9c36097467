"""`unwind data regimes`, `rows`, `betas` and `prices`."""

import json

import pandas as pd
import pytest

from engine.inputs.market.load import load_market
from engine.inputs.scenario.load import load_scenario, read_scenario


def test_a_regime_is_printed_as_a_scenario_file(unwind, shared, tmp_path):
    done = unwind("data", "regimes", "FLIGHT", shared / "data" / "history.csv")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "flight.toml"
    path.write_text(done.stdout, encoding="utf-8")
    (regime,) = read_scenario(path).unwind.regimes
    assert dict(regime.vol_multipliers)["USDJPY"] == 1.33  # as the bundled one


@pytest.mark.slow
def test_rows_of_a_window_are_printed_as_the_bundled_stress_has_them(unwind, shared, tmp_path):
    words = ("data", "rows", shared / "data" / "history.csv", "--from", "2024-07-10", "--to", "2024-08-09")
    done = unwind(*words)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "flight.toml"
    path.write_text(done.stdout, encoding="utf-8")
    mine, bundled = read_scenario(path), load_scenario("flight-2024")
    assert mine.stress
    assert mine.unwind == bundled.unwind


def test_betas_are_printed_with_errors_and_as_json(unwind, shared, tmp_path):
    days = pd.read_csv(shared / "data" / "history.csv")[["date", "xlu_adj"]].rename(columns={"xlu_adj": "XLU"})
    prices = tmp_path / "prices.csv"
    days.to_csv(prices, index=False)
    done = unwind("data", "betas", prices, shared / "data" / "history.csv", "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["regime"]: row for row in json.loads(done.stdout)["betas"]}
    # engine.mechanisms.betas has the same estimates, rounded: utilities in calm markets, in flight
    assert rows["CALM"]["beta"] == pytest.approx(-4.8, abs=0.05)
    assert rows["FLIGHT"]["beta"] == pytest.approx(-4.2, abs=0.05)
    assert rows["FLIGHT"]["se"] == pytest.approx(3.7, abs=0.05)
    shown = unwind("data", "betas", prices, shared / "data" / "history.csv")
    assert "-4.2 ±3.7" in shown.stdout


def test_prices_are_laid_on_a_market(unwind, tmp_path):
    out = tmp_path / "with-prices.toml"
    done = unwind("data", "prices", "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert [factor.name for factor in load_market(out).factors][-2:] == ["XLP", "MXNJPY"]


def test_factors_of_spreads_are_laid_on_a_market(unwind, tmp_path):
    out = tmp_path / "basis.toml"
    done = unwind("data", "spreads", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "with 26 factors" in done.stderr
    assert [factor.name for factor in load_market(out).factors][-4:] == [
        "SPREAD_UST_REPO",
        "SWAPTION_JPY_VOL",
        "SWAPTION_USD_VOL",
        "USDJPY_SKEW",
    ]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("data", "regimes", "FLIHT", "no.csv"), "no.csv"),
        (("data", "prices", "no.toml", "--out", "out.toml"), "no.toml"),
        (("data", "betas", "no.csv", "no.csv"), "no.csv"),
    ],
)
def test_what_is_not_there_is_refused_by_name(unwind, tmp_path, words, named):
    done = unwind(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
