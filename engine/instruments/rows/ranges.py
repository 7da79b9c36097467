"""Ranges within which the numbers of a position are sane: of its kind, of its currency's interest, of its pair."""

import math
from collections.abc import Iterator

from engine.conventions.currencies import DOLLAR, HOME, currency_of
from engine.conventions.currency import Range
from engine.instruments.pairs import Pair, pair_of_fields
from engine.instruments.rows.rule import FxColumns, KindRule

_DECIMALS = ("coupon", "rate", "market_yield", "spread", "fixed_so_far", "fixed_so_far_jpy", "vol")


def column_ranges(rule: KindRule, currency: str | None, against: str | None) -> Iterator[tuple[str, Range, str]]:
    """Yield column, range (low <= value < high) and, of an exchange rate, what it counts, in words.

    `currency` None, or one that the kind does not take: only what holds of the kind in all currencies.
    """
    yield from ((name, limits, "") for name, limits in rule.ranges.items())
    if currency is None or currency not in rule.currencies:
        return
    yield from ((name, currency_of(currency).interest.contract, "") for name in rule.interest)
    if rule.fx is not None and against != currency:
        pair = pair_of_fields(currency, against, pays_domestic=rule.fx.pays_domestic)
        columns = (*rule.fx.rates, *rule.fx.strikes)
        yield from ((name, _limits(rule.fx, name, pair), pair.words) for name in columns)


def other_pair_hint(fx: FxColumns, name: str, value: float, currency: str, against: str | None) -> str:
    """Return the pair of a currency that a rate out of its range is sane for, against dollars or yen; else ""."""
    is_home, is_dollar = against in (None, HOME), against == DOLLAR
    if currency in (HOME, DOLLAR) or not (is_home or is_dollar) or not fx.names_other or fx.pays_domestic:
        return ""
    here, meant = (pair_of_fields(currency, each) for each in (against, DOLLAR if is_home else HOME))
    low, high = _limits(fx, name, meant)
    if not low <= value < high:
        return ""
    since = f"is {against!r}" if against else "is empty"
    way_out = f"put {DOLLAR} in `against`" if is_home else "leave `against` empty"
    return f": {here.words}, since `against` {since}; is {meant.label} meant? Then {way_out}"


def scale_hint(value: float, name: str, low: float, high: float, words: str = "") -> str:
    """Return what may have been meant by a number out of range; `words` say what an exchange rate counts."""
    if not math.isfinite(value) or value == 0.0:
        return ""
    if name in _DECIMALS and low <= value / 100.0 < high and high <= 1.0:
        return f"; is {value / 100.0:.12g} meant? Rates are decimals per year"
    if words and low <= 1.0 / value < high:
        return f"; is {1.0 / value:.6g} meant? The rate is {words}"
    if name == "price" and low <= 100.0 * value < high:
        return f"; is {100.0 * value:.12g} meant? Prices are per 100 of face"
    return f"; sanity limit of `{name}`"


def _limits(fx: FxColumns, name: str, pair: Pair) -> Range:
    return pair.rates if name in fx.rates else pair.strikes
