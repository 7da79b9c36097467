"""Choose where a run computes, and say so."""

from collections.abc import Callable

from engine.errors import InputError
from kernels.base import AbstractBackend
from kernels.select import BACKENDS, select_backend


def choose_backend(name: str, say: Callable[[str], None]) -> AbstractBackend:
    """Return the backend called `name`; `auto` is numba, on all cores.

    Raises
    ------
    InputError
        There is no such backend here; says why and what else there is.
    """
    if name == "auto":
        say("backend auto: numba on all cores")
        return select_backend("numba")
    if name not in BACKENDS:
        raise InputError(f"backend {name!r} cannot run here; there are {', '.join(BACKENDS)}: use --backend numba")
    return select_backend(name)
