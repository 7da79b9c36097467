"""What a market file holds, and every fault its figures can have."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from engine.errors import InputError
from engine.inputs.toml import Strict
from engine.market.bootstrap import bootstrap
from engine.market.correlation import SMALLEST_EIGENVALUE, correlation_faults, smallest_eigenvalue
from engine.market.factors import MAX_FACTORS, PRICE_FACTOR, Factor, FactorKind, parse_factor, tenor_years
from engine.market.market import HIGHEST_USDJPY, LOWEST_USDJPY, ParCurve

F64 = npt.NDArray[np.float64]
Keys = tuple[str | int, ...]
Found = Iterator[tuple[Keys, str]]  # place in the file, message

LOWEST_YIELD, HIGHEST_YIELD = -0.05, 0.30  # decimals; JGBs reached -0.003, Treasury bills 0.17
_HIGHEST_VOL = {FactorKind.RATE: 0.20, FactorKind.PRICE: 3.0}
_VOL_HINT = {FactorKind.RATE: "0.0062 is 62 bp a year", FactorKind.PRICE: "0.11 is 11 % a year"}


class CurveTable(Strict):
    """A published par curve."""

    currency: Literal["JPY", "USD"] = Field(description="Currency in which the curve's bonds pay.")
    source: str = Field(min_length=1, description="Who published the yields, and when.")
    par_yields: dict[str, float] = Field(
        min_length=1,
        description="Tenor -> par yield, semi-annual compounding, shortest first: { 3M = 0.0435, 10Y = 0.0447 }.",
    )


class FxTable(Strict):
    """The exchange rate."""

    usdjpy: float = Field(description="Yen for one dollar.")
    source: str = Field(min_length=1, description="Who published the rate, and when.")


class FactorsTable(Strict):
    """The simulated levels and the law of their moves; every list has one place per name."""

    names: tuple[str, ...] = Field(
        min_length=1,
        max_length=MAX_FACTORS,
        description="JGB_10Y: the zero rate of curve JGB at 10 years; USDJPY, the exchange rate, must be among them.",
    )
    vols: tuple[float, ...] = Field(description="Per sqrt(year). Rates: decimal, 0.0062 is 62 bp; USDJPY: lognormal.")
    correlation: tuple[tuple[float, ...], ...] = Field(
        description="Rows of the lower triangle with the diagonal, or whole rows; positive definite."
    )
    repair_correlation: bool = Field(
        default=False, description="Take the nearest positive definite correlation (Higham) instead of refusing."
    )
    kappas: tuple[float, ...] | None = Field(default=None, description="Mean reversion per year; 0 if left out.")
    thetas: tuple[float, ...] | None = Field(default=None, description="Long-run zero rates, decimal, for kappas > 0.")
    mus: tuple[float, ...] | None = Field(
        default=None, description="USDJPY: drift per year of its expectation; else 0."
    )


class CalibrationTable(Strict):
    """Where vols and correlations come from."""

    description: str = Field(min_length=1, description="Window, method, sample sizes and source.")


class MarketFile(Strict):
    """A market file: every level on one date, and the law of the factors' moves."""

    schema_version: Literal[1] = Field(alias="schema", description="Version of this format.")
    valuation_date: date = Field(description="The close that prices the book, without quotes.")
    curves: dict[str, CurveTable] = Field(min_length=1, description="By name in capitals: JGB, UST.")
    fx: FxTable
    factors: FactorsTable
    calibration: CalibrationTable


def par_curve_of(name: str, table: CurveTable) -> ParCurve:
    """The par curve of one table of a file without faults."""
    return ParCurve(
        name=name,
        currency=table.currency,
        times=np.array([tenor_years(label) for label in table.par_yields]),
        par_yields=np.array(list(table.par_yields.values()), dtype=np.float64),
    )


def full_correlation(rows: tuple[tuple[float, ...], ...]) -> F64 | None:
    """Rows of a lower triangle, or whole rows, as a matrix; None when they are neither."""
    n = len(rows)
    if all(len(row) == n for row in rows):
        return np.array(rows, dtype=np.float64)
    if any(len(row) != i + 1 for i, row in enumerate(rows)):
        return None
    matrix = np.zeros((n, n))
    for i, row in enumerate(rows):
        matrix[i, : i + 1] = matrix[: i + 1, i] = row
    return matrix


def market_faults(file: MarketFile) -> Found:
    """Everything wrong with the figures of a file whose keys and types are right."""
    for name, table in file.curves.items():
        yield from _curve_faults(name, table)
    yield from _fx_faults(file.fx.usdjpy)
    factors: list[Factor] = []
    for i, name in enumerate(file.factors.names):
        try:
            factors.append(parse_factor(name))
        except InputError as error:
            yield ("factors", "names", i), str(error)
    yield from _name_faults(factors, list(file.curves))
    if len(factors) == len(file.factors.names):
        yield from _law_faults(file.factors, factors)
    yield from _correlation_faults(file.factors)


