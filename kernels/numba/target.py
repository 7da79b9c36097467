"""What numba compiles for: the processor and vectors that it was told to use, which may be fewer than there are."""

from numba.core.registry import cpu_target

WIDE = ("avx512f", "avx2", "avx", "sse2", "neon")  # widest first


def compiler_target() -> tuple[str, str]:
    """Return the name of the processor that kernels are compiled for, and the widest vectors they may use, "" if none.

    NUMBA_CPU_NAME and NUMBA_CPU_FEATURES change both.
    """
    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    allowed = {feature[1:] for feature in features.split(",") if feature.startswith("+")}
    widest = next((each for each in WIDE if each in allowed), "")
    return name, f"{widest}, 256 bits at a time" if widest == "avx512f" and "prefer-256-bit" in allowed else widest
