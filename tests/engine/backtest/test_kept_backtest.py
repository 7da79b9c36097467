"""A finished backtest is read back as it was, and any changed byte is refused."""

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.special import ndtr

from engine.backtest.kept_backtest import read_backtest, write_verdicts
from engine.backtest.run_backtest import BacktestResult
from engine.backtest.statistics.registry import NullStatistics
from engine.backtest.verdicts import verdicts, years_of_exceptions
from engine.backtest.walk.day_rows import parquet_bytes, rows_of
from engine.backtest.walk.shards import ShardFolder
from engine.errors import InputError
from engine.record.atomic import write_json


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(1)
    rows = rows_of(
        (date(2020, 1, 1) + timedelta(days=k), 1, "main", law, 1e9 * x, 2.3e9, 2e9, 2.4e9, float(ndtr(x)), 100, "", 0.0)
        for k, x in enumerate(rng.standard_normal(50))
        for law in ("a", "b")
    )
    return BacktestResult(
        first=date(2020, 1, 1),
        last=date(2020, 2, 19),
        laws=("a", "b"),
        n_paths=1000,
        seed=1,
        rows=rows,
        verdicts=verdicts(rows, NullStatistics(n_series=50)),
        years=years_of_exceptions(rows),
        notes=(),
    )


@pytest.fixture
def folder(result, tmp_path):
    kept = ShardFolder(tmp_path / "days", {"schema": 2})
    january = result.rows.date < np.datetime64("2020-02-01")
    kept.keep("2020-01", result.rows.where(january))
    kept.keep("2020-02", result.rows.where(~january))
    write_verdicts(kept.folder, result)
    return kept.folder


def test_what_was_written_is_read_back(folder, result):
    found = read_backtest(folder)
    assert found.verdicts == result.verdicts
    assert parquet_bytes(found.rows) == parquet_bytes(result.rows)
    assert (found.first, found.last, found.laws) == ("2020-01-01", "2020-02-19", ("a", "b"))


@pytest.mark.parametrize("name", ["verdicts.json", "2020-01.parquet"])
def test_any_changed_byte_is_refused_by_the_name_of_its_file(folder, name):
    path = folder / name
    whole = path.read_bytes()
    for at in np.random.default_rng(2).integers(0, len(whole), 20).tolist():
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(InputError, match=rf"{name} was changed .*; start the same `unwind backtest` again"):
            read_backtest(folder)


def test_a_month_that_is_gone_and_a_folder_without_verdicts_are_refused(folder, tmp_path):
    (folder / "2020-02.parquet").unlink()
    with pytest.raises(InputError, match=r"2020-02.parquet cannot be read: No such file"):
        read_backtest(folder)
    with pytest.raises(InputError, match=r"holds no finished backtest: it has no verdicts\.json"):
        read_backtest(tmp_path)


def test_verdicts_of_another_version_are_refused(folder):
    write_json(folder / "verdicts.json", {"schema": 1})
    with pytest.raises(InputError, match="is not what this version writes"):
        read_backtest(folder)
