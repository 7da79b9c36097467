"""Laws into the kernels' arrays: each once, padded to the most regimes of any."""

from collections.abc import Sequence

import numpy as np

from engine.law.law import Law
from engine.law.past.row_arrays import with_rows
from engine.law.unwind import UnwindLaw
from kernels.law_layout import Law as LawRecord
from kernels.law_layout import ModelArrays, plain_model
from kernels.records import Rows
from kernels.types import F64, I64


def model_arrays(laws: Sequence[Law]) -> tuple[I64, ModelArrays]:
    """Return which law each scenario follows, (n_scenarios,), and the laws that differ.

    Scenarios that only shift levels share one walk.
    """
    keys = [law.key() for law in laws]
    order = list(dict.fromkeys(keys))
    kept = [laws[keys.index(key)] for key in order]
    dynamics = np.array([order.index(key) for key in keys], np.int64)
    plain = plain_model(
        decay=np.stack([law.decay for law in kept]),
        drift=np.stack([law.drift[0] for law in kept]),
        chol=np.stack([law.chol[0] for law in kept]),
    )
    whole = plain
    if any(law.unwind is not None for law in kept):
        whole = _with_unwinds(plain, kept, [law.unwind for law in kept])
    if any(law.rows is not None for law in kept):
        whole = with_rows(whole, [law.rows for law in kept])
    return dynamics, whole


def _with_unwinds(plain: ModelArrays, kept: Sequence[Law], unwinds: Sequence[UnwindLaw | None]) -> ModelArrays:
    n_regimes = max(law.drift.shape[0] for law in kept)
    present = [unwind for unwind in unwinds if unwind is not None]
    n_quantiles = max(unwind.quantiles.size for unwind in present)
    jumps = [unwind.jumps for unwind in present]
    n_factors, n_cohorts = plain.decay.shape[1], max(unwind.cohorts.entry.size for unwind in present)
    tails = [np.swapaxes(_padded(np.swapaxes(each.tails, 0, 1), n_regimes), 0, 1) for each in jumps]
    return plain._replace(
        drift=np.stack([_padded(law.drift, n_regimes) for law in kept]),
        chol=np.stack([_padded(law.chol, n_regimes) for law in kept]),
        convexity=np.stack([_padded(law.convexity, n_regimes) for law in kept]),
        laws=_records(unwinds),
        quantiles=np.stack([_quantiles(unwind, n_quantiles) for unwind in unwinds]),
        initial=np.stack([_initial(unwind, n_regimes) for unwind in unwinds]),
        transitions=np.stack([_transitions(unwind, n_regimes) for unwind in unwinds]),
        jump_step=np.concatenate([each.step for each in jumps]),
        jump_tails=np.concatenate(tails),
        jump_mean=np.concatenate([each.mean for each in jumps]),
        jump_loadings=np.concatenate([each.loadings for each in jumps]),
        impact=np.stack([np.zeros(n_factors) if each is None else each.impact for each in unwinds]),
        scheduled=np.stack(
            [np.zeros_like(present[0].scheduled) if each is None else each.scheduled for each in unwinds]
        ),
        may_end=_of_cap(unwinds, "may_end"),
        cap_shape=_of_cap(unwinds, "shape"),
        cap_release=_of_cap(unwinds, "release"),
        with_fx=np.stack([np.zeros(n_factors) if each is None else each.cohorts.with_fx for each in unwinds]),
        cohort_holdings=np.stack([np.zeros(n_factors) if each is None else each.cohorts.holdings for each in unwinds]),
        cohort_entry=np.stack([_by_cohort(each, "entry", n_cohorts) for each in unwinds]),
        cohort_stopped=np.stack([_by_cohort(each, "stopped", n_cohorts) for each in unwinds]),
    )


def _records(unwinds: Sequence[UnwindLaw | None]) -> Rows[LawRecord]:
    """Return (n_dynamics,) records; the jumps of each law follow those of the one before."""
    records = LawRecord.zeros(len(unwinds))
    first = 0
    for d, unwind in enumerate(unwinds):
        if unwind is not None:
            for name, value in unwind.record.items():
                records[name][d] = value
            records["first_jump"][d], records["last_jump"][d] = first, first + unwind.jumps.step.size
            first += unwind.jumps.step.size
    return records


def _padded(by_regime: F64, n: int) -> F64:
    """Return (n, ...) from (n_regimes, ...): a law with fewer regimes has copies of its first."""
    return np.concatenate([by_regime, np.repeat(by_regime[:1], n - by_regime.shape[0], axis=0)])


def _by_cohort(unwind: UnwindLaw | None, name: str, n: int) -> F64:
    """Return a field of a law's cohorts, zeros behind: (n,)."""
    if unwind is None:
        return np.zeros(n)
    numbers: F64 = getattr(unwind.cohorts, name)
    return np.pad(numbers, (0, n - numbers.size))


def _of_cap(unwinds: Sequence[UnwindLaw | None], name: str) -> F64:
    """Return a field of each law's cap, zeros of a law without an unwind: (n_dynamics, ...)."""
    arrays: list[F64 | None] = [None if each is None else getattr(each.cap, name) for each in unwinds]
    one = next(each for each in arrays if each is not None)
    return np.stack([np.zeros_like(one) if each is None else each for each in arrays])


def _quantiles(unwind: UnwindLaw | None, n: int) -> F64:
    return np.ones(n) if unwind is None or unwind.quantiles.size < n else unwind.quantiles


def _initial(unwind: UnwindLaw | None, n: int) -> F64:
    found = np.ones(n)
    if unwind is not None:
        found[: unwind.initial.size] = unwind.initial
    return found


def _transitions(unwind: UnwindLaw | None, n: int) -> F64:
    found = np.zeros((n, n, 2))
    if unwind is not None:
        size = unwind.transitions.shape[0]
        found[:size, :size] = unwind.transitions
    return found
