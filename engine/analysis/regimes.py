"""Results by the regime in which a path ends: one correlation cannot hold both kinds of unwind."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.risk.tail import TailEstimate, estimate_sample
from kernels.types import F64, I64

LEAST_PATHS = 2  # of a regime for a mean with an error


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeResult:
    """P&L of one scope on the paths that end in one regime, in the run's currency; gains positive, losses positive."""

    regime: str
    scope: str  # "total" or "book:NAME"
    probability: float
    probability_se: float
    mean: float  # P&L, from the unshocked base
    mean_se: float
    estimates: tuple[TailEstimate, ...]  # given the regime, one a confidence; () with too few paths


def by_regime(
    pnl: F64, scopes: Sequence[str], regime: I64, names: Sequence[str], confidences: Sequence[float]
) -> tuple[RegimeResult, ...]:
    """Measure each scope given each final regime.

    pnl     (n_scopes, n_paths) [currency]
    regime  (n_paths,) its number, an index into `names`
    """
    found = []
    for number, name in enumerate(names):
        mine = regime == number
        found += [
            _result(name, scope, row[mine], regime.size, confidences) for scope, row in zip(scopes, pnl, strict=True)
        ]
    return tuple(found)


def _result(name: str, scope: str, pnl: F64, n_paths: int, confidences: Sequence[float]) -> RegimeResult:
    share = pnl.size / n_paths
    is_some = pnl.size >= LEAST_PATHS
    return RegimeResult(
        regime=name,
        scope=scope,
        probability=share,
        probability_se=math.sqrt(share * (1.0 - share) / n_paths),
        mean=float(pnl.mean()) if is_some else math.inf,
        mean_se=float(pnl.std(ddof=1)) / math.sqrt(pnl.size) if is_some else math.inf,
        estimates=tuple(estimate_sample(pnl, confidence) for confidence in confidences) if is_some else (),
    )
