"""Vols and correlations of the factors from history: zero rates, not par yields, at the factors' own pillars."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from engine.calibration.block_errors import LONG_BLOCK_DATES, correlation_errors, sd_errors
from engine.calibration.given_laws import GivenLaw, with_given_laws
from engine.calibration.swap_curves import published_zeros
from engine.conventions.currencies import CURRENCIES, DOLLAR, currency_of_curve, currency_of_factor, fx_quote
from engine.conventions.spans import weekday_spans
from engine.errors import InputError
from engine.market.bootstrap import bootstrap
from engine.market.correlation import check_correlation, smallest_eigenvalue
from engine.market.factors import DAYS_PER_YEAR, PRICE_FACTOR, Factor, FactorKind, tenor_years
from engine.market.fx_vols import FxVols
from engine.market.market import Market, ParCurve, joined_sources
from engine.market.sampling_errors import SamplingErrors
from engine.market.spread import SpreadCurve, with_derived
from kernels.lanes import MAX_FACTORS
from kernels.types import F64, Dates

CORRELATION_DAYS = 5  # Tokyo fixes before New York: one-day changes understate the link
LONGEST_SPAN = 10  # weekdays that five common dates may span, holidays included
TENOR_SHARE = 0.95  # a tenor published on fewer of the curve's dates is left out of the bootstrap
DATE_SHARE = 0.80  # of the window's weekdays must be dates common to all factors; holidays take a tenth
_PREVIOUS_CLOSES = 5
VOL_DECIMALS, CORRELATION_DECIMALS = 8, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days from which a law is estimated, both ends included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InputError(f"a window must start before it ends, got {self.start} to {self.end}")

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Vols and correlations of the factors, with what they rest on."""

    factors: tuple[Factor, ...]
    vols: F64  # (n_factors,) RATE: decimal rate per sqrt(year); PRICE, VOL: per sqrt(year), lognormal
    correlation: F64  # (n_factors, n_factors) positive definite
    n_vol_changes: tuple[int, ...]  # (n_factors,) one-business-day changes behind each vol; 0 of a given law
    n_dates: int  # on which every factor has a value
    n_correlation_changes: int  # overlapping five-day changes behind the correlations
    smallest_eigenvalue: float  # of `correlation`
    sampling: SamplingErrors  # of vols and correlation
    description: str  # window, method and sample sizes, for the market file


def calibrate(
    history: pd.DataFrame,
    factors: Sequence[Factor],
    window: Window,
    given_laws: Mapping[str, GivenLaw] | None = None,
    beside: Collection[str] = (),
) -> Calibration:
    """Estimate vols and correlations of `factors` from a history.

    Parameters
    ----------
    history : DataFrame as `engine.inputs.history.load.read_history` returns it
        Par yields (decimal) and, by the factor's name, exchange rates, other prices, vols; NaN: not published.
    factors : 1 to 64 factors
    window : dates used, both ends included
    given_laws : laws, by factor, that are taken as they are: of vols and derived curves, which seldom have a history
    beside : factors, by name, that take no date away from the correlations of the others, which are as without them

    Returns
    -------
    Calibration
        Vols: standard deviations, about their mean, of changes over one business day, times sqrt(252). A change counts
        only if its two dates are neighbouring weekdays (Friday and Monday too), so none spans a holiday or a gap.
        Correlations: of overlapping changes over five dates on which every factor has a value. Vols are rounded to 8
        decimals and correlations to 6, far below their sampling errors, so that machines agree.

    Raises
    ------
    InputError
        A series is not in the history, a pillar lies beyond the curve, the history is shorter than the window, a
        factor does not move in it, or the correlation is not positive definite.
    """
    if not 1 <= len(factors) <= MAX_FACTORS:
        raise InputError(f"a calibration takes 1 to {MAX_FACTORS} factors, got {len(factors)}")
    laws = {factor.name: given_laws[factor.name] for factor in factors if given_laws and factor.name in given_laws}
    _refuse_unused(given_laws or {}, laws)
    estimated = [factor for factor in factors if factor.name not in laws]
    names = [factor.name for factor in factors]
    states = factor_states(history, estimated, window)
    main = [factor.name for factor in estimated if factor.name not in beside]
    common = states[main].dropna()
    _check_length(states[main], common, window)
    changes = {factor.name: _one_day_changes(states[factor.name]) for factor in estimated}
    five_day_changes = _five_day_changes(common)
    _check_moves(list(changes), [*changes.values(), *_five_day_changes(states.dropna()).T])
    vols = [laws[name].vol if name in laws else math.sqrt(DAYS_PER_YEAR) * changes[name].std(ddof=1) for name in names]
    correlation, ses = _correlation(five_day_changes), correlation_errors(five_day_changes, LONG_BLOCK_DATES)
    if len(main) < len(estimated):
        every = _five_day_changes(states.dropna())
        correlation = _with_main(_correlation(every), list(changes), correlation, main)
        ses = _with_main(correlation_errors(every, LONG_BLOCK_DATES), list(changes), ses, main)
    check_correlation(np.round(correlation, 15), list(changes), f"the history {window}")
    correlation = with_given_laws(correlation, list(changes), laws, names)
    for decimals in (15, CORRELATION_DECIMALS):  # unrounded too: rounding could hide that factors are dependent
        correlation = np.round(correlation, decimals)
        check_correlation(correlation, names, f"the history {window}")
    sizes = [changes[name].size for name in names if name in changes]
    return Calibration(
        factors=tuple(factors),
        vols=np.round(vols, VOL_DECIMALS),
        correlation=correlation,
        n_vol_changes=tuple(changes[name].size if name in changes else 0 for name in names),
        n_dates=len(common),
        n_correlation_changes=len(five_day_changes),
        smallest_eigenvalue=smallest_eigenvalue(correlation),
        sampling=_sampling(window, names, changes, ses),
        description=_description(window, sizes, len(five_day_changes), len(common)) + _given_description(laws),
    )


