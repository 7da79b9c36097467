"""Jumps as arrays: how often in each regime, how large, and what compensates the drift of prices."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammainc

from engine.law.diffusion import Steps
from engine.law.part import LawSetting, Record
from engine.law.past.filtered import RowLaw, RowSteps
from engine.market.factors import FactorKind
from engine.mechanisms.jumps import Jump
from engine.mechanisms.parameters.sizes import values
from engine.mechanisms.unwind import Unwind
from kernels.types import F64, I64

MOST = 3  # of a kind in a step: rarer counts are drawn as this many
N_LOADINGS = 4  # normals of a kind's own
ANY_STEP = -1
JUMP_FIELDS = ("first_jump", "last_jump")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JumpArrays:
    """Kinds of jumps: N mean + sqrt(N) loadings @ xi, with N of them in a step."""

    step: I64  # (n_jumps,) that may have one; ANY_STEP: any
    tails: F64  # (n_jumps, n_regimes, MOST) probability of at least 1, 2, 3 in a step
    mean: F64  # (n_jumps, n_factors)
    loadings: F64  # (n_jumps, n_factors, N_LOADINGS)
    compensator: F64  # (n_regimes, n_factors) ln E exp(jumps of a step), of those that are compensated


def jumps_record(unwind: Unwind, setting: LawSetting) -> Record:
    """Return the record's fields of `unwind.jumps`, as of a model that holds no other law."""
    return {"first_jump": 0, "last_jump": len(unwind.jumps)}


def compensated(unwind: Unwind, setting: LawSetting, steps: Steps) -> Steps:
    """Return steps whose drift of prices takes the mean of compensated jumps back, as in Merton (1976)."""
    if not unwind.jumps:
        return steps
    return replace(steps, drift=steps.drift - _of_prices(unwind, setting))


def compensated_rows(unwind: Unwind, setting: LawSetting, rows: RowLaw, steps: RowSteps) -> RowSteps:
    """Return steps by rows whose drift of prices takes the mean of compensated jumps back; there is one regime."""
    return replace(steps, drift=steps.drift - _of_prices(unwind, setting)[0])


def _of_prices(unwind: Unwind, setting: LawSetting) -> F64:
    """Return what a step's drift of prices takes back in each regime: (n_regimes, n_factors), in the states' units."""
    regimes = tuple(regime.name for regime in unwind.regimes)
    compensator = jump_arrays(unwind.jumps, regimes, setting.names, setting.dt).compensator
    is_price = np.array([factor.kind is FactorKind.PRICE for factor in setting.market.factors])
    return np.where(is_price, compensator, 0.0)


def jump_arrays(jumps: tuple[Jump, ...], regimes: tuple[str, ...], factors: tuple[str, ...], dt: float) -> JumpArrays:
    """Return the arrays of `jumps` for steps of `dt` years; `regimes` names them, () is one without a name."""
    if undated := [jump.name for jump in jumps if jump.event is not None]:
        raise ValueError(f"events without their dates, {', '.join(undated)}: apply needs a horizon")
    n_regimes = max(1, len(regimes))
    shape = len(jumps), n_regimes, len(factors)
    tails = np.array([_tails(jump, regimes, dt) for jump in jumps]).reshape(*shape[:2], MOST)
    mean = np.array([values(jump.mean, factors) for jump in jumps]).reshape(shape[0], shape[2])
    loadings = np.array([_loadings(jump, factors) for jump in jumps]).reshape(shape[0], shape[2], N_LOADINGS)
    compensated = [jump.is_compensated and jump.day is None for jump in jumps]
    logs = np.log1p((_tilted(tails, mean, loadings))[compensated])  # (n_compensated, n_regimes, n_factors)
    return JumpArrays(
        step=np.array([ANY_STEP if jump.day is None else jump.day - 1 for jump in jumps], np.int64),
        tails=tails,
        mean=mean,
        loadings=loadings,
        compensator=logs.sum(axis=0).reshape(shape[1:]),
    )


def _tails(jump: Jump, regimes: tuple[str, ...], dt: float) -> F64:
    """Return (n_regimes, MOST) of a Poisson number, or of a dated jump that comes or does not."""
    if jump.day is not None:
        return np.tile([jump.probability, *[0.0] * (MOST - 1)], (max(1, len(regimes)), 1))
    rates = np.zeros(max(1, len(regimes)))
    for name, per_year in jump.rates:
        rates[[name in ("*", regime) for regime in regimes or ("*",)]] = per_year
    return np.asarray(gammainc(np.arange(1, MOST + 1), rates[:, None] * dt))  # P(N >= k)


def _loadings(jump: Jump, factors: tuple[str, ...]) -> F64:
    found = np.zeros((len(factors), N_LOADINGS))
    for k, sizes in enumerate(jump.loadings):
        found[:, k] = values(sizes, factors)
    return found


def _tilted(tails: F64, mean: F64, loadings: F64) -> F64:
    """Return E exp(N mean + sqrt(N) loadings @ xi) - 1 of each factor: (n_jumps, n_regimes, n_factors)."""
    one = mean + 0.5 * (loadings**2).sum(axis=2)  # (n_jumps, n_factors) ln E of one jump
    exactly = tails - np.append(tails[:, :, 1:], np.zeros_like(tails[:, :, :1]), axis=2)
    counts = np.arange(1, MOST + 1)
    return np.asarray((exactly[..., None] * np.expm1(counts[:, None] * one[:, None, None, :])).sum(axis=2))
