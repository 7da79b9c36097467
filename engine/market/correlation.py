"""Correlation matrices: refused when they cannot be one, repaired on request, factored the same on every machine."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from kernels.lanes import MAX_FACTORS
from kernels.types import F64

SMALLEST_EIGENVALUE = 1e-10  # at or below, an estimate counts as singular: rounding alone moves it by 1e-14
ROUNDING = 1e-13  # of eigenvalues and pivots of up to 64 factors: within it they count as 0
REPAIRED_EIGENVALUE = 1e-6  # what a repair leaves, unless another is asked for
SMALL_REPAIR = 0.02  # largest change of an entry that is not worth a word to a user, who can do nothing about it
REPAIR_DECIMALS = 9  # a repair is rounded to these: eigenvectors differ between machines in their last bits
SYMMETRY = 1e-12
_LEFT = 1e-6  # of a correlation, what rounding may leave below a pivot of 0: the root of `ROUNDING`, thrice
_MAX_ITERATIONS = 20_000
_CHANGE_TOLERANCE = 1e-13  # largest entry change in one iteration


_CHANGED = "was repaired (Higham): largest change of an entry "


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RepairedCorrelation:
    """The nearest correlation matrix, and how far it moved."""

    correlation: F64  # (n_factors, n_factors) positive definite
    distance: float  # Frobenius norm of the change
    largest_change: float  # of one entry
    was_smallest_eigenvalue: float  # before the repair
    smallest_eigenvalue: float  # after it

    def note(self) -> str:
        """Return what the reader of the numbers should know: "the correlation was not positive definite ..."."""
        return (
            f"the correlation was not positive definite (smallest eigenvalue {self.was_smallest_eigenvalue:.1e}) and "
            f"{_CHANGED}{self.largest_change:.4f}, Frobenius distance "
            f"{self.distance:.4f}"
        )


def is_worth_saying(note: str) -> bool:
    """Return whether a note is of more than a repair by less than 0.02, which stands in results and manifests alone."""
    _, is_repair, rest = note.partition(_CHANGED)
    return not is_repair or float(rest.partition(",")[0]) >= SMALL_REPAIR


def smallest_eigenvalue(correlation: F64) -> float:
    """Return the smallest eigenvalue of a symmetric (n, n) correlation."""
    return float(np.linalg.eigvalsh(correlation)[0])


def is_semidefinite(correlation: F64) -> bool:
    """Return whether no eigenvalue of an (n, n) correlation is below 0. Factors may move as one, or opposite."""
    return smallest_eigenvalue(correlation) >= -ROUNDING


def check_semidefinite(correlation: F64, names: Sequence[str], context: str = "the market") -> None:
    """Refuse an (n, n) matrix that no factors `names` can have as correlation. Raises InputError, as the stricter one.

    Correlations of exactly +-1 are allowed.
    """
    if faults := correlation_faults(correlation, names):
        raise InputError("; ".join(f"correlation of {context}: {fault}" for _, _, fault in faults))
    if not is_semidefinite(correlation):
        raise InputError(
            f"correlation of {context} is not positive semidefinite: smallest eigenvalue "
            f"{smallest_eigenvalue(correlation):.1e}; `nearest_correlation` gives the nearest matrix that is (Higham)"
        )


def check_correlation(correlation: F64, names: Sequence[str], context: str = "the market") -> None:
    """Refuse a matrix that is not a positive definite correlation matrix of the factors `names`, as estimates must be.

    Raises
    ------
    InputError
        Names the pair and its value (wrong shape, not finite, asymmetric, beyond 1, diagonal not 1), or the
        smallest eigenvalue. `context` says whose correlation it is: "the market", "scenario 'august-2024'".
    """
    if faults := correlation_faults(correlation, names):
        raise InputError("; ".join(f"correlation of {context}: {fault}" for _, _, fault in faults))
    lowest = smallest_eigenvalue(correlation)
    if lowest <= SMALLEST_EIGENVALUE:
        raise InputError(
            f"correlation of {context} is not positive definite: smallest eigenvalue {lowest:.1e}; "
            f"`nearest_correlation` gives the nearest matrix that is (Higham)"
        )


def correlation_faults(correlation: F64, names: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return row, column and what is wrong there, for every bad entry of an (n, n) correlation; empty without any."""
    n = len(names)
    if n > MAX_FACTORS:
        return [(0, 0, f"at most {MAX_FACTORS} factors are possible, got {n}")]
    if correlation.shape != (n, n):
        return [(0, 0, f"must be {n} x {n}, a row per factor, got {' x '.join(map(str, correlation.shape))}")]
    faults = []
    for i in range(n):
        if correlation[i, i] != 1.0:
            faults.append((i, i, f"{names[i]} with itself must be 1, got {float(correlation[i, i])!r}"))
        for j in range(i):
            below, above = float(correlation[i, j]), float(correlation[j, i])
            pair = f"{names[i]} with {names[j]}"
            if not abs(below) <= 1.0 or not abs(above) <= 1.0:
                faults.append((i, j, f"{pair} must lie in [-1, 1], got {above if abs(below) <= 1.0 else below!r}"))
            elif abs(below - above) > SYMMETRY:
                faults.append((i, j, f"{pair} is {below!r} one way and {above!r} the other; both must agree"))
    return faults


