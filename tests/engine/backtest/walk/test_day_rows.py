"""Rows of a walk: kept and read to the bit; an exception is a loss above VaR, strictly."""

from datetime import date

import numpy as np
import pytest

from engine.backtest.walk.day_rows import joined_rows, parquet_bytes, rows_of, rows_of_parquet
from tests.engine.backtest.statistics.cases import case


def row(day, pnl, var_99, law="a", scope="main", horizon=1):
    return (day, horizon, scope, law, pnl, var_99, 0.5 * var_99, var_99, 0.25, 1000, "USDJPY", -1.5)


def test_rows_come_back_as_they_went():
    rows = rows_of([row(date(2020, 1, 6), -0.1, 1.0 / 3.0), row(date(2020, 1, 7), 2.0, 3.0, scope="総合")])
    found = rows_of_parquet(parquet_bytes(rows))
    for name in ("date", "horizon_days", "scope", "law", "pnl", "var_99", "pit", "n_moves", "factor", "factor_pnl"):
        assert getattr(found, name).tolist() == getattr(rows, name).tolist()
    assert parquet_bytes(found) == parquet_bytes(rows)


def test_a_year_without_rows_is_kept_too():
    none = rows_of([])
    assert rows_of_parquet(parquet_bytes(none)).pnl.size == 0
    assert joined_rows([none, rows_of([row(date(2020, 1, 6), 1.0, 1.0)])]).scope.tolist() == ["main"]


def test_bookkeeping_of_exceptions():
    inputs, expected = case(40)
    days = [date.fromisoformat(each) for each in inputs["dates"]]
    forecasts, pnl = inputs["VaR_made_at_close_of_date"], inputs["pnl_of_date"]
    # a forecast made on a date is held to the P&L of the next
    rows = rows_of([row(days[k], pnl[k + 1], forecasts[k]) for k in range(len(days) - 1)])
    outcome = np.array(inputs["dates"][1:])
    assert outcome[rows.failed_99].tolist() == expected["exceptions_on"]


def test_cells_are_in_the_order_of_the_rows():
    day = date(2020, 1, 6)
    rows = rows_of([row(day, 1.0, 1.0, law) for law in ("b", "a", "b")] + [row(day, 1.0, 1.0, "a", horizon=10)])
    assert list(rows.trials()) == [("b", "main", 1), ("a", "main", 1), ("a", "main", 10)]
    assert rows.of("b", "main", 1).pnl.size == 2
    assert rows.pnl == pytest.approx(np.ones(4))
