import json

import numpy as np
import pytest

import unwind_risk as uw


@pytest.fixture(scope="module")
def found():
    return uw.simulate("mixture", paths=200, horizon_days=2, quantiles=(0.1, "0.5"))


def test_a_table_has_a_row_for_each_day_series_and_probability(found):
    table = found.table()
    assert len(table) == 2 * len(found.summary.series) * 2
    assert not table.duplicated(["day", "series", "probability"]).any()
    last = json.loads(found.to_json())["series"]["USDJPY"]["quantiles"]
    rows = table.query("day == 2 and series == 'USDJPY'")
    assert rows["value"].tolist() == [each["value"] for each in last]
    assert rows["unit"].unique().tolist() == ["price"]


def test_shares_of_the_regimes_add_up(found):
    assert np.allclose(found.regimes().groupby("day")["share"].sum(), 1.0)


def test_a_path_alone_is_that_among_others(found):
    levels = found.numpy(first=5, n=3)
    assert np.array_equal(found.path(6).to_numpy(), levels[:, :, 1])
    table = found.arrow(first=5, n=3)
    assert table.num_rows == 3 * 2
    assert table.column("USDJPY").to_pylist()[2] == found.path(6)["USDJPY"].iloc[0]


def test_quantiles_are_those_of_the_paths(found):
    """The quantile at p of n paths is the smallest level with at least n p paths at or below it."""
    levels = np.sort(found.numpy(0, 200)[1, found.walk.series.index("USDJPY")])
    rows = found.table().query("day == 2 and series == 'USDJPY'")
    assert rows["value"].tolist() == [levels[19], levels[99]]


def test_touch_counts_the_paths_beyond_a_level(found):
    touch = found.touch("USDJPY<=144")
    levels = found.numpy(0, 200)[1, found.walk.series.index("USDJPY")]
    whole = touch.table().query("day == 2 and regime.isna()")
    assert whole["end"].tolist() == [pytest.approx((levels <= 144.0).mean())]
    assert json.loads(touch.to_json())["touch"][0]["factor"] == "USDJPY"


@pytest.mark.parametrize(("call", "message"), [
    (lambda found: found.path(-1), "must be a whole number from 0"),
    (lambda found: found.numpy(0, 10**9), "take some at a time"),
    (lambda found: found.arrow(0, 10**11), "take some at a time"),
    (lambda found: found.numpy(0, 2.5), "n: must be a whole number, got 2.5"),
    (lambda found: found.touch(), "name one level or several"),
    (lambda found: uw.simulate(quantiles=5, paths=100), "5 % is 0.05"),
    (lambda found: uw.simulate(paths=1), "paths: must be at least 100, got 1"),
    (lambda found: uw.simulate(quantiles=[5], paths=100), "5 % is 0.05"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused(found, call, message):
    with pytest.raises(uw.InputError) as refusal:
        call(found)
    assert message in str(refusal.value)
