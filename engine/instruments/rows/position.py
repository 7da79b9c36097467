"""A position as the user states it."""

from dataclasses import dataclass
from datetime import date

from engine.instruments.rows.kind import Kind

DEFAULT_BOOK = "main"  # of every position in a file without a `book` column
Deliverable = tuple[float, date]  # coupon [decimal per year], maturity


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One holding, checked against the rule of its kind. Fields as in `COLUMNS`; None where the kind has none."""

    position_id: str
    book: str
    kind: Kind
    currency: str
    notional: float
    coupon: float | None = None
    issue_date: date | None = None
    maturity: date | None = None
    start_date: date | None = None
    rate: float | None = None
    price: float | None = None
    market_yield: float | None = None
    far_rate: float | None = None
    spread: float | None = None
    reset_rate: float | None = None
    fixed_so_far: float | None = None
    fixed_so_far_jpy: float | None = None
    strike: float | None = None
    strike_2: float | None = None
    width: float | None = None
    vol: float | None = None
    premium: float | None = None
    tenor: str | None = None
    contract: str | None = None
    deliverables: tuple[Deliverable, ...] | None = None
    factor: str | None = None
    multiplier: float | None = None
    against: str | None = None
    line: int | None = None  # in the file it came from


def number(value: float | None) -> float:
    """Return a number that may be absent, as NaN where it is."""
    return float("nan") if value is None else value
