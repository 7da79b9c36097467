"""A compiled book: every position as dated flows and currency units. Needs no QuantLib to load or value."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """Payments still to come after the valuation date, sorted by position, then date."""

    position: I64  # (n_flows,) index into CompiledBook.position_ids
    curve: npt.NDArray[np.str_]  # (n_flows,) "JGB" or "UST": discounts the flow
    currency: npt.NDArray[np.str_]  # (n_flows,) in which `amount` is paid
    day: I64  # (n_flows,) calendar days from the valuation date, >= 1
    amount: F64  # (n_flows,) in `currency`, received positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Amounts of currency held now: cash and settled FX."""

    position: I64  # (n_units,) index into CompiledBook.position_ids
    currency: npt.NDArray[np.str_]  # (n_units,)
    quantity: F64  # (n_units,) in `currency`, owned positive


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """Given market prices: the value for settlement that a position's spread must reproduce."""

    position: I64  # (n_marks,) index into CompiledBook.position_ids
    settlement_day: I64  # (n_marks,) calendar days from the valuation date
    settlement_value: F64  # (n_marks,) dirty, for the whole position, in its currency, paid on settlement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledBook:
    """All positions of all books in one file, ready to value."""

    valuation_date: date
    position_ids: tuple[str, ...]  # unique
    books: tuple[str, ...]  # (n_positions,) the book each position belongs to
    kinds: tuple[str, ...]  # (n_positions,) "JGB", "UST_BILL", "FX_FORWARD", ...
    flows: Flows
    units: Units
    marks: Marks
    business_days: I64  # (n,) days from the valuation date of the coming joint Tokyo and New York business days
    sha256: str  # of the source file's bytes
