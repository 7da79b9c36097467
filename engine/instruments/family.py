"""A family of instruments: kinds of position that share their conventions, and all that the engine asks of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from engine.errors import Fault
from engine.instruments.rows.kind import Kind
from engine.instruments.rows.position import Position
from engine.market.market import Market
from engine.payoffs.payoff import Book, Caution, nothing
from kernels.types import F64, I64

if TYPE_CHECKING:
    from engine.instruments.days import Days

Part = object  # of a payoff in `engine.payoffs.registry`
Values = Callable[[], F64]  # (n_positions,) [JPY] in the base market, worked out when asked for

EXPIRED = (
    "an expiry or fixing that is past: the payoff at the valuation date's market counts as fixed until it is settled;"
    " if another was fixed, enter it as CASH in their place"
)
MOVED = "a date that is no business day: paid on the next one, or the one before where the month would end"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """Kinds that share conventions. `engine.instruments.registry` has the list of all families."""

    name: str  # "loans"
    kinds: tuple[Kind, ...]
    parts: "Callable[[Position, Days], Sequence[Part]]"  # what a position pays and holds after the valuation date
    last_day: "Callable[[Position, Days], int | None]"  # of payment or delivery, even past; None: held for good
    faults: "Callable[[Position, Days], Iterable[Fault]]" = nothing  # what a position lacks on this date
    row_errors: Callable[[Mapping[str, object], date], Iterable[tuple[str, str]]] = nothing  # (column, message)
    cautions: "Callable[[Position, Days], Iterable[str]]" = nothing  # what is accepted with a word of warning
    market_cautions: Callable[[Book, I64, Market, Values], Iterable[Caution]] = nothing  # the same, in a market


def fault(position: Position, where: str, message: str) -> Fault:
    """Return a fault in one column of a position's row."""
    return Fault(message=f"position {position.position_id!r} {message}", line=position.line, where=where)
