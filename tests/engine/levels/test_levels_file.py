"""Parquet files of levels: what was written is what the walk says, whole or not at all."""

import json
import shutil
from collections import namedtuple

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.levels.levels_file import KEY, check_form, facts, summary_json, write_paths, write_summary
from engine.levels.quantiles import exact_probabilities, summarise
from engine.run.walk import walk_of
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend

PATHS = PathRange(first=40, n=300)
N_DAYS = 3


@pytest.fixture(scope="module")
def walk():
    market = load_market(bundled_market_path())
    return walk_of(load_scenario("bench/three-regimes.toml"), market, n_days=N_DAYS, seed=1, backend=NumbaBackend())


@pytest.fixture(scope="module")
def levels(walk):
    return walk.levels(np.arange(40, 340, dtype=np.uint64))


def written(walk, form, out, monkeypatch=None):
    if monkeypatch:
        monkeypatch.setattr("engine.levels.quantiles.CHUNK_BYTES", 2**14)
    write_paths(walk, PATHS, form, {"market": "ab"}, out, lambda done, wanted: None)
    return pq.ParquetFile(out)


def test_wide_has_a_row_for_each_path_and_day(walk, levels, tmp_path, monkeypatch):
    file = written(walk, "wide", tmp_path / "paths.parquet", monkeypatch)
    rows = file.read().to_pandas()
    assert file.num_row_groups > 1
    assert rows["path"].tolist() == np.repeat(np.arange(40, 340), N_DAYS).tolist()
    assert rows["day"].tolist() == [1, 2, 3] * PATHS.n
    assert str(rows["date"][2]) == "2025-06-02"
    np.testing.assert_array_equal(rows["USDJPY"], levels[:, walk.series.index("USDJPY")].T.ravel())
    numbers = levels[:, walk.series.index("regime")].T.ravel().astype(int)
    assert rows["regime"].tolist() == [walk.regimes[k] for k in numbers]


def test_long_has_the_same_figures_a_row_each(walk, levels, tmp_path):
    rows = written(walk, "long", tmp_path / "paths.parquet").read().to_pandas()
    assert len(rows) == PATHS.n * N_DAYS * len(walk.series)
    np.testing.assert_array_equal(rows["value"], levels.transpose(2, 0, 1).ravel())
    one = rows[(rows["path"] == 41) & (rows["day"] == 2) & (rows["series"] == "JGB_40Y")]
    assert one["value"].tolist() == [levels[1, walk.series.index("JGB_40Y"), 1]]


def test_a_file_says_how_to_repeat_it(walk, tmp_path):
    said = json.loads(written(walk, "wide", tmp_path / "paths.parquet").schema_arrow.metadata[KEY])
    assert said == facts(walk, PATHS, {"market": "ab"})
    assert (said["seed"], said["first_path"], said["n_paths"], said["inputs"]) == (1, 40, 300, {"market": "ab"})
    assert said["start"]["USDJPY"] == 145.04
    assert "decimal" in said["units"]["UST_10Y"]


def test_quantiles_have_a_row_for_each_day_and_series_then_regimes(walk, levels, tmp_path):
    summary = summarise(walk, PATHS, exact_probabilities(["0.05", "0.5"]), lambda done, wanted: None)
    write_summary(walk, summary, {}, tmp_path / "q.parquet")
    rows = pq.read_table(tmp_path / "q.parquet").to_pandas()
    assert len(rows) == N_DAYS * (len(walk.series) - 1 + 3)
    last = rows[(rows["day"] == 3) & (rows["series"] == "USDJPY")].iloc[0]
    usdjpy = levels[2, walk.series.index("USDJPY")]
    assert last["q0.5"] == np.sort(usdjpy)[149]
    assert last["mean"] == pytest.approx(usdjpy.mean(), rel=1e-12)
    calm = rows[(rows["day"] == 3) & (rows["series"] == "regime:CALM")].iloc[0]
    assert calm["mean"] == (levels[2, walk.series.index("regime")] == 0).mean()
    assert np.isnan(calm["q0.05"])
    text = json.dumps(summary_json(walk, summary), allow_nan=False)
    assert json.loads(text)["regime_shares"]["CALM"]["share"] == calm["mean"]


def test_what_was_there_stays_if_writing_fails(walk, tmp_path):
    out = tmp_path / "paths.parquet"
    out.write_text("before")

    def stop(done, wanted):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_paths(walk, PATHS, "wide", {}, out, stop)
    assert out.read_text() == "before"
    assert list(tmp_path.iterdir()) == [out]


def test_a_disk_without_the_space_is_refused_before_the_start(walk, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**6, 10**6, 0))
    with pytest.raises(InputError, match="GiB are free there"):
        written(walk, "wide", tmp_path / "paths.parquet")
    assert not list(tmp_path.iterdir())


def test_a_form_that_is_none_is_refused():
    assert check_form("wide") == "wide"
    with pytest.raises(InputError, match="one of long, wide, got 'tall'"):
        check_form("tall")