def _curve_faults(name: str, table: CurveTable) -> Found:
    at = ("curves", name, "par_yields")
    before, n_faults = 0.0, 0
    if not (name.isascii() and name.isalnum() and name.isupper() and name[0].isalpha()):
        yield ("curves", name), f"a curve's name is capitals and digits, such as 'JGB', got {name!r}"
        n_faults += 1
    for label, par in table.par_yields.items():
        try:
            years = tenor_years(label)
        except InputError as error:
            yield (*at, label), str(error)
            n_faults += 1
            continue
        if years <= before:
            yield (*at, label), f"tenors must increase, got {label} after one of {before:g} years"
            n_faults += 1
        before = years
        if not LOWEST_YIELD <= par <= HIGHEST_YIELD:
            wanted = f"[{LOWEST_YIELD}, {HIGHEST_YIELD}], as a decimal: 0.0435 is 4.35 %"
            yield (*at, label), f"par yield must lie in {wanted}; got {par!r}"
            n_faults += 1
    if not n_faults:
        try:
            bootstrap(par_curve_of(name, table))
        except InputError as error:
            yield at, str(error)


def _fx_faults(usdjpy: float) -> Found:
    if not LOWEST_USDJPY <= usdjpy <= HIGHEST_USDJPY:
        inverted = 1.0 / usdjpy if usdjpy else 0.0
        hint = f"; dollars for one yen? Then {inverted:.2f}" if LOWEST_USDJPY <= inverted <= HIGHEST_USDJPY else ""
        wanted = f"yen for one dollar, in [{LOWEST_USDJPY:g}, {HIGHEST_USDJPY:g}]"
        yield ("fx", "usdjpy"), f"must be {wanted}; got {usdjpy!r}{hint}"


def _name_faults(factors: list[Factor], curves: list[str]) -> Found:
    names = [factor.name for factor in factors]
    if PRICE_FACTOR not in names:
        yield ("factors", "names"), f"{PRICE_FACTOR} must be one of the factors; a vol of 0 keeps it still"
    for i, factor in enumerate(factors):
        if factor.name in names[:i]:
            yield ("factors", "names", i), f"factor {factor.name!r} comes twice"
        if factor.curve is not None and factor.curve not in curves:
            yield (
                ("factors", "names", i),
                f"{factor.name!r} needs curve {factor.curve!r}; there are {', '.join(curves)}",
            )


def _law_faults(table: FactorsTable, factors: list[Factor]) -> Found:
    lists = {"vols": table.vols, "kappas": table.kappas, "thetas": table.thetas, "mus": table.mus}
    for key, values in lists.items():
        if values is not None and len(values) != len(factors):
            yield ("factors", key), f"needs {len(factors)} values, one per name, got {len(values)}"
    for i, (factor, vol) in enumerate(zip(factors, table.vols, strict=False)):
        if not 0.0 <= vol <= _HIGHEST_VOL[factor.kind]:
            wanted = f"in [0, {_HIGHEST_VOL[factor.kind]:g}]: {_VOL_HINT[factor.kind]}"
            yield ("factors", "vols", i), f"vol of {factor.name} must be {wanted}; got {vol!r}"
    for i, (factor, kappa) in enumerate(zip(factors, table.kappas or (), strict=False)):
        if not 0.0 <= kappa <= 100.0 or (kappa and factor.kind is FactorKind.PRICE):
            wanted = "0, a price does not revert" if factor.kind is FactorKind.PRICE else "in [0, 100] per year"
            yield ("factors", "kappas", i), f"kappa of {factor.name} must be {wanted}; got {kappa!r}"
        elif kappa and table.thetas is None:
            yield ("factors", "kappas", i), f"{factor.name} reverts, so `thetas` must say to which zero rate"
    for i, (factor, theta) in enumerate(zip(factors, table.thetas or (), strict=False)):
        if factor.kind is FactorKind.RATE and not LOWEST_YIELD <= theta <= HIGHEST_YIELD:
            yield ("factors", "thetas", i), f"theta of {factor.name} must be a decimal zero rate; got {theta!r}"
    for i, (factor, mu) in enumerate(zip(factors, table.mus or (), strict=False)):
        if not abs(mu) <= 1.0 or (mu and factor.kind is FactorKind.RATE):
            wanted = "0, a rate has no drift but kappa's" if factor.kind is FactorKind.RATE else "in [-1, 1] per year"
            yield ("factors", "mus", i), f"mu of {factor.name} must be {wanted}; got {mu!r}"


def _correlation_faults(table: FactorsTable) -> Found:
    at, n = ("factors", "correlation"), len(table.names)
    matrix = full_correlation(table.correlation)
    if matrix is None or len(matrix) != n:
        lengths = ", ".join(str(len(row)) for row in table.correlation)
        yield at, f"needs {n} rows of 1, 2, .. {n} values (lower triangle) or of {n} each; got rows of {lengths}"
        return
    faults = correlation_faults(matrix, table.names)
    for i, j, message in faults:
        yield (*at, i, j), message
    if not faults and not table.repair_correlation and (lowest := smallest_eigenvalue(matrix)) <= SMALLEST_EIGENVALUE:
        yield (
            at,
            f"not positive definite: smallest eigenvalue {lowest:.1e}; repair_correlation = true in [factors] takes "
            f"the nearest matrix that is (Higham), and says how near",
        )
