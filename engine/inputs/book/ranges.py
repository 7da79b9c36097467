"""Ranges within which the numbers of a position are sane: of its kind, of its currency's interest, of its pair."""

from collections.abc import Iterator

from engine.conventions.currencies import currency_of
from engine.conventions.currency import Range
from engine.instruments.pairs import pair_of_fields
from engine.instruments.rows.rule import KindRule


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
        yield from ((name, pair.rates, pair.words) for name in rule.fx.rates)
        yield from ((name, pair.strikes, pair.words) for name in rule.fx.strikes)
