"""The likeliest ways to lose an amount where a law has a density, with the simulated paths that come near to them."""

import math

import numpy as np

from engine.analysis.reverse.book_losses import BookLosses
from engine.analysis.reverse.density_modes import FARTHEST, density_modes
from engine.analysis.reverse.horizon_paths import HorizonPaths
from engine.analysis.reverse.importance import tail_probability
from engine.analysis.reverse.law_density import LawDensity
from engine.analysis.reverse.path_modes import nearest_path
from engine.analysis.reverse.results import Figure, LossMode
from engine.analysis.reverse.stress_setting import StressSetting
from engine.errors import InputError
from kernels.types import F64

N_TAIL = 8  # worst simulated paths towards which a mode is looked for
DRAWS = 0x7265_7665_7273_6500  # high word of the key of these draws, so that they are no path's


def likely_modes(
    setting: StressSetting, density: LawDensity, book: BookLosses, target: float, near: HorizonPaths
) -> tuple[Figure, tuple[LossMode, ...]]:
    """Return how likely a loss of `target` or more is, and the modes of the density, the largest share first.

    Raises
    ------
    InputError
        No market within `FARTHEST` standard deviations loses so much; or the law's mean market does already.
    """

    def losses(y: F64) -> F64:
        return book.total(density.states(y))

    usual = float(losses(np.zeros((len(density.mean), 1)))[0])
    if usual >= target:
        raise InputError(_too_small(setting, target, usual))
    random = np.random.Generator(np.random.Philox(key=setting.part.config.seed + (DRAWS << 64)))
    found = density_modes(density, losses, target, _tail(setting, density), random)
    if not found.markets.size:
        raise InputError(
            f"--loss: {setting.part.inputs.names[0]} has no market within {FARTHEST:g} standard deviations that loses"
            f" {target:,.0f} {setting.part.config.currency}: the largest loss found is {found.largest:,.0f}; ask for"
            " less, or take another scenario, law or a longer horizon"
        )
    probability, shares = tail_probability(density, losses, target, found.markets, random)
    states, logs = density.states(found.markets), density.log_density(found.markets)
    of_mode = _modes_of(density, near, found.markets)
    modes = []
    for m, share in enumerate(shares):
        mine = np.flatnonzero(of_mode == m)
        nearest = nearest_path(setting, near, states[:, m], mine)
        place, distance = nearest if nearest is not None else (None, None)
        modes.append(
            LossMode(
                regime=None,
                share=share,
                distance=float(np.linalg.norm(found.markets[:, m])),
                density_ratio=math.exp(float(logs[m])),
                market=setting.market_moves(states[:, m], np.zeros(len(states))),
                losses=setting.by_scope(book.at(states[:, [m]])[:, 0]),
                n_near=mine.size,
                path=None if place is None else int(near.numbers[place]),
                path_losses={} if place is None else setting.by_scope(near.losses[:, place]),
                path_distance=distance,
                command=None if place is None else setting.command(int(near.numbers[place])),
            )
        )
    return probability, tuple(sorted(modes, key=lambda mode: -mode.share.value))


def _tail(setting: StressSetting, density: LawDensity) -> F64:
    """Return the whitened markets of the worst simulated paths: (n_factors, N_TAIL)."""
    worst = np.argsort(-setting.first.losses[0], kind="stable")[:N_TAIL]
    return _whitened(density, setting.first.states[:, worst])


def _modes_of(density: LawDensity, near: HorizonPaths, modes: F64) -> F64:
    """Return the mode to which each path's whitened direction is nearest: (n,)."""
    return np.asarray(np.argmax((modes / np.linalg.norm(modes, axis=0)).T @ _whitened(density, near.states), axis=0))


def _whitened(density: LawDensity, states: F64) -> F64:
    return np.asarray(np.linalg.lstsq(density.chol, states - density.mean[:, None])[0])


def _too_small(setting: StressSetting, target: float, usual: float) -> str:
    return (
        f"--loss: the mean market of {setting.part.inputs.names[0]} loses {usual:,.0f} {setting.part.config.currency}"
        f" already, so that {target:,.0f} is no stress; ask for more"
    )
