"""Levels of headlines by day in every scenario of a run: what a report's fan charts are drawn from."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from engine.levels.fans import QUANTILES, figures, starts, titles, units
from engine.levels.quantiles import quantiles_of
from engine.record.rows import Row
from engine.run.prepared import PreparedRun
from engine.run.walk import Walk, walk_of
from kernels.base import PathRange

MOST_PATHS = 4096  # walked in each scenario: 41 of them lie beyond the outermost quantiles


def level_rows(prepared: PreparedRun, n_paths: int) -> list[Row]:
    """Walk paths for quantiles of the fans' figures in every scenario: rows of `LEVELS_SCHEMA`.

    n_paths   of the run; at most `MOST_PATHS` of them are walked, daily whatever the run's steps; of an exact law all

    Raises
    ------
    RiskError
        The device failed.
    """
    config, market = prepared.config, prepared.inputs.market
    walks = (
        walk_of(
            scenario,
            market,
            n_days=config.horizon_days,
            seed=config.seed,
            backend=prepared.backend,
            precision=config.precision,
            whole=True,
        )
        for scenario in prepared.inputs.scenarios
    )
    return [row for walk in walks for row in _rows(walk, walk.paths(0, min(n_paths, MOST_PATHS)))]


def _rows(walk: Walk, paths: PathRange) -> Iterator[Row]:
    found = figures(walk, paths, lambda done, wanted: None)
    n_days = walk.dates.size
    found.sort(axis=2)
    quantiles, ses = quantiles_of(found.reshape(-1, paths.n), [Fraction(str(p)) for p in QUANTILES])
    if walk.n_moves is not None:
        ses = np.zeros_like(ses)
    shape = (len(found), n_days, len(QUANTILES))
    for title, unit, start, levels, errors in zip(
        titles(walk), units(walk), starts(walk), quantiles.reshape(shape), ses.reshape(shape), strict=True
    ):
        first = np.full((1, len(QUANTILES)), start)
        grid = np.concatenate([first, levels]), np.concatenate([np.zeros_like(first), errors])
        for day, (row, row_ses) in enumerate(zip(*grid, strict=True)):
            for p, level, se in zip(QUANTILES, row.tolist(), row_ses.tolist(), strict=True):
                yield {
                    "scenario": walk.scenario, "factor": title, "day": day, "probability": p, "level": level,
                    "unit": unit, "n_paths": paths.n, "se": se,
                }  # fmt: skip
