"""Markets made from a history: the bundled one to its last figure, other dates, and what is refused."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.calibration.market_of_date import carried_notes, days_with_levels, market_of_date
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.inputs.market.load import bundled_market_path, load_market, write_market
from engine.market.factors import parse_factor
from tests.engine.five_currencies import FX, PAR_YIELDS, YEARS, five_currencies

BUNDLED = load_market(bundled_market_path())
START = date(2022, 1, 1)


@pytest.fixture(scope="module")
def history(shared):
    return read_history([shared / "data" / "history.csv"])


def test_the_publishers_files_give_the_bundled_market_to_its_last_figure(shared):
    raw = shared / "data" / "raw"
    files = [raw / "mof" / "jgbcme_all.csv", *raw.glob("treasury/*.csv"), *raw.glob("fred_csv/DEXJPUS_*.csv")]
    made = market_of_date(read_history(sorted(files)), BUNDLED.valuation_date, BUNDLED, START)
    for name, par in BUNDLED.par_curves.items():
        assert made.par_curves[name].times.tolist() == par.times.tolist()
        assert made.par_curves[name].par_yields.tolist() == par.par_yields.tolist()
    assert (made.usdjpy, made.previous_usdjpy) == (BUNDLED.usdjpy, BUNDLED.previous_usdjpy)
    for field in ("vols", "correlation", "kappas", "thetas", "mus"):
        np.testing.assert_array_equal(getattr(made, field), getattr(BUNDLED, field), field)
    assert carried_notes(BUNDLED, [BUNDLED.valuation_date]) == ()


def test_another_date_has_its_own_levels_and_window(history, tmp_path):
    day = date(2025, 4, 8)
    made = market_of_date(history, day, BUNDLED, START)
    published = history.loc["2025-04-08"]
    assert made.par_curves["JGB"].par_yields[-1] == published["JGB_40Y"]
    assert made.usdjpy == published["USDJPY"]
    assert made.previous_usdjpy is not None
    assert made.previous_usdjpy[0] == history["USDJPY"].loc["2025-04-07"]
    assert "window 2022-01-01..2025-04-08" in made.calibration
    assert not np.array_equal(made.vols, BUNDLED.vols)
    write_market(made, tmp_path / "market.toml")
    again = load_market(tmp_path / "market.toml")
    np.testing.assert_array_equal(again.correlation, made.correlation)
    assert again.spreads["TONA"].source == BUNDLED.spreads["TONA"].source
    assert "TONA" in carried_notes(BUNDLED, [day])[0]
    assert "are those of 2025-05-28, 50 days after 2025-04-08: the history has none" in carried_notes(BUNDLED, [day])[0]


def test_a_market_of_five_currencies_is_made_on_the_pattern_of_one(history, tmp_path):
    like, day = five_currencies(BUNDLED), date(2025, 4, 8)
    with pytest.raises(InputError, match=r"the history has no BUND, ACGB, MBONO, EURJPY, AUDJPY, MXNJPY, which"):
        market_of_date(history, day, like, START)
    rng, n = np.random.default_rng(8), len(history)
    walks = {f"{curve}_{year:g}Y": np.cumsum(rng.normal(0.0, 1e-5, n)) for curve in PAR_YIELDS for year in YEARS}
    added = {name: 0.03 + walk for name, walk in walks.items()}
    added |= {f"{code}JPY": level * np.exp(np.cumsum(rng.normal(0.0, 5e-3, n)) / 30.0) for code, level in FX.items()}
    longer = pd.concat([history, pd.DataFrame(added, index=history.index)], axis=1)
    made = market_of_date(longer, day, like, START)
    published = longer.loc["2025-04-08"]
    assert made.fx == {"USD": published["USDJPY"], **{code: published[f"{code}JPY"] for code in FX}}
    assert made.par_curves["BUND"].par_yields.tolist() == [published[f"BUND_{year:g}Y"] for year in YEARS]
    assert made.par_curves["BUND"].coupons_per_year == 1
    assert list(made.levels) == ["USDJPY_VOL", "EURJPY_VOL", "EURUSD_VOL"]  # rates are no levels
    assert made.sources["EURJPY"] == "history, 2025-04-08"
    assert days_with_levels(longer, like, day, day) == ([day], [])
    write_market(made, tmp_path / "market.toml")
    assert load_market(tmp_path / "market.toml").fx == made.fx


def test_a_derived_curves_factor_keeps_its_link_with_its_parent(history):
    extra = parse_factor("TONA_10Y")
    names = [factor.name for factor in BUNDLED.factors]
    row = 0.9 * BUNDLED.correlation[names.index("JGB_10Y")]
    like = replace(
        BUNDLED,
        factors=(*BUNDLED.factors, extra),
        vols=np.append(BUNDLED.vols, 0.001),
        kappas=np.append(BUNDLED.kappas, 0.5),
        thetas=np.append(BUNDLED.thetas, 0.01),
        mus=np.append(BUNDLED.mus, 0.0),
        correlation=np.block([[BUNDLED.correlation, row[:, None]], [row[None], np.ones((1, 1))]]),
    )
    made = market_of_date(history, date(2025, 4, 8), like, START)
    assert (made.vols[-1], made.kappas[-1], made.thetas[-1]) == (0.001, 0.5, 0.01)
    assert made.correlation[-1, names.index("JGB_10Y")] == pytest.approx(0.9)
    wanted = 0.9 * made.correlation[names.index("JGB_10Y"), names.index("UST_10Y")]  # through its parent
    assert made.correlation[-1, names.index("UST_10Y")] == pytest.approx(wanted, abs=1e-6)


def frame(**series):
    dates = pd.to_datetime(["2025-05-22", "2025-05-23", "2025-05-26", "2025-05-27"])
    return pd.DataFrame(series, index=dates)


def test_days_without_a_series_are_named_and_left_out():
    gap = frame(JGB_10Y=[0.01] * 4, UST_10Y=[0.04, 0.04, np.nan, 0.04], USDJPY=[145.0, np.nan, 143.0, 144.0])
    days, skipped = days_with_levels(gap, BUNDLED, date(2025, 5, 21), date(2025, 5, 27))
    assert days == [date(2025, 5, 22), date(2025, 5, 27)]
    assert skipped == [
        "2025-05-21, Wednesday: the history has no JGB yields and no UST yields and no USDJPY",
        "2025-05-23, Friday: the history has no USDJPY",
        "2025-05-26, Monday: the history has no UST yields",
    ]
    with pytest.raises(InputError, match=r"no day from 2025-06-02 to 2025-06-03 .* 2025-05-22 to 2025-05-27"):
        days_with_levels(gap, BUNDLED, date(2025, 6, 2), date(2025, 6, 3))
    with pytest.raises(InputError, match=r"from 2025-05-26 to 2025-05-26 has all levels: there are no UST yields; the"):
        days_with_levels(gap, BUNDLED, date(2025, 5, 26), date(2025, 5, 26))
    with pytest.raises(InputError, match=r"from 2025-05-24 to 2025-05-25 has all levels: none is a weekday; the"):
        days_with_levels(gap, BUNDLED, date(2025, 5, 24), date(2025, 5, 25))


def test_a_history_without_what_the_pattern_has_is_refused():
    with pytest.raises(InputError, match=r"the history has no UST, which .* it has JGB, USDJPY; .* --like"):
        market_of_date(frame(JGB_10Y=[0.01] * 4, USDJPY=[145.0] * 4), date(2025, 5, 23), BUNDLED, START)
    day = date(2025, 5, 23)
    with pytest.raises(InputError, match=r"the history has no UST, USDJPY, which .* it has JGB; .* --like"):
        days_with_levels(frame(JGB_10Y=[0.01] * 4), BUNDLED, day, day)
    gap = frame(JGB_10Y=[0.01] * 4, UST_10Y=[0.04] * 4, USDJPY=[145.0] * 4)
    with pytest.raises(InputError, match=r"has no BUND, ACGB, MBONO, EURJPY, AUDJPY, MXNJPY, which .* --like"):
        days_with_levels(gap, five_currencies(BUNDLED), day, day)


def test_levels_and_laws_of_swaption_vols_and_skews_are_carried_along(history, tmp_path):
    path = bundled_market_path()
    like, day = load_market(path.parent / "basis" / path.name), date(2025, 4, 8)
    made = market_of_date(history, day, like, START)
    assert made.levels["SWAPTION_USD_VOL"] == like.levels["SWAPTION_USD_VOL"]
    assert made.sources["SWAPTION_JPY_VOL"] == like.sources["SWAPTION_JPY_VOL"]
    names, n = [factor.name for factor in made.factors], len(BUNDLED.factors)
    for field in ("vols", "kappas", "thetas"):
        np.testing.assert_array_equal(getattr(made, field)[n:], getattr(like, field)[n:])
    for name, near, link in (("SWAPTION_JPY_VOL", "JGB_10Y", 0.3), ("USDJPY_SKEW", "USDJPY", 0.5)):
        assert made.correlation[names.index(name), names.index(near)] == pytest.approx(link, abs=1e-6)
    write_market(made, tmp_path / "market.toml")
    again = load_market(tmp_path / "market.toml")
    assert (again.levels, again.factors) == (made.levels, made.factors)
    assert "the implied vols of USDJPY, SWAPTION_JPY_VOL (swaptions), SWAPTION_USD_VOL (swaptions) are" in " ".join(
        carried_notes(like, [day])
    )
