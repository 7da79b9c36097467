"""Every fault that the exchange rates of a market file can have."""

from collections.abc import Iterator

from engine.conventions.currencies import CURRENCIES, DOLLAR, FOREIGN, HOME, currency_of_factor, fx_quote, rate_words
from engine.inputs.market.schema import MarketFile, fx_of
from engine.market.factors import PRICE_FACTOR

Keys = tuple[str | int, ...]
Found = Iterator[tuple[Keys, str]]  # place in the file, message


def fx_rate_faults(file: MarketFile) -> Found:
    """Yield the faults of all rates: beyond their range, of no currency, without a factor."""
    yield from _level_faults(("fx", "usdjpy"), DOLLAR, file.fx.usdjpy)
    for i, close in enumerate(file.fx.previous_closes or ()):
        yield from _level_faults(("fx", "previous_closes", i), DOLLAR, close)
    for code, table in file.fx.rates.items():
        at: Keys = ("fx", "rates", code)
        if code in (HOME, DOLLAR):
            yield at, f"the rate of {code} is {'1' if code == HOME else '`usdjpy` of [fx]'}; leave this table out"
        elif code not in CURRENCIES:
            known = [each for each in FOREIGN if each != DOLLAR]
            yield at, f"a rate is of one of {', '.join(known)}, got {code!r}"
        else:
            yield from _level_faults((*at, "level"), code, table.level, dollar=file.fx.usdjpy)
    for code in [DOLLAR, *file.fx.rates]:
        if code in CURRENCIES and code != HOME:
            yield from _factor_faults(file, fx_quote(code).factor)
    yield from _rate_missing(file)


def _rate_missing(file: MarketFile) -> Found:
    for i, name in enumerate(file.factors.names):
        code = currency_of_factor(name)
        if code is not None and code not in fx_of(file) and name not in file.levels:
            yield ("factors", "names", i), f"{name} has no level; give the market an [fx.rates.{code}] table"


def _factor_faults(file: MarketFile, factor: str) -> Found:
    if factor not in file.factors.names:
        yield ("factors", "names"), f"{factor} must be one of the factors; a vol of 0 keeps it still"
    if factor in file.levels and factor != PRICE_FACTOR:
        yield ("levels", factor), f"{factor!r} has its level in [fx.rates]; leave one of the two out"


def _level_faults(at: Keys, code: str, level: float, dollar: float = 0.0) -> Found:
    low, high = fx_quote(code).level_range
    if not low <= level <= high:
        inverted = 1.0 / level if level else 0.0
        home, unit = CURRENCIES[HOME].unit, CURRENCIES[code].unit
        hint = f"; {unit}s for one {home}? Then {inverted:.2f}" if low <= inverted <= high else ""
        if low <= level * dollar <= high:
            hint += f"; {CURRENCIES[DOLLAR].unit}s for one {unit}? Then {level * dollar:.2f}"
        yield at, f"must be {rate_words(code)}, in [{low:g}, {high:g}]; got {level!r}{hint}"
