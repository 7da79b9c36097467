"""Overnight swaps of a history: rates by hand, spreads that give them back, and factors of their own in the law."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.calibration.filtered_markets import table_factors
from engine.calibration.market_of_date import carried_notes, market_of_date
from engine.calibration.swap_curves import published_zeros, swap_curves_of
from engine.inputs.history.load import load_history
from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.factors import parse_factor
from tests.engine.inputs.history.histories import made_table, written

BUNDLED = load_market(bundled_market_path())
START, DAY = date(2024, 6, 3), date(2025, 5, 30)


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """SOFR at 1, 2 and 5 years, 20 bp below Treasuries or so, from the second month on."""
    table = made_table()
    rng = np.random.default_rng(9)
    for tenor in ("1y", "2y", "5y"):
        walk = 0.01 * rng.standard_normal(len(table)).cumsum()
        table[f"sofr_{tenor}"] = [f"{float(u) - 0.2 + w:.4f}" for u, w in zip(table[f"ust_{tenor}"], walk, strict=True)]
        table.loc[table.index[:20], f"sofr_{tenor}"] = ""
    return load_history([written(table, tmp_path_factory.mktemp("swaps") / "history.csv")]).values


def with_factor(name):
    """The bundled market with a factor of its swap curve."""
    n = len(BUNDLED.factors)
    correlation = np.eye(n + 1)
    correlation[:n, :n] = BUNDLED.correlation
    return replace(
        BUNDLED,
        factors=(*BUNDLED.factors, parse_factor(name)),
        correlation=correlation,
        filtered=None,
        sampling=None,
        **{key: np.append(getattr(BUNDLED, key), 0.0) for key in ("vols", "kappas", "thetas", "mus")},
    )


def test_a_year_of_an_overnight_swap_pays_once_by_actual_days():
    zeros = published_zeros("SOFR", np.array([1.0, 2.0]), np.array([[0.04], [0.038]]))
    first = np.log(1.0 + 0.04 * 365.0 / 360.0)
    fixed = 0.038 * 365.0 / 360.0
    second = -0.5 * np.log((1.0 - fixed * np.exp(-first)) / (1.0 + fixed))
    assert zeros[:, 0] == pytest.approx([first, second], abs=1e-14)
    assert published_zeros("TONA", np.array([1.0]), np.array([[0.005]]))[0, 0] == pytest.approx(
        np.log(1.005), abs=1e-14
    )


def test_a_market_has_the_swap_rates_of_its_date_and_the_vol_of_its_history(history):
    like = with_factor("SOFR_5Y")
    assert swap_curves_of(history, like, DAY) == ("SOFR",)
    made = market_of_date(history, DAY, like, START)
    quotes = history.loc["2025-05-30", ["SOFR_1Y", "SOFR_2Y", "SOFR_5Y"]].to_numpy()[:, None]
    zeros = published_zeros("SOFR", np.array([1.0, 2.0, 5.0]), quotes)[:, 0]
    assert made.curves["SOFR"].zero_rate(np.array([1.0, 2.0, 5.0])) == pytest.approx(
        zeros, abs=1e-10
    )  # spreads' digits
    assert made.spreads["SOFR"].source.startswith("history, 2025-05-30: overnight swaps")
    assert made.spreads["TONA"] == BUNDLED.spreads["TONA"]
    moves = np.diff(history["SOFR_5Y"].dropna()) * np.sqrt(252.0)
    assert made.vols[-1] == pytest.approx(moves.std(ddof=1), rel=0.05)  # of par rates, so near zero rates'
    n = len(BUNDLED.factors)
    without = market_of_date(history, DAY, BUNDLED, START)
    np.testing.assert_array_equal(made.vols[:n], without.vols)
    np.testing.assert_array_equal(made.correlation[:n, :n], without.correlation)
    assert "SOFR" not in carried_notes(like, [DAY], ["SOFR"])[0]


def test_a_swap_curve_takes_no_date_away_from_the_law(history):
    made = market_of_date(history, DAY, with_factor("SOFR_5Y"), START)
    table = table_factors(made, history)
    assert "SOFR_5Y" not in [factor.name for factor in table.factors]
    assert any(
        note.startswith("SOFR begins on 2024-07-01: 240 joint dates, and 2,121 are needed") for note in table.notes
    )
