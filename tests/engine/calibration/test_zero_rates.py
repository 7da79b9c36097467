"""Changes between joint dates: spans, seams where a tenor begins, and tenors that take no part."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.calibration.zero_rates import joint_changes
from engine.errors import InputError
from engine.market.bootstrap import bootstrap_days
from engine.market.factors import parse_factor

FACTORS = [parse_factor(name) for name in ("JGB_2Y", "JGB_20Y", "USDJPY")]


def history(n=300, **columns):
    days = pd.bdate_range("2002-01-01", periods=n, name="date")
    rng = np.random.default_rng(0)
    base = {"JGB_2Y": 0.01, "JGB_5Y": 0.012, "JGB_10Y": 0.015}
    table = {name: level + 1e-4 * rng.standard_normal(n).cumsum() for name, level in base.items()}
    table |= {"USDJPY": 100.0 + rng.standard_normal(n).cumsum()}
    return pd.DataFrame(table | columns, index=days)


def begun(n, at, level=0.02):
    """A tenor that begins at a row."""
    return np.where(np.arange(n) >= at, level + 1e-5 * np.arange(n), np.nan)


def test_a_change_spans_the_weekdays_between_its_dates():
    table = history().drop(pd.DatetimeIndex(["2002-01-14", "2002-02-11", "2002-02-12"]))
    joint = joint_changes(table, FACTORS[::2], table.index[-1].date())
    by_day = dict(zip(joint.days.astype(str).tolist(), joint.spans.tolist(), strict=True))
    assert (by_day["2002-01-11"], by_day["2002-01-15"], by_day["2002-02-13"]) == (1.0, 2.0, 3.0)
    assert joint.changes.shape == (len(table) - 1, 2)
    assert joint.changes[:, 1] == pytest.approx(np.diff(np.log(table["USDJPY"])), abs=1e-15)


def test_zero_rates_are_those_of_the_bootstrap():
    table = history()
    joint = joint_changes(table, [parse_factor("JGB_2Y"), parse_factor("JGB_7Y")], table.index[-1].date())
    tenors = ["JGB_2Y", "JGB_5Y", "JGB_10Y"]
    zeros = bootstrap_days(np.array([2.0, 5.0, 10.0]), table[tenors].to_numpy().T, "JGB", 2)
    assert joint.changes[:, 0] == pytest.approx(np.diff(zeros[0]), abs=1e-15)
    assert joint.changes[:, 1] == pytest.approx(np.diff(0.6 * zeros[1] + 0.4 * zeros[2]), abs=1e-15)


def test_a_tenor_that_begins_takes_part_from_then_on_and_its_first_change_is_dropped():
    table = history(JGB_20Y=begun(300, 100))
    joint = joint_changes(table, FACTORS, table.index[-1].date())
    seam = table.index[100].to_numpy().astype("datetime64[D]")
    assert joint.spans.size == 298
    assert seam not in joint.days
    before = joint.days < seam
    ten = joint_changes(table.drop(columns="JGB_20Y"), [parse_factor("JGB_10Y")], table.index[-1].date())
    # before, the curve is flat beyond its longest tenor
    assert joint.changes[before, 1].tolist() == ten.changes[ten.days < seam, 0].tolist()
    assert any("JGB_20Y takes part from 2002-05-21" in note for note in joint.notes)


def test_a_tenor_that_begins_late_takes_no_part():
    table = history(n=2400, JGB_7Y=begun(2400, 2200))
    joint = joint_changes(table, FACTORS[::2], table.index[-1].date())
    assert joint.spans.size == 2399
    assert joint.notes == (f"JGB_7Y begins on {table.index[2200].date()} and takes no part: one set of tenors is kept",)


def test_a_date_without_a_value_of_a_tenor_that_takes_part_is_none():
    table = history(JGB_20Y=begun(300, 100))
    table.loc[table.index[200], "JGB_20Y"] = np.nan
    joint = joint_changes(table, FACTORS, table.index[-1].date())
    assert joint.spans.size == 297
    assert joint.spans.max() == 2.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"JGB_20Y": np.where(np.arange(300) < 200, begun(300, 100), np.nan)}, r"JGB_20Y ends on 2002-10-07, before"),
        ({"JGB_10Y": np.where(np.arange(300) < 200, 0.02, np.nan)}, r"JGB_10Y ends on 2002-10-07; a tenor that is"),
    ],
)
def test_a_tenor_that_ends_is_refused_by_name(change, message):
    table = history(**change)
    with pytest.raises(InputError, match=message):
        joint_changes(table, FACTORS[::2], table.index[-1].date())


def test_a_pillar_below_its_curve_is_refused():
    table = history()
    with pytest.raises(InputError, match="JGB_1Y lies below the shortest tenor of its curve, JGB_2Y"):
        joint_changes(table, [parse_factor("JGB_1Y")], table.index[-1].date())


def test_no_row_before_the_first_date_wanted_is_looked_at():
    table = history()
    joint = joint_changes(table, FACTORS[::2], table.index[-1].date(), start=date(2002, 6, 3))
    assert joint.days[0] == np.datetime64("2002-06-04")


def test_an_index_takes_no_date_away_and_stands_still_where_its_exchange_is_shut():
    spx = np.linspace(100.0, 130.0, 300)
    spx[150] = np.nan
    table = history(SPX=spx)
    factors = [*FACTORS[::2], parse_factor("SPX", {"SPX": "USD"})]
    joint = joint_changes(table, factors, table.index[-1].date(), beside=["SPX"])
    assert joint.spans.size == 299
    assert joint.changes[149, 2] == 0.0
    assert joint.changes[150, 2] == pytest.approx(np.log(spx[151] / spx[149]))
    assert joint.notes == ("SPX stands still on 1 of 300 joint dates: it has no value there",)
    alone = joint_changes(table, FACTORS[::2], table.index[-1].date())
    assert joint.changes[:, :2].tobytes() == alone.changes.tobytes()
