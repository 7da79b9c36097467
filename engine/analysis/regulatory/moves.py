"""What one law makes of a market's factors over a horizon, and what that is worth to the books as they are held."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from engine.errors import InputError
from engine.inputs.run import RunConfig
from engine.run.backend import device_errors
from engine.run.blocks import Progress
from engine.run.load import load_inputs
from engine.run.prepared import Prepared, prepare, scopes_of
from engine.run.replayed_levels import levels_at_horizon
from kernels.types import F64, U64, Bools

CHUNK = 2**15  # paths at a time
MOST_BYTES = 2**31  # of P&L held at once


def law_part(config: RunConfig, law: str, say: Callable[[str], None]) -> Prepared:
    """Return the only part of a run of one law, ready. Raises InputError where the market lacks the law."""
    config = config.model_copy(update={"laws": (law,)})
    (part,) = prepare(config, load_inputs(config), say).parts
    return part


def n_paths_of(part: Prepared) -> int:
    """Return how many paths stand for a law: as many moves as it has, or as many as are drawn."""
    return int(part.n_moves[0]) or part.config.n_paths


def is_drawn(part: Prepared) -> bool:
    """Return whether a law's paths are drawn, and so have errors of simulation."""
    return not part.n_moves[0]


def moves_of(part: Prepared, paths: U64) -> F64:
    """Return what the factors' states move by over the horizon, on given paths: (n_factors, n_paths)."""
    return levels_at_horizon(part, 0, paths, slice(len(part.inputs.market.factors)))


def pnl_of_moves(part: Prepared, moves: F64) -> F64:
    """Return what moves (n_factors, n) of the states are worth at once: (n_scopes, n) [currency of the run]."""
    with device_errors():
        return np.asarray(part.backend.pnl_of_moves(part.packed.book, moves))


def pnl_of_sets(part: Prepared, sets: Iterable[Bools], progress: Progress) -> Mapping[bytes, F64]:
    """Return the P&L of a law's moves where some factors alone move: (n_scopes, n_paths) [currency] by the set's bytes.

    Raises InputError where more would be held than `MOST_BYTES`.
    """
    distinct = {each.tobytes(): each for each in sets}
    n_paths, n_scopes = n_paths_of(part), len(scopes_of(part))
    most = MOST_BYTES // (8 * len(distinct) * n_scopes)
    if n_paths > most:
        raise InputError(f"`paths` must be at most {most:,} here: all P&L is held at once; got {n_paths:,}")
    pnl = {key: np.empty((n_scopes, n_paths)) for key in distinct}
    for first in range(0, n_paths, CHUNK):
        paths = np.arange(first, min(first + CHUNK, n_paths), dtype=np.uint64)
        moves = moves_of(part, paths)
        for key, factors in distinct.items():
            pnl[key][:, first : first + paths.size] = pnl_of_moves(part, np.where(factors[:, None], moves, 0.0))
        progress(first + paths.size, n_paths)
    return pnl
