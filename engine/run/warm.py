"""Kernels compiled before a run waits for them: all that runs use, each precision in a process of its own."""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.inputs.run import resolve
from engine.run.backend import choose_backend
from engine.run.blocks import Progress
from engine.run.load import load_inputs
from engine.run.prepared import n_steps_of, prepared_by

PRECISIONS = ("float64", "float32")
PATHS = 128  # one block: what is compiled does not hang on their number
LOOK_S = 0.5  # seconds between two looks at how far the others are
N_PARTS = 125  # that the kernels of a precision take in, about: for the bar alone
_DAYS = 3  # a horizon that is walked

_n_parts: "Synchronized[int] | None" = None  # compiled so far by all processes of a call of `warm`


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """What became of the kernels of one precision on one kind of processor."""

    processor: str  # that they are compiled for
    precision: str
    n_found: int  # kept from before
    n_compiled: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKernels:
    """Where compiled kernels are, and how many bytes they take."""

    folder: Path
    n_files: int
    n_bytes: int
    is_written: bool  # False: the folder cannot be written, and nothing that was compiled stays


def warm(
    precisions: Sequence[str], processors: Sequence[str], progress: Progress, ship_to: Path | None = None
) -> tuple[Warmed, ...]:
    """Compile, or find compiled, all kernels that runs use; processes of their own share the machine's cores.

    Parameters
    ----------
    precisions : of PRECISIONS
    processors : values of UNWIND_CPU; empty: the one that this process would take
    progress : called with parts of kernels done and about how many there will be
    ship_to : folder that gets a copy of what runs call, for a wheel or an image; None: none does

    Raises
    ------
    InputError
        A precision or a processor that there is not, or that this machine cannot run.
    OSError
        `ship_to` cannot be written.
    """
    wrong = [each for each in precisions if each not in PRECISIONS]
    if wrong:
        raise InputError(f"--precision: must be {' or '.join(PRECISIONS)}, got {wrong[0]!r}")
    asked = [(processor, precision) for processor in processors or ("",) for precision in precisions]
    context, total = multiprocessing.get_context("spawn"), len(asked) * N_PARTS
    n, n_parts = min(len(asked), os.cpu_count() or 1), context.Value("i", 0)
    with ProcessPoolExecutor(n, context, _share_count, (n_parts,), max_tasks_per_child=1) as pool:
        flying = [pool.submit(_warmed, *each, ship_to) for each in asked]
        try:
            while wait(flying, LOOK_S, FIRST_COMPLETED).not_done:
                progress(min(n_parts.value, total), total)
                if any(each.done() and each.exception() for each in flying):
                    break
            return tuple(each.result() for each in flying)
        finally:
            for each in flying:
                each.cancel()


def kept_kernels() -> KeptKernels:
    """Return where kernels are kept, with those that were compiled for other precisions and processors."""
    from kernels.numba.kept import kept_files
    from kernels.numba.settings import cache_folder, is_written

    files = kept_files()
    n_bytes = sum(path.stat().st_size for path in files)
    return KeptKernels(folder=cache_folder(), n_files=len(files), n_bytes=n_bytes, is_written=is_written())


def host_processors() -> tuple[str, ...]:
    """Return the levels of x86-64 that this machine has, best first: an image with all of them serves most others."""
    from kernels.numba.settings import host_levels

    return host_levels()


def _share_count(n_parts: "Synchronized[int]") -> None:
    global _n_parts  # the only way from a pool's initializer to its tasks
    _n_parts = n_parts


def _count_part() -> None:
    assert _n_parts is not None
    with _n_parts.get_lock():
        _n_parts.value += 1


def _warmed(processor: str, precision: str, ship_to: Path | None) -> Warmed:
    """Prepare a run, value moves that are given and replay a path: that calls every kernel of the CPU's wing."""
    if processor:
        os.environ["UNWIND_CPU"] = processor
    start = time.perf_counter()
    from kernels.numba.kept import KeptCode  # first: where numba is loaded, it and no object is asked for each kernel
    from kernels.numba.settings import compiler_target

    say: Callable[[str], None] = lambda _: None  # noqa: E731
    asked = {"paths": PATHS, "horizon_days": _DAYS, "scenarios": ["base"], "precision": precision}
    config = resolve({**asked, "steps": "daily", "backend": "numba"}, {})
    backend, inputs = choose_backend("numba", say), load_inputs(config)
    from kernels.numba.parts import PartLowering

    PartLowering.taken_in = _count_part
    drawn = prepared_by(config, inputs, backend, n_steps_of(config, inputs, say)).drawn
    assert drawn is not None  # the base scenario's law is a diffusion
    backend.pnl_of_moves(drawn.packed.book, np.zeros((drawn.packed.model.decay.shape[1], 1)))
    backend.levels(drawn.program, np.zeros(1, np.uint64))

    n_found, n_compiled = KeptCode.n_found, KeptCode.n_compiled  # to ship them, they are looked up once more
    if ship_to is not None:
        from kernels.numba.shipped import ship

        ship(ship_to)
    return Warmed(
        processor=compiler_target()[0],
        precision=precision,
        n_found=n_found,
        n_compiled=n_compiled,
        seconds=time.perf_counter() - start,
    )
