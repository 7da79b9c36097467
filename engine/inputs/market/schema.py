"""What a market file holds: its tables and keys, checked as they are read."""

import math
from datetime import date
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from engine.conventions.currencies import DOLLAR, HOME, pair_currencies
from engine.errors import InputError
from engine.inputs.currency_code import CurrencyCode
from engine.inputs.market.law_table import LawTable
from engine.inputs.toml.read import Strict
from engine.market.bootstrap import bootstrap
from engine.market.curve import ZeroCurve
from engine.market.factors import Factor, FactorKind, parse_factor, tenor_years
from engine.market.fx_vols import DeltaKind, DeltaQuote, FxVols, StrikeQuote
from engine.market.market import ParCurve, check_valuation_date
from engine.market.sampling_errors import SamplingErrors
from engine.market.spread import SpreadCurve, with_derived
from engine.market.surface import fx_vols_of
from kernels.lanes import MAX_FACTORS
from kernels.types import F64

MAX_TENORS = 100  # of a curve, a spread, a pair's vols


class CurveTable(Strict):
    """A published par curve."""

    currency: CurrencyCode = Field(description="Currency in which the curve's bonds pay.")
    source: str = Field(min_length=1, description="Who published the yields, and when.")
    par_yields: dict[str, float] = Field(
        min_length=1,
        max_length=MAX_TENORS,
        description="Tenor -> par yield, compounding as often as the currency's bonds pay (JPY, USD half-yearly; EUR "
        "yearly), shortest first: { 3M = 0.0435, 10Y = 0.0447 }.",
    )


class SpreadTable(Strict):
    """A zero curve derived from another by spreads; it moves with factors of its own, or else with its parent.

    The factor SPREAD_TONA moves those of TONA beside the parent, all alike.
    """

    parent: str = Field(description="The curve that the spreads are over: one of `curves` or of `spreads`.")
    source: str = Field(min_length=1, description="Whose figures, or 'assumption: ...' with the reasoning.")
    zero_spreads: dict[str, float] = Field(
        min_length=1,
        max_length=MAX_TENORS,
        description="Tenor -> spread of continuous zero rates, decimal: { 1M = 0.0005, 10Y = -0.005 }; linear in time "
        "between tenors, flat beyond.",
    )


class LevelTable(Strict):
    """A price beside USD/JPY: an equity index, an EM asset. Its name is one of the factors."""

    level: float = Field(description="In `currency`: 5888.55 points of the S&P 500 are 5888.55 dollars.")
    currency: CurrencyCode = Field(description="Currency in which the level is quoted.")
    source: str = Field(min_length=1, description="Who published the level, and when.")


class VolQuoteTable(Strict):
    """One expiry: by delta (at the money, 25-delta and perhaps 10-delta), or by strike (1 to 5). Decimal vols."""

    atm: float | None = Field(
        default=None, description="Delta quotes: vol of the delta-neutral straddle; 0.11 is 11 %."
    )
    risk_reversal_25d: float | None = Field(default=None, description="Vol of the call less that of the put.")
    butterfly_25d: float | None = Field(default=None, description="Mean vol of call and put, less `atm`.")
    risk_reversal_10d: float | None = Field(default=None, description="The same at 10 delta; with its butterfly.")
    butterfly_10d: float | None = Field(default=None, description="The same at 10 delta; with its risk reversal.")
    strikes: tuple[float, ...] | None = Field(
        default=None, max_length=MAX_TENORS, description="Strike quotes: of USDJPY yen for one dollar, rising."
    )
    vols: tuple[float, ...] | None = Field(
        default=None, max_length=MAX_TENORS, description="Strike quotes: one vol per strike."
    )


class FxVolsTable(Strict):
    """Implied vols of a currency pair: USDJPY is yen for a dollar. USDJPY_VOL multiplies all, USDJPY_SKEW tilts."""

    delta: Literal["spot", "forward", "spot-premium-adjusted", "forward-premium-adjusted"] = Field(
        description="What a quoted delta is; premium-adjusted where the premium is paid in the first currency."
    )
    domestic: str = Field(description="Curve that discounts the second currency in forwards and options: XCCY_JPY.")
    foreign: str = Field(description="Curve that discounts the first currency in forwards and options: SOFR.")
    reference: str = Field(description="Expiry whose vol at the money is the level of the VOL factor: '1M'.")
    source: str = Field(min_length=1, description="Whose quotes, or 'assumption: ...' with the reasoning.")
    quotes: dict[str, VolQuoteTable] = Field(
        min_length=1,
        max_length=MAX_TENORS,
        description="Expiry -> quotes, shortest first. Flat beyond the outermost quoted strikes.",
    )


class SwaptionVolsTable(Strict):
    """Normal vols of a currency's swaptions: the factor SWAPTION_JPY_VOL multiplies all of them, at every strike.

    Positions have vols or premiums of their own; of the market they have the moves.
    """

    level: float = Field(description="Of the factor, decimal: 0.0062 is 62 bp a year; vols move in proportion to it.")
    source: str = Field(min_length=1, description="Whose figure, or 'assumption: ...' with the reasoning.")


