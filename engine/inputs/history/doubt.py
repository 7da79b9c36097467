"""What is doubted in a history, and in which words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from engine.inputs.history.load import is_yield
from kernels.types import Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A value of a history, or the lack of one, that nothing should be estimated from until a person has looked."""

    series: str  # "UST_3M"; a curve's name where all of it is doubted
    day: date
    message: str

    @property
    def key(self) -> str:
        """Return the name by which it is accepted: "2025-04-25:UST_3M"."""
        return f"{self.day}:{self.series}"


def groups_of(columns: Iterable[object]) -> dict[str, list[str]]:
    """Return the series of each curve, "JGB", and each price alone, by name and in order."""
    found: dict[str, list[str]] = {}
    for name in map(str, columns):
        found.setdefault(group_of(name), []).append(name)
    return found


def group_of(series: str) -> str:
    """Return the curve of a series, or the price itself."""
    return series.rpartition("_")[0] if is_yield(series) else series


def value_words(series: str, value: float) -> str:
    """Return a value of a series in words."""
    return f"{100.0 * value:.10g} %" if is_yield(series) else f"{value:.10g}"


def move_words(series: str, change: float) -> str:
    """Return a move of a series in words; of a price `change` is that of its logarithm."""
    return f"{1e4 * change:+.1f} bp" if is_yield(series) else f"{np.expm1(change):+.2%}"


def days_of(index: pd.Index) -> Dates:
    """Return the dates of a history's index."""
    return np.asarray(index.to_numpy(), "datetime64[D]")
