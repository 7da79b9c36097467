"""Laws by rows into the kernels' arrays: equal tables once, leaders padded to the most of any law."""

from collections.abc import Sequence

import numpy as np

from engine.law.past.beyond_cap import BeyondCap
from engine.law.past.filtered import RowLaw
from kernels.law_layout import ModelArrays
from kernels.types import I64, Array


def with_rows(plain: ModelArrays, laws: Sequence[RowLaw | None]) -> ModelArrays:
    """Return the arrays with those of laws by rows; equal tables are there once."""
    present = [law for law in laws if law is not None]
    tables = {law.residuals.tobytes(): law.residuals for law in present}
    ends = np.cumsum([0, *(len(table) for table in tables.values())])
    edges, aliases, jumps = list[I64](), list[I64](), list[BeyondCap]()
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
            if law.beyond is not None:
                records["n_beyond"][d], records["first_beyond"][d] = len(law.beyond.edges), sum(map(_size, jumps))
                for name in ("cap", "shape", "ratio", "least"):
                    records[f"beyond_{name}"][d] = getattr(law.beyond, name)
                jumps.append(law.beyond)
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
        "beyond_edges": np.concatenate([np.zeros(0, np.int64), *(each.edges for each in jumps)]),
        "beyond_moves": np.concatenate([np.zeros((0, plain.decay.shape[1])), *(each.moves for each in jumps)]),
    }
    return plain._replace(laws=records, **shared, **stacked, **padded)


def _size(jumps: BeyondCap) -> int:
    return jumps.edges.size


def _stacked(arrays: Sequence[Array | None]) -> Array:
    """Return (n_dynamics, ...): zeros of a law that has none."""
    one = next(each for each in arrays if each is not None)
    return np.stack([np.zeros_like(one) if each is None else each for each in arrays])


def _with_zeros(by_leader: Array, n: int) -> Array:
    """Return (..., n) from (..., n_leaders)."""
    return np.pad(by_leader, [(0, 0)] * (by_leader.ndim - 1) + [(0, n - by_leader.shape[-1])])