class FxRateTable(Strict):
    """The exchange rate of a further currency. Its factor, EURJPY of EUR, is one of the factors."""

    level: float = Field(description="Yen for one unit.")
    source: str = Field(min_length=1, description="Who published the rate, and when.")


class FxTable(Strict):
    """The exchange rates."""

    usdjpy: float = Field(description="Yen for one dollar.")
    previous_closes: tuple[float, float, float, float, float] | None = Field(
        default=None,
        description="Yen for one dollar at the five closes before the valuation date, newest first: scenarios whose "
        "regimes or interventions answer to the last five days' move start from them; left out, they start flat.",
    )
    source: str = Field(min_length=1, description="Who published the rate, and when.")
    rates: dict[str, FxRateTable] = Field(
        default={}, max_length=MAX_FACTORS, description="Rates of other currencies, by code: EUR."
    )


class FactorsTable(Strict):
    """The simulated levels and the law of their moves; every list has one place per name."""

    names: tuple[str, ...] = Field(
        min_length=1,
        max_length=MAX_FACTORS,
        description="JGB_10Y: the zero rate of curve JGB at 10 years; exchange rates, USDJPY and those of "
        "`fx.rates`, must be among them; USDJPY_VOL: its vols at the money; USDJPY_SKEW: its risk "
        "reversals; SWAPTION_JPY_VOL: normal vols of yen swaptions; SPREAD_TONA: the spreads of the derived curve "
        "TONA; a name of `levels`: that price.",
    )
    vols: tuple[float, ...] = Field(
        description="Per sqrt(year). Rates, spreads: decimal, 0.0062 is 62 bp; skews: of the vol; else lognormal."
    )
    correlation: tuple[tuple[float, ...], ...] = Field(
        max_length=2 * MAX_FACTORS,
        description="Rows of the lower triangle with the diagonal, or whole rows; positive semidefinite.",
    )
    repair_correlation: bool = Field(
        default=False, description="Take the nearest positive definite correlation (Higham) instead of refusing."
    )
    kappas: tuple[float, ...] | None = Field(default=None, description="Mean reversion per year; 0 if left out.")
    thetas: tuple[float, ...] | None = Field(
        default=None, description="Long-run zero rates and vols, decimal, for kappas > 0."
    )
    mus: tuple[float, ...] | None = Field(
        default=None, description="Exchange rates and other prices: drift per year of their expectation; else 0."
    )


class SamplingTable(Strict):
    """Standard errors of the law of normal moves, by blocks of dates; other factors' figures are given."""

    window: tuple[date, date] = Field(description="First and last day that vols and correlations were estimated from.")
    factors: tuple[str, ...] = Field(
        min_length=1, max_length=MAX_FACTORS, description="Factors whose vols and correlations were estimated."
    )
    vols_se: tuple[float, ...] = Field(description="Of their vols, in the units of `factors.vols`.")
    correlation_se: tuple[tuple[float, ...], ...] = Field(
        description="Of their correlations: rows of the lower triangle."
    )


class CalibrationTable(Strict):
    """Where vols and correlations come from."""

    description: str = Field(min_length=1, description="Window, method, sample sizes and source.")
    no_law: str | None = Field(
        default=None, min_length=1, description="Why the file has no [law]: a run that needs one says so."
    )
    sampling: SamplingTable | None = Field(default=None, description="Standard errors of vols and correlations.")


def _valuation_date(day: date) -> date:
    try:
        check_valuation_date(day)
    except InputError as error:
        raise ValueError(str(error)) from None
    return day


class MarketFile(Strict):
    """A market file: every level on one date, and the law of the factors' moves."""

    schema_version: Literal[1] = Field(alias="schema", description="Version of this format.")
    valuation_date: Annotated[date, AfterValidator(_valuation_date)] = Field(
        description="The close that prices the book, without quotes."
    )
    curves: dict[str, CurveTable] = Field(
        min_length=1, max_length=MAX_FACTORS, description="By name in capitals: JGB, UST, BUND."
    )
    spreads: dict[str, SpreadTable] = Field(
        default={},
        max_length=MAX_FACTORS,
        description="Derived curves, by name: TONA, SOFR, JGB_REPO, UST_REPO, XCCY_JPY.",
    )
    fx: FxTable
    fx_vols: dict[str, FxVolsTable] = Field(
        default={}, max_length=MAX_FACTORS, description="Implied vols, by pair: USDJPY, EURUSD."
    )
    swaption_vols: dict[CurrencyCode, SwaptionVolsTable] = Field(
        default={}, max_length=MAX_FACTORS, description="Levels of swaptions' normal vols, by currency: JPY, USD."
    )
    levels: dict[str, LevelTable] = Field(
        default={}, max_length=MAX_FACTORS, description="Other prices, by the factor's name: SPX."
    )
    factors: FactorsTable
    calibration: CalibrationTable
    law: LawTable | None = Field(default=None, description="Moves by the market's own history; else normal ones alone.")


