"""Rows of text fields become checked positions, and everything wrong with them becomes faults."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize

from engine.errors import Fault
from engine.inputs.book.fields import MISSING_MARKERS, FieldError, Value, parsed
from engine.inputs.book.names import UNNAMED
from engine.inputs.book.table import Table
from engine.instruments.registry import family_of
from engine.instruments.rows.checks import Errors, date_errors, row_of_same, rule_errors
from engine.instruments.rows.columns import COLUMNS, Column
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position, checked_position
from engine.sheet_path import line_word

_NAMED = 5  # rows or names that a warning lists before it only counts


@dataclass(slots=True)
class Rows:
    """Positions read so far and what was found on the way."""

    path: str  # of the file, with the sheet of a spreadsheet, for messages
    positions: list[Position] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_rows(table: Table, valuation_date: date | None) -> Rows:
    """Check every row, (n_rows,) of them, against the rule of its kind. A row with a fault gives no position.

    Without a valuation date, what depends on one is not asked.

    What stands under a misspelt name is a fault of the header, and none of the rows that miss it.
    """
    rows = Rows(path=table.path, faults=list(table.faults), warnings=list(table.warnings))
    columns = [(i, COLUMNS[name]) for i, name in enumerate(table.header) if name in COLUMNS]
    missing_prices: Counter[str] = Counter()
    firsts: dict[str, tuple[int, dict[str, Value]]] = {}
    added: dict[frozenset[tuple[str, str]], list[int]] = {}  # lines of rows that add up, by what they say
    for line, texts in table.rows:
        values, errors = _values(columns, texts, missing_prices)
        name, kind = values.get("position_id"), values.get("kind")
        before, first = firsts.setdefault(str(name), (line, values)) if name is not None else (line, values)
        if before != line and (why := taken(kind, str(name), first, values, f"on {line_word(table.path)} {before}")):
            errors["position_id"] = why
        if isinstance(kind, Kind):
            unread = errors.keys() | table.misspelt
            for column, message in row_errors(kind, values, table.header, unread, valuation_date):
                errors.setdefault(column, message)
        elif "kind" not in errors:
            errors["kind"] = f"is empty, but every position needs it: {COLUMNS['kind'].meaning}"
        if errors:
            rows.faults += [Fault(message=errors[name], line=line, where=table.written(name)) for name in errors]
        elif not table.misspelt:
            rows.positions.append(checked_position({"book": UNNAMED, **values}, line))
            if isinstance(kind, Kind) and kind.rule.adds_up:
                added.setdefault(as_said(values), []).append(line)
    rows.warnings += row_warnings(table.path, missing_prices, added.values(), firsts)
    return rows


def as_said(values: Mapping[str, Value]) -> frozenset[tuple[str, str]]:
    """Return what a row says, by which rows are equal in every field."""
    return frozenset((name, str(value)) for name, value in values.items())


def row_warnings(
    path: str, missing_prices: Counter[str], added: Iterable[list[int]], names: Collection[str]
) -> list[str]:
    """Return what is accepted of rows with a word of caution.

    Parameters
    ----------
    missing_prices : markers in place of a price, with how often each stands
    added : lines of rows that add up, of each that is said at least once
    names : of all positions
    """
    found = []
    if missing_prices:
        shown = ", ".join(f"{marker!r} x {count:,}" for marker, count in sorted(missing_prices.items()))
        found.append(f"column 'price': {missing_prices.total():,} fields read as no price ({shown})")
    return [*found, *_equal_rows(added, line_word(path)), *_names_by_width(names)]


def _equal_rows(lines: Iterable[list[int]], word: str) -> Iterator[str]:
    """Yield a warning of rows that are equal in every field, with their lines, and add up all the same."""
    equal = [each for each in lines if len(each) > 1]
    if equal:
        named = "; ".join(" and ".join(map(str, each)) for each in equal[:_NAMED])
        more = f"; and {len(equal) - _NAMED:,} more" if len(equal) > _NAMED else ""
        yield f"{word}s equal in every field: {named}{more}; each is counted: remove what is not due twice"


def _names_by_width(names: Collection[str]) -> Iterator[str]:
    """Yield a warning of positions whose names differ by the width of letters alone."""
    if all(map(str.isascii, names)):  # ASCII letters have one width
        return
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(normalize("NFKC", name), []).append(name)
    twins = [each for each in alike.values() if len(each) > 1]
    if twins:
        named = "; ".join(" and ".join(map(repr, each)) for each in twins[:_NAMED])
        more = f"; and {len(twins) - _NAMED:,} more" if len(twins) > _NAMED else ""
        yield f"names of positions that differ by full or half width alone: {named}{more}; they are kept apart"


def taken(kind: object, name: str, first: Mapping[str, Value], values: Mapping[str, Value], where: str) -> str | None:
    """Return why a row cannot have a name that stands on a line before; None where it is one more payment of it."""
    if isinstance(kind, Kind):
        return row_of_same(kind, name, first, values, where)
    return f"{name!r} already stands {where}; ids are unique in a file"


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


def row_errors(
    kind: Kind, values: Mapping[str, Value], header: tuple[str, ...], unread: Set[str], valuation_date: date | None
) -> Errors:
    """Yield what is wrong with a row on a date: (column, message). `unread` columns are faulty already."""
    yield from rule_errors(kind, values, unread, header)
    if valuation_date is not None:
        yield from date_errors(values, valuation_date)
        yield from family_of(kind).row_errors(values, valuation_date)
