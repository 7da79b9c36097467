"""Rows of text fields become checked positions, and everything wrong with them becomes faults."""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from engine.conventions.currencies import MAX_TERM_YEARS
from engine.errors import Fault
from engine.inputs.book.fields import MISSING_MARKERS, FieldError, Value, parsed, scale_hint
from engine.inputs.book.ranges import column_ranges, other_pair_hint
from engine.inputs.book.table import Table
from engine.instruments.registry import family_of
from engine.instruments.rows.columns import ALWAYS, COLUMNS, Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.instruments.rows.rule import KindRule

DEFAULT_BOOK = "main"  # of every position in a file without a `book` column

Errors = Iterator[tuple[str, str]]  # column, message


@dataclass(slots=True)
class Rows:
    """Positions read so far and what was found on the way."""

    positions: list[Position] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_rows(table: Table, valuation_date: date) -> Rows:
    """Check every row, (n_rows,) of them, against the rule of its kind. A row with a fault gives no position.

    What stands under a misspelt name is a fault of the header, and none of the rows that miss it.
    """
    rows = Rows(faults=list(table.faults), warnings=list(table.warnings))
    columns = [(i, COLUMNS[name]) for i, name in enumerate(table.header) if name in COLUMNS]
    missing_prices: Counter[str] = Counter()
    first_line: dict[str, int] = {}
    for line, texts in table.rows:
        values, errors = _values(columns, texts, missing_prices)
        name = values.get("position_id")
        if name is not None and (before := first_line.setdefault(str(name), line)) != line:
            errors["position_id"] = f"{name!r} already stands on line {before}; ids are unique in a file"
        kind = values.get("kind")
        if isinstance(kind, Kind):
            unread = errors.keys() | table.misspelt
            for column, message in _rule_errors(kind, values, table.header, unread, valuation_date):
                errors.setdefault(column, message)
        elif "kind" not in errors:
            errors["kind"] = f"is empty, but every position needs it: {COLUMNS['kind'].meaning}"
        if errors:
            rows.faults += [Fault(message=errors[name], line=line, where=name) for name in errors]
        elif not table.misspelt:
            rows.positions.append(_position(values, line))
    if missing_prices:
        shown = ", ".join(f"{marker!r} x {count:,}" for marker, count in sorted(missing_prices.items()))
        rows.warnings.append(f"column 'price': {missing_prices.total():,} fields read as no price ({shown})")
    return rows


def _values(
    columns: list[tuple[int, Column]], texts: tuple[str, ...], missing_prices: Counter[str]
) -> tuple[dict[str, Value], dict[str, str]]:
    """Return the fields that are not empty, parsed by their column; and errors by column."""
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for i, column in columns:
        text = texts[i].strip()
        if not text:
            continue
        name = column.name
        if name == "price" and text in MISSING_MARKERS:
            missing_prices[text] += 1
            continue
        try:
            values[name] = parsed(column, text)
        except FieldError as error:
            errors[name] = str(error)
    return values, errors


def _rule_errors(
    kind: Kind, values: Mapping[str, Value], header: tuple[str, ...], unread: Set[str], valuation_date: date
) -> Errors:
    """Yield what the rule of a row's kind says against it: (column, message). `unread` columns are faulty already."""
    rule = kind.rule
    for name in (*ALWAYS, "book", *rule.required):
        if name not in values and name not in unread and (name != "book" or "book" in header):
            where = "" if name in header else "; the file has no such column"
            yield name, f"is empty, but {kind} needs it: {COLUMNS[name].meaning}{where}"
    for name in values:
        if not rule.takes(name):
            yield name, f"{kind} takes no `{name}`; leave the field empty"
    currency = values.get("currency")
    if currency is not None and currency not in rule.currencies:
        yield "currency", f"{kind} is in {' or '.join(rule.currencies)}, got {currency!r}"
    if currency is not None and values.get("against") == currency:
        yield "against", f"is {currency!r}, the currency itself; name the other one, or leave the field empty"
    yield from _choice_errors(kind, rule, values, unread)
    yield from _range_errors(values, rule)
    yield from _date_errors(values, rule, valuation_date)
    yield from _strike_errors(values)
    yield from family_of(kind).row_errors(values, valuation_date)


def _choice_errors(kind: Kind, rule: KindRule, values: Mapping[str, Value], unread: Set[str]) -> Errors:
    choices = rule.one_of or rule.at_most_one
    filled = [name for name in choices if name in values]
    if len(filled) > 1:
        yield filled[1], f"{kind} takes `{filled[0]}` or `{filled[1]}`, got both; leave one empty"
    if rule.one_of and not filled and not any(name in unread for name in choices):
        yield choices[0], f"is empty, but {kind} needs it or `{choices[1]}`: {COLUMNS[choices[0]].meaning}"


def _range_errors(values: Mapping[str, Value], rule: KindRule) -> Errors:
    currency, against = (each if isinstance(each, str) else None for each in map(values.get, ("currency", "against")))
    for name, (low, high), words in column_ranges(rule, currency, against):
        value = values.get(name)
        if isinstance(value, float) and not low <= value < high:
            hint = scale_hint(value, name, low, high, words)
            if words and rule.fx is not None and currency is not None:
                hint = other_pair_hint(rule.fx, name, value, currency, against) or hint
            yield name, f"must be at least {low:g} and below {high:g}, got {value:g}{hint}"


def _date_errors(values: Mapping[str, Value], rule: KindRule, valuation_date: date) -> Errors:
    issue, start, maturity = (values.get(name) for name in ("issue_date", "start_date", "maturity"))
    if isinstance(maturity, date) and maturity.year > valuation_date.year + MAX_TERM_YEARS:
        limit = f"{valuation_date.year + MAX_TERM_YEARS}-12-31"
        yield "maturity", f"the largest maturity is {limit}, got {maturity}"
    if isinstance(issue, date) and issue > valuation_date:
        yield "issue_date", f"is after the valuation date {valuation_date}, got {issue}; remove the position"
    for name, first in (("issue_date", issue), ("start_date", start)):
        if isinstance(first, date) and isinstance(maturity, date) and first >= maturity:
            yield name, f"must be before the maturity {maturity}, got {first}"
    what, longest = rule.run
    if isinstance(start, date) and isinstance(maturity, date) and (maturity - start).days > 366 * longest:
        yield "start_date", f"{what} may run {longest} years at most, got {start} to {maturity}"


def _strike_errors(values: Mapping[str, Value]) -> Errors:
    low, high = values.get("strike"), values.get("strike_2")
    if isinstance(low, float) and isinstance(high, float) and high <= low:
        yield "strike_2", f"must be above `strike`, {low:g}, got {high:g}; the put has the lower strike"


def _position(values: dict[str, Value], line: int) -> Position:
    values.setdefault("book", DEFAULT_BOOK)
    return Position(**values, line=line)  # type: ignore[arg-type]  # each column's parser gives its field's type
