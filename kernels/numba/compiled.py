"""Whether the numba kernels are compiled already, for whoever would wait for them."""


def compile_notice() -> str | None:
    """What to say before the numba backend is used for the first time; None where its kernels are kept from before.

    Kept for one precision, one kind of run or one processor, they may still be compiled for another.
    """
    # numba takes a second to import, and only this backend needs it
    from kernels.numba.kept import kept_files
    from kernels.numba.settings import cache_folder, is_written

    if kept_files():
        return None
    if not is_written():
        return (
            f"compiling kernels, some 40 s in every run: {cache_folder()} cannot be written; "
            "UNWIND_CACHE names another folder"
        )
    return "compiling kernels for this machine, once: some 40 s (`unwind warm` does it beforehand, on all cores)"
