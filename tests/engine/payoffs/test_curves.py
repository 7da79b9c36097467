"""Names in tables of flows, and what curves say of their rows."""

import numpy as np

from engine.inputs.market.load import bundled_market_path, load_market
from engine.market.lookup import distinct
from engine.payoffs.curves import discounts, zero_rates
from engine.payoffs.shelf import shelf
from engine.payoffs.spot_days import SpotDays


def test_distinct_is_numpys_unique_whatever_the_runs():
    many = [f"N{i % 50}" for i in range(200)]  # more names than are looked for one by one
    for words in (["JGB"] * 3 + ["UST"] * 2 + ["JGB"], ["b", "a", "b", "a"], ["x"], many):
        names, place = distinct(np.array(words))
        wanted, inverse = np.unique(np.array(words), return_inverse=True)
        assert names == wanted.tolist()
        assert place.tolist() == inverse.tolist()
    assert distinct(np.array([], str))[0] == []


def test_only_of_columns_that_nobody_can_change_names_are_found_once():
    free = np.array(["a", "b"])
    distinct(free)
    free[0] = "c"
    assert distinct(free)[0] == ["b", "c"]
    table = SpotDays(pair=np.array(["b", "a"]), day=np.zeros(2, np.int64), spot_day=np.zeros(2, np.int64))
    column = shelf(table).of(SpotDays).pair
    assert not column.flags.writeable
    assert distinct(column)[1] is distinct(column)[1]


def test_rows_that_share_days_are_read_off_to_the_bit_as_each_by_itself():
    market = load_market(bundled_market_path())
    rng = np.random.default_rng(3)
    curve = np.array(["JGB", "SOFR"])[rng.integers(0, 2, 9_000)]
    tau = rng.integers(0, 4_000, 9_000) / 365.0  # fewer days than rows: a table of days is read
    for figure in (discounts, zero_rates):
        table = figure(curve, tau, market)
        alone = np.concatenate(
            [figure(curve[i : i + 1_000], tau[i : i + 1_000], market) for i in range(0, 9_000, 1_000)]
        )
        assert np.array_equal(table, alone)
        odd = np.append(tau[1:], 0.1234)  # no whole day
        assert np.array_equal(figure(curve, odd, market)[:-1], figure(curve, np.append(tau[1:], 1.0), market)[:-1])
