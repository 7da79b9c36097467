"""What the CUDA backend needs of a device: a GPU (gpu.py), or g++ and the CPU (on_cpu.py)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from kernels.cuda.host.source import BuildSettings
from kernels.types import Array


class DeviceError(Exception):
    """A device, its driver or its compiler does not do what is asked of it."""


class DeviceMemoryError(DeviceError):
    """Too little device memory is free now; another process may give some back."""


class AbstractDevice(ABC):
    """A place that holds arrays and runs the kernels of paths.cu on them."""

    @abstractmethod
    def name(self) -> str:
        """In words."""

    @abstractmethod
    def free_bytes(self) -> int:
        """Memory that arrays can still take."""

    @abstractmethod
    def peak_bytes(self) -> int:
        """Most memory that arrays took so far at once, what is held for the next ones included."""

    @abstractmethod
    def wait(self) -> None:
        """Return once the work on the device is done."""

    @abstractmethod
    def build(self, settings: BuildSettings) -> Any:
        """Compile and load the kernels: a module. Builds with equal settings may be one module.

        Raises
        ------
        DeviceError
            They do not compile, or the device does not take them.
        """

    @abstractmethod
    def write(self, module: Any, symbol: str, content: Any) -> None:
        """Copy an array of this device to a variable of the module."""

    @abstractmethod
    def launch(self, module: Any, kernel: str, grid: tuple[int, int], block: int, arguments: Sequence[Any]) -> None:
        """Run a kernel: `grid` blocks of `block` threads each.

        Arguments are arrays of this device, and numpy integers of 64 bits.
        """

    @abstractmethod
    def put(self, array: Array) -> Any:
        """Copy an array of any shape to the device, bit for bit. Raises DeviceMemoryError."""

    @abstractmethod
    def empty(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """Make an array on the device, its content undefined. Raises DeviceMemoryError."""

    @abstractmethod
    def get(self, array: Any) -> Array:
        """Copy an array of any shape from the device, bit for bit, once the work on it is done."""

    @abstractmethod
    def address(self, array: Any) -> np.uint64:
        """Where an array of this device begins."""
