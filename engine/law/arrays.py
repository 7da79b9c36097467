"""Laws into the kernels' arrays: each once, padded to the most regimes of any."""

from collections.abc import Sequence

import numpy as np

from engine.law.law import Law
from engine.law.past.filtered import RowLaw
from engine.law.unwind import UnwindLaw
from kernels.law_layout import Law as LawRecord
from kernels.law_layout import ModelArrays, plain_model
from kernels.records import Rows
from kernels.types import F64, I64, Array


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
        whole = _with_rows(whole, [law.rows for law in kept])
    return dynamics, whole


def _with_rows(plain: ModelArrays, laws: Sequence[RowLaw | None]) -> ModelArrays:
    """Return the arrays with those of laws by rows; equal tables are there once."""
    present = [law for law in laws if law is not None]
    tables = {law.residuals.tobytes(): law.residuals for law in present}
    ends = np.cumsum([0, *(len(table) for table in tables.values())])
    edges, aliases = list[I64](), list[I64]()
    records, n_leaders = plain.laws.copy(), max(1, *(law.leader.size for law in present))
    for d, law in enumerate(laws):
        if law is not None:
            place = list(tables).index(law.residuals.tobytes())
            records["is_filtered"][d], records["is_enumerated"][d] = 1, int(law.is_enumerated)
            records["first_row"][d], records["last_row"][d] = ends[place], ends[place + 1]
            records["lead_clip"][d] = law.clip
            if law.edges.size:
                records["n_row_regimes"][d] = law.edges.shape[1]
                records["first_edge"][d], records["first_alias"][d] = map(sum, (map(len, edges), map(len, aliases)))
                edges.append(law.edges.ravel())
                aliases.append(law.aliases.ravel())
    same = ("root_span", "weekday_move", "follows", "own_normal", "least_variance", "variance", "speed", "weight")
    stacked = {name: _stacked([None if law is None else getattr(law, name) for law in laws]) for name in same}
    padded = {
        name: _stacked([None if law is None else _with_zeros(getattr(law, name), n_leaders) for law in laws])
        for name in ("leader", "lead", "last_residual")
    }
    shared = {
        "residuals": np.concatenate(list(tables.values())).T,
        "regime_edges": np.concatenate([np.zeros(0, np.int64), *edges]),
        "row_aliases": np.concatenate([np.zeros(0, np.int64), *aliases]),
    }
    return plain._replace(laws=records, **shared, **stacked, **padded)


def _stacked(arrays: Sequence[Array | None]) -> Array:
    """Return (n_dynamics, ...): zeros of a law that has none."""
    one = next(each for each in arrays if each is not None)
    return np.stack([np.zeros_like(one) if each is None else each for each in arrays])


def _with_zeros(by_leader: Array, n: int) -> Array:
    """Return (..., n) from (..., n_leaders)."""
    return np.pad(by_leader, [(0, 0)] * (by_leader.ndim - 1) + [(0, n - by_leader.shape[-1])])


def _with_unwinds(plain: ModelArrays, kept: Sequence[Law], unwinds: Sequence[UnwindLaw | None]) -> ModelArrays:
    n_regimes = max(law.drift.shape[0] for law in kept)
    present = [unwind for unwind in unwinds if unwind is not None]
    n_quantiles = max(unwind.quantiles.size for unwind in present)
    jumps = [unwind.jumps for unwind in present]
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
        impact=np.stack([np.zeros(plain.decay.shape[1]) if each is None else each.impact for each in unwinds]),
        scheduled=np.stack(
            [np.zeros_like(present[0].scheduled) if each is None else each.scheduled for each in unwinds]
        ),
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
