"""The arrays that travel between modules, by name. Shapes and units stand where an array is taken or returned."""

from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]
Dates = npt.NDArray[np.datetime64]
Array = npt.NDArray[Any]  # of binary64 or binary32: what is stepped in either precision
Records = npt.NDArray[np.void]  # rows of one of kernels.layout's records
