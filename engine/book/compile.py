"""Positions -> a compiled book."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from engine.book.compiled import CompiledBook
from engine.conventions.currencies import DOLLAR, HOME
from engine.errors import Fault, FileFaults
from engine.instruments.days import N_BUSINESS_DAYS, Days
from engine.instruments.registry import family_of
from engine.instruments.rows.checks import date_errors, row_of_same
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.payoffs.registry import tables_of

ODD_NOTIONAL = 1000.0  # times the median of its kind, from which a notional is pointed out
_SATURDAY = 5  # as dates count weekdays
_NAMED = 5  # positions a warning names before it only counts
_FEW = 3  # positions of a kind below which a median says nothing


def position_faults(positions: Sequence[Position], valuation_date: date) -> list[Fault]:
    """Return what positions lack on this date: fixings of a running period, the rate of the last reset."""
    days = Days(valuation_date)
    return [found for position in positions for found in _faults_of(position, days)]


def compile_book(
    positions: Sequence[Position],
    valuation_date: date,
    *,
    sha256: str,
    warnings: Sequence[str] = (),
    source: str = "book",
) -> CompiledBook:
    """Turn positions into the tables of payoffs.

    Parameters
    ----------
    positions : each one checked against the rule of its kind; ids unique, but of kinds whose rows add up to a position
    valuation_date : days of the result are counted from it
    sha256 : of the source file
    warnings : about the file so far; those found here are added
    source : name of the source in an error

    Raises
    ------
    FileFaults
        A swap lacks what has been fixed of its running period; or, of positions that no file was read for, two have
        one name, or one lies too far ahead.
    """
    days = Days(valuation_date)
    faults = list(_faults_of_objects(positions, valuation_date))
    faults = faults or [found for position in positions for found in _faults_of(position, days)]
    if faults:
        raise FileFaults(source, faults)
    rows = rows_of(positions)
    heads = [members[0] for members in rows]
    parts = [[part for member in members for part in _parts_of(member, days)] for members in rows]
    return CompiledBook(
        valuation_date=valuation_date,
        position_ids=tuple(position.position_id for position in heads),
        books=tuple(position.book for position in heads),
        kinds=tuple(position.kind.name for position in heads),
        tables=tables_of(parts, valuation_date),
        business_days=days.coming(N_BUSINESS_DAYS),
        sha256=sha256,
        lines=tuple(position.line or 0 for position in heads),
        warnings=(*warnings, *_warnings(positions, days)),
    )


def rows_of(positions: Sequence[Position]) -> list[list[Position]]:
    """Return the rows of each compiled position, in the order of their first ones: those of one name together."""
    found: dict[str, list[Position]] = {}
    for position in positions:
        found.setdefault(position.position_id, []).append(position)
    return list(found.values())


def _is_over(position: Position, days: Days) -> bool:
    """Return whether all that a position pays or delivers has been due by the valuation date: it is worth 0."""
    last = family_of(position.kind).last_day(position, days)
    return last is not None and last <= 0


def _faults_of_objects(positions: Sequence[Position], valuation_date: date) -> Iterator[Fault]:
    """Yield what a file's rows were asked as they were read, of positions that were built in Python: without a line."""
    built = [position for position in positions if position.line is None]
    firsts: dict[str, Position] = {}
    for position in built:
        who = f"position {position.position_id!r}"
        first = firsts.get(position.position_id)
        firsts.setdefault(position.position_id, position)
        if first is not None and not position.kind.rule.adds_up:
            yield Fault(message=f"{who}: there are two of it; ids are unique in a book", where="position_id")
        elif first is not None:
            why = row_of_same(position.kind, position.position_id, first.filled, position.filled, "in the book")
            yield from [Fault(message=why, where="position_id")] if why else []
        asked = (date_errors, family_of(position.kind).row_errors)
        for column, message in (each for ask in asked for each in ask(position.filled, valuation_date)):
            yield Fault(message=f"{who}: {message}", where=column)


def _faults_of(position: Position, days: Days) -> list[Fault]:
    found = list(family_of(position.kind).faults(position, days))
    return [] if found and _is_over(position, days) else found


def _parts_of(position: Position, days: Days) -> Sequence[object]:
    return () if _is_over(position, days) else family_of(position.kind).parts(position, days)


def _warnings(positions: Sequence[Position], days: Days) -> list[str]:
    """Return warnings, each of all the positions that it is about: of any kind, of a family's own, of odd sizes."""
    by_text: dict[str, list[Position]] = {}
    for position in positions:
        for text in _ends(position, days) or family_of(position.kind).cautions(position, days):
            by_text.setdefault(text, []).append(position)
    cautions = (
        ("a notional of 0: worth exactly 0", [position for position in positions if position.notional == 0.0]),
        *by_text.items(),
        (f"a notional over {ODD_NOTIONAL:,.0f} times the median of its kind: check its unit", _odd(positions)),
    )
    return [*_holidays(positions, days), *(f"{_named(which)} {what}" for what, which in cautions if which)]


def _holidays(positions: Sequence[Position], days: Days) -> list[str]:
    """Return what is said of a valuation date on which a centre of the book is closed; weekends, the market says."""
    calendars = {days.centre(code) for code in {HOME, DOLLAR, *(position.currency for position in positions)}}
    closed = sorted(calendar.name for calendar in calendars if int(calendar.following(0)) > 0)
    if not closed or days.valuation_date.weekday() >= _SATURDAY:
        return []
    return [f"valuation date {days.valuation_date} is a holiday in {' and '.join(closed)}: its levels may be older"]


def _ends(position: Position, days: Days) -> list[str]:
    """Return what is said of a position that is over, once for each kind."""
    last = family_of(position.kind).last_day(position, days)
    if last is None or last > 0:
        return []
    if last == 0:
        return [f"its last payment on the valuation date {days.valuation_date}: counts as paid, worth 0"]
    return [f"kind {position.kind}, over before the valuation date {days.valuation_date}: worth 0; remove what is over"]


def _odd(positions: Sequence[Position]) -> list[Position]:
    """Return positions whose notional is far from what its kind and currency usually has here."""
    groups: dict[tuple[Kind, str], list[Position]] = {}
    for position in positions:
        groups.setdefault((position.kind, position.currency), []).append(position)
    found = []
    for members in groups.values():
        sizes = np.abs([member.notional for member in members])
        median = 2.0 * float(np.median(0.5 * sizes))  # the largest numbers would overflow in the mean of two
        if len(members) >= _FEW and median > 0.0:
            found += [member for member, size in zip(members, sizes, strict=True) if size > ODD_NOTIONAL * median]
    return found


def _named(positions: Sequence[Position]) -> str:
    ids = list(dict.fromkeys(position.position_id for position in positions))
    names = ", ".join(map(repr, ids[:_NAMED]))
    more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return f"{len(ids):,} position{'s' if len(ids) > 1 else ''} ({names}{more}) with"
