"""Positions -> a compiled book. The only step that needs QuantLib."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from engine.book.compiled import CompiledBook
from engine.errors import Fault, FileFaults
from engine.instruments.days import N_BUSINESS_DAYS, Days
from engine.instruments.family import fault
from engine.instruments.registry import family_of
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.payoffs.registry import tables_of

ODD_NOTIONAL = 1000.0  # times the median of its kind, from which a notional is pointed out
_NAMED = 5  # positions a warning names before it only counts
_FEW = 3  # positions of a kind below which a median says nothing


def position_faults(positions: Sequence[Position], valuation_date: date) -> list[Fault]:
    """Return what the calendar says against positions: matured, prices with nothing to fit to, fixings left out."""
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
    positions : each one checked against the rule of its kind; ids unique
    valuation_date : days of the result are counted from it
    sha256 : of the source file
    warnings : about the file so far; those found here are added
    source : name of the source in an error

    Raises
    ------
    FileFaults
        A position has matured or expired, a bond has a price although it pays nothing after settlement, or a swap
        lacks what has been fixed of its running period.
    """
    days = Days(valuation_date)
    faults = [found for position in positions for found in _faults_of(position, days)]
    if faults:
        raise FileFaults(source, faults)
    parts = [family_of(position.kind).parts(position, days) for position in positions]
    return CompiledBook(
        valuation_date=valuation_date,
        position_ids=tuple(position.position_id for position in positions),
        books=tuple(position.book for position in positions),
        kinds=tuple(position.kind.name for position in positions),
        tables=tables_of(parts, valuation_date),
        business_days=days.coming(N_BUSINESS_DAYS),
        sha256=sha256,
        warnings=(*warnings, *_warnings(positions, days)),
    )


def _faults_of(position: Position, days: Days) -> list[Fault]:
    family = family_of(position.kind)
    last = family.last_day(position, days)
    if last is None or last > 0 or (last == 0 and not family.ends_before):
        return list(family.faults(position, days))
    column, on = ("contract", position.contract) if position.maturity is None else ("maturity", position.maturity)
    has = "expired" if family.ends_before else "matured"
    remedy = "remove it" if last < 0 else "remove it, and enter what it pays as CASH or FX_FORWARD"
    before = "before" if last < 0 else "on"
    return [fault(position, column, f"{has} on {on}, {before} the valuation date {days.valuation_date}; {remedy}")]


def _warnings(positions: Sequence[Position], days: Days) -> list[str]:
    """Return warnings, each of all the positions that it is about: of any kind, of a family's own, of odd sizes."""
    by_text: dict[str, list[Position]] = {}
    for position in positions:
        for text in family_of(position.kind).cautions(position, days):
            by_text.setdefault(text, []).append(position)
    due = [position for position in positions if family_of(position.kind).last_day(position, days) == 0]
    cautions = (
        ("a notional of 0: worth exactly 0", [position for position in positions if position.notional == 0.0]),
        (f"its last payment on the valuation date {days.valuation_date}: counts as paid, worth 0", due),
        *by_text.items(),
        (f"a notional over {ODD_NOTIONAL:,.0f} times the median of its kind: check its unit", _odd(positions)),
    )
    return [f"{_named(which)} {what}" for what, which in cautions if which]


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
    names = ", ".join(repr(position.position_id) for position in positions[:_NAMED])
    more = f" and {len(positions) - _NAMED:,} more" if len(positions) > _NAMED else ""
    return f"{len(positions):,} position{'s' if len(positions) > 1 else ''} ({names}{more}) with"
