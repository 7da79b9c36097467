"""Every fault that the vol quotes of a market file can have."""

from collections.abc import Iterator
from itertools import pairwise

from engine.conventions.currencies import CURRENCIES, HOME, currency_of, fx_quote, pair_currencies
from engine.conventions.currency import Range
from engine.errors import InputError
from engine.inputs.market.schema import (
    FxVolsTable,
    MarketFile,
    VolQuoteTable,
    curve_currency,
    curves_of,
    fx_of,
    fx_vols_from,
)
from engine.market.factors import tenor_years

Keys = tuple[str | int, ...]
Found = Iterator[tuple[Keys, str]]  # place in the file, message

HIGHEST_VOL = 3.0
MAX_STRIKES = 5
_BY_DELTA = ("atm", "risk_reversal_25d", "butterfly_25d", "risk_reversal_10d", "butterfly_10d")
_BY_STRIKE = ("strikes", "vols")


def fx_vols_faults(file: MarketFile, *, has_curves: bool) -> Found:
    """Yield the faults of all pairs; a surface is tried when its quotes and, `has_curves`, the curves are right."""
    for pair, table in file.fx_vols.items():
        found = list(_table_faults(file, pair, table))
        yield from found
        if not found and has_curves:
            try:
                fx_vols_from(file, pair, curves_of(file))
            except InputError as error:
                yield ("fx_vols", pair, "quotes"), str(error)


def _table_faults(file: MarketFile, pair: str, table: FxVolsTable) -> Found:
    at: Keys = ("fx_vols", pair)
    codes = pair_currencies(pair)
    if codes is None or not set(codes) <= {HOME, *fx_of(file)}:
        known = ", ".join((HOME, *fx_of(file)))
        yield at, f"a pair is two currencies that the market has a rate of ({known}), as USDJPY; got {pair!r}"
        return
    for key, curve, currency in (("domestic", table.domestic, codes[1]), ("foreign", table.foreign, codes[0])):
        wanted = currency_of(currency).curves.fx
        if (came := curve_currency(file, curve)) != currency:
            what = f"which is in {came}" if came else "which is no curve of this file"
            yield (*at, key), f"must be a curve in {currency}, got {curve!r}, {what}"
        elif curve != wanted:
            meant = f"{wanted!r}, whose forwards options and forwards are valued with"
            yield (*at, key), f"must be {meant}, or quotes would hold at other strikes; got {curve!r}"
    if table.reference not in table.quotes:
        yield (*at, "reference"), f"must be one of the expiries {', '.join(table.quotes)}; got {table.reference!r}"
    before = 0.0
    for label, quote in table.quotes.items():
        try:
            years = tenor_years(label)
        except InputError as error:
            yield (*at, "quotes", label), str(error)
            continue
        if years <= before:
            yield (*at, "quotes", label), f"expiries must increase, got {label} after one of {before:g} years"
        before = years
        for keys, message in _quote_faults(quote, codes):
            yield (*at, "quotes", label, *keys), message


def _quote_faults(quote: VolQuoteTable, codes: tuple[str, str]) -> Found:
    written = quote.model_fields_set
    by_delta, by_strike = written & set(_BY_DELTA), written & set(_BY_STRIKE)
    if by_delta and by_strike:
        yield (), f"quotes are by delta or by strike, not both; got {', '.join(sorted(written))}"
    elif by_strike:
        yield from _strike_faults(quote, codes)
    else:
        yield from _delta_faults(quote)


def _delta_faults(quote: VolQuoteTable) -> Found:
    written = quote.model_fields_set
    if missing := [key for key in _BY_DELTA[:3] if key not in written]:
        yield (), f"{', '.join(missing)} missing; or give `strikes` and `vols`; 0 for a smile without that part"
    if ("risk_reversal_10d" in written) != ("butterfly_10d" in written):
        yield (), "10-delta quotes need both `risk_reversal_10d` and `butterfly_10d`"
    if quote.atm is not None and not 0.0 < quote.atm <= HIGHEST_VOL:
        yield ("atm",), f"vol must lie in (0, {HIGHEST_VOL:g}]: 0.11 is 11 %; got {quote.atm!r}"
    for key in _BY_DELTA[1:]:
        value = getattr(quote, key)
        if value is not None and not abs(value) <= 0.5:
            yield (key,), f"must lie within +-0.5, as a decimal: -0.012 is -1.2 vol points; got {value!r}"


def _strike_faults(quote: VolQuoteTable, codes: tuple[str, str]) -> Found:
    low, high = _rate_range(*codes)
    words = f"{CURRENCIES[codes[1]].unit} for one {CURRENCIES[codes[0]].unit}"
    strikes, vols = quote.strikes or (), quote.vols or ()
    if len(strikes) != len(vols) or not 1 <= len(strikes) <= MAX_STRIKES:
        yield (), f"needs 1 to {MAX_STRIKES} strikes and a vol for each; got {len(strikes)} and {len(vols)}"
    for i, strike in enumerate(strikes):
        if not low <= strike <= high:
            yield ("strikes", i), f"strike must be {words}, in [{low:g}, {high:g}]; got {strike!r}"
    for i, (before, after) in enumerate(pairwise(strikes), start=1):
        if after <= before:
            yield ("strikes", i), f"strikes must increase, got {after!r} after {before!r}"
    for i, vol in enumerate(vols):
        if not 0.0 < vol <= HIGHEST_VOL:
            yield ("vols", i), f"vol must lie in (0, {HIGHEST_VOL:g}]: 0.11 is 11 %; got {vol!r}"


def _rate_range(foreign: str, domestic: str) -> Range:
    """Return the sane rates of a pair: of a cross, what the home currency's rates allow."""
    low, high = fx_quote(foreign).level_range
    least, most = fx_quote(domestic).level_range if domestic != HOME else (1.0, 1.0)
    return low / most, high / least