def factor_states(history: pd.DataFrame, factors: Sequence[Factor], window: Window) -> pd.DataFrame:
    """Return the factors' states by date: zero rates at the pillars, logarithms of prices and vols; NaN: no value.

    Tenors published on fewer than 95 % of a curve's dates in the window take no part, so that a tenor that begins
    within the window does not move the curve; a date that lacks a tenor which does take part has no zero rates.
    """
    inside = history.loc[pd.Timestamp(window.start) : pd.Timestamp(window.end)]
    if not len(inside):
        raise InputError(f"the history has no date in the window {window}")
    columns: dict[str, pd.Series] = {}
    for name in dict.fromkeys(factor.curve for factor in factors if factor.curve is not None):
        pillars = [factor for factor in factors if factor.curve == name]
        zeros = _pillar_zeros(inside, name, pillars)
        columns |= {factor.name: zeros[factor.name] for factor in pillars}
    columns |= {f.name: _log_level(inside, f.name) for f in factors if f.kind is not FactorKind.RATE}
    return pd.DataFrame(columns, index=inside.index)[[factor.name for factor in factors]]


def par_curve(history: pd.DataFrame, name: str, day: date) -> ParCurve:
    """Return every par yield of a curve that was published on `day`. Raises InputError when none was."""
    tenors = _tenors(history, name)
    row = history[list(tenors)].loc[history.index == pd.Timestamp(day)].dropna(axis="columns")
    if row.empty:
        before = history[list(tenors)].dropna(how="all").loc[: pd.Timestamp(day)].index
        last = f"; the last date before it is {before[-1].date()}" if len(before) else ""
        raise InputError(f"the history has no {name} yields on {day}{last}")
    return ParCurve(
        name=name,
        currency=_currency(name),
        times=np.array([tenors[column] for column in row.columns]),
        par_yields=row.iloc[0].to_numpy(dtype=np.float64, copy=True),
    )


def build_market(
    history: pd.DataFrame,
    valuation_date: date,
    factors: Sequence[Factor],
    window: Window,
    sources: Mapping[str, str],
    *,
    given_laws: Mapping[str, GivenLaw] | None = None,
    spreads: Mapping[str, SpreadCurve] | None = None,
    fx_vols: Mapping[str, FxVols] | None = None,
    swaption_vols: Mapping[str, float] | None = None,
    exchanged: Collection[str] | None = None,
    beside: Collection[str] = (),
) -> Market:
    """Return the market of one date: its published par curves and prices, with the law calibrated over `window`.

    `sources` says where the levels come from, by curve name, for "USDJPY" and other prices. `given_laws`, `spreads`,
    `fx_vols` and `swaption_vols`, levels by factor, are taken as they are; reversion is zero where no law gives it,
    drift is zero. `exchanged` are the currencies whose rates are the market's `fx`; None: every one that has a factor;
    `beside` as in `calibrate`. Raises InputError as `calibrate` does, or when a level was not published on
    `valuation_date`.
    """
    derived, laws = spreads or {}, given_laws or {}
    names = dict.fromkeys(f.curve for f in factors if f.curve is not None and f.curve not in derived)
    par_curves = {name: par_curve(history, name, valuation_date) for name in names}
    calibration = calibrate(history, factors, window, given_laws, beside)
    levels = {f.name: _level(history, f.name, valuation_date) for f in factors if f.kind is FactorKind.PRICE}
    surfaces = fx_vols or {}
    of_pairs = [(f.name, f.pair) for f in factors if f.kind is FactorKind.VOL and f.pair is not None]
    levels |= {name: surfaces[pair].level for name, pair in of_pairs if pair in surfaces} | dict(swaption_vols or {})
    wanted = [code for code in map(currency_of_factor, levels) if code is not None]
    codes = [DOLLAR, *(code for code in wanted if code != DOLLAR and (exchanged is None or code in exchanged))]
    fx = {code: _level(history, fx_quote(code).factor, valuation_date) for code in codes}
    levels = {name: level for name, level in levels.items() if currency_of_factor(name) not in fx}
    return Market(
        valuation_date=valuation_date,
        par_curves=par_curves,
        curves=with_derived({name: bootstrap(par) for name, par in par_curves.items()}, derived),
        fx=fx,
        factors=tuple(factors),
        vols=calibration.vols,
        correlation=calibration.correlation,
        kappas=np.array([laws[f.name].kappa if f.name in laws else 0.0 for f in factors]),
        thetas=np.array([laws[f.name].theta if f.name in laws else 0.0 for f in factors]),
        mus=np.zeros(len(factors)),
        source=joined_sources(sources),
        calibration=calibration.description,
        sources=dict(sources),
        levels=levels,
        spreads=derived,
        fx_vols=surfaces,
        previous_usdjpy=_closes_before(history, valuation_date),
        sampling=calibration.sampling,
    )


