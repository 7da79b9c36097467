"""Kernels that go with a wheel or an image: what Python calls, without what only a compiler would need.

A kept kernel holds its machine code, and its code before that for kernels that call it. What Python calls no kernel
does, so the second half stays at home.
"""

from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from numba.core.registry import cpu_target

from kernels.numba import moves, paths, reduce
from kernels.numba.settings import compiler_target, shipped_folder

ENTRIES: tuple[Any, ...] = (
    paths.pnl_of_paths,
    paths.levels_of_paths,
    moves.pnl_of_moves,
    reduce.reduce_cells,
    reduce.keep_tails,
)  # the kernels that `kernels.numba.backend` calls


def ship(base: Path) -> tuple[Path, ...]:
    """Write what this process has called of ENTRIES below `base`, for a process whose UNWIND_KERNELS that is.

    Returns the files. Raises OSError where one cannot be written.
    """
    codegen, folder = cpu_target.target_context.codegen(), shipped_folder(base, compiler_target()[0])
    written = []
    for entry in ENTRIES:
        cache = entry._cache
        for types in entry.overloads:
            key = cache._index_key(types, codegen)
            code = cache._cache_file.load(key)
            if code is None:  # of payoffs of other packages, which is not kept
                continue
            path = cache._cache_file.write(folder, key, _only_machine_code(code))
            if path is None:
                raise OSError(f"{folder} cannot be written")
            written.append(path)
    return tuple(written)


def _only_machine_code(code: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what numba keeps of a kernel with empty functions for its bitcode: it looks for their names alone."""
    (name, kind, (machine_code, bitcode)), *others = code
    functions = (each.name for each in llvm.parse_bitcode(bitcode).functions if not each.is_declaration)
    names = llvm.parse_assembly("\n".join(f'define void @"{each}"() {{ ret void }}' for each in functions))
    return (name, kind, (machine_code, names.as_bitcode())), *others
