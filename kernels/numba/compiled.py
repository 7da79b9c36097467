"""What is said while numba kernels are compiled, to whoever waits for them."""

import time
from collections.abc import Callable

N_PARTS = 120  # that the kernels of a run take in, about
HEARTBEAT_S = 5.0


def announce_compiling(say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
    """Have `say` called before this process compiles its first kernel, then every HEARTBEAT_S seconds of `clock`.

    Where all kernels are found that were compiled before, it never is.
    """
    # numba takes a second to import, and only this backend needs it
    from kernels.numba.kept import KeptCode
    from kernels.numba.parts import PartLowering
    from kernels.numba.settings import cache_folder, is_written

    last, n_parts = 0.0, 0

    def begun() -> None:
        nonlocal last
        say(
            "compiling kernels, once, some 20 s; `unwind warm` does it beforehand, on all cores"
            if is_written()
            else f"compiling kernels, some 20 s in every run: {cache_folder()} cannot be written; "
            "UNWIND_CACHE names another folder"
        )
        last, KeptCode.begun = clock(), None

    def taken_in() -> None:
        nonlocal last, n_parts
        n_parts += 1
        if clock() - last >= HEARTBEAT_S:
            say(f"compiling kernels: {n_parts} of about {N_PARTS} parts")
            last = clock()

    KeptCode.begun, PartLowering.taken_in = begun, taken_in
