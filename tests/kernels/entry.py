"""Parts of kernels, called from Python."""

from collections.abc import Callable
from typing import Any

from numba import njit

from kernels.numba.settings import STRICT


def entry(part: Any) -> Callable[..., Any]:
    """Return a kernel that is this part alone."""

    @njit(**{**STRICT, "cache": False})
    def kernel(*arguments: Any) -> Any:
        return part(*arguments)

    return kernel
