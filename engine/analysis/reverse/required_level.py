"""What one factor must be for a loss: all others where they are expected with it."""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from engine.analysis.reverse.book_losses import BookLosses
from engine.analysis.reverse.factor_levels import level_of
from engine.analysis.reverse.results import Figure, RequiredLevel, RequiredLevels
from engine.analysis.reverse.state_moments import StateMoments
from engine.analysis.reverse.stress_setting import StressSetting
from kernels.types import F64

REACH = 10.0  # standard deviations of a factor, either way, within which a level is plausible
N_TRIED = 801  # levels that are tried
N_BETWEEN = 33  # again between two of these, and again: a millionth of a standard deviation
N_ZOOMS = 4
# Of what n draws do not show, 3 / n is an upper bound with 95 % confidence: Hanley & Lippman-Hand (1983), "If nothing
# goes wrong, is everything all right?", JAMA 249(13).
RULE_OF_THREE = 3.0


def required_levels(setting: StressSetting, book: BookLosses, factor: int, target: float) -> RequiredLevels:
    """Return the nearest levels of a factor below and above its mean at which the loss is `target`, if there are any.

    The other factors take their conditional mean, by the regression of the law's states on the factor's: exact for
    normals and t, the line through the paths for laws of past days.
    """
    moments, market, kind = setting.moments, setting.start, setting.factors[factor]
    tried, found = _tried(moments, book, factor)
    worst = int(np.argmax(found))
    sides = _crossings(moments, book, factor, target)
    return RequiredLevels(
        factor=kind.name,
        kind=kind.kind.value,
        start=market.level(kind),
        low=float(level_of(market, kind, tried[0])),
        high=float(level_of(market, kind, tried[-1])),
        levels=tuple(
            _level(setting, factor, state, se)
            for state, se in zip(sides, _errors(setting, book, factor, target), strict=True)
            if math.isfinite(state)
        ),
        largest=float(found[worst]),
        largest_at=float(level_of(market, kind, tried[worst])),
    )


def _line(moments: StateMoments, book: BookLosses, factor: int, states: F64) -> F64:
    """Return losses where a factor's states are (n,), all else where it is expected with them: (n,)."""
    return book.total(moments.given([factor], states[None]))


def _tried(moments: StateMoments, book: BookLosses, factor: int) -> tuple[F64, F64]:
    """Return the states of a factor that are tried, ascending, and the losses there: (n_tried,) each."""
    mean, std = float(moments.mean[factor]), float(moments.std[factor])
    tried = mean + std * np.linspace(-REACH, REACH, N_TRIED if std > 0.0 else 1)
    return tried, _line(moments, book, factor, tried)


def _crossings(moments: StateMoments, book: BookLosses, factor: int, target: float) -> tuple[float, float]:
    """Return the nearest states below and above the mean at which the loss reaches `target`; not a number: none."""
    tried, found = _tried(moments, book, factor)
    middle = tried.size // 2
    ends = []
    for side in (slice(middle, None, -1), slice(middle, None)):
        states, losses = tried[side], found[side]
        over = np.flatnonzero((losses[:-1] < target) & (losses[1:] >= target))
        if over.size:
            inner, outer = float(states[over[0]]), float(states[over[0] + 1])
            ends.append(_zoomed(lambda s: _line(moments, book, factor, s), inner, outer, target))
        else:
            ends.append(math.nan)
    return ends[0], ends[1]


def _errors(setting: StressSetting, book: BookLosses, factor: int, target: float) -> tuple[float, float]:
    """Return errors of the states below and above: of the line, which each section of the paths draws by itself.

    0 where the covariance is the law's own, or all paths are looked at; not bounded where a section finds no level.
    """
    if setting.density is not None or setting.is_whole:
        return 0.0, 0.0
    found = np.array([_crossings(moments, book, factor, target) for _, moments in setting.sections()])
    ses = np.std(found, axis=0, ddof=1) / math.sqrt(len(found))
    low, high = np.where(np.isfinite(ses), ses, math.inf).tolist()
    return low, high


def _zoomed(losses: Callable[[F64], F64], inner: float, outer: float, target: float) -> float:
    """Return the state between two, the nearer to the mean first, at which the loss reaches `target`."""
    for _ in range(N_ZOOMS):
        tried = np.linspace(inner, outer, N_BETWEEN)
        first = max(1, int(np.argmax(losses(tried) >= target)))
        inner, outer = float(tried[first - 1]), float(tried[first])
    return outer


def _level(setting: StressSetting, factor: int, state: float, se: float) -> RequiredLevel:
    mean, std = float(setting.moments.mean[factor]), float(setting.moments.std[factor])
    return RequiredLevel(
        level=float(level_of(setting.start, setting.factors[factor], np.array(state))),
        move=state,
        move_se=se,
        in_std=(state - mean) / std,
        beyond=_beyond(setting, factor, state, (state - mean) / std),
    )


def _beyond(setting: StressSetting, factor: int, state: float, in_std: float) -> Figure:
    """Return how likely the factor is to end there or farther: by the normal, or a share of the first paths."""
    if setting.density is not None and setting.density.nu is None:
        return Figure(value=float(ndtr(-abs(in_std))), se=0.0)
    ends, weights = setting.first.states[factor], setting.first.weights
    share = float(weights[ends <= state if in_std < 0.0 else ends >= state].sum() / weights.sum())
    if setting.is_whole:
        return Figure(value=share, se=0.0)
    if share == 0.0:
        return Figure(value=0.0, se=0.0, at_most=RULE_OF_THREE / ends.size)
    return Figure(value=share, se=math.sqrt(share * (1.0 - share) / ends.size))
