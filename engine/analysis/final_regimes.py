"""The regime in which paths of a run end, by scenario."""

from dataclasses import dataclass

import numpy as np

from engine.run.prepared import Prepared
from engine.run.replayed_levels import levels_at_horizon
from engine.run.walk import regime_names
from kernels.law_layout import PATH_SERIES
from kernels.types import I64, U64

REGIME_PATHS = 2**17  # paths at most whose final regime is asked for


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FinalRegimes:
    """Where the first paths of one scenario end."""

    names: tuple[str, ...]
    numbers: I64  # (n_paths,) an index into `names`


def final_regimes(drawn: Prepared, s: int, n_paths: int) -> FinalRegimes | None:
    """Replay paths 0 to n_paths of a drawn scenario; None where its law has one regime alone, or one step."""
    names = regime_names(drawn.inputs.unwinds[s])
    if len(names) < 2 or drawn.packed.n_steps == 1:
        return None
    return FinalRegimes(names=names, numbers=final_regime_numbers(drawn, s, np.arange(n_paths, dtype=np.uint64)))


def final_regime_numbers(part: Prepared, scenario: int, paths: U64) -> I64:
    """Return the number of the regime in which each of chosen paths ends: (n_paths,); 0 where its law has none."""
    place = len(part.inputs.market.factors) + PATH_SERIES.index("regime")
    regimes: I64 = levels_at_horizon(part, scenario, paths, slice(place, place + 1))[0].astype(np.int64)
    return regimes
