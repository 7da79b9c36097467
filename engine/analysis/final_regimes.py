"""The regime in which paths of a run end, by scenario."""

from dataclasses import dataclass

import numpy as np

from engine.run.backend import device_errors
from engine.run.prepared import Prepared
from engine.run.walk import regime_names
from kernels.law_layout import PATH_SERIES
from kernels.types import I64

CHUNK_BYTES = 2**27  # of replayed levels at a time


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FinalRegimes:
    """Where the first paths of one scenario end."""

    names: tuple[str, ...]
    numbers: I64  # (n_paths,) an index into `names`


def final_regimes(drawn: Prepared, s: int, n_paths: int) -> FinalRegimes | None:
    """Replay paths 0 to n_paths of a drawn scenario; None where its law has one regime alone, or one step."""
    unwind = drawn.inputs.unwinds[s]
    names = regime_names(unwind)
    if len(names) < 2 or drawn.packed.n_steps == 1:
        return None
    law, n_series = int(drawn.packed.book.run.dynamics[s]), drawn.program.model.decay.shape[1] + len(PATH_SERIES)
    row = drawn.program.model.decay.shape[1] + PATH_SERIES.index("regime")
    n_laws = len(drawn.program.model.decay)
    at_once = max(1, CHUNK_BYTES // (8 * n_laws * drawn.packed.n_steps * n_series))
    numbers = np.empty(n_paths, np.int64)
    with device_errors():
        for first in range(0, n_paths, at_once):
            ids = np.arange(first, min(first + at_once, n_paths), dtype=np.uint64)
            numbers[first : first + ids.size] = drawn.backend.levels(drawn.program, ids)[law, -1, row]
    return FinalRegimes(names=names, numbers=numbers)
