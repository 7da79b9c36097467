"""Fans' figures of a recorded run: where they start, that they are those of the fans, and part of the record."""

import numpy as np
import pytest

from engine.batch.figures.levels import MOST_PATHS
from engine.inputs.market.load import bundled_market_path, load_market
from engine.inputs.scenario.load import load_scenario
from engine.levels.fans import QUANTILES, fans
from engine.record.read import read_rows
from engine.record.tables import LEVELS, LEVELS_SCHEMA
from engine.record.verify import changed_files
from engine.run.walk import walk_of
from kernels.base import PathRange
from kernels.numba.backend import NumbaBackend

PUBLISHED = {  # Ministry of Finance, Treasury, Fed H.10, 2025-05-28
    "JGB 10 years": 0.01531,
    "JGB 40 years": 0.03107,
    "US Treasury 10 years": 0.0447,
    "USD/JPY": 145.04,
}


@pytest.fixture(scope="module")
def rows(done):
    return read_rows(done.out / "valuation_date=2025-05-28" / "run=ten-days" / LEVELS, LEVELS_SCHEMA)


def test_every_scenario_starts_where_its_shocks_lead_and_the_base_at_the_published_levels(rows):
    starts = {(row["scenario"], row["factor"]): row for row in rows if row["day"] == 0}
    for name, level in PUBLISHED.items():
        assert starts["base", name]["level"] == pytest.approx(level, rel=1e-12)  # as in test_fans
        assert starts["base", name]["se"] == 0.0
    assert starts["august-2024", "USD/JPY"]["level"] < 0.95 * 145.04  # the yen rose


def test_the_quantiles_are_those_of_the_fans_with_errors(rows):
    market = load_market(bundled_market_path())
    walk = walk_of(load_scenario("base"), market, n_days=10, seed=1, backend=NumbaBackend())
    wanted = {fan.title: fan for fan in fans(walk, PathRange(first=0, n=MOST_PATHS), None, lambda *_: None)}
    assert {row["factor"] for row in rows} == set(wanted) == set(PUBLISHED)
    for name, fan in wanted.items():
        found = [row for row in rows if (row["scenario"], row["factor"]) == ("base", name) and row["day"]]
        grid = np.array([row["level"] for row in found]).reshape(10, len(QUANTILES)).T
        percent = 100.0 if "decimal" in found[0]["unit"] else 1.0
        np.testing.assert_allclose(percent * grid, fan.quantiles, rtol=1e-12)
        assert {row["n_paths"] for row in found} == {MOST_PATHS}
        median = next(row for row in found if (row["day"], row["probability"]) == (10, 0.5))
        spread = fan.quantiles[4, -1] - fan.quantiles[2, -1]  # 1.349 standard deviations of a normal law
        # sqrt(pi / 2 n) standard deviations of a normal law; found from 64 spacings of the paths, so to an eighth
        assert percent * median["se"] == pytest.approx(1.2533 * spread / 1.349 / 64.0, rel=0.3)


def test_a_changed_byte_of_the_levels_is_found(folder):
    folder.night()
    path = folder.out / "valuation_date=2025-05-28" / "run=ten-days" / LEVELS
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert list(changed_files(folder.out)) == [f"{path}: was changed since it was written"]


def test_the_mean_of_the_worst_paths_is_recorded_on_the_last_day_of_every_drawn_scenario(rows):
    for scenario in ("base", "august-2024"):
        for factor in PUBLISHED:
            mine = [row for row in rows if (row["scenario"], row["factor"]) == (scenario, factor)]
            assert all(row["tail_mean"] is None for row in mine if row["day"] < 10)
            last = [row for row in mine if row["day"] == 10]
            (mean,) = {row["tail_mean"] for row in last}
            low, high = min(row["level"] for row in last), max(row["level"] for row in last)
            # a mean of levels that paths have: not beyond the outermost quantiles by more than these are apart
            assert 2.0 * low - high < mean < 2.0 * high - low
