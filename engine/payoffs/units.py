"""Amounts of currency held now: cash and settled FX."""

from dataclasses import dataclass

from engine.payoffs.payoff import Book, Moment, PartRows, Payoff, Worth
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsPart:
    """Currency that one position holds now."""

    currency: str
    quantity: float  # in `currency`, owned positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Amounts of currency held now."""

    position: I64  # (n_holdings,) index into CompiledBook.position_ids
    currency: Words  # (n_holdings,)
    quantity: F64  # (n_holdings,) in `currency`, owned positive


def units_of(rows: PartRows[UnitsPart]) -> Units:
    """Lay currency held out as one table, in the order of the positions: (n_holdings,)."""
    return Units(
        position=rows.position,
        currency=rows.words(lambda part: part.currency),
        quantity=rows.real(lambda part: part.quantity),
    )


def _worth(book: Book, _: Moment) -> Worth:
    units = book.table(Units)
    return units.position, units.currency, units.quantity


UNITS = Payoff(part=UnitsPart, table=Units, tabulate=units_of, stored=plain("units", Units), value=_worth)
