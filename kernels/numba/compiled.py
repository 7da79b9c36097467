"""Whether the numba kernels are compiled already, for whoever would wait for them."""


def compile_notice() -> str | None:
    """What to say before the numba backend is used for the first time; None where its kernels are kept from before.

    Kept for one precision or one kind of run, they may still be compiled for another.
    """
    from kernels.numba.settings import STRICT, cache_folder  # numba: a second to import, and only this backend needs it

    if not STRICT["cache"]:
        return f"compiling kernels, some 40 s in every run: {cache_folder()} cannot be written"
    if any(cache_folder().glob("*.nbi")):
        return None
    return "compiling kernels for this machine, once: some 40 s"
