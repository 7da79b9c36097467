"""Amounts of currency held now: cash and settled FX."""

from dataclasses import dataclass

from engine.payoffs.payoff import Book, Moment, PartRows, Payoff, Worth
from engine.payoffs.stored import plain
from kernels.types import F64, I64, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancePart:
    """Currency that one position holds now."""

    currency: str
    quantity: float  # in `currency`, owned positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Balances:
    """Amounts of currency held now."""

    position: I64  # (n_balances,) index into CompiledBook.position_ids
    currency: Words  # (n_balances,)
    quantity: F64  # (n_balances,) in `currency`, owned positive


def balances_of(rows: PartRows[BalancePart]) -> Balances:
    """Lay currency held out as one table, in the order of the positions: (n_balances,)."""
    return Balances(
        position=rows.position,
        currency=rows.words(lambda part: part.currency),
        quantity=rows.real(lambda part: part.quantity),
    )


def _worth(book: Book, _: Moment) -> Worth:
    balances = book.table(Balances)
    return balances.position, balances.currency, balances.quantity


# "units" is what files of compiled books have called them from the first.
BALANCES = Payoff(part=BalancePart, table=Balances, tabulate=balances_of, stored=plain("units", Balances), value=_worth)
