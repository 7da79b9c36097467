"""Chosen paths of a scenario walked again: what each is after a step, of its factors and of the law's own series."""

import numpy as np

from engine.run.backend import device_errors
from engine.run.prepared import Prepared
from kernels.law_layout import PATH_SERIES
from kernels.types import F64, I64, U64

LEVELS_AT_ONCE = 2**22  # of levels replayed at once: 32 MiB


def replayed_levels(
    part: Prepared, scenario: int, paths: U64, steps: I64 | None = None, series: slice = slice(None)
) -> F64:
    """Replay paths of a scenario: (n_steps, n_series, n_paths) after the steps asked for.

    steps    (n_steps,) numbers of steps, from 1; None: all
    series   of the factors' deviations from the scenario's start, then of what `PATH_SERIES` names

    Raises RiskError where the device fails.
    """
    program, n_series = part.program, len(part.inputs.market.factors) + len(PATH_SERIES)
    law, n_steps = int(program.book.run.dynamics[scenario]), program.n_steps
    picked = np.arange(n_steps) if steps is None else steps - 1
    found = np.empty((picked.size, len(range(n_series)[series]), paths.size))
    at_once = max(1, LEVELS_AT_ONCE // (part.packed.model.laws.size * n_steps * n_series))
    with device_errors():
        for first in range(0, paths.size, at_once):
            some = slice(first, first + at_once)
            found[..., some] = part.backend.levels(program, paths[some])[law][picked, series]
    return found


def levels_at_horizon(part: Prepared, scenario: int, paths: U64, series: slice = slice(None)) -> F64:
    """Replay paths to their end alone: (n_series, n_paths). As `replayed_levels`."""
    ends: F64 = replayed_levels(part, scenario, paths, np.array([part.program.n_steps]), series)[0]
    return ends
