from datetime import date

import pandas as pd

from engine.inputs.history.load import read_history
from engine.inputs.history.recent_weeks import recent_history
from engine.inputs.market.load import bundled_market_names, bundled_market_path, load_market

NAMES = ["JGB_10Y", "JGB_40Y", "UST_10Y", "USDJPY"]


def test_the_bundled_weeks_are_the_published_ones(shared):
    recent = recent_history(date(2025, 5, 28))
    whole = read_history([shared / "data" / "history.csv"])
    assert recent is not None
    assert sorted(recent.columns) == sorted(NAMES)
    published = whole.loc[recent.index[0] : recent.index[-1], NAMES].dropna(how="all")
    pd.testing.assert_frame_equal(recent[NAMES], published[NAMES])
    assert len(recent.dropna()) == 120


def test_the_bundled_weeks_end_in_the_bundled_market():
    recent = recent_history(date(2025, 5, 28))
    market = load_market(bundled_market_path())
    assert recent is not None
    last = recent.iloc[-1]
    for name in NAMES[:3]:
        curve, tenor = name.split("_")
        par = market.par_curves[curve]
        assert last[name] == par.par_yields[par.times.tolist().index(float(tenor[:-1]))]
    assert last["USDJPY"] == market.usdjpy


def test_another_date_has_none():
    assert recent_history(date(2024, 7, 22)) is None
    assert bundled_market_names()[0] == "2025-05-28"
