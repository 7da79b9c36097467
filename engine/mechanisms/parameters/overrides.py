"""Vols multiplied and correlations overridden: by a scenario, and by each of its regimes on top of that."""

import math
from collections.abc import Sequence

import numpy as np

from engine.market.correlation import is_semidefinite, nearest_correlation, smallest_eigenvalue
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.sizes import Overrides, Sizes, matches, multipliers
from kernels.types import F64, Bools


def override(correlation: F64, overrides: Overrides, names: Sequence[str]) -> F64:
    """Return a correlation with some pairs replaced, nothing checked: (n_factors, n_factors)."""
    overridden = correlation.copy()
    for first, second, value in overrides:
        overridden[_pairs(first, second, names)] = value
    return overridden


def checked_vols(vol_multipliers: Sizes, vols: F64, names: Sequence[str], findings: Findings, at: str = "") -> F64:
    """Return vols, multiplied, decimal per sqrt(year): (n_factors,); errors are at `at`, such as "regimes[2]."."""
    for i, (_, multiplier) in enumerate(vol_multipliers):
        if not 0.0 <= multiplier < math.inf:
            findings.refuse(f"{at}vol_multipliers[{i + 1}].multiplier", f"must be 0 or more, got {multiplier!r}")
    return vols * multipliers(vol_multipliers, names) if vol_multipliers else vols


def checked_correlation(
    changes: tuple[Overrides, bool], correlation: F64, names: Sequence[str], findings: Findings, at: str = ""
) -> F64:
    """Return a correlation with overrides, semidefinite unless that is among the findings: (n_factors, n_factors).

    `changes` are the overrides, and whether what they leave may be repaired; a repair is noted.
    """
    overrides, may_repair = changes
    if not _are_overrides(overrides, names, findings, at):
        return correlation
    overridden = override(correlation, overrides, names)
    if np.array_equal(overridden, correlation):
        return correlation
    if not may_repair:
        if not is_semidefinite(overridden):
            lowest = smallest_eigenvalue(overridden)
            findings.refuse(
                f"{at}correlations",
                f"the correlation that these leave is not positive semidefinite: smallest eigenvalue {lowest:.1e}; "
                f"repair_correlation = true takes the nearest matrix that is (Higham), and says how near",
            )
        return overridden
    repaired = nearest_correlation(overridden)
    if repaired.distance == 0.0:
        return overridden
    findings.note(f"{at}correlations", repaired.note())
    return repaired.correlation


def _are_overrides(overrides: Overrides, names: Sequence[str], findings: Findings, at: str) -> bool:
    is_fit = True
    for i, (first, second, value) in enumerate(overrides):
        found = matches(first, names).any() and matches(second, names).any()
        if found and not _pairs(first, second, names).any():
            findings.refuse(
                f"{at}correlations[{i + 1}].factors",
                f"{first!r} and {second!r} match one factor, and a pair was wanted",
            )
        if not abs(value) <= 1.0:
            findings.refuse(f"{at}correlations[{i + 1}].value", f"must lie in [-1, 1], got {value!r}")
            is_fit = False
    return is_fit


def _pairs(first: str, second: str, names: Sequence[str]) -> Bools:
    one, other = matches(first, names), matches(second, names)
    pairs: Bools = np.outer(one, other) | np.outer(other, one)
    np.fill_diagonal(pairs, False)
    return pairs
