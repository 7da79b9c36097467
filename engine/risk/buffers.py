"""Buffers for the P&L that a run keeps of one row."""

import numpy as np

from kernels.types import F64


class Smallest:
    """The `keep` smallest of a stream of values, exactly, whatever its order and however it is cut.

    Holds at most `keep + slack` values; each compaction is one partition, so a long stream costs a few of them.
    """

    def __init__(self, keep: int, slack: int) -> None:
        self.keep = keep
        self.threshold = np.inf  # values from here up can no longer be among the smallest
        self._buffer = np.empty(keep + slack)
        self._size = 0

    def add(self, values: F64) -> None:
        """Take in `values` (n,), in any order."""
        wanted = values[values < self.threshold]
        while wanted.size:
            room = min(self._buffer.size - self._size, wanted.size)
            self._buffer[self._size : self._size + room] = wanted[:room]
            self._size += room
            wanted = wanted[room:]
            if self._size == self._buffer.size:
                self._compact()
                wanted = wanted[wanted < self.threshold]

    def merge(self, other: "Smallest") -> None:
        """Take in what another buffer kept of its own stream; it must keep as many."""
        if other.keep != self.keep:
            raise ValueError(f"cannot merge the {other.keep} smallest into the {self.keep} smallest")
        self.add(other._buffer[: other._size])

    def sorted(self) -> F64:
        """Return the smallest values, ascending: (min(keep, seen),). A view: do not change it."""
        if self._size > self.keep:
            self._compact()
        values = self._buffer[: self._size]
        values.sort()
        return values

    def _compact(self) -> None:
        self._buffer[: self._size].partition(self.keep - 1)
        self._size = self.keep
        self.threshold = float(self._buffer[self.keep - 1])


class Growing:
    """All values of a stream, in one array that grows."""

    def __init__(self, expected: int) -> None:
        self._buffer = np.empty(max(expected, 1))
        self._size = 0

    def add(self, values: F64) -> None:
        """Take in `values` (n,)."""
        need = self._size + values.size
        if need > self._buffer.size:
            larger = np.empty(max(need, self._buffer.size + self._buffer.size // 4))
            larger[: self._size] = self._buffer[: self._size]
            self._buffer = larger
        self._buffer[self._size : need] = values
        self._size = need

    def merge(self, other: "Growing") -> None:
        """Take in another buffer's values."""
        self.add(other._buffer[: other._size])

    def values(self) -> F64:
        """Return the values (n,) [currency] as they came. A view: do not change it."""
        return self._buffer[: self._size]