def nearest_correlation(matrix: F64, floor: float = REPAIRED_EIGENVALUE) -> RepairedCorrelation:
    """Return the nearest correlation matrix, in the Frobenius norm, whose eigenvalues are at least `floor`.

    Parameters
    ----------
    matrix : (n_factors, n_factors) symmetric, finite
    floor : scalar in [0, 1)
        Smallest eigenvalue wanted. The exact nearest matrix is singular; a floor above 0 makes it usable.

    Raises
    ------
    InputError
        The matrix is not square, symmetric and finite, the floor is out of range, or the iteration does not settle.

    Notes
    -----
    Alternating projections onto {eigenvalues >= floor} and {unit diagonal} with Dykstra's correction: Higham (2002),
    "Computing the nearest correlation matrix", IMA J. Numer. Anal. 22. What the last projection leaves below the
    floor is made up by a blend with the identity, and entries are rounded to 9 decimals so that machines agree; the
    floor is kept to within n_factors * 1e-9. A matrix that needs no repair comes back as it was.
    """
    _check_repairable(matrix, floor)
    was_lowest = smallest_eigenvalue(matrix)
    if was_lowest >= floor and not correlation_faults(matrix, [""] * matrix.shape[0]):
        return RepairedCorrelation(
            correlation=matrix.copy(),
            distance=0.0,
            largest_change=0.0,
            was_smallest_eigenvalue=was_lowest,
            smallest_eigenvalue=was_lowest,
        )
    repaired = np.round(_blend(_project(matrix, floor), floor), REPAIR_DECIMALS)
    change = repaired - matrix
    return RepairedCorrelation(
        correlation=repaired,
        distance=float(np.sqrt((change * change).sum())),
        largest_change=float(np.abs(change).max()),
        was_smallest_eigenvalue=was_lowest,
        smallest_eigenvalue=smallest_eigenvalue(repaired),
    )


def cholesky(matrix: F64) -> F64:
    """Return the lower Cholesky factor L of a positive semidefinite matrix, in one order: L @ L.T = matrix.

    matrix   (n, n) symmetric, n <= 64; only the lower triangle is read
    returns  (n, n) float64, zeros above the diagonal; the same bits on every machine, since no BLAS reorders sums

    A pivot that is 0 to within `ROUNDING` of its variance leaves a column of zeros: its factor is a combination of
    those before it, and draws nothing of its own. Higham (1990), "Analysis of the Cholesky decomposition of a
    semi-definite matrix", in Reliable Numerical Computation.

    Raises InputError, naming the row, where the matrix has no such factor.
    """
    n = matrix.shape[0]
    if matrix.shape != (n, n) or not 1 <= n <= MAX_FACTORS:
        raise InputError(f"a Cholesky factor needs a square matrix of 1 to {MAX_FACTORS} rows, got {matrix.shape}")
    a: list[list[float]] = matrix.tolist()
    lower = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = a[i][j]
            for k in range(j):
                rest -= lower[i][k] * lower[j][k]
            if i > j and lower[j][j] > 0.0:
                lower[i][j] = rest / lower[j][j]
            elif i == j and rest > ROUNDING * a[i][i]:
                lower[i][i] = math.sqrt(rest)
            elif not abs(rest) <= (ROUNDING * a[i][i] if i == j else _LEFT * math.sqrt(a[i][i] * a[j][j])):
                raise InputError(
                    f"matrix is not positive semidefinite: {rest:.1e} is left in row {i + 1} of its Cholesky factor; "
                    f"smallest eigenvalue {smallest_eigenvalue(matrix):.1e}"
                )
    return np.array(lower, dtype=np.float64)


def _project(matrix: F64, floor: float) -> F64:
    correction = np.zeros_like(matrix)
    current = matrix.copy()
    for _ in range(_MAX_ITERATIONS):
        shifted = current - correction
        values, vectors = np.linalg.eigh(shifted)
        definite = (vectors * np.maximum(values, floor)) @ vectors.T
        correction = definite - shifted
        following: F64 = 0.5 * (definite + definite.T)
        np.fill_diagonal(following, 1.0)
        if np.abs(following - current).max() <= _CHANGE_TOLERANCE:
            return following
        current = following
    raise InputError(f"the repair of the correlation did not settle in {_MAX_ITERATIONS:,} iterations")


def _blend(correlation: F64, floor: float) -> F64:
    """Lift the smallest eigenvalue to `floor` by mixing in as little of the identity as will do."""
    lowest = smallest_eigenvalue(correlation)
    share = max(0.0, (floor - lowest) / (1.0 - lowest)) if lowest < 1.0 else 0.0
    blended = (1.0 - share) * correlation
    np.fill_diagonal(blended, 1.0)
    return blended


def _check_repairable(matrix: F64, floor: float) -> None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not 1 <= matrix.shape[0] <= MAX_FACTORS:
        raise InputError(f"a correlation matrix is square, with 1 to {MAX_FACTORS} rows, got {matrix.shape}")
    if not np.isfinite(matrix).all() or np.abs(matrix - matrix.T).max() > SYMMETRY:
        raise InputError("only a finite, symmetric matrix has a nearest correlation matrix; correct the entries first")
    if not 0.0 <= floor < 1.0:
        raise InputError(f"`floor` must lie in [0, 1), got {floor!r}")
