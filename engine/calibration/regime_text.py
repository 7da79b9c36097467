"""An estimated regime as the text of a scenario's part: `[[regimes]]` and `[[jumps]]`, with its errors as comments."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from engine.calibration.regimes import BILLS, BLOCKS, CALM, EPISODES, KURTOSIS, OVERLAP, RegimeEstimate, block_of
from engine.errors import InputError, did_you_mean
from kernels.types import F64

REGIMES = {"CALM": CALM, **EPISODES}


def regime_text(name: str, estimates: Mapping[str, RegimeEstimate]) -> str:
    """Return one of `estimate_regimes`' results as TOML that a scenario may be, or extend.

    Figures are rounded as those of the bundled parts: multipliers and the correlations of blocks to 0.01, links with
    the exchange rate to 0.001, drifts to 1 bp a year, sizes of jumps to a tenth of a basis point.

    Raises
    ------
    InputError
        No regime has this name.
    """
    if name not in estimates:
        raise InputError(f"no regime is called {name!r}{did_you_mean(name, list(estimates))}; {', '.join(estimates)}")
    found = estimates[name]
    parts = (_head(name, found), _vols(found), _correlations(found), _drifts(found), _jumps(name, found))
    return "\n".join([*(line for part in parts for line in part), ""])


def regime_errors(found: RegimeEstimate) -> tuple[float, float]:
    """Return the sampling errors of a logarithm of a vol multiplier, and of Fisher's z of a correlation: scalars.

    Daily moves have the kurtosis `KURTOSIS`; n of five overlapping days count as 1.5 n / 5 independent ones.
    """
    n = found.n_days
    return math.sqrt((KURTOSIS - 1.0) / (4.0 * n)), math.sqrt(1.0 / (1.5 * n / OVERLAP - 3.0))


def _head(name: str, found: RegimeEstimate) -> Iterator[str]:
    windows = " and ".join(f"{window.start} to {window.end}" for window in REGIMES[name].windows)
    without = ", ".join(f"{window.start} to {window.end}" for window in REGIMES[name].without)
    yield f'title = "{name}, estimated"'
    yield 'description = "A regime estimated from a history; its errors stand beside the figures."'
    yield 'source = "The history that was given; estimators: engine/calibration/regimes.py."'
    yield ""
    yield "[[regimes]]"
    yield f'name = "{name}"'
    yield "repair_correlation = true"
    yield f'source = "Estimated, {windows}{f" without {without}" if without else ""}: {found.n_days:,} days."'
    yield "initial = 1.0"


def _vols(found: RegimeEstimate) -> Iterator[str]:
    error, _ = regime_errors(found)
    raw = ", ".join(f"{found.raw_vol_multipliers[block]:.2f}" for block in BLOCKS)
    yield f"# On the market's vols. Before shrinking: {raw}; sampling error of the logarithm: {error:.2f}."
    yield "vol_multipliers = ["
    for block, glob in BLOCKS.items():
        yield f'    {{ factor = "{glob}", multiplier = {_rounded(found.vol_multipliers[block], 2)} }},'
    yield "]"


def _correlations(found: RegimeEstimate) -> Iterator[str]:
    _, error = regime_errors(found)
    raw = ", ".join(f"{value:.2f}" for value in found.raw_correlations.values())
    rates = [at for at, name in enumerate(found.names) if name not in BLOCKS]
    price = next(name for name in found.names if name in BLOCKS)  # its own block
    blocks = np.array(block_of(found.names))
    yield f"# Of blocks of rates; before shrinking: {raw}; sampling error of Fisher's z: {error:.2f}."
    yield f"# Then with {price}, blocks for tenors that are not named below; before shrinking:"
    yield f"# {', '.join(f'{found.names[at]} {found.raw_links[at]:.2f}' for at in rates)}."
    yield "correlations = ["
    for (one, other), value in found.correlations.items():
        yield _pair(BLOCKS[one], BLOCKS[other], _rounded(value, 2))
    for block, glob in BLOCKS.items():
        if block != price:
            yield _pair(glob, price, _rounded(float(found.links[blocks == block].mean()), 2))
    for at in rates:
        yield _pair(found.names[at], price, _rounded(float(found.links[at]), 3))
    yield "]"


def _drifts(found: RegimeEstimate) -> Iterator[str]:
    drifts = found.drifts
    if not drifts.any():
        yield "# No drift: a risk horizon is no forecast."
        return
    yield f"# Per year: {found.mean_kept:.2f} of the mean of the days (James and Stein), less what the jumps bring."
    yield "[regimes.drifts]"
    for name, drift in zip(found.names, drifts.tolist(), strict=True):
        yield f"{name} = {_rounded(drift, 4)}"


def _jumps(name: str, found: RegimeEstimate) -> Iterator[str]:
    bills = [each for each in found.names if each in BILLS]
    yield ""
    yield "[[jumps]]"
    yield f'name = "{name.lower()}"'
    yield f'source = "Estimated: {found.n_jumps} days beyond six robust standard deviations of the window."'
    yield f"rates = {{ {name} = {_rounded(found.jump_rate, 1)} }}"
    if found.jump_mean.any():
        yield f"mean = {_sizes(found.jump_mean, bills)}"
    yield "# A column of the Cholesky factor of the second moments for each common normal."
    yield "loadings = ["
    for column in found.jump_loadings.T:
        yield f"    {_sizes(column, bills)},"
    yield "]"


def _sizes(sizes: F64, bills: Sequence[str]) -> str:
    """Return an inline table of sizes by block, none of bills."""
    entries = [f'"{glob}" = {_rounded(float(size), 5)}' for glob, size in zip(BLOCKS.values(), sizes, strict=True)]
    return f"{{ {', '.join([*entries[:-1], *(f'{bill} = 0.0' for bill in bills), entries[-1]])} }}"


def _pair(one: str, other: str, value: float) -> str:
    return f'    {{ factors = ["{one}", "{other}"], value = {value} }},'


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) + 0.0  # no -0.0