def _closes_before(history: pd.DataFrame, day: date) -> tuple[float, ...] | None:
    """Return USD/JPY at the five closes before `day`, newest first; None where the history has fewer."""
    before = history[PRICE_FACTOR].loc[history.index < pd.Timestamp(day)].dropna()
    closes = before.to_numpy(dtype=np.float64)[: -_PREVIOUS_CLOSES - 1 : -1].tolist()
    return tuple(closes) if len(closes) == _PREVIOUS_CLOSES else None


def _level(history: pd.DataFrame, name: str, day: date) -> float:
    """Return the price of one date. Raises InputError when none was published."""
    if name in history.columns:
        published = history[name].loc[history.index == pd.Timestamp(day)].dropna().to_numpy(dtype=np.float64)
        if published.size:
            return float(published[0])
    raise InputError(f"the history has no {name} on {day}")


def _tenors(history: pd.DataFrame, name: str) -> dict[str, float]:
    """Return the columns of a curve -> years, shortest first."""
    _currency(name)
    tenors = {str(c): tenor_years(str(c).partition("_")[2]) for c in history.columns if str(c).startswith(f"{name}_")}
    if not tenors:
        raise InputError(f"the history has no {name} columns; add the file that publishes them")
    return dict(sorted(tenors.items(), key=lambda item: item[1]))


def _currency(curve: str) -> str:
    """Return the code of the currency of a published curve."""
    code = currency_of_curve(curve)
    if code is None:
        known = ", ".join(each.curves.bond for each in CURRENCIES.values())
        raise InputError(f"the history has no curve {curve!r}; a published curve is one of {known}")
    return code


def _pillar_zeros(inside: pd.DataFrame, name: str, pillars: Sequence[Factor]) -> pd.DataFrame:
    published = inside[list(_tenors(inside, name))].dropna(how="all")
    used = published.loc[:, published.notna().mean() >= TENOR_SHARE].dropna()
    if used.empty:
        raise InputError(f"no tenor of {name} is published throughout the window")
    tenors = _tenors(used, name)
    times = np.array(list(tenors.values()))
    for factor in pillars:
        if factor.pillar is None or not times[0] <= factor.pillar <= times[-1]:
            inner = ", ".join(column.partition("_")[2] for column in tenors)
            raise InputError(
                f"{factor.name} lies outside the tenors published throughout the window: {inner}; begin the window "
                "later, or give --like a market without it"
            )
    zeros = published_zeros(name, times, used.to_numpy(dtype=np.float64).T)  # (n_tenors, n_days)
    at_pillars = {factor.name: _interpolated(times, zeros, float(factor.pillar or 0.0)) for factor in pillars}
    return pd.DataFrame(at_pillars, index=used.index).reindex(inside.index)


def _interpolated(times: F64, zeros: F64, pillar: float) -> F64:
    """Return (n_days,) zero rate at a pillar within the nodes."""
    after = int(np.searchsorted(times, pillar))
    at_node: F64 = zeros[after]
    if times[after] == pillar:
        return at_node
    before: F64 = zeros[after - 1]
    weight = float((pillar - times[after - 1]) / (times[after] - times[after - 1]))
    return weight * at_node + (1.0 - weight) * before


