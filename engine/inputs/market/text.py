"""A market as the text of a market file, with a comment on every table."""

import json
import math
from collections.abc import Iterator

from engine.conventions.currencies import fx_quote, rate_words
from engine.errors import InputError
from engine.inputs.market.law_text import law_lines
from engine.market.factors import PRICE_FACTOR, Factor, FactorKind, skew_factor_name, tenor_label
from engine.market.fx_vols import DeltaQuote, StrikeQuote
from engine.market.lookup import skew_factor
from engine.market.market import NO_LAW, Market
from engine.market.sampling_errors import SamplingErrors

_WRAP = 8  # names or figures in a line
_COMPOUNDING = {1: ("annual", "1Y"), 2: ("semi-annual", "6M"), 4: ("quarterly", "3M")}  # by coupons in a year


def market_text(market: Market, stem: str | None = None) -> str:
    """Return the TOML of a market; figures in the shortest form that reads back to the same float64.

    `stem` begins the names of the files beside it that hold the rows of its filtered law: the date unless given.

    Raises InputError for a market whose zero curves or vols were shocked: a file holds published quotes alone.
    """
    shocked = [name for name in market.curves if name not in market.par_curves and name not in market.spreads]
    shocked += [pair for pair, vols in market.fx_vols.items() if not vols.quotes]
    if shocked:
        raise InputError(f"a market without quotes of {', '.join(shocked)} cannot be written: they were shocked")
    parts = (_head, _curves, _spreads, _fx, _fx_vols, _swaption_vols, _levels, _factors, _calibration)
    lines = [line for part in parts for line in part(market)]
    if market.filtered is not None:
        day = market.valuation_date
        lines += law_lines(market.filtered, day, stem or day.isoformat())
    return "\n".join([*lines, ""])


def _head(market: Market) -> Iterator[str]:
    yield "# Every level on one date, and the law of the factors' moves. Rates and vols are decimals per year."
    yield "schema = 1"
    yield f"valuation_date = {market.valuation_date.isoformat()}"


def _curves(market: Market) -> Iterator[str]:
    for name, par in market.par_curves.items():
        yield f"\n[curves.{name}]"
        yield f"currency = {_quoted(par.currency)}"
        yield f"source = {_quoted(market.sources.get(name, market.source))}"
        often, first = _COMPOUNDING[par.coupons_per_year]
        yield f"\n[curves.{name}.par_yields] # {often}; below {first} one payment of 1 + yield * tenor"
        for time, par_yield in zip(par.times.tolist(), par.par_yields.tolist(), strict=True):
            yield f"{_key(tenor_label(time))} = {par_yield!r}"


def _fx(market: Market) -> Iterator[str]:
    yield "\n[fx]"
    yield f"usdjpy = {market.usdjpy!r} # yen for one dollar"
    if market.previous_usdjpy is not None:
        yield f"previous_closes = {list(market.previous_usdjpy)!r} # of the five days before, newest first"
    yield f"source = {_quoted(market.sources.get(PRICE_FACTOR, market.source))}"
    for code, rate in market.fx.items():
        factor = fx_quote(code).factor
        if factor != PRICE_FACTOR:
            yield f"\n[fx.rates.{code}]"
            yield f"level = {rate!r} # {rate_words(code)}"
            yield f"source = {_quoted(market.sources.get(factor, market.source))}"


def _spreads(market: Market) -> Iterator[str]:
    for name, curve in market.spreads.items():
        yield f"\n[spreads.{name}]"
        yield f"parent = {_quoted(curve.parent)}"
        yield f"source = {_quoted(curve.source)}"
        yield f"\n[spreads.{name}.zero_spreads] # over the parent's continuous zero rates, linear between, flat beyond"
        for time, spread in zip(curve.times.tolist(), curve.spreads.tolist(), strict=True):
            yield f"{_key(tenor_label(time))} = {spread!r}"


def _fx_vols(market: Market) -> Iterator[str]:
    for pair, vols in market.fx_vols.items():
        smile = "static in moneyness" if skew_factor(market, pair) < 0 else f"tilted by {skew_factor_name(pair)}"
        yield f"\n[fx_vols.{pair}] # {pair}_VOL multiplies all vols at the money; the smile is {smile}"
        yield f"delta = {_quoted(vols.delta.value)}"
        yield f"domestic = {_quoted(vols.domestic)}"
        yield f"foreign = {_quoted(vols.foreign)}"
        yield f"reference = {_quoted(tenor_label(vols.reference))}"
        yield f"source = {_quoted(vols.source)}"
        yield f"\n[fx_vols.{pair}.quotes] # decimals; risk reversals are calls on {pair[:3]} less puts"
        for time, quote in zip(vols.times.tolist(), vols.quotes, strict=True):
            yield f"{_key(tenor_label(time))} = {{ {', '.join(_quote(quote))} }}"


