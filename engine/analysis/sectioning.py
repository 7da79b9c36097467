"""Errors of any statistic of paths, paired ones among them, by sectioning: the same statistic on disjoint blocks.

Which error a difference on common paths takes:

* VaR and ES of two P&L vectors that are held whole: `whatif/paired_changes.py`, to first order path by path, which also
  holds where so few paths change sides of VaR that sections would say too little;
* sums and differences of many groups, of which the worst paths alone are kept: `contributions/alone.py`, by the same
  first order, `engine.run.table_errors.path_adds`, without that;
* anything else, such as a measure of scaled and added rows, a part of the feedback, or a mover's share over many runs:
  sections. `explain/nights/tail_change.py` adds to them what differences of single ranks hide from sections.

The error of a law's table of past days stands beside these: by `engine.run.table_errors.paired_table_ses` where paths
are drawn, by `engine.risk.exact_tails.exact_change_ses` where every move is valued.
"""

import math
from collections.abc import Callable

import numpy as np

from engine.errors import InputError
from engine.risk.ranks import exact_confidence
from kernels.types import F64

N_SECTIONS = 32  # disjoint blocks of consecutive paths: the error itself is then known to an eighth
LEAST_IN_TAIL = 10  # paths of a section that lie beyond VaR


def check_sectioning(n_paths: int, confidences: tuple[float, ...]) -> None:
    """Raise InputError where a section of `n_paths` would hold too few paths of a tail."""
    tail = 1 - exact_confidence(max(confidences))
    least = math.ceil(N_SECTIONS * LEAST_IN_TAIL / tail)
    if n_paths < least:
        raise InputError(
            f"`paths` must be at least {least:,} for paired errors at confidence {max(confidences):g}: {N_SECTIONS}"
            f" sections of {LEAST_IN_TAIL} paths in the tail each; got {n_paths:,}"
        )


def sectioning_error(statistic: Callable[[F64], float], rows: F64) -> float:
    """Return the standard error of `statistic`, in its unit: a function of rows (n_rows, n_paths) of the same paths.

    The standard deviation of the statistic over `N_SECTIONS` disjoint sections, over the root of their number. Common
    random numbers are in it: what rows share cancels in each section. Asmussen & Glynn (2007), "Stochastic Simulation",
    section III.5.
    """
    found = np.array([statistic(part) for part in np.array_split(rows, N_SECTIONS, axis=-1)])
    return float(found.std(ddof=1) / math.sqrt(N_SECTIONS))
