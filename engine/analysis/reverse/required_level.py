"""What one factor must be for a loss: all others where they are expected with it."""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from engine.analysis.reverse.book_losses import BookLosses
from engine.analysis.reverse.factor_levels import level_of
from engine.analysis.reverse.results import Figure, RequiredLevel, RequiredLevels
from engine.analysis.reverse.stress_setting import StressSetting
from kernels.types import F64

REACH = 10.0  # standard deviations of a factor, either way, within which a level is plausible
N_TRIED = 801  # levels that are tried
N_BETWEEN = 33  # again between two of these, and again: a millionth of a standard deviation
N_ZOOMS = 4


def required_levels(setting: StressSetting, book: BookLosses, factor: int, target: float) -> RequiredLevels:
    """Return the nearest levels of a factor below and above its mean at which the loss is `target`, if there are any.

    The other factors take their conditional mean, by the regression of the law's states on the factor's: exact for
    normals and t, the line through the paths for laws of past days.
    """
    moments, market, kind = setting.moments, setting.start, setting.factors[factor]
    mean, std = float(moments.mean[factor]), float(moments.std[factor])

    def losses(state: F64) -> F64:
        return book.total(moments.given([factor], state[None]))

    tried = mean + std * np.linspace(-REACH, REACH, N_TRIED if std > 0.0 else 1)
    found = losses(tried)
    middle, worst = tried.size // 2, int(np.argmax(found))
    sides = (range(middle, 0, -1), range(middle, tried.size - 1))
    steps = ([(tried[i], tried[i - 1], found[i], found[i - 1]) for i in sides[0]],
             [(tried[i], tried[i + 1], found[i], found[i + 1]) for i in sides[1]])  # fmt: skip
    levels = []
    for side in steps:
        crossing = next(((a, b) for a, b, low, high in side if low < target <= high), None)
        if crossing is not None:
            levels.append(_level(setting, factor, _zoomed(losses, *crossing, target)))
    return RequiredLevels(
        factor=kind.name,
        kind=kind.kind.value,
        start=market.level(kind),
        low=float(level_of(market, kind, tried[0])),
        high=float(level_of(market, kind, tried[-1])),
        levels=tuple(levels),
        largest=float(found[worst]),
        largest_at=float(level_of(market, kind, tried[worst])),
    )


def _zoomed(losses: Callable[[F64], F64], inner: float, outer: float, target: float) -> float:
    """Return the state between two, the nearer to the mean first, at which the loss reaches `target`."""
    for _ in range(N_ZOOMS):
        tried = np.linspace(inner, outer, N_BETWEEN)
        first = max(1, int(np.argmax(losses(tried) >= target)))
        inner, outer = float(tried[first - 1]), float(tried[first])
    return outer


def _level(setting: StressSetting, factor: int, state: float) -> RequiredLevel:
    mean, std = float(setting.moments.mean[factor]), float(setting.moments.std[factor])
    return RequiredLevel(
        level=float(level_of(setting.start, setting.factors[factor], np.array(state))),
        move=state,
        in_std=(state - mean) / std,
        beyond=_beyond(setting, factor, state, (state - mean) / std),
    )


def _beyond(setting: StressSetting, factor: int, state: float, in_std: float) -> Figure:
    """Return how likely the factor is to end there or farther: by the normal, or a share of the first paths."""
    if setting.density is not None and setting.density.nu is None:
        return Figure(value=float(ndtr(-abs(in_std))), se=0.0)
    ends, weights = setting.first.states[factor], setting.first.weights
    share = float(weights[ends <= state if in_std < 0.0 else ends >= state].sum() / weights.sum())
    return Figure(value=share, se=0.0 if setting.is_whole else math.sqrt(share * (1.0 - share) / ends.size))
