"""What is said while numba kernels are compiled, to whoever waits for them."""

import time
from collections.abc import Callable

N_KERNELS = 70  # of a precision, about
HEARTBEAT_S = 10.0


def announce_compiling(say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
    """Have `say` called before this process compiles its first kernel, then every HEARTBEAT_S seconds of `clock`.

    Where all kernels are found that were compiled before, it never is.
    """
    # numba takes a second to import, and only this backend needs it
    from kernels.numba.kept import KeptCode
    from kernels.numba.settings import cache_folder, is_written

    first, last = KeptCode.n_compiled, None

    def told(n_compiled: int) -> None:
        nonlocal last
        if last is None:
            say(
                "compiling kernels, once, some 40 s; `unwind warm` does it beforehand, on all cores"
                if is_written()
                else f"compiling kernels, some 40 s in every run: {cache_folder()} cannot be written; "
                "UNWIND_CACHE names another folder"
            )
        elif clock() - last < HEARTBEAT_S:
            return
        else:
            say(f"compiling kernels: {n_compiled - first} of about {N_KERNELS}")
        last = clock()

    KeptCode.told = told
