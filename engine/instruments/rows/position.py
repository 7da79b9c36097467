"""A position as the user states it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import repeat

from engine.errors import InputError
from engine.instruments.rows.checks import field_errors, rule_errors
from engine.instruments.rows.columns import COLUMNS
from engine.instruments.rows.kind import Kind

_BY_PLACE = ("position_id", "kind", "notional")  # of a constructor, or its name

Deliverable = tuple[float, date]  # coupon [decimal per year], maturity


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Position:
    """One holding, checked against the rule of its kind. Fields as in `COLUMNS`; None where the kind has none.

    Raises InputError with everything that a book file would be refused for, whatever the date.
    """

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
    index_ratio: float | None = None
    base_index: float | None = None
    cpi: str | None = None
    break_even: float | None = None
    curve: str | None = None
    line: int | None = None  # in the file it came from

    def __post_init__(self) -> None:
        errors = dict(field_errors({"kind": self.kind, **self.filled}))
        if "kind" not in errors:
            for name, message in rule_errors(self.kind, self.filled, errors.keys()):
                errors.setdefault(name, message)
        if errors:
            raise InputError(
                "\n".join(f"position {self.position_id!r}, {name}: {message}" for name, message in errors.items())
            )

    def __repr__(self) -> str:
        """Return the call of a constructor that makes it: JGB('A', 1e9, coupon=0.01, maturity='2034-12-20')."""
        named = {name: value for name, value in self.filled.items() if name not in _BY_PLACE and value != ""}
        said = {name: value.isoformat() if isinstance(value, date) else value for name, value in named.items()}
        shown = [f"{name}={value!r}" for name, value in said.items()]
        return f"{self.kind}({', '.join([repr(self.position_id), repr(self.notional), *shown])})"

    @property
    def filled(self) -> dict[str, object]:
        """Return the fields that are not empty, by column."""
        return {name: getattr(self, name) for name in COLUMNS if getattr(self, name) is not None}


def checked_position(values: Mapping[str, object], line: int | None) -> Position:
    """Return a position of fields that are known to be right, as those of a file's row, whose errors name its line."""
    (position,) = checked_positions({name: [value] for name, value in values.items()}, [line])
    return position


def checked_positions(columns: Mapping[str, Iterable[object]], lines: Sequence[int | None]) -> list[Position]:
    """Return `checked_position` of (n,) rows, from their columns, (n,) each: None where a row has no such field."""
    positions = [object.__new__(Position) for _ in lines]
    for name, put in _SLOTS.items():
        values = lines if name == "line" else columns.get(name, repeat(None))
        deque(map(put, positions, values), maxlen=0)  # frozen objects are filled by their slots, a column at a time
    return positions


_SLOTS = {each.name: getattr(Position, each.name).__set__ for each in fields(Position)}


def number(value: float | None) -> float:
    """Return a number that may be absent, as NaN where it is."""
    return float("nan") if value is None else value