def sampling_of(file: MarketFile) -> SamplingErrors | None:
    """Return the standard errors of a file without faults; None where it has none."""
    table, names = file.calibration.sampling, list(file.factors.names)
    if table is None:
        return None
    places = [names.index(name) for name in table.factors]
    vols, correlation = np.zeros(len(names)), np.zeros((len(names), len(names)))
    vols[places] = table.vols_se
    correlation[np.ix_(places, places)] = full_correlation(table.correlation_se)
    return SamplingErrors(first=table.window[0], last=table.window[1], vols=vols, correlation=correlation)


def par_curve_of(name: str, table: CurveTable) -> ParCurve:
    """Return the par curve of one table of a file without faults."""
    return ParCurve(
        name=name,
        currency=table.currency,
        times=np.array([tenor_years(label) for label in table.par_yields]),
        par_yields=np.array(list(table.par_yields.values()), dtype=np.float64),
    )


def full_correlation(rows: tuple[tuple[float, ...], ...]) -> F64 | None:
    """Return rows of a lower triangle, or whole rows, as an (n, n) correlation; None when they are neither."""
    n = len(rows)
    if all(len(row) == n for row in rows):
        return np.array(rows, dtype=np.float64)
    if any(len(row) != i + 1 for i, row in enumerate(rows)):
        return None
    matrix = np.zeros((n, n))
    for i, row in enumerate(rows):
        matrix[i, : i + 1] = matrix[: i + 1, i] = row
    return matrix


def curves_of(file: MarketFile) -> dict[str, ZeroCurve]:
    """Return every zero curve of a file whose curves and spreads have no faults."""
    curves = {name: bootstrap(par_curve_of(name, table)) for name, table in file.curves.items()}
    return with_derived(curves, spreads_of(file))


def spreads_of(file: MarketFile) -> dict[str, SpreadCurve]:
    """Return the derived curves of a file whose spreads have no faults."""
    return {
        name: SpreadCurve(
            name=name,
            parent=table.parent,
            currency=str(curve_currency(file, name)),
            times=np.array([tenor_years(label) for label in table.zero_spreads]),
            spreads=np.array(list(table.zero_spreads.values()), dtype=np.float64),
            source=table.source,
        )
        for name, table in file.spreads.items()
    }


def fx_vols_from(file: MarketFile, pair: str, curves: dict[str, ZeroCurve]) -> FxVols:
    """Return the vols of a pair of registered currencies. Raises InputError when no surface goes through the quotes."""
    table, rates = file.fx_vols[pair], {HOME: 1.0, **fx_of(file)}
    foreign, domestic = pair_currencies(pair) or (HOME, HOME)
    return fx_vols_of(
        pair,
        {tenor_years(label): _quote(quote) for label, quote in table.quotes.items()},
        spot=rates[foreign] / rates[domestic],
        curves=curves,
        domestic=table.domestic,
        foreign=table.foreign,
        delta=DeltaKind(table.delta),
        reference=tenor_years(table.reference),
        source=table.source,
    )


def factor_of(file: MarketFile, name: str) -> Factor:
    """Return the factor of a name, prices by their tables. Raises InputError for a name that is no factor's."""
    return parse_factor(name, {name: table.currency for name, table in file.levels.items()})


def theta_state(factor: Factor, theta: float) -> float:
    """Return long-run state of a factor from the file's figure: a VOL's is the logarithm of its long-run vol."""
    return math.log(theta) if factor.kind is FactorKind.VOL and theta else theta


def _quote(table: VolQuoteTable) -> DeltaQuote | StrikeQuote:
    if table.strikes is not None and table.vols is not None:
        return StrikeQuote(strikes=table.strikes, vols=table.vols)
    return DeltaQuote(
        atm=table.atm or 0.0,
        risk_reversal_25d=table.risk_reversal_25d or 0.0,
        butterfly_25d=table.butterfly_25d or 0.0,
        risk_reversal_10d=table.risk_reversal_10d,
        butterfly_10d=table.butterfly_10d,
    )


def curve_currency(file: MarketFile, curve: str) -> str | None:
    """Return the currency of a curve of the file, through its parents; None when it leads to none."""
    for _ in range(len(file.spreads) + 1):
        if curve in file.curves:
            return file.curves[curve].currency
        if curve not in file.spreads:
            return None
        curve = file.spreads[curve].parent
    return None


def fx_of(file: MarketFile) -> dict[str, float]:
    """Return units of the home currency for one unit of each currency that the file quotes."""
    return {DOLLAR: float(file.fx.usdjpy)} | {code: float(table.level) for code, table in file.fx.rates.items()}
