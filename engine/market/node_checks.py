"""What curves and lists of levels must be, whether a file or a program filled them."""

import math
from collections.abc import Mapping

import numpy as np

from engine.errors import InputError
from kernels.types import F64


def check_nodes(what: str, times: F64, values: F64) -> None:
    """Refuse nodes of a curve that are not finite, or whose times do not rise from 0 or above. Raises InputError.

    what    "curve 'JGB'", for the message
    times   (n_nodes,) years
    values  (n_nodes,)
    """
    if times.ndim != 1 or times.shape != values.shape or not times.size:
        raise InputError(f"{what} needs one value for each of its times; got {values.shape} for {times.shape}")
    check_finite(what, times)
    check_finite(what, values)
    if not times[0] >= 0.0 or not (times[1:] > times[:-1]).all():
        raise InputError(f"{what}: times must be 0 years or more and increase, got {times.tolist()}")


def check_finite(what: str, values: F64) -> None:
    """Refuse values of any shape among which one is not finite. Raises InputError with the first of them."""
    if not np.isfinite(values).all():
        bad = np.flatnonzero(~np.isfinite(values))[0]
        raise InputError(f"{what} must be finite, got {values.ravel()[bad]} at place {bad + 1}")


def check_positive(what: str, levels: Mapping[str, float]) -> None:
    """Refuse levels that are not finite and above 0. Raises InputError with the first of them."""
    for name, level in levels.items():
        if isinstance(level, bool) or not isinstance(level, int | float) or not 0.0 < level < math.inf:
            raise InputError(f"{what} of {name} must be a number above 0, got {level!r}")
