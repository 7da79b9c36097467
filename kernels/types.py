"""Arrays and scalars that travel between modules, by name. Shapes and units stand where one is taken or returned."""

from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
I32 = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]
Dates = npt.NDArray[np.datetime64]
Array = npt.NDArray[Any]  # of binary64 or binary32: what is stepped in either precision
Records = npt.NDArray[np.void]  # rows of any of kernels.layout's records; of a known one, kernels.records.Rows

# scalars of a fixed width, under the names that the CUDA sources give them
u64 = np.uint64
u32 = np.uint32
i64 = np.int64
f64 = np.float64
f32 = np.float32