def _log_level(inside: pd.DataFrame, name: str) -> pd.Series:
    if name not in inside.columns:
        way_out = "add FRED's DEXJPUS" if name == PRICE_FACTOR else "add one of that name, or give the factor's law"
        raise InputError(f"the history has no {name} column; {way_out}")
    level = inside[name].to_numpy(dtype=np.float64)
    bad = np.flatnonzero(level <= 0.0)
    if bad.size:
        raise InputError(f"{name} must be positive, got {level[bad[0]]} on {_days(inside)[bad[0]]}")
    return pd.Series(np.log(level), index=inside.index)


def _one_day_changes(states: pd.Series) -> F64:
    """Return (n,) changes between neighbouring weekdays on both of which the market has a value."""
    present = states.dropna()
    days = _days(present)
    values = present.to_numpy(dtype=np.float64)
    changes: F64 = np.diff(values)[weekday_spans(days) == 1]
    return changes


def _five_day_changes(common: pd.DataFrame) -> F64:
    """Return (n_changes, n_factors) overlapping changes over five common dates that span ten weekdays at most."""
    values, days = common.to_numpy(dtype=np.float64), _days(common)
    spans = weekday_spans(days, CORRELATION_DAYS)
    changes: F64 = (values[CORRELATION_DAYS:] - values[:-CORRELATION_DAYS])[spans <= LONGEST_SPAN]
    return changes


def _days(dated: pd.Series | pd.DataFrame) -> Dates:
    return dated.index.to_numpy().astype("datetime64[D]")


def _correlation(changes: F64) -> F64:
    """Return (n_factors, n_factors) correlation of changes, (n_changes, n_factors)."""
    correlation: F64 = np.atleast_2d(np.corrcoef(changes, rowvar=False)).astype(np.float64)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _sampling(window: Window, names: Sequence[str], changes: Mapping[str, F64], ses: F64) -> SamplingErrors:
    """Return the errors of vols and correlations of `names`, from those (n_estimated, n_estimated) of the estimated."""
    places = [i for i, name in enumerate(names) if name in changes]
    vols, correlation = np.zeros(len(names)), np.zeros((len(names), len(names)))
    vols[places] = [math.sqrt(DAYS_PER_YEAR) * sd_errors(changes[names[i]][:, None])[0] for i in places]
    correlation[np.ix_(places, places)] = ses
    return SamplingErrors(
        first=window.start,
        last=window.end,
        vols=np.round(vols, VOL_DECIMALS),
        correlation=np.round(correlation, CORRELATION_DECIMALS),
    )


def _with_main(correlation: F64, names: Sequence[str], main_correlation: F64, main: Sequence[str]) -> F64:
    """Return the correlation of `names` with that of `main` among them put in place of theirs."""
    places = [list(names).index(name) for name in main]
    correlation[np.ix_(places, places)] = main_correlation
    return correlation


def _check_length(states: pd.DataFrame, common: pd.DataFrame, window: Window) -> None:
    weekdays = int(np.busday_count(window.start, window.end)) + int(np.is_busday(window.end))
    if len(common) < DATE_SHARE * weekdays or len(common) <= CORRELATION_DAYS + 1:
        raise InputError(
            f"the history is shorter than the window: {len(common):,} dates have a value of every factor, the window "
            f"{window} has {weekdays:,} weekdays and wants {max(DATE_SHARE * weekdays, CORRELATION_DAYS + 2):,.0f}; "
            f"{states.count().idxmin()} has the fewest, {states.count().min():,}"
        )


def _check_moves(names: Sequence[str], changes: Sequence[F64]) -> None:
    for i, change in enumerate(changes):
        if change.size < 2 or not change.std() > 0.0:
            name = names[i % len(names)]
            raise InputError(f"{name} does not move in the window ({change.size} changes): no vol can be estimated")


def _description(window: Window, sizes: Sequence[int], n_five_day: int, n_dates: int) -> str:
    fewest, most = min(sizes), max(sizes)
    counts = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    return (
        f"window {window}; zero rates bootstrapped from par yields; vols from changes over one business day, none "
        f"across a holiday ({counts} changes), times sqrt({DAYS_PER_YEAR}); correlations from {n_five_day} "
        f"overlapping {CORRELATION_DAYS}-day changes on {n_dates} dates common to all factors"
    )


def _given_description(laws: Mapping[str, GivenLaw]) -> str:
    parts = []
    for name, law in laws.items():
        links = ", ".join(f"{value:g} with {other}" for other, value in law.correlations.items()) or "none"
        parts.append(
            f"; {name} given: vol {law.vol:g}, correlation {links}, with others what this implies: {law.source}"
        )
    return "".join(parts)


def _refuse_unused(given_laws: Mapping[str, GivenLaw], used: Mapping[str, GivenLaw]) -> None:
    unused = [name for name in given_laws if name not in used]
    if unused:
        raise InputError(f"laws are given of {', '.join(unused)}, which are not among the factors")
