"""A part is code for its callers: it has no machine code of its own, and gives their numbers."""

import numpy as np
from numba import njit

from kernels.numba.parts import PartLibrary
from kernels.numba.settings import INLINE, PART, STRICT


@njit(**INLINE)
def term(x):
    return x * x


@njit(**PART)
def add_squares(x, out):
    for i in range(x.size):
        out[i] += term(x[i])


@njit(**{**STRICT, "cache": False})
def sum_of_squares(x):
    out = np.zeros(x.size)
    add_squares(x, out)
    add_squares(x, out)
    return out.sum()


def test_a_kernel_takes_in_its_parts_and_theirs():
    x = np.arange(100.0)
    assert sum_of_squares(x) == 2 * (x * x).sum()
    (kernel,) = sum_of_squares.inspect_llvm().values()
    assert "term" not in "".join(line for line in kernel.splitlines() if " call " in line)


def test_nothing_is_made_of_a_part_alone():
    sum_of_squares(np.arange(2.0))
    (compiled,) = add_squares.overloads.values()
    assert isinstance(compiled.library, PartLibrary)
    names = [each.name for each in compiled.library.get_defined_functions()]
    assert not [name for name in names if "cpython" in name or "cfunc" in name]
    assert compiled.library.get_pointer_to_function(names[0]) == 0


def test_one_part_serves_arrays_of_several_kinds():
    assert sum_of_squares(np.arange(4, dtype=np.float32)) == 28.0
    assert sum_of_squares(np.arange(4)) == 28.0
