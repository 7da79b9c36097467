"""Scenarios whose one step is sampled: quasi-random replicates, most paths where the books lose, or all alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from engine.errors import InputError, RiskError
from engine.mechanisms.law import LAW_KINDS
from engine.mechanisms.unwind import Unwind
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import ScopeResult
from engine.risk.sampling.one_step import PLAIN_PART, Sampler, one_step_of, sampler_for
from engine.risk.sampling.weighted_tail import Replicates, weighted_tail
from engine.run.backend import device_errors
from engine.run.blocks import Progress
from engine.run.prepared import Prepared, scopes_of
from kernels.types import F64

REPLICATES = 16  # independent scramblings: an error between them is itself right to 18 %
LEAST_LOG2 = 8  # of the paths of a replicate that are tilted, or of all of them
MOST_BYTES = 2**30  # of P&L and weights


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledScenario:
    """One scenario's figures, and how to draw its paths again."""

    results: tuple[ScopeResult, ...]  # of the total, then of each book
    sampler: Sampler
    n_paths: int  # of all replicates

    @property
    def relative_se(self) -> float:
        """Return the relative standard error of the total's VaR at the highest confidence: `until_se` watches it."""
        highest = max(self.results[0].measures, key=lambda each: each.confidence).of(VALUE_AT_RISK)
        return 0.0 if highest.se == 0.0 else highest.se / abs(highest.value or np.nan)


def sampled_scenarios(
    parts: Sequence[Prepared], n_paths: int, progress: Progress, say: Callable[[str], None]
) -> tuple[SampledScenario, ...]:
    """Sample each part's one scenario with `n_paths` or somewhat more, and say of what they are made.

    Raises
    ------
    InputError
        The paths would take more than 1 GiB.
    RiskError
        P&L is not finite, or the device failed.
    """
    config = parts[0].config
    log2_points = log2_for(n_paths)
    samplers = [_sampler(part) for part in parts]
    n = [each.n_paths(log2_points) for each in samplers]
    for part, each in zip(parts, n, strict=True):
        check_bytes(part, REPLICATES * each)
    all_paths, done, found = REPLICATES * sum(n), 0, []
    for part, sampler in zip(parts, samplers, strict=True):
        words = "a fifth of them plain, the others towards the total's losses" if sampler.tilt.theta else "all alike"
        per = sampler.n_paths(log2_points)
        say(f"{part.inputs.names[0]} is sampled by {config.sampler}: {REPLICATES} replicates of {per:,} paths, {words}")
        pnl, weights = np.empty((len(scopes_of(part)), REPLICATES, per)), np.empty((REPLICATES, per))
        for r in range(REPLICATES):
            moves, weights[r] = sampler.replicate(r, log2_points)
            with device_errors():
                pnl[:, r] = part.backend.pnl_of_moves(part.packed.book, moves)
            done += per
            progress(done, all_paths)
        found.append(SampledScenario(results=_results(part, pnl, weights), sampler=sampler, n_paths=REPLICATES * per))
    return tuple(found)


def path_moves(sampled: SampledScenario, replicate: int, path: int) -> tuple[F64, float]:
    """Return the moves (n_factors,) of one path again, by its number within a replicate, and its weight."""
    per = sampled.n_paths // REPLICATES
    if not (0 <= replicate < REPLICATES and 0 <= path < per):
        last = f"replicates 0 to {REPLICATES - 1}, of paths 0 to {per - 1:,}"
        raise InputError(f"there are {last}; got {replicate}, {path}")
    log2_points = next(k for k in range(64) if sampled.sampler.n_paths(k) == per)
    moves, weights = sampled.sampler.replicate(replicate, log2_points)
    return moves[:, path], float(weights[path])


def log2_for(n_paths: int) -> int:
    """Return the logarithm of a replicate's tilted paths that make up `n_paths` at least, with the plain ones."""
    wanted = n_paths / REPLICATES / (1.0 + 2.0**-PLAIN_PART)
    return max(LEAST_LOG2, int(np.ceil(np.log2(wanted))))


def fits(parts: Sequence[Prepared], n_paths: int) -> bool:
    """Return whether so many paths of every part can be held."""
    return all(_bytes(part, n_paths) <= MOST_BYTES for part in parts)


def check_bytes(part: Prepared, n_paths: int) -> None:
    """Raise InputError where P&L of so many paths cannot be held."""
    if _bytes(part, n_paths) > MOST_BYTES:
        most = MOST_BYTES // _bytes(part, 1) // 2
        raise InputError(
            f"paths: {n_paths:,} sampled paths x {len(scopes_of(part))} scopes take more than 1 GiB; paths = {most:,} "
            "fit, and are worth many more plain ones"
        )


def _bytes(part: Prepared, n_paths: int) -> int:
    return 8 * n_paths * (1 + len(scopes_of(part)))


def _nu(unwind: Unwind | None) -> float | None:
    if unwind is None:
        return None
    return unwind.nu if unwind.law is None else LAW_KINDS[unwind.law].nu


def _sampler(part: Prepared) -> Sampler:
    def losses(moves: F64) -> F64:
        with device_errors():
            return np.asarray(0.0 - part.backend.pnl_of_moves(part.packed.book, np.ascontiguousarray(moves))[0])

    law = one_step_of(part.packed.model, _nu(part.inputs.unwinds[0]))
    return sampler_for(law, losses, part.config.seed)


def _results(part: Prepared, pnl: F64, weights: F64) -> tuple[ScopeResult, ...]:
    """Return the figures of P&L (n_scopes, n_replicates, n) [currency] with weights (n_replicates, n)."""
    packed, found = part.packed, list[ScopeResult]()
    if not np.isfinite(pnl).all():
        raise RiskError(
            f"P&L of {part.inputs.names[0]} is not finite: a level or vol of the market or scenario drives it out of "
            "range; check the shocks and vol multipliers"
        )
    for k, scope in enumerate(scopes_of(part)):
        sample, shock_pnl = Replicates(losses=0.0 - pnl[k], weights=weights), float(packed.shock_pnl[0, k])
        mean = sample.mean
        found.append(
            ScopeResult(
                scenario=part.inputs.names[0],
                scope=scope,
                base_value=float(packed.base_values[k]),
                shock_pnl=shock_pnl,
                mean=0.0 - mean.value,
                mean_se=mean.se,
                std=sample.std,
                measures=tuple(weighted_tail(sample, each, shock_pnl) for each in part.config.confidences),
                pnl_sha256=sha256(pnl[k].astype("<f8").tobytes()).hexdigest(),
                pnl_bound=float(packed.bounds.pnl[0, k]),
            )
        )
    return tuple(found)
