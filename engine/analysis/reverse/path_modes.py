"""The likeliest ways to lose an amount where paths alone tell the law: peaks among those that lose about as much."""

import math

import numpy as np

from engine.analysis.reverse.horizon_paths import HorizonPaths
from engine.analysis.reverse.peaks import peaks_of
from engine.analysis.reverse.results import Figure, LossMode
from engine.analysis.reverse.stress_setting import StressSetting
from kernels.types import F64, I64, Bools

MOST_MODES = 6


def path_modes(setting: StressSetting, near: HorizonPaths) -> tuple[LossMode, ...]:
    """Return the modes among paths that lose about the amount, the largest share first; `MOST_MODES` at most.

    Paths are compared in the leading components of the law's moves, whitened; those that end in different regimes of
    the scenario's own are apart. A mode's market is the mean of the denser half of its paths, which for an elliptical
    law and a linear book is the closed form.
    """
    points = setting.moments.leading(near.states)
    members = [(regime, mine) for regime, among in _groups(setting, near) for mine in _members(points, among)]
    whole = float(near.weights.sum())
    modes = [_mode(setting, near, points, regime, mine, whole) for regime, mine in members]
    return tuple(sorted(modes, key=lambda mode: -mode.share.value)[:MOST_MODES])


def nearest_path(setting: StressSetting, near: HorizonPaths, state: F64, among: I64) -> tuple[int, float] | None:
    """Return the place of the path that ends nearest to a market, of some places (n,), and how far; state (n_factors,).

    None where there is none. The distance is in standard deviations of the leading components.
    """
    if not among.size:
        return None
    gaps = setting.moments.leading(near.states[:, among]) - setting.moments.leading(state[:, None])
    distances = np.linalg.norm(gaps, axis=0)
    best = int(np.argmin(distances))
    return int(among[best]), float(distances[best])


def _groups(setting: StressSetting, near: HorizonPaths) -> list[tuple[str | None, I64]]:
    """Return the paths' places by the regime in which they end; all together where the scenario has none of its own."""
    unwind = setting.part.inputs.unwinds[0]
    if unwind is None or not unwind.regimes:
        return [(None, np.arange(near.numbers.size))]
    return [
        (regime.name, np.flatnonzero(near.regimes == number))
        for number, regime in enumerate(unwind.regimes)
        if (near.regimes == number).any()
    ]


def _members(points: F64, among: I64) -> list[tuple[I64, Bools]]:
    """Return the places of each peak's paths, and which of them are of the denser half."""
    peaks = peaks_of(points[:, among])
    found = []
    for peak in range(peaks.n):
        mine = peaks.peak == peak
        density = peaks.log_density[mine]
        found.append((among[mine], density >= np.median(density)))
    return found


def _mode(
    setting: StressSetting,
    near: HorizonPaths,
    points: F64,
    regime: str | None,
    members: tuple[I64, Bools],
    whole: float,
) -> LossMode:
    mine, is_dense = members
    dense = mine[is_dense]
    weights = near.weights[dense] / near.weights[dense].sum()
    states = near.states[:, dense]
    centre = states @ weights
    ses = np.sqrt(((states - centre[:, None]) ** 2) @ (weights * weights))
    share = float(near.weights[mine].sum()) / whole
    place, distance = nearest_path(setting, near, centre, mine) or (int(mine[0]), math.nan)
    losses = {} if setting.losses is None else setting.by_scope(setting.losses.at(centre[:, None])[:, 0])
    return LossMode(
        regime=regime,
        share=Figure(value=share, se=0.0 if setting.is_whole else math.sqrt(share * (1.0 - share) / points.shape[1])),
        distance=float(setting.moments.distance(centre[:, None])[0]),
        density_ratio=None,
        market=setting.market_moves(centre, np.zeros_like(ses) if setting.is_whole else ses),
        losses=losses,
        n_near=mine.size,
        path=int(near.numbers[place]),
        path_losses=setting.by_scope(near.losses[:, place]),
        path_distance=distance,
        command=setting.command(int(near.numbers[place])),
    )
