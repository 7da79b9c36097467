"""Is "rotate into utilities and staples" right? Sectors' returns by the regime in which a path ends, under rival betas.

A named set of betas (`engine.mechanisms.betas`) gives the discount-rate channel alone: each path's move of the 10-year
Treasury yield times the sector's beta. Without a set, returns are those of the walk's own factors of these names, whose
scenario may move them by its `[impact] betas`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError, did_you_mean
from engine.levels.quantiles import chunks
from engine.mechanisms.betas import BETA_SETS
from engine.mechanisms.factor_names import TEN_YEARS
from engine.run.walk import Walk
from kernels.base import PathRange
from kernels.types import F64

TECHNOLOGY, UTILITIES, STAPLES = "XLK", "XLU", "XLP"
LOW = 0.05
OWN = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorReturn:
    """One sector's return to the horizon on the paths that end in one regime; fractions of the value held."""

    betas: str  # name of the set, or "simulated"
    regime: str
    sector: str
    n_paths: int
    mean: float
    mean_se: float
    low: float  # 5 % quantile
    over_technology: float  # mean of the return less that of technology, path by path
    over_technology_se: float


def sector_returns(
    walk: Walk, n_paths: int, sets: Sequence[str | None], sectors: Sequence[str] = (TECHNOLOGY, UTILITIES, STAPLES)
) -> tuple[SectorReturn, ...]:
    """Return those of `sectors`, technology first, under each set of betas (None: as simulated), by final regime.

    Sectors that a set has no beta for are left out of it, and regimes in which fewer than two paths end.

    Raises
    ------
    InputError
        A set is not known, or has no beta of technology; the walk lacks the 10-year Treasury, or a sector as a factor.
    """
    wanted = [(name or OWN, _betas(name, sectors)) for name in sets]
    lacking = [s for s in (*(sectors if None in sets else ()), TEN_YEARS) if s not in walk.series]
    if lacking:
        raise InputError(f"the market has no factor {', '.join(lacking)}, which these returns need")
    names = [TEN_YEARS, *(sectors if None in sets else ()), "regime"]
    rows = [walk.series.index(name) for name in names]
    paths = PathRange(first=0, n=n_paths)
    moves = np.concatenate([walk.deviations(ids)[-1, rows] for ids in chunks(walk, paths)], axis=1)
    found = []
    for number, regime in enumerate(walk.regimes or ("the only one",)):
        mine = moves[:, moves[-1] == number]
        if mine.shape[1] < 2:
            continue
        for name, betas in wanted:
            own = {s: np.expm1(mine[names.index(s)] if betas is None else betas[s] * mine[0]) for s in betas or sectors}
            found += [_summary(name, regime, sector, own) for sector in own]
    return tuple(found)


def _betas(name: str | None, sectors: Sequence[str]) -> dict[str, float] | None:
    if name is None:
        return None
    if name not in BETA_SETS:
        raise InputError(
            f"no betas are called {name!r}{did_you_mean(name, list(BETA_SETS)) or ';'} {', '.join(BETA_SETS)}"
        )
    beta_of = dict(BETA_SETS[name].betas)
    if sectors[0] not in beta_of:
        raise InputError(f"the betas {name!r} have none of {sectors[0]}, with which others are compared")
    return {sector: beta_of[sector] for sector in sectors if sector in beta_of}


def _summary(betas: str, regime: str, sector: str, returns: dict[str, F64]) -> SectorReturn:
    own = returns[sector]
    over = own - next(iter(returns.values()))
    root = math.sqrt(own.size)
    return SectorReturn(
        betas=betas,
        regime=regime,
        sector=sector,
        n_paths=own.size,
        mean=float(own.mean()),
        mean_se=float(own.std(ddof=1)) / root,
        low=float(np.quantile(own, LOW, method="inverted_cdf")),
        over_technology=float(over.mean()),
        over_technology_se=float(over.std(ddof=1)) / root,
    )
