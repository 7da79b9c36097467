"""Levels of headlines by day in every scenario of a run: what a report's fan charts are drawn from."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np

from engine.levels.fans import QUANTILES, figures, figures_at, starts, titles, units
from engine.levels.quantiles import quantiles_of
from engine.record.rows import Row
from engine.run.prepared import PreparedRun
from engine.run.replayed_levels import levels_at_horizon
from engine.run.walk import Walk, walk_of
from kernels.base import PathRange
from kernels.types import F64

MOST_PATHS = 4096  # walked in each scenario: 41 of them lie beyond the outermost quantiles
_WORST = 100  # one path in so many is of the tail whose mean is recorded


def level_rows(prepared: PreparedRun, n_paths: int, samples: Mapping[str, F64]) -> list[Row]:
    """Walk paths for quantiles of the fans' figures in every scenario: rows of `LEVELS_SCHEMA`.

    n_paths   of the run; at most `MOST_PATHS` of them are walked, daily whatever the run's steps; of an exact law all
    samples   P&L (n_sampled,) of the sum over books on the run's first paths, by scenario

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
    return [
        row
        for walk in walks
        for row in _rows(
            walk, walk.paths(0, min(n_paths, MOST_PATHS)), _tail_means(prepared, walk, samples[walk.scenario])
        )
    ]


def _tail_means(prepared: PreparedRun, walk: Walk, pnl: F64) -> list[float | None]:
    """Return the mean of each figure at the horizon on the worst paths of the run; None of an exact scenario."""
    part = prepared.drawn
    if part is None or walk.scenario not in part.inputs.names:
        return [None] * len(titles(walk))
    worst = np.argsort(pnl, kind="stable")[: max(pnl.size // _WORST, 1)].astype(np.uint64)
    ends = levels_at_horizon(part, part.inputs.names.index(walk.scenario), worst)
    means: list[float | None] = figures_at(walk, ends).mean(axis=1).tolist()
    return means


def _rows(walk: Walk, paths: PathRange, tail_means: list[float | None]) -> Iterator[Row]:
    found = figures(walk, paths, lambda done, wanted: None)
    n_days = walk.dates.size
    found.sort(axis=2)
    quantiles, ses = quantiles_of(found.reshape(-1, paths.n), [Fraction(str(p)) for p in QUANTILES])
    if walk.n_moves is not None:
        ses = np.zeros_like(ses)
    shape = (len(found), n_days, len(QUANTILES))
    for title, unit, start, levels, errors, tail_mean in zip(
        titles(walk), units(walk), starts(walk), quantiles.reshape(shape), ses.reshape(shape), tail_means, strict=True
    ):
        first = np.full((1, len(QUANTILES)), start)
        grid = np.concatenate([first, levels]), np.concatenate([np.zeros_like(first), errors])
        for day, (row, row_ses) in enumerate(zip(*grid, strict=True)):
            for p, level, se in zip(QUANTILES, row.tolist(), row_ses.tolist(), strict=True):
                yield {
                    "scenario": walk.scenario, "factor": title, "day": day, "probability": p, "level": level,
                    "unit": unit, "n_paths": paths.n, "se": se, "tail_mean": tail_mean if day == n_days else None,
                }  # fmt: skip
