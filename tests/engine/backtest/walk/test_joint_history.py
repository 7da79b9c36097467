"""Joint dates, spans and levels of a history; what is refused."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.backtest.walk.joint_history import joint_history
from engine.calibration.diffusion import par_curve
from engine.calibration.zero_rates import FIRST_DATE
from engine.errors import InputError
from engine.inputs.history.load import read_history
from engine.market.bootstrap import bootstrap
from tests.engine.backtest.synthetic import frame_of, synthetic, usual


def test_a_date_without_a_factor_moves_nothing_and_the_next_carries_its_span():
    found = usual()
    whole = found.frame.dropna().index.to_numpy().astype("datetime64[D]")
    assert found.joint.dates.tolist() == whole[1:].tolist()
    assert found.joint.spans.tolist() == np.busday_count(whole[:-1], whole[1:]).tolist()
    assert set(found.joint.spans.tolist()) == {1.0, 2.0}


def test_changes_of_a_price_are_those_of_its_logarithm():
    found = usual()
    k = [factor.name for factor in found.joint.factors].index("USDJPY")
    level = found.frame["USDJPY"].dropna().reindex(found.frame.dropna().index).to_numpy()
    np.testing.assert_allclose(found.joint.changes[:, k], np.diff(np.log(level)), rtol=0, atol=1e-15)
    assert found.joint.realised(10, 3)[k] == pytest.approx(np.log(level[14] / level[11]), abs=1e-15)


def test_the_curve_of_a_date_is_that_of_its_published_tenors():
    found = usual()
    place = 321
    own = found.joint.curves["JGB"].on(place)
    published = bootstrap(par_curve(found.frame, "JGB", found.joint.day(place)))
    np.testing.assert_allclose(own.times, published.times)
    np.testing.assert_allclose(own.zero_rates, published.zero_rates, rtol=0, atol=1e-14)


def test_places_are_of_the_window_and_refused_beyond_the_data():
    joint = usual().joint
    places = joint.places(date(2015, 1, 1), date(2015, 1, 31))
    assert [joint.day(k).month for k in places.tolist()] == [1] * places.size
    with pytest.raises(InputError, match=r"--to 2030-01-01 lies beyond the data: .* 2016-09"):
        joint.places(date(2015, 1, 1), date(2030, 1, 1))
    with pytest.raises(InputError, match="no date with every factor"):
        joint.places(date(2015, 1, 3), date(2015, 1, 4))  # a weekend


def test_a_tenor_that_has_ended_is_refused_by_name():
    frame = frame_of(400)
    frame.loc[frame.index[250] :, "JGB_40Y"] = np.nan
    with pytest.raises(InputError, match="JGB_40Y"):
        synthetic(frame)


def test_a_hole_is_refused_with_its_dates():
    frame = frame_of(400)
    frame.loc[frame.index[200:240], "USDJPY"] = np.nan
    with pytest.raises(InputError, match=r"hole: no date between 2014-10-\d\d and 2014-12-\d\d .*USDJPY"):
        synthetic(frame)


def test_a_history_without_a_series_of_the_factors_is_refused():
    found = usual()
    with pytest.raises(InputError, match="USDJPY"):
        joint_history(found.frame.drop(columns="USDJPY"), found.pattern.factors, since=FIRST_DATE)


def test_the_last_row_may_lack_new_york():
    frame = frame_of(400)
    extra = frame.iloc[[-1]].copy()
    extra.index = extra.index + pd.Timedelta(days=1 if extra.index[0].weekday() < 4 else 3)
    extra.loc[:, [c for c in frame if not c.startswith("JGB")]] = np.nan
    longer = synthetic(pd.concat([frame, extra]))
    assert longer.joint.dates[-1] == synthetic(frame).joint.dates[-1]


@pytest.mark.slow  # reads and bootstraps the full history
def test_the_full_history_has_the_dates_that_the_law_was_chosen_and_validated_on(shared):
    history = read_history([shared / "data" / "history.csv"])
    joint = joint_history(history, usual().pattern.factors, since=FIRST_DATE)
    # LAW.md: 5,515 joint changes from 2002-01, 2,358 dates of choosing, 1,267 of validation; 7 % of spans are two days
    assert joint.dates.size == 5515
    assert joint.places(date(2010, 1, 1), date(2019, 12, 31)).size == 2358
    assert joint.places(date(2020, 1, 1), date(2025, 5, 30)).size == 1267
    assert (joint.spans == 2.0).mean() == pytest.approx(0.074, abs=0.001)
