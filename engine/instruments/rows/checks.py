"""What the rule of a kind says of a position's fields, whether a file or a program filled them."""

from collections.abc import Collection, Iterator, Mapping, Set
from datetime import date, datetime
from typing import TypeGuard

from engine.conventions.currencies import CURRENCIES, MAX_TERM_YEARS
from engine.instruments.rows.columns import ALWAYS, COLUMNS, Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.ranges import column_ranges, other_pair_hint, scale_hint
from engine.instruments.rows.rule import KindRule
from engine.instruments.rows.texts import id_error, text_error

MAX_DELIVERABLES = 100
COMPARED = (("issue_date", "maturity"), ("start_date", "maturity"), ("strike", "strike_2"))  # by `_order_errors`
COUPONS = (0.0, 0.2)  # of deliverable bonds: low <= coupon < high

Fields = Mapping[str, object]  # by column, those that are filled
Errors = Iterator[tuple[str, str]]  # column, message


def field_errors(fields: Fields) -> Errors:
    """Yield what is wrong with each filled field alone: its type, its range, its form."""
    for name, value in fields.items():
        column = COLUMNS[name]
        if (error := _error(column, value)) is not None:
            yield name, error


def rule_errors(
    kind: Kind, fields: Fields, unread: Set[str] = frozenset(), header: Collection[str] = COLUMNS
) -> Errors:
    """Yield what the rule of a kind has against its fields together.

    Parameters
    ----------
    unread : columns that are faulty already
    header : columns that there are; without a `book` among them all positions are in one
    """
    rule = kind.rule
    for name in (*ALWAYS, "book", *rule.required):
        if name not in fields and name not in unread and (name != "book" or "book" in header):
            where = "" if name in header else "; the file has no such column"
            yield name, f"is empty, but {kind} needs it: {COLUMNS[name].meaning}{where}"
    for name in fields:
        if not rule.takes(name):
            yield name, f"{kind} takes no `{name}`; leave the field empty"
    currency = fields.get("currency")
    if currency is not None and currency not in rule.currencies:
        yield "currency", f"{kind} is in {' or '.join(rule.currencies)}, got {currency!r}"
    if currency is not None and fields.get("against") == currency:
        yield "against", f"is {currency!r}, the currency itself; name the other one, or leave the field empty"
    yield from _choice_errors(kind, rule, fields, unread)
    yield from _range_errors(fields, rule)
    yield from _order_errors(fields, rule)


def date_errors(fields: Fields, valuation_date: date) -> Errors:
    """Yield what a valuation date has against the fields of a position of any kind."""
    maturity, kind = fields.get("maturity"), fields.get("kind")
    last = valuation_date.year + (kind.rule.longest_years if isinstance(kind, Kind) else MAX_TERM_YEARS)
    if isinstance(maturity, date) and maturity.year > last:
        yield "maturity", f"the largest maturity is {last}-12-31, got {maturity}"


def row_of_same(kind: Kind, name: str, first: Fields, fields: Fields, where: str) -> str | None:
    """Return why a row cannot carry the name of one before it; None where both are payments of one position.

    Parameters
    ----------
    first, fields : of the row before and of this one
    where : of the row before, in words
    """
    if not kind.rule.adds_up:
        return f"{name!r} already stands {where}; ids are unique in a file"
    other = [column for column in kind.rule.adds_up if first.get(column) != fields.get(column)]
    if not other:
        return None
    given = " and ".join(f"`{column}` {_shown(first.get(column))}" for column in other)
    return f"{name!r} stands {where} with {given}: payments of one position are alike in {', '.join(kind.rule.adds_up)}"


def _shown(value: object) -> str:
    return "empty" if value is None else str(value)


def deliverables_error(value: object) -> str | None:
    """Return what is wrong with a future's basket of bonds: coupon and maturity of each; None where nothing is."""
    if not isinstance(value, tuple) or not all(isinstance(bond, tuple) and len(bond) == 2 for bond in value):
        return f"must be a tuple of bonds, (coupon, maturity) each, got {value!r}"
    if not 1 <= len(value) <= MAX_DELIVERABLES:
        return f"holds {len(value)} bonds; a basket has 1 to {MAX_DELIVERABLES}"
    for coupon, maturity in value:
        if not _is_number(coupon) or not COUPONS[0] <= coupon < COUPONS[1]:
            return f"coupons are decimals per year, at least 0 and below 0.2, got {coupon!r}"
        if not _is_date(maturity):
            return f"bonds mature on a date, got {maturity!r}"
    return "names a bond twice; remove one" if len(set(value)) < len(value) else None


def _error(column: Column, value: object) -> str | None:
    match column.name:
        case "kind":
            return None if isinstance(value, Kind) else f"must be one of the kinds of position, got {value!r}"
        case "deliverables":
            return deliverables_error(value)
        case "currency" | "against":
            known = isinstance(value, str) and value in CURRENCIES
            return None if known else f"unknown currency {value!r}; known are {', '.join(CURRENCIES)}"
    if column.type == "date":
        return None if _is_date(value) else f"must be a date, got {value!r}"
    if column.type == "number":
        if not _is_number(value):
            return f"must be a number, got {value!r}"
        if column.low <= value < column.high:
            return None
        hint = scale_hint(value, column.name, column.low, column.high)
        return f"must be at least {column.low:g} and below {column.high:g}, got {value!r}{hint}"
    if not isinstance(value, str):
        return f"must be text, got {value!r}"
    return id_error(value) if column.name == "position_id" else text_error(column.name, value)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _choice_errors(kind: Kind, rule: KindRule, fields: Fields, unread: Set[str]) -> Errors:
    choices = rule.one_of or rule.at_most_one
    filled = [name for name in choices if name in fields]
    if len(filled) > 1:
        yield filled[1], f"{kind} takes `{filled[0]}` or `{filled[1]}`, got both; leave one empty"
    if rule.one_of and not filled and not any(name in unread for name in choices):
        others = " or ".join(f"`{name}`" for name in choices[1:])
        yield choices[0], f"is empty, but {kind} needs it or {others}: {COLUMNS[choices[0]].meaning}"


def _range_errors(fields: Fields, rule: KindRule) -> Errors:
    currency, against = (each if isinstance(each, str) else None for each in map(fields.get, ("currency", "against")))
    for name, (low, high), words in column_ranges(rule, currency, against):
        value = fields.get(name)
        if isinstance(value, int | float) and not low <= value < high:
            hint = scale_hint(value, name, low, high, words)
            if words and rule.fx is not None and currency is not None:
                hint = other_pair_hint(rule.fx, name, value, currency, against) or hint
            yield name, f"must be at least {low:g} and below {high:g}, got {value:g}{hint}"


def _order_errors(fields: Fields, rule: KindRule) -> Errors:
    issue, start, maturity = (fields.get(name) for name in ("issue_date", "start_date", "maturity"))
    for name, first in (("issue_date", issue), ("start_date", start)):
        if isinstance(first, date) and isinstance(maturity, date) and first >= maturity:
            yield name, f"must be before the maturity {maturity}, got {first}"
    what, longest = rule.run
    if isinstance(start, date) and isinstance(maturity, date) and (maturity - start).days > 366 * longest:
        yield "start_date", f"{what} may run {longest} years at most, got {start} to {maturity}"
    low, high = fields.get("strike"), fields.get("strike_2")
    if isinstance(low, float) and isinstance(high, float) and high <= low:
        yield "strike_2", f"must be above `strike`, {low:g}, got {high:g}; the put has the lower strike"
