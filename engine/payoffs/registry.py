"""The one list of payoffs. A compiled book's tables, its file, its value and its fits are made from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from engine.payoffs.balances import BALANCES
from engine.payoffs.exchanges import EXCHANGES
from engine.payoffs.expired.fx_options import EXPIRED_FX_OPTIONS
from engine.payoffs.expired.swaptions import EXPIRED_SWAPTIONS
from engine.payoffs.floats import FLOATS
from engine.payoffs.flows import FLOWS
from engine.payoffs.futures import DELIVERABLES, FUTURES
from engine.payoffs.fx_options import FX_OPTIONS
from engine.payoffs.holdings import HOLDINGS
from engine.payoffs.notes.constant_maturity import CMT_COUPONS
from engine.payoffs.notes.linkers import LINKED_FLOWS, LINKERS
from engine.payoffs.notes.margins import FLOATERS, MARGIN_FLOWS
from engine.payoffs.payoff import PartRows, Payoff
from engine.payoffs.quoted import BONDS, MARKS, PREMIUMS
from engine.payoffs.shelf import Shelf, shelf
from engine.payoffs.spot_days import SPOT_DAYS
from engine.payoffs.swaptions import SWAPTIONS

AnyPayoff = Payoff[Any, Any]

# In the order of a compiled book's file. A payoff whose fit needs what another fits stands after it.
PAYOFFS: list[AnyPayoff] = [
    *(FLOWS, FLOATS, BALANCES, HOLDINGS, FX_OPTIONS, EXPIRED_FX_OPTIONS, FUTURES, DELIVERABLES),
    *(SWAPTIONS, EXPIRED_SWAPTIONS),
    *(MARKS, PREMIUMS, BONDS),
    *(EXCHANGES, SPOT_DAYS),
    *(LINKED_FLOWS, LINKERS),
    *(CMT_COUPONS, MARGIN_FLOWS, FLOATERS),
]


def register(payoff: AnyPayoff) -> None:
    """Add a payoff to the list. Raises ValueError when one with its table, or with a list of its name, is there."""
    names = {name for other in PAYOFFS for name in other.stored.lists}
    if taken := names & payoff.stored.lists.keys():
        raise ValueError(f"a payoff already has the name {taken.pop()!r} in files")
    if any(other.table is payoff.table for other in PAYOFFS):
        raise ValueError(f"a payoff already has the table {payoff.table.__name__}")
    PAYOFFS.append(payoff)


@contextmanager
def registered(payoff: AnyPayoff) -> Iterator[None]:
    """Have a payoff in the list for a while."""
    register(payoff)
    try:
        yield
    finally:
        PAYOFFS.remove(payoff)


def tables_of(parts: Sequence[Sequence[object]], valuation_date: date) -> Shelf:
    """Lay the parts of all positions out as tables, one for each payoff.

    Parameters
    ----------
    parts : (n_positions,) of each position's parts

    Raises
    ------
    TypeError
        A part belongs to no payoff.
    """
    places: dict[type, list[int]] = {payoff.part: [] for payoff in PAYOFFS}
    by_class: dict[type, list[object]] = {payoff.part: [] for payoff in PAYOFFS}
    for i, of_position in enumerate(parts):
        for part in of_position:
            if type(part) not in places:
                raise TypeError(f"no payoff has the part {type(part).__name__}; register one that does")
            places[type(part)].append(i)
            by_class[type(part)].append(part)
    rows = {
        part: PartRows(valuation_date=valuation_date, place=place, parts=by_class[part])
        for part, place in places.items()
    }
    return shelf(*(payoff.tabulate(rows[payoff.part]) for payoff in PAYOFFS))


def empty_tables() -> Shelf:
    """Return the tables of a book without positions."""
    return tables_of((), date.min)