def _quote(quote: DeltaQuote | StrikeQuote) -> Iterator[str]:
    if isinstance(quote, StrikeQuote):
        yield f"strikes = {list(quote.strikes)!r}"
        yield f"vols = {list(quote.vols)!r}"
        return
    for key in ("atm", "risk_reversal_25d", "butterfly_25d", "risk_reversal_10d", "butterfly_10d"):
        if (value := getattr(quote, key)) is not None:
            yield f"{key} = {value!r}"


def _swaption_vols(market: Market) -> Iterator[str]:
    """Yield the levels of swaptions' vols, which are those of VOL factors without a pair."""
    for factor in market.factors:
        if factor.kind is FactorKind.VOL and factor.pair is None:
            yield f"\n[swaption_vols.{factor.currency}] # {factor.name} multiplies all normal vols"
            yield f"level = {market.levels[factor.name]!r}"
            yield f"source = {_quoted(market.sources.get(factor.name, market.source))}"


def _levels(market: Market) -> Iterator[str]:
    prices = [factor for factor in market.factors if factor.kind is FactorKind.PRICE]
    currencies = {factor.name: factor.currency for factor in prices if market.exchanged(factor) is None}
    for name, currency in currencies.items():
        yield f"\n[levels.{name}]"
        yield f"level = {market.levels[name]!r} # {currency}"
        yield f"currency = {_quoted(str(currency))}"
        yield f"source = {_quoted(market.sources.get(name, market.source))}"


def _factors(market: Market) -> Iterator[str]:
    names = [factor.name for factor in market.factors]
    yield "\n[factors] # NAME_TENOR is the continuously compounded zero rate of a curve at that tenor"
    yield from _wrapped("names", [_quoted(name) for name in names])
    yield "# per sqrt(year): decimal for rates, 0.0062 is 62 bp a year; lognormal for the others"
    yield from _wrapped("vols", [repr(vol) for vol in market.vols.tolist()])
    yield "# kappas: mean reversion per year; thetas: the zero rate or vol it leads to; mus: drift per year of prices"
    states = zip(market.factors, market.kappas.tolist(), market.thetas.tolist(), strict=True)
    thetas = [_theta(*state) for state in states]
    for key, values in (("kappas", market.kappas.tolist()), ("thetas", thetas), ("mus", market.mus.tolist())):
        if any(values):
            yield from _wrapped(key, [repr(value) for value in values])
    yield "# lower triangle, rows and columns in the order of `names`"
    yield from (f"# {' '.join(note.split())}" for note in market.notes)
    yield "correlation = ["
    for i, row in enumerate(market.correlation.tolist()):
        yield f"    [{', '.join(repr(value) for value in row[: i + 1])}], # {names[i]}"
    yield "]"


def _calibration(market: Market) -> Iterator[str]:
    yield "\n[calibration]"
    yield f"description = {_quoted(market.calibration)}"
    if market.filtered is None and market.no_filtered != NO_LAW:
        yield f"no_law = {_quoted(market.no_filtered)} # why there is no [law]"
    if market.sampling is not None:
        yield from _sampling(market.sampling, [factor.name for factor in market.factors])


def _sampling(errors: SamplingErrors, names: list[str]) -> Iterator[str]:
    """Yield the standard errors of those that were estimated."""
    places = [i for i in range(len(names)) if errors.vols[i] > 0.0]
    yield "\n[calibration.sampling] # standard errors of vols and correlations, jackknife by blocks of dates"
    yield f"window = [{errors.first.isoformat()}, {errors.last.isoformat()}]"
    yield from _wrapped("factors", [_quoted(names[i]) for i in places])
    yield from _wrapped("vols_se", [repr(float(errors.vols[i])) for i in places])
    yield "correlation_se = ["
    for row, i in enumerate(places):
        values = ", ".join(repr(float(errors.correlation[i, j])) for j in places[: row + 1])
        yield f"  [{values}], # {names[i]}"
    yield "]"


def _theta(factor: Factor, kappa: float, theta: float) -> float:
    """Return the file's figure of a long-run state: a VOL's is the vol with the fewest digits with this logarithm."""
    if factor.kind is not FactorKind.VOL or not (kappa or theta):
        return theta
    level = math.exp(theta)
    rounded = (float(f"{level:.{digits}g}") for digits in range(1, 18))
    return next((each for each in rounded if math.log(each) == theta), level)


def _wrapped(key: str, items: list[str]) -> Iterator[str]:
    yield f"{key} = ["
    for start in range(0, len(items), _WRAP):
        yield f"    {', '.join(items[start : start + _WRAP])},"
    yield "]"


def _key(label: str) -> str:
    return label if label.isalnum() else _quoted(label)  # "1.5M" would read as two keys


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
