"""Market files (TOML): curves, prices, vols and the factors' law, checked when read, commented when written."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from engine.conventions.currencies import fx_quote
from engine.errors import FileFaults, InputError
from engine.inputs.market.faults import Keys, market_faults
from engine.inputs.market.law_table import (
    MOVES_AT,
    ROWS_AT,
    STRESSED_AT,
    LawTable,
    array_faults,
    load_array,
    load_loop,
    load_regimes,
    rows_bytes,
    sealed_arrays,
    state_of,
    written_arrays,
)
from engine.inputs.market.plausible import implausible
from engine.inputs.market.schema import (
    FactorsTable,
    MarketFile,
    curves_of,
    factor_of,
    full_correlation,
    fx_of,
    fx_vols_from,
    par_curve_of,
    sampling_of,
    spreads_of,
    theta_state,
)
from engine.inputs.market.text import market_text
from engine.inputs.opened import Opened, open_once
from engine.inputs.toml.faults import faults_of
from engine.inputs.toml.read import TOML, parse_toml, read_text, read_toml
from engine.market.correlation import is_semidefinite, nearest_correlation
from engine.market.factors import PRICE_FACTOR, FactorKind, swaption_factor_name, tenor_label
from engine.market.lookup import curve_factors, vol_factor
from engine.market.market import NO_LAW, Market, joined_sources
from engine.market.surface_checks import arbitrage
from engine.part_files import part_of
from engine.portable_files import move
from kernels.types import F64

DEFAULT_MARKET = "2025-05-28"


def load_market(file: Path | Opened) -> Market:
    """Read a market file and bootstrap its curves.

    Raises FileFaults with every fault of the file, its line and key: unknown or missing keys, tenors that do not
    increase, figures out of range, a correlation that is not positive semidefinite and no repair is asked for.
    `market_warnings` says what is allowed or was repaired but is worth knowing.
    """
    opened = open_once(file, TOML)
    read = read_toml(opened, MarketFile)
    if found := list(market_faults(read)):
        raise _refusal(opened, found)
    if read.law is None:
        return _market_of(read)
    return replace(_market_of(read), **_filtered(read, read.law, opened))


def write_market(market: Market, path: Path) -> None:
    """Write a market as a commented file that `load_market` reads back to the same figures.

    The rows of its filtered law, if it has one, go to a file beside it. Each file appears whole or not at all. Raises
    InputError when it cannot be written.
    """
    text = market_text(market, path.stem)
    if market.filtered is not None:
        for suffix, array in written_arrays(market.filtered):
            _write(rows_bytes(array), path.with_name(f"{path.stem}.{suffix}"))
    _write(text.encode(), path)


def _write(content: bytes, path: Path) -> None:
    half_written = part_of(path)
    try:
        half_written.write_bytes(content)
        move(half_written, path)
    except OSError as error:
        half_written.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _filtered(file: MarketFile, table: LawTable, opened: Opened) -> dict[str, Any]:
    """Return the fields of a market that its [law] fills: the law, or why it cannot be used."""
    folder, arrays, faults = opened.path.parent, {}, list[tuple[Keys, str]]()
    for keys, name, digest, largest in sealed_arrays(table):
        array, wrong = load_array(name, digest, folder, len(table.factors), largest)
        arrays[keys] = array
        faults += [(("law", *keys), wrong)] * bool(wrong)
    rows, moves, stressed = (arrays.get(keys) for keys in (ROWS_AT, MOVES_AT, STRESSED_AT))
    regimes, wrong = load_regimes(table.regimes, folder, None if rows is None else len(rows))
    faults += [(("law", "regimes", "memberships_file"), wrong)] * bool(wrong)
    loop, wrong = load_loop(table, folder, rows)
    faults += [(("law", "loop", "record_file"), wrong)] * bool(wrong)
    faults += [(("law", *keys), wrong) for keys, wrong in array_faults(table, moves, stressed)]
    if faults:
        raise _refusal(opened, faults)
    if table.calibrated_on != file.valuation_date:
        return {"no_filtered": f"its [law] is as of {table.calibrated_on}, not of {file.valuation_date}"}
    if rows is None:
        return {"no_filtered": f"{table.rows_file}, which its [law] names, is not beside it"}
    return {"filtered": state_of(table, rows, moves, stressed=stressed, regimes=regimes, loop=loop)}


def market_warnings(market: Market) -> tuple[str, ...]:
    """Return what is allowed in a market, or was repaired when it was read, but is worth knowing before a run."""
    warnings = [f"market: {note}" for note in (*market.notes, *implausible(market))]
    if market.valuation_date.weekday() >= 5:
        warnings.append(f"valuation date {market.valuation_date} is a {market.valuation_date:%A}")
    for factor in market.factors:
        if factor.curve is None or factor.pillar is None:
            continue
        times = market.curves[factor.curve].times
        if not times[0] <= factor.pillar <= times[-1]:
            span = f"{tenor_label(float(times[0]))} to {tenor_label(float(times[-1]))}"
            warnings.append(f"{factor.name} lies outside its curve, {span}: the zero rate is flat there")
    still = [name for name in market.curves if not curve_factors(market, name)[0].size]
    warnings += [f"curve {name!r} has no factor: it does not move" for name in still]
    unmoved = [pair for pair in market.fx_vols if vol_factor(market, pair) < 0]
    warnings += [f"the vols of {pair} do not move: {pair}_VOL is no factor" for pair in unmoved]
    warnings += [warning for vols in market.fx_vols.values() for warning in arbitrage(vols)]
    return tuple(warnings)


def bundled_market_names() -> tuple[str, ...]:
    """Return the names of the markets that come with the program: their valuation dates."""
    folder = files("engine.market") / "data"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def bundled_market_path(name: str = DEFAULT_MARKET) -> Path:
    """Return the path of a bundled market file. Raises InputError when there is none of that name."""
    if name not in bundled_market_names():
        raise InputError(f"no bundled market {name!r}; there are: {', '.join(bundled_market_names())}")
    return Path(str(files("engine.market") / "data" / f"{name}.toml"))


def _refusal(opened: Opened, found: Sequence[tuple[Keys, str]]) -> FileFaults:
    """Return the faults at their lines and keys, as if the model had found them."""
    details: list[InitErrorDetails] = [
        {"type": PydanticCustomError("value_error", "{error}", {"error": message}), "loc": keys, "input": None}
        for keys, message in found
    ]
    text = read_text(opened)
    error = ValidationError.from_exception_data("market", details)
    return FileFaults(opened.path, faults_of(error, MarketFile, parse_toml(opened.path, text), text))


def _market_of(file: MarketFile) -> Market:
    table, n = file.factors, len(file.factors.names)
    curves = curves_of(file)
    fx_vols = {pair: fx_vols_from(file, pair, curves) for pair in file.fx_vols}
    sources = {name: curve.source for name, curve in file.curves.items()} | {PRICE_FACTOR: file.fx.source}
    sources |= {fx_quote(code).factor: rate.source for code, rate in file.fx.rates.items()}
    sources |= {name: level.source for name, level in file.levels.items()}
    correlation, notes = _correlation_of(table)
    factors = tuple(factor_of(file, name) for name in table.names)
    thetas = [theta_state(*each) for each in zip(factors, table.thetas or [0.0] * n, strict=True)]
    sources |= {swaption_factor_name(code): vols.source for code, vols in file.swaption_vols.items()}
    levels = {name: float(level.level) for name, level in file.levels.items()}
    levels |= {f.name: fx_vols[f.pair].level for f in factors if f.pair is not None and f.kind is FactorKind.VOL}
    levels |= {swaption_factor_name(code): float(vols.level) for code, vols in file.swaption_vols.items()}
    return Market(
        valuation_date=file.valuation_date,
        par_curves={name: par_curve_of(name, curve) for name, curve in file.curves.items()},
        curves=curves,
        fx=fx_of(file),
        factors=factors,
        vols=np.array(table.vols, dtype=np.float64),
        correlation=correlation,
        kappas=np.array(table.kappas or [0.0] * n, dtype=np.float64),
        thetas=np.array(thetas, dtype=np.float64),
        mus=np.array(table.mus or [0.0] * n, dtype=np.float64),
        source=joined_sources(sources),
        calibration=file.calibration.description,
        sources=sources,
        levels=levels,
        spreads=spreads_of(file),
        fx_vols=fx_vols,
        previous_usdjpy=file.fx.previous_closes,
        no_filtered=file.calibration.no_law or NO_LAW,
        sampling=sampling_of(file),
        notes=notes,
    )


def _correlation_of(table: FactorsTable) -> tuple[F64, tuple[str, ...]]:
    """Return (n_factors, n_factors), positive semidefinite, and by how much a repair moved it if it had to."""
    correlation = full_correlation(table.correlation)
    if correlation is None:
        raise InputError("the correlation's rows are neither a triangle nor a square")
    if not table.repair_correlation or is_semidefinite(correlation):
        return correlation, ()
    repaired = nearest_correlation(correlation)
    return repaired.correlation, (repaired.note(),)
