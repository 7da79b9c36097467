"""Tail measures as more of a run's first paths are counted: what a reader sees converge."""

from collections.abc import Iterator, Sequence

from engine.record.rows import Row
from engine.record.tables import convergence_columns
from engine.risk.measures.registry import MEASURES
from engine.risk.tail import estimate_sample
from kernels.types import F64

_FIRST = 1024  # paths of the first estimate; each has twice as many as the one before
_ALL_BOOKS = ("total", "partial")


def convergence_rows(
    pnl: Sequence[F64], names: Sequence[tuple[str, str]], confidences: Sequence[float], unit: str
) -> list[Row]:
    """Estimate the measures from growing parts of the sums over books.

    Parameters
    ----------
    pnl : (n_rows,) of (n_paths,) float64 [`unit`]
        P&L of the first paths of the run, gains positive, in the order of their index.
    names : (n_rows,) pairs of scenario and scope; rows of single books are left out
    confidences : each in [0.5, 1)
    unit : of `pnl`, such as "JPY"

    Returns
    -------
    Rows of `convergence_schema`, by scenario, confidence and number of paths.

    Raises
    ------
    InputError
        A confidence is out of range, or `pnl` is empty or not finite.
    """
    return [
        {"scenario": scenario, "scope": scope, "confidence": confidence, "unit": unit, **estimate}
        for (scenario, scope), row in zip(names, pnl, strict=True)
        if scope in _ALL_BOOKS
        for confidence in confidences
        for estimate in _estimates(row, confidence)
    ]


def _estimates(pnl: F64, confidence: float) -> Iterator[Row]:
    for n in _sizes(pnl.size):
        found = estimate_sample(pnl[:n], confidence).flat()
        yield {"n_paths": n, **{name: found[name] for key in MEASURES for name in convergence_columns(key)}}


def _sizes(n_paths: int) -> list[int]:
    sizes = [n_paths]
    while (size := _FIRST << (len(sizes) - 1)) < n_paths:
        sizes.insert(-1, size)
    return sizes
